"""The follow-up of a repair: what the resident said, and the supervisor's check of it (W-1 to W-6, A-18, FM-10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.households.household import Member, members_of
from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import FollowUp, FollowUpAttempt, Repair
from pmweb.blueprints.repairs.operations.moves import move, not_before, table
from pmweb.blueprints.repairs.operations.promises import follow, nature_of
from pmweb.blueprints.repairs.operations.work import begin_again
from pmweb.blueprints.repairs.rules import FollowUpKind, FollowUpResult, Heard, RepairState
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal
from pmweb.models.people import AgeGroup, TieKind
from pmweb.models.staff import Staff

_YOUNG = (AgeGroup.CHILD, AgeGroup.MINOR)


def follow_up(repair: Repair, heard: Heard, by: Staff, at: datetime) -> FollowUp | None:
    """W-1 to W-6: note what the resident said. None where nobody answered: that is an attempt, and stays owed (A-18).

    A problem returns the repair to rework at once (W-6). What the supervisor need not look at is closed in the same
    act. ``RuleBroken``: ``move.illegal``, ``repair.sign_first``, ``repair.leak_test_first``,
    ``repair.follow_up_own``, and those of ``rules.refuse_heard``.
    """
    table().move(repair.state, RepairState.FOLLOWED_UP)
    rules.refuse_follow_up(repair.state, nature_of(repair))
    rules.refuse_own_work(by.id, {repair.assignee_id, *(ended.assignee_id for ended in repair.rounds)})
    at = not_before(repair, at)
    if heard.result is None:
        _try(repair, heard, by, at)
        return None
    late = rules.is_follow_up_late(repair.follow_up_due_at, at)
    tried = [attempt.tried_at for attempt in attempts_of(repair)]
    rules.refuse_heard(heard, tried_on=rules.days_tried(tried, clock.zone()), late=late)
    reached = heard.result is not FollowUpResult.UNREACHABLE
    made = FollowUp(
        repair_id=repair.id,
        round=repair.round,
        kind=FollowUpKind.FOLLOW_UP,
        channel=heard.channel,
        due_at=repair.follow_up_due_at,
        followed_at=at,
        person_name=heard.person_name if reached else "",
        result=heard.result,
        problem=heard.problem if heard.result is FollowUpResult.PROBLEM_FOUND else "",
        satisfaction=heard.satisfaction if reached else None,
        late_reason=heard.late_reason if late else "",
        note=heard.note,
        by_id=by.id,
    )
    unit().add(made)
    repair.followed_up_at = at
    move(repair, RepairState.FOLLOWED_UP)
    unit().flush()
    _go_on(repair, made, at)
    return made


def _try(repair: Repair, heard: Heard, by: Staff, at: datetime) -> None:
    unit().add(
        FollowUpAttempt(
            repair_id=repair.id, round=repair.round, channel=heard.channel, tried_at=at, by_id=by.id
        )
    )
    unit().flush()
    days = rules.days_tried((attempt.tried_at for attempt in attempts_of(repair)), clock.zone())
    journal.note(
        unit(),
        repair,
        "repair.follow_up_tried",
        at=at,
        home_id=repair.home_id,
        channel=heard.channel.value,
        n=len(days),
        number=repair.number,
        round=repair.round,
    )


def _go_on(repair: Repair, made: FollowUp, at: datetime) -> None:
    """What follows from the answer: rework, the supervisor's check, or the end."""
    if made.result is FollowUpResult.PROBLEM_FOUND:
        begin_again(repair, "repair.follow_up_failed", made.problem, at)
        return
    if not rules.needs_check(made.result, _serial(repair)):
        repair.closed_at = at
        move(repair, RepairState.CLOSED)
    follow(repair, "repair.followed_up", at, result=made.result.value, channel=made.channel.value)


def check(repair: Repair, note: str, by: Staff, at: datetime) -> FollowUp:
    """The supervisor has looked at the follow-up and closes the repair; what does not hold goes to rework instead.

    ``RuleBroken``: ``move.illegal``, ``repair.follow_up_first``, ``repair.check_own``.
    """
    table().move(repair.state, RepairState.CLOSED)
    last = last_follow_up(repair)
    if last is None:
        raise RuleBroken("repair.follow_up_first")
    rules.refuse_own_follow_up(by.id, last.by_id)
    at = not_before(repair, at)
    made = FollowUp(
        repair_id=repair.id,
        round=repair.round,
        kind=FollowUpKind.CHECK,
        channel=last.channel,
        due_at=repair.due_at,
        followed_at=at,
        result=last.result,
        problem=last.problem,
        note=note,
        by_id=by.id,
    )
    unit().add(made)
    repair.closed_at = at
    move(repair, RepairState.CLOSED)
    follow(repair, "repair.checked", at, note=note)
    return made


def attempts_of(repair: Repair) -> list[FollowUpAttempt]:
    """The attempts of the present round, the first of them first."""
    query = select(FollowUpAttempt).where(
        FollowUpAttempt.repair_id == repair.id, FollowUpAttempt.round == repair.round
    )
    return list(unit().scalars(query.order_by(FollowUpAttempt.tried_at, FollowUpAttempt.id)))


def askable(repair: Repair) -> Sequence[Member]:
    """Who of the home may be asked how it turned out; nobody for common parts: there it is the caller."""
    if repair.home_id is None or not nature_of(repair).signs:
        return ()
    return [
        who
        for who in members_of(repair.home_id)
        if who.kind is not TieKind.EMERGENCY and who.age_group not in _YOUNG
    ]


def last_follow_up(repair: Repair) -> FollowUp | None:
    """The follow-up of the present round; None before it is made."""
    query = select(FollowUp).where(
        FollowUp.repair_id == repair.id,
        FollowUp.round == repair.round,
        FollowUp.kind == FollowUpKind.FOLLOW_UP,
    )
    return unit().scalar(query.order_by(FollowUp.id.desc()).limit(1))


def _serial(repair: Repair) -> int:
    """The running number behind kind and year: 62 of ``BX-2026-000062``."""
    return int(repair.number.rpartition("-")[2])
