"""A roll cut into pieces, kept as plain data, and told row by row."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.blueprints.estate.roll import (
    Imported,
    Known,
    Outcome,
    Piece,
    Reason,
    Refused,
    Roll,
    RollContact,
    RollHome,
    RollParty,
    RollSpace,
    RowRef,
    SameAs,
    people_in,
    pieces_of,
    read_roll,
)
from pmweb.blueprints.estate.roll.plain import outcome_of, piece_of, plain_outcome, plain_piece
from pmweb.blueprints.estate.roll.report import HEADS, counted, lines_of, other_lines, report_rows
from pmweb.domain.home_numbers import HomeNumber
from tests.blueprints.estate.rolls import SAMPLES, TODAY

texts = st.text(max_size=12)
rows = st.builds(RowRef, texts, st.integers(1, 10**6))
numbers = st.builds(HomeNumber, texts, texts, texts)
phones = st.lists(texts, max_size=3).map(tuple)
areas = st.decimals(0, 10**5, places=2)
parties = st.builds(
    RollParty,
    texts,
    st.sampled_from(["person", "company"]),
    st.sampled_from([None, "id_card", "uscc"]),
    texts,
    phones,
    texts,
    texts,
)
homes = st.builds(
    RollHome,
    home=numbers,
    floor_area=areas,
    chargeable_area=st.none() | areas,
    layout=texts,
    kind=st.sampled_from(["residence", "shop", "office", "other"]),
    finish=st.sampled_from([None, "bare", "furnished"]),
    sold=st.booleans(),
    handed_over_on=st.none() | st.dates(),
    owner=st.none() | parties,
    co_owners=st.lists(parties, max_size=2).map(tuple),
    emergency_contacts=st.lists(st.builds(RollContact, texts, texts, phones), max_size=2).map(tuple),
    remark=texts,
    at=rows,
)
spaces = st.builds(RollSpace, texts, st.none() | numbers, phones, rows)
reasons = st.lists(st.builds(Reason, texts, texts, st.dictionaries(texts, st.integers() | texts))).map(tuple)
outcomes = (
    st.builds(Imported, rows, reasons)
    | st.builds(Known, rows, reasons)
    | st.builds(Refused, rows, reasons)
    | st.builds(SameAs, rows, rows)
)


def through_json(plain: object) -> dict[str, object]:
    kept: dict[str, object] = json.loads(json.dumps(plain))
    return kept


@given(st.lists(homes, max_size=3), st.lists(spaces, max_size=3), st.dictionaries(texts, st.integers()))
def test_a_piece_comes_back_from_the_disk_as_it_was(
    some: list[RollHome], more: list[RollSpace], tops: dict[str, int]
) -> None:
    piece = Piece(tuple(some), tuple(more), tops)
    again = piece_of(through_json(plain_piece(piece)))
    assert again == piece
    assert [home.at for home in again.homes] == [home.at for home in some]


@given(outcomes)
def test_an_outcome_comes_back_as_it_was(outcome: Outcome) -> None:
    assert outcome_of(through_json(plain_outcome(outcome))) == outcome


def test_a_fact_that_json_does_not_know_becomes_its_text() -> None:
    outcome = Refused(RowRef("S", 1), (Reason("x", "", {"area": Decimal("1.50")}),))
    again = outcome_of(through_json(plain_outcome(outcome)))
    assert isinstance(again, Refused)
    assert again.reasons[0].facts == {"area": "1.50"}


@pytest.fixture(scope="module")
def messy() -> Roll:
    return read_roll(SAMPLES / "home-roll-messy.xlsx", TODAY)


@pytest.mark.parametrize("size", [1, 200, 648, 5000])
def test_pieces_hold_every_home_and_space_once_homes_first(messy: Roll, size: int) -> None:
    pieces = pieces_of(messy, size)
    assert [home.home for piece in pieces for home in piece.homes] == [home.home for home in messy.homes]
    assert tuple(space for piece in pieces for space in piece.spaces) == messy.spaces
    assert all(len(piece.homes) + len(piece.spaces) <= size for piece in pieces)
    assert all(not (piece.homes and piece.spaces) for piece in pieces)
    kinds = [bool(piece.homes) for piece in pieces]
    assert kinds == sorted(kinds, reverse=True)


def test_each_piece_knows_the_highest_storey_of_its_buildings_in_the_whole_roll(messy: Roll) -> None:
    assert pieces_of(messy, 10)[0].tops == {"1": 18}


def test_who_has_several_homes_counts_once(messy: Roll) -> None:
    assert people_in(messy.homes) == 608 + 242 + 116  # 607 people and a company with nine homes


def test_every_row_of_the_messy_sample_has_its_line(messy: Roll) -> None:
    labels = {home.at: home.home.label for home in messy.homes}
    lines = lines_of((*messy.outcomes, *messy.space_outcomes), [], labels)
    assert counted(lines) == {"new": 648 + 60, "same": 2, "refused": 2}
    rows = list(report_rows([*lines, *other_lines(messy.other_rows)]))
    assert {len(row) for row in rows} == {len(HEADS)}
    assert [row[1] for row in rows if row[0] == "Sheet1"] == list(range(4, 657))
    assert rows[-61][:4] == ("Sheet1", 656, "不是数据", "no data")
    refused = next(row for row in rows if row[2] == "未导入")
    assert refused[1] == 195
    assert "身份证号：110*************30 的校验位不对" in str(refused[5])
    assert "wrong check digit" in str(refused[6])


def test_a_refused_space_beside_a_home_is_a_doubt_and_in_a_row_of_its_own_a_refusal() -> None:
    home, alone = RowRef("S", 2), RowRef("车位", 2)
    why = Reason("register.space", "车位号", {"there": "1-1-0201"})
    said: list[Outcome] = [Imported(home), Refused(home, (why,)), Refused(alone, (why,))]
    lines = lines_of([Imported(home), Imported(alone)], said, {})
    assert [(line.what, line.reasons) for line in lines] == [("new", (why,)), ("refused", (why,))]
    assert lines[1].said("en") == "parking space: the register gives it to 1-1-0201"
