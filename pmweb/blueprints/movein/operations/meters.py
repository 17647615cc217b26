"""The opening readings of the meters, taken at hand-over and confirmed by both sides (M-10, FM-06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Select, and_, or_, select

from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet, MoveIn
from pmweb.blueprints.movein.operations.case import refuse_ended
from pmweb.blueprints.movein.rules import Result
from pmweb.blueprints.movein.sheet import METER_LINES
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.files import FileKind
from pmweb.models.homes import Meter, MeterKind, MeterReading, ReadingPurpose
from pmweb.models.pictures import Prepared
from pmweb.models.session_rules import actor_of


def read_meter(
    move_in: MoveIn,
    kind: MeterKind,
    *,
    meter_no: str,
    reading: Decimal,
    seal_ok: bool,
    photo: Prepared | None,
    at: datetime,
) -> MeterReading:
    """Take the opening reading of a meter, m³ or kWh (M-10, FM-06). A new one voids the one before it.

    The line of the sheet that asks for it is answered with it. RuleBroken: ``movein.identity_first`` (A-8),
    ``meter.photo`` without a photo of the dial, ``meter.closed`` after the signature.
    """
    refuse_ended(move_in)
    if not move_in.identity_checked_at:
        raise RuleBroken("movein.identity_first")
    if is_closed(move_in):
        raise RuleBroken("meter.closed")
    session = unit()
    before = next((r for r in readings_of(move_in) if r.meter.kind is kind), None)
    kept = shelf.attachments(session, MeterReading.__tablename__, [before.id])[before.id] if before else []
    if photo is None and not kept:
        raise RuleBroken("meter.photo")
    meter = session.scalar(
        select(Meter).where(Meter.home_id == move_in.home_id, Meter.kind == kind, Meter.removed_on.is_(None))
    )
    if meter is None:
        meter = Meter(home_id=move_in.home_id, kind=kind, meter_no=meter_no)
        session.add(meter)
    meter.meter_no = meter_no
    session.flush()
    if before is not None:
        before.voided_at, before.void_reason = at, "read again"
    taken = MeterReading(
        meter_id=meter.id,
        home_id=move_in.home_id,
        purpose=ReadingPurpose.HANDOVER,
        reading=reading,
        seal_ok=seal_ok,
        read_at=at,
        read_by=actor_of(session).name,
        subject_kind=MoveIn.__tablename__,
        subject_id=move_in.id,
        meter=meter,
    )
    session.add(taken)
    session.flush()
    if photo is not None:
        shelf.attach(session, shelf.put(session, photo, FileKind.PHOTO, at=at), taken, at=at)
    for attachment in kept if photo is None else ():
        shelf.attach(session, attachment.file, taken, at=at)
    answer_line(move_in, taken)
    move_in.checked_at = None
    session.flush()
    return taken


def answer_line(move_in: MoveIn, taken: MeterReading) -> None:
    """What the sheet asks of a meter – number, seal, reading – is answered by reading it (M-9, M-10).

    An untouched line is in order. With a broken seal it is not, and somebody says what is wrong with it.
    """
    query = (
        select(AcceptanceItem)
        .join(AcceptanceSheet, AcceptanceSheet.id == AcceptanceItem.sheet_id)
        .where(
            AcceptanceSheet.move_in_id == move_in.id,
            AcceptanceSheet.round == 1,
            AcceptanceItem.code == METER_LINES[taken.meter.kind],
        )
    )
    for item in unit().scalars(query):
        untouched = item.result is Result.NOT_TESTED and not item.note
        if taken.seal_ok and untouched:
            item.result = Result.OK
        elif not taken.seal_ok and item.result is Result.OK:
            item.result = Result.NOT_TESTED
        else:
            continue
        item.marked_at, item.marked_by = taken.read_at, actor_of(unit()).code


def readings_of(move_in: MoveIn) -> list[MeterReading]:
    """The standing readings of this move-in, with their meters."""
    query = (
        select(MeterReading)
        .join(MeterReading.meter)
        .where(
            MeterReading.subject_kind == MoveIn.__tablename__,
            MeterReading.subject_id == move_in.id,
            MeterReading.voided_at.is_(None),
        )
        .order_by(MeterReading.id)
    )
    return list(unit().scalars(query).unique())


def void_readings(move_in: MoveIn, reason: str, *, at: datetime) -> None:
    """The case was given up: what was read in it is not the opening reading of the next."""
    for reading in readings_of(move_in):
        reading.voided_at, reading.void_reason = at, reason
    unit().flush()


@dataclass(frozen=True)
class KnownMeter:
    """What is known about a meter before it is read: its number, and what it showed last."""

    meter_no: str
    last: Decimal | None


def known_meters(move_in: MoveIn) -> dict[MeterKind, KnownMeter]:
    """The meters of the home with their last reading from before this move-in: one query."""
    of_another = or_(
        MeterReading.subject_kind.is_(None),
        MeterReading.subject_kind != MoveIn.__tablename__,
        MeterReading.subject_id != move_in.id,
    )
    query = (
        select(Meter.kind, Meter.meter_no, MeterReading.reading)
        .outerjoin(
            MeterReading,
            and_(MeterReading.meter_id == Meter.id, MeterReading.voided_at.is_(None), of_another),
        )
        .where(Meter.home_id == move_in.home_id, Meter.removed_on.is_(None))
        .order_by(MeterReading.read_at, MeterReading.id)
    )
    return {row.kind: KnownMeter(row.meter_no, row.reading) for row in unit().execute(query)}


def is_closed(move_in: MoveIn) -> bool:
    """Whether the readings were signed: they belong to round 1."""
    return bool(unit().scalar(_first_round_signed(move_in)))


def _first_round_signed(move_in: MoveIn) -> Select[int]:
    return select(AcceptanceSheet.id).where(
        AcceptanceSheet.move_in_id == move_in.id,
        AcceptanceSheet.round == 1,
        AcceptanceSheet.closed_at.is_not(None),
    )
