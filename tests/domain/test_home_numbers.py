"""Every way in which offices write the address of a home."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.domain.home_numbers import (
    HomeNumber,
    home_number_from_columns,
    read_home_number,
    search_forms,
)
from pmweb.domain.workflow import RuleBroken

ONE_CELL = [
    # the ways of the two sample rolls
    ("1-1-0101", "1-1-0101"),
    ("１-1-0102", "1-1-0102"),
    ("1栋1单元0503", "1-1-0503"),
    ("1号楼1单元201室", "1-1-0201"),
    ("6号楼1单元1003室", "6-1-1003"),
    # blanks, dashes, full width, other words
    (" 3 - 2 - 101 ", "3-2-0101"),
    ("3幢 2 单元 1201 室", "3-2-1201"),
    ("３－２－１２０１", "3-2-1201"),
    ("3—2—1201", "3-2-1201"),
    ("3——1201", "3-1201"),
    ("3/2/1201", "3-2-1201"),
    ("3#楼2单元1201", "3-2-1201"),
    ("3＃2-1201", "3-2-1201"),
    ("3栋-2单元-1201", "3-2-1201"),
    ("03-02-1201", "3-2-1201"),
    ("三栋二单元1201", "3-2-1201"),
    ("二十一号楼1201", "21-1201"),
    ("十栋101", "10-0101"),
    # no section
    ("3-1201", "3-1201"),
    ("3栋1201", "3-1201"),
    ("3号1201室", "3-1201"),
    ("A座1201", "A-1201"),
    ("a座-1201", "A-1201"),
    # the floor written beside the number
    ("3-2-12-01", "3-2-1201"),
    ("3栋2单元12层1201", "3-2-1201"),
    ("3栋2单元12楼01室", "3-2-1201"),
    ("3栋2单元一层01", "3-2-0101"),
    # letters, shops, below ground, house numbers without a floor
    ("3-2-101A", "3-2-0101A"),
    ("3-2-1201-A", "3-2-1201A"),
    ("3-301东", "3-0301东"),
    ("3-2-S12", "3-2-S12"),
    ("3栋商铺12", "3-S12"),
    ("商铺S12", "商铺-S12"),
    ("底商5号", "商铺-S5"),
    ("3-1-B101", "3-1-B101"),
    ("3栋负101", "3-B101"),
    ("3栋负一层01", "3-B101"),
    ("3-5", "3-05"),
    # parts of the estate
    ("南区3栋2单元101", "南区3-2-0101"),
    ("一期3栋1201", "一期3-1201"),
    ("120弄3号1201室", "120弄3-1201"),
    ("南区03栋2单元101", "南区3-2-0101"),
]


@pytest.mark.parametrize(("text", "label"), ONE_CELL)
def test_an_address_in_one_cell(text: str, label: str) -> None:
    assert read_home_number(text).label == label


@pytest.mark.parametrize(
    "text", ["1201", "合计", "3栋", "2026-09-24", "3-1--101", "3栋-1层01", "3-2-1201/1202", "王明"]
)
def test_a_text_that_is_no_address_or_could_mean_two_homes_is_refused(text: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        read_home_number(text)
    assert broken.value.code == "home_number.unreadable"
    assert broken.value.facts == {"text": text}


def test_a_floor_that_contradicts_the_number_is_refused() -> None:
    with pytest.raises(RuleBroken, match=r"home_number\.unreadable"):
        read_home_number("3栋2单元13层1201")


@pytest.mark.parametrize("text", ["", "  ", "—", "-"])
def test_no_address_at_all(text: str) -> None:
    with pytest.raises(RuleBroken, match=r"home_number\.missing"):
        read_home_number(text)
    with pytest.raises(RuleBroken, match=r"home_number\.missing"):
        home_number_from_columns("3", "2", text)


IN_COLUMNS = [
    (("1栋", "1单元", "0101", ""), "1-1-0101"),
    (("3", "2", "101", ""), "3-2-0101"),
    (("03", "02", "101室", ""), "3-2-0101"),
    (("三号楼", "一单元", "101", ""), "3-1-0101"),
    (("3", "", "1201", ""), "3-1201"),
    (("3", "无", "1201", ""), "3-1201"),
    (("3栋2单元", "", "1201", ""), "3-2-1201"),
    (("3", "2", "01", "12"), "3-2-1201"),
    (("3", "2", "01", "-1层"), "3-2-B101"),
    (("A", "2", "1201B", ""), "A-2-1201B"),
    (("商铺", "", "12", ""), "商铺-S12"),
    # the column of the number holds more than the number
    (("3", "2", "3-2-1201", ""), "3-2-1201"),
    (("3", "2", "3-1201", ""), "3-2-1201"),
    (("3", "", "2-1201", ""), "3-2-1201"),
    (("3", "2", "2-1201", ""), "3-2-1201"),
    (("", "", "3-2-1201", ""), "3-2-1201"),
]


@pytest.mark.parametrize(("cells", "label"), IN_COLUMNS)
def test_an_address_over_several_columns(cells: tuple[str, str, str, str], label: str) -> None:
    assert home_number_from_columns(*cells).label == label


def test_columns_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(RuleBroken) as broken:
        home_number_from_columns("3", "1", "3-2-1201")
    assert broken.value.code == "home_number.contradiction"
    assert broken.value.facts == {"text": "3-2-1201", "beside": "3-1"}


@pytest.mark.parametrize(
    "cells", [("", "", "1201"), ("见备注", "", "1201"), ("3", "东边那个", "1201"), ("3", "2", "待定")]
)
def test_columns_that_give_no_address_are_refused(cells: tuple[str, str, str]) -> None:
    with pytest.raises(RuleBroken, match=r"home_number\.unreadable"):
        home_number_from_columns(*cells)


@pytest.mark.parametrize(
    ("number", "floor"),
    [
        ("0101", 1),
        ("1201", 12),
        ("1201A", 12),
        ("B101", -1),
        ("S12", None),
        ("A305", 3),
        ("05", None),
        ("12012", 12),
    ],
)
def test_the_floor_follows_from_the_number(number: str, floor: int | None) -> None:
    assert HomeNumber("3", "1", number).floor == floor


def test_homes_sort_in_the_order_of_the_doors() -> None:
    labels = ["2-1-0101", "2-1-0201", "2-1-1001", "2-2-0101", "10-0101", "10-1-0101"]
    assert sorted(labels, key=lambda label: read_home_number(label).sort_key) == labels


SEARCHES = [
    ("3-1201", [("3", None, "1201")]),
    ("3栋1201", [("3", None, "1201")]),
    ("３栋 1201 室", [("3", None, "1201")]),
    ("3-1-1201", [("3", "1", "1201")]),
    ("3 1 1201", [("3", "1", "1201")]),
    ("3-1-101", [("3", "1", "0101")]),
    ("31201", [("3", None, "1201"), ("31", None, "0201"), ("3", "1", "0201")]),
    ("311201", [("31", None, "1201"), ("3", "1", "1201"), ("3", "11", "0201"), ("31", "1", "0201")]),
    ("1201", [(None, None, "1201"), ("1", None, "0201")]),
    ("101", [(None, None, "0101")]),
    ("1201室", [(None, None, "1201")]),
    ("2单元1201", [(None, "2", "1201")]),
    ("S12", [(None, None, "S12")]),
    ("a1201", [(None, None, "A1201"), ("A", None, "1201")]),
    ("王明", []),
    ("13800138000", []),
    ("BX-2026-000147", []),
    ("", []),
]


@pytest.mark.parametrize(("typed", "forms"), SEARCHES)
def test_what_a_search_may_mean(typed: str, forms: list[tuple[str | None, str | None, str]]) -> None:
    assert list(search_forms(typed)) == forms


buildings = st.one_of(st.integers(1, 199).map(str), st.sampled_from(["A", "B2", "南区3", "一期12", "5A"]))
sections = st.one_of(st.just(""), st.integers(1, 12).map(str), st.sampled_from(["A", "东"]))
numbers = st.builds(lambda floor, door: f"{floor:02d}{door:02d}", st.integers(1, 60), st.integers(1, 99))


@given(buildings, sections, numbers)
def test_a_label_reads_back_as_the_same_home(building: str, section: str, number: str) -> None:
    home = HomeNumber(building, section, number)
    assert read_home_number(home.label) == home
    assert home_number_from_columns(building, section, number) == home


@given(st.integers(1, 60), st.integers(1, 12), numbers)
def test_all_spellings_of_a_home_are_one_home(building: int, section: int, number: str) -> None:
    short = number.removeprefix("0")
    spellings = [
        f"{building}-{section}-{number}",
        f"{building}栋{section}单元{number}",
        f"{building}号楼{section}单元{short}室",
        f"{building} 幢 {section} 单元 {short}",
        f"{building:02d}－{section:02d}－{short}",
    ]
    assert {read_home_number(text) for text in spellings} == {HomeNumber(str(building), str(section), number)}


@given(st.integers(1, 60), st.integers(1, 9), numbers)
def test_digits_typed_without_dashes_find_the_home(building: int, section: int, number: str) -> None:
    assert (str(building), None, number) in search_forms(f"{building}{number}")
    assert (str(building), str(section), number) in search_forms(f"{building}{section}{number}")


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    search_forms(text)
    try:
        home = read_home_number(text)
    except RuleBroken:
        return
    assert read_home_number(home.label) == home
