"""What follows a move: the timeline, the promise that is kept, the promise that is made."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from pmweb.blueprints.repairs.rules import RepairState
from pmweb.extensions import unit
from pmweb.models.tasks import Task
from tests.blueprints.repairs.jobs import Jobs
from tests.office import Office

S = RepairState


def test_a_promise_says_where_and_what_and_whose_it_is(office: Office) -> None:
    jobs = Jobs(office)
    repair = jobs.in_state(S.ACCEPTED)
    task = unit().scalar(select(Task).where(Task.kind == "repair.visit"))
    assert task is not None
    assert (task.staff_id, task.role, task.home_id, task.due_at) == (
        jobs.worker.id,
        None,
        jobs.home.id,
        repair.due_at,
    )
    assert task.facts == {"number": repair.number, "place": "主卫", "what": "地漏排水：排水慢"}


def test_a_promise_that_was_kept_says_when(office: Office) -> None:
    repair = Jobs(office).in_state(S.DISPATCHED)
    kept = unit().scalar(select(Task).where(Task.kind == "repair.dispatch"))
    assert kept is not None
    assert kept.done_at == repair.dispatched_at


def test_the_promises_of_two_rounds_stand_side_by_side(office: Office) -> None:
    jobs = Jobs(office)
    jobs.go_on(jobs.in_state(S.REWORK), S.DISPATCHED)
    query = select(Task.round, Task.done_at).where(Task.kind == "repair.dispatch").order_by(Task.round)
    rounds = unit().execute(query).all()
    assert [(row.round, row.done_at is not None) for row in rounds] == [(1, True), (2, True)]


def test_the_target_begins_anew_after_a_pause_whoever_has_the_job_then(office: Office) -> None:
    """R-6: while it waited for parts nobody could come; a transfer does not bring the old target back."""
    jobs = Jobs(office)
    repair = jobs.in_state(RepairState.WAITING_PARTS)
    jobs.at += timedelta(days=4)
    jobs.go_on(repair, RepairState.ACCEPTED)
    resumed = jobs.at
    assert repair.due_at == resumed + timedelta(hours=24)
    jobs.go_on(repair, RepairState.DISPATCHED, RepairState.ACCEPTED)
    assert repair.due_at == resumed + timedelta(hours=24)
    jobs.go_on(repair, RepairState.ON_SITE, RepairState.COMPLETED, RepairState.REWORK)
    assert repair.due_at == jobs.at + timedelta(hours=8), "a rework begins anew, too"
