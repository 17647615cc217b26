"""What follows a move: the timeline is told, the open promise kept, the next one made (R-6, M-14, M-15)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import Repair
from pmweb.data import defaults
from pmweb.domain.deadlines import days_after
from pmweb.extensions import unit
from pmweb.models import journal, tasks
from pmweb.models.base import Subject


def follow(
    repair: Repair, event: str, at: datetime, *, waits_until: date | None = None, **facts: Any
) -> None:
    """Note what happened, keep what was promised of the repair, and promise what is owed now."""
    session = unit()
    facts = {key: value for key, value in facts.items() if value not in (None, "")}
    facts |= {"number": repair.number, "round": repair.round}
    journal.note(session, repair, event, at=at, home_id=repair.home_id, **facts)
    tasks.keep_all(session, repair, at=at)
    moment = rules.Moment(
        state=repair.state,
        at=at,
        source=repair.source,
        response=defaults().repairs.priorities[repair.priority].response,
        appointment_at=repair.appointment_at,
        due_on=repair.due_on,
        waits_until=waits_until,
        on_its_own=repair.on_its_own,
    )
    owed = rules.next_promise(moment, clock.zone())
    repair.due_at, repair.moved_at = owed.due_at if owed else None, at
    repair.queue_at = rules.queue_at(repair.state, repair.due_at, at)
    session.flush()
    if owed is None:
        return
    tasks.promise(
        session,
        owed.kind,
        owed.rule,
        repair,
        event_at=at,
        due_at=owed.due_at,
        role=owed.role,
        department=owed.department,
        staff_id=None if owed.role else repair.assignee_id,
        home_id=repair.home_id,
        round=repair.round,
        number=repair.number,
        place=repair.place,
        what=repair.description[:80],
    )


def promise_appointment(repair: Repair, at: datetime) -> None:
    """M-15: when its whole source is rechecked, somebody agrees with the owner on the second acceptance.

    A source that has ended has none any more.
    """
    owed = rules.WHEN_ALL_RECHECKED.get(repair.source_kind or "")
    if owed is None or repair.source_kind is None or repair.source_id is None or repair.on_its_own:
        return
    source = Subject(repair.source_kind, repair.source_id)
    found = (
        unit()
        .execute(
            select(Repair.state, Repair.round).where(
                Repair.source_kind == source.kind, Repair.source_id == source.id
            )
        )
        .all()
    )
    if not rules.all_settled(row.state for row in found):
        return
    tasks.promise(
        unit(),
        owed.kind,
        owed.rule,
        source,
        event_at=at,
        due_at=days_after(at, owed.days, clock.zone()),
        role=owed.role,
        home_id=repair.home_id,
        round=max(row.round for row in found),
        repairs=len(found),
    )


def withdraw_appointment(repair: Repair, at: datetime) -> None:
    """There is something to mend again: the second acceptance is not owed yet."""
    owed = rules.WHEN_ALL_RECHECKED.get(repair.source_kind or "")
    if owed is not None and repair.source_kind is not None and repair.source_id is not None:
        tasks.keep(unit(), owed.kind, Subject(repair.source_kind, repair.source_id), at=at)
