"""The clocks of a complaint: started, met, reckoned anew; and who is told while they run (P-14 to P-21, T-6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint, ComplaintClock, ComplaintReminder
from pmweb.blueprints.complaints.rules import ClockKind, Due, Held, Notice
from pmweb.data import defaults
from pmweb.domain.deadlines import is_late
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models import journal, tasks
from pmweb.models.base import subject_of
from pmweb.models.staff import StaffRole
from pmweb.models.tasks import Task

AT_ONCE = 200
"""How many clocks are looked at in one transaction, so that nobody waits for the lock."""
_RESPONSIBLE, _SUPERVISOR = "responsible_person", "department_supervisor"


def running(complaint: Complaint, *kinds: ClockKind) -> list[ComplaintClock]:
    """The clocks that run, the one that ends first before the others."""
    query = select(ComplaintClock).where(
        ComplaintClock.complaint_id == complaint.id, ComplaintClock.ended_at.is_(None)
    )
    if kinds:
        query = query.where(ComplaintClock.kind.in_(kinds))
    return list(unit().scalars(query.order_by(ComplaintClock.due_at, ComplaintClock.id)))


def kept(complaint: Complaint) -> list[ComplaintClock]:
    """Every deadline that counts: met, missed or running, in the order of the rounds; not what another stands for."""
    query = select(ComplaintClock).where(
        ComplaintClock.complaint_id == complaint.id, ComplaintClock.withdrawn.is_(False)
    )
    return list(
        unit().scalars(query.order_by(ComplaintClock.round, ComplaintClock.due_at, ComplaintClock.id))
    )


def start(complaint: Complaint, due: Due, event_at: datetime, at: datetime, *, told: bool = False) -> None:
    """Let a clock run from ``event_at``; set at ``at``, which is later where it was reckoned anew.

    ``told``: whoever agreed to it knows how much of the time has passed, and is not told of that once more.
    """
    steps = defaults().complaints.reminders
    percent = rules.last_step(event_at, due.due_at, steps, at) if told else 0
    made = ComplaintClock(
        complaint_id=complaint.id,
        kind=due.kind,
        rule=rules.RULE_OF[due.kind].get(complaint.level, "P-16"),
        level=complaint.level,
        round=complaint.round,
        started_at=event_at,
        due_at=due.due_at,
        set_at=at,
        told_percent=percent,
        next_notice_at=rules.next_notice_at(event_at, due.due_at, steps, percent),
    )
    unit().add(made)
    unit().flush()


def start_level(
    complaint: Complaint, event_at: datetime, at: datetime, *, but: Iterable[ClockKind] = ()
) -> None:
    """Start the clocks of the level from ``event_at`` (A-28), but for those that are not owed any more."""
    level = defaults().complaints.levels[complaint.level]
    wanted = rules.deadlines(level.deadlines.values(), event_at, clock.zone(), complaint.resident_deadline_at)
    for due in wanted:
        if due.kind not in but:
            start(complaint, due, event_at, at)


def meet(complaint: Complaint, kind: ClockKind, at: datetime) -> None:
    """What the clock waited for has happened; who was told of it has nothing more to see to."""
    for one in running(complaint, kind):
        _end(complaint, one, at)


def stop(complaint: Complaint, at: datetime, *kinds: ClockKind) -> None:
    """Nothing is owed any more of these, or another clock stands for them; what was missed already stays missed."""
    for one in running(complaint, *kinds):
        one.withdrawn = not is_late(one.due_at, at)
        _end(complaint, one, at)


def withdraw(complaint: Complaint, at: datetime, *kinds: ClockKind) -> None:
    """These are reckoned anew, the ones that were missed as well: the former are kept and stop."""
    for one in running(complaint, *kinds):
        one.withdrawn = True
        _end(complaint, one, at)


def _end(complaint: Complaint, one: ComplaintClock, at: datetime) -> None:
    one.ended_at, one.next_notice_at = at, None
    unit().flush()
    for to in (_SUPERVISOR, Role.OFFICE_MANAGER.value):
        tasks.keep(unit(), rules.told_kind(one.kind, to), complaint, at=at)


def unmeet(complaint: Complaint, kind: ClockKind, at: datetime) -> None:
    """The result was sent back: the same deadline runs on, and nobody is told a second time of what has passed."""
    query = select(ComplaintClock).where(
        ComplaintClock.complaint_id == complaint.id,
        ComplaintClock.kind == kind,
        ComplaintClock.round == complaint.round,
        ComplaintClock.withdrawn.is_(False),
    )
    last = unit().scalars(query.order_by(ComplaintClock.id.desc()).limit(1)).one()
    steps = defaults().complaints.reminders
    last.ended_at = None
    last.next_notice_at = rules.next_notice_at(last.started_at, last.due_at, steps, last.told_percent)
    unit().flush()
    for task in _told_of(complaint, kind):
        if task.acknowledged_at is None:  # who was told and had not taken note still has to
            task.done_at = None


def hand_over(complaint: Complaint) -> None:
    """Another department answers for it: its supervisor is told what the former one was, of what still runs."""
    for one in running(complaint):
        for task in _told_of(complaint, one.kind):
            if task.role is Role.DEPARTMENT_SUPERVISOR:
                task.department, task.done_at, task.acknowledged_at = complaint.department, None, None


def _told_of(complaint: Complaint, kind: ClockKind) -> Sequence[Task]:
    """The notices of a clock in this round, whatever became of them."""
    mine = subject_of(complaint)
    kinds = [rules.told_kind(kind, to) for to in (_SUPERVISOR, Role.OFFICE_MANAGER.value)]
    query = select(Task).where(
        Task.subject_kind == mine.kind,
        Task.subject_id == mine.id,
        Task.kind.in_(kinds),
        Task.round == complaint.round,
    )
    return unit().scalars(query).all()


def remind(at: datetime) -> int:
    """Tell everybody whose time has come, each part of each clock once; how many clocks had something to tell.

    Call it until it returns 0. What was missed while nobody looked is caught up in order. A clock that somebody is
    just ending is left to the next time, so that nobody is told of what has been done.
    """
    query = (
        select(ComplaintClock)
        .where(ComplaintClock.ended_at.is_(None), ComplaintClock.next_notice_at <= at)
        .order_by(ComplaintClock.next_notice_at, ComplaintClock.id)
        .limit(AT_ONCE)
        .options(joinedload(ComplaintClock.complaint, innerjoin=True))
        .with_for_update(of=ComplaintClock, skip_locked=True)
    )
    due = list(unit().scalars(query))
    steps = defaults().complaints.reminders
    for one in due:
        told = rules.notices(one.started_at, one.due_at, steps, one.told_percent, at)
        for notice in told:
            _tell(one, notice, at)
        one.told_percent = told[-1].percent if told else one.told_percent
        one.next_notice_at = rules.next_notice_at(one.started_at, one.due_at, steps, one.told_percent)
    unit().flush()
    return len(due)


def _tell(one: ComplaintClock, notice: Notice, at: datetime) -> None:
    """One person or role is told; where nobody is responsible yet, the supervisor of the department is."""
    complaint = one.complaint
    staff_id = _whose(complaint, one.kind) if notice.to == _RESPONSIBLE else None
    role = None if staff_id else _role(complaint, notice.to)
    department = complaint.department if role is Role.DEPARTMENT_SUPERVISOR else None
    unit().add(
        ComplaintReminder(
            clock_id=one.id,
            percent=notice.percent,
            to=notice.to,
            role=role,
            department=department,
            staff_id=staff_id,
            told_at=at,
        )
    )
    if role is not None:
        _promise_notice(one, role, department, notice.percent, at)
    if rules.is_last(notice, defaults().complaints.reminders) and notice.to == Role.OFFICE_MANAGER.value:
        journal.note(
            unit(),
            complaint,
            "complaint.late",
            at=at,
            home_id=complaint.home_id,
            number=complaint.number,
            clock=one.kind.value,
            due_at=one.due_at.isoformat(),
        )


def _promise_notice(
    one: ComplaintClock, role: Role, department: str | None, percent: int, at: datetime
) -> None:
    """Whoever is told has to take note of it (P-14, P-15: not only a message)."""
    complaint = one.complaint
    tasks.promise(
        unit(),
        rules.told_kind(one.kind, role.value),
        one.rule,
        complaint,
        event_at=at,
        due_at=one.due_at,
        role=role,
        department=department,
        home_id=complaint.home_id,
        round=complaint.round,
        passes_up=False,
        number=complaint.number,
        place=complaint.place,
        percent=percent,
        what=complaint.description[:60],
    )


def _whose(complaint: Complaint, kind: ClockKind) -> int | None:
    """Whose work the clock measures: the receiver tells the resident (P-21), all else is the responsible person's."""
    return complaint.receiver_id if kind is ClockKind.FEEDBACK else complaint.assignee_id


