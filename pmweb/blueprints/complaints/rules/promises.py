"""What is owed next of a complaint, by whom and until when (P-14 to P-23). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from pmweb.blueprints.complaints.rules.clocks import ClockKind
from pmweb.blueprints.complaints.rules.states import ComplaintState, LevelId
from pmweb.domain.deadlines import days_after, hours_after
from pmweb.domain.permissions import Role

_S, _K = ComplaintState, ClockKind

MANAGER = Role.OFFICE_MANAGER
DESK = "customer_service"
"""The department of the reception: its supervisor closes complaints, and looks a second time (P-23)."""
HOURS_TO_ROUTE = 1
"""How soon what was received, or taken up again, has its responsible person (P-18 "quickly"; ours)."""

RULE_OF: Mapping[ClockKind, Mapping[LevelId, str]] = {
    _K.ESCALATE: {LevelId.MAJOR: "P-14", LevelId.IMPORTANT: "P-15"},
    _K.REPLY: {LevelId.MAJOR: "P-14"},
    _K.RESOLVE: {LevelId.MAJOR: "P-14", LevelId.IMPORTANT: "P-15", LevelId.MINOR: "P-16"},
    _K.FIRST_CONTACT: dict.fromkeys(LevelId, "P-19"),
    _K.FEEDBACK: dict.fromkeys(LevelId, "P-21"),
}
"""Which requirement asks for a clock."""


class Owner(StrEnum):
    """Whose promise it is, where it is a person's."""

    RESPONSIBLE = "responsible"
    RECEIVER = "receiver"


@dataclass(frozen=True, slots=True)
class Promise:
    """What is owed: the task, the rule that asks for it, until when, by a role of a department or by a person.

    ``clock`` says that a clock tells who has to know when it is late, so that nobody else does.
    """

    kind: str
    rule: str
    due_at: datetime
    role: Role | None = None
    department: str | None = None
    owner: Owner | None = None
    clock: bool = False
    pressing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the promises are reckoned from: the last move and when it was made, and the clocks that run."""

    state: ComplaintState
    at: datetime
    level: LevelId
    department: str
    escalated_to: Role | None = None
    acknowledged: bool = False
    assigned: bool = False
    running: Mapping[ClockKind, datetime] = field(default_factory=dict)


OF_THE_STATE = (
    *("complaint.assign", "complaint.acknowledge", "complaint.contact", "complaint.resolve"),
    *("complaint.inform", "complaint.close", "complaint.reply"),
)
"""The promises that follow from the state; each move withdraws those that no longer do."""
DOUBT, PLAN, MEETING, CALM, WORD = (
    *("complaint.validity", "complaint.plan", "complaint.meeting"),
    *("complaint.calm", "complaint.word"),
)
"""Promises that stand beside the state."""


def owed(moment: Moment, zone: ZoneInfo) -> tuple[Promise, ...]:
    """The promises that follow from the last move."""
    stage = _of_stage(moment, zone)
    reply = moment.running.get(_K.REPLY)
    if reply is None:
        return stage
    if moment.assigned:
        mine = Promise("complaint.reply", "P-14", reply, owner=Owner.RESPONSIBLE, clock=True)
    else:
        mine = Promise("complaint.reply", "P-14", reply, *_above(moment), clock=True)
    return (*stage, mine)


def _of_stage(moment: Moment, zone: ZoneInfo) -> tuple[Promise, ...]:
    running, soon, mine = moment.running, hours_after(moment.at, HOURS_TO_ROUTE), Owner.RESPONSIBLE
    above = _above(moment)
    match moment.state:
        case _S.ESCALATED if not moment.acknowledged:
            due = running.get(_K.ESCALATE)
            rule = RULE_OF[_K.ESCALATE][moment.level] if due else "P-13"
            grave = moment.level is LevelId.MAJOR
            kind = "complaint.acknowledge"
            return (Promise(kind, rule, due or soon, *above, clock=due is not None, pressing=grave),)
        case _S.RECEIVED | _S.ESCALATED | _S.REOPENED:
            return (Promise("complaint.assign", "P-18", soon, *above),)
        case _S.ASSIGNED:
            due = running.get(_K.FIRST_CONTACT)
            return (Promise("complaint.contact", "P-19", due or soon, owner=mine, clock=due is not None),)
        case _S.IN_PROGRESS | _S.WAITING_EXTERNAL:
            rule = RULE_OF[_K.RESOLVE][moment.level]
            return (Promise("complaint.resolve", rule, running[_K.RESOLVE], owner=mine, clock=True),)
        case _S.RESULT_REPORTED:
            return (
                Promise("complaint.inform", "P-21", running[_K.FEEDBACK], owner=Owner.RECEIVER, clock=True),
            )
        case _S.RESIDENT_INFORMED:
            tomorrow = days_after(moment.at, 1, zone)
            return (Promise("complaint.close", "P-12", tomorrow, Role.DEPARTMENT_SUPERVISOR, DESK),)
    return ()


def _above(moment: Moment) -> tuple[Role, str | None]:
    """Before whom it lies: the manager, or the supervisor of the department."""
    if moment.escalated_to is Role.OFFICE_MANAGER:
        return Role.OFFICE_MANAGER, None
    return Role.DEPARTMENT_SUPERVISOR, moment.department
