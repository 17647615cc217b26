"""What follows a move: the timeline is told, the open promise kept, the next one made (R-6, M-14, M-15)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from pmweb import clock
from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.judging import is_paid
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.rules import Nature, Owed, Promise
from pmweb.data import defaults
from pmweb.domain.deadlines import days_after
from pmweb.extensions import unit
from pmweb.models import journal, tasks
from pmweb.models.base import Subject, subject_of

FOLLOW_UP = "repair.follow_up"
"""The promise of W-1."""


def follow(
    repair: Repair, event: str, at: datetime, *, waits_until: date | None = None, **facts: Any
) -> None:
    """Note what happened, keep what was promised of the repair, and promise what is owed now."""
    session = unit()
    facts = {key: value for key, value in facts.items() if value not in (None, "")}
    facts |= {"number": repair.number, "round": repair.round}
    journal.note(session, repair, event, at=at, home_id=repair.home_id, **facts)
    tasks.keep_all(session, repair, at=at, but=(rules.DECIDE,) if _decision_owed(repair, at) else ())
    repair.moved_at = at
    owed = owed_now(repair, waits_until)
    _take_deadline(repair, owed)
    session.flush()
    promise_estimate(repair, at)
    _promise(repair, owed, pressing=_is_pressing(repair))


def owed_now(repair: Repair, waits_until: date | None = None) -> Promise | None:
    """What is owed since the last move, reckoned from it; None where nobody owes anything to this repair."""
    moment = rules.Moment(
        state=repair.state,
        at=repair.moved_at,
        begun_at=_begun_at(repair),
        response=defaults().repairs.priorities[repair.priority].response,
        appointment_at=repair.appointment_at,
        due_on=repair.due_on,
        waits_until=waits_until,
        nature=nature_of(repair),
        follow_up=_follow_up(repair),
    )
    return rules.next_promise(moment, clock.zone())


def _begun_at(repair: Repair) -> datetime:
    """Since when somebody waits for the repairer: the call, the rework of this round, or the end of a pause."""
    if repair.resumed_at is not None:
        return repair.resumed_at
    return repair.rounds[-1].ended_at if repair.round > 1 and repair.rounds else repair.registered_at


def follow_verdict(repair: Repair, before: Nature, owed_before: Promise | None, at: datetime) -> None:
    """R-3: another verdict is no move. What is still owed keeps its deadline, and who has been told that it is late.

    Only where something else is owed than before – nobody signs now, or somebody does – the one is withdrawn and the
    other promised, reckoned from the move; the price is asked for where it is to be paid now (X-6).
    """
    session, owed = unit(), owed_now(repair)
    if (owed and owed.kind) != (owed_before and owed_before.kind):
        if owed_before is not None:
            tasks.keep(session, owed_before.kind, repair, at=at)
        _take_deadline(repair, owed)
        _promise(repair, owed, pressing=_is_pressing(repair))
    if nature_of(repair).paid != before.paid:
        promise_estimate(repair, at)
    tasks.keep(session, rules.DECIDE, repair, at=at)
    session.flush()


def _take_deadline(repair: Repair, owed: Promise | None) -> None:
    """The deadline of what is owed stands on the repair; that of a follow-up only while it is owed, or once made."""
    repair.due_at = owed.due_at if owed else None
    repair.queue_at = rules.queue_at(
        repair.state, repair.due_at, repair.moved_at, pressing=_is_pressing(repair)
    )
    if owed is not None and owed.kind == FOLLOW_UP:
        repair.follow_up_due_at = owed.due_at
    elif repair.followed_up_at is None:
        repair.follow_up_due_at = None


def _is_pressing(repair: Repair) -> bool:
    """An emergency goes before all else until its work is done."""
    return repair.priority == rules.EMERGENCY and repair.completed_at is None


def _promise(
    repair: Repair, owed: Promise | None, event_at: datetime | None = None, *, pressing: bool = False
) -> None:
    """What is owed of a repair, reckoned from its last move unless from something else."""
    if owed is None:
        return
    tasks.promise(
        unit(),
        owed.kind,
        owed.rule,
        repair,
        event_at=event_at or repair.moved_at,
        due_at=owed.due_at,
        role=owed.role,
        department=owed.department,
        staff_id=None if owed.role else repair.assignee_id,
        home_id=repair.home_id,
        round=repair.round,
        pressing=pressing,
        number=repair.number,
        place=repair.place,
        what=repair.description[:80],
    )


def nature_of(repair: Repair | Row[Any]) -> Nature:
    """What kind of repair it is: by its category, or by its severity before anybody has named one.

    Also for a row of the register with the same columns.
    """
    category = defaults().repairs.categories.get(repair.category or "")
    return Nature(
        leak=category is not None and category.leak,
        safety=category.safety if category else repair.severity is rules.Severity.SAFETY,
        rechecks=rules.needs_recheck(repair.source),
        signs=rules.resident_signs(
            at_home=repair.home_id is not None, part=repair.part, verdict=repair.verdict
        ),
        on_its_own=repair.on_its_own,
        paid=repair.verdict is not None and is_paid(defaults().warranty, repair.verdict),
    )


def promise_estimate(repair: Repair, at: datetime) -> None:
    """X-6: somebody asks the resident to agree to the price, until it is done or no longer wanted."""
    owed = rules.estimate_owed(
        repair.state,
        nature_of(repair),
        accepted=repair.estimate_accepted_at is not None,
        due_at=repair.appointment_at or repair.due_at,
        assigned=repair.assignee_id is not None,
    )
    if owed is None:
        tasks.keep(unit(), rules.ESTIMATE, repair, at=at)
        return
    _promise(repair, owed, at)


def _follow_up(repair: Repair) -> Owed | None:
    return rules.follow_up_owed(
        {kind.id: kind.days for kind in defaults().repairs.follow_up_kinds.values()},
        nature_of(repair),
        completed_at=repair.completed_at,
        leak_tested_at=repair.leak_tested_at,
        signed_at=repair.signed_at,
        zone=clock.zone(),
    )


def promise_decision(repair: Repair, at: datetime) -> None:
    """R-3: where the rules leave it open, the repair department decides; no move of the repair keeps this promise.

    One that is open stays as it is, with whoever has been told that it is late.
    """
    owed = _decision_owed(repair, at)
    if owed is None or _is_open(repair, owed.kind):
        return
    _promise(repair, owed, at)


def _decision_owed(repair: Repair, at: datetime) -> Promise | None:
    return rules.decision_owed(repair.verdict, repair.state, at, clock.zone())


def _is_open(repair: Repair, kind: str) -> bool:
    subject = subject_of(repair)
    query = select(tasks.Task.id).where(
        tasks.Task.kind == kind,
        tasks.Task.subject_kind == subject.kind,
        tasks.Task.subject_id == subject.id,
        tasks.Task.done_at.is_(None),
    )
    return unit().scalar(query.limit(1)) is not None


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
                Repair.source_kind == source.kind,
                Repair.source_id == source.id,
                Repair.on_its_own.is_(False),
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
    owed = None if repair.on_its_own else rules.WHEN_ALL_RECHECKED.get(repair.source_kind or "")
    if owed is not None and repair.source_kind is not None and repair.source_id is not None:
        tasks.keep(unit(), owed.kind, Subject(repair.source_kind, repair.source_id), at=at)
