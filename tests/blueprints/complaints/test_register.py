"""The register of complaints: groups, filters, figures, and who sees which of them (P-4, P-18, A-27)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import true

from pmweb.blueprints.complaints import register
from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.operations import answers, remedies
from pmweb.blueprints.complaints.operations.moves import case_of
from pmweb.blueprints.complaints.register import Wanted
from pmweb.blueprints.complaints.rules import ComplaintState, LevelId
from pmweb.extensions import unit
from tests.blueprints.complaints.cases import HOUR, SECURITY, Cast
from tests.blueprints.complaints.crowd import a_crowd
from tests.office import MORNING, Office

S = ComplaintState


@pytest.fixture
def cast(office: Office) -> Cast:
    return Cast(office)


def numbers(wanted: Wanted) -> list[str]:
    rows = unit().execute(register.listed(wanted, true()).order_by(Complaint.queue_at, Complaint.id))
    return [row.number.removeprefix("TS-2026-00000") for row in rows]


def test_what_is_open_stands_by_the_clock_that_ends_first(cast: Cast) -> None:
    """P-14 to P-16: an hour before the same day, the same day before two days."""
    cast.take()
    cast.take(levels=frozenset({LevelId.MAJOR}))
    cast.take(levels=frozenset({LevelId.IMPORTANT}), received_at=MORNING)
    cast.in_state(S.CLOSED)
    assert numbers(Wanted())[0] == "1"  # one that nobody has yet is to be handed out within the hour
    assert set(numbers(Wanted())) == {"1", "2", "3"}
    assert numbers(Wanted(group="done")) == ["4"]


@pytest.mark.parametrize(
    ("group", "found"),
    [
        ("route", ["1", "2"]),
        ("handle", ["3", "4", "5"]),
        ("inform", ["6"]),
        ("close", ["7"]),
        ("done", ["8"]),
    ],
)
def test_each_group_shows_its_states(cast: Cast, group: str, found: list[str]) -> None:
    ways = (S.RECEIVED, S.REOPENED, S.ASSIGNED, S.IN_PROGRESS, S.WAITING_EXTERNAL, S.RESULT_REPORTED)
    for state in (*ways, S.RESIDENT_INFORMED, S.CLOSED):
        cast.in_state(state)
    assert sorted(numbers(Wanted(group=group))) == found
    figures = register.counts(MORNING, true())
    assert figures.groups == {"route": 2, "handle": 3, "inform": 1, "close": 1, "done": 1, "open": 7}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(level=LevelId.MAJOR), ["2"]),
        (Wanted(category="noise"), ["1", "2", "4"]),
        (Wanted(department="repair"), ["3"]),
        (Wanted(department=SECURITY, level=LevelId.MINOR), ["1", "4"]),
        (Wanted(words="ts-2026-000003"), ["3"]),
        (Wanted(words="TS-2"), ["2"]),
        *[(Wanted(words=spelling), ["4"]) for spelling in ("1-2-1201", "1栋2单元1201", "1201", "121201")],
        (Wanted(words="没有这样的"), []),
        (Wanted(words="%"), []),
    ],
)
def test_each_filter_finds_its_own(office: Office, cast: Cast, wanted: Wanted, found: list[str]) -> None:
    cast.take()
    cast.take(levels=frozenset({LevelId.MAJOR}))
    cast.take(category="facility", department="repair")
    cast.take(home=office.home("1201", section="2"))
    assert sorted(numbers(wanted)) == found
    assert register.counts(MORNING, true(), wanted).groups["open"] == len(found)


def test_the_figures_say_what_is_late(cast: Cast) -> None:
    cast.in_state(S.IN_PROGRESS)
    cast.in_state(S.CLOSED)
    assert register.counts(MORNING, true()).late == 0
    later = register.counts(MORNING + timedelta(days=9), true())
    assert (later.groups["open"], later.late) == (1, 1)


def test_a_row_of_the_register_knows_what_the_page_of_the_complaint_knows(cast: Cast) -> None:
    """P-10, P-13, P-23: plans to choose, a meeting without minutes, a doubt – what comes next follows from them."""
    planned, called, dropped, doubted = (cast.in_state(S.IN_PROGRESS) for _ in range(4))
    grave = cast.take(levels=frozenset({LevelId.MAJOR}))
    nowhere = cast.take(home=None, place="大堂", anonymous=True)
    for complaint in (planned, dropped):
        remedies.draft(complaint, remedy(), cast.guard, MORNING)
    chosen = remedies.draft(dropped, remedy(), cast.guard, MORNING)
    remedies.choose(dropped, chosen.id, "", cast.supervisor, MORNING)
    remedies.call_meeting(called, (SECURITY, "repair"), MORNING + HOUR, "大堂", cast.guard, MORNING)
    answers.find_invalid(doubted, "查无此事", "陪住户看了监控", cast.guard, MORNING)
    found = register.cases(unit().execute(register.listed(Wanted(), true())).all())
    for complaint in (planned, called, dropped, doubted, grave, nowhere):
        assert found[complaint.id] == case_of(complaint), complaint.number
    assert [one.open_plans for one in (found[planned.id], found[dropped.id])] == [True, False]
    assert (found[called.id].called, found[grave.id].to_manager, found[doubted.id].doubted) == (True,) * 3


def remedy() -> remedies.Remedy:
    return remedies.Remedy(title="加隔音垫", description="", cost=None, payer="", days=None, risk="")


def test_another_estate_sees_nothing_of_it(office: Office, cast: Cast) -> None:
    cast.take()
    unit().commit()
    office.enter(office.other_estate())
    assert numbers(Wanted()) == []
    assert register.counts(MORNING, true()).groups["open"] == 0
    assert register.numbered("TS-2026", true()) == []
    assert register.open_of_homes([cast.home.id], true()) == []


def test_a_home_shows_its_open_complaints_and_the_search_finds_numbers(office: Office, cast: Cast) -> None:
    one = cast.take()
    cast.in_state(S.CLOSED)
    cast.take(home=None, place="大堂", anonymous=True)
    other = office.home("0202")
    assert [row.id for row in register.open_of_homes([cast.home.id, other.id], true())] == [one.id]
    assert [row.number for row in register.numbered("000003", true())] == ["TS-2026-000003"]
    assert register.numbered("%", true()) == []


def test_queries_do_not_grow_with_the_rows(
    office: Office, cast: Cast, queries: Callable[[Callable[[], Any]], int]
) -> None:
    def read() -> None:
        register.counts(MORNING, true())
        rows = unit().execute(register.listed(Wanted(), true())).all()
        register.cases(rows)

    a_crowd(office, 10)
    few = queries(read)
    a_crowd(office, 290)
    assert queries(read) == few == 4
