"""When a repair is followed up, and what the office may say of it (W-1 to W-6, A-18, A-20, A-21).

Pure: moments, days and zone are arguments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from pmweb.blueprints.repairs.rules.states import Nature
from pmweb.domain.deadlines import days_after, is_late
from pmweb.domain.workflow import RuleBroken


class FollowUpKind(StrEnum):
    """Who asks: the centre (W-1), or the supervisor who checks a follow-up."""

    FOLLOW_UP = "follow_up"
    CHECK = "check"


class FollowUpChannel(StrEnum):
    """How the centre asks (W-5)."""

    VISIT = "visit"
    PHONE = "phone"


class FollowUpResult(StrEnum):
    """What came of it (FM-10)."""

    SATISFIED = "satisfied"
    ACCEPTABLE = "acceptable"
    DISSATISFIED = "dissatisfied"
    PROBLEM_FOUND = "problem_found"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Owed:
    """The follow-up that is owed: the rule that asks for it, and until when."""

    rule: str
    due_at: datetime


_RULES = {"safety": "W-2", "leak": "W-3", "other": "W-4"}


def follow_up_owed(
    days: Mapping[str, int],
    nature: Nature,
    *,
    completed_at: datetime | None,
    leak_tested_at: datetime | None,
    signed_at: datetime | None,
    zone: ZoneInfo,
) -> Owed | None:
    """The follow-up after this round of work, by the kinds of the data file; None before the work is done.

    The days run from the completion, for a leak from its passed test (A-20, A-21); what is a safety matter and a leak
    takes the earlier date. A defect that is signed at a second acceptance runs from there (ours): only then does the
    owner know that it is done.
    """
    if completed_at is None:
        return None
    done_at = completed_at if nature.on_its_own or signed_at is None else signed_at
    owed = []
    if nature.safety:
        owed.append(Owed(_RULES["safety"], days_after(done_at, days["safety"], zone)))
    if nature.leak and leak_tested_at is not None:
        owed.append(Owed(_RULES["leak"], days_after(leak_tested_at, days["leak"], zone)))
    if not owed:
        owed.append(Owed(_RULES["other"], days_after(done_at, days["other"], zone)))
    return min(owed, key=lambda one: one.due_at)


ATTEMPTS = 3
"""So many days without an answer are enough (A-18)."""
SAMPLED = 10
"""Of so many follow-ups the supervisor looks at one, whatever it says (ours)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the centre heard, in the words of FM-10. ``result`` None: nobody answered, and it tries again (A-18)."""

    result: FollowUpResult | None
    channel: FollowUpChannel
    person_name: str = ""
    satisfaction: int | None = None
    problem: str = ""
    note: str = ""
    late_reason: str = ""


def days_tried(attempts: Iterable[datetime], zone: ZoneInfo) -> tuple[date, ...]:
    """The local days on which somebody tried: twice on one day counts once (A-18)."""
    return tuple(sorted({at.astimezone(zone).date() for at in attempts}))


def is_follow_up_late(due_at: datetime | None, at: datetime) -> bool:
    """Whether the period is over, so that FM-10 asks for the reason."""
    return due_at is not None and is_late(due_at, at)


def refuse_heard(heard: Heard, *, tried_on: Collection[date], late: bool) -> None:
    """What a follow-up has to say (FM-10, A-18, W-6); an attempt has nothing to say.

    ``RuleBroken``: ``repair.attempts``, ``repair.problem``, ``repair.person``, ``repair.late_reason``.
    """
    if heard.result is None:
        return
    unreachable = heard.result is FollowUpResult.UNREACHABLE
    if unreachable and len(tried_on) < ATTEMPTS:
        raise RuleBroken("repair.attempts", field="result", n=len(tried_on))
    if heard.result is FollowUpResult.PROBLEM_FOUND and not heard.problem.strip():
        raise RuleBroken("repair.problem", field="problem")
    if not unreachable and not heard.person_name.strip():
        raise RuleBroken("repair.person", field="person_name")
    if late and not heard.late_reason.strip():
        raise RuleBroken("repair.late_reason", field="late_reason")


def refuse_own_work(staff_id: int, repaired_by: Collection[int | None]) -> None:
    """FM-10: whoever repaired does not ask how it turned out. ``RuleBroken("repair.follow_up_own")``."""
    if staff_id in repaired_by:
        raise RuleBroken("repair.follow_up_own", field="result")


def refuse_own_follow_up(staff_id: int, followed_up_by: int | None) -> None:
    """Nobody checks the own follow-up (ours). ``RuleBroken("repair.check_own")``."""
    if staff_id == followed_up_by:
        raise RuleBroken("repair.check_own", field="note")


def is_sampled(serial: int) -> bool:
    """Whether the follow-up of the repair with this serial is drawn for the supervisor's check (ours)."""
    return serial % SAMPLED == 0


def needs_check(result: FollowUpResult, serial: int) -> bool:
    """Whether the supervisor looks at it before it is closed: nobody reached, nobody content, or drawn."""
    return result in (FollowUpResult.DISSATISFIED, FollowUpResult.UNREACHABLE) or is_sampled(serial)


def handled_percent(handled: int, due: int) -> int | None:
    """R-9, A-18: how many of a hundred due follow-ups are handled, never rounded up to 100; None where none is due."""
    return handled * 100 // due if due else None
