"""Open what an office brings – .xlsx, .xls, .ods or .csv – as sheets of plain cells.

The kind is told by the content, never by the name of the file. A merged cell counts for every row that it
covers. Row numbers are those that Excel shows.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO, TypeAlias

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from pmweb.domain.workflow import RuleBroken

Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta
Span: TypeAlias = tuple[tuple[int, int], tuple[int, int]]

MAX_UNPACKED = 300_000_000
"""Bytes that a workbook may unpack to."""

MAX_ROWS = 200_000
"""Rows that one sheet may have."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty. ``written`` are its own cells, ``cells`` with the merged ones filled in."""

    number: int
    written: Sequence[Cell]
    cells: Sequence[Cell]

    def cell(self, place: int) -> Cell:
        """The cell at a place, ``''`` beyond the end of a short line of CSV."""
        return self.cells[place] if place < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows that are not empty, from the top, and which cells are merged across columns.

    ``across`` maps a row number to the spans of columns (first, last) that are merged in it.
    """

    name: str
    hidden: bool
    rows: Iterator[Row]
    across: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


def open_sheets(source: Path | BinaryIO) -> Iterator[Sheet]:
    """The sheets of the file, one after the other; use the rows of one before asking for the next.

    Raises ``RuleBroken``: ``roll.not_a_workbook``, ``roll.web_page``, ``roll.password``, ``roll.damaged``,
    ``roll.too_large``, ``roll.too_many_rows`` (fact ``limit``), ``roll.encoding``.
    """
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield from open_sheets(stream)
        return
    source.seek(0)
    start = source.read(4096)
    source.seek(0)
    if start.startswith((_ZIP, _OLE)):
        yield from _workbook_sheets(source, zipped=start.startswith(_ZIP))
    elif start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise RuleBroken("roll.web_page")
    else:
        yield _csv_sheet(source.read(MAX_UNPACKED + 1))


def _workbook_sheets(source: BinaryIO, *, zipped: bool) -> Iterator[Sheet]:
    if zipped:
        _refuse_bomb(source)
    try:
        workbook = CalamineWorkbook.from_filelike(source)
    except PasswordError:
        raise RuleBroken("roll.password") from None
    except CalamineError:
        raise RuleBroken("roll.damaged") from None
    with workbook:
        for sheet in workbook.sheets_metadata:
            try:
                opened = workbook.get_sheet_by_name(sheet.name)
            except CalamineError:
                raise RuleBroken("roll.damaged") from None
            yield _opened(opened, hidden=sheet.visible is not SheetVisibleEnum.Visible)


def _refuse_bomb(source: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise RuleBroken("roll.damaged") from None
    if unpacked > MAX_UNPACKED:
        raise RuleBroken("roll.too_large")
    source.seek(0)


def _opened(sheet: CalamineSheet, *, hidden: bool) -> Sheet:
    left = sheet.start[1] if sheet.start else 0
    spans = sheet.merged_cell_ranges or []
    across: dict[int, list[tuple[int, int]]] = {}
    for (top, first), (_bottom, last) in spans:
        if last > first:
            across.setdefault(top + 1, []).append((first - left, last - left))
    return Sheet(sheet.name, hidden, _filled(sheet.iter_rows(), spans, left), across)


def _filled(rows: Iterator[list[Cell]], spans: Sequence[Span], left: int) -> Iterator[Row]:
    """Give each row the cells that are merged into it from above (first column of the merged block)."""
    opening: dict[int, list[tuple[int, int]]] = {}
    for (top, first), (bottom, _last) in spans:
        if bottom > top and first >= left:
            opening.setdefault(top, []).append((first - left, bottom))
    held: dict[int, tuple[Cell, int]] = {}
    for index, written in enumerate(rows):
        if index >= MAX_ROWS:
            raise RuleBroken("roll.too_many_rows", limit=MAX_ROWS)
        for column, bottom in opening.get(index, ()):
            held[column] = (written[column], bottom)
        cells = written
        if held:
            held = {column: kept for column, kept in held.items() if kept[1] >= index}
            cells = list(written)
            for column, (value, _bottom) in held.items():
                cells[column] = value
        if any(cell != "" for cell in written):
            yield Row(index + 1, written, cells)


def _csv_sheet(content: bytes) -> Sheet:
    if len(content) > MAX_UNPACKED:
        raise RuleBroken("roll.too_large")
    text = _decoded(content)
    head = text[:4096].splitlines()[:20]
    delimiter = max(",\t;", key=lambda sign: sum(line.count(sign) for line in head))
    if not any(delimiter in line for line in head):
        raise RuleBroken("roll.not_a_workbook")
    return Sheet("CSV", False, _csv_rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))


def _csv_rows(lines: Iterator[list[str]]) -> Iterator[Row]:
    try:
        for number, line in enumerate(lines, 1):
            if number > MAX_ROWS:
                raise RuleBroken("roll.too_many_rows", limit=MAX_ROWS)
            cells = [cell.strip() for cell in line]
            if any(cells):
                yield Row(number, cells, cells)
    except csv.Error:
        raise RuleBroken("roll.damaged") from None


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with its mark, or the Chinese encoding of Excel."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for name in (encoding, "gb18030"):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise RuleBroken("roll.not_a_workbook")
        return text
    raise RuleBroken("roll.encoding")
