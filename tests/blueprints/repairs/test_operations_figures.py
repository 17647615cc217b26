"""The numbers of a month, against the same numbers asked for in plain SQL (R-8, R-9, A-18, A-19)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from pmweb import clock
from pmweb.blueprints.repairs import figures
from pmweb.blueprints.repairs.rules import RepairState
from pmweb.blueprints.repairs.rules.report import Dimension, Month, Totals
from pmweb.domain.money import Money
from pmweb.extensions import unit
from pmweb.models.homes import Building
from tests.blueprints.repairs.months import MONTHS, Months
from tests.office import Office

D = Dimension
ONE_ESTATE = "estate_id = :estate"


class Asked:
    """The database, asked without the models: the estate and the eight hours of Shanghai stand in each question."""

    def __init__(self, office: Office, month: str) -> None:
        self.known = {"estate": office.estate.id, "month": month}
        self.sqlite = unit().get_bind().dialect.name == "sqlite"

    def local(self, column: str) -> str:
        """The local day of an instant."""
        return f"date({column}, '+8 hours')" if self.sqlite else f"({column} + interval '8 hours')::date"

    def in_month(self, column: str) -> str:
        """Whether an instant lies in the month."""
        if self.sqlite:
            return f"strftime('%Y-%m', {column}, '+8 hours') = :month"
        return f"to_char({column} + interval '8 hours', 'YYYY-MM') = :month"

    def due_in_month(self, column: str) -> str:
        """Whether a deadline lies in it: 24:00 still belongs to the day that ends then."""
        if self.sqlite:
            return f"strftime('%Y-%m', {column}, '+8 hours', '-1 second') = :month"
        return f"to_char({column} + interval '8 hours' - interval '1 second', 'YYYY-MM') = :month"

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """The answer."""
        return [tuple(row) for row in unit().connection().execute(text(question), self.known)]

    def number(self, question: str) -> int:
        """The answer that is one number."""
        return int(self.rows(question)[0][0] or 0)

    def groups(self, question: str) -> dict[str, int]:
        """The answer by code."""
        return {key or "": number for key, number in self.rows(question)}

    @property
    def registered(self) -> str:
        """The repairs that the tables count."""
        return f"repair.{ONE_ESTATE} and state <> 'cancelled' and {self.in_month('registered_at')}"

    @property
    def work(self) -> str:
        """Every round of work, present and former."""
        return f"""(
            select id as repair_id, round, completed_at, appointment_at, arrived_at, due_on, registered_at,
                   follow_up_due_at, 1 as present
            from repair where {ONE_ESTATE}
            union all
            select w.repair_id, w.round, w.completed_at, w.appointment_at, w.arrived_at, r.due_on, r.registered_at,
                   w.follow_up_due_at, 0
            from repair_round w join repair r on r.id = w.repair_id where w.{ONE_ESTATE}
        ) as work"""

    @property
    def follow_ups(self) -> str:
        """The rounds whose follow-up is due, each with the last one that was made."""
        return f"""(
            select work.*, f.id as asked, f.result, f.followed_at, f.satisfaction
            from {self.work} left join follow_up f on f.repair_id = work.repair_id and f.round = work.round
                and f.kind = 'follow_up' and not exists (
                    select 1 from follow_up g where g.repair_id = f.repair_id and g.round = f.round
                        and g.kind = 'follow_up' and g.id > f.id)
            where {self.due_in_month("work.follow_up_due_at")} and (present = 1 or f.id is not null)
        ) as due"""


def independently(asked: Asked) -> dict[str, Any]:
    """The headline numbers."""
    completed = f"from {asked.work} where {asked.in_month('completed_at')}"
    agreed = (
        f"case when appointment_at is not null then {asked.local('appointment_at')} "
        f"when due_on is not null then due_on when arrived_at is not null then {asked.local('arrived_at')} "
        f"else {asked.local('registered_at')} end"
    )
    number, due = asked.number, asked.follow_ups
    return {
        "registered": number(f"select count(*) from repair where {asked.registered}"),
        "cancelled": number(
            f"select count(*) from repair where {ONE_ESTATE} and state = 'cancelled' "
            f"and {asked.in_month('registered_at')}"
        ),
        "completed": number(f"select count(*) {completed}"),
        "on_time": number(f"select count(*) {completed} and {asked.local('completed_at')} <= {agreed}"),
        "reworked": number(f"select count(*) {completed} and present = 0"),
        "follow_ups_due": number(f"select count(*) from {due}"),
        "follow_ups_done": number(f"select count(*) from {due} where asked is not null"),
        "follow_ups_on_time": number(f"select count(*) from {due} where followed_at < follow_up_due_at"),
        "unreachable": number(f"select count(*) from {due} where result = 'unreachable'"),
        "results": asked.groups(
            f"select result, count(*) from {due} where result is not null group by result"
        ),
        "rated": number(f"select count(satisfaction) from {due}"),
        "stars": number(f"select sum(satisfaction) from {due}"),
        "cost": Money(
            number(
                f"select sum(amount_fen) from repair where {ONE_ESTATE} and {asked.in_month('completed_at')}"
            )
        ),
        "materials": Money(
            number(
                f"select sum(amount_fen) from repair_line where {ONE_ESTATE} and stage = 'done' "
                f"and kind = 'material' and voided_at is null and {asked.in_month('written_at')}"
            )
        ),
        "priced": number(
            f"select count(amount_fen) from repair where {ONE_ESTATE} and {asked.in_month('completed_at')}"
        ),
    }


def tables(asked: Asked) -> dict[D, dict[str, int]]:
    """The counts of the registered repairs."""
    plain = {
        D.CATEGORY: "category",
        D.TRADE: "trade",
        D.PART: "part",
        D.VERDICT: "verdict",
        D.SOURCE: "source",
    }
    found = {
        by: asked.groups(f"select {name}, count(*) from repair where {asked.registered} group by {name}")
        for by, name in plain.items()
    }
    found[D.BUILDING] = asked.groups(
        "select b.name, count(*) from repair left join home h on h.id = repair.home_id "
        f"left join building b on b.id = h.building_id where {asked.registered} group by b.name"
    )
    return found


def totals_of(month: str) -> Totals:
    return figures.totals(Month.read(month), clock.zone())


@pytest.fixture
def months(office: Office) -> Months:
    """Beside the estate lies another one, with repairs of its own that never count."""
    other = office.other_estate()
    mine, building = office.estate, office.building
    office.enter(other)
    office.estate, office.building = other, office.building
    months = None
    for estate, seed in ((other, 2), (mine, 1)):
        office.enter(estate)
        office.estate = estate
        office.building = building if estate is mine else _first_building()
        months = Months(office, seed=seed)
        months.fill(400 if estate is mine else 60)
    assert months is not None
    return months


def _first_building() -> Building:
    building = Building(name="1")
    unit().add(building)
    unit().commit()
    return building


def test_every_number_is_what_plain_sql_says(office: Office, months: Months) -> None:
    for month in MONTHS:
        asked, found = Asked(office, month), totals_of(month)
        wanted = independently(asked)
        assert {name: getattr(found, name) for name in wanted} == wanted, month
        assert found.counts == tables(asked), month
        assert all(sum(counts.values()) == found.registered for counts in found.counts.values())
        assert found.completed > 40
        assert 0 < found.on_time < found.completed
        assert 0 < found.reworked < found.completed
        assert 0 < found.follow_ups_on_time < found.follow_ups_done < found.follow_ups_due
        assert all((found.unreachable, found.rated, found.cancelled, found.cost, found.materials))


def test_open_follow_ups_and_repeat_homes_are_named(office: Office, months: Months) -> None:
    for month in MONTHS:
        asked, found = Asked(office, month), totals_of(month)
        owed = asked.rows(f"select repair_id from {asked.follow_ups} where asked is null")
        assert sorted(one.repair_id for one in found.open_follow_ups) == sorted(row[0] for row in owed)
        assert len(found.open_follow_ups) == found.open_count
        due = [one.due_at for one in found.open_follow_ups]
        assert due == sorted(due)
        homes = asked.rows(
            "select home_id, count(*), sum(case when source = 'acceptance' then 1 else 0 end) from repair "
            f"where {asked.registered} and home_id is not null group by home_id having count(*) >= 3"
        )
        assert {(home.home_id, home.count, home.acceptance) for home in found.repeated} == {
            (home, number, int(acceptance)) for home, number, acceptance in homes
        }
        assert found.repeat_homes == len(homes) > 3


def test_the_months_of_the_list_have_the_same_numbers(months: Months) -> None:
    read = [Month.read(month) for month in MONTHS]
    found = figures.registered_by_month(read, clock.zone())
    assert found == {month.first: totals_of(str(month)).registered for month in read}


def test_a_month_without_repairs_is_nothing(office: Office) -> None:
    found = totals_of("2026-11")
    assert (found.registered, found.completed, found.cost, found.repeated) == (0, 0, Money(0), ())
    assert found.on_time_rate.percent is found.satisfaction is None
    assert figures.first_registered_at() is None


@pytest.mark.parametrize(
    ("at", "month"),
    [
        (datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC), "2026-10"),  # 23:59:59 in Shanghai
        (datetime(2026, 10, 31, 16, 0, tzinfo=UTC), "2026-11"),  # midnight in Shanghai
        (datetime(2026, 10, 31, 23, 59, tzinfo=UTC), "2026-11"),  # still October in UTC
        (datetime(2026, 11, 30, 15, 59, 59, 999999, tzinfo=UTC), "2026-11"),
        (datetime(2026, 11, 30, 16, 0, tzinfo=UTC), "2026-12"),
    ],
)
def test_the_month_changes_at_midnight_in_shanghai(office: Office, at: datetime, month: str) -> None:
    repair = Months(office).repair()
    repair.registered_at, repair.state = at, RepairState.REGISTERED
    repair.cancelled_at = None
    unit().commit()
    counted = {name: totals_of(name).registered for name in ("2026-10", "2026-11", "2026-12")}
    assert counted == {name: int(name == month) for name in counted}


def test_a_follow_up_due_at_the_end_of_the_month_belongs_to_it(office: Office) -> None:
    months = Months(office)
    repair = next(one for one in iter(months.repair, None) if one.follow_up_due_at and one.round == 1)
    midnight = datetime(2027, 1, 31, 16, 0, tzinfo=UTC)
    for due, month in ((midnight, "2027-01"), (midnight + timedelta(seconds=1), "2027-02")):
        repair.follow_up_due_at = due
        unit().commit()
        assert [totals_of(name).follow_ups_due for name in ("2027-01", "2027-02")] == [
            int(month == "2027-01"),
            int(month == "2027-02"),
        ]


def test_twelve_queries_however_many_rows(
    office: Office, queries: Callable[[Callable[[], Any]], int]
) -> None:
    empty = queries(lambda: totals_of("2026-10"))
    Months(office).fill(120)
    assert queries(lambda: totals_of("2026-10")) == empty == 12
