"""What cannot be solved at once: plans with their cost, joint meetings, matters of other rooms (P-10, P-13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint, ComplaintLink, JointMeeting, RemedyPlan
from pmweb.blueprints.complaints.operations.moves import called_meeting, open_plans, refuse_impossible
from pmweb.blueprints.complaints.operations.promises import is_promised, promise, somebody_else, tell
from pmweb.blueprints.complaints.rules import ComplaintState, Promise, Verb
from pmweb.blueprints.fees import operations as fees
from pmweb.blueprints.repairs.operations import intake as repairs
from pmweb.domain.deadlines import days_after
from pmweb.domain.matter_numbers import matter_number
from pmweb.domain.money import Money
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import tasks
from pmweb.models.base import Subject
from pmweb.models.staff import Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One plan, in the fields of the data (``remedy_plan_fields``); ``cost`` in fen, ``days`` to carry it out."""

    title: str
    description: str
    cost: Money | None
    payer: str
    days: int | None
    risk: str


def draft(complaint: Complaint, remedy: Remedy, by: Staff, at: datetime) -> RemedyPlan:
    """P-13: one way to make it good; a supervisor chooses among them by the end of the next day (ours).

    ``RuleBroken``: ``move.illegal``, ``complaint.plan_chosen`` (one of this round is chosen already).
    """
    refuse_impossible(complaint, Verb.PLAN)
    if chosen_plan(complaint) is not None:
        raise RuleBroken("complaint.plan_chosen")
    plan = RemedyPlan(
        complaint_id=complaint.id,
        round=complaint.round,
        title=remedy.title,
        description=remedy.description,
        cost=remedy.cost,
        payer=remedy.payer,
        duration_days=remedy.days,
        risk=remedy.risk,
        drafted_at=at,
        drafted_by_id=by.id,
    )
    unit().add(plan)
    if not is_promised(complaint, rules.PLAN):  # further plans do not move the day of the choice
        lies_above = complaint.state is ComplaintState.ESCALATED and complaint.escalated_to is rules.MANAGER
        role, department = somebody_else(by, complaint.department, to_manager=lies_above)
        due = days_after(at, 1, clock.zone())
        promise(complaint, Promise(rules.PLAN, "P-13", due, role, department), event_at=at)
    tell(complaint, "complaint.plan", at, title=remedy.title, cost=str(remedy.cost) if remedy.cost else None)
    return plan


def plans_of(complaint: Complaint) -> Sequence[RemedyPlan]:
    """All remedy plans, those of the last round first."""
    query = select(RemedyPlan).where(RemedyPlan.complaint_id == complaint.id)
    return list(unit().scalars(query.order_by(RemedyPlan.round.desc(), RemedyPlan.id)))


def chosen_plan(complaint: Complaint) -> RemedyPlan | None:
    """The plan of this round that a supervisor chose."""
    mine = (RemedyPlan.complaint_id == complaint.id, RemedyPlan.round == complaint.round)
    return unit().scalar(select(RemedyPlan).where(*mine, RemedyPlan.chosen_at.is_not(None)).limit(1))


def choose(complaint: Complaint, plan_id: int, note: str, by: Staff, at: datetime) -> None:
    """P-13: a supervisor approves one of the plans, who did not draft it; the others are dropped.

    ``RuleBroken``: ``move.illegal``, ``complaint.plan_unknown``, ``complaint.plan_own``.
    """
    refuse_impossible(complaint, Verb.CHOOSE)
    plans = open_plans(complaint)
    plan = next((one for one in plans if one.id == plan_id), None)
    if plan is None:
        raise RuleBroken("complaint.plan_unknown", field="plan")
    if plan.drafted_by_id == by.id:
        raise RuleBroken("complaint.plan_own", field="plan")
    plan.chosen_at, plan.chosen_by_id, plan.chosen_note = at, by.id, note
    for other in plans:
        if other is not plan:
            other.dropped_at = at
    unit().flush()
    tasks.keep(unit(), rules.PLAN, complaint, at=at)
    cost = str(plan.cost) if plan.cost else None
    tell(complaint, "complaint.chosen", at, title=plan.title, cost=cost, note=note)


