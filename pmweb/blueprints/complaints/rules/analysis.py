"""The analysis of complaints: over which days, by what they are counted, what each rate means (P-14 to P-21).

Pure: the numbers come from ``figures``, moments and zone are arguments. What is counted (local days):

* **received** – complaints whose ``received_at`` lies in the span. All tables count these, and every rate is of these.
* **kept** – clocks of these complaints that were met, or are past due. One is *in time* when it was met before its
  end; what still runs and may still be met is not measured. A withdrawn clock does not count: another stands for it.
* **reopened** – of the complaints that were answered (the resident told, or closed) at least once.
* **satisfied** – of the marks that residents gave, of every round: ``SATISFIED`` and more.
* **again** – a complaint of the same home about the same within 30 days of the one before, wherever that one lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from pmweb.blueprints.complaints.rules.clocks import ClockKind
from pmweb.domain.deadlines import add_months, end_of, first_of_month, last_of_month
from pmweb.domain.share import Share
from pmweb.domain.workflow import RuleBroken

LONGEST = 731
"""So many days are looked at at once: two years."""
LISTED = 100
"""So many repeats are named; the number counts them all."""
REPEATED = 2
"""So many complaints about one person of the office are worth a look (ours)."""
BANDS = (0, 6, 9, 12, 14, 18, 22)
"""The hours at which the times of the day begin; the last one ends at 24:00."""
MOST_WEEKS = 14
"""A span of more weeks than a quarter has is shown by months."""
NOTHING = Share(0, 0)
"""Nothing to measure yet."""
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_BEFORE = 366 * _DAY
"""What is complained of may have happened so long before; further back the clocks are taken as they were then."""


class Dimension(StrEnum):
    """By what complaints are counted."""

    LEVEL = "level"
    CATEGORY = "category"
    DEPARTMENT = "department"
    BUILDING = "building"
    TIME = "time"
    CHANNEL = "channel"
    VALIDITY = "validity"
    STATE = "state"


class Offer(StrEnum):
    """The spans that a page offers with one tap."""

    MONTH = "month"
    LAST_MONTH = "last_month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Span:
    """Some local days that follow each other, the last one included."""

    first: date
    last: date

    def begins(self, zone: ZoneInfo) -> datetime:
        """Its first instant."""
        return end_of(self.first - _DAY, zone)

    def ends(self, zone: ZoneInfo) -> datetime:
        """The first instant that is no longer in it."""
        return end_of(self.last, zone)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def by_month(self) -> bool:
        """Whether it is too long to be shown by weeks."""
        return self.days > MOST_WEEKS * 7

    @property
    def steps(self) -> tuple[Span, ...]:
        """Its weeks, from Monday to Sunday, or its months; the first and the last may be cut."""
        steps, first = [], self.first
        while first <= self.last:
            last = last_of_month(first) if self.by_month else first + (6 - first.weekday()) * _DAY
            steps.append(Span(first, min(last, self.last)))
            first = last + _DAY
        return tuple(steps)


def spans_offered(today: date) -> Mapping[Offer, Span]:
    """The running month, the one before, the running quarter and year, all in full."""
    month = first_of_month(today)
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    last_month = add_months(month, -1)
    return {
        Offer.MONTH: Span(month, last_of_month(month)),
        Offer.LAST_MONTH: Span(last_month, last_of_month(last_month)),
        Offer.QUARTER: Span(quarter, last_of_month(add_months(quarter, 2))),
        Offer.YEAR: Span(today.replace(month=1, day=1), today.replace(month=12, day=31)),
    }


def span_asked_for(first: date | None, last: date | None, today: date) -> Span:
    """The days that somebody asked for; the running month for who says nothing, up to today for who says no end.

    ``RuleBroken``: ``analysis.order``, ``analysis.too_long``.
    """
    if first is None and last is None:
        return spans_offered(today)[Offer.MONTH]
    first = first or first_of_month(last or today)
    last = last or max(first, today)
    if last < first:
        raise RuleBroken("analysis.order", field="last")
    if (last - first).days >= LONGEST:
        raise RuleBroken("analysis.too_long", field="last")
    return Span(first, last)


def offsets(span: Span, zone: ZoneInfo) -> tuple[tuple[datetime, int], ...]:
    """From which instant on the clocks here are how many minutes before UTC; the first counts for all before it."""
    at, end = span.begins(zone) - _BEFORE, span.ends(zone)
    days = [at + n * _DAY for n in range((end - at).days + 2)]
    found = [(at, _ahead(at, zone))]
    for before, after in pairwise(days):
        if _ahead(before, zone) != _ahead(after, zone):
            found.append((_turn(before, after, zone), _ahead(after, zone)))
    return tuple(found)


def _ahead(at: datetime, zone: ZoneInfo) -> int:
    ahead = at.astimezone(zone).utcoffset() or timedelta()
    return ahead // _MINUTE


def _turn(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The minute at which the clocks are turned."""
    while after - before > _MINUTE:
        middle = before + (after - before) // _MINUTE // 2 * _MINUTE
        if _ahead(middle, zone) == _ahead(before, zone):
            before = middle
        else:
            after = middle
    return after


