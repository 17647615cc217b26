"""One row of the roll as a home: taken whole, or refused with all its reasons."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pmweb.blueprints.estate.roll import Refused, RollContact, RollHome, RollParty, read_roll
from tests.blueprints.estate.rolls import CARD, TODAY, read
from tests.workbooks import Cell, table, workbook

OTHER_CARD = "31010420010327710X"
USCC = "91310115MA1K35Q28H"


def home(headings: str, *cells: Cell) -> RollHome:
    """The one home of a roll with these further columns."""
    heads: list[Cell] = [*table(f"房号 | 建筑面积 | {headings}")[0]]
    roll = read_roll(workbook({"Sheet1": [heads, ["3-2-1201", 89.5, *cells]]}), TODAY)
    assert roll.counts.refused == 0, roll.outcomes
    return roll.homes[0]


def reasons(headings: str, *cells: Cell) -> list[str]:
    """Column and code of each reason for which such a row is refused."""
    heads: list[Cell] = [*table(f"房号 | 建筑面积 | {headings}")[0]]
    (outcome,) = read_roll(workbook({"Sheet1": [heads, ["3-2-1201", 89.5, *cells]]}), TODAY).outcomes
    assert isinstance(outcome, Refused)
    return [f"{reason.column}: {reason.code}" for reason in outcome.reasons]


def test_a_whole_row() -> None:
    found = home(
        "业主姓名 | 证件类型 | 证件号码 | 联系电话 | 联系地址 | 邮箱 | 户型 | 类别 | 交付标准 | 收楼时间"
        " | 计费面积 | 共有人 | 紧急联系人及电话 | 备注",
        *("王明", "居民身份证", CARD, 13800138000, "某某路 1 号", "a@example.com", "两室一厅", "住宅"),
        *("毛坯", "2026年9月24日", "90㎡", "李芳、赵六", "孙七（妹妹）13900139000", "钥匙已领"),
    )
    owner = RollParty("王明", "person", "id_card", CARD, ("13800138000",), "某某路 1 号", "a@example.com")
    assert found.home.label == "3-2-1201"
    assert (found.floor_area, found.chargeable_area) == (Decimal("89.50"), Decimal("90.00"))
    assert (found.layout, found.kind, found.finish) == ("两室一厅", "residence", "bare")
    assert (found.sold, found.handed_over_on) == (True, date(2026, 9, 24))
    assert found.owner == owner
    assert found.co_owners == (RollParty("李芳"), RollParty("赵六"))
    assert found.emergency_contacts == (RollContact("孙七", "妹妹", ("13900139000",)),)
    assert found.remark == "钥匙已领"
    assert (found.at.sheet, found.at.row) == ("Sheet1", 2)


def test_an_identity_number_never_shows_in_a_repr() -> None:
    assert CARD not in repr(home("业主姓名 | 身份证号", "王明", CARD))


@pytest.mark.parametrize("owner", ["", "—", "未售", "待售", "开发商", "未售（开发商）"])
def test_an_unsold_home_has_no_owner(owner: str) -> None:
    found = home("业主姓名 | 联系电话", owner, "")
    assert (found.sold, found.owner) == (False, None)


def test_the_telephone_beside_an_unsold_home_is_kept_as_a_remark() -> None:
    assert home("产权人 | 手机 | 说明", "未售", 13800138000, "样板间").remark == "样板间；手机：13800138000"


def test_the_state_of_sale_in_its_own_column() -> None:
    assert home("业主姓名 | 销售状态", "", "未售").sold is False
    assert home("业主姓名 | 销售状态", "", "已售").sold is True
    assert home("业主姓名 | 房屋状态", "王明", "装修中").remark == "房屋状态：装修中"
    assert reasons("业主姓名 | 销售状态", "王明", "未售") == ["销售状态: roll.unsold_with_owner"]


def test_a_company_by_its_name_or_by_its_code() -> None:
    by_name = home("业主姓名 | 身份证号", "某某（上海）科技有限公司", USCC).owner
    assert by_name == RollParty("某某（上海）科技有限公司", "company", "uscc", USCC)
    by_code = home("业主姓名 | 证件号码", "某某商行（个体）", USCC.lower()).owner
    assert by_code is not None
    assert (by_code.kind, by_code.id_kind) == ("company", "uscc")
    without_code = home("业主姓名", "某某集团").owner
    assert without_code == RollParty("某某集团", "company")


def test_two_owners_in_one_cell_with_their_numbers_in_order() -> None:
    found = home(
        "业主姓名 | 身份证号 | 手机", "王明、李芳", f"{CARD}、{OTHER_CARD}", "13800138000/13900139000"
    )
    assert found.owner == RollParty("王明", "person", "id_card", CARD, ("13800138000",))
    assert found.co_owners == (RollParty("李芳", "person", "id_card", OTHER_CARD, ("13900139000",)),)


def test_numbers_that_fit_nobody_in_particular_belong_to_the_first_owner() -> None:
    found = home(
        "业主姓名 | 身份证号 | 手机1 | 手机2 | 电话", "王明、李芳", CARD, 13800138000, 13900139000, "58881234"
    )
    assert found.owner == RollParty(
        "王明", "person", "id_card", CARD, ("13800138000", "13900139000", "58881234")
    )
    assert found.co_owners == (RollParty("李芳"),)


def test_co_owners_with_numbers_of_their_own_and_the_owner_named_again() -> None:
    found = home("业主姓名 | 共有人 | 共有人身份证号 | 共有人电话", "王明", "李芳", OTHER_CARD, "13900139000")
    assert found.co_owners == (RollParty("李芳", "person", "id_card", OTHER_CARD, ("13900139000",)),)
    assert home("业主姓名 | 共有人", "王明", "王明、李芳（50%）").co_owners == (RollParty("李芳"),)
    assert home("业主姓名 | 共有人", "王明", "王明、李芳（50%）").remark == "共有人：李芳 50%"


def test_an_emergency_contact_over_several_columns() -> None:
    found = home("业主姓名 | 紧急联系人 | 紧急联系电话 | 与业主关系", "王明", "李芳", 13900139000, "妻子")
    assert found.emergency_contacts == (RollContact("李芳", "妻子", ("13900139000",)),)


def test_the_owner_is_not_the_own_emergency_contact() -> None:
    assert home("业主 | 手机 | 紧急联系人", "王明", 13800138000, "王明 13800138000").emergency_contacts == ()
    other = home("业主 | 手机 | 紧急联系人", "王明", 13800138000, "王明 13900139000")
    assert other.emergency_contacts == (RollContact("王明", "", ("13900139000",)),)


def test_what_has_no_place_of_its_own_is_kept_in_the_remark() -> None:
    found = home(
        "业主 | 手机 | 紧急联系人 | 类别 | 备注",
        "王明（已故）",
        "13800138000（女儿）",
        "13900139000",
        "水泵房",
        "欠资料",
    )
    assert found.kind == "other"
    assert set(found.remark.split("；")) == {
        "欠资料",
        "业主：王明 已故",
        "手机：13800138000(女儿)",
        "紧急联系人：13900139000",
        "类别：水泵房",
    }


def test_a_shop_is_known_by_its_number() -> None:
    roll = read("房号 | 建筑面积\n3-S12 | 55\n商铺S13 | 60\n3-1201 | 89")
    assert [(home.home.label, home.kind) for home in roll.homes] == [
        ("3-S12", "shop"),
        ("商铺-S13", "shop"),
        ("3-1201", "residence"),
    ]


REFUSALS: list[tuple[str, list[Cell], str]] = [
    ("业主 | 身份证号", ["王明", "110105197004229930"], "身份证号: id_card.check_digit"),
    ("业主 | 身份证号", ["王明", "110105700422993"], "身份证号: id_card.length"),
    ("业主 | 身份证号", ["王明", 3.10104195601102e17], "身份证号: roll.lost_digits"),
    ("业主 | 信用代码", ["某某公司", "91310115MA1K35Q28J"], "信用代码: uscc.check_digit"),
    ("业主 | 手机", ["王明", "1380013800"], "手机: phone.form"),
    ("业主 | 收楼时间", ["王明", "等通知"], "收楼时间: roll.day_unreadable"),
    ("业主 | 计费面积", ["王明", "一百"], "计费面积: roll.area_unreadable"),
    ("业主 | 身份证号", ["", CARD], "业主: roll.owner_missing"),
    ("业主 | 手机", ["", 13800138000], "业主: roll.owner_missing"),
    ("业主 | 共有人", ["", "李芳"], "业主: roll.owner_missing"),
    ("业主 | 共有人身份证号", ["王明", CARD], "共有人身份证号: roll.name_missing"),
    ("业主 | 身份证号", ["王明、李芳、赵六", f"{CARD}、{OTHER_CARD}"], "身份证号: roll.ids_do_not_fit"),
    ("业主 | 紧急联系人", ["王明", f"李芳 {OTHER_CARD}"], "紧急联系人: roll.id_unexpected"),
    ("业主 | 紧急联系人", ["王明", "李芳 1390013900"], "紧急联系人: phone.form"),
    ("业主 | 备注", ["王明", "很长" * 101], "备注: roll.too_long"),
    ("业主 | 户型", ["王明", "很长" * 11], "户型: roll.too_long"),
    (
        "业主 | 身份证号 | 手机 | 收楼时间",
        ["王明", "110105197004229930", "138", "？月"],
        "手机: phone.form, 收楼时间: roll.day_unreadable, 身份证号: id_card.check_digit",
    ),
]


@pytest.mark.parametrize(("headings", "cells", "expected"), REFUSALS)
def test_a_row_is_refused_with_every_reason(headings: str, cells: list[Cell], expected: str) -> None:
    assert ", ".join(sorted(reasons(headings, *cells))) == expected


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("3-1201 | — | 王明", "roll.area_missing", "建面"),
        ("3-1201 | 0 | 王明", "roll.area_missing", "建面"),
        ("3-1201 | 九十 | 王明", "roll.area_unreadable", "建面"),
        (" | 90 | 王明", "home_number.missing", "房号"),
        ("东边第二家 | 90 | 王明", "home_number.unreadable", "房号"),
    ],
)
def test_a_row_without_address_or_area_is_refused(row: str, code: str, column: str) -> None:
    (outcome,) = read(f"房号 | 建面 | 业主\n{row}").outcomes
    assert isinstance(outcome, Refused)
    assert [(reason.column, reason.code) for reason in outcome.reasons] == [(column, code)]


def test_no_reason_and_no_remark_shows_an_identity_number() -> None:
    wrong = "110105197004229930"
    roll = read(
        f"房号 | 建面 | 业主 | 身份证号 | 紧急联系人\n3-1201 | 90 | 王明 | {wrong} | 李芳 {OTHER_CARD}"
    )
    assert wrong not in repr(roll)
    assert OTHER_CARD not in repr(roll)
