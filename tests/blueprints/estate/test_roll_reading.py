"""Whole rolls: both samples, and the shapes that other offices bring."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.blueprints.estate.roll import (
    Imported,
    Refused,
    Roll,
    RowRef,
    SameAs,
    read_roll,
)
from pmweb.domain.workflow import RuleBroken
from tests.blueprints.estate.rolls import CARD, SAMPLES, TODAY, codes, labels, read
from tests.workbooks import Cell, table, workbook


@pytest.fixture(scope="module")
def messy() -> Roll:
    return read_roll(SAMPLES / "home-roll-messy.xlsx", TODAY)


class TestTheSamples:
    def test_the_clean_sample_comes_in_whole(self) -> None:
        roll = read_roll(SAMPLES / "home-roll.xlsx", TODAY)
        assert (roll.counts.rows, roll.counts.imported, roll.counts.refused, roll.counts.same) == (
            648,
            648,
            0,
            0,
        )
        assert (roll.counts.sold, roll.counts.unsold) == (589, 59)
        assert {type(outcome) for outcome in roll.outcomes} == {Imported}
        assert (roll.unknown_columns, roll.skipped, roll.other_rows) == ((), (), ())

    def test_the_counts_of_the_messy_sample(self, messy: Roll) -> None:
        counts = messy.counts
        assert (counts.rows, counts.imported, counts.same, counts.refused) == (652, 648, 2, 2)
        assert (counts.homes, counts.sold, counts.unsold) == (648, 616, 32)
        assert (counts.spaces, counts.plates, counts.spaces_same, counts.spaces_refused) == (60, 60, 0, 0)
        assert (counts.companies, counts.co_owners, counts.contacts) == (1, 242, 116)
        assert messy.estate_name == "某某花园"
        assert (messy.unknown_columns, messy.skipped) == ((), ())

    def test_the_repeated_rows_of_the_messy_sample(self, messy: Roll) -> None:
        same = [(one.at.row, one.other.row) for one in messy.outcomes if isinstance(one, SameAs)]
        assert same == [(66, 65), (453, 452)]

    def test_the_refused_rows_of_the_messy_sample(self, messy: Roll) -> None:
        refused = {one.at.row: one for one in messy.outcomes if isinstance(one, Refused)}
        assert refused.keys() == {195, 577}
        for row, outcome in refused.items():
            assert sorted(codes(outcome)) == [
                ("产权人", "roll.owner_contradicts"),
                ("建面（㎡）", "roll.area_missing"),
                ("身份证号", "id_card.check_digit"),
            ]
            assert outcome.reasons[0].facts == {"row": row - 1, "sheet": "Sheet1"}

    def test_the_total_row_of_the_messy_sample(self, messy: Roll) -> None:
        (total,) = messy.totals
        assert (total.at.row, total.what, total.said, total.found, total.agrees) == (
            656,
            "homes",
            648,
            648,
            True,
        )

    def test_the_company_of_the_messy_sample_has_nine_homes(self, messy: Roll) -> None:
        companies = Counter(
            (home.owner.name, home.owner.id_number)
            for home in messy.homes
            if home.owner is not None and home.owner.kind == "company"
        )
        assert companies == {("某某科技有限公司", "91310115MA1K35Q28H"): 9}

    def test_people_of_the_messy_sample(self, messy: Roll) -> None:
        homes = {home.at.row: home for home in messy.homes}
        assert [party.name for party in homes[24].co_owners] == ["袁伟兰", "汤丽懿"]
        contact = homes[5].emergency_contacts[0]
        assert (contact.name, contact.phones) == ("陆涛佳", ("13910667324",))
        assert homes[9].owner is not None
        assert homes[9].owner.name == "易宇轩"
        assert all(home.owner.id_kind in ("id_card", "uscc") for home in messy.homes if home.owner)
        assert all(len(home.owner.phones) == 1 for home in messy.homes if home.owner)
        assert homes[58].remark == "开发商"

    def test_plates_of_the_messy_sample(self, messy: Roll) -> None:
        assert messy.spaces[0].code == "B1-000"
        assert messy.spaces[0].plates == ("沪A17760",)
        assert {space.home for space in messy.spaces} <= {home.home for home in messy.homes}

    def test_every_row_of_the_messy_sample_has_exactly_one_outcome(self, messy: Roll) -> None:
        rows = [one.at.row for one in (*messy.outcomes, *messy.other_rows) if one.at.sheet == "Sheet1"]
        assert sorted(rows) == list(range(4, 657))

    def test_an_old_workbook_with_merged_cells(self) -> None:
        roll = read_roll(SAMPLES / "home-roll-excel97.xls", TODAY)
        assert labels(roll) == ["1-1-0101", "1-1-0102", "1-2-0201"]
        assert roll.homes[0].handed_over_on == date(2026, 9, 24)
        assert roll.estate_name == "某某苑"


class TestRowsForOneHome:
    ROWS = "房号 | 业主 | 手机 | 建筑面积 | 户型\n1-1-0101 | 王明 | 13800138000 | 89.5 | 两室\n"

    @pytest.mark.parametrize(
        "again",
        [
            "1-1-0101 | 王明 | 13800138000 | 89.5 | 两室",
            "1栋1单元101室 | 王 明 | 138 0013-8000 | 89.50㎡ | 两室",
            "1-1-0101 | 王明 | | 89.5 | ",
        ],
    )
    def test_a_row_that_says_nothing_else_is_the_same(self, again: str) -> None:
        roll = read(self.ROWS + again)
        assert roll.outcomes[1] == SameAs(RowRef("Sheet1", 3), RowRef("Sheet1", 2))
        assert len(roll.homes) == 1

    @pytest.mark.parametrize(
        ("again", "expected"),
        [
            ("1-1-0101 | 李芳 | 13900139000 | 89.5 | 两室", ("业主", "roll.owner_contradicts")),
            ("1-1-0101 | 未售 | | 89.5 | 两室", ("业主", "roll.owner_contradicts")),
            ("1-1-0101 | 王明 | 13900139000 | 89.5 | 两室", ("手机", "roll.contradicts")),
            ("1-1-0101 | 王明 | 13800138000 | 90 | 两室", ("建筑面积", "roll.contradicts")),
            ("1-1-0101 | 王明 | 13800138000 | — | 两室", ("建筑面积", "roll.area_missing")),
            ("1-1-0101 | 王明、李芳 | 13800138000 | 89.5 | 两室", ("共有人", "roll.contradicts")),
        ],
    )
    def test_a_row_that_disagrees_is_refused_and_the_first_stands(
        self, again: str, expected: tuple[str, str]
    ) -> None:
        roll = read(self.ROWS + again)
        assert codes(roll.outcomes[1]) == [expected]
        assert roll.homes[0].owner is not None
        assert roll.homes[0].owner.name == "王明"

    def test_the_first_valid_row_stands_not_a_refused_one(self) -> None:
        roll = read("房号 | 业主 | 建筑面积\n1-1-0101 | 王明 | —\n1-1-0101 | 李芳 | 89\n1-1-0101 | 李芳 | 89")
        assert codes(roll.outcomes[0]) == [("建筑面积", "roll.area_missing")]
        assert roll.outcomes[1] == Imported(RowRef("Sheet1", 3))
        assert roll.outcomes[2] == SameAs(RowRef("Sheet1", 4), RowRef("Sheet1", 3))

    def test_one_identity_number_cannot_have_two_names(self) -> None:
        roll = read(
            f"""
            房号 | 业主 | 身份证号 | 面积
            1-0101 | 王明 | {CARD} | 89
            1-0102 | 李芳 | {CARD} | 89
            1-0103 | 王明 | {CARD} | 90
            """
        )
        assert codes(roll.outcomes[1]) == [("身份证号", "roll.id_of_another")]
        assert labels(roll) == ["1-0101", "1-0103"]


class TestShapesOfRolls:
    def test_a_sheet_for_each_building(self) -> None:
        sheet = table("单元 | 房号 | 业主 | 面积\n1 | 101 | 王明 | 89\n2 | 101 | 未售 | 90\n | 合计 | 2户 |")
        roll = read_roll(workbook({"1栋": sheet, "2号楼": sheet}), TODAY)
        assert labels(roll) == ["1-1-0101", "1-2-0101", "2-1-0101", "2-2-0101"]
        assert [total.agrees for total in roll.totals] == [True, True]

    def test_the_same_home_on_two_sheets(self) -> None:
        sheet = table("房号 | 业主 | 面积\n1-0101 | 王明 | 89")
        roll = read_roll(workbook({"a": sheet, "b": sheet}), TODAY)
        assert roll.outcomes[1] == SameAs(RowRef("b", 2), RowRef("a", 2))

    def test_an_owner_merged_over_several_homes(self) -> None:
        text = f"""
            房号 | 面积 | 业主 | 信用代码
            1-0101 | 89 | 某某公司 | 91310115MA1K35Q28H
            1-0102 | 90 | |
            1-0103 | 91 | 王明 | {CARD}
            """
        roll = read(text, [(1, 2, 2, 2), (1, 3, 2, 3)])
        assert [home.owner.name for home in roll.homes if home.owner] == ["某某公司", "某某公司", "王明"]
        assert roll.counts.companies == 1

    def test_lines_that_are_no_data(self) -> None:
        roll = read(
            """
            序号 | 房号 | 业主 | 面积
            1 | 1-0101 | 王明 | 89
            2 | | |
            序号 | 房号 | 业主 | 面积
            3 | 1-0102 | 李芳 | 90
            注：未售房屋由开发商管理
            制表人：张三 | | 审核：李四 |
            """
        )
        assert labels(roll) == ["1-0101", "1-0102"]
        assert [(other.what, other.at.row) for other in roll.other_rows] == [
            ("note", 3),
            ("header", 4),
            ("note", 6),
            ("note", 7),
        ]
        assert roll.counts.rows == 2

    def test_another_table_further_down_has_its_own_columns(self) -> None:
        roll = read(
            """
            房号 | 业主 | 面积
            1-0101 | 王明 | 89

            面积 | 备注 | 房号 | 业主
            90 | 二期 | 2-0101 | 李芳
            车位号 | 车牌 | 房号
            A1 | 沪A12345 | 1-0101
            """
        )
        assert labels(roll) == ["1-0101", "2-0101"]
        assert roll.homes[1].remark == "二期"
        assert [(space.code, space.plates) for space in roll.spaces] == [("A1", ("沪A12345",))]
        assert [other.what for other in roll.other_rows] == ["header", "header"]

    def test_hidden_and_other_sheets_are_named_as_not_read(self) -> None:
        homes = table("房号 | 面积 | 会员等级\n1-0101 | 89 | 金")
        roll = read_roll(workbook({"房": homes, "旧": homes, "说明": [["请填写"]]}, hidden=["旧"]), TODAY)
        assert [(skipped.sheet, skipped.reason.code) for skipped in roll.skipped] == [
            ("旧", "roll.sheet_hidden"),
            ("说明", "roll.sheet_without_header"),
        ]
        assert roll.unknown_columns == (("房", "会员等级"),)

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
    def test_a_csv(self, encoding: str) -> None:
        lines = (
            "某某苑房产台账,,,",
            "房号,业主,手机,面积",
            "3-2-101,王明,138 0013 8000,89.5㎡",
            "3-2-102,未售,,90",
            "合计,2户,,179.5",
        )
        content = "\n".join(lines)
        roll = read_roll(io.BytesIO(content.encode(encoding)), TODAY)
        assert (labels(roll), roll.estate_name) == (["3-2-0101", "3-2-0102"], "某某苑")
        assert [(total.what, total.agrees) for total in roll.totals] == [("homes", True), ("area", True)]

    @pytest.mark.parametrize(
        "sheets",
        [
            {"a": [["姓名", "电话"], ["王明", "13800138000"]]},
            {"a": []},
            {"a": [["房号", "业主"], ["1-0101", "王明"]]},
        ],
    )
    def test_nothing_that_can_be_read(self, sheets: dict[str, list[list[Cell]]]) -> None:
        with pytest.raises(RuleBroken, match=r"roll\.nothing_readable"):
            read_roll(workbook(sheets), TODAY)


CELLS: dict[str, st.SearchStrategy[Cell]] = {
    "房号": st.sampled_from(["1-1-0101", "1栋1单元102室", "2-1-0101", "", "东边", "3"]),
    "面积": st.sampled_from([89.5, "90㎡", "", "—", "很大", "3"]),
    "业主": st.sampled_from(["王明", "李芳、赵六", "未售", "", "某某公司", "5"]),
    "手机": st.sampled_from([13800138000, "139 0013-9000", "", "138", "无"]),
    "身份证号": st.sampled_from([CARD, "", "110105197004229930", 3.1e17]),
    "收楼时间": st.sampled_from([date(2026, 9, 24), "2026.9.24", "", "等通知", 46269]),
    "紧急联系人": st.sampled_from(["孙七 13900139000", "13900139000", "", "孙七"]),
    "会员": st.sampled_from(["", "金", 7]),
}


@given(st.permutations(list(CELLS)), st.data())
def test_every_row_is_accounted_for_in_whatever_order_the_columns_are(
    order: list[str], data: st.DataObject
) -> None:
    rows: list[list[Cell]] = [
        [data.draw(CELLS[heading]) for heading in order] for _row in range(data.draw(st.integers(1, 6)))
    ]
    roll = read_roll(workbook({"Sheet1": [order, *rows]}), TODAY)
    filled = [number for number, row in enumerate(rows, 2) if any(cell != "" for cell in row)]
    assert sorted(one.at.row for one in (*roll.outcomes, *roll.other_rows)) == filled
    assert roll.counts.imported + roll.counts.same + roll.counts.refused == roll.counts.rows
    assert roll.counts.imported == roll.counts.homes == len({home.home for home in roll.homes})
    standing = {home.at for home in roll.homes}
    assert all(one.other in standing for one in roll.outcomes if isinstance(one, SameAs))
