"""水电气表: the opening readings of all meters, saved together (M-10, FM-06)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms import Field

from pmweb.blueprints.movein.forms.readings import Entry, ReadingsForm
from pmweb.blueprints.movein.models import MoveIn
from pmweb.blueprints.movein.operations import meters
from pmweb.blueprints.movein.operations.meters import KnownMeter
from pmweb.blueprints.movein.rules import locked_check
from pmweb.blueprints.movein.views.base import bp, case_of, the_case
from pmweb.domain.permissions import Permission
from pmweb.domain.readings import unusual_reading
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.files import Attachment
from pmweb.models.homes import OPENING_METERS, MeterKind, MeterReading
from pmweb.web.access import requires
from pmweb.web.filters import quantity
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at, expect

Readings = Mapping[MeterKind, MeterReading]


@dataclass(frozen=True)
class Card:
    """One meter as the page shows it."""

    position: int
    kind: MeterKind
    known: KnownMeter | None
    taken: MeterReading | None
    photos: Sequence[Attachment]
    fields: Mapping[str, Field]


@bp.get("/<int:move_in_id>/readings")
@requires(Permission.MOVEIN_READ)
def readings(move_in_id: int) -> Response:
    """A card for each meter, with what it showed last."""
    move_in = _opened(move_in_id)
    taken = _taken(move_in)
    known = meters.known_meters(move_in)
    return _readings_page(
        move_in, taken, ReadingsForm(formdata=None, data=_answers(known, taken), kept=_kept(taken))
    )


@bp.post("/<int:move_in_id>/readings")
@requires(Permission.MOVEIN_INSPECT)
def read_meters(move_in_id: int) -> Response:
    """Take the readings that were filled in, each with the photo of its dial (M-10)."""
    move_in = _opened(move_in_id)
    expect(lambda: _version(_taken(move_in)))
    taken = _taken(move_in)
    form = ReadingsForm(data=_answers(meters.known_meters(move_in), taken), kept=_kept(taken))
    if form.carried_out(lambda: _read(move_in, form)):
        return _go_on(move_in)
    return _readings_page(move_in, taken, form)


def _opened(move_in_id: int) -> MoveIn:
    move_in = the_case(move_in_id)
    if not move_in.identity_checked_at:
        raise RuleBroken("movein.identity_first")
    return move_in


def _taken(move_in: MoveIn) -> dict[MeterKind, MeterReading]:
    return {reading.meter.kind: reading for reading in meters.readings_of(move_in)}


def _kept(taken: Readings) -> dict[MeterKind, Entry]:
    return {kind: Entry(r.meter.meter_no, r.reading, r.seal_ok) for kind, r in taken.items()}


def _version(taken: Readings) -> int:
    """The latest reading stands for the version of what was seen."""
    return max((reading.id for reading in taken.values()), default=0)


def _read(move_in: MoveIn, form: ReadingsForm) -> None:
    """An unusual reading is asked about once more; it is kept when somebody has looked again."""
    filled, known = form.filled(), meters.known_meters(move_in)
    if not filled and len(form.kept) < len(OPENING_METERS):
        raise RuleBroken("meter.nothing")
    for kind in filled:
        entry = form.entry(kind)
        assert entry.reading is not None  # validated
        last = known[kind].last if kind in known else None
        if unusual_reading(entry.reading, last) and not form.of(kind)["confirmed"].data:
            raise RuleBroken("meter.unusual", field=f"{kind.value}_reading", last=quantity(last))
    for kind in filled:
        entry = form.entry(kind)
        assert entry.reading is not None
        meters.read_meter(
            move_in,
            kind,
            meter_no=entry.meter_no,
            reading=entry.reading,
            seal_ok=entry.seal_ok,
            photo=form.photo(kind),
            at=captured_at(),
        )


def _go_on(move_in: MoveIn) -> Response:
    """To the check once the sheet is complete, too."""
    _move_in, facts = case_of(move_in.id)
    if facts.readings < facts.meters:
        flash(_("底数已记下，还差 %(n)s 只。", n=facts.meters - facts.readings))
        return go("movein.readings", move_in_id=move_in.id)
    flash(_("水电气表的底数都已记下。"))
    return go("movein.show" if locked_check(facts) else "movein.check", move_in_id=move_in.id)


def _readings_page(move_in: MoveIn, taken: Readings, form: ReadingsForm) -> Response:
    return page(
        "movein/readings.html",
        "step",
        form=form,
        move_in=move_in,
        cards=_cards(move_in, taken, form),
        version=_version(taken),
        closed=meters.is_closed(move_in),
    )


def _cards(move_in: MoveIn, taken: Readings, form: ReadingsForm) -> list[Card]:
    known = meters.known_meters(move_in)
    photos = shelf.attachments(unit(), MeterReading.__tablename__, [reading.id for reading in taken.values()])
    return [
        Card(
            position,
            kind,
            known.get(kind),
            taken.get(kind),
            photos.get(taken[kind].id, []) if kind in taken else [],
            form.of(kind),
        )
        for position, kind in enumerate(OPENING_METERS, 1)
    ]


def _answers(known: Mapping[MeterKind, KnownMeter], taken: Readings) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for kind in OPENING_METERS:
        reading, meter = taken.get(kind), known.get(kind)
        answers[f"{kind.value}_meter_no"] = meter.meter_no if meter else ""
        answers[f"{kind.value}_reading"] = reading.reading if reading else None
        answers[f"{kind.value}_seal_ok"] = reading.seal_ok if reading else True
    return answers
