"""Homes by hand: added as a row of the roll would be, corrected with a line in the timeline."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from pmweb.blueprints.estate.operations.homes import add_home, describe_home
from pmweb.blueprints.estate.roll.result import RollHome, RowRef
from pmweb.domain.home_numbers import HomeNumber
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.homes import Building, Finish, Home, HomeKind
from pmweb.models.journal import JournalEntry
from tests.office import Office

SAID = RollHome(
    home=HomeNumber("2", "1", "0301"),
    floor_area=Decimal("89.46"),
    chargeable_area=None,
    layout="两室一厅",
    kind="residence",
    finish="bare",
    sold=False,
    handed_over_on=None,
    owner=None,
    co_owners=(),
    emergency_contacts=(),
    remark="",
    at=RowRef("", 0),
)


def test_a_home_comes_with_its_building_and_a_line_in_its_timeline(office: Office) -> None:
    home = add_home(SAID)
    assert (home.label, home.floor, home.chargeable_area, home.sold) == (
        "2-1-0301",
        3,
        Decimal("89.46"),
        False,
    )
    assert unit().scalars(select(Building.name).where(Building.id == home.building_id)).one() == "2"
    assert unit().scalars(select(JournalEntry.event).where(JournalEntry.home_id == home.id)).all() == [
        "home.added"
    ]


def test_a_home_that_is_known_is_not_added_again(office: Office) -> None:
    """Not even where the register says otherwise: an addition never changes what the office has."""
    add_home(SAID)
    for again in (SAID, replace(SAID, floor_area=Decimal(90))):
        with pytest.raises(RuleBroken, match=r"home\.known") as refused:
            add_home(again)
        assert refused.value.facts == {"field": "number", "home": "2-1-0301"}


def test_a_home_is_not_handed_over_before_its_building_was_completed(office: Office) -> None:
    """WAR-4."""
    early = replace(SAID, home=HomeNumber("1", "1", "0301"), handed_over_on=date(2025, 6, 29))
    with pytest.raises(RuleBroken, match=r"home\.before_completion"):
        add_home(early)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("floor_area", replace(SAID, floor_area=Decimal(0))),
        ("floor_area", replace(SAID, floor_area=Decimal("100000.01"))),
        ("chargeable_area", replace(SAID, chargeable_area=Decimal(0))),
        ("chargeable_area", replace(SAID, chargeable_area=Decimal("100000.01"))),
    ],
)
def test_an_area_that_cannot_be_is_refused(office: Office, column: str, said: RollHome) -> None:
    with pytest.raises(RuleBroken, match=r"home\.area") as refused:
        add_home(said)
    assert refused.value.facts["field"] == column


def test_a_home_with_an_owner_stays_sold(office: Office) -> None:
    """FM-01."""
    home = office.home()
    office.owner(home)

    def describe(*, sold: bool) -> None:
        describe_home(
            home,
            kind=HomeKind.RESIDENCE,
            layout_type=home.layout_type,
            finish=Finish.BARE,
            floor_area=home.floor_area,
            chargeable_area=home.chargeable_area,
            sold=sold,
            handed_over_on=None,
        )

    describe(sold=True)
    with pytest.raises(RuleBroken, match=r"home\.owned"):
        describe(sold=False)
    assert unit().scalars(select(Home.sold)).one()
