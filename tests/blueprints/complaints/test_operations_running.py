"""The clocks that run: their sections, who was told, and whoever has taken note of it (P-14 to P-21, T-6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pmweb.blueprints.complaints import rules, running
from pmweb.blueprints.complaints.models import Complaint, ComplaintClock
from pmweb.blueprints.complaints.operations import clocks, handling
from pmweb.blueprints.complaints.rules import ClockKind, ComplaintState, LevelId, Part
from pmweb.blueprints.complaints.running import Wanted
from pmweb.domain.deadlines import part_of_the_way
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.journal import JournalEntry
from pmweb.models.tasks import Task
from tests.blueprints.complaints.cases import HOUR, SECURITY, Cast
from tests.blueprints.complaints.crowd import a_crowd
from tests.office import MORNING, Office

S, K = ComplaintState, ClockKind
SECOND = timedelta(seconds=1)
MANAGER = [(Role.OFFICE_MANAGER, None)]
SUPERVISOR = [(Role.DEPARTMENT_SUPERVISOR, SECURITY)]
OTHER = [(Role.DEPARTMENT_SUPERVISOR, "repair"), (Role.GUARD, SECURITY)]


@pytest.fixture
def cast(office: Office) -> Cast:
    return Cast(office)


def shown(now: datetime, **wanted: Any) -> list[tuple[str, ClockKind]]:
    query = running.listed(Wanted(**wanted), now).order_by(ComplaintClock.due_at, ComplaintClock.id)
    return [(row.number[-1:], row.kind) for row in unit().execute(query)]


def remind(at: datetime) -> None:
    while clocks.remind(at):
        pass


def notices(complaint: Complaint) -> dict[str, bool]:
    """Each notice of the complaint, and whether it still waits for somebody."""
    query = select(Task).where(Task.subject_id == complaint.id, Task.kind.in_(rules.TOLD))
    return {task.kind.removeprefix("complaint.told."): task.done_at is None for task in unit().scalars(query)}


def test_the_clock_that_ends_first_stands_on_top(cast: Cast) -> None:
    cast.in_state(S.IN_PROGRESS)
    cast.take(levels=frozenset({LevelId.MAJOR}))
    cast.take(levels=frozenset({LevelId.IMPORTANT}))
    cast.in_state(S.CLOSED)
    order = [kind for _number, kind in shown(MORNING)]
    assert shown(MORNING)[0] == ("3", K.ESCALATE)
    assert order == [K.ESCALATE, K.ESCALATE, K.RESOLVE, K.REPLY, K.RESOLVE, K.RESOLVE]
    assert shown(MORNING, kind=K.REPLY) == [("2", K.REPLY)]
    assert shown(MORNING, departments=("repair",)) == []
    assert len(shown(MORNING, departments=("repair", SECURITY))) == 6


@pytest.mark.parametrize(
    ("percent", "wait", "part"),
    [
        (0, 0 * SECOND, Part.REST),
        (50, -SECOND, Part.REST),
        (50, 0 * SECOND, Part.HALF),
        (80, -SECOND, Part.HALF),
        (80, 0 * SECOND, Part.LAST),
        (100, -SECOND, Part.LAST),
        (100, 0 * SECOND, Part.LATE),
        (300, 0 * SECOND, Part.LATE),
    ],
)
def test_a_clock_stands_in_the_section_of_what_has_passed(
    cast: Cast, percent: int, wait: timedelta, part: Part
) -> None:
    """At exactly 50, 80 and 100 per cent it is in the next one, on the database as in the rule."""
    complaint = cast.in_state(S.IN_PROGRESS)
    (one,) = clocks.running(complaint)
    now = part_of_the_way(one.started_at, one.due_at, percent) + wait
    passed = rules.passed_percent(one.started_at, one.due_at, now)
    assert part is next(of for of, least in rules.FROM_PERCENT.items() if passed >= least)
    assert [of for of in Part if shown(now, part=of)] == [part]
    figures = running.counts(Wanted(), now)
    assert figures.pop(None) == 1
    assert figures == {of: int(of is part) for of in Part}


def test_the_figures_follow_the_filters_but_not_the_section(cast: Cast) -> None:
    cast.take(levels=frozenset({LevelId.MAJOR}))
    cast.take(category="facility", department="repair")
    now = MORNING + timedelta(days=3)
    figures = running.counts(Wanted(part=Part.REST, departments=(SECURITY,)), now)
    assert (figures[None], figures[Part.LATE], figures[Part.REST]) == (3, 2, 1)
    assert running.counts(Wanted(kind=K.RESOLVE), now)[None] == 2
    assert running.counts(Wanted(departments=("finance",)), now)[None] == 0


def test_it_says_who_was_told_at_which_part_of_the_way(cast: Cast) -> None:
    complaint = cast.in_state(S.IN_PROGRESS)
    (one,) = clocks.running(complaint)
    remind(one.due_at)
    told = [(row.percent, row.name, row.role, row.department) for row in running.reminders([one.id])[one.id]]
    supervisor = (None, Role.DEPARTMENT_SUPERVISOR, SECURITY)
    assert told == [
        (50, "赵勇", None, None),
        (80, "赵勇", None, None),
        (80, *supervisor),
        (100, *supervisor),
        (100, None, Role.OFFICE_MANAGER, None),
    ]
    waits = running.unseen([complaint.id])
    assert [(one.role, one.department) for one in waits[complaint.id, K.RESOLVE]] == [
        (Role.OFFICE_MANAGER, None),
        (Role.DEPARTMENT_SUPERVISOR, SECURITY),
    ]


@pytest.mark.parametrize(
    ("roles", "seen", "left"),
    [
        (MANAGER, 1, {"resolve.supervisor": True, "resolve.manager": False}),
        (SUPERVISOR, 1, {"resolve.supervisor": False, "resolve.manager": True}),
        ([*MANAGER, *SUPERVISOR], 2, {"resolve.supervisor": False, "resolve.manager": False}),
        (OTHER, 0, {"resolve.supervisor": True, "resolve.manager": True}),
        ([], 0, {"resolve.supervisor": True, "resolve.manager": True}),
    ],
)
def test_whoever_takes_note_does_so_for_the_own_roles_only(
    cast: Cast, roles: list[tuple[Role, str | None]], seen: int, left: dict[str, bool]
) -> None:
    complaint, other = cast.in_state(S.IN_PROGRESS), cast.in_state(S.IN_PROGRESS)
    now = clocks.running(complaint)[0].due_at
    remind(now)
    assert clocks.seen(complaint, roles, now + HOUR) == seen
    assert notices(complaint) == left
    assert all(notices(other).values())
    query = select(JournalEntry.facts).where(JournalEntry.event == "complaint.seen")
    assert [facts["clocks"] for facts in unit().scalars(query)] == [["resolve"]] * min(seen, 1)
    assert clocks.seen(complaint, roles, now + 2 * HOUR) == 0


def test_what_is_told_later_opens_the_notice_again(cast: Cast) -> None:
    """Noted at 80 per cent, told again at 100; who noted it is not asked twice in between."""
    complaint = cast.in_state(S.IN_PROGRESS)
    (one,) = clocks.running(complaint)
    at = part_of_the_way(one.started_at, one.due_at, 80)
    remind(at)
    clocks.seen(complaint, SUPERVISOR, at)
    remind(one.due_at - SECOND)
    assert notices(complaint) == {"resolve.supervisor": False}
    remind(one.due_at)
    assert notices(complaint) == {"resolve.supervisor": True, "resolve.manager": True}
    handling.report(complaint, handling_found(), (), one.due_at)
    assert not any(notices(complaint).values())


def handling_found() -> handling.Found:
    return handling.Found(
        fault=rules.FaultId.RESIDENT, steps=("1",), cause="装修队不知道", bases=(), result="午休不施工"
    )


def test_a_notice_that_is_noted_has_left_the_page_of_today(cast: Cast) -> None:
    complaint = cast.in_state(S.IN_PROGRESS)
    now = clocks.running(complaint)[0].due_at
    remind(now)
    clocks.seen(complaint, MANAGER, now)
    query = select(Task).where(Task.kind == "complaint.told.resolve.manager")
    (task,) = unit().scalars(query)
    assert (task.acknowledged_at, task.done_at) == (now, now)


def test_another_estate_sees_nothing_of_it(office: Office, cast: Cast) -> None:
    complaint = cast.in_state(S.IN_PROGRESS)
    (one,) = clocks.running(complaint)
    remind(one.due_at)
    unit().commit()
    office.enter(office.other_estate())
    assert shown(one.due_at) == []
    assert running.counts(Wanted(), one.due_at)[None] == 0
    assert not running.unseen([complaint.id])
    assert not running.reminders([one.id])


def test_queries_do_not_grow_with_the_clocks(
    office: Office, cast: Cast, queries: Callable[[Callable[[], Any]], int]
) -> None:
    def read() -> None:
        rows = unit().execute(running.listed(Wanted(), MORNING)).all()
        running.counts(Wanted(), MORNING)
        running.reminders([row.id for row in rows])
        running.unseen([row.complaint_id for row in rows])

    a_crowd(office, 10)
    few = queries(read)
    a_crowd(office, 290)
    assert queries(read) == few == 4
