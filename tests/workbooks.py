"""Workbooks as an office would bring them, made for one test."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import xlsxwriter

Cell = str | int | float | bool | date | None
Merged = tuple[int, int, int, int]


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Cell]]],
    *,
    merged: Mapping[str, Sequence[Merged]] | None = None,
    hidden: Sequence[str] = (),
    stray: tuple[int, int] | None = None,
) -> io.BytesIO:
    """An .xlsx with these sheets. ``merged`` are blocks: first row, column, last row, column, from 0.

    ``stray`` is a cell of each sheet, far from the others, in which something stands.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        if stray:
            sheet.write_string(*stray, "x")
        for block in (merged or {}).get(name, ()):
            sheet.merge_range(*block, "")
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if cell is None or cell == "":
                    continue
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, datetime(cell.year, cell.month, cell.day), day)
                elif isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                else:
                    sheet.write(number, place, cell)
    book.close()
    stream.seek(0)
    return stream


def table(text: str) -> list[list[Cell]]:
    """Rows written as lines, cells parted by ``|``; blanks around a cell do not count."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
