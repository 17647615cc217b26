"""What the office does after the work: it asks, and acts on the answer (W-1 to W-6, A-18, FM-10)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from pmweb.blueprints.repairs.models import FollowUp, FollowUpAttempt, Repair
from pmweb.blueprints.repairs.operations import follow_ups, work
from pmweb.blueprints.repairs.rules import (
    FollowUpKind,
    FollowUpResult,
    Part,
    RepairSource,
    RepairState,
)
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.files import FileKind
from pmweb.models.journal import JournalEntry
from pmweb.models.pictures import prepare
from pmweb.models.tasks import Task
from tests import pictures
from tests.blueprints.repairs.jobs import Jobs
from tests.office import Office

pytestmark = pytest.mark.usefixtures("folder")
S = RepairState
R = FollowUpResult
DAY = timedelta(days=1)


@pytest.fixture
def jobs(office: Office) -> Jobs:
    return Jobs(office)


@pytest.fixture
def signed(jobs: Jobs) -> Repair:
    """A work order that the resident has signed."""
    return jobs.in_state(S.SIGNED)


def tasks_of(repair: Repair) -> list[Task]:
    query = select(Task).where(Task.subject_kind == "repair", Task.subject_id == repair.id)
    return list(unit().scalars(query.where(Task.done_at.is_(None))))


def without_signature(jobs: Jobs, *steps: S, category: str = "public_lighting") -> Repair:
    """A repair of a common part, brought through these states."""
    repair = jobs.defect()
    repair.part, repair.source, repair.category = Part.COMMON, RepairSource.PHONE, category
    repair.on_its_own, repair.trade = True, "electrical"
    return jobs.go_on(repair, S.DISPATCHED, S.ACCEPTED, S.ON_SITE, *steps)


def test_the_follow_up_is_promised_to_the_reception_when_it_is_signed(signed: Repair) -> None:
    """W-1, W-4."""
    (task,) = tasks_of(signed)
    assert (task.kind, task.rule, task.role, task.department) == (
        *("repair.follow_up", "W-4", Role.RECEPTIONIST),
        "customer_service",
    )
    assert task.due_at == signed.follow_up_due_at == signed.due_at


@pytest.mark.parametrize("result", [R.SATISFIED, R.ACCEPTABLE])
def test_who_is_content_ends_the_repair_in_one_act(jobs: Jobs, signed: Repair, result: R) -> None:
    """W-1: a record, and the repair is closed; nothing is owed any more."""
    made = follow_ups.follow_up(signed, jobs.heard(result, satisfaction=5), jobs.asker, jobs.now())
    unit().commit()
    assert made is not None
    assert (made.result, made.satisfaction, made.round, made.due_at) == (
        *(result, 5, 1),
        signed.follow_up_due_at,
    )
    assert (signed.state, signed.followed_up_at, signed.closed_at) == (S.CLOSED, jobs.at, jobs.at)
    assert (tasks_of(signed), signed.due_at) == ([], None)


def test_every_tenth_waits_for_the_supervisor_though_all_are_content(jobs: Jobs) -> None:
    for _ in range(9):
        jobs.defect()
    repair = jobs.in_state(S.SIGNED)
    assert repair.number == "BX-2026-000010"
    follow_ups.follow_up(repair, jobs.heard(), jobs.asker, jobs.now())
    (task,) = tasks_of(repair)
    assert (repair.state, task.kind, task.role) == (
        S.FOLLOWED_UP,
        "repair.check",
        Role.DEPARTMENT_SUPERVISOR,
    )


def test_who_is_not_content_is_looked_at_by_the_supervisor(jobs: Jobs, signed: Repair) -> None:
    made = follow_ups.follow_up(signed, jobs.heard(R.DISSATISFIED), jobs.asker, jobs.now())
    assert [task.kind for task in tasks_of(signed)] == ["repair.check"]
    checked = follow_ups.check(signed, "已登门致歉", jobs.checker, jobs.now())
    unit().commit()
    assert made is not None
    assert (checked.kind, checked.result, checked.note) == (FollowUpKind.CHECK, R.DISSATISFIED, "已登门致歉")
    assert (signed.state, tasks_of(signed)) == (S.CLOSED, [])


def test_nobody_checks_the_own_follow_up(jobs: Jobs, signed: Repair) -> None:
    follow_ups.follow_up(signed, jobs.heard(R.DISSATISFIED), jobs.checker, jobs.now())
    with pytest.raises(RuleBroken, match=r"repair\.check_own"):
        follow_ups.check(signed, "", jobs.checker, jobs.now())
    assert signed.state is S.FOLLOWED_UP


def test_whoever_repaired_does_not_ask(jobs: Jobs, signed: Repair) -> None:
    """FM-10; not even when somebody else did the last round."""
    with pytest.raises(RuleBroken, match=r"repair\.follow_up_own"):
        follow_ups.follow_up(signed, jobs.heard(), jobs.worker, jobs.now())
    follow_ups.follow_up(signed, jobs.heard(R.PROBLEM_FOUND, problem="又堵了"), jobs.asker, jobs.now())
    first, jobs.worker = jobs.worker, jobs.office.staff(Role.REPAIRER, name="钱工")
    steps = (S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED, S.RECHECKED, S.SIGNED)
    jobs.go_on(signed, *steps)
    with pytest.raises(RuleBroken, match=r"repair\.follow_up_own"):
        follow_ups.follow_up(signed, jobs.heard(), first, jobs.now())


def test_a_problem_goes_to_the_repairers_at_once(jobs: Jobs, signed: Repair) -> None:
    """W-6: rework, told to the dispatcher; the record stays with its round; a new period after the new work."""
    signature_id, due_at = signed.signature_id, signed.follow_up_due_at
    heard = jobs.heard(R.PROBLEM_FOUND, problem="洗澡后仍然积水")
    made = follow_ups.follow_up(signed, heard, jobs.asker, jobs.now())
    unit().commit()
    assert made is not None
    (task,) = tasks_of(signed)
    assert (signed.state, signed.round, task.kind, task.role) == (
        *(S.REWORK, 2, "repair.dispatch"),
        Role.DISPATCHER,
    )
    (ended,) = signed.rounds
    assert (ended.reason, ended.signature_id, ended.followed_up_at) == (
        *("洗澡后仍然积水", signature_id),
        made.followed_at,
    )
    assert (made.round, signed.follow_up_due_at, signed.followed_up_at) == (1, None, None)
    jobs.at += 5 * DAY
    jobs.go_on(signed, S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED, S.RECHECKED, S.SIGNED)
    assert signed.follow_up_due_at is not None
    assert due_at is not None
    assert signed.follow_up_due_at == due_at + 5 * DAY


def test_what_was_signed_at_the_acceptance_is_signed_at_the_repair_the_next_time(
    jobs: Jobs, signed: Repair
) -> None:
    """M-18: the move-in may long be filed, and would not ask again; nor is its appointment touched."""
    follow_ups.follow_up(signed, jobs.heard(R.PROBLEM_FOUND, problem="又堵了"), jobs.asker, jobs.now())
    jobs.go_on(signed, S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED, S.RECHECKED)
    assert [task.kind for task in tasks_of(signed)] == ["repair.sign"]
    other = jobs.in_state(S.RECHECKED)
    query = select(Task.kind).where(Task.subject_kind == "move_in", Task.done_at.is_(None))
    assert list(unit().scalars(query)) == ["movein.appoint"]
    assert other.state is S.RECHECKED


def test_nobody_answers_and_the_promise_stays(jobs: Jobs, signed: Repair) -> None:
    """A-18: an attempt changes nothing but the count of days."""
    before, promised = signed.follow_up_due_at, tasks_of(signed)[0].due_at
    assert follow_ups.follow_up(signed, jobs.heard(None), jobs.asker, jobs.now()) is None
    unit().commit()
    (task,) = tasks_of(signed)
    assert (signed.state, signed.follow_up_due_at, task.kind, task.due_at) == (
        *(S.SIGNED, before, "repair.follow_up"),
        promised,
    )
    query = select(JournalEntry).where(JournalEntry.event == "repair.follow_up_tried")
    assert [entry.facts["n"] for entry in unit().scalars(query)] == [1]


def test_three_attempts_on_different_days_make_unreachable(jobs: Jobs, signed: Repair) -> None:
    """A-18: handled, told apart, and the supervisor looks at it."""
    heard = jobs.heard(R.UNREACHABLE, satisfaction=5, late_reason="住户一直不接电话")
    for day in range(3):
        for _twice in range(2):
            follow_ups.follow_up(signed, jobs.heard(None), jobs.asker, jobs.now())
        if day < 2:
            with pytest.raises(RuleBroken, match=r"repair\.attempts"):
                follow_ups.follow_up(signed, heard, jobs.asker, jobs.now())
            jobs.at += DAY
    made = follow_ups.follow_up(signed, heard, jobs.asker, jobs.now())
    unit().commit()
    assert made is not None
    assert (made.result, made.late_reason, signed.state) == (R.UNREACHABLE, "", S.FOLLOWED_UP)
    assert (made.satisfaction, made.person_name) == (None, ""), "nobody said anything"
    assert len(list(unit().scalars(select(FollowUpAttempt)))) == 6
    assert [task.kind for task in tasks_of(signed)] == ["repair.check"]


def test_attempts_of_a_former_round_do_not_count(jobs: Jobs, signed: Repair) -> None:
    for _ in range(3):
        follow_ups.follow_up(signed, jobs.heard(None), jobs.asker, jobs.now())
        jobs.at += DAY
    heard = jobs.heard(R.PROBLEM_FOUND, problem="又堵了", late_reason="住户出差")
    follow_ups.follow_up(signed, heard, jobs.asker, jobs.now())
    jobs.go_on(signed, S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED, S.RECHECKED, S.SIGNED)
    with pytest.raises(RuleBroken, match=r"repair\.attempts"):
        follow_ups.follow_up(signed, jobs.heard(R.UNREACHABLE), jobs.asker, jobs.now())


def test_a_late_follow_up_says_why(jobs: Jobs, signed: Repair) -> None:
    """FM-10: from the first instant after the period."""
    assert signed.follow_up_due_at is not None
    jobs.at = signed.follow_up_due_at
    with pytest.raises(RuleBroken, match=r"repair\.late_reason"):
        follow_ups.follow_up(signed, jobs.heard(), jobs.asker, jobs.at)
    made = follow_ups.follow_up(signed, jobs.heard(late_reason="住户出差"), jobs.asker, jobs.at)
    unit().commit()
    assert made is not None
    assert made.late_reason == "住户出差"


def test_a_reason_for_being_late_is_not_kept_of_what_was_in_time(jobs: Jobs, signed: Repair) -> None:
    made = follow_ups.follow_up(signed, jobs.heard(late_reason="住户出差"), jobs.asker, jobs.now())
    assert made is not None
    assert made.late_reason == ""


def test_a_common_part_is_asked_after_without_a_signature(jobs: Jobs) -> None:
    """Nobody signs for it: the one who called is asked, straight after the work (W-2)."""
    repair = without_signature(jobs)
    work.complete(repair, "换了灯管", jobs.now(), _photo(jobs))
    (task,) = tasks_of(repair)
    assert task.kind == "repair.follow_up"
    assert follow_ups.askable(repair) == ()
    follow_ups.follow_up(repair, jobs.heard(person_name="王师傅"), jobs.asker, jobs.now())
    assert repair.state is S.CLOSED


def test_a_leak_of_a_common_part_is_asked_after_only_once_it_holds(jobs: Jobs) -> None:
    """A-21, W-3: three days from the passed test."""
    repair = without_signature(jobs, category="roof_leak")
    work.complete(repair, "重做防水", jobs.now(), _photo(jobs))
    with pytest.raises(RuleBroken, match=r"repair\.leak_test_first"):
        follow_ups.follow_up(repair, jobs.heard(), jobs.asker, jobs.now())
    jobs.at += 3 * DAY
    jobs.go_on(repair, S.LEAK_TESTED)
    (task,) = tasks_of(repair)
    assert (task.kind, task.rule) == ("repair.follow_up", "W-3")
    follow_ups.follow_up(repair, jobs.heard(R.PROBLEM_FOUND, problem="又滴水"), jobs.asker, jobs.now())
    assert (repair.state, repair.round) == (S.REWORK, 2)


def test_what_is_not_signed_is_not_asked_after(jobs: Jobs) -> None:
    for state in (S.COMPLETED, S.LEAK_TESTED):
        with pytest.raises(RuleBroken, match=r"repair\.sign_first"):
            follow_ups.follow_up(jobs.in_state(state), jobs.heard(), jobs.asker, jobs.now())


def test_a_closed_repair_opens_again_with_a_reason(jobs: Jobs, signed: Repair) -> None:
    follow_ups.follow_up(signed, jobs.heard(), jobs.asker, jobs.now())
    work.rework(signed, "过了一周又堵", jobs.now())
    unit().commit()
    assert (signed.state, signed.round, signed.closed_at) == (S.REWORK, 2, None)
    assert [made.round for made in unit().scalars(select(FollowUp))] == [1]


def _photo(jobs: Jobs) -> tuple[int, ...]:
    """What a safety matter or a leak needs (FM-09)."""
    return (shelf.put(unit(), prepare(pictures.jpeg()), FileKind.PHOTO, at=jobs.at).id,)
