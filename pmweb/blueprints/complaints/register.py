"""What the lists of complaints read: the register as columns, its counts, and who may see which of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, true

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint, JointMeeting, RemedyPlan
from pmweb.blueprints.complaints.rules import Case, ComplaintState, LevelId
from pmweb.domain.permissions import Permission, Role
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.matters import ALL_OPEN, Counts, called, count_groups
from pmweb.models.staff import Staff
from pmweb.web.access import allowed, person

GROUPS = (ALL_OPEN, *rules.GROUPS)


@dataclass(frozen=True)
class Wanted:
    """The filters of the register; an empty one asks for nothing in particular."""

    group: str = ALL_OPEN
    level: LevelId | None = None
    category: str = ""
    department: str = ""
    words: str = ""


def seen_by_me() -> ColumnElement[bool]:
    """Which complaints this person may see: all, or those received, or to be handled, by oneself.

    To tell others who complained is forbidden (``forbidden`` of the data); a complaint stays with whoever it concerns.
    """
    me = person().id
    mine = or_(Complaint.receiver_id == me, Complaint.assignee_id == me)
    seen = true() if allowed(Permission.COMPLAINTS_READ_ALL) else mine
    return and_(seen, or_(Complaint.against_staff_id.is_(None), Complaint.against_staff_id != me))


def sees(complaint: Complaint) -> bool:
    """The same of one complaint."""
    return rules.may_see(
        person().id,
        reads_all=allowed(Permission.COMPLAINTS_READ_ALL),
        receiver_id=complaint.receiver_id,
        responsible_id=complaint.assignee_id,
        against_id=complaint.against_staff_id,
    )


def opens(complaint_id: int) -> bool:
    """Whether this person may look at what is attached to the complaint."""
    complaint = unit().scalar(select(Complaint).where(Complaint.id == complaint_id))
    return complaint is not None and sees(complaint)


def against_me() -> Select[Any]:
    """The ids of complaints about oneself: nothing of them stands anywhere for this person."""
    return select(Complaint.id).where(Complaint.against_staff_id == person().id)


def listed(wanted: Wanted, seen: ColumnElement[bool]) -> Select[Any]:
    """The register as columns; the caller chooses the order."""
    columns: tuple[Any, ...] = (
        *(Complaint.id, Complaint.number, Complaint.place, Complaint.description, Complaint.demand),
        *(Complaint.channel, Complaint.anonymous, Complaint.complainant_name, Complaint.category),
        *(Complaint.level, Complaint.state, Complaint.round, Complaint.department, Complaint.home_id),
        *(Complaint.due_at, Complaint.queue_at, Complaint.moved_at, Complaint.received_at),
        *(Complaint.closed_at, Complaint.receiver_id, Complaint.assignee_id, Complaint.escalated_to),
        *(Complaint.acknowledged_at, Complaint.doubted_at, Complaint.validity),
        *(Home.label.label("home"), Staff.name.label("assignee")),
    )
    query = (
        select(*columns)
        .select_from(Complaint)
        .outerjoin(Home, Home.id == Complaint.home_id)
        .outerjoin(Staff, Staff.id == Complaint.assignee_id)
        .where(_of_group(wanted.group), seen)
    )
    return _narrowed(query, wanted)


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.level is not None:
        query = query.where(Complaint.level == wanted.level)
    if wanted.category:
        query = query.where(Complaint.category == wanted.category)
    if wanted.department:
        query = query.where(Complaint.department == wanted.department)
    if not wanted.words:
        return query
    return query.where(called(Complaint.number, wanted.words, clock.today().year))


def _of_group(group: str) -> ColumnElement[bool]:
    """All that is open is said as the partial index says it, which has them in their order."""
    if group not in rules.GROUPS:
        return Complaint.state != ComplaintState.CLOSED
    return Complaint.state.in_(rules.GROUPS[group])


def counts(now: datetime, seen: ColumnElement[bool], wanted: Wanted | None = None) -> Counts:
    """The figures above the register, with its filters but for the group: one query."""
    wanted = wanted or Wanted()
    query = select().select_from(Complaint).where(seen)
    if wanted.words:
        query = query.outerjoin(Home, Home.id == Complaint.home_id)
    query = _narrowed(query, wanted)
    return count_groups(unit(), query, Complaint.state, Complaint.due_at, rules.GROUPS, now)


def cases(rows: Collection[Row[Any]]) -> Mapping[int, Case]:
    """What the moves of these rows depend on beside their states, by complaint: two queries."""
    ids = [row.id for row in rows]
    undecided = (
        select(RemedyPlan.complaint_id)
        .join(Complaint, and_(Complaint.id == RemedyPlan.complaint_id, Complaint.round == RemedyPlan.round))
        .where(RemedyPlan.complaint_id.in_(ids), RemedyPlan.dropped_at.is_(None))
        .group_by(RemedyPlan.complaint_id)
        .having(func.count(RemedyPlan.chosen_at) == 0)
    )
    meets = (
        select(JointMeeting.complaint_id)
        .join(
            Complaint, and_(Complaint.id == JointMeeting.complaint_id, Complaint.round == JointMeeting.round)
        )
        .where(JointMeeting.complaint_id.in_(ids), JointMeeting.held_at.is_(None))
    )
    with_plans, called = set(unit().scalars(undecided)), set(unit().scalars(meets))
    return {
        row.id: Case(
            level=row.level,
            to_manager=row.escalated_to is Role.OFFICE_MANAGER,
            acknowledged=row.acknowledged_at is not None,
            doubted=row.doubted_at is not None and row.validity is None,
            validity=row.validity,
            open_plans=row.id in with_plans,
            called=row.id in called,
        )
        for row in rows
    }


def open_of_homes(home_ids: Sequence[int], seen: ColumnElement[bool]) -> list[Row[Any]]:
    """The open complaints of these homes, by deadline: for the cards of homes."""
    query = listed(Wanted(), seen).where(Complaint.home_id.in_(home_ids))
    return list(unit().execute(query.order_by(Complaint.queue_at, Complaint.id)))


def numbered(number: str, seen: ColumnElement[bool], limit: int = 8) -> list[Row[Any]]:
    """Complaints whose number holds these signs, newest first: for the search."""
    query = (
        select(
            *(Complaint.id, Complaint.number, Complaint.state, Complaint.description, Complaint.due_at),
            *(Complaint.place, Home.label.label("home")),
        )
        .outerjoin(Home, Home.id == Complaint.home_id)
        .where(Complaint.number.contains(number.upper(), autoescape=True), seen)
        .order_by(Complaint.id.desc())
    )
    return list(unit().execute(query.limit(limit)))
