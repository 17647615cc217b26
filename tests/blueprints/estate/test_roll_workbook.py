"""Files as they come: workbooks old and new, CSV in two encodings, and what is no workbook at all."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from pmweb.blueprints.estate.roll import old_formats
from pmweb.blueprints.estate.roll import workbook as opening
from pmweb.blueprints.estate.roll.workbook import Row, open_sheets
from pmweb.domain.workflow import RuleBroken
from tests.blueprints.estate.rolls import SAMPLES
from tests.workbooks import Cell, workbook


def rows_of(source: Path | io.BytesIO) -> dict[str, list[Row]]:
    return {sheet.name: list(sheet.rows) for sheet in open_sheets(source)}


def test_row_numbers_are_those_of_excel_even_with_empty_rows_and_columns() -> None:
    found = rows_of(workbook({"a": [[], [], ["", "", "房号", 5], [], ["", "", date(2026, 9, 24), True]]}))[
        "a"
    ]
    assert [(row.number, list(row.cells)) for row in found] == [
        (3, ["房号", 5.0]),
        (5, [date(2026, 9, 24), True]),
    ]


def test_a_merged_cell_counts_for_all_its_rows_but_an_empty_row_stays_empty() -> None:
    rows: list[list[Cell]] = [
        ["", "楼栋", "房号"],
        ["", "1栋", 101],
        ["", "", 102],
        ["", "", ""],
        ["", "2栋", 101],
        ["", "", 102],
    ]
    found = rows_of(workbook({"a": rows}, merged={"a": [(1, 1, 3, 1)]}))["a"]
    assert [row.cells[0] for row in found] == ["楼栋", "1栋", "1栋", "2栋", ""]
    assert found[2].written[0] == ""
    assert [row.number for row in found] == [1, 2, 3, 5, 6]


def test_cells_merged_sideways_are_told_by_row() -> None:
    rows: list[list[Cell]] = [["", "标题"], ["", "房号", "面积"]]
    (sheet,) = open_sheets(workbook({"a": rows}, merged={"a": [(0, 1, 0, 2)]}))
    assert sheet.across == {1: [(0, 1)]}


def test_hidden_and_empty_sheets_are_told() -> None:
    sheets = list(open_sheets(workbook({"a": [["x"]], "b": [], "c": [["y"]]}, hidden=["c"])))
    assert [(sheet.name, sheet.hidden) for sheet in sheets] == [("a", False), ("b", False), ("c", True)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_encodings_of_chinese_offices(encoding: str) -> None:
    content = '房号,业主,备注\n1-1-0101,王明,"一, 二"\n\n1-1-0102,李芳\n'.encode(encoding)
    found = rows_of(io.BytesIO(content))["CSV"]
    assert [list(row.cells) for row in found] == [
        ["房号", "业主", "备注"],
        ["1-1-0101", "王明", "一, 二"],
        ["1-1-0102", "李芳"],
    ]
    assert [row.number for row in found] == [1, 2, 4]
    assert found[2].cell(2) == ""


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_any_delimiter(delimiter: str) -> None:
    found = rows_of(io.BytesIO(f"房号{delimiter}业主\n101{delimiter}王明\n".encode()))["CSV"]
    assert [list(row.cells) for row in found] == [["房号", "业主"], ["101", "王明"]]


def test_an_old_workbook() -> None:
    found = rows_of(SAMPLES / "home-roll-excel97.xls")
    assert list(found) == ["台账"]
    assert [row.cells[0] for row in found["台账"][2:]] == ["1栋", "1栋", "1栋"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "roll.not_a_workbook"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "roll.not_a_workbook"),
        ("一段文字".encode(), "roll.not_a_workbook"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "roll.web_page"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><Workbook/>", "roll.web_page"),
        (b"PK\x03\x04 torn off", "roll.damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 torn off", "roll.damaged"),
        (b"a,b\n\xff\xff\xff\x00,\xfe", "roll.not_a_workbook"),
    ],
)
def test_what_is_no_workbook_is_refused_with_a_reason(content: bytes, code: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        rows_of(io.BytesIO(content))
    assert broken.value.code in (code, "roll.encoding")


@pytest.mark.parametrize("name", ["home-roll-messy.xlsx", "home-roll-excel97.xls"])
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_a_torn_upload_is_refused(name: str, kept: float) -> None:
    content = (SAMPLES / name).read_bytes()
    with pytest.raises(RuleBroken, match=r"roll\.damaged"):
        rows_of(io.BytesIO(content[: int(len(content) * kept)]))


def test_a_stray_cell_far_below_the_table_is_refused_before_it_costs_memory() -> None:
    rows: list[list[Cell]] = [["房号", "建筑面积"], ["1-1-0101", 89.5]]
    stream = workbook({"a": rows}, stray=(1_048_575, 11))
    with pytest.raises(RuleBroken, match=r"roll\.too_many_rows"):
        rows_of(stream)


def test_a_reader_that_dies_takes_nothing_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dying = tmp_path / "dying.py"
    dying.write_text("import os; os.abort()")
    monkeypatch.setattr(old_formats, "__file__", str(dying))
    with pytest.raises(RuleBroken, match=r"roll\.damaged"):
        rows_of(SAMPLES / "home-roll-excel97.xls")


def test_a_password_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    locked = tmp_path / "locked.py"
    locked.write_text(f"import sys; sys.exit({old_formats.PASSWORD})")
    monkeypatch.setattr(old_formats, "__file__", str(locked))
    with pytest.raises(RuleBroken, match=r"roll\.password"):
        rows_of(SAMPLES / "home-roll-excel97.xls")


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_UNPACKED", 1000)
    with pytest.raises(RuleBroken, match=r"roll\.too_large"):
        rows_of(workbook({"a": [["房号"]]}))


def test_a_sheet_with_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_ROWS", 3)
    with pytest.raises(RuleBroken, match=r"roll\.too_many_rows"):
        rows_of(workbook({"a": [["x"]] * 4}))
    with pytest.raises(RuleBroken, match=r"roll\.too_many_rows"):
        rows_of(io.BytesIO(b"a,b\n" * 4))
