"""What the page of the running clocks reads, as columns, and who was told of them (P-14 to P-21)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, extract, func, or_, select, true

from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint, ComplaintClock, ComplaintReminder
from pmweb.blueprints.complaints.rules import ClockKind, Part
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.staff import Staff
from pmweb.models.tasks import Task

_RUNS = ComplaintClock.ended_at.is_(None)
_BEFORE: Mapping[Part, Part | None] = {
    part: before for before, part in zip((None, *Part), Part, strict=False)
}
"""The section that is more pressing than this one."""


@dataclass(frozen=True)
class Wanted:
    """Which of the clocks that run; an empty one asks for all."""

    part: Part | None = None
    departments: tuple[str, ...] = ()
    kind: ClockKind | None = None
    not_against: int | None = None
    """Somebody of the office who does not see complaints about oneself."""


def listed(wanted: Wanted, now: datetime) -> Select[Any]:
    """The clocks that run as columns; the caller chooses the order."""
    columns: tuple[Any, ...] = (
        *(ComplaintClock.id, ComplaintClock.complaint_id, ComplaintClock.kind, ComplaintClock.rule),
        *(ComplaintClock.started_at, ComplaintClock.due_at, Complaint.number, Complaint.place),
        *(Complaint.level, Complaint.department, Complaint.state, Home.label.label("home")),
        Staff.name.label("responsible"),
    )
    whose = case(
        (ComplaintClock.kind == ClockKind.FEEDBACK, Complaint.receiver_id), else_=Complaint.assignee_id
    )
    query = (
        select(*columns)
        .select_from(ComplaintClock)
        .join(Complaint, Complaint.id == ComplaintClock.complaint_id)
        .outerjoin(Home, Home.id == Complaint.home_id)
        .outerjoin(Staff, Staff.id == whose)
        .where(_RUNS)
    )
    if wanted.part is not None:
        query = query.where(*_stands_in(wanted.part, now))
    if wanted.departments:
        query = query.where(Complaint.department.in_(wanted.departments))
    query = query.where(_not_about(wanted))
    return query if wanted.kind is None else query.where(ComplaintClock.kind == wanted.kind)


def _not_about(wanted: Wanted) -> ColumnElement[bool]:
    if wanted.not_against is None:
        return true()
    return or_(Complaint.against_staff_id.is_(None), Complaint.against_staff_id != wanted.not_against)


def _stands_in(part: Part, now: datetime) -> list[ColumnElement[bool]]:
    before = _BEFORE[part]
    within = [] if part is Part.REST else [_passed(part, now)]
    return within if before is None else [*within, ~_passed(before, now)]


def _passed(part: Part, now: datetime) -> ColumnElement[bool]:
    """Whether so much of the time of a clock has passed by now, in whole seconds.

    What is late can be read off the index; nothing else is reckoned for a clock that is.
    """
    if part is Part.LATE:
        return ComplaintClock.due_at <= now
    started, due = (extract("epoch", column) for column in (ComplaintClock.started_at, ComplaintClock.due_at))
    return (int(now.timestamp()) - started) * 100 >= (due - started) * rules.FROM_PERCENT[part]


def counts(wanted: Wanted, now: datetime) -> dict[Part | None, int]:
    """How many clocks stand in each section (None: in all), with the filters but for the section: one query."""
    so_far = [func.count(case((_passed(part, now), 1))) for part in Part if part is not Part.REST]
    query = select(*so_far, func.count()).select_from(ComplaintClock).where(_RUNS)
    query = query.join(Complaint, Complaint.id == ComplaintClock.complaint_id).where(_not_about(wanted))
    if wanted.departments:
        query = query.where(Complaint.department.in_(wanted.departments))
    if wanted.kind is not None:
        query = query.where(ComplaintClock.kind == wanted.kind)
    until = [0, *unit().execute(query).one()]
    figures: dict[Part | None, int] = {None: until[-1]}
    figures |= {part: more - less for part, less, more in zip(Part, until, until[1:], strict=False)}
    return figures


def reminders(clock_ids: Collection[int]) -> Mapping[int, Sequence[Row[Any]]]:
    """Who was told of these clocks, by clock, in the order of the parts of the way: one query."""
    columns: tuple[Any, ...] = (
        *(ComplaintReminder.clock_id, ComplaintReminder.percent, ComplaintReminder.role),
        *(ComplaintReminder.department, ComplaintReminder.told_at, Staff.name.label("name")),
    )
    query = (
        select(*columns)
        .outerjoin(Staff, Staff.id == ComplaintReminder.staff_id)
        .where(ComplaintReminder.clock_id.in_(clock_ids))
        .order_by(ComplaintReminder.percent, ComplaintReminder.id)
    )
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in unit().execute(query):
        found[row.clock_id].append(row)
    return found


@dataclass(frozen=True)
class Notice:
    """A notice to a supervisor or the manager that nobody has taken note of yet."""

    role: Role | None
    department: str | None


def unseen(complaint_ids: Iterable[int]) -> Mapping[tuple[int, ClockKind], Sequence[Notice]]:
    """The notices that are open, by complaint and kind of clock: one query."""
    query = select(Task.subject_id, Task.kind, Task.role, Task.department).where(
        and_(Task.subject_kind == Complaint.__tablename__, Task.subject_id.in_(set(complaint_ids))),
        Task.kind.in_(rules.TOLD),
        Task.done_at.is_(None),
    )
    found: dict[tuple[int, ClockKind], list[Notice]] = defaultdict(list)
    for row in unit().execute(query.order_by(Task.kind)):
        found[row.subject_id, rules.kind_told(row.kind)].append(Notice(row.role, row.department))
    return found


def clocks_of(complaint: Complaint) -> list[ComplaintClock]:
    """Every clock that was ever set for the complaint, in the order in which they were set."""
    query = select(ComplaintClock).where(ComplaintClock.complaint_id == complaint.id)
    return list(unit().scalars(query.order_by(ComplaintClock.set_at, ComplaintClock.id)))
