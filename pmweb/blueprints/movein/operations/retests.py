"""What was signed untested is tested later: a ponding test takes 24 hours, a roof waits for the rain (M-9, M-11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pmweb import clock
from pmweb.blueprints.movein.models import AcceptanceItem, MoveIn
from pmweb.blueprints.movein.operations import acceptance
from pmweb.blueprints.movein.rules import (
    MOVES,
    RECTIFY_DAYS,
    Responsible,
    Result,
    Severity,
    State,
    check_retest,
)
from pmweb.blueprints.repairs.operations import sources, work
from pmweb.data.acceptance import AcceptanceChecklist
from pmweb.domain.deadlines import end_of
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal, shelf, tasks
from pmweb.models.files import FileKind
from pmweb.models.pictures import Prepared
from pmweb.models.session_rules import actor_of


def untested(items: Sequence[AcceptanceItem]) -> list[AcceptanceItem]:
    """The lines of a signed sheet that were not tested by then, tested since or not."""
    return [item for item in items if item.result is Result.NOT_TESTED]


def waiting(items: Sequence[AcceptanceItem]) -> list[AcceptanceItem]:
    """Those of them of which nobody has said yet what came of the test."""
    return [item for item in untested(items) if item.retested_at is None]


def settle(
    move_in: MoveIn,
    item: AcceptanceItem,
    *,
    passed: bool,
    note: str = "",
    severity: Severity = Severity.MINOR,
    photos: Sequence[Prepared] = (),
    places: Mapping[tuple[str, int], str],
    checklist: AcceptanceChecklist,
    at: datetime,
) -> None:
    """What came of a test: in order, or a defect with its work order (M-12). The signed line stays as it is.

    It may come after the filing: then the repair stands on its own. RuleBroken ``movein.ended`` in a voided case, and
    those of ``rules.check_retest``.
    """
    if move_in.voided_at is not None:
        raise RuleBroken("movein.ended")
    (line,) = acceptance.lines_of([item])
    if item.retested_at is not None:
        raise RuleBroken("retest.not_waiting")
    check_retest(line, passed=passed, note=note, photos=len(photos), severity=severity)
    session = unit()
    item.retest_passed, item.retest_note = passed, note
    item.retested_at, item.retested_by = at, actor_of(session).code
    session.flush()
    for prepared in photos:
        shelf.attach(session, shelf.put(session, prepared, FileKind.PHOTO, at=at), item, at=at)
    name = checklist.items[item.code].name_zh
    place = places[item.room, item.room_no]
    if not passed:
        _register(
            move_in,
            item,
            f"{name}：{note}",
            severity,
            place=place,
            trade=checklist.items[item.code].trade,
            at=at,
        )
    event = "movein.retest_passed" if passed else "movein.retest_failed"
    journal.note(session, move_in, event, at=at, home_id=move_in.home_id, place=place, item=name, note=note)
    promise(move_in, at=at)


def promise(move_in: MoveIn, *, at: datetime) -> None:
    """The next test is owed on its day, as long as one is outstanding; else the promise is kept."""
    lines = waiting(acceptance.items_of(acceptance.first_sheet(move_in)))
    days = [line.due_on for line in lines if line.due_on is not None]
    if not days:
        tasks.keep(unit(), "movein.retest", move_in, at=at)
        return
    tasks.promise(
        unit(),
        "movein.retest",
        "M-9",
        move_in,
        event_at=at,
        due_at=end_of(min(days), clock.zone()),
        role=Role.REPAIRER,
        department="repair",
        home_id=move_in.home_id,
        count=len(lines),
    )


def _register(
    move_in: MoveIn,
    item: AcceptanceItem,
    description: str,
    severity: Severity,
    *,
    place: str,
    trade: str,
    at: datetime,
) -> None:
    source = MoveIn.__tablename__
    photos = shelf.attachments(unit(), AcceptanceItem.__tablename__, [item.id])[item.id]
    made = work.register_defect(
        move_in.home,
        source_kind=source,
        source_id=move_in.id,
        item_code=item.code,
        place=place,
        description=description,
        trade=trade,
        severity=severity.value,
        responsible=Responsible.DEVELOPER.value,
        due_on=clock.local(at).date() + timedelta(days=RECTIFY_DAYS),
        photo_ids=[photo.file_id for photo in photos],
        at=at,
    )
    item.repair_id = made.id
    if move_in.filed_at is not None:
        sources.let_go(source, move_in.id, at)
    elif move_in.state is State.ACCEPTANCE_PASSED:
        move_in.state = MOVES.move(move_in.state, State.RECTIFYING)
        tasks.keep(unit(), "movein.file", move_in, at=at)
    unit().flush()
