"""The papers of a move-in, from the records: on the screen as on A4 (SIG-3)."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import abort, redirect, url_for
from werkzeug.wrappers import Response

from pmweb.blueprints.movein.models import MoveIn
from pmweb.blueprints.movein.operations import acceptance, desk, filing, papers, rounds
from pmweb.blueprints.movein.operations.facts import progress_of
from pmweb.blueprints.movein.rules import Result, balance
from pmweb.blueprints.movein.views.base import bp, room_names
from pmweb.data import defaults
from pmweb.domain.permissions import Permission
from pmweb.web.access import find, requires
from pmweb.web.pages import page


@bp.get("/<int:move_in_id>/print/<paper>")
@requires(Permission.MOVEIN_READ)
def print_paper(move_in_id: int, paper: str) -> Response:
    """One paper: the acceptance sheet, the receipt of things, the readings, an agreement, the list of the file."""
    move_in = find(MoveIn, move_in_id)
    if paper == papers.REGISTER:
        return redirect(url_for("households.print_register", home_id=move_in.home_id))
    rules = defaults().movein
    standing = papers.paper_of(move_in, rules, paper)
    common: dict[str, Any] = {"move_in": move_in, "standing": standing, "paper": paper}
    if paper == "household_file":
        return page("movein/print_file.html", lines=filing.file_lines(move_in, rules), **common)
    if paper in rules.agreements:
        return page("movein/print_agreement.html", agreement=rules.agreements[paper], **common)
    if paper == papers.HANDOVER and move_in.handover_at is not None:
        entries = desk.key_entries(move_in)
        held = balance((entry.kind, entry.act, entry.quantity) for entry in entries)
        return page("movein/print_handover.html", entries=entries, held=held, **common)
    if paper == papers.READINGS:
        return page("movein/print_readings.html", readings=acceptance.readings_of(move_in), **common)
    if paper == papers.ACCEPTANCE:
        return _acceptance(move_in, common)
    return abort(404)


def _acceptance(move_in: MoveIn, common: dict[str, Any]) -> Response:
    sheet = acceptance.sheet_of(move_in)
    if sheet is None:
        abort(404)
    first = acceptance.first_sheet(move_in)
    items = acceptance.items_of(first)
    names = room_names(first)
    by_room = [
        (names[key], list(lines)) for key, lines in groupby(items, key=lambda item: (item.room, item.room_no))
    ]
    return page(
        "movein/print_acceptance.html",
        sheet=sheet,
        by_room=by_room,
        progress=progress_of(items),
        orders={row.id: row.number for row in rounds.repairs_of(move_in)},
        readings=acceptance.readings_of(move_in),
        later=rounds.defects_of_round(sheet) if sheet.round > 1 else [],
        items={item.id: item for item in items},
        names=names,
        Result=Result,
        **common,
    )
