"""The numbers of the analysis, against the same numbers asked for in plain SQL (P-14 to P-21)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

import pytest
from sqlalchemy import text

from pmweb import clock
from pmweb.blueprints.complaints import figures
from pmweb.blueprints.complaints.operations import routing
from pmweb.blueprints.complaints.rules import ClockKind, LevelId
from pmweb.blueprints.complaints.rules.analysis import Dimension, Figures, Span
from pmweb.domain.share import Share
from pmweb.extensions import unit
from pmweb.models.homes import Building
from tests.blueprints.complaints.cases import Cast
from tests.blueprints.complaints.months import LOOKED_AT, MONTHS, Months
from tests.office import MORNING, Office

D, K = Dimension, ClockKind
DAY = timedelta(days=1)
SPANS = [Span(date(2026, month, 1), date(2026, month, last)) for month, last in MONTHS]
QUARTER = Span(date(2026, 1, 1), date(2026, 3, 31))


class Asked:
    """The database, asked without the models: the estate and the eight hours of Shanghai stand in each question."""

    def __init__(self, estate_id: int, span: Span) -> None:
        self.known: dict[str, Any] = {
            "estate": estate_id,
            "first": span.first.isoformat(),
            "last": span.last.isoformat(),
            "now": f"{LOOKED_AT:%Y-%m-%d %H:%M:%S.000000}",
        }
        self.sqlite = unit().get_bind().dialect.name == "sqlite"

    def local(self, column: str, form: str) -> str:
        """An instant on the clocks of Shanghai: ``day`` or ``hour``."""
        if self.sqlite:
            return f"strftime('{ {'day': '%Y-%m-%d', 'hour': '%H'}[form] }', {column}, '+8 hours')"
        return f"to_char({column} + interval '8 hours', '{ {'day': 'YYYY-MM-DD', 'hour': 'HH24'}[form] }')"

    def of(self, span: Span) -> Asked:
        """The same questions about other days."""
        return Asked(self.known["estate"], span)

    @property
    def now(self) -> str:
        return ":now" if self.sqlite else "cast(:now as timestamp)"

    @property
    def received(self) -> str:
        """The complaints of the span."""
        return f"c.estate_id = :estate and {self.local('c.received_at', 'day')} between :first and :last"

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """The answer."""
        return [tuple(row) for row in unit().connection().execute(text(question), self.known)]

    def number(self, question: str) -> int:
        """The answer that is one number."""
        return int(self.rows(question)[0][0] or 0)

    def groups(self, key: str, more: str = "") -> dict[str, int]:
        """The complaints of the span by code."""
        found = self.rows(f"select {key}, count(*) from complaint c {more} where {self.received} group by 1")
        return {code or "": number for code, number in found}

    def clocks(self, kind: str, also: str = "") -> Share:
        """How many of the clocks were met in time."""
        where = f"k.kind = '{kind}' and not k.withdrawn and {self.received} {also}"
        of = f"from complaint_clock k join complaint c on c.id = k.complaint_id where {where}"
        late = f"(k.ended_at >= k.due_at or k.ended_at is null and k.due_at <= {self.now})"
        all_of = self.number(f"select count(*) {of} and (k.ended_at is not null or {late})")
        return Share(all_of - self.number(f"select count(*) {of} and {late}"), all_of)


def counted(asked: Asked) -> dict[Dimension, dict[str, int]]:
    """The tables."""
    hours = asked.groups(asked.local("c.happened_at", "hour"))
    bands: Counter[str] = Counter()
    for hour, number in hours.items():
        bands[str(max(begin for begin in (0, 6, 9, 12, 14, 18, 22) if begin <= int(hour)))] += number
    return {
        D.LEVEL: asked.groups("level"),
        D.CATEGORY: asked.groups("category"),
        D.DEPARTMENT: asked.groups("against_department"),
        D.BUILDING: asked.groups(
            "b.name", "left join home h on h.id = c.home_id left join building b on b.id = h.building_id"
        ),
        D.TIME: dict(bands),
        D.CHANNEL: asked.groups("channel"),
        D.VALIDITY: asked.groups("validity"),
        D.STATE: asked.groups("case when closed_at is null then 'open' else 'closed' end"),
    }


def marks(asked: Asked) -> Share:
    """Every mark of every round."""
    given = [
        mark
        for table in ("complaint c", "complaint_round r join complaint c on c.id = r.complaint_id")
        for (mark,) in asked.rows(
            f"select {'r' if ' r ' in table else 'c'}.satisfaction from {table} where {asked.received}"
        )
        if mark is not None
    ]
    return Share(sum(mark >= 4 for mark in given), len(given))


def reopened(asked: Asked) -> Share:
    """Of those that were answered once."""
    told_of = (
        "(c.informed_at is not null or c.closed_at is not null or exists "
        "(select 1 from complaint_round r where r.complaint_id = c.id))"
    )
    of = f"select count(*) from complaint c where {asked.received} and {told_of}"
    again = "exists (select 1 from complaint_round r where r.complaint_id = c.id)"
    return Share(asked.number(f"{of} and {again}"), asked.number(of))


def again(asked: Asked, span: Span) -> Counter[tuple[int, str]]:
    """Each complaint that another of the same home about the same came before, 30 days at most."""
    rows = asked.rows(
        f"select home_id, category, received_at, {asked.local('received_at', 'day')}, id from complaint c "
        "where estate_id = :estate and home_id is not null order by 3, 5"
    )
    last: dict[tuple[int, str], datetime] = {}
    found: Counter[tuple[int, str]] = Counter()
    for home_id, category, at, day, _id in rows:
        received = datetime.fromisoformat(at) if isinstance(at, str) else at
        before = last.get((home_id, category))
        if (
            before
            and received - before <= 30 * DAY
            and span.first.isoformat() <= day <= span.last.isoformat()
        ):
            found[home_id, category] += 1
        last[home_id, category] = received
    return found


def figures_of(span: Span) -> Figures:
    return figures.figures(span, clock.zone(), LOOKED_AT)


@pytest.fixture
def months(office: Office) -> Months:
    """Beside the estate lies another one, with complaints of its own that never count."""
    mine, building = office.estate, office.building
    office.estate = office.other_estate()
    office.enter(office.estate)
    office.building = Building(name="1")
    unit().add(office.building)
    unit().commit()
    Months(office, seed=2).fill(30, copies=5)
    office.enter(mine)
    office.estate, office.building = mine, building
    months = Months(office)
    months.fill(200)
    return months


def test_every_number_is_what_plain_sql_says(office: Office, months: Months) -> None:
    found = Figures()
    for span in (*SPANS, QUARTER):
        asked, found = Asked(office.estate.id, span), figures_of(span)
        assert found.counts == counted(asked)
        assert all(sum(counts.values()) == found.received for counts in found.counts.values())
        assert {kind: found.share(kind) for kind in K} == {kind: asked.clocks(kind.value) for kind in K}
        assert found.satisfied == marks(asked)
        assert found.reopened == reopened(asked)
        check_resolved(asked, found)
        check_median(asked, found)
        check_against(asked, found)
        check_again(asked, found, span)
        check_over_time(asked, found, span)
    assert found.received > 150
    assert all(0 < share.part < share.whole for share in (*found.kept.values(), found.satisfied))
    assert 0 < found.reopened.part < found.reopened.whole < found.received
    assert len(found.counts[D.BUILDING]) == 4
    assert len(found.counts[D.VALIDITY]) == 3
    assert len(found.counts[D.TIME]) == 7
    assert found.again_homes > 3


def check_resolved(asked: Asked, found: Figures) -> None:
    for by, column in ((D.LEVEL, "k.level"), (D.DEPARTMENT, "c.against_department")):
        for code in found.counts[by]:
            wanted = asked.clocks("resolve", f"and {column} = '{code}'")
            assert found.resolved[by].get(code, Share(0, 0)) == wanted


def check_median(asked: Asked, found: Figures) -> None:
    at = "strftime('%s', {})" if asked.sqlite else "extract(epoch from {})"
    took = asked.rows(
        f"select {at.format('k.ended_at')} - {at.format('k.started_at')} from complaint_clock k "
        "join complaint c on c.id = k.complaint_id where k.kind = 'first_contact' and not k.withdrawn "
        f"and k.ended_at is not null and {asked.received}"
    )
    assert found.first_contact == int(median(int(seconds) for (seconds,) in took))


def check_against(asked: Asked, found: Figures) -> None:
    who = asked.rows(
        "select s.id, s.name, count(*) from complaint c join staff s on s.id = c.against_staff_id "
        f"where {asked.received} group by 1, 2 order by 3 desc, 1"
    )
    assert [(one.staff_id, one.name, one.number) for one in found.against] == who
    assert [one for one in found.against if one.number > 1] == list(found.repeated_staff)
    others = f"select count(*) from complaint c where {asked.received} and against_staff_id is null"
    assert found.against_others == asked.number(f"{others} and against_name <> ''")
    assert found.against_nobody == asked.number(f"{others} and against_name = ''")
    assert all((found.against, found.against_others, found.against_nobody))


def check_again(asked: Asked, found: Figures, span: Span) -> None:
    wanted = again(asked, span)
    assert {(one.home_id, one.category): one.number for one in found.again} == wanted
    assert found.again_homes == len({home_id for home_id, _category in wanted})
    numbers = [one.number for one in found.again]
    assert numbers == sorted(numbers, reverse=True)


def check_over_time(asked: Asked, found: Figures, span: Span) -> None:
    """The steps follow each other without a gap, and every complaint stands in one of them."""
    for step in span.steps:
        part = asked.of(step)
        assert found.over_time.get(step.first, {}) == part.groups("level")
    assert sum(sum(levels.values()) for levels in found.over_time.values()) == found.received


def test_ten_queries_however_many_complaints(
    office: Office, queries: Callable[[Callable[[], Any]], int]
) -> None:
    months = Months(office)
    months.fill(10, copies=4)
    few = queries(lambda: figures_of(QUARTER))
    months.copy(months.complaint(), 189)
    unit().commit()
    assert queries(lambda: figures_of(QUARTER)) == few == 10


def test_a_span_without_complaints_measures_nothing(office: Office) -> None:
    found = figures_of(QUARTER)
    assert found.received == found.again_homes == 0
    rates = (found.on_time_rate, found.escalation_on_time_rate, found.same_day_feedback_rate)
    assert {rate.percent for rate in (*rates, found.reopen_rate, found.satisfaction_rate)} == {None}
    assert found.first_contact is None


@pytest.mark.parametrize(
    ("at", "month", "band"),
    [
        (datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC), 1, "22"),  # 23:59:59 in Shanghai
        (datetime(2026, 1, 31, 16, 0, tzinfo=UTC), 2, "0"),  # midnight in Shanghai
        (datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC), 2, "6"),  # still January in UTC
        (datetime(2026, 2, 28, 15, 59, 59, 999999, tzinfo=UTC), 2, "22"),
        (datetime(2026, 2, 28, 16, 0, tzinfo=UTC), 3, "0"),
        (datetime(2026, 2, 27, 22, 0, tzinfo=UTC), 2, "6"),
        (datetime(2026, 2, 27, 21, 59, 59, tzinfo=UTC), 2, "0"),
    ],
)
def test_days_and_hours_are_those_of_the_office(office: Office, at: datetime, month: int, band: str) -> None:
    Cast(office).take(at=at, received_at=at, happened_at=at)
    found = [figures_of(span) for span in SPANS]
    assert [one.received for one in found] == [int(span.first.month == month) for span in SPANS]
    assert found[month - 1].counts[D.TIME] == {band: 1}


def test_a_clock_is_late_at_the_very_end_of_its_time(office: Office) -> None:
    """P-15: an hour after the reception is late, a second before is in time; what may still be met is not measured."""
    cast = Cast(office)
    for seconds in (3599, 3600):
        complaint = cast.take(levels=frozenset({LevelId.IMPORTANT}))
        acknowledged_at = MORNING + timedelta(seconds=seconds)
        routing.acknowledge(complaint, cast.manager, acknowledged_at)
    cast.take(levels=frozenset({LevelId.IMPORTANT}))
    march = SPANS[2]
    running = figures.figures(march, clock.zone(), MORNING + timedelta(seconds=3599))
    assert running.escalation_on_time_rate == Share(1, 2)
    assert running.on_time_rate == Share(0, 0)
    late = figures.figures(march, clock.zone(), MORNING + timedelta(seconds=3600))
    assert late.escalation_on_time_rate == Share(1, 3)
