"""Many complaints at once, written as rows: for the counting of queries and for measuring."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint, ComplaintClock, ComplaintReminder
from pmweb.blueprints.complaints.rules import ClockKind, ComplaintState, LevelId
from pmweb.data import defaults
from pmweb.domain.permissions import Role
from pmweb.extensions import db, unit
from pmweb.models.homes import Home
from pmweb.models.session_rules import bulk_work
from pmweb.models.staff import Staff, StaffRole
from pmweb.models.tasks import Task
from tests.office import MORNING, Office

HANDLERS = 6
STATES = (ComplaintState.ASSIGNED, ComplaintState.IN_PROGRESS, ComplaintState.WAITING_EXTERNAL)


def a_crowd(office: Office, many: int) -> None:
    """So many more complaints in hand of all categories, each with its clock of handling and who was told of it."""
    draw = Random(5000)
    handlers = list(unit().scalars(select(StaffRole.staff_id).where(StaffRole.role == Role.GUARD)))
    while len(handlers) < HANDLERS:
        handlers.append(office.staff(Role.GUARD, name=f"队员{len(handlers)}").id)
    receiver = unit().scalar(select(Staff.id).where(Staff.name == "接待")) or (
        office.staff(Role.RECEPTIONIST, name="接待").id
    )
    homes = list(unit().scalars(select(Home.id))) or [office.home(f"{n:04}").id for n in range(101, 121)]
    had = len(list(unit().scalars(select(Complaint.id))))
    complaints = [Complaint(**_row(draw, had + n, office, homes, receiver, handlers)) for n in range(many)]
    with bulk_work(unit(), "a crowd of complaints", {}) as counts:
        unit().add_all(complaints)
        unit().flush()
        clocks = [_clock(one) for one in complaints]
        unit().add_all(clocks)
        unit().flush()
        for one, its in zip(complaints, clocks, strict=True):
            unit().add_all(_told(one, its))
        counts["complaints"] = many
    db.session.commit()


def _row(
    draw: Random, number: int, office: Office, homes: list[int], receiver: int, handlers: list[int]
) -> dict[str, Any]:
    data = defaults().complaints
    category = draw.choice(list(data.categories.values()))
    at = MORNING - timedelta(minutes=draw.randrange(4 * 24 * 60))
    level = draw.choice(list(LevelId))
    due_at = rules.due_of(data.levels[level].deadlines[ClockKind.RESOLVE], at, clock.zone())
    state = draw.choice(STATES)
    return {
        "estate_id": office.estate.id,
        "number": f"TS-2026-{number + 1:06}",
        "home_id": draw.choice(homes),
        "channel": "phone",
        "complainant_name": "王小二",
        "happened_at": at,
        "against_department": category.department,
        "department": category.department,
        "category": category.id,
        "description": "楼上中午电钻，门岗不管，打了两次电话都没有人来",
        "demand": "中午不要施工",
        "level": level,
        "received_at": at,
        "entered_at": at,
        "receiver_id": receiver,
        "state": state,
        "waiting_reason": "等城管" if state is ComplaintState.WAITING_EXTERNAL else "",
        "assignee_id": draw.choice(handlers),
        "assigned_at": at,
        "moved_at": at,
        "due_at": due_at,
        "queue_at": due_at,
    }


def _clock(complaint: Complaint) -> ComplaintClock:
    assert complaint.due_at is not None
    started = complaint.received_at
    percent = rules.passed_percent(started, complaint.due_at, MORNING)
    told = max((p for p in rules.FROM_PERCENT.values() if p <= percent), default=0)
    return ComplaintClock(
        complaint_id=complaint.id,
        kind=ClockKind.RESOLVE,
        rule=rules.RULE_OF[ClockKind.RESOLVE][complaint.level],
        level=complaint.level,
        round=1,
        started_at=started,
        due_at=complaint.due_at,
        set_at=started,
        told_percent=told,
        next_notice_at=rules.next_notice_at(started, complaint.due_at, defaults().complaints.reminders, told),
    )


def _told(complaint: Complaint, one: ComplaintClock) -> list[Any]:
    """What the office was told of this clock, and the notice that waits for the supervisor."""
    made: list[Any] = []
    for step in defaults().complaints.reminders:
        if step.at_percent <= one.told_percent:
            made += [_reminder(complaint, one, step.at_percent, to, one.set_at) for to in step.notify]
    if one.told_percent >= rules.FROM_PERCENT[rules.Part.LAST]:
        made.append(
            Task(
                kind=rules.told_kind(one.kind, Role.DEPARTMENT_SUPERVISOR),
                rule=one.rule,
                subject_kind=Complaint.__tablename__,
                subject_id=complaint.id,
                role=Role.DEPARTMENT_SUPERVISOR,
                department=complaint.department,
                event_at=one.set_at,
                due_at=one.due_at,
                facts={"what": "电钻", "percent": one.told_percent, "number": complaint.number},
            )
        )
    return made


def _reminder(
    complaint: Complaint, one: ComplaintClock, percent: int, to: str, at: datetime
) -> ComplaintReminder:
    staff_id = complaint.assignee_id if to == "responsible_person" else None
    return ComplaintReminder(
        clock_id=one.id,
        percent=percent,
        to=to,
        role=None if staff_id else Role(to),
        department=complaint.department if to == Role.DEPARTMENT_SUPERVISOR else None,
        staff_id=staff_id,
        told_at=at,
    )
