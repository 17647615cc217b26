"""What may follow what in a repair, what a move needs, and who may make it (M-12 to M-18, R-4 to R-6).

The table of the moves is the office's data (``repair-categories.yaml``); this module gives it verbs and guards.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pmweb.blueprints.repairs.rules.states import (
    GROUPS,
    PLAIN,
    WAITING_STATES,
    Nature,
    RepairSource,
    RepairState,
)
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken, Workflow

_S = RepairState


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
    LEAK_TEST = "leak-test"
    RECHECK = "recheck"
    FOLLOW_UP = "follow-up"
    CHECK = "check"
    REWORK = "rework"
    CANCEL = "cancel"


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
    Verb.LEAK_TEST: _Act(_S.LEAK_TESTED, _P.REPAIRS_WORK, own=True),
    Verb.RESUME: _Act(_S.ACCEPTED, _P.REPAIRS_WORK, WAITING_STATES, own=True),
    Verb.FOLLOW_UP: _Act(_S.FOLLOWED_UP, _P.REPAIRS_FOLLOW_UP),
    Verb.CHECK: _Act(_S.CLOSED, _P.REPAIRS_CHECK),
    Verb.WAIT: _Act(_S.WAITING_PARTS, _P.REPAIRS_WORK, own=True),
    Verb.TRANSFER: _Act(_S.DISPATCHED, _P.REPAIRS_DISPATCH, frozenset({_S.ACCEPTED})),
    Verb.GIVE_BACK: _Act(_S.REGISTERED, _P.REPAIRS_WORK, own=True),
    Verb.RECALL: _Act(_S.REGISTERED, _P.REPAIRS_DISPATCH),
    Verb.REWORK: _Act(_S.REWORK, _P.REPAIRS_RECHECK, frozenset(RepairState) - {_S.COMPLETED}),
    Verb.CANCEL: _Act(_S.CANCELLED, _P.REPAIRS_DISPATCH),
}
"""In the order in which a page offers them: what brings the repair forward comes first."""


FORWARD = (
    *(Verb.DISPATCH, Verb.ACCEPT, Verb.ARRIVE, Verb.COMPLETE, Verb.RECHECK, Verb.LEAK_TEST, Verb.RESUME),
    *(Verb.FOLLOW_UP, Verb.CHECK),
)
"""What brings a repair forward: the one thing that a page offers first."""


AHEAD: Mapping[Verb, tuple[Verb, ...]] = {
    Verb.ACCEPT: (Verb.ARRIVE, Verb.COMPLETE),
    Verb.ARRIVE: (Verb.COMPLETE,),
}
"""What a repairer records after this one, perhaps before the office has heard of the first (offline.md)."""


def on_site(verb: Verb) -> bool:
    """Whether it is recorded where the work is, so that it has to keep without signal."""
    return _ACTS[verb].needs in (Permission.REPAIRS_WORK, Permission.REPAIRS_RECHECK)


def table_of_moves(moves: Workflow[str]) -> Workflow[RepairState]:
    """The table of the data file by members of RepairState; ``ValueError`` for a state unknown here."""
    return Workflow.named(moves.moves, RepairState)


def possible(moves: Workflow[RepairState], state: RepairState, nature: Nature = PLAIN) -> tuple[Verb, ...]:
    """What can be done to a repair in this state, whoever does it."""
    return tuple(
        verb
        for verb, act in _ACTS.items()
        if (act.starts is None or state in act.starts)
        and _leads(moves, state, act.to)
        and _fits(verb, state, nature)
    )


def _fits(verb: Verb, state: RepairState, nature: Nature) -> bool:
    """Whether the guards of the data file allow it: a leak is tested, all else rechecked (A-21, M-14)."""
    match verb:
        case Verb.LEAK_TEST:
            return nature.leak
        case Verb.RECHECK:
            return not nature.leak and (nature.signs or nature.rechecks)
        case Verb.FOLLOW_UP:
            return may_follow_up(state, nature)
    return True


MAY_BE_ASKED_AFTER = (_S.SIGNED, _S.LEAK_TESTED, _S.COMPLETED)
"""States in which some repairs are followed up; which, ``may_follow_up`` says."""


def may_follow_up(state: RepairState, nature: Nature) -> bool:
    """W-1: what was signed is followed up; where nobody signs, what was done, and a leak after its test."""
    if nature.signs:
        return state is _S.SIGNED
    return state is (_S.LEAK_TESTED if nature.leak else _S.COMPLETED)


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
    moves: Workflow[RepairState],
    state: RepairState,
    rights: Collection[Permission],
    *,
    own: bool,
    nature: Nature = PLAIN,
) -> tuple[Verb, ...]:
    """What this person may do to the repair now. Nobody follows up the own work (FM-10)."""
    return tuple(
        verb
        for verb in possible(moves, state, nature)
        if may(verb, rights, own=own) and not (own and verb is Verb.FOLLOW_UP)
    )


def refuse_without_reason(reason: str, field: str = "reason") -> None:
    """Rework, transfer, giving back, waiting and cancelling need one: ``RuleBroken("repair.reason")``."""
    if not reason.strip():
        raise RuleBroken("repair.reason", field=field)


def refuse_without_work(work_done: str, *, photo_needed: bool, photos: int) -> None:
    """What completion needs (FM-09): the work in words, and photos of a safety matter or a leak.

    ``RuleBroken``: ``repair.work_done``, ``repair.photo_after``.
    """
    if not work_done.strip():
        raise RuleBroken("repair.work_done", field="work_done")
    if photo_needed and not photos:
        raise RuleBroken("repair.photo_after", field="photos")


def refuse_early_test(completed_at: datetime, duration: timedelta, at: datetime) -> None:
    """A-21: no leak is called tight before the test has lasted (ponding: 24 hours after the work).

    ``RuleBroken("repair.leak_test_early")`` with the hours.
    """
    if at < completed_at + duration:
        raise RuleBroken(
            "repair.leak_test_early", field="passed", hours=int(duration.total_seconds()) // 3600
        )


def needs_recheck(source: RepairSource) -> bool:
    """M-14: a defect found at the acceptance is rechecked before anything else."""
    return source is RepairSource.ACCEPTANCE


def refuse_signing(nature: Nature, *, rechecked: bool, leak_tested: bool) -> None:
    """Before it is signed a leak has passed its test (A-21), a defect of the acceptance its recheck (M-14).

    ``RuleBroken``: ``repair.recheck_first``, ``repair.leak_test_first``, and ``repair.nobody_signs_here`` for common
    parts and utilities.
    """
    if not nature.signs:
        raise RuleBroken("repair.nobody_signs_here")
    if nature.rechecks and not rechecked:
        raise RuleBroken("repair.recheck_first")
    if nature.leak and not leak_tested:
        raise RuleBroken("repair.leak_test_first")


def refuse_follow_up(state: RepairState, nature: Nature) -> None:
    """The guards of ``followed_up``: ``RuleBroken("repair.sign_first")``, ``RuleBroken("repair.leak_test_first")``."""
    if may_follow_up(state, nature):
        return
    raise RuleBroken("repair.sign_first" if nature.signs else "repair.leak_test_first")


def signed_here(state: RepairState, nature: Nature) -> bool:
    """M-18: whether the work order is to be signed at the repair itself.

    One that came from a matter still going on is signed there, at the second acceptance. Where nobody has to recheck
    it and nothing has to be tested first, it is signed once the work is done.
    """
    ready = state in GROUPS["sign"] or (nature.straight and state is _S.COMPLETED)
    return ready and nature.on_its_own and nature.signs


def may_ask_to_sign(rights: Collection[Permission], *, own: bool) -> bool:
    """Whether these rights allow to ask the resident for the signature: as for the work itself."""
    return Permission.REPAIRS_WORK in rights and (own or Permission.REPAIRS_RECHECK in rights)
