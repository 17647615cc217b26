"""Read a whole home roll: find its tables, read every row, and say of each row what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from pmweb.blueprints.estate.roll.address import Addresses
from pmweb.blueprints.estate.roll.cells import text_of
from pmweb.blueprints.estate.roll.columns import (
    HEADER_WITHIN,
    Column,
    Header,
    find_header,
    is_homes,
    is_parking,
)
from pmweb.blueprints.estate.roll.homes import HomeRead, contradictions, read_home_row
from pmweb.blueprints.estate.roll.result import (
    Imported,
    OtherRow,
    Outcome,
    Reason,
    Refused,
    Roll,
    RollHome,
    RollSpace,
    RowRef,
    SameAs,
    SkippedSheet,
    TotalCheck,
)
from pmweb.blueprints.estate.roll.spaces import KnownSpaces, SpacesRead, read_space_row
from pmweb.blueprints.estate.roll.totals import (
    Tally,
    check_homes_total,
    check_spaces_total,
    is_subtotal,
    is_total,
)
from pmweb.blueprints.estate.roll.workbook import Row, Sheet, open_sheets
from pmweb.domain.home_numbers import HomeNumber
from pmweb.domain.workflow import RuleBroken

_NOTE = re.compile(
    r"[(\[]?(?:注|说明|备注|制表|制单|审核|填表|打印|单位|日期|统计|截至|以上|经办|复核|核对|审批|第\s*[0-9]+\s*页|共\s*[0-9]+\s*页)"
)
_MOST_CELLS_OF_A_NOTE = 5
_TITLE = re.compile(
    r"(?:.*公司)?(?:[0-9]{4}年度?)?(?P<name>[^:]{2,20}?)"
    r"(?:业主|住户|房屋|房产|产权|入住|交付|交房|信息|登记|台账|花名册|明细|清册|一览|收楼|户主)"
)
_NAMED = re.compile(r"(?:小区|项目|楼盘)(?:名称)?:\s*(?P<name>\S{2,20})")


def read_roll(source: Path | BinaryIO, today: date) -> Roll:
    """Read the workbook or CSV of an office, whatever it calls its columns.

    Every data row has an outcome: imported, the same as another row, or refused with all its reasons. The
    first valid row of a home stands. ``today`` is the day against which birth dates are checked (IDN-1).
    Raises ``RuleBroken`` if nothing can be read: the codes of ``open_sheets`` and ``roll.nothing_readable``.
    """
    reading = _Reading(today)
    for sheet in open_sheets(source):
        reading.read_sheet(sheet)
    if not reading.tables:
        raise RuleBroken("roll.nothing_readable")
    return reading.roll()


@dataclass(slots=True)
class _Reading:
    """What has been read so far, over all sheets."""

    today: date
    tables: int = 0
    estate_name: str = ""
    homes: dict[HomeNumber, RollHome] = field(default_factory=dict)
    spaces: list[RollSpace] = field(default_factory=list)
    known_spaces: KnownSpaces = field(default_factory=KnownSpaces)
    ids: dict[str, tuple[str, RowRef]] = field(default_factory=dict)
    all_homes: Tally = field(default_factory=Tally)
    outcomes: list[Outcome] = field(default_factory=list)
    space_outcomes: list[Outcome] = field(default_factory=list)
    totals: list[TotalCheck] = field(default_factory=list)
    other_rows: list[OtherRow] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[SkippedSheet] = field(default_factory=list)

    def roll(self) -> Roll:
        return Roll(
            self.estate_name,
            tuple(self.homes.values()),
            tuple(self.spaces),
            tuple(self.outcomes),
            tuple(self.space_outcomes),
            tuple(self.totals),
            tuple(self.other_rows),
            tuple(self.unknown),
            tuple(self.skipped),
        )

    def read_sheet(self, sheet: Sheet) -> None:
        if sheet.hidden:
            self.skipped.append(SkippedSheet(sheet.name, Reason("roll.sheet_hidden", "")))
            return
        first = list(islice(sheet.rows, HEADER_WITHIN))
        header = find_header(first, sheet.across)
        parking = header is not None and is_parking(header, sheet.name)
        if header is None or not (parking or is_homes(header, sheet.name)):
            if first:
                self.skipped.append(SkippedSheet(sheet.name, Reason("roll.sheet_without_header", "")))
            return
        self.tables += 1
        self.unknown += [(sheet.name, heading) for heading in header.unknown]
        below = [row for row in first if row.number > header.row]
        self.estate_name = self.estate_name or _estate_name(header, below)
        addresses = Addresses(header, sheet.name, self.estate_name)
        _Table(self, sheet.name, header, addresses, parking).read(chain(below, sheet.rows))


@dataclass(slots=True)
class _Table:
    """The rows below the header of a sheet; another header further down may change the columns."""

    reading: _Reading
    sheet: str
    header: Header
    addresses: Addresses
    parking: bool
    found: Tally = field(default_factory=Tally)
    since_subtotal: Tally = field(default_factory=Tally)

    def read(self, rows: Iterator[Row]) -> None:
        for row in rows:
            at = RowRef(self.sheet, row.number)
            if self.is_other(row, at):
                continue
            if self.parking:
                spaces = read_space_row(row, self.header, self.addresses, at)
                self.reading.space_outcomes.append(self.settle_spaces(spaces, at))
            else:
                read = read_home_row(row, self.header, self.addresses, at, self.reading.today)
                self.reading.outcomes.append(self.settle_home(read, at))

    # --- rows that are no data ---

    def is_other(self, row: Row, at: RowRef) -> bool:
        """Keep a row that is no data, and check what a total row says."""
        texts = [text for cell in row.written if (text := text_of(cell))]
        joined = " ".join(dict.fromkeys(texts))[:200]
        if self.header.is_repeated_by(row):
            self.reading.other_rows.append(OtherRow(at, "header", joined))
            self.change_columns(row)
        elif is_total(row):
            self.reading.other_rows.append(OtherRow(at, "total", joined))
            self.reading.totals += self.check_total(row, at)
        elif len(set(texts)) == 1 and self.addresses.heading(texts[0]):
            self.reading.other_rows.append(OtherRow(at, "heading", joined))
        elif self.is_note(row, texts):
            self.reading.other_rows.append(OtherRow(at, "note", joined))
        else:
            return False
        return True

    def is_note(self, row: Row, texts: list[str]) -> bool:
        """A line below the table, or one in which nothing stands but its running number."""
        if not texts:
            return True
        if len(texts) <= _MOST_CELLS_OF_A_NOTE and _NOTE.match(texts[0]):
            return True
        serial = self.header.places.get(Column.SERIAL, ())
        return len(texts) == 1 and any(text_of(row.cell(place)) for place in serial)

    def change_columns(self, row: Row) -> None:
        header = find_header([row], {})
        if header is None:
            return
        parking = is_parking(header, self.sheet)
        if parking or is_homes(header, self.sheet):
            self.header, self.parking = header, parking
            self.addresses.use(header)

    def check_total(self, row: Row, at: RowRef) -> list[TotalCheck]:
        if self.parking:
            return check_spaces_total(row, self.header, at, len(self.reading.known_spaces))
        if not is_subtotal(row):
            return check_homes_total(row, self.header, at, (self.found, self.reading.all_homes))
        checks = check_homes_total(row, self.header, at, (self.since_subtotal,))
        self.since_subtotal = Tally()
        return checks

    # --- homes ---

    def settle_home(self, read: HomeRead, at: RowRef) -> Outcome:
        standing = self.reading.homes.get(read.home.home) if read.home else None
        against = contradictions(standing, read, self.header) if standing else []
        if standing:
            against += self.further_spaces(read, standing)
        else:
            against += self.foreign_ids(read) + self.foreign_spaces(read.spaces)
        if against or read.reasons or read.home is None:
            return Refused(at, (*against, *read.reasons))
        if standing:
            return SameAs(at, standing.at)
        self.let_stand(read.home, read.spaces)
        return Imported(at, read.notes)

    def let_stand(self, home: RollHome, spaces: tuple[RollSpace, ...]) -> None:
        self.reading.homes[home.home] = home
        for tally in (self.found, self.since_subtotal, self.reading.all_homes):
            tally.add(home.floor_area)
        for party in (*((home.owner,) if home.owner else ()), *home.co_owners):
            if party.id_number:
                self.reading.ids.setdefault(party.id_number, (party.name, home.at))
        self.add_spaces(spaces)

    def foreign_ids(self, read: HomeRead) -> list[Reason]:
        """One number cannot belong to two names."""
        if read.home is None:
            return []
        reasons = []
        for party in (*((read.home.owner,) if read.home.owner else ()), *read.home.co_owners):
            name, at = self.reading.ids.get(party.id_number, (party.name, read.home.at))
            if name != party.name:
                reasons.append(self.reason("roll.id_of_another", Column.ID_NUMBER, at))
        return reasons

    def further_spaces(self, read: HomeRead, standing: RollHome) -> list[Reason]:
        known = self.reading.known_spaces
        if all(known.compare(space)[0] == "same" for space in read.spaces):
            return []
        return [self.reason("roll.contradicts", Column.SPACE, standing.at)]

    # --- parking spaces ---

    def settle_spaces(self, read: SpacesRead, at: RowRef) -> Outcome:
        against = self.foreign_spaces(read.spaces)
        if against or read.reasons:
            return Refused(at, (*against, *read.reasons))
        compared = [self.reading.known_spaces.compare(space) for space in read.spaces]
        if all(verdict == "same" for verdict, _other in compared):
            return SameAs(at, compared[0][1])
        self.add_spaces(read.spaces)
        return Imported(at, read.notes)

    def foreign_spaces(self, spaces: tuple[RollSpace, ...]) -> list[Reason]:
        """A space that another row gives to another home."""
        compared = [self.reading.known_spaces.compare(space) for space in spaces]
        return [
            self.reason("roll.space_contradicts", Column.SPACE, other)
            for verdict, other in compared
            if verdict == "contradicts"
        ]

    def add_spaces(self, spaces: tuple[RollSpace, ...]) -> None:
        for space in spaces:
            if self.reading.known_spaces.compare(space)[0] == "new":
                self.reading.spaces.append(space)
                self.reading.known_spaces.add(space)

    def reason(self, code: str, column: Column, at: RowRef) -> Reason:
        return Reason(code, self.header.heading(column), {"row": at.row, "sheet": at.sheet})


def _estate_name(header: Header, below: list[Row]) -> str:
    """The name of the estate, from its column or from the title (``某某花园业主信息登记总表``)."""
    for place in header.places.get(Column.ESTATE, ()):
        for row in below[:1]:
            if name := text_of(row.cell(place)):
                return name
    titles = [text_of(title) for title in header.titles]
    for pattern in (_NAMED.search, _TITLE.match):
        for title in titles:
            if found := pattern(title):
                return found["name"].strip()
    return ""