@dataclass(frozen=True, slots=True)
class Against:
    """How often somebody of the office was complained about."""

    staff_id: int
    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Again:
    """A home that complained about the same so many times again."""

    home_id: int
    home: str
    category: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All numbers of a span; the definitions are those of this module.

    ``over_time`` is by the first day of each step and by level; ``resolved`` how many were handled in time, by level
    and by department. ``first_contact`` is the median in seconds; None where nobody was reached yet.
    """

    counts: Mapping[Dimension, Mapping[str, int]] = field(default_factory=dict)
    over_time: Mapping[date, Mapping[str, int]] = field(default_factory=dict)
    kept: Mapping[ClockKind, Share] = field(default_factory=dict)
    resolved: Mapping[Dimension, Mapping[str, Share]] = field(default_factory=dict)
    first_contact: int | None = None
    reopened: Share = NOTHING
    satisfied: Share = NOTHING
    against: tuple[Against, ...] = ()
    against_others: int = 0
    against_nobody: int = 0
    again: tuple[Again, ...] = ()
    again_homes: int = 0

    @property
    def received(self) -> int:
        """How many there were."""
        return sum(self.counts.get(Dimension.LEVEL, {}).values())

    def ranked(self, by: Dimension) -> list[tuple[str, int]]:
        """The codes with their counts, the most frequent first, then by code."""
        return sorted(self.counts.get(by, {}).items(), key=lambda pair: (-pair[1], pair[0]))

    def share(self, kind: ClockKind) -> Share:
        """How many of the clocks of this kind were met in time."""
        return self.kept.get(kind, NOTHING)

    @property
    def on_time_rate(self) -> Share:
        """Handled in time (P-14 to P-16)."""
        return self.share(ClockKind.RESOLVE)

    @property
    def escalation_on_time_rate(self) -> Share:
        """Brought before whom the level names in time (P-14, P-15)."""
        return self.share(ClockKind.ESCALATE)

    @property
    def same_day_feedback_rate(self) -> Share:
        """Told to the resident on the day of the result (P-21)."""
        return self.share(ClockKind.FEEDBACK)

    @property
    def reopen_rate(self) -> Share:
        """Reopened, of those answered."""
        return self.reopened

    @property
    def satisfaction_rate(self) -> Share:
        """Satisfied, of the marks that were given."""
        return self.satisfied

    @property
    def repeated_staff(self) -> tuple[Against, ...]:
        """Who of the office was complained about twice or more."""
        return tuple(one for one in self.against if one.number >= REPEATED)


def middle(seconds: list[int]) -> int | None:
    """The median from the one or two in the middle of an ordered row; None of nothing."""
    return sum(seconds) // len(seconds) if seconds else None
