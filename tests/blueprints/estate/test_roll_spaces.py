"""Parking spaces and plates, on their own sheet or beside the homes (IDN-6)."""

from __future__ import annotations

from pmweb.blueprints.estate.roll import Imported, Refused, Roll, SameAs, read_roll
from pmweb.domain.home_numbers import HomeNumber
from tests.blueprints.estate.rolls import TODAY, codes, read
from tests.workbooks import table, workbook

HOMES = "房号 | 面积\n1-1-0101 | 89\n1-1-0102 | 90"


def spaces(text: str) -> Roll:
    return read_roll(workbook({"房屋": table(HOMES), "车位": table(text)}), TODAY)


def test_spaces_with_and_without_home_or_plate() -> None:
    roll = spaces(
        """
        车位号 | 房屋编号 | 车牌
        B1-001 | 1-1-0101 | 沪A12345、沪A·D12345
        B1-002 | 1栋1单元102室 |
        B1-003 | — | —
        合计 | 3个 |
        """
    )
    assert [(space.code, space.home and space.home.label, space.plates) for space in roll.spaces] == [
        ("B1-001", "1-1-0101", ("沪A12345", "沪AD12345")),
        ("B1-002", "1-1-0102", ()),
        ("B1-003", None, ()),
    ]
    assert (roll.counts.spaces, roll.counts.plates) == (3, 2)
    assert [(total.what, total.said, total.found) for total in roll.totals] == [("spaces", 3, 3)]


def test_repeated_and_contradicting_spaces() -> None:
    roll = spaces(
        """
        车位号 | 房屋编号 | 车牌
        B1-001 | 1-1-0101 | 沪A12345
        B1-001 | 1-1-101 | 沪A12345
        B1-001 | 1-1-0102 | 沪A12345
        B1-001 | 1-1-0101 | 沪A54321
        | 1-1-0102 | 沪A99999
        B1-004 | 不知道 | 沪A11111
        | 1-1-0101 |
        """
    )
    kinds = [type(outcome) for outcome in roll.space_outcomes]
    assert kinds == [Imported, SameAs, Refused, Imported, Imported, Refused, Refused]
    assert codes(roll.space_outcomes[2]) == [("车位号", "roll.space_contradicts")]
    assert codes(roll.space_outcomes[5]) == [("房屋编号", "home_number.unreadable")]
    assert codes(roll.space_outcomes[6]) == [("车位号", "roll.space_missing")]
    assert (roll.counts.spaces, roll.counts.plates, roll.counts.spaces_refused) == (1, 3, 3)


def test_an_odd_plate_is_taken_with_a_note() -> None:
    roll = spaces("车位号 | 房号 | 车牌\nB1-001 | 1-1-0101 | 沪I12345")
    (outcome,) = roll.space_outcomes
    assert isinstance(outcome, Imported)
    assert [note.code for note in outcome.notes] == ["plate.form"]
    assert roll.spaces[0].plates == ("沪I12345",)


def test_spaces_beside_the_homes() -> None:
    roll = read(
        """
        房号 | 面积 | 车位号 | 车牌号
        1-0101 | 89 | A1、A2 | 沪A12345、沪A23456
        1-0102 | 89 | | 沪A34567
        1-0103 | 89 | A1 |
        1-0101 | 89 | A1、A2 | 沪A12345、沪A23456
        1-0101 | 89 | A9 |
        """
    )
    home = HomeNumber("1", "", "0101")
    assert [(space.code, space.home, space.plates) for space in roll.spaces[:2]] == [
        ("A1", home, ("沪A12345",)),
        ("A2", home, ("沪A23456",)),
    ]
    assert [space.code for space in roll.spaces] == ["A1", "A2", ""]
    assert codes(roll.outcomes[2]) == [("车位号", "roll.space_contradicts")]
    assert isinstance(roll.outcomes[3], SameAs)
    assert codes(roll.outcomes[4]) == [("车位号", "roll.contradicts")]