def _role(complaint: Complaint, to: str) -> Role:
    """The manager is told instead of a supervisor who is the one complained about (P-1)."""
    if to == Role.OFFICE_MANAGER.value or accused_leads(complaint):
        return Role.OFFICE_MANAGER
    return Role.DEPARTMENT_SUPERVISOR


def accused_leads(complaint: Complaint) -> bool:
    """Whether the person complained about is a supervisor here: then the manager stands for the supervisor (P-1)."""
    if complaint.against_staff_id is None:
        return False
    query = select(StaffRole.id).where(
        StaffRole.staff_id == complaint.against_staff_id,
        StaffRole.estate_id == complaint.estate_id,
        StaffRole.role == Role.DEPARTMENT_SUPERVISOR,
        StaffRole.ended_at.is_(None),
    )
    return unit().scalar(query.limit(1)) is not None


def seen(complaint: Complaint, roles: Held, at: datetime) -> int:
    """Whoever holds these roles has taken note of the notices addressed to them; how many there were.

    Those to others stay open. What is told later opens the notice again (P-14, P-15: told and acknowledged).
    """
    mine = subject_of(complaint)
    query = select(Task).where(
        Task.subject_kind == mine.kind,
        Task.subject_id == mine.id,
        Task.kind.in_(rules.TOLD),
        Task.done_at.is_(None),
    )
    told = [task for task in unit().scalars(query) if rules.is_told(task.role, task.department, roles)]
    for task in told:
        task.acknowledged_at = task.done_at = at
    if told:
        kinds = {rules.kind_told(task.kind) for task in told}
        journal.note(
            unit(),
            complaint,
            "complaint.seen",
            at=at,
            home_id=complaint.home_id,
            number=complaint.number,
            clocks=[kind.value for kind in ClockKind if kind in kinds],
        )
    unit().flush()
    return len(told)
