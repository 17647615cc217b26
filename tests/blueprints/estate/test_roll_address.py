"""Which home a row is about: columns, merged cells, headings, the name of the sheet."""

from __future__ import annotations

import io

from pmweb.blueprints.estate.roll import read_roll
from tests.blueprints.estate.rolls import TODAY, labels, read
from tests.workbooks import Merged, table, workbook


def test_headings_of_buildings_between_the_rows() -> None:
    roll = read(
        "台账\n房号 | 业主 | 面积\n1栋1单元\n101 | 王明 | 89\n1栋2单元\n101 | 李芳 | 90", [(2, 0, 2, 2)]
    )
    assert labels(roll) == ["1-1-0101", "1-2-0101"]
    assert [(other.what, other.at.row) for other in roll.other_rows] == [("heading", 3), ("heading", 5)]


def test_merged_buildings_and_sections() -> None:
    rows = table(
        """
        楼栋 | 单元 | 房号 | 面积
        1栋 | 1 | 101 | 89
        | | 102 | 89
        | 2 | 101 | 90
        2栋 | 1 | 101 | 91
        """
    )
    expected = ["1-1-0101", "1-1-0102", "1-2-0101", "2-1-0101"]
    merged: list[Merged] = [(1, 0, 3, 0), (1, 1, 2, 1)]
    assert labels(read_roll(workbook({"a": rows}, merged={"a": merged}), TODAY)) == expected
    assert labels(read_roll(workbook({"a": rows}), TODAY)) == expected
    content = "\n".join(",".join(map(str, row)) for row in rows)
    assert labels(read_roll(io.BytesIO(content.encode()), TODAY)) == expected


def test_the_estate_in_its_own_column_or_before_the_address() -> None:
    assert read("小区名称 | 房号 | 面积\n大花园 | 大花园3栋2单元101 | 89").estate_name == "大花园"
    assert labels(read("小区名称 | 房号 | 面积\n大花园 | 大花园3栋2单元101 | 89")) == ["3-2-0101"]
    assert read("小区：大花园\n房号 | 面积\n3-101 | 89").estate_name == "大花园"


def test_a_floor_in_its_own_column() -> None:
    assert labels(read("楼栋 | 单元 | 楼层 | 房号 | 面积\n3 | 2 | 12 | 01 | 89")) == ["3-2-1201"]
