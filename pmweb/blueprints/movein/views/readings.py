"""水电气表: the opening readings, one card a meter, each saved by itself (M-10, FM-06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb.blueprints.movein.forms.acceptance import ReadingForm
from pmweb.blueprints.movein.models import MoveIn
from pmweb.blueprints.movein.operations import meters
from pmweb.blueprints.movein.operations.meters import METERS, KnownMeter
from pmweb.blueprints.movein.rules import unusual_reading
from pmweb.blueprints.movein.views.base import bp
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.files import Attachment
from pmweb.models.homes import MeterKind, MeterReading
from pmweb.web.access import find, requires
from pmweb.web.filters import quantity
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at, expect


@dataclass(frozen=True)
class Card:
    """One meter as the page shows it."""

    position: int
    kind: MeterKind
    known: KnownMeter | None
    taken: MeterReading | None
    photos: Sequence[Attachment]
    form: ReadingForm


@bp.get("/<int:move_in_id>/readings")
@requires(Permission.MOVEIN_READ)
def readings(move_in_id: int) -> Response:
    """A card for each meter, with what it showed last."""
    move_in = find(MoveIn, move_in_id)
    if not move_in.identity_checked_at:
        raise RuleBroken("movein.identity_first")
    return _readings_page(move_in)


@bp.post("/<int:move_in_id>/readings/<kind>")
@requires(Permission.MOVEIN_INSPECT)
def read_meter(move_in_id: int, kind: str) -> Response:
    """Take one reading, with the photo of the dial (M-10)."""
    move_in = find(MoveIn, move_in_id)
    if kind not in [meter.value for meter in METERS]:
        abort(404)
    taken = next((r.id for r in meters.readings_of(move_in) if r.meter.kind == kind), 0)
    expect(taken)  # the reading that stands is the version of what was seen
    form = ReadingForm(prefix=f"{kind}-")
    if form.carried_out(lambda: _read(move_in, MeterKind(kind), form)):
        flash(_("底数已记下。"))
        position = METERS.index(MeterKind(kind)) + 1
        return go("movein.readings", move_in_id=move_in_id, _anchor=f"meter-{position}")
    return _readings_page(move_in, failed=(kind, form))


def _read(move_in: MoveIn, kind: MeterKind, form: ReadingForm) -> None:
    """An unusual reading is asked about once more; it is kept when somebody has looked again."""
    assert form.reading.data is not None  # validated
    known = meters.known_meters(move_in).get(kind)
    last = known.last if known else None
    if unusual_reading(form.reading.data, last) and not form.confirmed.data:
        raise RuleBroken("meter.unusual", field="reading", last=quantity(last))
    meters.read_meter(
        move_in,
        kind,
        meter_no=form.meter_no.data or "",
        reading=form.reading.data,
        seal_ok=bool(form.seal_ok.data),
        photo=form.photo.data[0] if form.photo.data else None,
        at=captured_at(),
    )


def _readings_page(move_in: MoveIn, failed: tuple[str, ReadingForm] | None = None) -> Response:
    cards = _cards(move_in, failed)
    wanted = (request.headers.get("HX-Target") or "").rpartition("-")[2]
    return page(
        "movein/readings.html",
        "meter",
        form=failed[1] if failed else None,
        move_in=move_in,
        cards=cards,
        card=next((card for card in cards if str(card.position) == wanted), cards[0]),
        closed=meters.is_closed(move_in),
    )


def _cards(move_in: MoveIn, failed: tuple[str, ReadingForm] | None) -> list[Card]:
    taken = {reading.meter.kind: reading for reading in meters.readings_of(move_in)}
    known = meters.known_meters(move_in)
    photos = shelf.attachments(unit(), MeterReading.__tablename__, [reading.id for reading in taken.values()])
    cards = []
    for position, kind in enumerate(METERS, 1):
        reading = taken.get(kind)
        form = failed[1] if failed and failed[0] == kind.value else _form(kind, known.get(kind), reading)
        laid = photos.get(reading.id, []) if reading else []
        cards.append(Card(position, kind, known.get(kind), reading, laid, form))
    return cards


def _form(kind: MeterKind, known: KnownMeter | None, taken: MeterReading | None) -> ReadingForm:
    data = {
        "meter_no": known.meter_no if known else "",
        "reading": taken.reading if taken else None,
        "seal_ok": taken.seal_ok if taken else True,
    }
    return ReadingForm(formdata=None, prefix=f"{kind.value}-", data=data)
