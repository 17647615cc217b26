"""What follows a move: the timeline is told, what is no longer owed is withdrawn, the next is promised."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint, JointMeeting, SupervisorCall
from pmweb.blueprints.complaints.operations.clocks import running
from pmweb.blueprints.complaints.rules import ComplaintState, Owner, Promise
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models import journal, tasks
from pmweb.models.base import subject_of
from pmweb.models.session_rules import estate_of
from pmweb.models.staff import Staff, StaffRole
from pmweb.models.tasks import Task


def tell(complaint: Complaint, event: str, at: datetime, *, counts: bool = True, **facts: Any) -> None:
    """Write into the timeline; the version of the complaint counts it, too, unless no form depends on it."""
    complaint.written += counts
    facts = {key: value for key, value in facts.items() if value not in (None, "")}
    facts |= {"number": complaint.number, "round": complaint.round}
    journal.note(unit(), complaint, event, at=at, home_id=complaint.home_id, **facts)


def follow(complaint: Complaint, event: str, at: datetime, **facts: Any) -> None:
    """A move was made: tell it, and promise what is owed now."""
    tell(complaint, event, at, **facts)
    complaint.moved_at = at
    unit().flush()
    unit().expire(complaint, ["assignee"])
    if complaint.state is ComplaintState.CLOSED:
        tasks.keep_all(unit(), complaint, at=at)
        for call in unit().scalars(select(SupervisorCall).where(SupervisorCall.complaint_id == complaint.id)):
            tasks.keep(unit(), rules.CALM, call, at=at)
    if complaint.state not in rules.TO_HANDLE:
        _call_off(complaint, at)
    promise_next(complaint, at)


def _call_off(complaint: Complaint, at: datetime) -> None:
    """There is a result: nobody has to choose a plan, or to come to a meeting that was not held."""
    tasks.keep(unit(), rules.PLAN, complaint, at=at)
    query = select(JointMeeting).where(
        JointMeeting.complaint_id == complaint.id, JointMeeting.held_at.is_(None)
    )
    for meeting in unit().scalars(query):
        tasks.keep_all(unit(), meeting, at=at)


def promise_next(complaint: Complaint, at: datetime) -> None:
    """Promise what is owed by the state and the clocks; a promise that stands as it did is left alone."""
    unit().flush()
    left = {one.kind: one.due_at for one in running(complaint)}
    moment = rules.Moment(
        state=complaint.state,
        at=complaint.moved_at,
        level=complaint.level,
        department=complaint.department,
        escalated_to=complaint.escalated_to,
        acknowledged=complaint.acknowledged_at is not None,
        assigned=complaint.assignee_id is not None,
        running=left,
    )
    owed = rules.owed(moment, clock.zone())
    mine = subject_of(complaint)
    query = select(Task).where(
        Task.subject_kind == mine.kind,
        Task.subject_id == mine.id,
        Task.done_at.is_(None),
        Task.kind.in_(rules.OF_THE_STATE),
    )
    open_now = {task.kind: task for task in unit().scalars(query)}
    for kind, task in open_now.items():
        if kind not in {one.kind for one in owed}:
            task.done_at = at
    for one in owed:
        if not _stands(open_now.get(one.kind), one, complaint):
            promise(complaint, one)
    complaint.due_at = min([*left.values(), *(one.due_at for one in owed)], default=None)
    complaint.queue_at = complaint.due_at or complaint.moved_at
    unit().flush()


def _stands(task: Task | None, one: Promise, complaint: Complaint) -> bool:
    """Whether just this is promised already, for just this rule, by just this owner."""
    if task is None or task.round != complaint.round:
        return False
    wanted = (one.rule, one.due_at, one.role, _department(complaint, one), _person(complaint, one))
    return (task.rule, task.due_at, task.role, task.department, task.staff_id) == wanted


def _department(complaint: Complaint, one: Promise) -> str | None:
    """Whose department: the manager has none."""
    return None if one.role is rules.MANAGER else one.department or complaint.department


def _person(complaint: Complaint, one: Promise) -> int | None:
    match one.owner:
        case Owner.RESPONSIBLE:
            return complaint.assignee_id
        case Owner.RECEIVER:
            return complaint.receiver_id
    return None


def promise(complaint: Complaint, one: Promise, *, event_at: datetime | None = None, round: int = 0) -> None:
    """Make this promise of the complaint, reckoned from its last move unless from something else."""
    tasks.promise(
        unit(),
        one.kind,
        one.rule,
        complaint,
        event_at=event_at or complaint.moved_at,
        due_at=one.due_at,
        role=one.role,
        department=_department(complaint, one),
        staff_id=_person(complaint, one),
        home_id=complaint.home_id,
        round=round or complaint.round,
        pressing=one.pressing,
        passes_up=not one.clock,
        number=complaint.number,
        place=complaint.place,
        what=complaint.description[:60],
    )


def is_promised(complaint: Complaint, kind: str) -> bool:
    """Whether this is promised of the complaint and not kept yet."""
    mine = subject_of(complaint)
    query = select(Task.id).where(
        Task.subject_kind == mine.kind,
        Task.subject_id == mine.id,
        Task.kind == kind,
        Task.done_at.is_(None),
    )
    return unit().scalar(query.limit(1)) is not None


def somebody_else(by: Staff, department: str, *, to_manager: bool = False) -> tuple[Role, str | None]:
    """Who looks at it after this person: the supervisor of the department, ``to_manager`` the manager.

    Where that is the same person, the other of the two.
    """
    first = Role.OFFICE_MANAGER if to_manager else Role.DEPARTMENT_SUPERVISOR
    query = select(StaffRole.id).where(
        StaffRole.staff_id == by.id,
        StaffRole.estate_id == estate_of(unit()),
        StaffRole.role == first,
        StaffRole.ended_at.is_(None),
    )
    if not to_manager:
        query = query.where(StaffRole.department == department)
    if (unit().scalar(query.limit(1)) is None) == to_manager:
        return Role.OFFICE_MANAGER, None
    return Role.DEPARTMENT_SUPERVISOR, department
