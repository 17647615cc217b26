"""The queue of the follow-ups and the rate of the month (W-1, R-9, A-18)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pmweb.blueprints.repairs import queue
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import follow_ups
from pmweb.blueprints.repairs.rules import FollowUpResult, RepairState
from pmweb.extensions import unit
from tests.blueprints.repairs.jobs import Jobs
from tests.office import MORNING, Office

S = RepairState
R = FollowUpResult
DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 3, 7, 16, tzinfo=UTC)
"""24:00 of 7 March: the end of the period of what was signed on the 5th."""


@pytest.fixture
def jobs(office: Office) -> Jobs:
    return Jobs(office)


def numbers(part: str, now: datetime) -> list[int]:
    rows = unit().execute(queue.listed(part, now).order_by(Repair.follow_up_due_at, Repair.id))
    return [int(row.number[-6:]) for row in rows]


def test_what_is_owed_stands_by_the_end_of_its_period(jobs: Jobs) -> None:
    jobs.at += DAY
    jobs.in_state(S.SIGNED)
    jobs.at -= DAY
    jobs.in_state(S.SIGNED)
    for state in (S.COMPLETED, S.RECHECKED, S.CLOSED, S.REWORK, S.FOLLOWED_UP):
        jobs.in_state(state)
    assert numbers("all", MORNING) == [2, 1]
    assert numbers("late", MORNING) == []
    assert numbers("today", MIDNIGHT - timedelta(minutes=1)) == [2]
    assert (numbers("late", MIDNIGHT), numbers("today", MIDNIGHT)) == ([2], [1])
    assert numbers("check", MORNING) == [7]
    assert queue.counts(MIDNIGHT) == {"all": 2, "late": 1, "today": 1, "check": 1}


def test_the_queue_says_how_often_it_was_tried_and_whom_to_ring(office: Office, jobs: Jobs) -> None:
    office.owner(jobs.home)
    first, second = jobs.in_state(S.SIGNED), jobs.in_state(S.SIGNED)
    for _ in range(2):
        follow_ups.follow_up(first, jobs.heard(None), jobs.asker, jobs.now())
        jobs.at += DAY
    unit().commit()
    rows = unit().execute(queue.listed("all", MORNING)).all()
    assert queue.tried(rows) == {first.id: 2}
    assert queue.owners(rows)[jobs.home.id].mobile == "13800138000"
    follow_ups.follow_up(second, jobs.heard(R.DISSATISFIED), jobs.asker, MORNING)
    to_check = unit().execute(queue.listed("check", MORNING)).all()
    assert queue.answers(to_check) == {second.id: R.DISSATISFIED}


def rate(now: datetime) -> tuple[Any, ...]:
    """Of March, read at this moment."""
    start, end = datetime(2026, 2, 28, 16, tzinfo=UTC), datetime(2026, 3, 31, 16, tzinfo=UTC)
    found = queue.follow_up_rate(start, end, now)
    return found.due, found.handled, found.on_time, found.unreachable, found.percent


def test_the_rate_counts_what_is_handled_of_what_was_due(jobs: Jobs) -> None:
    """R-9, A-18: unreachable is handled and told apart; what is not due yet counts neither way."""
    waiting, content, late, away = (jobs.in_state(S.SIGNED) for _ in range(4))
    assert rate(jobs.at) == (0, 0, 0, 0, None)
    follow_ups.follow_up(content, jobs.heard(), jobs.asker, jobs.now())
    unit().commit()
    assert rate(jobs.at) == (1, 1, 1, 0, 100)
    assert rate(MIDNIGHT) == (4, 1, 1, 0, 25)
    for _ in range(3):
        follow_ups.follow_up(away, jobs.heard(None), jobs.asker, jobs.now())
        jobs.at += DAY
    for repair, result in ((late, R.SATISFIED), (away, R.UNREACHABLE)):
        heard = jobs.heard(result, late_reason="住户出差")
        follow_ups.follow_up(repair, heard, jobs.asker, jobs.now())
    unit().commit()
    assert rate(jobs.at) == (4, 3, 1, 1, 75)
    heard = jobs.heard(R.PROBLEM_FOUND, problem="又堵了", late_reason="住户出差")
    follow_ups.follow_up(waiting, heard, jobs.asker, jobs.now())
    unit().commit()
    assert rate(jobs.at) == (4, 4, 1, 1, 100)


@pytest.mark.parametrize(
    ("signed", "month"),
    [
        (datetime(2026, 3, 29, 12, tzinfo=UTC), 3),  # 24:00 of the 31st is still March
        (datetime(2026, 3, 30, 12, tzinfo=UTC), 4),
    ],
)
def test_a_period_that_ends_with_the_month_belongs_to_it(jobs: Jobs, signed: datetime, month: int) -> None:
    jobs.at = signed
    repair = jobs.in_state(S.SIGNED)
    follow_ups.follow_up(repair, jobs.heard(), jobs.asker, jobs.now())
    unit().commit()
    assert rate(datetime(2026, 5, 1, tzinfo=UTC))[0] == (1 if month == 3 else 0)


def test_another_estate_sees_nothing_of_it(office: Office, jobs: Jobs) -> None:
    jobs.in_state(S.SIGNED)
    follow_ups.follow_up(jobs.in_state(S.SIGNED), jobs.heard(), jobs.asker, jobs.now())
    unit().commit()
    office.enter(office.other_estate())
    assert set(queue.counts(MIDNIGHT).values()) == {0}
    assert rate(MIDNIGHT)[:2] == (0, 0)
    assert unit().execute(queue.listed("all", MIDNIGHT)).all() == []


def test_the_queue_is_read_along_its_index(office: Office) -> None:
    """However many repairs the register has gathered, the queue reads only what is owed."""
    bind = unit().get_bind()
    query = queue.listed("all", MORNING).where(Repair.estate_id == office.estate.id)
    query = query.order_by(Repair.follow_up_due_at, Repair.id).limit(51)
    sql = query.compile(bind, compile_kwargs={"literal_binds": True})
    plan = unit().connection().exec_driver_sql(f"explain query plan {sql}").all()
    said = " ".join(str(row[3]) for row in plan)
    assert "ix_repair_to_follow_up" in said
    assert "TEMP B-TREE" not in said


def test_queries_do_not_grow_with_the_queue(jobs: Jobs, queries: Callable[[Callable[[], Any]], int]) -> None:
    def read() -> None:
        rows = unit().execute(queue.listed("all", MORNING)).all()
        queue.counts(MORNING)
        queue.tried(rows)
        queue.owners(rows)
        rate(MORNING)

    jobs.in_state(S.SIGNED)
    few = queries(read)
    for _ in range(15):
        jobs.in_state(S.SIGNED)
    assert queries(read) == few == 6
