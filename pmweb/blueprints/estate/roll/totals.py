"""Total rows: what they say is compared with what was found, never taken over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from pmweb.blueprints.estate.roll.cells import read_area, text_of
from pmweb.blueprints.estate.roll.columns import Column, Header
from pmweb.blueprints.estate.roll.result import RowRef, TotalCheck
from pmweb.blueprints.estate.roll.workbook import Row
from pmweb.domain.workflow import RuleBroken

_TOTAL = re.compile(r".{0,8}?(?:合\s*计|总\s*计|共\s*计|小\s*计|累\s*计|总数|总户数)")
_SUBTOTAL = re.compile(r"小\s*计|本页")
_HOMES = re.compile(r"([0-9]+)\s*[户套间]")
_SPACES = re.compile(r"([0-9]+)\s*[个位]")
_COUNT_STANDS_IN = (Column.SERIAL, Column.BUILDING, Column.SECTION, Column.NUMBER, Column.OWNER, Column.SPACE)


@dataclass(slots=True)
class Tally:
    """Homes (or parking spaces) and their area, in m², as they were found."""

    count: int = 0
    area: Decimal = Decimal(0)

    def add(self, area: Decimal) -> None:
        """One more of this area."""
        self.count += 1
        self.area += area


def is_total(row: Row) -> bool:
    """Whether a row begins with 合计, 小计 or the like."""
    texts = (text for cell in row.written if (text := text_of(cell)))
    return any(_TOTAL.match(text) for text in islice(texts, 3))


def is_subtotal(row: Row) -> bool:
    """Whether a total row counts only the rows since the last one of its kind."""
    return any(isinstance(cell, str) and _SUBTOTAL.search(cell) for cell in row.written)


def check_homes_total(row: Row, header: Header, at: RowRef, found: tuple[Tally, ...]) -> list[TotalCheck]:
    """Compare a total row with what was found.

    ``found`` are the tallies that it may mean, the likeliest first: of the sheet, of the whole workbook.
    """
    checks = []
    homes = _said_count(row, header, _HOMES)
    if homes is not None:
        counts = [tally.count for tally in found]
        checks.append(TotalCheck(at, "homes", homes, homes if homes in counts else counts[0]))
    area = _said_area(row, header)
    if area is not None:
        areas = [int(tally.area * 100) for tally in found]
        agreed = area if int(area * 100) in areas else found[0].area
        checks.append(TotalCheck(at, "area", area, agreed))
    return checks


def check_spaces_total(row: Row, header: Header, at: RowRef, found: int) -> list[TotalCheck]:
    """Compare the total row of a parking sheet with the number of its spaces."""
    spaces = _said_count(row, header, _SPACES)
    return [] if spaces is None else [TotalCheck(at, "spaces", spaces, found)]


def _said_count(row: Row, header: Header, with_word: re.Pattern[str]) -> int | None:
    for cell in row.written:
        if isinstance(cell, str) and (found := with_word.search(text_of(cell))):
            return int(found[1])
    for column in _COUNT_STANDS_IN:
        for place in header.places.get(column, ()):
            text = text_of(row.cell(place))
            if re.fullmatch(r"[0-9]{1,6}", text):
                return int(text)
    return None


def _said_area(row: Row, header: Header) -> Decimal | None:
    for place in header.places.get(Column.AREA, ()):
        try:
            return read_area(row.cell(place), limit=None)
        except RuleBroken:
            continue
    return None
