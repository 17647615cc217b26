"""The acceptance of the home: the sheet, its marks, its photos (M-9, M-11, FM-05)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from pmweb import clock
from pmweb.blueprints.movein import sheet as sheets
from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet, MoveIn
from pmweb.blueprints.movein.operations import meters
from pmweb.blueprints.movein.operations.case import refuse_ended
from pmweb.blueprints.movein.rules import (
    MOVES,
    RECTIFY_DAYS,
    Line,
    Outcome,
    Responsible,
    Result,
    Severity,
    State,
    check_complete,
)
from pmweb.data.acceptance import AcceptanceChecklist
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal, shelf
from pmweb.models.files import Attachment, FileKind
from pmweb.models.homes import OPENING_METERS, Finish
from pmweb.models.pictures import Prepared
from pmweb.models.session_rules import actor_of


def start_acceptance(
    move_in: MoveIn,
    layout: sheets.Layout,
    *,
    finish: Finish,
    top_floor: bool,
    inspectors: str,
    resident_present: str,
    checklist: AcceptanceChecklist,
    at: datetime,
) -> AcceptanceSheet:
    """Open round 1 with every line of the checklist that this home has (M-9). RuleBroken if it was opened before."""
    refuse_ended(move_in)
    if not move_in.identity_checked_at:
        raise RuleBroken("movein.identity_first")
    if sheet_of(move_in) is not None:
        raise RuleBroken("acceptance.begun")
    move_in.state = MOVES.move(move_in.state, State.ACCEPTANCE_OPEN)
    session = unit()
    made = AcceptanceSheet(
        move_in_id=move_in.id,
        round=1,
        finish=finish,
        top_floor=top_floor,
        rooms=[layout.bedrooms, layout.bathrooms, layout.balconies],
        inspectors=inspectors,
        resident_present=resident_present,
        started_at=at,
    )
    session.add(made)
    session.flush()
    lines = sheets.lines(checklist, layout, furnished=finish is Finish.FURNISHED, top_floor=top_floor)
    session.add_all(
        AcceptanceItem(
            sheet_id=made.id, position=line.position, room=line.room, room_no=line.room_no, code=line.code
        )
        for line in lines
    )
    session.flush()
    for taken in meters.readings_of(move_in):
        meters.answer_line(move_in, taken)
    move_in.home.finish = finish
    journal.note(
        session, move_in, "movein.acceptance_started", at=at, home_id=move_in.home_id, inspectors=inspectors
    )
    session.flush()
    return made


def sheet_of(move_in: MoveIn, round: int | None = None) -> AcceptanceSheet | None:
    """The sheet of a round; of the latest one if none is named."""
    query = select(AcceptanceSheet).where(AcceptanceSheet.move_in_id == move_in.id)
    if round is not None:
        query = query.where(AcceptanceSheet.round == round)
    return unit().scalar(query.order_by(AcceptanceSheet.round.desc()).limit(1))


def sheets_of(move_in: MoveIn) -> list[AcceptanceSheet]:
    """Every round of the acceptance, the first one first."""
    query = select(AcceptanceSheet).where(AcceptanceSheet.move_in_id == move_in.id)
    return list(unit().scalars(query.order_by(AcceptanceSheet.round)))


def first_sheet(move_in: MoveIn) -> AcceptanceSheet:
    """The sheet of round 1. RuleBroken when the acceptance has not begun."""
    found = sheet_of(move_in, 1)
    if found is None:
        raise RuleBroken("acceptance.not_begun")
    return found


def items_of(sheet: AcceptanceSheet) -> list[AcceptanceItem]:
    """Every line of a sheet, in its order."""
    query = (
        select(AcceptanceItem).where(AcceptanceItem.sheet_id == sheet.id).order_by(AcceptanceItem.position)
    )
    return list(unit().scalars(query))


def mark(
    move_in: MoveIn,
    sheet: AcceptanceSheet,
    item: AcceptanceItem,
    result: Result,
    *,
    checklist: AcceptanceChecklist,
    at: datetime,
) -> None:
    """One tap: what was found about a line (M-9). Taking a mark back keeps it in the trail.

    A defect begins with what the checklist says: safety or minor, the developer, two weeks (A-11). What was said
    under another mark – a defect, or why the line waits – goes with that mark; the same mark again loses nothing.
    RuleBroken ``acceptance.closed`` after the signature.
    """
    _refuse_closed(move_in, sheet)
    if result is not item.result:
        item.result, item.note = result, ""
        item.severity = item.responsible = item.due_on = None
    item.batch = ""
    _signed_by_hand(item, at)
    if result is Result.DEFECT and item.severity is None:
        item.severity = Severity.SAFETY if checklist.items[item.code].safety else Severity.MINOR
        item.responsible = Responsible.DEVELOPER
        item.due_on = clock.local(at).date() + timedelta(days=RECTIFY_DAYS)
    _changed(move_in)


def describe(
    move_in: MoveIn,
    sheet: AcceptanceSheet,
    item: AcceptanceItem,
    *,
    note: str,
    severity: Severity | None = None,
    responsible: Responsible | None = None,
    due_on: date | None = None,
    value: str = "",
    at: datetime,
) -> None:
    """Say more about a line: what is wrong with a defect, or why and until when an item waits (M-11).

    A defect may be described little by little; ``confirm_check`` asks for what is missing. RuleBroken
    ``acceptance.wait_needs_reason_and_date``, ``acceptance.date_past``.
    """
    _refuse_closed(move_in, sheet)
    if item.result is Result.DEFECT:
        item.severity = severity or item.severity
        item.responsible = responsible or item.responsible
    elif item.result is Result.NOT_TESTED and (not note or due_on is None):
        raise RuleBroken("acceptance.wait_needs_reason_and_date", field="note")
    if due_on is not None and due_on < clock.local(at).date():
        raise RuleBroken("acceptance.date_past", field="due_on")
    item.note, item.due_on, item.value = note, due_on or item.due_on, value
    _signed_by_hand(item, at)
    _changed(move_in)


def add_photos(
    move_in: MoveIn, sheet: AcceptanceSheet, item: AcceptanceItem, photos: Iterable[Prepared], *, at: datetime
) -> None:
    """Lay photos to a defect (FM-05)."""
    _refuse_closed(move_in, sheet)
    for prepared in photos:
        file = shelf.put(unit(), prepared, FileKind.PHOTO, at=at)
        shelf.attach(unit(), file, item, at=at)
    _changed(move_in)


def take_off_photo(move_in: MoveIn, sheet: AcceptanceSheet, attachment: Attachment, *, at: datetime) -> None:
    """A photo was laid to the wrong line: it leaves the line, not the shelf."""
    _refuse_closed(move_in, sheet)
    shelf.take_off(attachment, at=at)
    _changed(move_in)


def mark_rest(
    move_in: MoveIn,
    sheet: AcceptanceSheet,
    room: str,
    room_no: int,
    *,
    checklist: AcceptanceChecklist,
    at: datetime,
) -> tuple[str, int]:
    """其余全部合格: every untouched line of a room that is not marked on its own. Returns the batch and how many."""
    _refuse_closed(move_in, sheet)
    batch = str(uuid.uuid4())
    touched = 0
    for item in _room_items(sheet, room, room_no):
        waits = bool(item.note)
        if item.result is Result.NOT_TESTED and not waits and not sheets.on_its_own(checklist, item.code):
            item.result, item.batch = Result.OK, batch
            _signed_by_hand(item, at)
            touched += 1
    _changed(move_in)
    return batch, touched


def undo_rest(move_in: MoveIn, sheet: AcceptanceSheet, batch: str, *, at: datetime) -> int:
    """Take back one 其余全部合格; lines that somebody touched since stay as they are."""
    _refuse_closed(move_in, sheet)
    if not batch:
        return 0
    query = select(AcceptanceItem).where(AcceptanceItem.sheet_id == sheet.id, AcceptanceItem.batch == batch)
    items = list(unit().scalars(query))
    for item in items:
        item.result, item.batch = Result.NOT_TESTED, ""
        _signed_by_hand(item, at)
    _changed(move_in)
    return len(items)


def lines_of(items: Collection[AcceptanceItem], photos: dict[int, int] | None = None) -> list[Line]:
    """The lines as the rules look at them; ``photos`` counts them by item."""
    counted = photos or {}
    return [Line(i.position, i.result, i.note, i.due_on, i.severity, counted.get(i.id, 0)) for i in items]


def photo_counts(items: Collection[AcceptanceItem]) -> dict[int, int]:
    """How many photos lie at each of these lines: one query."""
    ids = [item.id for item in items if item.result is Result.DEFECT]
    query = (
        select(Attachment.subject_id, func.count())
        .where(
            Attachment.subject_kind == AcceptanceItem.__tablename__,
            Attachment.subject_id.in_(ids),
            Attachment.taken_off_at.is_(None),
        )
        .group_by(Attachment.subject_id)
    )
    return {row[0]: row[1] for row in unit().execute(query)}


def confirm_check(move_in: MoveIn, *, at: datetime) -> None:
    """核对: the sheet and the readings are complete and may be signed. RuleBroken says what is missing."""
    refuse_ended(move_in)
    sheet = sheet_of(move_in)
    if sheet is None:
        raise RuleBroken("acceptance.not_begun")
    if sheet.closed_at is not None:
        raise RuleBroken("acceptance.closed")
    if sheet.round == 1:
        items = items_of(sheet)
        check_complete(lines_of(items, photo_counts(items)))
        missing = set(OPENING_METERS) - {reading.meter.kind for reading in meters.readings_of(move_in)}
        if missing:
            raise RuleBroken("movein.readings_first")
    move_in.checked_at = at
    unit().flush()


def close_round(sheet: AcceptanceSheet, outcome: Outcome, *, reason: str = "", at: datetime) -> None:
    """The resident has signed or refused: the round is over, its lines are fixed."""
    if sheet.closed_at is not None:
        raise RuleBroken("acceptance.closed")
    sheet.outcome, sheet.reason, sheet.closed_at = outcome, reason, at
    unit().flush()


def _room_items(sheet: AcceptanceSheet, room: str, room_no: int) -> list[AcceptanceItem]:
    query = select(AcceptanceItem).where(
        AcceptanceItem.sheet_id == sheet.id, AcceptanceItem.room == room, AcceptanceItem.room_no == room_no
    )
    return list(unit().scalars(query))


def _signed_by_hand(item: AcceptanceItem, at: datetime) -> None:
    item.marked_at, item.marked_by = at, actor_of(unit()).code


def _changed(move_in: MoveIn) -> None:
    """What was checked before is checked again."""
    move_in.checked_at = None
    unit().flush()


def _refuse_closed(move_in: MoveIn, sheet: AcceptanceSheet) -> None:
    refuse_ended(move_in)
    if sheet.closed_at is not None:
        raise RuleBroken("acceptance.closed")
