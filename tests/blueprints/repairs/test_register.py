"""The register of repairs: filters, figures, and queries that do not grow with the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pmweb.blueprints.repairs import register
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import work
from pmweb.blueprints.repairs.register import Wanted
from pmweb.blueprints.repairs.rules import RepairState
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from tests.blueprints.repairs.jobs import Jobs
from tests.office import MORNING, Office

S = RepairState


@pytest.fixture
def jobs(office: Office) -> Jobs:
    return Jobs(office)


def numbers(wanted: Wanted) -> list[str]:
    rows = unit().execute(register.listed(wanted).order_by(Repair.queue_at, Repair.id))
    return [row.number.removeprefix("BX-2026-00000") for row in rows]


def test_what_is_open_stands_by_its_deadline(jobs: Jobs) -> None:
    jobs.in_state(S.WAITING_PARTS)  # waits for somebody else: no deadline
    jobs.in_state(S.REGISTERED)
    jobs.in_state(S.REGISTERED, severity="safety")
    jobs.in_state(S.CANCELLED)
    assert numbers(Wanted()) == ["3", "2", "1"]
    assert numbers(Wanted(group="done")) == ["4"]


@pytest.mark.parametrize(
    ("group", "found"),
    [
        *[("dispatch", ["1"]), ("visit", ["2"]), ("work", ["3"]), ("recheck", ["4"]), ("sign", ["5"])],
        ("follow_up", ["6"]),
    ],
)
def test_each_group_shows_its_states(jobs: Jobs, group: str, found: list[str]) -> None:
    for state in (S.REGISTERED, S.ACCEPTED, S.ON_SITE, S.COMPLETED, S.RECHECKED, S.SIGNED):
        jobs.in_state(state)
    assert numbers(Wanted(group=group)) == found


def test_filters_by_trade_by_person_by_number_and_by_home(office: Office, jobs: Jobs) -> None:
    jobs.in_state(S.DISPATCHED)
    jobs.defect(trade="electrical")
    jobs.home = office.home("1201", section="2")
    jobs.defect()
    assert numbers(Wanted(trade="electrical")) == ["2"]
    assert numbers(Wanted(assignee_id=jobs.worker.id)) == ["1"]
    assert numbers(Wanted(words="bx-2026-000003")) == ["3"]
    for spelling in ("1-2-1201", "1栋2单元1201", "1201", "121201"):
        assert numbers(Wanted(words=spelling)) == ["3"], spelling
    assert numbers(Wanted(words="没有这样的")) == []


def test_the_figures_follow_the_filters_but_not_the_group(jobs: Jobs) -> None:
    jobs.in_state(S.DISPATCHED)
    jobs.defect()
    jobs.in_state(S.CLOSED)
    figures = register.counts(MORNING, Wanted(group="done"))
    assert (figures.groups["open"], figures.groups["visit"], figures.groups["done"], figures.late) == (
        2,
        1,
        1,
        0,
    )
    mine = register.counts(MORNING + timedelta(days=3), Wanted(assignee_id=jobs.worker.id))
    assert (mine.groups["open"], mine.late) == (1, 1)


def test_who_can_be_given_a_job_with_what_they_have(office: Office, jobs: Jobs) -> None:
    office.staff(Role.RECEPTIONIST, name="前台")
    office.staff(Role.REPAIRER, name="外区", estate=office.other_estate())
    office.staff(Role.DEPARTMENT_SUPERVISOR, name="客服部主管")
    jobs.in_state(S.ACCEPTED)
    jobs.in_state(S.RECHECKED)  # waits for the owner, not for the repairer
    jobs.in_state(S.SIGNED)
    assert [(worker.name, worker.load) for worker in register.workers()] == [("周工", 1)]


def test_the_owner_of_the_home_can_be_called(office: Office, jobs: Jobs) -> None:
    office.owner(jobs.home)
    assert [(who.name, who.mobile) for who in register.people_to_call(jobs.home.id)] == [
        ("周文博", "13800138000")
    ]
    assert register.people_to_call(None) == []


def test_the_timeline_has_the_newest_first(jobs: Jobs) -> None:
    repair = jobs.in_state(S.ACCEPTED)
    assert [entry.event for entry in register.timeline(repair)] == [
        *("repair.accepted", "repair.dispatched", "repair.registered")
    ]


def test_a_home_shows_its_open_repairs_and_the_search_finds_numbers(office: Office, jobs: Jobs) -> None:
    repair = jobs.in_state(S.REGISTERED)
    jobs.in_state(S.CLOSED)
    other = office.home("0202")
    assert [row.id for row in register.open_of_homes([jobs.home.id, other.id])] == [repair.id]
    assert [row.number for row in register.numbered("000002")] == ["BX-2026-000002"]
    assert register.numbered("%") == []


def test_queries_do_not_grow_with_the_rows(jobs: Jobs, queries: Callable[[Callable[[], Any]], int]) -> None:
    def read() -> None:
        register.counts(MORNING)
        register.workers()
        unit().execute(register.listed(Wanted())).all()

    few = queries(read)
    for _ in range(20):
        work.dispatch(jobs.defect(), jobs.worker, None, jobs.now())
    unit().commit()
    assert queries(read) == few == 3
