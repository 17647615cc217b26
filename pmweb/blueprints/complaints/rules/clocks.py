"""The clocks of a complaint: which deadlines run, until when, and who is told at which part of the way (P-14 to P-21).

Pure: moments, zone and the office's figures are arguments. Hours run on the clock, days end at 24:00 (T-1 to T-3).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from pmweb.domain.deadlines import days_after, hours_after, part_of_the_way, same_day
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken


class ClockKind(StrEnum):
    """What has to have happened when the clock ends.

    The first three are the deadlines of a level; ``first_contact`` is the office's own target for P-19, ``feedback``
    the same day of P-21.
    """

    ESCALATE = "escalate"
    REPLY = "reply"
    RESOLVE = "resolve"
    FIRST_CONTACT = "first_contact"
    FEEDBACK = "feedback"


class Part(StrEnum):
    """How much of its time a clock has used up, the most pressing first: the sections of the page of clocks."""

    LATE = "late"
    LAST = "last"
    HALF = "half"
    REST = "rest"


FROM_PERCENT: Mapping[Part, int] = {Part.LATE: 100, Part.LAST: 80, Part.HALF: 50, Part.REST: 0}
"""From which part of the way on a clock stands there (the parts at which somebody is told)."""

FARTHEST = timedelta(days=92)
"""How far ahead a deadline may be agreed (ours): a slip of the year is farther."""
OF_A_LEVEL = (ClockKind.ESCALATE, ClockKind.REPLY, ClockKind.RESOLVE)


class Period(Protocol):
    """A deadline of the data: so many hours or days, or the same day."""

    @property
    def id(self) -> str:
        """Which one of its level."""
        ...

    @property
    def value(self) -> int:
        """How many of the unit."""
        ...

    @property
    def unit(self) -> str:
        """``hour``, ``day`` or ``same_day``."""
        ...

    @property
    def resident_may_set(self) -> bool:
        """Whether the resident's own deadline replaces it (P-16)."""
        ...


class Step(Protocol):
    """A reminder of the data."""

    @property
    def at_percent(self) -> int:
        """The part of the way in per cent."""
        ...

    @property
    def notify(self) -> tuple[str, ...]:
        """Who is told."""
        ...


@dataclass(frozen=True, slots=True)
class Due:
    """One deadline, computed: what, and until when."""

    kind: ClockKind
    due_at: datetime


def due_of(period: Period, event: datetime, zone: ZoneInfo) -> datetime:
    """When a period that begins with ``event`` ends (T-1 to T-3)."""
    match period.unit:
        case "hour":
            return hours_after(event, period.value)
        case "same_day":
            return same_day(event, zone)
    return days_after(event, period.value, zone)


def deadlines(
    periods: Iterable[Period], received: datetime, zone: ZoneInfo, resident_deadline: datetime | None = None
) -> tuple[Due, ...]:
    """The deadlines of a level, all from the minute of the reception (A-28).

    The resident's own deadline replaces the period where the rules let it, longer or shorter (P-16).
    """
    return tuple(
        Due(
            ClockKind(period.id),
            resident_deadline
            if resident_deadline is not None and period.resident_may_set
            else due_of(period, received, zone),
        )
        for period in periods
    )


def first_contact_due(assigned: datetime, minutes: int) -> datetime:
    """P-19, "at the first moment": so many minutes after it was given to the responsible person (ours)."""
    return hours_after(assigned, 0) + timedelta(minutes=minutes)


def feedback_due(result_at: datetime, zone: ZoneInfo) -> datetime:
    """P-21, A-35: 24:00 of the day on which the receiver got the result."""
    return same_day(result_at, zone)


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody is told that so much of the time has passed."""

    percent: int
    to: str


def next_notice_at(
    started: datetime, due: datetime, steps: Sequence[Step], after_percent: int
) -> datetime | None:
    """When the next part of the way has passed; None after the last."""
    percent = next((step.at_percent for step in steps if step.at_percent > after_percent), None)
    return None if percent is None else part_of_the_way(started, due, percent)


def notices(
    started: datetime, due: datetime, steps: Sequence[Step], after_percent: int, now: datetime
) -> tuple[Notice, ...]:
    """Everybody who is to be told by ``now`` and was not yet: in the order of the parts, none of them early."""
    return tuple(
        Notice(step.at_percent, who)
        for step in steps
        if step.at_percent > after_percent and part_of_the_way(started, due, step.at_percent) <= now
        for who in step.notify
    )


def passed_percent(started: datetime, due: datetime, now: datetime) -> int:
    """How much of the time has passed, in whole per cent; 100 and more is late."""
    whole = due - started
    return 100 if whole <= timedelta(0) else (now - started) * 100 // whole


def recipient(escalate_to: str) -> Role | None:
    """Before whom a complaint of this level is brought: the manager, the supervisor, or nobody (P-14 to P-16)."""
    return None if escalate_to == "responsible_department" else Role(escalate_to)


def refuse_past_deadline(wanted: datetime | None, at: datetime, field: str = "resident_deadline") -> None:
    """A deadline lies ahead, not for ever: ``RuleBroken``: ``complaint.deadline_past``, ``complaint.deadline_far``."""
    if wanted is not None and wanted <= at:
        raise RuleBroken("complaint.deadline_past", field=field)
    if wanted is not None and wanted > at + FARTHEST:
        raise RuleBroken("complaint.deadline_far", field=field)


def told_kind(kind: ClockKind, to: str) -> str:
    """The task of whoever is told of a clock; ``to`` is a name of the rules."""
    return f"complaint.told.{kind.value}.{to.rpartition('_')[2]}"


def kind_told(task_kind: str) -> ClockKind:
    """Of which clock such a task tells."""
    return ClockKind(task_kind.split(".")[2])


TOLD = tuple(
    told_kind(kind, to) for kind in ClockKind for to in (Role.DEPARTMENT_SUPERVISOR, Role.OFFICE_MANAGER)
)
"""All tasks of this kind."""

Held = Collection[tuple[Role, str | None]]
"""The roles of a person, each with its department where it has one."""


def is_told(role: Role | None, department: str | None, held: Held) -> bool:
    """Whether a notice to this role of this department is addressed to whoever holds these roles."""
    return any(mine is role and department in (None, of) for mine, of in held)


def is_last(notice: Notice, steps: Sequence[Step]) -> bool:
    """Whether nobody is told of anything after this: the time is over."""
    return notice.percent >= max(step.at_percent for step in steps)


def refuse_late_agreement(due: Sequence[datetime], at: datetime) -> None:
    """What is late cannot be agreed away: ``RuleBroken("complaint.agreed_late")``."""
    if any(at >= one for one in due):
        raise RuleBroken("complaint.agreed_late", field="until")


def last_step(started: datetime, due: datetime, steps: Sequence[Step], at: datetime) -> int:
    """The last part of the way that had passed by then; 0 for none."""
    passed = [step.at_percent for step in steps if part_of_the_way(started, due, step.at_percent) <= at]
    return max(passed, default=0)
