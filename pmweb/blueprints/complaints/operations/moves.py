"""A move of a complaint: what the table of the office allows, and what it depends on."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import select

from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint, JointMeeting, RemedyPlan
from pmweb.blueprints.complaints.rules import Case, ComplaintState, Verb
from pmweb.data import defaults
from pmweb.data.complaints import Level
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import Workflow
from pmweb.extensions import unit


@cache
def table() -> Workflow[ComplaintState]:
    """The table of moves of the office's data, the only one there is."""
    return rules.table_of_moves(defaults().complaints.moves)


def level_of(complaint: Complaint) -> Level:
    """The level with its deadlines, as the office has them."""
    return defaults().complaints.levels[complaint.level]


def case_of(complaint: Complaint) -> Case:
    """What the moves of this complaint depend on beside its state."""
    return Case(
        level=complaint.level,
        to_manager=complaint.escalated_to is Role.OFFICE_MANAGER,
        acknowledged=complaint.acknowledged_at is not None,
        doubted=complaint.doubted_at is not None and complaint.validity is None,
        validity=complaint.validity,
        open_plans=bool(open_plans(complaint)),
        called=called_meeting(complaint) is not None,
    )


def open_plans(complaint: Complaint) -> list[RemedyPlan]:
    """The remedy plans of this round of which one is still to be chosen; none once one was."""
    mine = (RemedyPlan.complaint_id == complaint.id, RemedyPlan.round == complaint.round)
    query = select(RemedyPlan).where(*mine, RemedyPlan.dropped_at.is_(None)).order_by(RemedyPlan.id)
    plans = list(unit().scalars(query))
    return [] if any(plan.chosen_at for plan in plans) else plans


def called_meeting(complaint: Complaint) -> JointMeeting | None:
    """The joint meeting that was called in this round and has no minutes yet."""
    query = select(JointMeeting).where(
        JointMeeting.complaint_id == complaint.id,
        JointMeeting.round == complaint.round,
        JointMeeting.held_at.is_(None),
    )
    return unit().scalar(query.order_by(JointMeeting.id.desc()).limit(1))


def refuse_impossible(complaint: Complaint, verb: Verb) -> None:
    """``RuleBroken("move.illegal")`` where the table or a guard forbids it."""
    rules.refuse_impossible(table(), verb, complaint.state, case_of(complaint))


def move(complaint: Complaint, verb: Verb) -> None:
    """Make the move behind this verb; raises RuleBroken ``move.illegal``."""
    to = rules.leads_to(verb)
    assert to is not None
    complaint.state = table().move(complaint.state, to)
    if to is not ComplaintState.WAITING_EXTERNAL:
        complaint.waiting_reason = ""


def not_before(complaint: Complaint, at: datetime) -> datetime:
    """The moment, but never before the move before it: the clock of a device may be slow."""
    return max(at, complaint.moved_at)


def begun_at(complaint: Complaint) -> datetime:
    """What the periods of the level run from: the reception (A-28); in a later round its beginning."""
    return complaint.rounds[-1].ended_at if complaint.round > 1 else complaint.received_at
