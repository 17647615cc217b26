"""Finding the header and what each column holds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pmweb.blueprints.estate.roll.columns import Column, Header, find_header, is_homes, is_parking
from pmweb.blueprints.estate.roll.workbook import open_sheets
from tests.workbooks import Cell, Merged, table, workbook


def sought(rows: Sequence[Sequence[Cell]], merged: Sequence[Merged] = ()) -> Header | None:
    (sheet,) = open_sheets(workbook({"a": rows}, merged={"a": merged}))
    return find_header(list(sheet.rows), sheet.across)


def header_of(rows: Sequence[Sequence[Cell]], merged: Sequence[Merged] = ()) -> Header:
    """The header that has to be there."""
    header = sought(rows, merged)
    assert header is not None
    return header


def columns_of(rows: Sequence[Sequence[Cell]], merged: Sequence[Merged] = ()) -> dict[str, tuple[int, ...]]:
    return {column.name: places for column, places in header_of(rows, merged).places.items()}


def test_the_header_of_the_clean_sample() -> None:
    heads = (
        "楼栋 | 单元 | 房号 | 建筑面积 | 户型 | 交付日期 | 业主姓名 | 证件类型 | 证件号码 | 联系电话 | 备注"
    )
    assert " ".join(columns_of(table(heads))) == (
        "BUILDING SECTION NUMBER AREA LAYOUT HANDED_OVER OWNER ID_KIND ID_NUMBER PHONE REMARK"
    )


def test_the_header_of_the_messy_sample_below_its_titles() -> None:
    rows = table(
        """
        某某花园业主信息登记总表（截至2026年10月）
        制表：客服中心 | | | | | | | | | | 单位：平方米
        序号|房屋编号|产权人|手机|身份证号|建面（㎡）|收楼时间|共有人|类别|紧急联系人及电话|说明
        1 | 1-1-0101 | 邓杰 | 19919895951 | 510107196511105849 | 89.46
        """
    )
    header = header_of(rows, [(0, 0, 0, 10)])
    assert header.row == 3
    assert " ".join(column.name for column in header.places) == (
        "SERIAL NUMBER OWNER PHONE ID_NUMBER AREA HANDED_OVER CO_OWNERS KIND EMERGENCY REMARK"
    )
    assert header.heading(Column.AREA) == "建面（㎡）"
    assert header.heading(Column.LAYOUT) == "户型"
    assert header.titles == ("某某花园业主信息登记总表（截至2026年10月）", "制表：客服中心", "单位：平方米")


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("业主姓名*", Column.OWNER),
        ("业主（产权人）姓名", Column.OWNER),
        ("联系\n电话", Column.PHONE),
        ("手机号码1", Column.PHONE),
        ("房屋建筑面积(平方米)", Column.AREA),
        ("身份证号码/统一社会信用代码", Column.ID_NUMBER),
        ("收楼时间：", Column.HANDED_OVER),
        (" 建 筑 面 积 ", Column.AREA),
        ("ＥＭＡＩＬ", Column.EMAIL),
        ("共有人2", Column.CO_OWNERS),
    ],
)
def test_a_heading_is_understood_with_its_decoration(heading: str, column: Column) -> None:
    header = header_of([["房号", "楼栋", heading]])
    assert header.places[column] == (2,)


def test_a_header_of_two_lines_with_groups() -> None:
    rows: list[list[Cell]] = [
        ["台账"],
        ["序号", "房号", "建筑面积", "业主信息", "", "", "租户信息", "", "紧急联系人", "", ""],
        ["", "", "", "姓名", "电话", "证件号码", "姓名", "电话", "姓名", "电话", "关系"],
    ]
    groups: list[Merged] = [
        (1, 0, 2, 0),
        (1, 1, 2, 1),
        (1, 2, 2, 2),
        (1, 3, 1, 5),
        (1, 6, 1, 7),
        (1, 8, 1, 10),
    ]
    expected = {
        "SERIAL": (0,),
        "NUMBER": (1,),
        "AREA": (2,),
        "OWNER": (3,),
        "PHONE": (4,),
        "ID_NUMBER": (5,),
        "EMERGENCY": (8,),
        "EMERGENCY_PHONE": (9,),
        "EMERGENCY_RELATION": (10,),
    }
    for merged in (groups, []):  # and the same where a CSV has lost the merging
        header = header_of(rows, merged)
        assert header.row == 3
        assert {column.name: places for column, places in header.places.items()} == expected
        assert header.unknown == ("姓名", "电话")


def test_the_surest_of_two_headings_wins_and_the_other_is_reported() -> None:
    header = header_of([["住址", "房号", "姓名", "业主姓名", "建筑面积", "会员等级"]])
    assert (header.places[Column.NUMBER], header.places[Column.OWNER]) == ((1,), (3,))
    assert header.unknown == ("住址", "姓名", "会员等级")


def test_several_columns_for_telephones_and_co_owners() -> None:
    places = columns_of([["房号", "建筑面积", "电话1", "电话2", "座机", "共有人1", "共有人2"]])
    assert places["PHONE"] == (2, 3, 4)
    assert places["CO_OWNERS"] == (5, 6)


@pytest.mark.parametrize(
    "rows", [[["1-1-0101", "王明", 89.5]], [["通知"], ["各位业主"]], [["业主", "电话"]], []]
)
def test_no_header(rows: list[list[Cell]]) -> None:
    assert sought(rows) is None


def test_which_sheet_lists_homes_and_which_parking_spaces() -> None:
    homes = header_of([["房号", "建筑面积", "车位号", "车牌"]])
    parking = header_of([["车位号", "房屋编号", "车牌"]])
    garage = header_of([["车位号", "房号", "面积"]])
    assert (is_homes(homes, "Sheet1"), is_parking(homes, "Sheet1")) == (True, False)
    assert (is_homes(parking, "Sheet2"), is_parking(parking, "Sheet2")) == (False, True)
    assert (is_homes(garage, "车位"), is_parking(garage, "车位")) == (False, True)


def test_a_row_of_figures_below_the_header_is_no_second_line_of_it() -> None:
    rows = table("楼栋 | 单元 | 楼层 | 房号 | 面积\n3 | 2 | 12 | 01 | 89")
    in_figures: list[list[Cell]] = [rows[0], [3, 2, 12, 1, 89]]
    for header in (header_of(rows), header_of(in_figures)):
        assert header.row == 1


def test_a_line_of_units_belongs_to_the_header() -> None:
    header = header_of(table("房号 | 业主 | 面积\n | | （㎡）\n3-1201 | 王明 | 89"))
    assert (header.row, header.heading(Column.AREA)) == (2, "面积")
