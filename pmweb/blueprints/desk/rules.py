"""What the procedure says of the work log (R-2, FM-31). Pure."""

from __future__ import annotations

from enum import StrEnum

from pmweb.domain.workflow import RuleBroken


class LogKind(StrEnum):
    """What an entry is about. Kinds of later rooms (a visit, an article pass) come with them."""

    REPAIR = "repair"
    COMPLAINT = "complaint"
    EVENT = "event"
    INCIDENT = "incident"


BY_HAND = (LogKind.EVENT, LogKind.INCIDENT)
"""What the desk writes itself; the rest stands in the log as soon as it is registered (R-2)."""


def refuse_without_text(text: str) -> None:
    """An entry says what happened: ``RuleBroken("desk.text")``."""
    if not text.strip():
        raise RuleBroken("desk.text", field="text")
