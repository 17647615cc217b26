"""How the office counts time: T-1 to T-5."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.domain import deadlines

SHANGHAI = ZoneInfo("Asia/Shanghai")
SANTIAGO = ZoneInfo("America/Santiago")  # puts its clocks on at midnight, so one day has no 00:00

EVENTS = st.datetimes(datetime(1990, 1, 1), datetime(2120, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from([SHANGHAI, SANTIAGO, ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")])


def at(text: str) -> datetime:
    """An instant on the clocks of Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("event", "days", "due"),
    [
        ("2026-03-01 09:30", 2, "2026-03-04 00:00"),  # the example of T-1: until the end of 3 March
        ("2026-03-01 00:00", 2, "2026-03-04 00:00"),
        ("2026-03-01 23:59", 2, "2026-03-04 00:00"),
        ("2026-09-30 10:00", 3, "2026-10-04 00:00"),  # holidays count
        ("2026-12-31 10:00", 10, "2027-01-11 00:00"),
        ("2024-02-28 10:00", 1, "2024-03-01 00:00"),
    ],
)
def test_days_end_at_24_of_the_last_day(event: str, days: int, due: str) -> None:
    """T-1."""
    assert deadlines.days_after(at(event), days, SHANGHAI) == at(due)


def test_the_local_day_counts_and_not_the_day_in_utc() -> None:
    """T-1: half past midnight in Shanghai is still the day before in UTC."""
    event = datetime(2026, 2, 28, 16, 30, tzinfo=UTC)
    assert deadlines.days_after(event, 2, SHANGHAI) == datetime(2026, 3, 3, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "hours", "due"),
    [
        ("2026-03-01 09:30", 1, "2026-03-01 10:30"),
        ("2026-03-01 23:30", 1, "2026-03-02 00:30"),
        ("2026-03-01 09:30", Decimal("0.5"), "2026-03-01 10:00"),
        ("2026-03-01 09:30", 24, "2026-03-02 09:30"),
    ],
)
def test_hours_run_on_the_clock_at_night_as_well(event: str, hours: Decimal | int, due: str) -> None:
    """T-2."""
    assert deadlines.hours_after(at(event), hours) == at(due)


@pytest.mark.parametrize("event", ["2026-03-01 00:00", "2026-03-01 12:00", "2026-03-01 23:59"])
def test_the_same_day_ends_at_its_24(event: str) -> None:
    """T-3."""
    assert deadlines.same_day(at(event), SHANGHAI) == at("2026-03-02 00:00")


@pytest.mark.parametrize(
    ("event", "months", "last_day"),
    [
        ("2025-11-30 10:00", 3, date(2026, 2, 28)),  # the example of T-4
        ("2027-11-30 10:00", 3, date(2028, 2, 29)),
        ("2026-01-31 10:00", 1, date(2026, 2, 28)),
        ("2026-02-28 10:00", 1, date(2026, 3, 28)),
        ("2026-12-15 10:00", 1, date(2027, 1, 15)),
        ("2026-05-31 23:59", 12, date(2027, 5, 31)),
    ],
)
def test_months_end_on_the_same_day_number_or_the_last(event: str, months: int, last_day: date) -> None:
    """T-4."""
    due = deadlines.months_after(at(event), months, SHANGHAI)
    assert due == deadlines.end_of(last_day, SHANGHAI)
    assert deadlines.last_day(due, SHANGHAI) == last_day


NATIONAL_DAY = {date(2026, 10, day) for day in range(1, 8)}


@pytest.mark.parametrize(
    ("on", "moved"),
    [
        (date(2026, 9, 30), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2026, 10, 8)),
        (date(2026, 10, 7), date(2026, 10, 8)),
        (date(2026, 10, 10), date(2026, 10, 10)),  # a Saturday on which the country works
        (date(2026, 10, 11), date(2026, 10, 12)),  # a plain Sunday
        (date(2026, 10, 17), date(2026, 10, 19)),  # a plain Saturday
    ],
)
def test_a_binding_period_moves_on_to_a_working_day(on: date, moved: date) -> None:
    """T-5."""
    assert deadlines.next_working_day(on, NATIONAL_DAY, worked={date(2026, 10, 10)}) == moved


