"""What a resident may do through the link, and how long it opens (ours)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pmweb.domain.deadlines import days_after
from pmweb.domain.workflow import RuleBroken

LINK_DAYS = 30
"""How long a link opens the complaint: three times the longest deadline of the procedure (P-14)."""
MOST_WORDS = 50
"""How often a resident may write to one complaint."""


def link_ends(at: datetime, zone: ZoneInfo) -> datetime:
    """The end of the last day on which a link given now opens."""
    return days_after(at, LINK_DAYS, zone)


def refuse_word(text: str, written: int) -> None:
    """``RuleBroken``: ``complaint.word``, ``complaint.words_many``."""
    if not text.strip():
        raise RuleBroken("complaint.word", field="text")
    if written >= MOST_WORDS:
        raise RuleBroken("complaint.words_many", field="text")
