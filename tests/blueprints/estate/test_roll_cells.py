"""What offices write into a single cell."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.blueprints.estate.roll.cells import (
    has_lost_digits,
    read_area,
    read_day,
    read_finish,
    read_kind,
    says_sold,
    says_unsold,
    text_of,
)
from pmweb.blueprints.estate.roll.workbook import Cell
from pmweb.domain.workflow import RuleBroken


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" 易宇轩", "易宇轩"),
        ("１２０１", "1201"),
        ("'310104", "310104"),
        ("\ufeff王明\u200b", "王明"),
        (101.0, "101"),
        (97.06, "97.06"),
        (True, "是"),
        (date(2026, 9, 24), "2026-09-24"),
        (datetime(2026, 9, 24, 8, 30), "2026-09-24"),
        ("", ""),
        ("—", ""),
        ("--", ""),
        ("/", ""),
        ("无", ""),
        ("N/A", ""),
        ("待补", ""),
    ],
)
def test_the_text_of_a_cell(cell: Cell, text: str) -> None:
    assert text_of(cell) == text


@pytest.mark.parametrize(
    ("cell", "area"),
    [
        (97.06, "97.06"),
        (118, "118.00"),
        ("118.88㎡", "118.88"),
        ("118.88 m²", "118.88"),
        ("118.88M2", "118.88"),
        ("68.5平方米", "68.50"),
        ("约 89.3 平", "89.30"),
        ("1,234.5", "1234.50"),
        ("９７．０６", "97.06"),
        (97.05999999999999, "97.06"),
        ("89.455", "89.46"),
    ],
)
def test_an_area_is_read_with_or_without_its_unit(cell: Cell, area: str) -> None:
    assert read_area(cell) == Decimal(area)


@pytest.mark.parametrize("cell", ["", "—", "无", "待测", 0, 0.0, "0㎡"])
def test_no_area(cell: Cell) -> None:
    assert read_area(cell) is None


@pytest.mark.parametrize("cell", ["89.5+3", "-5", "八十九", "89 90", "1e3", 100_000.0, "89,5"])
def test_an_area_that_cannot_be_read_is_refused(cell: Cell) -> None:
    with pytest.raises(RuleBroken, match=r"roll\.area_unreadable"):
        read_area(cell)


@given(
    st.decimals(min_value="0.01", max_value="99999.99", places=2),
    st.sampled_from(["", "㎡", " m²", "平方米"]),
)
def test_every_area_survives_with_its_two_places(area: Decimal, unit: str) -> None:
    assert read_area(f"{area}{unit}") == area
    assert read_area(float(area)) == area


@pytest.mark.parametrize(
    "cell",
    [
        date(2026, 9, 4),
        datetime(2026, 9, 4, 0, 0),
        "2026-09-04",
        "2026-9-4",
        "2026.9.4",
        "2026/9/4",
        "2026年9月4日",
        "2026 年 9 月 4 日",
        "2026年09月04号",
        "２０２６．９．４",
        "20260904",
        20260904.0,
        46269.0,
        "46269",
        "2026-09-04 00:00:00",
        "26.9.4",
    ],
)
def test_a_day_in_every_form(cell: Cell) -> None:
    assert read_day(cell) == date(2026, 9, 4)


@pytest.mark.parametrize(
    "cell", ["等通知", "9月4日", "2026.13.4", "2026年2月30日", "2026年9月", "9/4/2026", 12.0, "1026-09-04"]
)
def test_a_day_that_cannot_be_read_is_refused(cell: Cell) -> None:
    with pytest.raises(RuleBroken, match=r"roll\.day_unreadable"):
        read_day(cell)


@pytest.mark.parametrize("cell", ["", "—", "待定"])
def test_no_day(cell: Cell) -> None:
    assert read_day(cell) is None


@given(
    st.dates(min_value=date(1980, 1, 1), max_value=date(2099, 12, 31)),
    st.sampled_from(
        ["{0.year}-{0.month}-{0.day}", "{0.year}.{0.month}.{0.day}", "{0:%Y年%m月%d日}", "{0:%Y%m%d}"]
    ),
)
def test_every_day_is_read_in_every_form(day: date, form: str) -> None:
    assert read_day(form.format(day)) == day


@pytest.mark.parametrize("cell", [3.10104195601102e17, "3.10104E+17", "1.38E+10", 1e15])
def test_a_number_that_excel_has_rounded_is_noticed(cell: Cell) -> None:
    assert has_lost_digits(cell)


@pytest.mark.parametrize("cell", [13988880000.0, "310104195601102544", "E12345678", "", 123456789012345.0])
def test_a_number_in_full_is_not_suspected(cell: Cell) -> None:
    assert not has_lost_digits(cell)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("住宅", "residence"),
        ("普通住宅", "residence"),
        ("高层", "residence"),
        ("商铺", "shop"),
        ("底商", "shop"),
        ("写字楼", "office"),
        ("储藏室", "other"),
        ("水泵", None),
    ],
)
def test_what_a_home_is_used_as(word: str, kind: str | None) -> None:
    assert read_kind(word) == kind


def test_how_a_home_is_finished() -> None:
    assert [read_finish(word) for word in ("毛坯", "精装修", "豪华")] == ["bare", "furnished", None]


def test_words_for_sold_and_unsold() -> None:
    assert all(says_unsold(word) for word in ("未售", "待售", "未售（开发商）", "开发商"))
    assert not says_unsold("王明")
    assert says_sold("已售")
    assert not says_sold("未售")
