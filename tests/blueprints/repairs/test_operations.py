"""The office's verbs on a repair, against the table of the data file (M-12 to M-18)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import signing, sources, work
from pmweb.blueprints.repairs.operations.moves import table
from pmweb.blueprints.repairs.rules import RepairSource, RepairState
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.base import Subject
from pmweb.models.journal import JournalEntry
from pmweb.models.signing import Refused, Signer, sign
from pmweb.models.tasks import Task
from tests.blueprints.repairs.jobs import Jobs
from tests.office import MORNING, Office

S = RepairState
OVER_DISPATCHED = (S.ACCEPTED, S.REGISTERED)
"""Given back after it was accepted: two moves of the table in one verb."""


@pytest.fixture
def jobs(office: Office) -> Jobs:
    return Jobs(office)


def open_tasks(subject: Subject | Repair) -> list[Task]:
    about = subject if isinstance(subject, Subject) else Subject("repair", subject.id)
    query = select(Task).where(
        Task.subject_kind == about.kind, Task.subject_id == about.id, Task.done_at.is_(None)
    )
    return list(unit().scalars(query))


UNSIGNED = {S.COMPLETED, S.LEAK_TESTED}
"""From here the table leads to the follow-up, but only where nobody signs."""


@pytest.mark.parametrize("to", RepairState)
@pytest.mark.parametrize("state", RepairState)
def test_the_verbs_follow_the_table(jobs: Jobs, state: RepairState, to: RepairState) -> None:
    """Every legal move is made, every other is refused and changes nothing."""
    repair = jobs.in_state(state, source=RepairSource.PHONE)
    unsigned = state in UNSIGNED and to is S.FOLLOWED_UP
    if not unsigned and (table().allows(state, to) or (state, to) == OVER_DISPATCHED):
        jobs.move(repair, to)
        unit().commit()
        assert repair.state is to
        return
    before = repair.version
    with pytest.raises(RuleBroken, match=r"repair\.sign_first" if unsigned else r"move\.illegal"):
        jobs.move(repair, to)
    assert (repair.state, repair.version) == (state, before)


def test_a_defect_gets_its_number_its_place_and_its_promise(jobs: Jobs) -> None:
    """M-12: register and work order in one record; the dispatcher is promised."""
    first, second = (
        jobs.defect(),
        jobs.defect(item_code="BAT-01#2", severity="safety", due_on=date(2026, 3, 20)),
    )
    assert [first.number, second.number] == ["BX-2026-000001", "BX-2026-000002"]
    assert (second.state, second.round, second.priority, second.assisting) == (
        S.REGISTERED,
        1,
        "urgent",
        "repair",
    )
    (task,) = open_tasks(second)
    assert (task.kind, task.rule, task.role) == ("repair.dispatch", "R-6", Role.DISPATCHER)
    assert task.due_at == second.registered_at + timedelta(minutes=40)


@pytest.mark.parametrize("state", RepairState)
def test_one_promise_at_most_is_open_at_a_time(jobs: Jobs, state: RepairState) -> None:
    """Promise 10: what is owed is owed once, by the deadline that the register shows."""
    repair = jobs.in_state(state)
    tasks = open_tasks(repair)
    assert len(tasks) <= 1
    assert repair.due_at == (tasks[0].due_at if tasks else None)


def test_a_job_is_given_only_to_somebody_who_may_work_here(office: Office, jobs: Jobs) -> None:
    other = office.other_estate()
    strangers = (
        office.staff(Role.RECEPTIONIST),
        office.staff(Role.REPAIRER, estate=other),
        office.staff(Role.DEPARTMENT_SUPERVISOR),  # of the reception
    )
    for stranger in strangers:
        with pytest.raises(RuleBroken, match=r"repair\.not_a_repairer"):
            work.dispatch(jobs.defect(), stranger, None, MORNING)


def test_an_appointment_lies_ahead(jobs: Jobs) -> None:
    with pytest.raises(RuleBroken, match=r"repair\.appointment_past"):
        work.dispatch(jobs.defect(), jobs.worker, MORNING - timedelta(hours=1), MORNING)


def test_what_takes_a_job_away_or_sends_it_back_needs_a_reason(jobs: Jobs) -> None:
    at = jobs.now()
    accepted, completed = jobs.in_state(S.ACCEPTED), jobs.in_state(S.COMPLETED)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: work.dispatch(accepted, jobs.worker, None, at, " "),
        lambda: work.give_back(accepted, "", at),
        lambda: work.wait(accepted, "parts", "", at),
        lambda: work.cancel(accepted, "", at),
        lambda: work.recheck(completed, False, "", at),
        lambda: work.rework(completed, "", at),
    )
    for attempt in attempts:
        with pytest.raises(RuleBroken, match=r"repair\.reason"):
            attempt()
    assert (accepted.state, completed.state) == (S.ACCEPTED, S.COMPLETED)


def test_a_job_given_back_belongs_to_nobody(jobs: Jobs) -> None:
    repair = jobs.in_state(S.ACCEPTED)
    work.give_back(repair, "工种不符", jobs.now())
    assert (repair.assignee_id, repair.accepted_at, repair.dispatched_at) == (None, None, None)


def test_nothing_resumes_that_did_not_wait(jobs: Jobs) -> None:
    with pytest.raises(RuleBroken, match=r"move\.illegal"):
        work.resume(jobs.in_state(S.DISPATCHED), jobs.now())


def test_a_failed_recheck_begins_the_next_round_and_keeps_the_last(jobs: Jobs) -> None:
    """M-14: failed → rework with the reason; the facts of the round stay as they were."""
    repair = jobs.in_state(S.COMPLETED)
    work.recheck(repair, False, "仍然返臭", jobs.now())
    unit().commit()
    assert (repair.state, repair.round, repair.work_done, repair.completed_at) == (S.REWORK, 2, "", None)
    (kept,) = repair.rounds
    assert (kept.round, kept.reason, kept.ended_in) == (1, "仍然返臭", S.COMPLETED)
    assert (kept.work_done, kept.assignee_id) == ("疏通地漏", jobs.worker.id)


def test_a_failed_second_acceptance_goes_back_as_often_as_it_takes(jobs: Jobs) -> None:
    """Second round of section 4: the number of rounds is not limited."""
    repair = jobs.in_state(S.RECHECKED)
    for _again in range(3):
        work.rework(repair, "业主不认可", jobs.now())
        jobs.go_on(repair, S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED, S.RECHECKED)
    assert repair.round == 4
    assert [kept.round for kept in repair.rounds] == [1, 2, 3]


def test_a_signed_round_keeps_its_signature_when_the_repair_opens_again(jobs: Jobs) -> None:
    """Nothing signed is ever erased."""
    repair = jobs.in_state(S.CLOSED)
    signature_id = repair.signature_id
    work.rework(repair, "又漏了", jobs.now())
    unit().commit()
    assert repair.signature_id is None
    assert repair.rounds[0].signature_id == signature_id
    assert repair.rounds[0].signed_at is not None


def test_a_defect_of_the_acceptance_is_signed_only_after_its_recheck(jobs: Jobs) -> None:
    """M-14, A-8: the table would allow it, the guard does not."""
    repair = jobs.in_state(S.COMPLETED)
    signature = jobs.signature_on(repair)
    with pytest.raises(RuleBroken, match=r"repair\.recheck_first"):
        signing.sign_off(repair, signature, jobs.now())
    work.recheck(repair, True, "", jobs.now())
    signing.sign_off(repair, signature, jobs.now())
    assert repair.state is S.SIGNED


def test_a_leak_is_signed_only_after_its_test(jobs: Jobs) -> None:
    """A-21."""
    repair = jobs.in_state(S.RECHECKED)
    repair.category = "bathroom_leak"
    with pytest.raises(RuleBroken, match=r"repair\.leak_test_first"):
        signing.sign_off(repair, jobs.signature_on(repair), jobs.now())


def test_the_signature_is_one_on_this_very_work_order(jobs: Jobs) -> None:
    """M-18."""
    repair, other = jobs.in_state(S.RECHECKED), jobs.in_state(S.RECHECKED)
    with pytest.raises(RuleBroken, match=r"repair\.signature_of_another"):
        signing.sign_off(repair, jobs.signature_on(other), jobs.now())


def test_the_signature_covers_the_work_until_it_changes(jobs: Jobs) -> None:
    """SIG-2."""
    repair = jobs.in_state(S.SIGNED)
    signature = jobs.signature_on(repair)
    order = signing.work_order_paper(repair)
    (again,) = sign(
        unit(), repair, [order], Signer("周文博"), Refused("-", "-"), at=MORNING, locale="zh_CN", device=""
    )
    assert signature.sha256 == again.sha256
    repair.work_done = "换了地漏"
    changed = signing.work_order_paper(repair).snapshot("zh_CN")
    assert changed != signature.snapshot


def test_when_the_last_repair_is_rechecked_the_owner_is_called(jobs: Jobs) -> None:
    """M-15: the promise stands on the matter that the repairs came from, which they do not know."""
    move_in = Subject("move_in", 12)
    first, second = jobs.in_state(S.COMPLETED), jobs.in_state(S.COMPLETED)
    jobs.in_state(S.REGISTERED, source_id=13)
    work.recheck(first, True, "", jobs.now())
    assert open_tasks(move_in) == []
    work.recheck(second, True, "", jobs.now())
    (task,) = open_tasks(move_in)
    assert (task.kind, task.rule, task.role) == ("movein.appoint", "M-15", Role.RECEPTIONIST)
    assert (task.home_id, task.facts) == (jobs.home.id, {"repairs": 2})


def test_the_call_is_withdrawn_when_something_is_to_be_mended_again(jobs: Jobs) -> None:
    move_in = Subject("move_in", 12)
    repair = jobs.in_state(S.RECHECKED)
    assert len(open_tasks(move_in)) == 1
    work.rework(repair, "业主不认可", jobs.now())
    assert open_tasks(move_in) == []
    jobs.go_on(repair, S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED, S.RECHECKED)
    assert [task.round for task in open_tasks(move_in)] == [2]
    jobs.defect()
    assert open_tasks(move_in) == []


def test_cancelling_the_last_open_repair_settles_the_matter(jobs: Jobs) -> None:
    jobs.in_state(S.RECHECKED)
    work.cancel(jobs.in_state(S.REGISTERED), "重复登记", jobs.now())
    assert [task.kind for task in open_tasks(Subject("move_in", 12))] == ["movein.appoint"]


def test_a_slow_clock_cannot_put_a_step_before_the_last(jobs: Jobs) -> None:
    """The device says when; a later step is never earlier than the one before (FM-09: in this order)."""
    repair = jobs.in_state(S.DISPATCHED)
    work.accept(repair, MORNING - timedelta(days=1))
    work.arrive(repair, MORNING)
    assert repair.dispatched_at is not None
    assert repair.accepted_at == repair.arrived_at == repair.dispatched_at


def test_the_first_arrival_of_a_round_stands(jobs: Jobs) -> None:
    repair = jobs.in_state(S.WAITING_PARTS)
    arrived = repair.arrived_at
    work.arrive(repair, jobs.now())
    assert repair.arrived_at == arrived
    assert repair.waiting_reason == ""


def test_what_came_from_a_matter_is_one_query(
    jobs: Jobs, queries: Callable[[Callable[[], Any]], int]
) -> None:
    for _ in range(5):
        jobs.in_state(S.COMPLETED)
    jobs.defect(source_id=13)
    unit().commit()
    assert queries(lambda: sources.of_source("move_in", 12)) == 1
    rows = sources.of_source("move_in", 12)
    assert [row.number for row in rows] == [f"BX-2026-{n:06d}" for n in range(1, 6)]
    assert rows[0].assignee_name == "周工"


def test_a_repair_of_another_matter_is_not_found(jobs: Jobs) -> None:
    repair = jobs.defect()
    assert sources.repair_of("move_in", 12, repair.id) is repair
    assert sources.repair_of("move_in", 13, repair.id) is None


def test_each_verb_leaves_a_line_in_the_timeline_of_the_home(jobs: Jobs) -> None:
    repair = jobs.in_state(S.SIGNED)
    lines = unit().scalars(select(JournalEntry).where(JournalEntry.home_id == jobs.home.id)).all()
    assert [line.event.removeprefix("repair.") for line in lines] == [
        *("registered", "dispatched", "accepted", "arrived", "completed", "rechecked", "signed")
    ]
    assert {line.facts["number"] for line in lines} == {repair.number}


def test_a_repair_of_waterproofing_needs_a_photo_of_the_work(jobs: Jobs) -> None:
    """FM-09: a leak, before anybody has named its category."""
    repair = jobs.in_state(S.ON_SITE, trade="waterproofing")
    with pytest.raises(RuleBroken, match=r"repair\.photo_after"):
        work.complete(repair, "重做防水层", jobs.now())