def test_the_payment_period_of_a_letter_ends_on_a_working_day() -> None:
    """T-1 with T-5: fifteen days from 16 September end in the holiday week."""
    due = deadlines.binding_days_after(at("2026-09-16 15:00"), 15, SHANGHAI, NATIONAL_DAY)
    assert deadlines.last_day(due, SHANGHAI) == date(2026, 10, 8)


def test_a_promise_is_late_from_its_instant_on() -> None:
    due = at("2026-03-04 00:00")
    assert not deadlines.is_late(due, due - timedelta(microseconds=1))
    assert deadlines.is_late(due, due)


@pytest.mark.parametrize(
    ("due", "now", "last_day", "at_24", "days"),
    [
        ("2026-03-04 00:00", "2026-03-03 23:59", date(2026, 3, 3), True, 0),
        ("2026-03-04 00:00", "2026-03-04 00:00", date(2026, 3, 3), True, 1),
        ("2026-03-04 00:00", "2026-03-05 09:00", date(2026, 3, 3), True, 2),
        ("2026-03-04 10:30", "2026-03-04 12:00", date(2026, 3, 4), False, 0),
        ("2026-03-04 10:30", "2026-03-05 08:00", date(2026, 3, 4), False, 1),
    ],
)
def test_what_the_screen_says_of_a_deadline(
    due: str, now: str, last_day: date, at_24: bool, days: int
) -> None:
    """A deadline at 24:00 is shown on the day before the midnight that stores it."""
    assert deadlines.last_day(at(due), SHANGHAI) == last_day
    assert deadlines.ends_with_the_day(at(due), SHANGHAI) is at_24
    assert deadlines.days_late(at(due), at(now), SHANGHAI) == days


@pytest.mark.parametrize(("percent", "reached"), [(50, "10:30"), (80, "10:48"), (100, "11:00")])
def test_reminders_stand_part_of_the_way(percent: int, reached: str) -> None:
    reminded = deadlines.part_of_the_way(at("2026-03-01 10:00"), at("2026-03-01 11:00"), percent)
    assert reminded == at(f"2026-03-01 {reached}")


@given(EVENTS, st.integers(0, 400), ZONES)
def test_the_last_of_n_days_is_n_days_after_the_event(event: datetime, days: int, zone: ZoneInfo) -> None:
    """T-1, in zones that change their clocks too."""
    due = deadlines.days_after(event, days, zone)
    assert due.tzinfo is UTC
    assert deadlines.last_day(due, zone) == event.astimezone(zone).date() + timedelta(days=days)
    assert deadlines.ends_with_the_day(due, zone)
    assert due > event


@given(EVENTS, st.integers(0, 120), ZONES)
def test_months_keep_the_day_or_take_the_last(event: datetime, months: int, zone: ZoneInfo) -> None:
    """T-4."""
    day = event.astimezone(zone).date()
    last = deadlines.last_day(deadlines.months_after(event, months, zone), zone)
    assert (last.year * 12 + last.month) - (day.year * 12 + day.month) == months
    assert last.day == min(day.day, deadlines.days_in_month(last))


@given(EVENTS, st.integers(0, 1000), st.integers(0, 1000))
def test_hours_add_up(event: datetime, one: int, other: int) -> None:
    """T-2."""
    assert deadlines.hours_after(deadlines.hours_after(event, one), other) == deadlines.hours_after(
        event, one + other
    )


@given(st.dates(date(1990, 1, 1), date(2120, 1, 1)), st.integers(-600, 600))
def test_months_of_a_first_day_can_be_undone(on: date, months: int) -> None:
    first = deadlines.first_of_month(on)
    assert deadlines.add_months(deadlines.add_months(first, months), -months) == first


@pytest.mark.parametrize(
    ("on", "first_of_next", "last"),
    [
        (date(2026, 12, 31), date(2027, 1, 1), date(2026, 12, 31)),
        (date(2028, 2, 5), date(2028, 3, 1), date(2028, 2, 29)),
    ],
)
def test_the_edges_of_a_month(on: date, first_of_next: date, last: date) -> None:
    assert deadlines.first_of_month(on, later=1) == first_of_next
    assert deadlines.last_of_month(on) == last


def test_periods_and_instants_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        deadlines.days_after(datetime(2026, 3, 1), 2, SHANGHAI)
    with pytest.raises(ValueError, match="negative"):
        deadlines.days_after(at("2026-03-01 10:00"), -1, SHANGHAI)
