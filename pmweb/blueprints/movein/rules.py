"""What the procedure allows at a move-in (M-1 to M-19, A-5 to A-12, A-37, A-38). Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pmweb.domain.deadlines import add_months
from pmweb.domain.defects import Responsible as Responsible
from pmweb.domain.defects import Severity as Severity
from pmweb.domain.workflow import RuleBroken, Workflow


class Applicant(StrEnum):
    """Who comes to move in (M-2 to M-4)."""

    OWNER = "owner"
    AGENT = "agent"
    COMPANY = "company"


class State(StrEnum):
    """Where the acceptance and the file of a move-in stand (procedures.md, section 4)."""

    OPEN = "open"
    ACCEPTANCE_OPEN = "acceptance_open"
    RECTIFYING = "rectifying"
    ACCEPTANCE_PASSED = "acceptance_passed"
    FILED = "filed"
    FILED_WITH_OPEN_DEFECTS = "filed_with_open_defects"


MOVES = Workflow(
    {
        State.OPEN: [State.ACCEPTANCE_OPEN],
        State.ACCEPTANCE_OPEN: [State.RECTIFYING, State.ACCEPTANCE_PASSED],
        State.RECTIFYING: [State.ACCEPTANCE_OPEN, State.FILED_WITH_OPEN_DEFECTS],
        State.ACCEPTANCE_PASSED: [State.FILED, State.RECTIFYING],
        State.FILED: [],
        State.FILED_WITH_OPEN_DEFECTS: [],
    }
)
ENDED = frozenset({State.FILED, State.FILED_WITH_OPEN_DEFECTS})


class Paper(StrEnum):
    """A paper that the applicant brings (M-2 to M-4)."""

    OWNER_ID = "id_card_owner"
    NOTICE = "move_in_notice"
    CONTRACT = "sale_contract"
    POWER_OF_ATTORNEY = "power_of_attorney"
    AGENT_ID = "id_card_agent"
    UNIT_CERTIFICATE = "unit_certificate"
    HANDLER_ID = "id_card_handler"


IDENTITY_PAPERS = frozenset({Paper.OWNER_ID, Paper.AGENT_ID, Paper.HANDLER_ID})
NEVER_COPIED = frozenset({Paper.CONTRACT})
"""Of the contract only number, date and the fact that it was seen are kept (A-12)."""


def papers_needed(applicant: Applicant, *, representative: bool = False) -> tuple[Paper, ...]:
    """The papers of M-2, M-3 (A-5) and M-4 (A-6), in the order in which they are checked.

    ``representative``: the person who acts for a company is its legal representative and needs no power of attorney.
    """
    if applicant is Applicant.COMPANY:
        company = (Paper.NOTICE, Paper.CONTRACT, Paper.UNIT_CERTIFICATE, Paper.HANDLER_ID)
        return company if representative else (*company, Paper.POWER_OF_ATTORNEY)
    owner = (Paper.OWNER_ID, Paper.NOTICE, Paper.CONTRACT)
    return (*owner, Paper.POWER_OF_ATTORNEY, Paper.AGENT_ID) if applicant is Applicant.AGENT else owner


def papers_copied(needed: Iterable[Paper]) -> tuple[Paper, ...]:
    """Those of them of which a copy or the original goes into the file (M-19, A-12)."""
    return tuple(paper for paper in needed if paper not in NEVER_COPIED)


SCOPES = ("move_in", "acceptance", "key_receipt", "decoration", "fee_payment", "custody", "other")
POWER_MONTHS = 24
"""A power of attorney is valid for 24 months at most (FM-03)."""

_SCOPE_OF_PAPER = {
    "handover_receipt": "key_receipt",
    "acceptance_sheet": "acceptance",
    "meter_readings": "acceptance",
    "work_order": "acceptance",
}


def check_power(
    scope: Collection[str], scope_other: str, valid_from: date, valid_to: date, today: date
) -> None:
    """A power of attorney that may be taken (M-3, FM-03). Raises RuleBroken ``power.*``."""
    if not scope:
        raise RuleBroken("power.no_scope", field="scope")
    if "move_in" not in scope:
        raise RuleBroken("power.not_for_move_in", field="scope")
    if "other" in scope and not scope_other:
        raise RuleBroken("power.other", field="scope_other")
    if valid_to < valid_from:
        raise RuleBroken("power.order", field="valid_to")
    if valid_to > add_months(valid_from, POWER_MONTHS):
        raise RuleBroken("power.too_long", field="valid_to", months=POWER_MONTHS)
    if valid_from > today:
        raise RuleBroken("power.not_yet", field="valid_from")
    if valid_to < today:
        raise RuleBroken("power.expired", field="valid_to", on=valid_to.isoformat())


def check_power_covers(
    paper: str, scope: Collection[str], valid_from: date, valid_to: date, today: date
) -> None:
    """Whether an agent may sign this paper today (M-3). Raises RuleBroken ``power.expired`` or ``power.scope``."""
    if not valid_from <= today <= valid_to:
        raise RuleBroken("power.expired", on=valid_to.isoformat())
    needed = _SCOPE_OF_PAPER.get(paper, "move_in")
    if needed not in scope:
        raise RuleBroken("power.scope", paper=paper)


class KeyAct(StrEnum):
    """What happened to keys and things: handed out, kept back for rework, given back, lost."""

    HANDED_OUT = "handed_out"
    RETAINED = "retained"
    RETURNED = "returned"
    LOST = "lost"


THINGS = (
    "entrance_key",
    "room_key",
    "building_key",
    "access_card",
    "post_box_key",
    "garage_remote",
    "meter_key",
    "handbook",
    "utility_drawing",
    "user_manual",
    "other",
)
MANDATORY_THINGS = ("entrance_key", "handbook", "utility_drawing")
"""Keys, the resident handbook and the water and electricity drawing must be on the list (M-7)."""


def check_things(listed: dict[str, int], other_what: str = "") -> None:
    """A list of things that may be signed for (M-7). Raises RuleBroken ``things.missing``, ``things.other``."""
    missing = [kind for kind in MANDATORY_THINGS if listed.get(kind, 0) < 1]
    if missing:
        raise RuleBroken("things.missing", field=missing[0], kinds=missing)
    if listed.get("other", 0) and not other_what:
        raise RuleBroken("things.other", field="other_what")


def balance(entries: Iterable[tuple[str, KeyAct, int]]) -> dict[str, int]:
    """How many of each kind the resident holds now. Kept back and returned ones are with the office."""
    held: dict[str, int] = {}
    for kind, act, quantity in entries:
        held[kind] = held.get(kind, 0) + (quantity if act is KeyAct.HANDED_OUT else -quantity)
    return held


def check_key_act(act: KeyAct, kind: str, quantity: int, held: dict[str, int]) -> None:
    """Nobody keeps back, gives back or loses more than was handed out. Raises RuleBroken ``keys.too_many``."""
    if act is not KeyAct.HANDED_OUT and quantity > held.get(kind, 0):
        raise RuleBroken("keys.too_many", held=held.get(kind, 0), field="quantity")


class Result(StrEnum):
    """What was found about a line of the sheet (FM-05)."""

    OK = "ok"
    DEFECT = "defect"
    NOT_APPLICABLE = "not_applicable"
    NOT_TESTED = "not_tested"


class Outcome(StrEnum):
    """How a round of the acceptance ended."""

    ACCEPTED = "accepted"
    WITH_DEFECTS = "accepted_with_defects"
    REFUSED = "refused"


RECTIFY_DAYS = 15
"""The default time to put a defect right, in days; each defect may say another."""


@dataclass(frozen=True)
class Line:
    """One line of the sheet, as far as the rules look at it."""

    number: int
    result: Result
    note: str = ""
    due_on: date | None = None
    severity: Severity | None = None
    photos: int = 0

    @property
    def waits(self) -> bool:
        """Not tested yet, with a reason and a date: a ponding test takes 24 hours."""
        return self.result is Result.NOT_TESTED and bool(self.note) and self.due_on is not None


def check_complete(lines: Collection[Line]) -> None:
    """A sheet that may be signed (M-9, M-11). Raises RuleBroken ``acceptance.*`` with the numbers of the lines."""
    untested = [line.number for line in lines if line.result is Result.NOT_TESTED and not line.waits]
    if untested:
        raise RuleBroken("acceptance.untested", count=len(untested), lines=_few(untested))
    bare = [line.number for line in lines if line.result is Result.DEFECT and not line.note]
    if bare:
        raise RuleBroken("acceptance.undescribed", lines=_few(bare))
    unseen = [line.number for line in lines if needs_photo(line) and not line.photos]
    if unseen:
        raise RuleBroken("acceptance.no_photo", lines=_few(unseen))


def needs_photo(line: Line) -> bool:
    """A serious or a safety defect is shown on a photo (FM-05)."""
    return line.result is Result.DEFECT and line.severity in (Severity.SERIOUS, Severity.SAFETY)


def _few(numbers: list[int]) -> str:
    return "、".join(str(number) for number in numbers[:8]) + ("…" if len(numbers) > 8 else "")


@dataclass(frozen=True)
class Progress:
    """How far a round has come."""

    total: int = 0
    ok: int = 0
    defects: int = 0
    not_applicable: int = 0
    waiting: int = 0

    @property
    def done(self) -> int:
        """Lines that need nothing more before the signature."""
        return self.ok + self.defects + self.not_applicable + self.waiting

    @property
    def complete(self) -> bool:
        """Whether every line was looked at or waits with a reason."""
        return self.total > 0 and self.done == self.total


@dataclass(frozen=True)
class Facts:
    """Everything about one move-in that a rule or the task list asks for."""

    applicant: Applicant
    state: State
    voided: bool = False
    identity_checked: bool = False
    papers_missing: tuple[str, ...] = ()
    """Papers that the applicant has still to bring, once somebody has begun to check them."""
    registered: bool = False
    agreements: tuple[str, ...] = ()
    things_listed: bool = False
    charged: bool = False
    round: int = 0
    round_closed: bool = False
    found: int = 0
    """Defects of the first round, whatever became of them."""
    progress: Progress = field(default_factory=Progress)
    """How far the latest round has come."""
    readings: int = 0
    meters: int = 3
    checked: bool = False
    ready: tuple[str, ...] = ()
    """Papers that can be signed now."""
    unsigned: tuple[str, ...] = ()
    """Those of them that nobody has signed yet, or whose content changed since."""
    retests: int = 0
    """Lines that were signed untested, with a reason and a date."""
    to_retest: int = 0
    """Those of them of which nobody has said yet what came of the test."""
    open_defects: int = 0
    rechecked_defects: int = 0
    missing: tuple[str, ...] = ()
    """Papers that the file still lacks (M-19)."""

    @property
    def ended(self) -> bool:
        """Filed or voided: nothing more is done."""
        return self.voided or self.state in ENDED


def locked_by_end(facts: Facts) -> RuleBroken | None:
    """Nothing is changed in a case that was filed or voided."""
    return RuleBroken("movein.ended") if facts.ended else None


def locked_by_identity(facts: Facts) -> RuleBroken | None:
    """Identity comes before everything (M-1, A-8)."""
    if not facts.identity_checked:
        return RuleBroken("movein.identity_first")
    return locked_by_end(facts)


def locked_handover(facts: Facts) -> RuleBroken | None:
    """Keys only after the register (A-8)."""
    if facts.identity_checked and not facts.registered:
        return RuleBroken("movein.register_first")
    return locked_by_identity(facts)


def locked_check(facts: Facts) -> RuleBroken | None:
    """The check before the signature needs a complete sheet and the meters (M-9, M-10)."""
    if facts.identity_checked and not (facts.progress.complete or facts.round_closed):
        return RuleBroken("movein.acceptance_first")
    if facts.round <= 1 and facts.readings < facts.meters:
        return RuleBroken("movein.readings_first")
    return locked_by_identity(facts)


def locked_sign(facts: Facts) -> RuleBroken | None:
    """There must be a paper to sign."""
    if facts.identity_checked and not facts.ready:
        return RuleBroken("movein.nothing_to_sign")
    return locked_by_identity(facts)


def locked_rounds(facts: Facts) -> RuleBroken | None:
    """Defects are put right after the first round was signed (M-12)."""
    if facts.state not in (State.RECTIFYING, State.ACCEPTANCE_PASSED) and facts.round < 2 and not facts.ended:
        return RuleBroken("movein.sign_first")
    return None


def check_retest(line: Line, *, passed: bool, note: str, photos: int, severity: Severity | None) -> None:
    """What is said of a line that was signed untested (M-9, M-11).

    RuleBroken ``retest.not_waiting``; of a failed test ``retest.note``, and ``retest.photo`` when a
    serious or a safety defect is not shown.
    """
    if not line.waits:
        raise RuleBroken("retest.not_waiting")
    if passed:
        return
    if not note:
        raise RuleBroken("retest.note", field="note")
    if severity in (Severity.SERIOUS, Severity.SAFETY) and not photos:
        raise RuleBroken("retest.photo", field="photos")


def locked_filing(facts: Facts) -> RuleBroken | None:
    """Filed is what was accepted: passed, or with open defects that stay in the hands of the repair department."""
    if facts.ended:
        return None
    if facts.state not in (State.ACCEPTANCE_PASSED, State.RECTIFYING) or facts.unsigned:
        return RuleBroken("movein.sign_first")
    return locked_by_identity(facts)


def has_rounds(facts: Facts) -> bool:
    """Whether this move-in has defects to put right."""
    return facts.open_defects > 0 or facts.round > 1 or facts.progress.defects > 0


def may_open_round(open_defects: int, rechecked_defects: int) -> bool:
    """Whether a further round has something to look at (M-14), or nothing but the owner's word is missing.

    Without an open defect – the owner refused a sheet, or the repairs were cancelled – the round only asks for it.
    """
    return rechecked_defects > 0 or open_defects == 0


def check_open_round(facts: Facts) -> None:
    """A further round needs ``may_open_round``.

    Raises RuleBroken ``movein.ended``, ``rounds.not_rectifying``, ``rounds.recheck_first``.
    """
    if facts.ended:
        raise RuleBroken("movein.ended")
    if facts.state is not State.RECTIFYING:
        raise RuleBroken("rounds.not_rectifying")
    if not may_open_round(facts.open_defects, facts.rechecked_defects):
        raise RuleBroken("rounds.recheck_first")


def check_filing(facts: Facts, *, accept_open_defects: bool) -> State:
    """The state that filing leads to (M-19). Raises RuleBroken ``filing.*``, ``movein.ended``."""
    locked = locked_by_end(facts) or locked_filing(facts)
    if locked is not None:
        raise locked
    if facts.missing:
        raise RuleBroken("filing.missing", papers=list(facts.missing))
    if facts.open_defects and not accept_open_defects:
        raise RuleBroken("filing.open_defects", count=facts.open_defects, field="accept_open_defects")
    return State.FILED_WITH_OPEN_DEFECTS if facts.open_defects else State.FILED
