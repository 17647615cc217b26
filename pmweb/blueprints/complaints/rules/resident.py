"""What a resident may do and see through the link, and how long it opens (ours)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from pmweb.domain.deadlines import days_after
from pmweb.domain.id_numbers import mask, mask_name
from pmweb.domain.workflow import RuleBroken

LINK_DAYS = 30
"""How long a link opens the complaint: three times the longest deadline of the procedure (P-14)."""
MOST_WORDS = 50
"""How often a resident may write to one complaint."""
WORD_LENGTH = 500
"""How long one message may be."""

_NUMBER = re.compile(r"[0-9](?:[\s.·()（）—–-]{0,2}[0-9]){10,}|[0-9]{7,}")
"""What could be dialled, however it is parted; the number of a matter and a date with its hour are shorter."""
_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][·\s]?[A-Z0-9]{5,6}(?![A-Z0-9])")
"""The plate of a vehicle, which says whose it is as well as a name does."""
_WIDE = {ord("０") + digit: ord("0") + digit for digit in range(10)}


def link_ends(at: datetime, zone: ZoneInfo) -> datetime:
    """The end of the last day on which a link given now opens."""
    return days_after(at, LINK_DAYS, zone)


def refuse_word(text: str, written: int) -> None:
    """``RuleBroken``: ``complaint.word``, ``complaint.words_many``."""
    if not text.strip():
        raise RuleBroken("complaint.word", field="text")
    if written >= MOST_WORDS:
        raise RuleBroken("complaint.words_many", field="text")


def without_people(text: str, names: Iterable[str]) -> str:
    """What was said, without the names of people and without numbers that could be dialled.

    Whoever holds the link may have passed it on; the office's own words about a colleague or a neighbour stay here.
    """
    for name in sorted({name.strip() for name in names}, key=lambda name: (-len(name), name)):
        if len(name) > 1:
            text = text.replace(name, mask_name(name))
    text = _PLATE.sub(lambda found: found[0][:2] + "*" * (len(found[0]) - 2), text)
    return _NUMBER.sub(lambda found: mask(re.sub("[^0-9]", "", found[0])), text.translate(_WIDE))
