"""Telephone numbers as they stand in rolls (IDN-5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.blueprints.estate.roll.phones import read_phones
from pmweb.blueprints.estate.roll.workbook import Cell
from pmweb.domain.workflow import RuleBroken

NUMBERS = [
    (19919895951.0, "19919895951"),
    ("199 8160-2230", "19981602230"),
    ("１３８００１３８０００", "13800138000"),
    ("+86 138-0013-8000", "13800138000"),
    ("0086 13800138000", "13800138000"),
    ("电话：138-0013-8000", "13800138000"),
    ("021-58881234", "021-58881234"),
    ("(021)58881234", "021-58881234"),
    ("0571－8765 4321", "0571-87654321"),
    ("021-58881234转801", "021-58881234-801"),
    ("58881234", "58881234"),
    ("400-800-1234", "4008001234"),
    ("+852 9123 4567", "+85291234567"),
    ("13800138000、13900139000", "13800138000 13900139000"),
    ("13800138000/021-58881234", "13800138000 021-58881234"),
    ("13800138000 13900139000", "13800138000 13900139000"),
    ("13800138000\n13900139000", "13800138000 13900139000"),
    ("1380013800013900139000", "13800138000 13900139000"),
    ("138 0013 8000 021 58881234", "13800138000 021-58881234"),
    ("13800138000(021-58881234)", "13800138000 021-58881234"),
    ("13800138000，13800138000", "13800138000"),
    ("", ""),
    ("无", ""),
    ("—", ""),
]


@pytest.mark.parametrize(("cell", "numbers"), NUMBERS)
def test_the_numbers_of_a_cell(cell: Cell, numbers: str) -> None:
    assert read_phones(cell) == (tuple(numbers.split()), "")


@pytest.mark.parametrize(
    ("cell", "phones"),
    [("13800138000（妻）", ("13800138000",)), ("张先生13800138000", ("13800138000",)), ("空号", ())],
)
def test_words_beside_the_numbers_are_handed_on(cell: str, phones: tuple[str, ...]) -> None:
    found, words = read_phones(cell)
    assert found == phones
    assert words == cell.replace("（", "(").replace("）", ")")


@pytest.mark.parametrize(
    "cell", ["1380013800", "12800138000", 138001380000.0, "13800138000、1390013900", "0021"]
)
def test_a_number_that_cannot_be_right_is_refused(cell: Cell) -> None:
    with pytest.raises(RuleBroken, match=r"phone\.form"):
        read_phones(cell)


def test_a_number_that_excel_has_rounded_is_refused() -> None:
    with pytest.raises(RuleBroken, match=r"roll\.lost_digits"):
        read_phones("1.38E+10")


mobiles = st.builds(
    lambda second, rest: f"1{second}{rest:09d}", st.integers(3, 9), st.integers(0, 999_999_999)
)
spellings = st.sampled_from(["{0}", "{1} {2} {3}", "{1}-{2}-{3}", "{1} {2}-{3}", "+86{0}"])


@given(st.lists(st.tuples(mobiles, spellings), min_size=1, max_size=3, unique_by=lambda one: one[0]))
def test_several_mobiles_in_one_cell_in_any_spelling(written: list[tuple[str, str]]) -> None:
    cell = "、".join(form.format(number, number[:3], number[3:7], number[7:]) for number, form in written)
    assert read_phones(cell) == (tuple(number for number, _form in written), "")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        phones, _words = read_phones(text)
    except RuleBroken:
        return
    assert all(phone.strip("+-0123456789") == "" for phone in phones)
