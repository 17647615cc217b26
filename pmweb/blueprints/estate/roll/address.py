"""Which home a row is about: from its columns, a heading above it, or the name of the sheet."""

from __future__ import annotations

import re

from pmweb.blueprints.estate.roll.cells import text_of
from pmweb.blueprints.estate.roll.columns import Column, Header
from pmweb.blueprints.estate.roll.workbook import Row
from pmweb.domain.home_numbers import HomeNumber, home_number_from_columns, plain, read_home_number
from pmweb.domain.workflow import RuleBroken

_HEADING = re.compile(
    r"(?P<building>.{0,6}?[0-9A-Z]{1,3})(?:栋|幢|座|号楼|#楼?)(?:(?P<section>[0-9A-Z]{1,2})单元)?"
)
ADDRESS_COLUMNS = (Column.BUILDING, Column.SECTION, Column.FLOOR, Column.NUMBER)


class Addresses:
    """Reads the homes of one sheet from the top; remembers what holds for the rows below."""

    def __init__(self, header: Header, sheet: str, estate_name: str = "") -> None:
        self.use(header)
        self._estate_name = estate_name
        self._building = self._section = ""
        self.heading(sheet)

    def use(self, header: Header) -> None:
        """Take the columns of a further header of the same sheet."""
        self._places = {column: places[0] for column, places in header.places.items()}

    def heading(self, text: str) -> bool:
        """Take ``3栋`` or ``3号楼2单元`` as holding for the rows below; whether the text is a heading."""
        found = _HEADING.fullmatch(plain(text))
        if found is None:
            return False
        self._building, self._section = found["building"], found["section"] or ""
        return True

    def read(self, row: Row) -> HomeNumber:
        """The home of a row. A blank building holds on from the row above, as where cells were merged.

        Raises ``RuleBroken`` from ``pmweb.domain.home_numbers``.
        """
        number = self._text(row, Column.NUMBER).removeprefix(self._estate_name)
        building, section = self._text(row, Column.BUILDING), self._text(row, Column.SECTION)
        floor = self._text(row, Column.FLOOR)
        if building:
            self._building, self._section = building, section
        else:
            try:
                return read_home_number(number)
            except RuleBroken:
                if not self._building:
                    raise
        return home_number_from_columns(self._building, section or self._section, number, floor)

    def says_nothing(self, row: Row) -> bool:
        """Whether a row has nothing in any column of the address."""
        return not any(self._text(row, column) for column in ADDRESS_COLUMNS)

    def _text(self, row: Row, column: Column) -> str:
        place = self._places.get(column)
        return "" if place is None else text_of(row.cell(place))
