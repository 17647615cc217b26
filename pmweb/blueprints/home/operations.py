"""What happens by itself when its time has come: late promises are passed up (X-5, promise 10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from pmweb.blueprints.home.rules import DEPARTMENT_OF, Escalation, escalations
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models import journal
from pmweb.models.base import Subject
from pmweb.models.session_rules import estate_of
from pmweb.models.staff import StaffRole
from pmweb.models.tasks import PASSED_UP, Task

_Owner = tuple[Role | None, str | None]
AT_ONCE = 200
"""How many promises are passed up in one transaction, so that nobody waits for the lock."""


def pass_up_late(at: datetime) -> int:
    """Tell the next above of promises that are late at ``at``, each step once; how many were told of.

    Call it until it returns 0.
    """
    query = (
        select(Task)
        .where(Task.done_at.is_(None), Task.next_reminder_at <= at)
        .order_by(Task.next_reminder_at, Task.id)
        .limit(AT_ONCE)
    )
    late = list(unit().scalars(query))
    owners = _owners({task.staff_id for task in late if task.staff_id is not None})
    for task in late:
        _pass_up(task, owners, at)
    unit().flush()
    return len(late)


def _pass_up(task: Task, owners: Mapping[int, _Owner], at: datetime) -> None:
    """Every step whose time has come; what was missed while nobody looked is caught up in order."""
    role, department = task.role, task.department
    if role is None:
        role, own = owners.get(task.staff_id or 0, (None, None))
        department = department or own
    steps = escalations(role, department or (DEPARTMENT_OF.get(role) if role else None), task.due_at or at)
    task.next_reminder_at = None
    for time, escalation in steps:
        if escalation.step <= task.escalation:
            continue
        if time > at:
            task.next_reminder_at = time
            return
        _tell(task, escalation, at)


def _tell(task: Task, escalation: Escalation, at: datetime) -> None:
    task.escalation = escalation.step
    journal.note(
        unit(),
        Subject(task.subject_kind, task.subject_id),
        PASSED_UP,
        at=at,
        home_id=task.home_id,
        kind=task.kind,
        rule=task.rule,
        to=escalation.to.value,
        department=escalation.department,
        due_at=task.due_at.isoformat() if task.due_at else None,
        what=task.facts,
    )


def _owners(staff_ids: set[int]) -> dict[int, _Owner]:
    """What each of these people is here, and in which department; who leads one is its supervisor."""
    query = (
        select(StaffRole.staff_id, StaffRole.role, StaffRole.department)
        .where(
            StaffRole.staff_id.in_(staff_ids),
            StaffRole.estate_id == estate_of(unit()),
            StaffRole.ended_at.is_(None),
        )
        .order_by((StaffRole.role == Role.DEPARTMENT_SUPERVISOR).asc(), StaffRole.id)
    )
    return {row.staff_id: (row.role, row.department) for row in unit().execute(query)}
