"""Fee items, the custody discount and the lines of the public account."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from pmweb.data import defaults
from pmweb.domain.money import Money

Slip = Callable[[str, str, str], str]


def test_the_fee_items_calculate() -> None:
    """FEE-4, H-3."""
    fees = defaults().fees
    assert len(fees.items) == 27
    assert [item.id for item in fees.items.values() if not item.enabled] == [
        "decoration_deposit",
        "late_damages",
    ]
    item = fees.items["property_fee"]
    assert item.formula.amount(
        {
            "area": Decimal("89.47"),
            "unit_price": Decimal("2.50"),
            "months": 1,
            "discount": fees.custody.factor,
        }
    ) == Money(15_657)
    assert fees.custody.within(Decimal("5.000"), Decimal("20.00"))
    assert not fees.custody.within(Decimal("5.001"), Decimal(0))
    assert not fees.custody.within(Decimal(0), Decimal("20.01"))
    assert [line.id for line in fees.income_lines.values() if line.public] == [
        "inc_public_parking",
        "inc_public_advertising",
    ]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("area * unit_price * months * discount", "area * price", "uses price, which is no known"),
        ("area * unit_price * months * discount", "area ** 2", "more than plain arithmetic"),
        ('factor: "0.70"', 'factor: "70"', "the factor must be above 0 and at most 1, not 70"),
        ("applies_to: [property_fee]", "applies_to: [parking_service]", "not marked with custody"),
        ("kind: agency,", "kind: agent,", 'kind "agent" is not one of own, agency'),
        ("places: 2", "places: 3", "amounts are rounded to 2 places"),
        ("currency: CNY", "currency: EUR", 'currency "EUR" is not one of CNY'),
        ("id: custody\n", "id: empty_home\n", "the discounts must hold the row custody"),
    ],
)
def test_a_slip_is_named(slip: Slip, old: str, new: str, reason: str) -> None:
    assert reason in slip("fee-items.yaml", old, new)
