"""The words of a repair: its states, where it came from, whose part it is (FM-07, M-12 to M-18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from pmweb.domain.defects import Severity
from pmweb.domain.warranty import Verdict


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


class Part(StrEnum):
    """Whose part of the building it is (FM-07)."""

    PRIVATE = "private"
    COMMON = "common"


class WaitKind(StrEnum):
    """For what a repair waits."""

    PARTS = "parts"
    EXTERNAL = "external"
    RESIDENT = "resident"


_S = RepairState

EMERGENCY = "emergency"
"""The priority that goes before all else until the work is done."""
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
    "follow_up": (_S.SIGNED, _S.FOLLOWED_UP),
    "done": (_S.CLOSED, _S.CANCELLED),
}
"""The register shows the states in these groups; all but the last are open."""

DONE = frozenset(GROUPS["done"])
TO_DO = (*GROUPS["visit"], *GROUPS["work"])
"""States in which the work is still to be done by whoever has the job."""
OPEN = tuple(state for state in RepairState if state not in DONE)
TO_MEND = tuple(state for state in OPEN if state not in GROUPS["follow_up"])
"""States in which the repair itself is not finished: the work, its tests or its signature are still owed."""
SETTLED = frozenset({_S.RECHECKED, _S.LEAK_TESTED, *GROUPS["follow_up"], *DONE})
"""States in which nothing stands in the way of the second acceptance (M-15)."""

NO_DEADLINE = datetime(9999, 12, 31, tzinfo=UTC)

HAS_ASSIGNEE = frozenset(RepairState) - {_S.REGISTERED, _S.REWORK, _S.CANCELLED}
HAS_WORK = frozenset({_S.COMPLETED, _S.RECHECKED, _S.LEAK_TESTED, _S.SIGNED, _S.FOLLOWED_UP, _S.CLOSED})


@dataclass(frozen=True, slots=True)
class Nature:
    """What kind of repair it is, as far as its moves depend on it.

    ``leak``: a test has to pass before anybody signs (A-21). ``safety``: it endangers people (A-20). ``rechecks``: the
    repair department rechecks it (M-14). ``signs``: a resident signs for it (M-18); nobody does for common parts and
    for what a utility owns. ``on_its_own``: no second acceptance will ask for the signature.
    ``paid``: the resident pays for it, and agrees to the price before (X-6).
    """

    leak: bool = False
    safety: bool = False
    rechecks: bool = False
    signs: bool = True
    on_its_own: bool = False
    paid: bool = False

    @property
    def straight(self) -> bool:
        """Whether nothing stands between the work and the signature: no recheck (M-14), no leak test (A-21)."""
        return not self.rechecks and not self.leak


PLAIN = Nature()
"""A repair in a home, for which nothing is special."""


def resident_signs(*, at_home: bool, part: Part, verdict: Verdict | None) -> bool:
    """Whether a resident signs for the work (M-18): not for common parts, nor for what a utility owns."""
    return at_home and part is Part.PRIVATE and verdict not in (Verdict.PUBLIC, Verdict.UTILITY)


def may_be_paid(*, at_home: bool, part: Part) -> bool:
    """WAR-8: a common part is never charged to whoever reports it."""
    return at_home and part is Part.PRIVATE


def priority_of(severity: Severity) -> str:
    """The priority of a defect by its severity (ours): what endangers people is urgent."""
    return "urgent" if severity is Severity.SAFETY else "normal"
