"""Which days are looked at, how they are parted, what the clocks on the wall say, what a rate is (P-14 to P-21)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.blueprints.complaints.rules import ClockKind
from pmweb.blueprints.complaints.rules.analysis import (
    BANDS,
    LONGEST,
    Against,
    Dimension,
    Figures,
    Offer,
    Span,
    middle,
    offsets,
    span_asked_for,
    spans_offered,
)
from pmweb.domain.share import Share
from pmweb.domain.workflow import RuleBroken

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
TODAY = date(2026, 3, 5)
DAYS = st.integers(date(2000, 1, 1).toordinal(), date(2100, 12, 31).toordinal()).map(date.fromordinal)


def span(first: str, last: str) -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last))


MARCH = span("2026-03-01", "2026-03-31")


@pytest.mark.parametrize(
    ("today", "month", "last_month", "quarter"),
    [
        ("2026-03-05", ("03-01", "03-31"), ("02-01", "02-28"), ("01-01", "03-31")),
        ("2026-04-01", ("04-01", "04-30"), ("03-01", "03-31"), ("04-01", "06-30")),
        ("2024-03-31", ("03-01", "03-31"), ("02-01", "02-29"), ("01-01", "03-31")),
        ("2026-12-31", ("12-01", "12-31"), ("11-01", "11-30"), ("10-01", "12-31")),
    ],
)
def test_what_a_page_offers(
    today: str, month: tuple[str, str], last_month: tuple[str, str], quarter: tuple[str, str]
) -> None:
    offered = spans_offered(date.fromisoformat(today))
    year = today[:4]
    for offer, days in ((Offer.MONTH, month), (Offer.LAST_MONTH, last_month), (Offer.QUARTER, quarter)):
        assert offered[offer] == span(f"{year}-{days[0]}", f"{year}-{days[1]}")
    assert offered[Offer.YEAR] == span(f"{year}-01-01", f"{year}-12-31")


def test_in_january_the_last_month_is_of_the_last_year() -> None:
    assert spans_offered(date(2026, 1, 31))[Offer.LAST_MONTH] == span("2025-12-01", "2025-12-31")


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [
        (None, None, ("2026-03-01", "2026-03-31")),
        ("2026-02-10", None, ("2026-02-10", "2026-03-05")),
        ("2026-04-01", None, ("2026-04-01", "2026-04-01")),
        (None, "2026-02-10", ("2026-02-01", "2026-02-10")),
        ("2026-02-10", "2026-02-10", ("2026-02-10", "2026-02-10")),
        ("2024-03-05", "2026-03-05", ("2024-03-05", "2026-03-05")),
    ],
)
def test_the_days_that_somebody_asked_for(
    first: str | None, last: str | None, wanted: tuple[str, str]
) -> None:
    said = [date.fromisoformat(day) if day else None for day in (first, last)]
    assert span_asked_for(said[0], said[1], TODAY) == span(*wanted)


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2026-03-05", "2026-03-04", "analysis.order"),
        ("2024-03-04", "2026-03-05", "analysis.too_long"),
        ("1900-01-01", None, "analysis.too_long"),
    ],
)
def test_days_that_are_refused(first: str, last: str | None, code: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        span_asked_for(date.fromisoformat(first), date.fromisoformat(last) if last else None, TODAY)
    assert (broken.value.code, broken.value.facts["field"]) == (code, "last")


def test_a_span_begins_and_ends_at_midnight_of_the_office() -> None:
    assert MARCH.begins(SHANGHAI) == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert MARCH.ends(SHANGHAI) == datetime(2026, 3, 31, 16, tzinfo=UTC)


def test_a_month_is_shown_by_weeks_from_monday_to_sunday() -> None:
    """The first of March 2026 is a Sunday."""
    assert [(step.first.day, step.last.day) for step in MARCH.steps] == [
        *((1, 1), (2, 8), (9, 15), (16, 22), (23, 29), (30, 31))
    ]


@pytest.mark.parametrize(
    ("first", "last", "by_month", "steps"),
    [
        ("2026-07-01", "2026-09-30", False, 14),
        ("2026-01-01", "2026-12-31", True, 12),
        ("2026-01-31", "2026-06-01", True, 6),
        ("2026-03-05", "2026-03-05", False, 1),
    ],
)
def test_what_is_longer_than_a_quarter_is_shown_by_months(
    first: str, last: str, by_month: bool, steps: int
) -> None:
    long = span(first, last)
    assert (long.by_month, len(long.steps)) == (by_month, steps)


@given(DAYS, st.integers(0, LONGEST - 1))
def test_every_day_lies_in_one_step(first: date, more: int) -> None:
    whole = Span(first, first + timedelta(days=more))
    steps = whole.steps
    assert (steps[0].first, steps[-1].last) == (whole.first, whole.last)
    assert sum(step.days for step in steps) == whole.days
    assert all(before.last + timedelta(days=1) == after.first for before, after in pairwise(steps))


def test_the_clocks_of_shanghai_are_never_turned() -> None:
    assert [minutes for _at, minutes in offsets(MARCH, SHANGHAI)] == [480]


def test_where_clocks_are_turned_the_minute_is_found() -> None:
    """Elsewhere the hour of the day needs to know when that was: the 26th and 29th of a month at 01:00 UTC."""
    turns = offsets(MARCH, BERLIN)
    assert turns[1:] == (
        (datetime(2025, 3, 30, 1, tzinfo=UTC), 120),
        (datetime(2025, 10, 26, 1, tzinfo=UTC), 60),
        (datetime(2026, 3, 29, 1, tzinfo=UTC), 120),
    )
    assert turns[0][1] == 60


@given(st.integers(-365 * 1440, 30 * 1440))
def test_what_the_clocks_say_is_what_the_zone_says(minute: int) -> None:
    at = MARCH.begins(BERLIN) + timedelta(minutes=minute)
    first, *turns = offsets(MARCH, BERLIN)
    ahead = next((minutes for begin, minutes in turns[::-1] if at >= begin), first[1])
    assert at.astimezone(BERLIN).utcoffset() == timedelta(minutes=ahead)


def test_the_times_of_the_day_follow_each_other() -> None:
    assert list(BANDS) == sorted({0, *BANDS})
    assert max(BANDS) < 24


@pytest.mark.parametrize(("seconds", "wanted"), [([], None), ([90], 90), ([60, 91], 75)])
def test_the_middle_of_one_or_two(seconds: list[int], wanted: int | None) -> None:
    assert middle(seconds) == wanted


def test_a_rate_without_anything_to_measure_is_none() -> None:
    """Neither 0 % nor 100 %."""
    nothing = Figures()
    rates = (
        *(nothing.on_time_rate, nothing.escalation_on_time_rate, nothing.same_day_feedback_rate),
        *(nothing.reopen_rate, nothing.satisfaction_rate),
    )
    assert {rate.percent for rate in rates} == {None}
    assert nothing.received == 0


def test_the_metrics_read_the_clocks() -> None:
    found = Figures(
        counts={Dimension.LEVEL: {"minor": 3, "major": 1}, Dimension.CATEGORY: {"b": 1, "a": 1, "c": 2}},
        kept={
            ClockKind.RESOLVE: Share(2, 3),
            ClockKind.ESCALATE: Share(1, 1),
            ClockKind.FEEDBACK: Share(0, 2),
        },
        against=(Against(1, "赵勇", 3), Against(2, "钱峰", 1)),
    )
    assert found.received == 4
    assert found.ranked(Dimension.CATEGORY) == [("c", 2), ("a", 1), ("b", 1)]
    assert found.on_time_rate == Share(2, 3)
    assert found.escalation_on_time_rate == Share(1, 1)
    assert found.same_day_feedback_rate == Share(0, 2)
    assert [one.name for one in found.repeated_staff] == ["赵勇"]
