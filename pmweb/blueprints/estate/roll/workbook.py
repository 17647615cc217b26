"""Open what an office brings – .xlsx, .xls, .ods or .csv – as sheets of plain cells.

The kind is told by the content, never by the name of the file. A merged cell counts for every row that it
covers. Row numbers are those that Excel shows.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, BinaryIO, TypeAlias

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from pmweb.blueprints.estate.roll import old_formats
from pmweb.domain.workflow import RuleBroken

Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta
Span: TypeAlias = tuple[tuple[int, int], tuple[int, int]]

MAX_UNPACKED = 300_000_000
"""Bytes that a workbook may unpack to."""

MAX_ROWS = 200_000
"""Rows that one sheet may have."""

MAX_CELLS = 4_000_000
"""Cells that one sheet may span, empty ones included."""

_PATIENCE = 60
_CELL_WITH_VALUE = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"%PDF", b"GIF8")


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
    elif start.startswith(_PICTURES):
        raise RuleBroken("roll.not_a_workbook")
    else:
        yield _csv_sheet(source.read(MAX_UNPACKED + 1))


def _workbook_sheets(source: BinaryIO, *, zipped: bool) -> Iterator[Sheet]:
    if not zipped or not _is_xlsx(source):
        yield from _old_sheets(source.read(MAX_UNPACKED))
        return
    try:
        workbook = CalamineWorkbook.from_filelike(source)
        for sheet in workbook.sheets_metadata:
            opened = workbook.get_sheet_by_name(sheet.name)
            left = opened.start[1] if opened.start else 0
            hidden = sheet.visible is not SheetVisibleEnum.Visible
            yield _sheet(sheet.name, hidden, opened.iter_rows(), opened.merged_cell_ranges or [], left)
    except PasswordError:
        raise RuleBroken("roll.password") from None
    except CalamineError:
        raise RuleBroken("roll.damaged") from None


def _is_xlsx(source: BinaryIO) -> bool:
    """Whether the archive is an .xlsx; refuses one that would need too much memory, before it does."""
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MAX_UNPACKED:
                raise RuleBroken("roll.too_large")
            for member in members:
                if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
                    _refuse_stray_cells(archive.open(member))
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError):
        raise RuleBroken("roll.damaged") from None
    finally:
        source.seek(0)


def _refuse_stray_cells(stream: IO[bytes]) -> None:
    """A single cell in the last row of Excel would make the reader lay out a million empty rows."""
    rows = columns = 0
    rest = b""
    while chunk := stream.read(1_000_000):
        for column, row in _CELL_WITH_VALUE.findall(rest + chunk):
            rows, columns = max(rows, int(row)), max(columns, _column_number(column))
        rest = chunk[-200:]
        if rows > MAX_ROWS:
            raise RuleBroken("roll.too_many_rows", limit=MAX_ROWS)
        if rows * columns > MAX_CELLS:
            raise RuleBroken("roll.too_large")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _old_sheets(content: bytes) -> Iterator[Sheet]:
    """Another format, read in a process of its own (``old_formats.py`` says why)."""
    command = [sys.executable, "-I", str(Path(old_formats.__file__))]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise RuleBroken("roll.damaged") from None
    if done.returncode == old_formats.PASSWORD:
        raise RuleBroken("roll.password")
    if done.returncode:
        raise RuleBroken("roll.damaged")
    for sheet in json.loads(done.stdout):
        spans = [((top, first), (bottom, last)) for (top, first), (bottom, last) in sheet["spans"]]
        rows = ([_cell(plain) for plain in row] for row in sheet["rows"])
        yield _sheet(sheet["name"], sheet["hidden"], rows, spans, sheet["left"])


def _cell(plain: str | float | list[str]) -> Cell:
    if not isinstance(plain, list):
        return plain
    kind, text = plain
    return datetime.fromisoformat(text) if kind == "datetime" else date.fromisoformat(text)


def _sheet(name: str, hidden: bool, rows: Iterator[list[Cell]], spans: Sequence[Span], left: int) -> Sheet:
    across: dict[int, list[tuple[int, int]]] = {}
    for (top, first), (_bottom, last) in spans:
        if last > first >= left:
            across.setdefault(top + 1, []).append((first - left, last - left))
    return Sheet(name, hidden, _filled(rows, spans, left), across)


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
