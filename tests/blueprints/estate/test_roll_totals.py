"""Total rows are checked, never taken over."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pmweb.blueprints.estate.roll import read_roll
from tests.blueprints.estate.rolls import TODAY, read
from tests.workbooks import table, workbook

HOMES = "房号 | 业主 | 面积\n1-0101 | 王明 | 89.5\n1-0102 | 未售 | 90\n"


@pytest.mark.parametrize(
    ("row", "checks"),
    [
        ("合计 | 2户 |", [("homes", 2, 2)]),
        ("总计：2 套 | |", [("homes", 2, 2)]),
        ("合 计 | 2 | 179.5", [("homes", 2, 2), ("area", Decimal("179.50"), Decimal("179.50"))]),
        ("共计 | 3户 | 180㎡", [("homes", 3, 2), ("area", Decimal("180.00"), Decimal("179.50"))]),
        ("合计 | |", []),
    ],
)
def test_a_total_row_is_checked(row: str, checks: list[tuple[str, int | Decimal, int | Decimal]]) -> None:
    roll = read(HOMES + row)
    assert [(total.what, total.said, total.found) for total in roll.totals] == checks
    assert [other.what for other in roll.other_rows] == ["total"]
    assert roll.counts.rows == 2


def test_subtotals_count_what_stands_above_them() -> None:
    roll = read(HOMES + "1栋小计 | 2户 |\n2-0101 | 赵六 | 100\n2栋小计 | 1户 |\n合计 | 3户 |")
    assert [(total.said, total.agrees) for total in roll.totals] == [(2, True), (1, True), (3, True)]


def test_a_total_over_several_sheets() -> None:
    first, second = table(HOMES), table(HOMES.replace("1-", "2-") + "合计 | 4户 |")
    (total,) = read_roll(workbook({"a": first, "b": second}), TODAY).totals
    assert (total.said, total.found, total.agrees) == (4, 4, True)


def test_a_refused_home_is_missing_from_the_count() -> None:
    roll = read(HOMES + "1-0103 | 赵六 | —\n合计 | 3户 |")
    assert [(total.said, total.found, total.agrees) for total in roll.totals] == [(3, 2, False)]
