"""What all pages of a move-in share: the blueprint, the case with its facts, the names of rooms."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint
from flask_babel import force_locale, get_locale

from pmweb.blueprints.movein.models import AcceptanceSheet, MoveIn
from pmweb.blueprints.movein.operations.facts import facts_of
from pmweb.blueprints.movein.rules import Facts
from pmweb.blueprints.movein.sheet import REPEATABLE, Layout
from pmweb.data import defaults
from pmweb.web.access import find
from pmweb.web.filters import named

bp = Blueprint("movein", __name__, url_prefix="/movein")


def case_of(move_in_id: int) -> tuple[MoveIn, Facts]:
    """The case and its facts, or 404."""
    move_in = find(MoveIn, move_in_id)
    return move_in, facts_of(move_in, defaults().movein)


def locale() -> str:
    """The language in which the page speaks, and in which a paper is signed."""
    return str(get_locale() or "zh_CN")


def room_names(sheet: AcceptanceSheet) -> dict[tuple[str, int], str]:
    """Every room of a sheet by id and number: ``卧室 2`` where there are several."""
    times = dict(zip(REPEATABLE, sheet.rooms, strict=True))
    names = {}
    for room in defaults().acceptance.rooms.values():
        for number in range(1, times.get(room.id, 1) + 1):
            several = times.get(room.id, 1) > 1
            names[room.id, number] = f"{named(room)} {number}" if several else named(room)
    return names


def paper_room_names(sheet: AcceptanceSheet) -> Mapping[tuple[str, int], str]:
    """The same in Chinese, as the papers of the office name them."""
    with force_locale("zh_CN"):
        return room_names(sheet)


def layout_on(sheet: AcceptanceSheet) -> Layout:
    """The layout for which a sheet was made."""
    return Layout(*sheet.rooms)
