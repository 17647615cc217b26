"""Complaints as an office has them: whoever is there, and a complaint brought as far as a test needs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from pmweb.blueprints.complaints.models import Complaint, ComplaintClock
from pmweb.blueprints.complaints.operations import answers, clocks, handling, intake, routing
from pmweb.blueprints.complaints.operations.answers import Told
from pmweb.blueprints.complaints.operations.handling import Found
from pmweb.blueprints.complaints.operations.intake import Heard
from pmweb.blueprints.complaints.rules import (
    AnswerChannel,
    ClockKind,
    ComplaintState,
    FaultId,
    LevelId,
)
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.journal import JournalEntry
from pmweb.models.staff import Staff
from pmweb.models.tasks import Task
from tests.office import MORNING, Office

HOUR = timedelta(hours=1)
SECURITY = "security"


@dataclass
class Cast:
    """Who is at the office: the receiver, a guard who answers for complaints, their supervisor, the manager."""

    office: Office
    receiver: Staff = field(init=False)
    guard: Staff = field(init=False)
    supervisor: Staff = field(init=False)
    service: Staff = field(init=False)
    manager: Staff = field(init=False)
    home: Home = field(init=False)
    _taken: int = 0

    def __post_init__(self) -> None:
        self.home = self.office.home()
        self.receiver = self.office.staff(Role.RECEPTIONIST, name="林静")
        self.guard = self.office.staff(Role.GUARD, name="赵勇")
        self.supervisor = self._supervisor(SECURITY, "钱峰")
        self.service = self._supervisor("customer_service", "周敏")
        self.manager = self.office.staff(Role.OFFICE_MANAGER, name="吴主任")

    def _supervisor(self, department: str, name: str) -> Staff:
        staff = self.office.staff(Role.DEPARTMENT_SUPERVISOR, name=name)
        staff.roles[0].department = department
        unit().commit()
        return staff

    def heard(self, **changes: Any) -> Heard:
        """A neighbour drills at noon."""
        said: dict[str, Any] = {
            "channel": "phone",
            "station": "customer_service",
            "home": self.home,
            "place": "",
            "anonymous": False,
            "name": "王小二",
            "phone": "13900139000",
            "happened_at": MORNING - HOUR,
            "received_at": MORNING,
            "category": "noise",
            "department": SECURITY,
            "against": None,
            "against_name": "",
            "description": "楼上中午电钻，门岗不管",
            "demand": "中午不要施工",
            "levels": frozenset({LevelId.MINOR}),
        }
        return Heard(**(said | changes))

    def take(self, *, at: datetime = MORNING, **changes: Any) -> Complaint:
        """A complaint as the receiver took it down; each in other words than the one before."""
        self._taken += 1
        if self._taken > 1:
            changes.setdefault("demand", f"中午不要施工，第 {self._taken} 次说了")
        return intake.take(self.heard(**changes), (), self.receiver, at=at)

    def bring(self, complaint: Complaint, to: ComplaintState, at: datetime = MORNING) -> Complaint:
        """Take it along the usual way up to this state."""
        for step in _WAY[to]:
            getattr(self, f"_{step}")(complaint, at)
        return complaint

    def in_state(
        self, state: ComplaintState, level: LevelId = LevelId.MINOR, at: datetime = MORNING
    ) -> Complaint:
        """A complaint of this level in this state."""
        if state is ComplaintState.ESCALATED and level is LevelId.MINOR:
            complaint = self.bring(self.take(at=at), ComplaintState.ASSIGNED, at)
            routing.pass_up(complaint, "要外墙施工", "已电话说明", at)
            return complaint
        return self.bring(self.take(at=at, levels=frozenset({level})), state, at)

    def _assign(self, complaint: Complaint, at: datetime) -> None:
        routing.assign(complaint, self.guard, SECURITY, self.manager, at)

    def _contact(self, complaint: Complaint, at: datetime) -> None:
        handling.contact(complaint, AnswerChannel.PHONE, "听住户说了经过", self.guard, at)

    def _wait(self, complaint: Complaint, at: datetime) -> None:
        handling.wait(complaint, "等城管到场", at)

    def _report(self, complaint: Complaint, at: datetime) -> None:
        handling.report(complaint, found(), (), at)

    def _inform(self, complaint: Complaint, at: datetime) -> None:
        answers.inform(complaint, told(), self.receiver, at)

    def _close(self, complaint: Complaint, at: datetime) -> None:
        answers.close(complaint, "", self.service, at)

    def _reopen(self, complaint: Complaint, at: datetime) -> None:
        answers.reopen(complaint, "第二天又施工", at)


def found(**changes: Any) -> Found:
    """What the guard found and did."""
    said: dict[str, Any] = {
        "fault": FaultId.RESIDENT,
        "steps": ("1", "2"),
        "cause": "楼上装修队不知道午休时间",
        "bases": ("owners_covenant",),
        "result": "已约定 12 点到 14 点不施工",
    }
    return Found(**(said | changes))


def told(**changes: Any) -> Told:
    """How the resident was told."""
    said: dict[str, Any] = {
        "channel": AnswerChannel.PHONE,
        "text": "已约定午休不施工",
        "accepted": True,
        "satisfaction": 5,
        "said": "",
    }
    return Told(**(said | changes))


def running(complaint: Complaint) -> dict[ClockKind, datetime]:
    """The clocks that run and when they end."""
    return {one.kind: one.due_at for one in clocks.running(complaint)}


def owed(complaint: Complaint) -> dict[str, Task]:
    """What is promised of it, by kind without the room."""
    query = select(Task).where(
        Task.subject_kind == "complaint", Task.subject_id == complaint.id, Task.done_at.is_(None)
    )
    return {task.kind.removeprefix("complaint."): task for task in unit().scalars(query)}


def told_of(complaint: Complaint, event: str) -> list[dict[str, Any]]:
    """The facts of these entries of its timeline, the oldest first."""
    query = select(JournalEntry).where(
        JournalEntry.subject_kind == "complaint",
        JournalEntry.subject_id == complaint.id,
        JournalEntry.event == f"complaint.{event}",
    )
    return [dict(entry.facts) for entry in unit().scalars(query.order_by(JournalEntry.id))]


def all_clocks(complaint: Complaint) -> list[ComplaintClock]:
    """Every clock that was ever set for it."""
    query = unit().query(ComplaintClock).filter(ComplaintClock.complaint_id == complaint.id)
    return list(query.order_by(ComplaintClock.id))


_S = ComplaintState
_WAY: dict[ComplaintState, tuple[str, ...]] = {
    _S.RECEIVED: (),
    _S.ESCALATED: (),
    _S.ASSIGNED: ("assign",),
    _S.IN_PROGRESS: ("assign", "contact"),
    _S.WAITING_EXTERNAL: ("assign", "contact", "wait"),
    _S.RESULT_REPORTED: ("assign", "contact", "report"),
    _S.RESIDENT_INFORMED: ("assign", "contact", "report", "inform"),
    _S.CLOSED: ("assign", "contact", "report", "inform", "close"),
    _S.REOPENED: ("assign", "contact", "report", "inform", "close", "reopen"),
}
