"""Registers that stay fast at 100,000 rows: keyset pages instead of numbers, and the same rows as a workbook.

A workbook takes many people's data out of the house at once: it shows what the list shows, and leaves one line in
the trail (PRI-5).
"""

from __future__ import annotations

import base64
import binascii
import json
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from flask import abort, request, send_file, url_for
from sqlalchemy import Row, Select, bindparam, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.domain.id_numbers import mask_name, mask_numbers
from pmweb.domain.money import Money
from pmweb.domain.permissions import Permission
from pmweb.extensions import db, unit
from pmweb.models.session_rules import log_export
from pmweb.web.access import allowed
from pmweb.web.unit_of_work import settle, write_in_a_get

PAGE = 50
"""Rows on one page."""


@dataclass(frozen=True)
class Page:
    """One page of a register, and where the pages beside it are."""

    rows: Sequence[Any]
    previous_url: str | None
    next_url: str | None


def paged(
    query: Select[*tuple[Any, ...]],
    order: Sequence[InstrumentedAttribute[Any]],
    *,
    descending: bool = False,
    size: int = PAGE,
    at: str | None = None,
) -> Page:
    """One page of ``query`` in the order of these columns, which the query selects and which end with a unique one.

    The address says where the page begins (``after``, ``before``); a broken one is a 404. ``at`` is the
    endpoint of the list when the answer of another one shows it.
    """
    forward, values = _place(order)
    up = forward is not descending
    if values is not None:
        key, here = tuple_(*order), tuple_(*values)
        query = query.where(key > here if up else key < here)
    query = query.order_by(*(column.asc() if up else column.desc() for column in order)).limit(size + 1)
    rows = list(db.session.execute(query))
    more = len(rows) > size
    rows = rows[:size] if forward else rows[:size][::-1]
    names = [column.key for column in order]
    has_previous = more if not forward else values is not None
    has_next = more if forward else True
    return Page(
        rows,
        _url("before", rows[0], names, at) if rows and has_previous else None,
        _url("after", rows[-1], names, at) if rows and has_next else None,
    )


def asked(*without: str) -> dict[str, Any]:
    """What stands behind the question mark, to be carried along in an address.

    Names that ``url_for`` itself would obey (``_scheme``, ``endpoint``) are left out, whoever wrote them.
    """
    names = {name: values for name, values in request.args.lists() if not name.startswith("_")}
    return {name: values for name, values in names.items() if name not in ("endpoint", *without)}


def _place(order: Sequence[InstrumentedAttribute[Any]]) -> tuple[bool, list[Any] | None]:
    forward = "before" not in request.args
    token = request.args.get("after" if forward else "before")
    if not token:
        return forward, None
    try:
        values = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error):
        abort(404)
    if not isinstance(values, list) or len(values) != len(order):
        abort(404)
    return forward, [_read(value, column) for value, column in zip(values, order, strict=True)]


def _url(word: str, row: Row[*tuple[Any, ...]], names: Sequence[str], at: str | None) -> str:
    values = [_write(row._mapping[name]) for name in names]
    token = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
    address: dict[str, Any] = {**asked("after", "before"), **(request.view_args or {}), word: token}
    return url_for(at or str(request.endpoint), **address)


def _write(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    return value


def _read(value: Any, column: InstrumentedAttribute[Any]) -> Any:
    """The value as the column has it; what somebody made up is a 404 and never reaches the database."""
    wanted = column.type.python_type
    try:
        if issubclass(wanted, datetime):
            at = datetime.fromisoformat(value["at"])
            return bindparam(None, at if at.tzinfo else abort(404), type_=column.type)
        if issubclass(wanted, date):
            return date.fromisoformat(value["on"])
        if type(value) is not wanted or (wanted is int and abs(value) >= 2**63) or "\0" in str(value):
            raise TypeError(value)
        str(value).encode()  # half a sign of two is no text
    except (KeyError, TypeError, ValueError):
        abort(404)
    return value


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: its name, its heads, its rows."""

    name: str
    heads: Sequence[Any]
    rows: Iterable[Sequence[Any]]


def workbook(name: str, heads: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Response:
    """The rows as an Excel workbook to be downloaded; the trail keeps who took which of them (PRI-5)."""
    return workbook_of(name, [Sheet(name, heads, rows)])


def workbook_of(name: str, sheets: Sequence[Sheet]) -> Response:
    """As ``workbook``, with several sheets; the trail counts the rows of all of them."""
    with ExitStack() as until_it_is_an_answer:
        file = until_it_is_an_answer.enter_context(tempfile.TemporaryFile())
        count = write_sheets(file, sheets)
        _leave_a_line(count)
        file.seek(0)
        answer = send_file(
            file,
            mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            as_attachment=True,
            download_name=f"{name}-{clock.today():%Y%m%d}.xlsx",
        )
        until_it_is_an_answer.pop_all()  # whoever sends the answer closes it, and the file with it
    return answer


def name_taken_out(name: str | None, *, company: bool) -> str:
    """A name as a workbook has it: in full for who keeps the register of people, else masked as on the list (PRI-5)."""
    if not name or allowed(Permission.HOUSEHOLDS_CHANGE):
        return name or ""
    return mask_name(name, company=company)


def _leave_a_line(rows: int) -> None:
    """Write down the register, its filters and how many rows there were; a number that was searched for is masked."""
    filters = {
        name: [mask_numbers(value) for value in values] for name, values in asked("after", "before").items()
    }
    write_in_a_get()
    log_export(unit(), str(request.endpoint), {**(request.view_args or {}), **filters}, rows)
    settle(accepted=True)


def write_workbook(
    file: IO[bytes] | Path, name: str, heads: Sequence[Any], rows: Iterable[Sequence[Any]]
) -> int:
    """Write an Excel workbook: real dates and numbers, text as text, safe against formula injection.

    Returns how many rows there were below the heads.
    """
    return write_sheets(file, [Sheet(name, heads, rows)])


def write_sheets(file: IO[bytes] | Path, sheets: Iterable[Sheet]) -> int:
    """As ``write_workbook``, with several sheets; returns how many rows all of them have."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        return sum(_fill(book, sheet.name, sheet.heads, sheet.rows) for sheet in sheets)


def _fill(book: xlsxwriter.Workbook, name: str, heads: Sequence[Any], rows: Iterable[Sequence[Any]]) -> int:
    sheet = book.add_worksheet(name[:31])
    bold = book.add_format({"bold": True})
    on = book.add_format({"num_format": "yyyy-mm-dd"})
    at = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    yuan = book.add_format({"num_format": "#,##0.00"})
    for column, head in enumerate(heads):
        sheet.write_string(0, column, str(head), bold)
        sheet.set_column(column, column, 16)
    sheet.freeze_panes(1, 0)
    line = 0
    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, datetime):
                sheet.write_datetime(line, column, clock.local(value).replace(tzinfo=None), at)
            elif isinstance(value, date):
                sheet.write_datetime(line, column, datetime.combine(value, time()), on)
            elif isinstance(value, Money):
                sheet.write_number(line, column, float(value.yuan), yuan)
            elif isinstance(value, Decimal | int) and not isinstance(value, bool):
                sheet.write_number(line, column, float(value))
            else:
                sheet.write_string(line, column, str(value))
    return line
