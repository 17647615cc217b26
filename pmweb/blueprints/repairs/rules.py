"""What may follow what in a repair, what a move needs, who may make it, and what is owed next.

The table of the moves is the office's data (``repair-categories.yaml``); this module gives it names and
guards (M-12 to M-18, R-4 to R-6). Everything here is pure: moment, zone and data are arguments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pmweb.domain.deadlines import days_after, end_of, hours_after, same_day
from pmweb.domain.defects import Responsible as Responsible
from pmweb.domain.defects import Severity as Severity
from pmweb.domain.permissions import Permission, Role
from pmweb.domain.workflow import RuleBroken, Workflow


class RepairState(StrEnum):
    """The states of ``repair-categories.yaml``."""

    REGISTERED = "registered"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    ON_SITE = "on_site"
    WAITING_PARTS = "waiting_parts"
    WAITING_EXTERNAL = "waiting_external"
    WAITING_RESIDENT = "waiting_resident"
    COMPLETED = "completed"
    RECHECKED = "rechecked"
    SIGNED = "signed"
    LEAK_TESTED = "leak_tested"
    FOLLOWED_UP = "followed_up"
    REWORK = "rework"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class RepairSource(StrEnum):
    """How the office learnt of it (FM-07)."""

    VISIT = "visit"
    PHONE = "phone"
    ONLINE = "online"
    LETTER = "letter"
    PATROL = "patrol"
    ACCEPTANCE = "acceptance"
    DECORATION_INSPECTION = "decoration_inspection"
    COMPLAINT = "complaint"


class WaitKind(StrEnum):
    """For what a repair waits."""

    PARTS = "parts"
    EXTERNAL = "external"
    RESIDENT = "resident"


class Verb(StrEnum):
    """What a person can do to a repair; the last part of the address of the form."""

    DISPATCH = "dispatch"
    TRANSFER = "transfer"
    GIVE_BACK = "give-back"
    RECALL = "recall"
    ACCEPT = "accept"
    ARRIVE = "arrive"
    WAIT = "wait"
    RESUME = "resume"
    COMPLETE = "complete"
    RECHECK = "recheck"
    REWORK = "rework"
    CANCEL = "cancel"


_S = RepairState

WAITING = {
    WaitKind.PARTS: _S.WAITING_PARTS,
    WaitKind.EXTERNAL: _S.WAITING_EXTERNAL,
    WaitKind.RESIDENT: _S.WAITING_RESIDENT,
}
WAITING_STATES = frozenset(WAITING.values())

GROUPS: Mapping[str, tuple[RepairState, ...]] = {
    "dispatch": (_S.REGISTERED, _S.REWORK),
    "visit": (_S.DISPATCHED, _S.ACCEPTED),
    "work": (_S.ON_SITE, *WAITING.values()),
    "recheck": (_S.COMPLETED,),
    "sign": (_S.RECHECKED, _S.LEAK_TESTED),
    "done": (_S.SIGNED, _S.FOLLOWED_UP, _S.CLOSED, _S.CANCELLED),
}
"""The register shows the states in these groups; all but the last are open."""

DONE = frozenset(GROUPS["done"])
TO_DO = (*GROUPS["visit"], *GROUPS["work"])
"""States in which the work is still to be done by whoever has the job."""
OPEN = tuple(state for state in RepairState if state not in DONE)
SETTLED = frozenset({_S.RECHECKED, _S.LEAK_TESTED, *DONE})
"""States in which nothing stands in the way of the second acceptance (M-15)."""

NO_DEADLINE = datetime(9999, 12, 31, tzinfo=UTC)

HAS_ASSIGNEE = frozenset(RepairState) - {_S.REGISTERED, _S.REWORK, _S.CANCELLED}
HAS_WORK = frozenset({_S.COMPLETED, _S.RECHECKED, _S.LEAK_TESTED, _S.SIGNED, _S.FOLLOWED_UP, _S.CLOSED})


@dataclass(frozen=True, slots=True)
class _Act:
    """The move behind a verb: where it leads, from where (None: wherever the table allows), who may."""

    to: RepairState
    needs: Permission
    starts: frozenset[RepairState] | None = None
    own: bool = False


_P = Permission
_ACTS: Mapping[Verb, _Act] = {
    Verb.DISPATCH: _Act(_S.DISPATCHED, _P.REPAIRS_DISPATCH, frozenset({_S.REGISTERED, _S.REWORK})),
    Verb.ACCEPT: _Act(_S.ACCEPTED, _P.REPAIRS_WORK, frozenset({_S.DISPATCHED}), own=True),
    Verb.ARRIVE: _Act(_S.ON_SITE, _P.REPAIRS_WORK, own=True),
    Verb.COMPLETE: _Act(_S.COMPLETED, _P.REPAIRS_WORK, own=True),
    Verb.RECHECK: _Act(_S.RECHECKED, _P.REPAIRS_RECHECK),
    Verb.RESUME: _Act(_S.ACCEPTED, _P.REPAIRS_WORK, WAITING_STATES, own=True),
    Verb.WAIT: _Act(_S.WAITING_PARTS, _P.REPAIRS_WORK, own=True),
    Verb.TRANSFER: _Act(_S.DISPATCHED, _P.REPAIRS_DISPATCH, frozenset({_S.ACCEPTED})),
    Verb.GIVE_BACK: _Act(_S.REGISTERED, _P.REPAIRS_WORK, own=True),
    Verb.RECALL: _Act(_S.REGISTERED, _P.REPAIRS_DISPATCH),
    Verb.REWORK: _Act(_S.REWORK, _P.REPAIRS_RECHECK, frozenset(RepairState) - {_S.COMPLETED}),
    Verb.CANCEL: _Act(_S.CANCELLED, _P.REPAIRS_DISPATCH),
}
"""In the order in which a page offers them: what brings the repair forward comes first."""


FORWARD = (Verb.DISPATCH, Verb.ACCEPT, Verb.ARRIVE, Verb.COMPLETE, Verb.RECHECK, Verb.RESUME)
"""What brings a repair forward: the one thing that a page offers first."""


def permission_for(verb: Verb) -> Permission:
    """What somebody must hold to do this."""
    return _ACTS[verb].needs


def table_of_moves(moves: Workflow[str]) -> Workflow[RepairState]:
    """The table of the data file by members of RepairState; ``ValueError`` for a state unknown here."""
    return Workflow.named(moves.moves, RepairState)


def possible(moves: Workflow[RepairState], state: RepairState) -> tuple[Verb, ...]:
    """What can be done to a repair in this state, whoever does it."""
    return tuple(
        verb
        for verb, act in _ACTS.items()
        if (act.starts is None or state in act.starts) and _leads(moves, state, act.to)
    )


def _leads(moves: Workflow[RepairState], state: RepairState, to: RepairState) -> bool:
    """Whether the table leads there; a job that was accepted goes back to the dispatcher in two moves."""
    if to is _S.REGISTERED and moves.allows(state, _S.DISPATCHED):
        return state is _S.ACCEPTED and moves.allows(_S.DISPATCHED, to)
    return moves.allows(state, to)


def may(verb: Verb, rights: Collection[Permission], *, own: bool) -> bool:
    """Whether these rights allow it. Repairers work on their own jobs only; who rechecks may work on any."""
    act = _ACTS[verb]
    return act.needs in rights and (own or not act.own or Permission.REPAIRS_RECHECK in rights)


def offered(
    moves: Workflow[RepairState], state: RepairState, rights: Collection[Permission], *, own: bool
) -> tuple[Verb, ...]:
    """What this person may do to the repair now."""
    return tuple(verb for verb in possible(moves, state) if may(verb, rights, own=own))


def refuse_without_reason(reason: str, field: str = "reason") -> None:
    """Rework, transfer, giving back, waiting and cancelling need one: ``RuleBroken("repair.reason")``."""
    if not reason.strip():
        raise RuleBroken("repair.reason", field=field)


def refuse_without_work(work_done: str, *, severity: Severity | None, delicate: bool, photos: int) -> None:
    """What completion needs (FM-09): the work in words, and photos of a safety matter or a leak (delicate).

    ``RuleBroken``: ``repair.work_done``, ``repair.photo_after``.
    """
    if not work_done.strip():
        raise RuleBroken("repair.work_done", field="work_done")
    if (severity is Severity.SAFETY or delicate) and not photos:
        raise RuleBroken("repair.photo_after", field="photos")


def needs_recheck(source: RepairSource) -> bool:
    """M-14: a defect found at the acceptance is rechecked before anything else."""
    return source is RepairSource.ACCEPTANCE


def refuse_signing(source: RepairSource, *, rechecked: bool, leak: bool, leak_tested: bool) -> None:
    """Before it is signed a leak has passed its test (A-21), a defect of the acceptance its recheck (M-14).

    ``RuleBroken``: ``repair.recheck_first``, ``repair.leak_test_first``.
    """
    if needs_recheck(source) and not rechecked:
        raise RuleBroken("repair.recheck_first")
    if leak and not leak_tested:
        raise RuleBroken("repair.leak_test_first")


def signed_here(state: RepairState, *, on_its_own: bool) -> bool:
    """M-18: whether the work order is to be signed at the repair itself.

    One that came from a matter still going on is signed there, at the second acceptance.
    """
    return on_its_own and state in GROUPS["sign"]


def may_ask_to_sign(rights: Collection[Permission], *, own: bool) -> bool:
    """Whether these rights allow to ask the resident for the signature: as for the work itself."""
    return Permission.REPAIRS_WORK in rights and (own or Permission.REPAIRS_RECHECK in rights)


def priority_of(severity: Severity) -> str:
    """The priority of a defect by its severity (ours): what endangers people is urgent."""
    return "urgent" if severity is Severity.SAFETY else "normal"


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
    """What the next promise is reckoned from: the move, when it was made, and the times that were agreed."""

    state: RepairState
    at: datetime
    source: RepairSource
    response: timedelta
    appointment_at: datetime | None = None
    due_on: date | None = None
    waits_until: date | None = None
    on_its_own: bool = False


def next_promise(moment: Moment, zone: ZoneInfo) -> Promise | None:
    """Which promise follows the move that was just made; None where nobody owes anything to this repair.

    The response times are the office's targets (``priorities``); a day agreed at the acceptance binds.
    """
    respond_by = hours_after(moment.at, 0) + moment.response
    agreed_by = end_of(moment.due_on, zone) if moment.due_on else None
    match moment.state:
        case _S.REGISTERED | _S.REWORK:
            due = min(respond_by, agreed_by) if agreed_by and agreed_by > moment.at else respond_by
            return Promise("repair.dispatch", "R-6", due, Role.DISPATCHER)
        case _S.DISPATCHED:
            return Promise("repair.accept", "R-6", min(respond_by, moment.appointment_at or respond_by))
        case _S.ACCEPTED:
            return Promise("repair.visit", "R-6", moment.appointment_at or respond_by)
        case _S.ON_SITE:
            return Promise("repair.complete", "M-13", agreed_by or same_day(moment.at, zone))
        case _S.WAITING_PARTS | _S.WAITING_EXTERNAL | _S.WAITING_RESIDENT:
            until = end_of(moment.waits_until, zone) if moment.waits_until else None
            return Promise("repair.resume", "R-6", until)
        case _S.COMPLETED if needs_recheck(moment.source):
            due = days_after(moment.at, 1, zone)
            return Promise("repair.recheck", "M-14", due, Role.DEPARTMENT_SUPERVISOR, "repair")
        case state if signed_here(state, on_its_own=moment.on_its_own):
            return Promise("repair.sign", "M-18", days_after(moment.at, 1, zone))
    return None


def queue_at(state: RepairState, due_at: datetime | None, at: datetime) -> datetime:
    """Where a repair stands in the register: at its deadline, else last; an ended one when it ended."""
    return at if state in DONE else due_at or NO_DEADLINE


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
