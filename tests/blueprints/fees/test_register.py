"""The register of charges: filters, sums, the price list."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from pmweb.blueprints.fees import operations, register
from pmweb.blueprints.fees.models import Charge
from pmweb.blueprints.fees.register import Wanted
from pmweb.blueprints.fees.rules import ChargeState
from pmweb.domain.money import Money
from pmweb.extensions import unit
from tests.blueprints.fees.test_operations import charge_first, set_price
from tests.office import MORNING, Office


@pytest.fixture
def charged(office: Office) -> Office:
    """Three homes that were charged; the second charge is void."""
    set_price()
    charges = [charge_first(office.home(number)) for number in ("0101", "0102", "0201")]
    operations.void_charge(charges[1], "收楼日录错", MORNING)
    unit().commit()
    return office


def homes(wanted: Wanted) -> list[str]:
    return [row.home for row in unit().execute(register.listed(wanted).order_by(Charge.id))]


def test_the_register_by_state_item_number_and_home(charged: Office) -> None:
    assert homes(Wanted()) == ["1-1-0101", "1-1-0201"]
    assert homes(Wanted(state=ChargeState.VOID)) == ["1-1-0102"]
    assert homes(Wanted(state=None)) == ["1-1-0101", "1-1-0102", "1-1-0201"]
    assert homes(Wanted(item="parking_service")) == []
    assert homes(Wanted(words="sf-2026-000003")) == ["1-1-0201"]
    assert homes(Wanted(words="1栋0101")) == ["1-1-0101"]


def test_the_sum_is_the_sum_of_what_is_shown(charged: Office) -> None:
    totals = register.totals(Wanted())
    each = Money.from_yuan("194.79")
    assert (totals[ChargeState.OPEN].count, totals[ChargeState.OPEN].amount) == (2, each + each)
    assert (totals[ChargeState.PAID].count, totals[ChargeState.PAID].amount) == (0, Money(0))
    assert register.totals(Wanted(words="0101"))[ChargeState.OPEN].amount == each


def test_the_price_list_has_the_newest_first(office: Office) -> None:
    set_price()
    set_price("2.80", date(2026, 7, 1))
    assert [price.unit_price for price in register.prices()] == [Decimal("2.80"), Decimal("2.50")]


def test_a_home_shows_what_it_owes_and_the_search_finds_numbers(charged: Office) -> None:
    ids = unit().scalars(select(Charge.home_id)).all()
    assert [row.number for row in register.open_of_homes(ids)] == ["SF-2026-000001", "SF-2026-000003"]
    assert [row.number for row in register.numbered("000002")] == ["SF-2026-000002"]


def test_the_timeline_has_the_newest_first(charged: Office) -> None:
    charge = unit().scalars(select(Charge).where(Charge.state == ChargeState.VOID)).one()
    assert [entry.event for entry in register.timeline(charge)] == ["charge.voided", "charge.added"]
