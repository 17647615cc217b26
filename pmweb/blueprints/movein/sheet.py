"""Which lines the sheet of one home has: rooms × items of the checklist (M-9, FM-05). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pmweb.data.acceptance import AcceptanceChecklist

REPEATABLE = ("bedroom", "bathroom", "balcony")
INSTRUMENT_METHODS = frozenset({"pond", "read", "measure", "test"})
"""What is ponded, read, measured or tested; it may have to wait for another day (待测)."""
METER_LINES = {"water": "MET-01", "electricity": "MET-02", "gas": "MET-03"}
"""The lines of the checklist that the reading of a meter answers (M-10)."""

_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_BEDROOMS = re.compile(r"([一二两三四五六\d])\s*[室房]")
_BATHROOMS = re.compile(r"([一二两三四五六\d])\s*卫")
_BALCONIES = re.compile(r"([一二两三四五六\d])\s*阳台")


@dataclass(frozen=True)
class Layout:
    """How many of the repeatable rooms a home has."""

    bedrooms: int
    bathrooms: int
    balconies: int

    def times(self, room: str) -> int:
        """How often a room of the checklist stands on the sheet."""
        return {"bedroom": self.bedrooms, "bathroom": self.bathrooms, "balcony": self.balconies}.get(room, 1)


@dataclass(frozen=True)
class SheetLine:
    """One line of the sheet before anybody has looked."""

    position: int
    room: str
    room_no: int
    code: str


def layout_of(layout_type: str) -> Layout:
    """The rooms that a layout as sold usually has: ``三室两厅`` has three bedrooms and two bathrooms."""
    bedrooms = _count(_BEDROOMS, layout_type) or 1
    more = 2 if bedrooms >= 3 else 1
    return Layout(bedrooms, _count(_BATHROOMS, layout_type) or more, _count(_BALCONIES, layout_type) or more)


def lines(
    checklist: AcceptanceChecklist, layout: Layout, *, furnished: bool, top_floor: bool
) -> Iterator[SheetLine]:
    """Every line of the sheet, numbered from 1 in the order in which one walks through the home."""
    position = 0
    for room in checklist.rooms.values():
        for number in range(1, layout.times(room.id) + 1):
            for item in checklist.items_in(room.id, furnished=furnished, top_floor=top_floor):
                position += 1
                yield SheetLine(position, room.id, number, item.id)


def on_its_own(checklist: AcceptanceChecklist, code: str) -> bool:
    """Whether nobody marks an item in passing: it needs an instrument, or somebody's safety depends on it.

    其余全部合格 leaves it 待测.
    """
    item = checklist.items[code]
    return item.safety or item.method in INSTRUMENT_METHODS


def _count(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    if not found:
        return None
    return _DIGITS.get(found[1]) or int(found[1])
