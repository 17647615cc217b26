"""Read a workbook of an old or foreign format (.xls, .ods, .xlsb) in a process of its own.

A damaged .xls can make the reader ask for a terabyte or stop at once, and with it the whole server; here
only this process ends. It is started by ``workbook.py`` with the file on its standard input, and knows
nothing of pmweb. Standard output: JSON, a list of sheets ``{name, hidden, left, spans, rows}``, in which a
date is ``["date", iso]``. Exit status 3: the file has a password; any other but 0: it is damaged.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineWorkbook, PasswordError, SheetVisibleEnum

PASSWORD = 3
_MOST_MEMORY = 1_500_000_000


def main() -> int:
    """Read standard input, write standard output."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # no such limit on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    except PasswordError:
        return PASSWORD
    sheets = [
        _plain_sheet(workbook, sheet.name, hidden=sheet.visible is not SheetVisibleEnum.Visible)
        for sheet in workbook.sheets_metadata
    ]
    sys.stdout.buffer.write(json.dumps(sheets).encode())
    return 0


def _plain_sheet(workbook: CalamineWorkbook, name: str, *, hidden: bool) -> dict[str, Any]:
    sheet = workbook.get_sheet_by_name(name)
    return {
        "name": name,
        "hidden": hidden,
        "left": sheet.start[1] if sheet.start else 0,
        "spans": sheet.merged_cell_ranges or [],
        "rows": [[_plain(cell) for cell in row] for row in sheet.iter_rows()],
    }


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return ["datetime", cell.isoformat()]
    if isinstance(cell, date):
        return ["date", cell.isoformat()]
    return cell if isinstance(cell, str | int | float) else str(cell)


if __name__ == "__main__":
    sys.exit(main())
