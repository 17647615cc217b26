"""What is owed next of a repair, by whom and until when (R-6, M-13 to M-18, W-2 to W-4).

Pure: moment, zone and data are arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pmweb.blueprints.repairs.rules.follow_ups import Owed
from pmweb.blueprints.repairs.rules.moves import may_follow_up, signed_here
from pmweb.blueprints.repairs.rules.states import (
    DONE,
    NO_DEADLINE,
    PLAIN,
    SETTLED,
    TO_MEND,
    Nature,
    RepairState,
)
from pmweb.domain.deadlines import days_after, end_of, hours_after, same_day
from pmweb.domain.permissions import Role
from pmweb.domain.warranty import Verdict
from pmweb.domain.workflow import RuleBroken

_S = RepairState


@dataclass(frozen=True, slots=True)
class Promise:
    """What is owed next: the task, the rule that asks for it, until when, by whom (None: the repairer)."""

    kind: str
    rule: str
    due_at: datetime | None
    role: Role | None = None
    department: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the next promise is reckoned from: the move, when it was made, and the times that were agreed.

    ``begun_at`` is when the resident began to wait: the call, the rework, the end of a pause (none: the move).
    """

    state: RepairState
    at: datetime
    begun_at: datetime | None = None
    response: timedelta
    nature: Nature = PLAIN
    appointment_at: datetime | None = None
    due_on: date | None = None
    waits_until: date | None = None
    follow_up: Owed | None = None


def next_promise(moment: Moment, zone: ZoneInfo) -> Promise | None:
    """Which promise follows the move that was just made; None where nobody owes anything to this repair.

    The response times are the office's targets (``priorities``): somebody is on site so long after the resident began
    to wait. A third of it is the dispatcher's, a third the repairer's to take the job (ours); no step moves the target.
    An appointment, or a day agreed at the acceptance, binds.
    """
    begun, third = hours_after(moment.begun_at or moment.at, 0), moment.response / 3
    agreed_by = end_of(moment.due_on, zone) if moment.due_on else None
    match moment.state:
        case _S.REGISTERED | _S.REWORK:
            due = min(begun + third, agreed_by) if agreed_by and agreed_by > moment.at else begun + third
            return Promise("repair.dispatch", "R-6", due, Role.DISPATCHER)
        case _S.DISPATCHED:
            due = max(begun + 2 * third, moment.at + third)
            return Promise("repair.accept", "R-6", min(due, moment.appointment_at or due))
        case _S.ACCEPTED:
            agreed = agreed_by if agreed_by and agreed_by > moment.at else None
            return Promise("repair.visit", "R-6", moment.appointment_at or agreed or begun + moment.response)
        case _S.ON_SITE:
            return Promise("repair.complete", "M-13", agreed_by or same_day(moment.at, zone))
        case _S.WAITING_PARTS | _S.WAITING_EXTERNAL | _S.WAITING_RESIDENT:
            until = end_of(moment.waits_until, zone) if moment.waits_until else None
            return Promise("repair.resume", "R-6", until)
        case state if moment.follow_up and may_follow_up(state, moment.nature):
            owed = moment.follow_up
            return Promise("repair.follow_up", owed.rule, owed.due_at, Role.RECEPTIONIST, "customer_service")
        case _S.COMPLETED if moment.nature.rechecks:
            due = days_after(moment.at, 1, zone)
            return Promise("repair.recheck", "M-14", due, Role.DEPARTMENT_SUPERVISOR, "repair")
        case _S.COMPLETED if moment.nature.leak:
            return Promise("repair.leak_test", "A-21", days_after(moment.at, 1, zone))
        case state if signed_here(state, moment.nature):
            return Promise("repair.sign", "M-18", days_after(moment.at, 1, zone))
        case _S.FOLLOWED_UP:
            due = days_after(moment.at, 2, zone)
            return Promise("repair.check", "W-1", due, Role.DEPARTMENT_SUPERVISOR, "customer_service")
    return None


DECIDE = "repair.decide"
"""The promise of R-3: what the rules leave open is decided by the repair department."""


def may_decide(state: RepairState) -> bool:
    """R-3: whether the decision about the warranty may still be changed: until the work is signed."""
    return state in TO_MEND


def refuse_stuck(state: RepairState, *, signs: bool) -> None:
    """What was rechecked is signed, tested or done anew: no move leads on from there where nobody signs.

    ``RuleBroken("repair.decided_rechecked")``.
    """
    if state is _S.RECHECKED and not signs:
        raise RuleBroken("repair.decided_rechecked", field="verdict")


def decision_owed(
    verdict: Verdict | None, state: RepairState, at: datetime, zone: ZoneInfo
) -> Promise | None:
    """R-3: what is undecided is decided by the repair department on the next day (ours, T-1).

    ``at`` is the call, or the rework that opened again what had ended undecided.
    """
    if verdict is not Verdict.UNDECIDED or not may_decide(state):
        return None
    due = days_after(at, 1, zone)
    return Promise(DECIDE, "R-3", due, Role.DEPARTMENT_SUPERVISOR, "repair")


AGES = timedelta(days=36_525)


def queue_at(
    state: RepairState, due_at: datetime | None, at: datetime, *, pressing: bool = False
) -> datetime:
    """Where a repair stands in the register: at its deadline, else last; an ended one when it ended.

    A pressing one stands a hundred years before its deadline, and so before all others.
    """
    if state in DONE:
        return at
    return (due_at or at) - AGES if pressing else due_at or NO_DEADLINE


@dataclass(frozen=True, slots=True)
class SourcePromise:
    """What is owed to the matter that a repair came from, once all its repairs are rechecked."""

    kind: str
    rule: str
    role: Role
    days: int


WHEN_ALL_RECHECKED: Mapping[str, SourcePromise] = {
    "move_in": SourcePromise("movein.appoint", "M-15", Role.RECEPTIONIST, days=1),
}
"""By the kind of the source. "In time" of M-15 is the day after the last recheck (ours)."""


def all_settled(states: Iterable[RepairState]) -> bool:
    """Whether nothing is in the way of the second acceptance: there are repairs, each rechecked or ended."""
    states = tuple(states)
    return bool(states) and all(state in SETTLED for state in states)