def call_meeting(
    complaint: Complaint, departments: Sequence[str], meets_at: datetime, place: str, by: Staff, at: datetime
) -> JointMeeting:
    """P-10: the heads of these departments are called to the place; each has a promise to come.

    ``RuleBroken``: ``move.illegal``, ``complaint.meeting_past``, ``complaint.meeting_alone`` (one department is no
    joint meeting).
    """
    refuse_impossible(complaint, Verb.MEET)
    if meets_at < at:
        raise RuleBroken("complaint.meeting_past", field="meets_at")
    wanted = list(dict.fromkeys(departments))
    if len(wanted) < 2:
        raise RuleBroken("complaint.meeting_alone", field="departments")
    meeting = JointMeeting(
        complaint_id=complaint.id,
        round=complaint.round,
        meets_at=meets_at,
        place=place,
        departments=rules.joined(wanted),
        called_at=at,
        called_by_id=by.id,
    )
    unit().add(meeting)
    unit().flush()
    for number, department in enumerate(wanted):
        tasks.promise(
            unit(),
            rules.MEETING,
            "P-10",
            meeting,
            event_at=at,
            due_at=meets_at,
            role=Role.DEPARTMENT_SUPERVISOR,
            department=department,
            home_id=complaint.home_id,
            round=number + 1,
            number=complaint.number,
            place=place,
            what=complaint.description[:60],
        )
    tell(complaint, "complaint.meeting", at, meets_at=meets_at.isoformat(), place=place)
    return meeting


def minutes(
    complaint: Complaint, came: Sequence[str], others: str, decision: str, by: Staff, at: datetime
) -> None:
    """P-10: who came and what was decided together.

    ``RuleBroken``: ``move.illegal``, ``complaint.nobody_came``, ``complaint.decision``.
    """
    refuse_impossible(complaint, Verb.MINUTES)
    meeting = called_meeting(complaint)
    assert meeting is not None
    if not came:
        raise RuleBroken("complaint.nobody_came", field="came")
    if not decision.strip():
        raise RuleBroken("complaint.decision", field="decision")
    meeting.minutes_by_id, meeting.others = by.id, others
    meeting.held_at, meeting.came, meeting.decision = at, rules.joined(came), decision
    unit().flush()
    tasks.keep_all(unit(), meeting, at=at)
    tell(complaint, "complaint.minutes", at, decision=decision)


def meetings_of(complaint: Complaint) -> Sequence[JointMeeting]:
    """The joint meetings, the last first."""
    query = select(JointMeeting).where(JointMeeting.complaint_id == complaint.id)
    return list(unit().scalars(query.order_by(JointMeeting.id.desc())))


def link(complaint: Complaint, number: str, at: datetime) -> ComplaintLink:
    """A repair or a charge that belongs to it, by its number.

    ``RuleBroken``: ``move.illegal``, ``complaint.link_unknown``, ``complaint.linked``.
    """
    refuse_impossible(complaint, Verb.LINK)
    wanted = matter_number(number, clock.local(at).year) or number
    subject = repairs.numbered(wanted) or fees.numbered(wanted)
    if subject is None:
        raise RuleBroken("complaint.link_unknown", field="number")
    return join(complaint, subject, wanted, at)


def join(complaint: Complaint, subject: Subject, number: str, at: datetime) -> ComplaintLink:
    """Keep that this matter belongs to the complaint: ``RuleBroken("complaint.linked")`` the second time."""
    if any((one.subject_kind, one.subject_id) == (subject.kind, subject.id) for one in links_of(complaint)):
        raise RuleBroken("complaint.linked", field="number")
    made = ComplaintLink(
        complaint_id=complaint.id,
        subject_kind=subject.kind,
        subject_id=subject.id,
        number=number,
        linked_at=at,
    )
    unit().add(made)
    tell(complaint, "complaint.linked", at, matter=number)
    return made


def links_of(complaint: Complaint) -> Sequence[ComplaintLink]:
    """The matters that belong to it."""
    query = select(ComplaintLink).where(ComplaintLink.complaint_id == complaint.id)
    return list(unit().scalars(query.order_by(ComplaintLink.id)))


def order_repair(complaint: Complaint, category: str, description: str, at: datetime) -> ComplaintLink:
    """P-7: what is to be mended becomes a repair of the same home or common part, and belongs to the complaint."""
    refuse_impossible(complaint, Verb.REPAIR)
    subject, number = repairs.for_complaint(
        complaint.home,
        category=category,
        place=complaint.place[:40],
        description=description,
        name=complaint.complainant_name,
        phone=complaint.complainant_phone,
        at=at,
    )
    return join(complaint, subject, number, at)
