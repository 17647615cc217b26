"""Before whom a complaint is brought, who answers for it, and how grave it is (P-13 to P-18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint, LevelChange
from pmweb.blueprints.complaints.operations import clocks
from pmweb.blueprints.complaints.operations.moves import (
    begun_at,
    level_of,
    not_before,
    refuse_impossible,
    table,
)
from pmweb.blueprints.complaints.operations.promises import follow, promise_next, tell
from pmweb.blueprints.complaints.rules import ClockKind, ComplaintState, LevelId, Verb
from pmweb.data import defaults
from pmweb.domain.permissions import GRANTS, Permission, Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.session_rules import estate_of
from pmweb.models.staff import Staff, StaffRole

_HANDLERS = tuple(role for role, rights in GRANTS.items() if Permission.COMPLAINTS_HANDLE in rights)


@dataclass(frozen=True, slots=True)
class Handler:
    """Somebody who may answer for complaints, and in which departments."""

    id: int
    name: str
    departments: tuple[str, ...]


def handlers() -> list[Handler]:
    """Who may be the responsible person of a complaint here (P-19): everybody of a department."""
    query = (
        select(Staff.id, Staff.name, StaffRole.department)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(
            StaffRole.estate_id == estate_of(unit()),
            StaffRole.ended_at.is_(None),
            StaffRole.role.in_(_HANDLERS),
            StaffRole.department.is_not(None),
            Staff.disabled_at.is_(None),
        )
        .order_by(Staff.name, Staff.id)
    )
    of: dict[tuple[int, str], list[str]] = {}
    for staff_id, name, department in unit().execute(query):
        places = of.setdefault((staff_id, name), [])
        if department is not None and department not in places:
            places.append(department)
    return [Handler(staff_id, name, tuple(places)) for (staff_id, name), places in of.items()]


def bring_before(complaint: Complaint, to: Role, at: datetime, *, reason: str = "") -> None:
    """P-14, P-15: the complaint lies before this person, who is told in the app (A-28); the moment is kept.

    Nobody is asked to get in touch meanwhile: that clock begins when it is handed out again (P-19).
    """
    clocks.stop(complaint, at, ClockKind.FIRST_CONTACT)
    complaint.state = table().move(complaint.state, ComplaintState.ESCALATED)
    complaint.escalated_to, complaint.escalated_at = to, at
    complaint.acknowledged_at, complaint.acknowledged_by_id = None, None
    follow(complaint, "complaint.escalated", at, to=to.value, department=complaint.department, reason=reason)


def recipient_of(complaint: Complaint) -> Role | None:
    """Before whom its level brings it; the manager where the supervisor is the one complained about (P-1)."""
    to = rules.recipient(level_of(complaint).escalate_to)
    return Role.OFFICE_MANAGER if to is not None and clocks.accused_leads(complaint) else to


def acknowledge(complaint: Complaint, by: Staff, at: datetime) -> None:
    """P-14, P-15: whoever it was brought before takes it up; the clock of the bringing is met with that."""
    refuse_impossible(complaint, Verb.ACKNOWLEDGE)
    at = not_before(complaint, at)
    complaint.acknowledged_at, complaint.acknowledged_by_id = at, by.id
    clocks.meet(complaint, ClockKind.ESCALATE, at)
    follow(complaint, "complaint.acknowledged", at)


def assign(complaint: Complaint, staff: Staff, department: str, by: Staff, at: datetime) -> None:
    """P-18, P-19: this person of this department answers for it. Whoever hands it out has taken it up.

    ``RuleBroken``: ``move.illegal``, ``complaint.own_cause``, ``complaint.not_of_the_department``.
    """
    refuse_impossible(complaint, Verb.ASSIGN)
    if complaint.state is ComplaintState.ESCALATED and complaint.acknowledged_at is None:
        acknowledge(complaint, by, at)
    give_to(complaint, staff, department, at)


def give_to(complaint: Complaint, staff: Staff, department: str, at: datetime, *, reason: str = "") -> None:
    """The complaint has a directly responsible person; the clock of the first contact runs (P-19).

    Somebody else is asked to get in touch anew, unless the resident has been reached in this round.
    """
    refuse_stranger(staff, department)
    rules.refuse_own_cause(complaint.against_staff_id, staff.id)
    at = not_before(complaint, at)
    again = complaint.state in (ComplaintState.ASSIGNED, ComplaintState.IN_PROGRESS)
    complaint.state = table().move(complaint.state, ComplaintState.ASSIGNED)
    moves_on = complaint.department != department
    complaint.assignee_id, complaint.department, complaint.assigned_at = staff.id, department, at
    if moves_on:
        clocks.hand_over(complaint)
    if complaint.first_contact_at is None:
        clocks.stop(complaint, at, ClockKind.FIRST_CONTACT)
        minutes = defaults().complaints.first_contact_minutes
        due = rules.Due(ClockKind.FIRST_CONTACT, rules.first_contact_due(at, minutes))
        clocks.start(complaint, due, at, at)
    event = "complaint.reassigned" if again else "complaint.assigned"
    follow(complaint, event, at, name=staff.name, department=department, reason=reason)


def reassign(complaint: Complaint, staff: Staff, department: str, reason: str, at: datetime) -> None:
    """Another person answers for it, for a reason.

    ``RuleBroken``: as ``assign``, ``complaint.reason``, ``complaint.same_person``.
    """
    refuse_impossible(complaint, Verb.REASSIGN)
    rules.refuse_without_reason(reason)
    if (complaint.assignee_id, complaint.department) == (staff.id, department):
        raise RuleBroken("complaint.same_person", field="staff_id", name=staff.name)
    give_to(complaint, staff, department, at, reason=reason)


def refuse_stranger(staff: Staff, department: str) -> None:
    """The responsible person is of the department: ``RuleBroken("complaint.not_of_the_department")``."""
    if not any(one.id == staff.id and department in one.departments for one in handlers()):
        raise RuleBroken("complaint.not_of_the_department", field="staff_id", name=staff.name)


def pass_up(complaint: Complaint, reason: str, told: str, at: datetime) -> None:
    """P-13: it cannot be solved here and now. The resident was told why (``told``), and it is reported upwards.

    It lies before the supervisor, or before the manager where the supervisor has had it. ``RuleBroken``:
    ``move.illegal``, ``complaint.reason``, ``complaint.told_why``.
    """
    refuse_impossible(complaint, Verb.PASS_UP)
    rules.refuse_without_reason(reason)
    if not told.strip():
        raise RuleBroken("complaint.told_why", field="told")
    at = not_before(complaint, at)
    had = complaint.escalated_to is not None or clocks.accused_leads(complaint)
    to = Role.OFFICE_MANAGER if had else Role.DEPARTMENT_SUPERVISOR
    complaint.unsolvable = reason
    if complaint.first_contact_at is None:
        complaint.first_contact_at = at
        clocks.meet(complaint, ClockKind.FIRST_CONTACT, at)
    tell(complaint, "complaint.told_why", at, told=told)
    bring_before(complaint, to, at, reason=reason)


def change_level(complaint: Complaint, level: LevelId, reason: str, by: Staff, at: datetime) -> None:
    """Another level, for a reason: its clocks are reckoned anew from the reception (transition rules of the data).

    One that rises is brought before whom the new level names, whatever is being done goes on. ``RuleBroken``:
    ``move.illegal``, ``complaint.reason``, ``complaint.same_level``.
    """
    refuse_impossible(complaint, Verb.LEVEL)
    rules.refuse_without_reason(reason)
    if level is complaint.level:
        raise RuleBroken("complaint.same_level", field="level")
    at, was = not_before(complaint, at), complaint.level
    unit().add(
        LevelChange(
            complaint_id=complaint.id, was=was, level=level, reason=reason, changed_at=at, changed_by_id=by.id
        )
    )
    clocks.withdraw(complaint, at, *rules.OF_A_LEVEL)
    complaint.level = level
    if level is not LevelId.MINOR:
        complaint.resident_deadline_at = None
    to = recipient_of(complaint)
    rises = list(LevelId).index(level) < list(LevelId).index(was)
    if rises and complaint.state is ComplaintState.WAITING_EXTERNAL:
        complaint.state = table().move(complaint.state, ComplaintState.IN_PROGRESS)
        complaint.waiting_reason = ""
    brought = to is not None and rises and table().allows(complaint.state, ComplaintState.ESCALATED)
    done = _done_with(complaint, brought=brought, rises=rises)
    clocks.start_level(complaint, begun_at(complaint), at, but=done)
    tell(complaint, "complaint.level", at, was=was.value, level=level.value, reason=reason)
    if brought and to is not None:
        bring_before(complaint, to, at, reason=reason)
        return
    if complaint.state is ComplaintState.REOPENED or complaint.acknowledged_at is None:
        fallback = Role.OFFICE_MANAGER if clocks.accused_leads(complaint) else Role.DEPARTMENT_SUPERVISOR
        complaint.escalated_to = to or fallback
    if rises and complaint.state is ComplaintState.ESCALATED:  # it lies before somebody else now
        complaint.escalated_to, complaint.escalated_at = to, at
        complaint.acknowledged_at, complaint.acknowledged_by_id = None, None
    promise_next(complaint, at)


def _done_with(complaint: Complaint, *, brought: bool, rises: bool) -> tuple[ClockKind, ...]:
    """What the new level asks for and has happened already in this matter."""
    waits = brought or (
        complaint.state is ComplaintState.ESCALATED and (rises or complaint.acknowledged_at is None)
    )
    done = () if waits else (ClockKind.ESCALATE,)
    return (*done, ClockKind.REPLY) if complaint.replied_at else done
