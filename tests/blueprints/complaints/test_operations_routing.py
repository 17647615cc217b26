"""Before whom a complaint lies, who answers for it, how grave it is (P-13 to P-19, A-27, A-28)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from pmweb.blueprints.complaints.models import Complaint, LevelChange
from pmweb.blueprints.complaints.operations import answers, clocks, handling, routing
from pmweb.blueprints.complaints.rules import AnswerChannel, ClockKind, ComplaintState, LevelId
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from tests.blueprints.complaints.cases import HOUR, SECURITY, Cast, all_clocks, owed, running, told_of
from tests.office import MORNING, Office

S, L, K = ComplaintState, LevelId, ClockKind
MINUTE = timedelta(minutes=1)
LATER = MORNING + 2 * HOUR


@pytest.fixture
def cast(office: Office) -> Cast:
    return Cast(office)


def midnight(days: int) -> datetime:
    """24:00 in Shanghai so many days after the morning."""
    return datetime(2026, 3, 5, 16, 0, tzinfo=UTC) + timedelta(days=days)


def test_a_major_complaint_is_owed_by_the_manager_on_the_same_day(cast: Cast) -> None:
    """P-14, A-28: brought before the manager in the app, the moment kept; above all else on 今日."""
    complaint = cast.take(levels=frozenset({L.MAJOR}))
    task = owed(complaint)["acknowledge"]
    assert (complaint.escalated_to, complaint.escalated_at) == (Role.OFFICE_MANAGER, MORNING)
    assert (task.role, task.department, task.rule, task.due_at) == (
        *(Role.OFFICE_MANAGER, None, "P-14"),
        midnight(0),
    )
    assert task.pressing
    assert running(complaint) == {K.ESCALATE: midnight(0), K.REPLY: midnight(2), K.RESOLVE: midnight(10)}


def test_an_important_complaint_is_owed_by_the_supervisor_within_the_hour(cast: Cast) -> None:
    """P-15: of the department that it concerns."""
    complaint = cast.take(levels=frozenset({L.IMPORTANT}))
    task = owed(complaint)["acknowledge"]
    assert (task.role, task.department, task.rule, task.due_at) == (
        *(Role.DEPARTMENT_SUPERVISOR, SECURITY, "P-15"),
        MORNING + HOUR,
    )
    assert not task.pressing
    assert running(complaint) == {K.ESCALATE: MORNING + HOUR, K.RESOLVE: midnight(3)}


def test_a_minor_complaint_goes_to_its_responsible_person_at_once(cast: Cast) -> None:
    """P-16, P-18, P-19."""
    complaint = cast.take(responsible=cast.guard)
    assert (complaint.state, complaint.assignee_id) == (S.ASSIGNED, cast.guard.id)
    task = owed(complaint)["contact"]
    assert (task.staff_id, task.rule, task.due_at) == (cast.guard.id, "P-19", MORNING + 30 * MINUTE)


def test_a_minor_complaint_of_nobody_is_handed_out_within_the_hour(cast: Cast) -> None:
    """P-18."""
    task = owed(cast.take())["assign"]
    assert (task.role, task.department, task.due_at) == (
        *(Role.DEPARTMENT_SUPERVISOR, SECURITY),
        MORNING + HOUR,
    )


@pytest.mark.parametrize("level", [L.MAJOR, L.IMPORTANT])
def test_whoever_takes_it_up_ends_the_clock_of_the_bringing(cast: Cast, level: LevelId) -> None:
    """P-14, P-15: a task that is acknowledged, not only a message."""
    complaint = cast.take(levels=frozenset({level}))
    routing.acknowledge(complaint, cast.manager, MORNING + 20 * MINUTE)
    assert (complaint.state, complaint.acknowledged_by_id) == (S.ESCALATED, cast.manager.id)
    met = next(one for one in all_clocks(complaint) if one.kind is K.ESCALATE)
    assert (met.ended_at, met.withdrawn) == (MORNING + 20 * MINUTE, False)
    assert owed(complaint)["assign"].due_at == MORNING + 80 * MINUTE
    with pytest.raises(RuleBroken, match=r"move\.illegal"):
        routing.acknowledge(complaint, cast.manager, LATER)


def test_whoever_hands_it_out_has_taken_it_up(cast: Cast) -> None:
    """P-14, P-19."""
    complaint = cast.take(levels=frozenset({L.MAJOR}))
    routing.assign(complaint, cast.guard, SECURITY, cast.manager, MORNING + MINUTE)
    assert complaint.acknowledged_by_id == cast.manager.id
    assert set(running(complaint)) == {K.REPLY, K.RESOLVE, K.FIRST_CONTACT}
    assert owed(complaint)["reply"].staff_id == cast.guard.id


def test_nobody_is_given_a_complaint_about_oneself(cast: Cast) -> None:
    """P-1, fair."""
    complaint = cast.take(against=cast.guard)
    with pytest.raises(RuleBroken, match=r"complaint\.own_cause"):
        routing.assign(complaint, cast.guard, SECURITY, cast.supervisor, LATER)
    with pytest.raises(RuleBroken, match=r"complaint\.own_cause"):
        cast.take(against=cast.guard, responsible=cast.guard)


def test_the_responsible_person_is_of_the_department(cast: Cast) -> None:
    """P-18, P-19."""
    complaint = cast.take()
    for stranger, department in ((cast.receiver, SECURITY), (cast.guard, "repair"), (cast.manager, SECURITY)):
        with pytest.raises(RuleBroken, match=r"complaint\.not_of_the_department"):
            routing.assign(complaint, stranger, department, cast.supervisor, LATER)
    assert _of_security() == {cast.guard.id, cast.supervisor.id}
    cast.guard.disabled_at = MORNING
    unit().flush()
    assert _of_security() == {cast.supervisor.id}


def _of_security() -> set[int]:
    return {one.id for one in routing.handlers() if SECURITY in one.departments}


def test_another_person_gets_in_touch_anew(cast: Cast) -> None:
    """P-19: for a reason; the time runs from when it was handed over, and what was missed stays missed."""
    complaint = cast.in_state(S.ASSIGNED)
    with pytest.raises(RuleBroken, match=r"complaint\.reason"):
        routing.reassign(complaint, cast.supervisor, SECURITY, " ", LATER)
    routing.reassign(complaint, cast.supervisor, SECURITY, "赵勇请假", LATER)
    assert running(complaint)[K.FIRST_CONTACT] == LATER + 30 * MINUTE
    assert [one.withdrawn for one in all_clocks(complaint) if one.kind is K.FIRST_CONTACT] == [False, False]
    assert told_of(complaint, "reassigned")[0]["reason"] == "赵勇请假"


def test_whoever_follows_after_the_contact_has_no_clock_of_it(cast: Cast) -> None:
    """P-19: the resident was reached in this round; the next person calls within the hour all the same."""
    complaint = cast.in_state(S.IN_PROGRESS)
    routing.reassign(complaint, cast.supervisor, SECURITY, "换班", LATER)
    assert K.FIRST_CONTACT not in running(complaint)
    task = owed(complaint)["contact"]
    assert (task.staff_id, task.due_at) == (cast.supervisor.id, LATER + HOUR)


def test_what_cannot_be_solved_is_told_and_passed_up(cast: Cast) -> None:
    """P-13: the resident is told why, the supervisor has it, and the manager the second time."""
    complaint = cast.in_state(S.ASSIGNED)
    for reason, said, code in (("", "已说明", "reason"), ("要外墙施工", " ", "told_why")):
        with pytest.raises(RuleBroken, match=rf"complaint\.{code}"):
            routing.pass_up(complaint, reason, said, LATER)
    routing.pass_up(complaint, "要外墙施工", "已电话说明", LATER)
    assert (complaint.state, complaint.escalated_to) == (S.ESCALATED, Role.DEPARTMENT_SUPERVISOR)
    assert owed(complaint)["acknowledge"].rule == "P-13"
    assert told_of(complaint, "told_why")[0]["told"] == "已电话说明"
    routing.assign(complaint, cast.guard, SECURITY, cast.supervisor, LATER)
    routing.pass_up(complaint, "要动用维修资金", "已当面说明", LATER + HOUR)
    assert complaint.escalated_to is Role.OFFICE_MANAGER


def test_whoever_told_the_resident_why_has_been_in_touch(cast: Cast) -> None:
    """P-13, P-19: nobody is told that the first contact is late."""
    complaint = cast.in_state(S.ASSIGNED)
    routing.pass_up(complaint, "要外墙施工", "已电话说明", MORNING + 10 * MINUTE)
    (clock,) = [one for one in all_clocks(complaint) if one.kind is K.FIRST_CONTACT]
    assert (clock.ended_at, clock.withdrawn) == (MORNING + 10 * MINUTE, False)
    assert complaint.first_contact_at == MORNING + 10 * MINUTE


def test_passing_up_is_no_escalation_of_the_level(cast: Cast) -> None:
    """P-13: no clock asks for it; who does not take it up is passed up like any promise."""
    complaint = cast.in_state(S.IN_PROGRESS, L.IMPORTANT)
    routing.pass_up(complaint, "要外墙施工", "已说明", LATER)
    task = owed(complaint)["acknowledge"]
    assert (task.rule, task.due_at, task.next_reminder_at) == ("P-13", LATER + HOUR, LATER + HOUR)
    assert complaint.escalated_to is Role.OFFICE_MANAGER


RAISED = [S.RECEIVED, S.ASSIGNED, S.IN_PROGRESS, S.WAITING_EXTERNAL, S.ESCALATED]


@pytest.mark.parametrize("state", RAISED)
def test_a_level_that_rises_is_brought_before_the_manager(cast: Cast, state: ComplaintState) -> None:
    """P-14, A-28: all clocks anew from the reception, those of before kept as withdrawn."""
    complaint = cast.in_state(state)
    before = running(complaint)
    routing.change_level(complaint, L.MAJOR, "有人受伤", cast.supervisor, LATER)
    assert (complaint.state, complaint.escalated_to) == (S.ESCALATED, Role.OFFICE_MANAGER)
    assert (complaint.acknowledged_at, complaint.waiting_reason) == (None, "")
    assert running(complaint) == {K.ESCALATE: midnight(0), K.REPLY: midnight(2), K.RESOLVE: midnight(10)}
    assert all(one.started_at == MORNING for one in all_clocks(complaint) if one.set_at == LATER)
    withdrawn = {one.kind: one.due_at for one in all_clocks(complaint) if one.withdrawn}
    assert withdrawn == {kind: due for kind, due in before.items() if kind is not K.FIRST_CONTACT}
    assert owed(complaint)["acknowledge"].role is Role.OFFICE_MANAGER


def test_a_reopened_complaint_that_rises_is_handed_out_by_the_manager(cast: Cast) -> None:
    """P-14: it is to be handed out already, so that it is not brought before anybody again."""
    complaint = cast.in_state(S.REOPENED)
    routing.change_level(complaint, L.MAJOR, "媒体来问", cast.supervisor, LATER)
    assert complaint.state is S.REOPENED
    assert running(complaint) == {K.RESOLVE: midnight(10)}  # it was answered in the first round
    assert owed(complaint)["assign"].role is Role.OFFICE_MANAGER


@pytest.mark.parametrize("state", [S.ASSIGNED, S.IN_PROGRESS, S.WAITING_EXTERNAL])
def test_a_level_that_falls_lets_the_work_go_on(cast: Cast, state: ComplaintState) -> None:
    """P-16, A-28."""
    complaint = cast.in_state(state, L.MAJOR)
    routing.change_level(complaint, L.MINOR, "了解后只是个别事项", cast.manager, LATER)
    assert complaint.state is state
    assert running(complaint)[K.RESOLVE] == midnight(2)
    assert not {K.ESCALATE, K.REPLY} & set(running(complaint))
    assert "reply" not in owed(complaint)


def test_a_level_that_falls_after_it_was_taken_up_asks_nobody_to_take_it_up(cast: Cast) -> None:
    """P-15: the hour from the reception is over, and it does not matter any more."""
    complaint = cast.take(levels=frozenset({L.MAJOR}))
    routing.acknowledge(complaint, cast.manager, MORNING + MINUTE)
    routing.change_level(complaint, L.IMPORTANT, "没有人受伤", cast.manager, LATER)
    assert K.ESCALATE not in running(complaint)
    assert set(owed(complaint)) == {"assign"}


def test_a_level_that_falls_before_it_was_taken_up_lies_before_the_supervisor(cast: Cast) -> None:
    """P-15; and one that becomes minor is passed up like any promise when nobody takes it up."""
    complaint = cast.take(levels=frozenset({L.MAJOR}))
    routing.change_level(complaint, L.IMPORTANT, "没有人受伤", cast.manager, MORNING + MINUTE)
    assert running(complaint)[K.ESCALATE] == MORNING + HOUR
    assert owed(complaint)["acknowledge"].role is Role.DEPARTMENT_SUPERVISOR
    assert owed(complaint)["acknowledge"].next_reminder_at is None
    routing.change_level(complaint, L.MINOR, "个别事项", cast.manager, MORNING + 2 * MINUTE)
    task = owed(complaint)["acknowledge"]
    assert (task.rule, task.next_reminder_at) == ("P-13", task.due_at)


def test_a_change_of_the_level_is_written_down_with_its_reason(cast: Cast) -> None:
    complaint = cast.take()
    for level, reason, code in ((L.MAJOR, "", "reason"), (L.MINOR, "不变", "same_level")):
        with pytest.raises(RuleBroken, match=rf"complaint\.{code}"):
            routing.change_level(complaint, level, reason, cast.supervisor, LATER)
    routing.change_level(complaint, L.IMPORTANT, "维修三次未上门", cast.supervisor, LATER)
    (change,) = unit().scalars(select(LevelChange))
    assert (change.was, change.level, change.changed_by_id) == (L.MINOR, L.IMPORTANT, cast.supervisor.id)
    assert told_of(complaint, "level")[0]["reason"] == "维修三次未上门"


def test_a_level_that_rises_forgets_the_residents_own_deadline(cast: Cast) -> None:
    """P-16: it is for minor complaints only."""
    complaint = cast.take(resident_deadline=midnight(20))
    assert running(complaint) == {K.RESOLVE: midnight(20)}
    routing.change_level(complaint, L.IMPORTANT, "收费差错", cast.supervisor, LATER)
    assert complaint.resident_deadline_at is None
    assert running(complaint)[K.RESOLVE] == midnight(3)


def test_a_reply_that_was_given_is_not_owed_again(cast: Cast) -> None:
    """P-14."""
    complaint = cast.in_state(S.IN_PROGRESS)
    answers.reply(complaint, AnswerChannel.PHONE, "明天上门", cast.guard, LATER)
    routing.change_level(complaint, L.MAJOR, "有人受伤", cast.supervisor, LATER)
    assert K.REPLY not in running(complaint)


def test_the_first_contact_waits_while_it_lies_before_the_manager(cast: Cast) -> None:
    """P-19: nobody can record it meanwhile; the clock begins when it is handed out again."""
    complaint = cast.in_state(S.ASSIGNED)
    routing.change_level(complaint, L.MAJOR, "有人受伤", cast.supervisor, MORNING + MINUTE)
    assert K.FIRST_CONTACT not in running(complaint)
    routing.assign(complaint, cast.guard, SECURITY, cast.manager, LATER)
    assert running(complaint)[K.FIRST_CONTACT] == LATER + 30 * MINUTE
    handling.contact(complaint, AnswerChannel.VISIT, "", cast.guard, LATER + MINUTE)
    assert complaint.first_contact_at == LATER + MINUTE


def test_a_promise_of_the_manager_stands_while_others_write(cast: Cast) -> None:
    """X-5: what the manager has seen is not made anew by somebody else's answer."""
    complaint: Complaint = cast.take(levels=frozenset({L.MAJOR}))
    owed(complaint)["acknowledge"].acknowledged_at = MORNING
    answers.reply(complaint, AnswerChannel.PHONE, "经理下午到", cast.receiver, LATER)
    assert owed(complaint)["acknowledge"].acknowledged_at == MORNING
    assert clocks.running(complaint, K.REPLY) == []
