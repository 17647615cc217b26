"""What the resident is told and says; new rounds; a second look (P-16, P-20, P-21, P-23, A-35)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from pmweb.blueprints.complaints.models import ROUND_FACTS, ComplaintWord
from pmweb.blueprints.complaints.operations import answers, handling, resident, routing
from pmweb.blueprints.complaints.rules import (
    AnswerChannel,
    ClockKind,
    ComplaintState,
    FaultId,
    LevelId,
    Validity,
)
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from tests.blueprints.complaints.cases import HOUR, Cast, all_clocks, found, owed, running, told, told_of
from tests.office import MORNING, Office

S, L, K = ComplaintState, LevelId, ClockKind
DAY = timedelta(days=1)
LATER = MORNING + 2 * HOUR
TONIGHT = datetime(2026, 3, 5, 16, 0, tzinfo=UTC)


@pytest.fixture
def cast(office: Office) -> Cast:
    return Cast(office)


def test_the_receiver_owes_the_feedback_on_the_day_of_the_result(cast: Cast) -> None:
    """P-20, P-21, A-35: the day on which the department reported, not that of the complaint."""
    complaint = cast.in_state(S.IN_PROGRESS)
    reported = TONIGHT + DAY - timedelta(minutes=1)  # 23:59 of the next day
    handling.report(complaint, found(), (), reported)
    assert running(complaint) == {K.FEEDBACK: TONIGHT + DAY}
    task = owed(complaint)["inform"]
    assert (task.staff_id, task.rule, task.due_at) == (cast.receiver.id, "P-21", TONIGHT + DAY)
    assert told_of(complaint, "result")[0]["result"] == found().result


def test_who_is_told_says_whether_it_is_accepted(cast: Cast) -> None:
    """P-21: by phone or in person; the supervisor of the desk closes it by the end of the next day."""
    complaint = cast.in_state(S.RESULT_REPORTED)
    answers.inform(complaint, told(accepted=False, satisfaction=2, said="还要赔偿"), cast.receiver, LATER)
    assert (complaint.accepted, complaint.satisfaction, complaint.resident_said) == (False, 2, "还要赔偿")
    assert running(complaint) == {}
    task = owed(complaint)["close"]
    assert (task.role, task.department, task.due_at) == (
        *(Role.DEPARTMENT_SUPERVISOR, "customer_service"),
        TONIGHT + DAY,
    )
    with pytest.raises(RuleBroken, match=r"complaint\.close_reason"):
        answers.close(complaint, "", cast.service, LATER)
    answers.close(complaint, "要求超出合同", cast.service, LATER)
    assert (complaint.state, complaint.validity, owed(complaint)) == (S.CLOSED, Validity.VALID, {})


def test_telling_the_result_is_the_clear_reply_as_well(cast: Cast) -> None:
    """P-14."""
    complaint = cast.in_state(S.RESULT_REPORTED, L.MAJOR)
    assert K.REPLY in running(complaint)
    answers.inform(complaint, told(text=""), cast.receiver, LATER)
    assert running(complaint) == {}
    assert complaint.replied_at == LATER
    (word,) = unit().scalars(select(ComplaintWord))
    assert (word.text, word.by_id) == (complaint.result, cast.receiver.id)


def test_a_clear_reply_ends_its_clock_and_can_be_read(cast: Cast) -> None:
    """P-14: within 2 days, before the matter is resolved."""
    complaint = cast.in_state(S.IN_PROGRESS, L.MAJOR)
    answers.reply(complaint, AnswerChannel.VISIT, "周五前换完", cast.guard, LATER)
    assert set(running(complaint)) == {K.RESOLVE}
    assert "reply" not in owed(complaint)
    assert [word.text for word in handling.words(complaint)] == ["周五前换完"]
    answers.reply(complaint, AnswerChannel.PHONE, "材料到了", cast.guard, LATER + DAY)
    assert complaint.replied_at == LATER


def test_a_result_that_does_not_do_goes_back_with_its_deadline(cast: Cast) -> None:
    """P-20: the clock of handling runs on as if nothing had been reported."""
    complaint = cast.in_state(S.IN_PROGRESS)
    (due,) = running(complaint).values()
    handling.report(complaint, found(), (), LATER)
    with pytest.raises(RuleBroken, match=r"complaint\.reason"):
        handling.send_back(complaint, "", LATER)
    handling.send_back(complaint, "没有说清楚谁来做", LATER)
    assert (complaint.state, complaint.result_at) == (S.IN_PROGRESS, None)
    assert running(complaint) == {K.RESOLVE: due}
    assert {one.kind: one.withdrawn for one in all_clocks(complaint)}[K.FEEDBACK]
    assert owed(complaint)["resolve"].staff_id == cast.guard.id
    handling.report(complaint, found(result="装修队已签承诺"), (), LATER)
    assert complaint.result == "装修队已签承诺"
    assert set(running(complaint)) == {K.FEEDBACK}


@pytest.mark.parametrize("state", [S.RESIDENT_INFORMED, S.CLOSED])
def test_what_does_not_hold_begins_a_new_round(cast: Cast, state: ComplaintState) -> None:
    """P-12, P-19 "to the end": what was done is kept, with the reason; the deadline of handling runs from now."""
    complaint = cast.in_state(state)
    before = {name: getattr(complaint, name) for name in ROUND_FACTS}
    with pytest.raises(RuleBroken, match=r"complaint\.reason"):
        answers.reopen(complaint, " ", LATER)
    answers.reopen(complaint, "第二天又施工", LATER + DAY)
    (kept,) = complaint.rounds
    assert (kept.round, kept.reason, kept.ended_at) == (1, "第二天又施工", LATER + DAY)
    assert {name: getattr(kept, name) for name in ROUND_FACTS} == before
    assert (complaint.round, complaint.state) == (2, S.REOPENED)
    assert not any(getattr(complaint, name) for name in ROUND_FACTS)
    assert running(complaint) == {K.RESOLVE: TONIGHT + 3 * DAY}
    assert owed(complaint)["assign"].round == 2
    assert told_of(complaint, "reopened") == [
        {"number": complaint.number, "round": 2, "reason": "第二天又施工"}
    ]


def test_a_second_round_goes_the_same_way(cast: Cast) -> None:
    complaint = cast.in_state(S.REOPENED)
    cast.bring(complaint, S.REOPENED, LATER)
    assert [one.round for one in complaint.rounds] == [1, 2]
    assert complaint.round == 3


def test_a_deadline_is_agreed_anew_with_the_resident(cast: Cast) -> None:
    """P-16: for a minor complaint, ahead, with what was said; the one before stays as withdrawn."""
    complaint = cast.in_state(S.IN_PROGRESS)
    for until, said, code in ((LATER, "同意", "deadline_past"), (LATER + DAY, "", "reason")):
        with pytest.raises(RuleBroken, match=rf"complaint\.{code}"):
            answers.agree(complaint, until, said, LATER)
    answers.agree(complaint, LATER + 9 * DAY, "住户出差，周末再来", LATER)
    assert running(complaint) == {K.RESOLVE: LATER + 9 * DAY}
    assert owed(complaint)["resolve"].due_at == complaint.resident_deadline_at == LATER + 9 * DAY
    assert [one.withdrawn for one in all_clocks(complaint) if one.kind is K.RESOLVE] == [True, False]
    assert {one.started_at for one in all_clocks(complaint) if one.kind is K.RESOLVE} == {MORNING}


def test_what_is_agreed_in_a_second_round_runs_from_that_round(cast: Cast) -> None:
    """P-16: nobody is told at once because the first round took long."""
    complaint = cast.bring(cast.take(), S.CLOSED)
    answers.reopen(complaint, "又施工", MORNING + 20 * DAY)
    answers.agree(complaint, MORNING + 22 * DAY, "住户同意", MORNING + 20 * DAY + HOUR)
    (clock,) = [one for one in all_clocks(complaint) if one.ended_at is None]
    assert clock.started_at == MORNING + 20 * DAY


@pytest.mark.parametrize("level", [L.MAJOR, L.IMPORTANT])
def test_no_graver_deadline_is_agreed(cast: Cast, level: LevelId) -> None:
    """P-14, P-15."""
    with pytest.raises(RuleBroken, match=r"move\.illegal"):
        answers.agree(cast.in_state(S.IN_PROGRESS, level), LATER + DAY, "住户同意", LATER)


def test_an_invalid_complaint_is_helped_and_looked_at_again(cast: Cast) -> None:
    """P-23: a reason, what was done for the resident, a second look by somebody else."""
    complaint = cast.take()
    for doubt, help_given, code in (("", "陪同", "reason"), ("没有施工", " ", "help")):
        with pytest.raises(RuleBroken, match=rf"complaint\.{code}"):
            answers.find_invalid(complaint, doubt, help_given, cast.supervisor, LATER)
    answers.find_invalid(complaint, "当天没有施工", "陪同查看楼上", cast.supervisor, LATER)
    task = owed(complaint)["validity"]
    assert (task.role, task.rule, task.due_at) == (Role.DEPARTMENT_SUPERVISOR, "P-23", TONIGHT + DAY)
    with pytest.raises(RuleBroken, match=r"complaint\.second_look"):
        answers.look_again(complaint, Validity.INVALID, "已解释", cast.supervisor, LATER)
    with pytest.raises(RuleBroken, match=r"complaint\.explanation"):
        answers.look_again(complaint, Validity.INVALID, "", cast.service, LATER)
    answers.look_again(complaint, Validity.INVALID, "查过登记，已解释", cast.service, LATER)
    assert (complaint.state, complaint.validity, complaint.help_given) == (
        *(S.CLOSED, Validity.INVALID),
        "陪同查看楼上",
    )
    assert (owed(complaint), running(complaint)) == ({}, {})
    assert [word.text for word in handling.words(complaint)] == ["查过登记，已解释"]


def test_one_that_was_handed_out_is_handled_to_its_end(cast: Cast) -> None:
    """P-23: the resident is helped as far as possible all the same."""
    complaint = cast.in_state(S.IN_PROGRESS)
    answers.find_invalid(complaint, "没有施工", "陪同查看", cast.guard, LATER)
    answers.look_again(complaint, Validity.INVALID, "", cast.service, LATER)
    assert complaint.state is S.IN_PROGRESS
    assert set(owed(complaint)) == {"resolve"}


def test_a_doubt_that_does_not_hold_is_forgotten(cast: Cast) -> None:
    """P-23."""
    complaint = cast.take()
    answers.find_invalid(complaint, "没有施工", "陪同查看", cast.guard, LATER)
    answers.look_again(complaint, Validity.VALID, "监控里有", cast.service, LATER)
    assert (complaint.state, complaint.validity, complaint.doubt) == (S.RECEIVED, Validity.VALID, "")
    assert set(owed(complaint)) == {"assign"}


def test_a_doubt_is_looked_at_before_it_is_closed(cast: Cast) -> None:
    """P-23."""
    complaint = cast.in_state(S.IN_PROGRESS)
    answers.find_invalid(complaint, "没有施工", "陪同查看", cast.guard, LATER)
    handling.report(complaint, found(), (), LATER)
    answers.inform(complaint, told(), cast.receiver, LATER)
    with pytest.raises(RuleBroken, match=r"complaint\.doubt_first"):
        answers.close(complaint, "", cast.service, LATER)


@pytest.mark.parametrize("fault", [FaultId.COMPANY, FaultId.RESIDENT])
def test_a_result_says_whose_fault_it_was(cast: Cast, fault: FaultId) -> None:
    """P-8, P-9, P-12, P-2: fault and steps, cause, bases, result."""
    complaint = cast.in_state(S.IN_PROGRESS)
    handling.report(complaint, found(fault=fault, steps=("1", "5")), (), LATER)
    assert (complaint.fault, complaint.fault_steps, complaint.bases) == (fault, "1,5", "owners_covenant")


def test_waiting_for_others_stops_no_clock(cast: Cast) -> None:
    """No rule pauses a deadline: the reason is written down, and all run on."""
    complaint = cast.in_state(S.IN_PROGRESS, L.MAJOR)
    before = running(complaint)
    yesterday = (LATER - DAY).date()
    for reason, until, code in (("", None, "reason"), ("等城管", yesterday, "until_past")):
        with pytest.raises(RuleBroken, match=rf"complaint\.{code}"):
            handling.wait(complaint, reason, LATER, until)
    handling.wait(complaint, "等城管", LATER, LATER.date())
    assert (complaint.state, running(complaint)) == (S.WAITING_EXTERNAL, before)
    handling.resume(complaint, "来过了", LATER + HOUR)
    assert (complaint.waiting_reason, running(complaint)) == ("", before)


def test_what_the_resident_writes_is_read_by_the_receiver_on_the_same_day(cast: Cast) -> None:
    """P-4, P-20: in the words of the resident."""
    complaint = cast.in_state(S.IN_PROGRESS)
    word = resident.write(complaint, "今天又开始了", LATER)
    assert (word.by_id, word.channel, word.round) == (None, "link", 1)
    task = owed(complaint)["word"]
    assert (task.staff_id, task.due_at) == (cast.receiver.id, TONIGHT)
    with pytest.raises(RuleBroken, match=r"complaint\.word"):
        resident.write(complaint, " ", LATER)


def test_a_link_opens_one_complaint_until_it_ends_or_another_is_given(cast: Cast) -> None:
    complaint, other = cast.take(), cast.take()
    first = resident.issue_link(complaint, MORNING)
    theirs = resident.issue_link(other, MORNING)
    assert resident.opened_by(complaint.id, first, LATER) is complaint
    assert resident.opened_by(complaint.id, theirs, LATER) is None
    assert resident.opened_by(other.id, first, LATER) is None
    end = TONIGHT + 30 * DAY
    assert resident.opened_by(complaint.id, first, end - timedelta(seconds=1)) is complaint
    assert resident.opened_by(complaint.id, first, end) is None
    second = resident.issue_link(complaint, LATER)
    assert resident.opened_by(complaint.id, first, LATER) is None
    resident.withdraw_link(complaint, LATER)
    assert resident.opened_by(complaint.id, second, LATER) is None


def test_whoever_brings_it_before_the_manager_is_not_asked_for_the_contact(cast: Cast) -> None:
    """P-13: the promise of the state before is withdrawn."""
    complaint = cast.in_state(S.IN_PROGRESS)
    routing.pass_up(complaint, "要外墙施工", "已说明", LATER)
    assert set(owed(complaint)) == {"acknowledge"}
