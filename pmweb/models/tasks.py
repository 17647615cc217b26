"""Promises with a due time and an owner (X-5, T-6, promise 10).

A room says "this must happen" by making a ``Task``; 今日, reminders and escalations read only this table.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pmweb.domain.permissions import Role
from pmweb.models.base import Base, InEstate, Subject, subject_of

PASSED_UP = "task.passed_up"
"""The entry that a late promise leaves in the timeline of its matter, whichever room it is of (X-5)."""


class Task(InEstate, Base):
    """One promise. ``kind`` names what is to be done, ``rule`` the id of the procedure that asks for it.

    ``event_at`` is the event, ``due_at`` the instant computed from it then (T-6): a later change of the rule does
    not change old promises. ``due_at`` null means that somebody else has to move first (等待他人).
    """

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("estate_id", "kind", "subject_kind", "subject_id", "round"),
        CheckConstraint("role is not null or staff_id is not null", name="has_an_owner"),
        Index(None, "estate_id", "done_at", "role", "due_at"),
        Index(None, "estate_id", "done_at", "staff_id", "due_at"),
        Index(None, "estate_id", "done_at", "next_reminder_at"),
        Index(None, "subject_kind", "subject_id"),
        Index(None, "home_id", "done_at"),
    )

    kind: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(20))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    round: Mapped[int] = mapped_column(default=1)
    home_id: Mapped[int | None] = mapped_column(ForeignKey("home.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    role: Mapped[Role | None]
    department: Mapped[str | None] = mapped_column(String(40))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    event_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    next_reminder_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    escalation: Mapped[int] = mapped_column(default=0)
    pressing: Mapped[bool] = mapped_column(default=False)


def promise(
    session: Session,
    kind: str,
    rule: str,
    subject: Base | Subject,
    *,
    event_at: datetime,
    due_at: datetime | None,
    role: Role | None = None,
    department: str | None = None,
    staff_id: int | None = None,
    home_id: int | None = None,
    round: int = 1,
    pressing: bool = False,
    passes_up: bool = True,
    **facts: Any,
) -> Task:
    """Promise that something happens until ``due_at``, by a role or a person; what is pressing stands before all else.

    The same promise again moves it: whoever had seen it, or been told that it is late, starts anew. One that does not
    pass up has a clock of its own in its room, which tells who has to know.
    """
    subject = subject_of(subject)
    task = _find(session, kind, subject, round)
    if task is None:
        task = Task(kind=kind, subject_kind=subject.kind, subject_id=subject.id, round=round)
        session.add(task)
    task.rule, task.event_at, task.due_at = rule, event_at, due_at
    task.next_reminder_at = due_at if passes_up else None
    task.role, task.department, task.staff_id, task.home_id = role, department, staff_id, home_id
    task.facts, task.done_at, task.pressing = facts, None, pressing
    task.acknowledged_at, task.escalation = None, 0
    session.flush()
    return task


def keep(
    session: Session, kind: str, subject: Base | Subject, *, at: datetime, round: int | None = None
) -> None:
    """The promise was kept (or is no longer owed): it leaves 今日."""
    subject = subject_of(subject)
    query = select(Task).where(
        Task.kind == kind,
        Task.subject_kind == subject.kind,
        Task.subject_id == subject.id,
        Task.done_at.is_(None),
    )
    if round is not None:
        query = query.where(Task.round == round)
    for task in session.scalars(query):
        task.done_at = at


def keep_all(session: Session, subject: Base | Subject, *, at: datetime, but: Collection[str] = ()) -> None:
    """The matter has ended, or gone on: nothing about it is owed any more, ``but`` for these kinds."""
    subject = subject_of(subject)
    query = select(Task).where(
        Task.subject_kind == subject.kind, Task.subject_id == subject.id, Task.done_at.is_(None)
    )
    for task in session.scalars(query.where(Task.kind.not_in(but)) if but else query):
        task.done_at = at


def _find(session: Session, kind: str, subject: Subject, round: int) -> Task | None:
    return session.scalar(
        select(Task).where(
            Task.kind == kind,
            Task.subject_kind == subject.kind,
            Task.subject_id == subject.id,
            Task.round == round,
        )
    )
