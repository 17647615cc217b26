"""Putting right and looking again: work orders, appointment, second acceptance in rounds (M-12 to M-18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from pmweb import clock
from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet, Appointment, DefectRound, MoveIn
from pmweb.blueprints.movein.operations import acceptance, case
from pmweb.blueprints.movein.rules import MOVES, Facts, Result, State, check_open_round
from pmweb.blueprints.repairs.operations import sources, work
from pmweb.data.acceptance import AcceptanceChecklist
from pmweb.domain.deadlines import days_after
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal, shelf, tasks
from pmweb.models.files import Attachment
from pmweb.models.session_rules import actor_of

SOURCE = MoveIn.__tablename__
UNASSIGNED = ("registered", "rework")
"""States in which the dispatcher hands a repair out."""
REPAIRED = ("completed",)
"""States in which the repair department rechecks (M-14)."""
RECHECKED = ("rechecked", "leak_tested")
"""States of a repair that the owner may look at again."""
SETTLED = ("signed", "followed_up", "closed", "cancelled")
"""States in which nothing of a repair is owed to the owner any more."""


def repairs_of(move_in: MoveIn) -> list[Row[Any]]:
    """The work orders that came out of this move-in, as columns: one query."""
    return sources.of_source(SOURCE, move_in.id)


def photos_for(items: Iterable[AcceptanceItem]) -> dict[int, tuple[list[Attachment], list[Attachment]]]:
    """By work order of these defects: the photos from before the repair and from after it, to compare (M-17)."""
    return sources.photos_of(item.repair_id for item in items if item.repair_id is not None)


def register_defects(
    move_in: MoveIn,
    sheet: AcceptanceSheet,
    checklist: AcceptanceChecklist,
    places: Mapping[tuple[str, int], str],
    *,
    at: datetime,
) -> int:
    """M-12: every defect of the signed sheet becomes a repair with its work order. Returns how many.

    ``places`` names each room as the paper names it.
    """
    defects = [
        item for item in acceptance.items_of(sheet) if item.result is Result.DEFECT and not item.repair_id
    ]
    photos = shelf.attachments(unit(), AcceptanceItem.__tablename__, [item.id for item in defects])
    for item in defects:
        assert item.severity is not None
        assert item.responsible is not None
        made = work.register_defect(
            move_in.home,
            source_kind=SOURCE,
            source_id=move_in.id,
            item_code=item.code,
            place=places[item.room, item.room_no],
            description=f"{checklist.items[item.code].name_zh}：{item.note}",
            trade=checklist.items[item.code].trade,
            severity=item.severity.value,
            responsible=item.responsible.value,
            due_on=item.due_on,
            photo_ids=[attachment.file_id for attachment in photos[item.id]],
            at=at,
        )
        item.repair_id = made.id
    unit().flush()
    return len(defects)


def appoint(
    move_in: MoveIn, moment: datetime, agreed_by: str, remark: str, staff_id: int, *, at: datetime
) -> None:
    """Agree on the time of the next acceptance and tell the repair department who comes along (M-15, M-16).

    RuleBroken: ``movein.ended``, ``rounds.not_rectifying``, ``appointment.past``.
    """
    case.refuse_ended(move_in)
    if move_in.state is not State.RECTIFYING:
        raise RuleBroken("rounds.not_rectifying")
    if moment <= at:
        raise RuleBroken("appointment.past", field="moment")
    session = unit()
    for earlier in session.scalars(_standing_appointments(move_in)):
        earlier.cancelled_at = at
    number = next_round(move_in)
    session.add(
        Appointment(
            move_in_id=move_in.id,
            round=number,
            at=moment,
            agreed_by=agreed_by,
            remark=remark,
            staff_id=staff_id,
            made_at=at,
        )
    )
    tasks.keep(session, "movein.appoint", move_in, at=at)
    tasks.promise(
        session,
        "movein.accompany",
        "M-16",
        move_in,
        event_at=at,
        due_at=moment,
        staff_id=staff_id,
        home_id=move_in.home_id,
        round=number,
    )
    journal.note(
        session,
        move_in,
        "movein.appointed",
        at=at,
        home_id=move_in.home_id,
        when=f"{clock.local(moment):%Y-%m-%d %H:%M}",
        round=number,
    )
    session.flush()


def appointment_of(move_in: MoveIn) -> Appointment | None:
    """The standing appointment for the next round."""
    return unit().scalar(_standing_appointments(move_in).limit(1))


def next_round(move_in: MoveIn) -> int:
    """The number of the round that comes next."""
    sheet = acceptance.sheet_of(move_in)
    return sheet.round + 1 if sheet else 1


def open_round(
    move_in: MoveIn, facts: Facts, resident_present: str, inspectors: str, *, at: datetime
) -> AcceptanceSheet:
    """Begin the next acceptance with the owner (M-17): the defects whose recheck has passed are on it (M-14).

    RuleBroken ``rounds.recheck_first`` while there is none and others are open: these stay with the repair
    department.
    """
    check_open_round(facts)
    session = unit()
    first = acceptance.first_sheet(move_in)
    move_in.state = MOVES.move(move_in.state, State.ACCEPTANCE_OPEN)
    sheet = AcceptanceSheet(
        move_in_id=move_in.id,
        round=next_round(move_in),
        finish=first.finish,
        top_floor=first.top_floor,
        rooms=first.rooms,
        inspectors=inspectors,
        resident_present=resident_present,
        started_at=at,
    )
    session.add(sheet)
    session.flush()
    rechecked = {row.id for row in repairs_of(move_in) if row.state in RECHECKED}
    session.add_all(
        DefectRound(sheet_id=sheet.id, item_id=item.id)
        for item in acceptance.items_of(first)
        if item.repair_id in rechecked
    )
    move_in.checked_at = None
    tasks.keep(session, "movein.appoint", move_in, at=at)
    journal.note(session, move_in, "movein.round_opened", at=at, home_id=move_in.home_id, round=sheet.round)
    session.flush()
    return sheet


def defects_of_round(sheet: AcceptanceSheet) -> list[DefectRound]:
    """The defects that a later round looks at, in the order of the sheet."""
    return list(
        unit().scalars(select(DefectRound).where(DefectRound.sheet_id == sheet.id).order_by(DefectRound.id))
    )


def mark_defect(
    move_in: MoveIn, sheet: AcceptanceSheet, found: DefectRound, passed: bool, note: str, *, at: datetime
) -> None:
    """What the owner says about one defect now (M-17). Not passed needs words: they go on the next work order.

    RuleBroken: ``movein.ended``, ``acceptance.closed``, ``rounds.failed_needs_note``.
    """
    case.refuse_ended(move_in)
    if sheet.closed_at is not None:
        raise RuleBroken("acceptance.closed")
    if not passed and not note:
        raise RuleBroken("rounds.failed_needs_note", field="note")
    found.passed, found.note = passed, note if not passed else ""
    found.marked_at, found.marked_by = at, actor_of(unit()).code
    move_in.checked_at = None
    unit().flush()


def check_round(move_in: MoveIn, sheet: AcceptanceSheet, *, at: datetime) -> None:
    """核对 of a later round: every defect on it has an answer.

    RuleBroken: ``movein.ended``, ``acceptance.closed``, ``rounds.unanswered``, ``rounds.moved_on``.
    """
    case.refuse_ended(move_in)
    if sheet.closed_at is not None:
        raise RuleBroken("acceptance.closed")
    if any(found.passed is None for found in defects_of_round(sheet)):
        raise RuleBroken("rounds.unanswered")
    passed_repairs(move_in, sheet)
    move_in.checked_at = at
    unit().flush()


def send_back_failed(move_in: MoveIn, sheet: AcceptanceSheet, *, at: datetime) -> None:
    """A defect that did not pass goes back to M-12 with a higher round; the number of rounds is not limited.

    What the repair department has taken back by itself meanwhile is there already.
    """
    for found, repair in _looked_at(move_in, sheet):
        if found.passed is False and repair.state in RECHECKED:
            work.rework(repair, found.note, at)


def passed_repairs(move_in: MoveIn, sheet: AcceptanceSheet) -> list[Any]:
    """The repairs whose defect passed this round: the resident signs their work orders (M-18).

    RuleBroken ``rounds.moved_on`` when the repair department has taken one of them back since its recheck.
    """
    passed = [repair for found, repair in _looked_at(move_in, sheet) if found.passed]
    for repair in passed:
        if is_open(repair.state) and repair.state not in RECHECKED:
            raise RuleBroken("rounds.moved_on", number=repair.number)
    return [repair for repair in passed if repair.state in RECHECKED]


def is_open(state: str) -> bool:
    """Whether a work order in this state is still owed to the owner."""
    return state not in SETTLED


def _looked_at(move_in: MoveIn, sheet: AcceptanceSheet) -> list[tuple[DefectRound, Any]]:
    """The defects of a later round with their repairs."""
    items = {item.id: item for item in acceptance.items_of(acceptance.first_sheet(move_in))}
    pairs = (
        (found, sources.repair_of(SOURCE, move_in.id, items[found.item_id].repair_id or 0))
        for found in defects_of_round(sheet)
    )
    return [(found, repair) for found, repair in pairs if repair is not None]


def promise_appointment(move_in: MoveIn, *, at: datetime) -> None:
    """The owner refused a round and no repair is open: somebody has to agree on the next one (M-15)."""
    if not any(row.state not in RECHECKED and is_open(row.state) for row in repairs_of(move_in)):
        tasks.promise(
            unit(),
            "movein.appoint",
            "M-15",
            move_in,
            event_at=at,
            due_at=days_after(at, 1, clock.zone()),
            role=Role.RECEPTIONIST,
            home_id=move_in.home_id,
        )


def promise_filing(move_in: MoveIn, *, at: datetime) -> None:
    """The acceptance has passed: the file is owed within two days (M-19)."""
    tasks.promise(
        unit(),
        "movein.file",
        "M-19",
        move_in,
        event_at=at,
        due_at=days_after(at, 2, clock.zone()),
        role=Role.RECEPTIONIST,
        department="customer_service",
        home_id=move_in.home_id,
    )


def _standing_appointments(move_in: MoveIn) -> Select[Appointment]:
    """Those for a round that has not begun: one that took place stays as it was."""
    begun = (
        select(func.coalesce(func.max(AcceptanceSheet.round), 0))
        .where(AcceptanceSheet.move_in_id == move_in.id)
        .scalar_subquery()
    )
    return (
        select(Appointment)
        .where(
            Appointment.move_in_id == move_in.id,
            Appointment.cancelled_at.is_(None),
            Appointment.round > begun,
        )
        .order_by(Appointment.id.desc())
    )
