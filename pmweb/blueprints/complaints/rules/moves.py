"""What may follow what in a complaint, what a move needs, and who may make it (P-8 to P-24).

The table of the moves is the office's data (``complaint-rules.yaml``); this module gives it verbs and guards.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pmweb.blueprints.complaints.rules.states import ComplaintState, FaultId, LevelId, Validity
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken, Workflow

_S = ComplaintState


class Verb(StrEnum):
    """What a person can do to a complaint; the last part of the address of the form."""

    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    REASSIGN = "reassign"
    CONTACT = "contact"
    REPORT = "report"
    WAIT = "wait"
    RESUME = "resume"
    PASS_UP = "pass-up"  # nosec B105 -- a verb, no password
    SEND_BACK = "send-back"
    INFORM = "inform"
    CLOSE = "close"
    REOPEN = "reopen"
    REPLY = "reply"
    PLAN = "plan"
    CHOOSE = "choose"
    MEET = "meet"
    MINUTES = "minutes"
    LEVEL = "level"
    AGREE = "agree"
    INVALID = "invalid"
    VALIDITY = "validity"
    LINK = "join"
    REPAIR = "repair"


class Who(StrEnum):
    """What somebody is to a complaint."""

    RESPONSIBLE = "responsible"
    RECEIVER = "receiver"
    DESK = "desk"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class _Act:
    """What is behind a verb: who, in which states, and where it leads (None: it is no move)."""

    who: frozenset[Who]
    starts: frozenset[ComplaintState]
    to: ComplaintState | None = None


def _act(*who: Who, starts: Collection[ComplaintState], to: ComplaintState | None = None) -> _Act:
    return _Act(frozenset(who), frozenset(starts), to)


_HANDLER, _DESK, _LEAD, _RECEIVER = Who.RESPONSIBLE, Who.DESK, Who.LEAD, Who.RECEIVER
_HANDLED = (_S.ASSIGNED, _S.IN_PROGRESS, _S.WAITING_EXTERNAL)
_PLANNED = (_S.ESCALATED, *_HANDLED)  # what was passed up is planned there, too (P-13)
_BEFORE_THE_RESULT = (_S.RECEIVED, _S.ESCALATED, _S.REOPENED, *_HANDLED)

_ACTS: Mapping[Verb, _Act] = {
    Verb.ACKNOWLEDGE: _act(_LEAD, starts=(_S.ESCALATED,)),
    Verb.ASSIGN: _act(_DESK, _LEAD, starts=(_S.RECEIVED, _S.ESCALATED, _S.REOPENED), to=_S.ASSIGNED),
    Verb.CONTACT: _act(_HANDLER, _LEAD, starts=(_S.ASSIGNED,), to=_S.IN_PROGRESS),
    Verb.REPORT: _act(_HANDLER, _LEAD, starts=(_S.IN_PROGRESS, _S.WAITING_EXTERNAL), to=_S.RESULT_REPORTED),
    Verb.INFORM: _act(_RECEIVER, _DESK, _LEAD, starts=(_S.RESULT_REPORTED,), to=_S.RESIDENT_INFORMED),
    Verb.CLOSE: _act(_LEAD, starts=(_S.RESIDENT_INFORMED,), to=_S.CLOSED),
    Verb.VALIDITY: _act(_LEAD, starts=(*_BEFORE_THE_RESULT, _S.RESULT_REPORTED, _S.RESIDENT_INFORMED)),
    Verb.RESUME: _act(_HANDLER, _LEAD, starts=(_S.WAITING_EXTERNAL,), to=_S.IN_PROGRESS),
    Verb.MINUTES: _act(_HANDLER, _LEAD, starts=_BEFORE_THE_RESULT),
    Verb.CHOOSE: _act(_LEAD, starts=_PLANNED),
    Verb.REPLY: _act(_HANDLER, _RECEIVER, _DESK, _LEAD, starts=(*_BEFORE_THE_RESULT, _S.RESULT_REPORTED)),
    Verb.WAIT: _act(_HANDLER, _LEAD, starts=(_S.IN_PROGRESS,), to=_S.WAITING_EXTERNAL),
    Verb.PLAN: _act(_HANDLER, _LEAD, starts=_PLANNED),
    Verb.PASS_UP: _act(_HANDLER, _LEAD, starts=(_S.ASSIGNED, _S.IN_PROGRESS), to=_S.ESCALATED),
    Verb.MEET: _act(_HANDLER, _LEAD, starts=_BEFORE_THE_RESULT),
    Verb.REPAIR: _act(_HANDLER, _DESK, _LEAD, starts=_BEFORE_THE_RESULT),
    Verb.LINK: _act(_HANDLER, _DESK, _LEAD, starts=(*_BEFORE_THE_RESULT, _S.RESULT_REPORTED)),
    Verb.REASSIGN: _act(_LEAD, starts=(_S.ASSIGNED, _S.IN_PROGRESS), to=_S.ASSIGNED),
    Verb.AGREE: _act(_HANDLER, _RECEIVER, _DESK, _LEAD, starts=_BEFORE_THE_RESULT),
    Verb.LEVEL: _act(_LEAD, starts=_BEFORE_THE_RESULT),
    Verb.SEND_BACK: _act(_RECEIVER, _DESK, _LEAD, starts=(_S.RESULT_REPORTED,), to=_S.IN_PROGRESS),
    Verb.INVALID: _act(_HANDLER, _RECEIVER, _DESK, _LEAD, starts=_BEFORE_THE_RESULT),
    Verb.REOPEN: _act(_LEAD, starts=(_S.RESIDENT_INFORMED, _S.CLOSED), to=_S.REOPENED),
}
"""In the order in which a page offers them: what brings the complaint forward comes first."""

_WHERE_IT_LIES = frozenset({Verb.ACKNOWLEDGE, Verb.ASSIGN, Verb.CHOOSE})
"""What is done by whom it was brought before, until that one has taken it up."""

FORWARD = (
    *(Verb.ACKNOWLEDGE, Verb.ASSIGN, Verb.CONTACT, Verb.VALIDITY, Verb.MINUTES, Verb.CHOOSE, Verb.REPORT),
    *(Verb.INFORM, Verb.CLOSE, Verb.RESUME),
)
"""What brings a complaint forward: the one thing that a page offers first."""

_RIGHTS: Mapping[Who, Permission] = {
    Who.RESPONSIBLE: Permission.COMPLAINTS_HANDLE,
    Who.RECEIVER: Permission.COMPLAINTS_REGISTER,
    Who.DESK: Permission.COMPLAINTS_ASSIGN,
    Who.LEAD: Permission.COMPLAINTS_DECIDE,
}
ON_SITE = frozenset(
    {Verb.CONTACT, Verb.REPORT, Verb.WAIT, Verb.RESUME, Verb.REPLY, Verb.INFORM, Verb.MINUTES}
)
"""What is recorded where there may be no signal, so that it has to keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the moves of a complaint depend on beside its state.

    ``to_manager``: the person of its level is the manager. ``acknowledged``: whoever it was brought before has seen
    it. ``doubted``: somebody found it invalid, and nobody has looked a second time. ``open_plans``: none of the
    remedy plans is chosen yet. ``called``: a joint meeting that has no minutes yet.
    """

    level: LevelId = LevelId.MINOR
    to_manager: bool = False
    acknowledged: bool = False
    doubted: bool = False
    validity: Validity | None = None
    open_plans: bool = False
    called: bool = False


PLAIN = Case()


def table_of_moves(moves: Workflow[str]) -> Workflow[ComplaintState]:
    """The table of the data file by members of ComplaintState; ``ValueError`` for a state unknown here."""
    return Workflow.named(moves.moves, ComplaintState)


def possible(moves: Workflow[ComplaintState], state: ComplaintState, case: Case = PLAIN) -> tuple[Verb, ...]:
    """What can be done to a complaint in this state, whoever does it."""
    return tuple(
        verb
        for verb, act in _ACTS.items()
        if state in act.starts
        and (act.to is None or moves.allows(state, act.to))
        and _fits(verb, state, case)
    )


def _fits(verb: Verb, state: ComplaintState, case: Case) -> bool:
    """The guards of the data file and of the procedure."""
    match verb:
        case Verb.ACKNOWLEDGE:
            return not case.acknowledged
        case Verb.ASSIGN:  # major and important ones are brought before the person of their level first
            return state is not _S.RECEIVED or case.level is LevelId.MINOR
        case Verb.AGREE:
            return case.level is LevelId.MINOR
        case Verb.VALIDITY:
            return case.doubted
        case Verb.INVALID:
            return case.validity is None and not case.doubted
        case Verb.CHOOSE:
            return case.open_plans
        case Verb.MINUTES:
            return case.called
        case Verb.MEET:
            return not case.called
    return True


def is_one(rights: Collection[Permission], *, responsible: bool, receiver: bool) -> frozenset[Who]:
    """What somebody with these rights is to the complaint."""
    mine = {Who.DESK, Who.LEAD}
    mine |= {Who.RESPONSIBLE} if responsible else set()
    mine |= {Who.RECEIVER} if receiver else set()
    return frozenset(who for who in mine if _RIGHTS[who] in rights)


def may(
    verb: Verb,
    rights: Collection[Permission],
    *,
    responsible: bool,
    receiver: bool,
    state: ComplaintState,
    case: Case = PLAIN,
    of_department: bool = True,
) -> bool:
    """Whether these rights allow it, in whichever state the table allows the move.

    What was brought before the manager is taken up, first handed out and decided by the manager (P-14); what was
    brought before a supervisor by that one (``of_department``) or the manager (P-15).
    """
    if not _ACTS[verb].who & is_one(rights, responsible=responsible, receiver=receiver):
        return False
    if state is _S.ESCALATED and not case.acknowledged and verb in _WHERE_IT_LIES:
        own = of_department and not case.to_manager and Permission.COMPLAINTS_DECIDE in rights
        return own or Permission.COMPLAINTS_DIRECT in rights
    return True


def offered(
    moves: Workflow[ComplaintState],
    state: ComplaintState,
    rights: Collection[Permission],
    *,
    responsible: bool,
    receiver: bool,
    case: Case = PLAIN,
    of_department: bool = True,
) -> tuple[Verb, ...]:
    """What this person may do to the complaint now."""
    return tuple(
        verb
        for verb in possible(moves, state, case)
        if may(
            verb,
            rights,
            responsible=responsible,
            receiver=receiver,
            state=state,
            case=case,
            of_department=of_department,
        )
    )


def refuse_impossible(moves: Workflow[ComplaintState], verb: Verb, state: ComplaintState, case: Case) -> None:
    """``RuleBroken("move.illegal")`` where the table or a guard forbids it."""
    if verb not in possible(moves, state, case):
        raise RuleBroken("move.illegal", state=state, to=_ACTS[verb].to or verb)


def leads_to(verb: Verb) -> ComplaintState | None:
    """Where the move behind this verb leads; None for what is no move."""
    return _ACTS[verb].to


def starts_of(verb: Verb) -> frozenset[ComplaintState]:
    """The states in which it can be done."""
    return _ACTS[verb].starts


def refuse_without_reason(reason: str, field: str = "reason") -> None:
    """Whatever turns back, changes or waits needs one: ``RuleBroken("complaint.reason")``."""
    if not reason.strip():
        raise RuleBroken("complaint.reason", field=field)


def refuse_own_cause(against_staff_id: int | None, staff_id: int | None) -> None:
    """Nobody handles a complaint about oneself (P-1, fair): ``RuleBroken("complaint.own_cause")``."""
    if staff_id is not None and against_staff_id == staff_id:
        raise RuleBroken("complaint.own_cause", field="staff_id")


def refuse_result(fault: FaultId, *, steps: Collection[str], cause: str, result: str, met: bool) -> None:
    """What a result needs (P-8, P-9, P-10, P-12, P-20): the fault, some of its steps taken, cause and result in words.

    Where all have a part, the meeting of P-10 was held. ``RuleBroken``: ``complaint.fault``, ``complaint.steps``,
    ``complaint.root_cause``, ``complaint.result``, ``complaint.meeting_first``.
    """
    if fault is FaultId.UNDETERMINED:
        raise RuleBroken("complaint.fault", field="fault")
    if not steps:
        raise RuleBroken("complaint.steps", field="steps")
    if not cause.strip():
        raise RuleBroken("complaint.root_cause", field="root_cause")
    if not result.strip():
        raise RuleBroken("complaint.result", field="result")
    if fault is FaultId.SHARED and not met:
        raise RuleBroken("complaint.meeting_first", field="fault")


def refuse_second_look(found_by_id: int | None, staff_id: int) -> None:
    """P-23: who found it invalid does not look a second time: ``RuleBroken("complaint.second_look")``."""
    if found_by_id == staff_id:
        raise RuleBroken("complaint.second_look", field="passed")


def refuse_closing(*, accepted: bool | None, note: str, doubted: bool) -> None:
    """A complaint whose answer the resident does not accept is closed with a reason only.

    ``RuleBroken``: ``complaint.close_reason``, ``complaint.doubt_first`` (P-23: somebody found it invalid and nobody
    has looked a second time).
    """
    if doubted:
        raise RuleBroken("complaint.doubt_first")
    if accepted is False and not note.strip():
        raise RuleBroken("complaint.close_reason", field="note")


def may_see(
    staff_id: int, *, reads_all: bool, receiver_id: int, responsible_id: int | None, against_id: int | None
) -> bool:
    """Whether somebody of the office sees a complaint: whoever reads all, the receiver, the responsible person.

    Never the person complained about: who complained is told to nobody else (P-1, ``forbidden`` of the data).
    """
    if staff_id == against_id:
        return False
    return reads_all or staff_id in (receiver_id, responsible_id)
