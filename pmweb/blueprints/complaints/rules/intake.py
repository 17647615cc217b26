"""What the record of a complaint needs before it is kept (P-4, P-11, P-22, FM-23)."""

from __future__ import annotations

from datetime import datetime, timedelta

from pmweb.blueprints.complaints.rules.clocks import refuse_past_deadline
from pmweb.blueprints.complaints.rules.states import LevelId
from pmweb.domain.workflow import RuleBroken

ANONYMOUS, OTHER = "anonymous", "other"
"""Who complains, where it is nobody known to be of the home."""
TWICE_WITHIN = timedelta(hours=1)
"""How long the same words of the same home are taken for the same complaint, sent once more (ours)."""
OLDEST = timedelta(days=92)
"""How long ago a complaint may have been received that is entered now (ours): a slip of the year is older."""
SIMILAR_WITHIN = timedelta(days=30)
"""How long a complaint of the same home about the same is worth a hint (ours)."""


def refuse_receiver(against_id: int | None, receiver_id: int) -> None:
    """Nobody takes down, and answers, a complaint about oneself (P-1): ``RuleBroken("complaint.against_receiver")``."""
    if against_id == receiver_id:
        raise RuleBroken("complaint.against_receiver", field="against")


def refuse_twice(number: str | None) -> None:
    """The form was sent once more: ``RuleBroken("complaint.twice")`` with the number that it has already."""
    if number is not None:
        raise RuleBroken("complaint.twice", number=number)


def refuse_nowhere(*, home: bool, place: str) -> None:
    """P-4: the home, or a place that can be found: ``RuleBroken("complaint.place")``."""
    if not home and not place.strip():
        raise RuleBroken("complaint.place", field="place")


def refuse_anonymous(*, home: bool, anonymous: bool) -> None:
    """Without a name only about what is everybody's: ``RuleBroken("complaint.anonymous")``."""
    if home and anonymous:
        raise RuleBroken("complaint.anonymous", field="caller")


def refuse_harm_without_measure(harm: bool, measure: str, measured_at: datetime | None) -> None:
    """P-22: harm that is going on is stopped or limited first; the record says how and when.

    ``RuleBroken``: ``complaint.measure``, ``complaint.measured_at``.
    """
    if harm and not measure.strip():
        raise RuleBroken("complaint.measure", field="immediate_measure")
    if harm and measured_at is None:
        raise RuleBroken("complaint.measured_at", field="measured_at")


def refuse_times(happened: datetime, received: datetime, measured: datetime | None, now: datetime) -> None:
    """Nothing is recorded from the future; what is complained of happened before it was complained of.

    ``RuleBroken``: ``complaint.received_old``, ``complaint.received_later``, ``complaint.happened_later``,
    ``complaint.measured_later``.
    """
    if received < now - OLDEST:
        raise RuleBroken("complaint.received_old", field="received_at")
    if received > now:
        raise RuleBroken("complaint.received_later", field="received_at")
    if happened > received:
        raise RuleBroken("complaint.happened_later", field="happened_at")
    if measured is not None and measured > now:
        raise RuleBroken("complaint.measured_later", field="measured_at")


def own_deadline(level: LevelId, wanted: datetime | None, received: datetime) -> datetime | None:
    """P-16: the resident's own deadline counts for a minor complaint only; it has to lie ahead.

    ``RuleBroken("complaint.deadline_past")``.
    """
    if level is not LevelId.MINOR:
        return None
    refuse_past_deadline(wanted, received)
    return wanted
