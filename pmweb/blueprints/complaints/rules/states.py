"""The words of a complaint: its states, what it is about, whose work it is (FM-23)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from pmweb.domain.workflow import RuleBroken


class ComplaintState(StrEnum):
    """The states of ``complaint-rules.yaml``."""

    RECEIVED = "received"
    ESCALATED = "escalated"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    WAITING_EXTERNAL = "waiting_external"
    RESULT_REPORTED = "result_reported"
    RESIDENT_INFORMED = "resident_informed"
    CLOSED = "closed"
    REOPENED = "reopened"


class LevelId(StrEnum):
    """How grave it is, the gravest first (P-14, P-15, P-16)."""

    MAJOR = "major"
    IMPORTANT = "important"
    MINOR = "minor"


class Validity(StrEnum):
    """Whether there is anything in it; what is not is helped all the same (P-23)."""

    VALID = "valid"
    INVALID = "invalid"


class FaultId(StrEnum):
    """Whose fault it is: the company's (P-8), a resident's (P-9), everybody's (P-10), or not yet known."""

    COMPANY = "company_fault"
    RESIDENT = "resident_or_neighbour"
    SHARED = "shared"
    UNDETERMINED = "undetermined"


class AnswerChannel(StrEnum):
    """How a resident is told: by phone, or in person at the home (P-21)."""

    PHONE = "phone"
    VISIT = "visit"


_S = ComplaintState

GROUPS: Mapping[str, tuple[ComplaintState, ...]] = {
    "route": (_S.RECEIVED, _S.ESCALATED, _S.REOPENED),
    "handle": (_S.ASSIGNED, _S.IN_PROGRESS, _S.WAITING_EXTERNAL),
    "inform": (_S.RESULT_REPORTED,),
    "close": (_S.RESIDENT_INFORMED,),
    "done": (_S.CLOSED,),
}
"""The register shows the states in these groups; all but the last are open."""

OPEN = tuple(state for state in ComplaintState if state is not _S.CLOSED)
TO_HANDLE = (*GROUPS["route"], *GROUPS["handle"])
"""States in which the result is still owed."""
HAS_RESPONSIBLE = frozenset({*GROUPS["handle"], _S.RESULT_REPORTED, _S.RESIDENT_INFORMED})
HAS_RESULT = frozenset({_S.RESULT_REPORTED, _S.RESIDENT_INFORMED})

STAGES = ("received", "handled", "answered", "closed")
"""What a resident is shown of it; ``stage_of`` says which one it has reached."""

SATISFIED = 4
"""From this mark of five on a resident counts as satisfied (ours)."""


def highest(levels: Collection[LevelId]) -> LevelId:
    """A-28: where more than one level fits, the gravest applies. ``RuleBroken("complaint.level")`` for none."""
    if not levels:
        raise RuleBroken("complaint.level", field="levels")
    return next(level for level in LevelId if level in levels)


def stage_of(state: ComplaintState) -> str:
    """How far it is, in the words for the resident."""
    if state is _S.CLOSED:
        return "closed"
    if state in (_S.RESULT_REPORTED, _S.RESIDENT_INFORMED):
        return "answered"
    return "received" if state in (_S.RECEIVED, _S.ESCALATED) else "handled"


def chosen(text: str) -> tuple[str, ...]:
    """Ids that were kept as one text, in their order."""
    return tuple(part for part in text.split(",") if part)


def joined(ids: Sequence[str]) -> str:
    """Several ids as the one text that is kept."""
    return ",".join(ids)
