"""The monthly report of repairs: what is counted, of which month, and what closing it needs (R-8, R-9, A-18, A-19).

Pure: the numbers come from ``figures``, moments and zone are arguments. What belongs to a month (local months):

* **registered** – repairs whose ``registered_at`` lies in it, without those that were cancelled, which stand apart.
  All tables count these, and so do the homes that called three times or more.
* **completed** – rounds of work whose ``completed_at`` lies in it, also those that did not hold. One is *on time* when
  it was done by 24:00 of the day of its appointment; without an appointment by 24:00 of the day agreed for
  completion; without either, of the day of arrival (the promise of M-13), else of the day of the call. It is
  *reworked* when the round ended in rework, whenever that was found.
* **costs** – the amounts of the repairs whose present round was completed in it.
* **followed up** – rounds whose follow-up is due in it; a deadline at 24:00 of the last day belongs to the month that
  ends there. It is *handled* by a closed follow-up, also by one that ended as unreachable, which is counted apart
  (A-18). A round that failed before anybody asked owes none: its next completion starts a new period (W-6).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from pmweb.domain.deadlines import add_months, days_in_month, end_of, first_of_month
from pmweb.domain.money import Money
from pmweb.domain.share import Share
from pmweb.domain.workflow import RuleBroken

REPEATED = 3
"""So many repairs of one home in a month make it a repeat home (FM-11)."""
LISTED = 100
"""So many open follow-ups and repeat homes are named; the numbers count them all."""
OWED_BY = 5
"""The report of a month is owed by this day of the next (ours)."""
_WRITTEN = re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A local month, by its first day."""

    first: date

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of a day."""
        return cls(first_of_month(day))

    @classmethod
    def read(cls, text: str) -> Month:
        """``2026-11``; ``ValueError`` for anything else."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(text)
        return cls(date(int(found[1]), int(found[2]), 1))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    def later(self, months: int) -> Month:
        """The month so many months later."""
        return Month(add_months(self.first, months))

    def begins(self, zone: ZoneInfo) -> datetime:
        """Its first instant."""
        return end_of(self.first - timedelta(days=1), zone)

    def ends(self, zone: ZoneInfo) -> datetime:
        """The first instant that is no longer in it."""
        return self.later(1).begins(zone)

    def days(self, zone: ZoneInfo) -> tuple[tuple[date, datetime], ...]:
        """Its days, each with its first instant."""
        days = (self.first + timedelta(days=n) for n in range(days_in_month(self.first)))
        return tuple((day, end_of(day - timedelta(days=1), zone)) for day in days)

    def is_over(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether nothing can be registered in it any more."""
        return at >= self.ends(zone)

    def report_due(self, zone: ZoneInfo) -> datetime:
        """24:00 of the day of the next month by which its report is owed."""
        return end_of(self.later(1).first + timedelta(days=OWED_BY - 1), zone)


class Dimension(StrEnum):
    """By what the registered repairs are counted (A-19)."""

    CATEGORY = "category"
    TRADE = "trade"
    PART = "part"
    BUILDING = "building"
    VERDICT = "verdict"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class OpenFollowUp:
    """A repair that nobody has asked about yet (R-9)."""

    repair_id: int
    number: str
    home: str
    place: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class RepeatHome:
    """A home with three repairs or more in the month; ``acceptance`` of them are defects of a hand-over."""

    home_id: int
    home: str
    count: int
    acceptance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """All numbers of a month; the definitions are those of this module."""

    registered: int = 0
    cancelled: int = 0
    counts: Mapping[Dimension, Mapping[str, int]]
    completed: int = 0
    on_time: int = 0
    reworked: int = 0
    follow_ups_due: int = 0
    follow_ups_done: int = 0
    follow_ups_on_time: int = 0
    unreachable: int = 0
    results: Mapping[str, int]
    rated: int = 0
    stars: int = 0
    cost: Money
    priced: int = 0
    materials: Money
    repeat_homes: int = 0
    repeated: tuple[RepeatHome, ...] = ()
    open_follow_ups: tuple[OpenFollowUp, ...] = ()

    @property
    def on_time_rate(self) -> Share:
        """Of the completed rounds."""
        return Share(self.on_time, self.completed)

    @property
    def rework_rate(self) -> Share:
        """Of the completed rounds."""
        return Share(self.reworked, self.completed)

    @property
    def follow_up_rate(self) -> Share:
        """Of the follow-ups that are due; 100 % is asked for (R-9)."""
        return Share(self.follow_ups_done, self.follow_ups_due)

    @property
    def follow_up_on_time_rate(self) -> Share:
        """Of the follow-ups that are due: those within their 2 or 3 days."""
        return Share(self.follow_ups_on_time, self.follow_ups_due)

    @property
    def open_count(self) -> int:
        """The follow-ups that are still owed."""
        return self.follow_ups_due - self.follow_ups_done

    @property
    def satisfaction(self) -> Decimal | None:
        """The average of the marks from 1 to 5, two places; None where nobody gave one."""
        if not self.rated:
            return None
        return (Decimal(self.stars) / self.rated).quantize(Decimal("0.01"), ROUND_HALF_UP)

    def ranked(self, by: Dimension) -> list[tuple[str, int]]:
        """The codes with their counts, the most frequent first, then by code."""
        return sorted(self.counts.get(by, {}).items(), key=lambda pair: (-pair[1], pair[0]))

    def kept(self) -> dict[str, Any]:
        """As the closed report keeps them: plain JSON."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        return plain | {
            "counts": {by.value: dict(counts) for by, counts in self.counts.items()},
            "results": dict(self.results),
            "cost": self.cost.fen,
            "materials": self.materials.fen,
            "repeated": [asdict(home) for home in self.repeated],
            "open_follow_ups": [
                asdict(one) | {"due_at": one.due_at.isoformat()} for one in self.open_follow_ups
            ],
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Totals:
        """What ``kept`` wrote."""
        plain = dict(kept)
        plain |= {
            "counts": {Dimension(by): dict(counts) for by, counts in kept["counts"].items()},
            "cost": Money(kept["cost"]),
            "materials": Money(kept["materials"]),
            "repeated": tuple(RepeatHome(**home) for home in kept["repeated"]),
            "open_follow_ups": tuple(
                OpenFollowUp(**one | {"due_at": datetime.fromisoformat(one["due_at"])})
                for one in kept["open_follow_ups"]
            ),
        }
        return cls(**plain)


HEADLINES = (
    *("registered", "cancelled", "completed", "on_time_rate", "rework_rate", "follow_up_rate"),
    *("follow_up_on_time_rate", "unreachable", "satisfaction", "repeat_homes", "cost", "priced", "materials"),
)
"""What stands on top of a report, in its order; properties of ``Totals``."""
TABLES = "tables"


def changed(closed: Totals, now: Totals) -> tuple[str, ...]:
    """Which headlines would read differently today, and ``tables`` where only something below them would."""
    different = tuple(name for name in HEADLINES if getattr(closed, name) != getattr(now, name))
    below = (closed.counts, closed.results, closed.repeated) != (now.counts, now.results, now.repeated)
    return (*different, TABLES) if below and not different else different


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the centre writes of the month (FM-11): causes, measures, who sees to them, until when."""

    causes: str = ""
    measures: str = ""
    responsible: str = ""
    until_on: date | None = None


def refuse_closing(
    month: Month,
    totals: Totals,
    analysis: Analysis,
    *,
    versions: int,
    reason: str,
    at: datetime,
    zone: ZoneInfo,
) -> None:
    """A month is closed when it is over and its analysis is written; a supplement says why (FM-11).

    A month in which nothing was registered or done needs its causes only: there is nothing to be done about it.
    Follow-ups that are open do not forbid it; the report names them. ``RuleBroken``: ``report.month_not_over``,
    ``report.analysis``, ``report.reason``, ``report.until_past`` (measures that ended before the month began).
    """
    if not month.is_over(at, zone):
        raise RuleBroken("report.month_not_over")
    needed = (
        ["causes"] if not (totals.registered or totals.completed) else [one.name for one in fields(analysis)]
    )
    for name in needed:
        if not getattr(analysis, name):
            raise RuleBroken("report.analysis", field=name)
    if analysis.until_on is not None and analysis.until_on < month.first:
        raise RuleBroken("report.until_past", field="until_on")
    if versions and not reason:
        raise RuleBroken("report.reason", field="reason")


def months_owed(*, at: datetime, zone: ZoneInfo, since: datetime, latest: Month | None) -> tuple[Month, ...]:
    """The months whose report has to be promised now: those after ``latest``, else the last month (R-8).

    None that was over before the estate was there (``since``).
    """
    current = Month.of(at.astimezone(zone).date())
    month = latest.later(1) if latest else current.later(-1)
    owed = []
    while month < current:
        if month.ends(zone) > since:
            owed.append(month)
        month = month.later(1)
    return tuple(owed)
