"""The papers of a move-in, from the records: on the screen as on A4 (SIG-3)."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.movein.operations import desk, papers
from pmweb.blueprints.movein.operations.facts import CaseFile, progress_of
from pmweb.blueprints.movein.operations.records import Records
from pmweb.blueprints.movein.views.base import bp, opened_case, room_names
from pmweb.data import defaults
from pmweb.domain.id_numbers import mask_name
from pmweb.domain.permissions import Permission
from pmweb.web import nouns
from pmweb.web.access import allowed, requires
from pmweb.web.pages import page


@bp.get("/<int:move_in_id>/print/<paper>")
@requires(Permission.MOVEIN_READ)
def print_paper(move_in_id: int, paper: str) -> Response:
    """One paper: the acceptance sheet, the receipt of things, the readings, an agreement, the list of the file."""
    opened = opened_case(move_in_id)
    records, rules = opened.records, defaults().movein
    move_in = records.move_in
    standing = next((ready for ready in opened.papers if ready.kind == paper), None)
    common: dict[str, Any] = (
        {"move_in": move_in, "standing": standing, "paper": paper} | _back(opened) | _names()
    )
    if paper == papers.REGISTER:
        return _register(opened, common)
    if paper == "household_file":
        return page("movein/print_file.html", lines=opened.file, **common)
    if paper in rules.agreements:
        return page("movein/print_agreement.html", agreement=rules.agreements[paper], **common)
    if paper == papers.HANDOVER and records.keys:
        return page("movein/print_handover.html", entries=records.keys, **common)
    if paper == papers.READINGS:
        return page("movein/print_readings.html", readings=records.readings, **common)
    if paper == papers.ACCEPTANCE and records.sheets:
        return _acceptance(records, common)
    return abort(404)


def _names() -> dict[str, Any]:
    """Names and signatures in full for who works on the case; who only reads sees them as on a list (PRI-5)."""
    in_full = allowed(Permission.MOVEIN_INSPECT) or allowed(Permission.MOVEIN_HANDLE)

    def shown(name: str | None) -> str:
        return (name or "") if in_full else mask_name(name or "")

    return {"in_full": in_full, "shown": shown}


def _back(opened: CaseFile) -> dict[str, Any]:
    """Where the reader came from: the page of the signature, or the case."""
    move_in_id = opened.records.move_in.id
    words = {"sign": _("返回签字"), "register": _("返回登记表"), "filing": _("返回归档")}
    beside = request.args.get("beside", "")
    if beside in words and (
        beside == "filing" or not opened.facts.ended
    ):  # opened beside that page, which still stands there
        return {
            "back": url_for(f"movein.{beside}", move_in_id=move_in_id),
            "back_word": words[beside],
            "beside": True,
        }
    return {
        "back": url_for("movein.show", move_in_id=move_in_id),
        "back_word": _("返回入住"),
        "beside": False,
    }


def _register(opened: CaseFile, common: dict[str, Any]) -> Response:
    """The household register, for whoever presents it to be signed: names in full, document numbers masked (M-5).

    Afterwards it is a paper of the household, with the rights of that room.
    """
    move_in = opened.records.move_in
    presents = allowed(Permission.MOVEIN_INSPECT) and not opened.facts.ended
    if not presents and not allowed(Permission.HOUSEHOLDS_CHANGE):
        return redirect(url_for("households.print_register", home_id=move_in.home_id))
    household = desk.household(move_in)
    return page(
        "shared/household_register.html",
        home=move_in.home,
        household=household,
        owner=household.owner,
        consent=desk.consent(move_in),
        words=nouns,
        printed_on=clock.today(),
        **common,
    )


def _acceptance(records: Records, common: dict[str, Any]) -> Response:
    names = room_names(records.sheets[0])
    rooms = groupby(records.items, key=lambda item: (item.room, item.room_no))
    return page(
        "movein/print_acceptance.html",
        sheet=records.sheets[0],
        by_room=[(names[key], list(lines)) for key, lines in rooms],
        progress=progress_of(records.items),
        orders={row.id: row.number for row in records.repairs},
        readings=records.readings,
        rounds=papers.rounds_of(records),
        items={item.id: item for item in records.items},
        names=names,
        **common,
    )
