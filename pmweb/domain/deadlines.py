"""The counting of time (T-1 to T-5, after TIM-1).

Every function takes the event and the time zone and gives back an aware instant in UTC. A period that ends at
24:00 ends at the next local midnight: that instant is already late, and the screen names the day before
(``last_day``).
"""

from __future__ import annotations

import calendar
from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

N = TypeVar("N", bound=Decimal | int)

_SATURDAY = 5


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """24:00 of a local day, which is the next local midnight."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(UTC)


def days_after(event: datetime, days: int, zone: ZoneInfo) -> datetime:
    """T-1: 24:00 of the n-th day; the day of the event does not count, weekends and holidays do."""
    return end_of(_day_of(event, zone) + timedelta(days=_not_negative(days)), zone)


def hours_after(event: datetime, hours: Decimal | int) -> datetime:
    """T-2: so many hours, or parts of one, on the clock from the moment of the event, by night as well."""
    seconds = Decimal(_not_negative(hours)) * 3600
    return _aware(event).astimezone(UTC) + timedelta(seconds=int(seconds))


def same_day(event: datetime, zone: ZoneInfo) -> datetime:
    """T-3: 24:00 of the day of the event."""
    return days_after(event, 0, zone)


def months_after(event: datetime, months: int, zone: ZoneInfo) -> datetime:
    """T-4: 24:00 of the same day number of the n-th month, or of its last day if it has no such day."""
    return end_of(add_months(_day_of(event, zone), _not_negative(months)), zone)


def next_working_day(on: date, holidays: Container[date], worked: Container[date] = ()) -> date:
    """T-5: ``on`` itself if it is a working day, else the next one.

    Only for periods that bind the resident in law. Saturdays and Sundays rest like public holidays (Civil
    Code art 203 speaks of legal rest days), except those in ``worked``, which the calendar of the year
    exchanges for a holiday.
    """
    while on in holidays or (on.weekday() >= _SATURDAY and on not in worked):
        on += timedelta(days=1)
    return on


def binding_days_after(
    event: datetime, days: int, zone: ZoneInfo, holidays: Container[date], worked: Container[date] = ()
) -> datetime:
    """T-1 with T-5: a period of days that binds the resident, moved on when it would end on a day of rest."""
    last = _day_of(event, zone) + timedelta(days=_not_negative(days))
    return end_of(next_working_day(last, holidays, worked), zone)


def part_of_the_way(event: datetime, due: datetime, percent: int) -> datetime:
    """The instant at which ``percent`` of the time to the deadline has passed, for reminders."""
    start = _aware(event).astimezone(UTC)
    return start + (_aware(due) - start) * percent / 100


def is_late(due: datetime, now: datetime) -> bool:
    """Whether the deadline has passed; the deadline itself is already late."""
    return _aware(now) >= _aware(due)


def last_day(due: datetime, zone: ZoneInfo) -> date:
    """The last local day on which the promise can be kept: for a deadline at 24:00, the day before."""
    return (_aware(due) - timedelta(microseconds=1)).astimezone(zone).date()


def ends_with_the_day(due: datetime, zone: ZoneInfo) -> bool:
    """Whether the deadline is 24:00 of its last day, so that the screen names the day and no time."""
    return _aware(due) == end_of(last_day(due, zone), zone)


def days_late(due: datetime, now: datetime, zone: ZoneInfo) -> int:
    """Calendar days since the last day of the deadline, today included; 0 until that day is over."""
    return max(0, (_day_of(now, zone) - last_day(due, zone)).days)


def add_months(on: date, months: int) -> date:
    """The same day number so many months later (earlier if negative), or the last day of that month."""
    index = on.year * 12 + on.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))


def first_of_month(on: date, later: int = 0) -> date:
    """The first day of the month of ``on``, or of the month so many months later."""
    return add_months(on.replace(day=1), later)


def last_of_month(on: date) -> date:
    """The last day of the month of ``on``."""
    return on.replace(day=days_in_month(on))


def days_in_month(on: date) -> int:
    """How many days the month of ``on`` has."""
    return calendar.monthrange(on.year, on.month)[1]


def _day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The local day of an instant."""
    return _aware(instant).astimezone(zone).date()


def _aware(instant: datetime) -> datetime:
    """The instant; ``ValueError`` if it does not say in which zone it is."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant


def _not_negative(number: N) -> N:
    """The length of a period; ``ValueError`` below zero."""
    if number < 0:
        raise ValueError("a period cannot be negative")
    return number
