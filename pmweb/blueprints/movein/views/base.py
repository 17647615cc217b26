"""What all pages of a move-in share: the blueprint, the case with its facts, the names of rooms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from pmweb.blueprints.movein.forms.desk import KEY_ACT_WORDS
from pmweb.blueprints.movein.models import AcceptanceSheet, MoveIn
from pmweb.blueprints.movein.names import paper_name
from pmweb.blueprints.movein.operations.facts import CaseFile, open_case
from pmweb.blueprints.movein.rules import Facts, Outcome
from pmweb.blueprints.movein.sheet import REPEATABLE
from pmweb.data import defaults
from pmweb.extensions import unit
from pmweb.models.files import PaperForm
from pmweb.models.homes import METER_UNITS
from pmweb.web.access import find
from pmweb.web.filters import named
from pmweb.web.nouns import AGES, METER_TITLES, RESPONSIBLES, TIES

bp = Blueprint("movein", __name__, url_prefix="/movein")

OUTCOME_WORDS = {
    Outcome.ACCEPTED: _l("合格"),
    Outcome.WITH_DEFECTS: _l("有问题，转整改"),
    Outcome.REFUSED: _l("业主拒签"),
}
FORM_WORDS = {
    PaperForm.ORIGINAL: _l("原件"),
    PaperForm.COPY: _l("复印件"),
    PaperForm.SCAN: _l("扫描件"),
    PaperForm.DIGITAL: _l("电子签署"),
    PaperForm.REFUSED: _l("拒签记录"),
}


@bp.context_processor
def words() -> dict[str, Any]:
    """What every template of this room may name."""
    return {
        "paper_name": paper_name,
        "meter_words": METER_TITLES,
        "meter_units": METER_UNITS,
        "outcome_words": OUTCOME_WORDS,
        "form_words": FORM_WORDS,
        "responsible_words": RESPONSIBLES,
        "kind_words": TIES,
        "age_words": AGES,
        "key_act_words": KEY_ACT_WORDS,
    }


def case_of(move_in_id: int) -> tuple[MoveIn, Facts]:
    """The case and its facts, or 404."""
    opened = opened_case(move_in_id)
    return opened.records.move_in, opened.facts


def opened_case(move_in_id: int) -> CaseFile:
    """The case with everything that lies in its file, or 404."""
    return open_case(the_case(move_in_id), defaults().movein)


def the_case(move_in_id: int) -> MoveIn:
    """The case, or 404. Whoever changes something of it has it to himself until it is kept.

    What a page has seen is often no row of its own – the last line of the ledger, how many tests wait – so the row of
    the case stands guard for them all.
    """
    if request.method == "POST":
        unit().execute(select(MoveIn.id).where(MoveIn.id == move_in_id).with_for_update())
    return find(MoveIn, move_in_id)


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
