"""The dispatch board, and what a repairer has on the phone (R-6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest
from flask import Flask

from pmweb import clock
from pmweb.blueprints.repairs import board, rules
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.rules import RepairSource, RepairState
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.tasks import Task
from tests.blueprints.repairs.crowd import a_crowd
from tests.blueprints.repairs.jobs import Jobs
from tests.checking_client import CheckingClient
from tests.office import MORNING, Office, desk_of

S = RepairState
Client = Callable[..., CheckingClient]


@pytest.fixture
def jobs(office: Office) -> Jobs:
    return Jobs(office)


class Somebody(NamedTuple):
    name: str
    trades: str
    load: int


@pytest.mark.parametrize(
    ("workers", "best"),
    [
        ([], None),
        ([Somebody("甲", "electrical", 0)], None),
        ([Somebody("甲", "plumbing", 3), Somebody("乙", "plumbing", 2)], "乙"),
        ([Somebody("甲", "plumbing", 2), Somebody("乙", "plumbing,gas", 2)], "乙"),
        ([Somebody("甲", "", 0), Somebody("乙", "plumbing", 9)], "乙"),
        ([Somebody("甲", "", 1), Somebody("乙", "gas", 0)], "甲"),
    ],
)
def test_a_job_is_offered_to_who_has_the_trade_and_least_to_do(
    workers: list[Somebody], best: str | None
) -> None:
    found = rules.best_for("plumbing", workers)
    assert (found.name if found else None) == best


def test_emergencies_stand_first_then_what_is_due_first(jobs: Jobs) -> None:
    first, second = jobs.in_state(S.REGISTERED), jobs.in_state(S.REGISTERED)
    burst = jobs.in_state(S.REGISTERED)
    burst.priority = "emergency"
    jobs.go_on(burst, S.DISPATCHED, S.REGISTERED)  # each move puts it in its place
    again = jobs.in_state(S.REWORK)
    jobs.in_state(S.DISPATCHED)
    unit().commit()
    assert [row.id for row in board.waiting()] == [burst.id, first.id, second.id, again.id]
    assert board.waiting("gas") == []
    figures = board.figures(MORNING + timedelta(days=9))
    assert (figures.waiting, figures.late, figures.pressing) == (4, 4, 1)


def test_each_repairer_has_the_first_jobs_on_the_board(jobs: Jobs) -> None:
    made = [jobs.in_state(S.DISPATCHED) for _ in range(board.EACH + 2)]
    made[-1].priority = "emergency"
    made[3].appointment_at = MORNING + timedelta(hours=1)
    unit().commit()
    found = board.jobs_of([jobs.worker.id])[jobs.worker.id]
    assert [row.id for row in found[:3]] == [made[-1].id, made[3].id, made[0].id]
    assert len(found) == board.EACH


def test_one_tap_gives_the_job_away_and_shows_the_board_again(jobs: Jobs, client_for: Client) -> None:
    repair = jobs.in_state(S.REGISTERED)
    wanted = clock.now() + timedelta(days=1)
    repair.preferred_from_at = wanted.replace(second=0, microsecond=0)
    unit().commit()
    repair_id, version = repair.id, repair.version
    client = client_for(Role.DISPATCHER)
    shown = client.get("/repairs/board").text
    assert "派给 周工" in shown
    local = clock.local(wanted).strftime("%Y-%m-%dT%H:%M")
    assert f'value="{local}"' in shown
    answer = client.post(
        f"/repairs/{repair_id}/dispatch",
        data={
            "staff_id": str(jobs.worker.id),
            "appointment_at": local,
            "back": "board",
            "trade": "plumbing",
            "_version": str(version),
        },
    )
    assert (answer.status_code, answer.location) == (303, "/repairs/board?trade=plumbing")
    unit().expire_all()
    given = unit().get_one(Repair, repair_id)
    assert (given.state, given.assignee_id) == (S.DISPATCHED, jobs.worker.id)
    assert given.appointment_at == repair.preferred_from_at


def test_back_leads_nowhere_else(jobs: Jobs, client_for: Client) -> None:
    repair = jobs.in_state(S.REGISTERED)
    answer = client_for(Role.DISPATCHER).post(
        f"/repairs/{repair.id}/dispatch",
        data={"staff_id": str(jobs.worker.id), "back": "//evil.example", "_version": str(repair.version)},
    )
    assert answer.location == f"/repairs/{repair.id}"


@pytest.mark.parametrize("many", [0, 60])
def test_the_board_asks_few_questions_however_much_is_open(
    office: Office, client_for: Client, queries: Callable[[Callable[[], object]], int], many: int
) -> None:
    a_crowd(office, many)
    client = client_for(Role.DISPATCHER)
    client.get("/repairs/board")
    assert queries(lambda: client.get("/repairs/board")) <= 8


def test_a_repairer_sees_what_is_still_to_be_finished(jobs: Jobs) -> None:
    waiting, there = jobs.in_state(S.WAITING_PARTS), jobs.in_state(S.ON_SITE)
    jobs.in_state(S.REGISTERED)
    jobs.in_state(S.RECHECKED)  # the owner will sign it at the second acceptance
    own = jobs.in_state(S.COMPLETED, source=RepairSource.PHONE)
    own.on_its_own = True
    unit().commit()
    found = [row.id for row in board.own_jobs(jobs.worker.id)]
    assert sorted(found) == sorted([waiting.id, there.id, own.id])


def test_the_next_step_is_recorded_from_the_list(jobs: Jobs, app: Flask) -> None:
    jobs.office.owner(jobs.home)
    repair = jobs.in_state(S.DISPATCHED)
    client = desk_of(app, jobs.worker, jobs.office.estate)
    shown = client.get("/repairs/mine").text
    assert 'href="tel:13800138000"' in shown
    assert f'data-outbox="repairs/{repair.id}"' in shown
    answer = client.post(
        f"/repairs/{repair.id}/accept", data={"back": "mine", "_version": str(repair.version)}
    )
    assert answer.location == "/repairs/mine"
    assert "到场" in client.get("/repairs/mine").text


def test_an_emergency_is_above_everything_on_the_page_of_today(jobs: Jobs, client_for: Client) -> None:
    calm = jobs.defect()
    burst = jobs.defect()
    burst.priority = "emergency"
    jobs.go_on(burst, S.DISPATCHED)
    pressing = {task.subject_id: task.pressing for task in unit().query(Task).filter(Task.done_at.is_(None))}
    assert pressing == {calm.id: False, burst.id: True}
    jobs.go_on(burst, S.ACCEPTED, S.ON_SITE)
    at_desk = client_for(Role.OFFICE_MANAGER).get("/").text
    assert at_desk.index('id="pressing"') < at_desk.index('id="today"')
    jobs.go_on(burst, S.COMPLETED)
    task = unit().query(Task).filter(Task.subject_id == burst.id, Task.done_at.is_(None)).one()
    assert task.pressing is False
