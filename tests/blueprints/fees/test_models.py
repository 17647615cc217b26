"""The database itself refuses a charge that cannot be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from pmweb.blueprints.fees import operations
from pmweb.blueprints.fees.rules import ChargeState
from pmweb.domain.money import Money
from pmweb.extensions import unit
from tests.blueprints.fees.test_operations import charge_first, set_price
from tests.office import MORNING, Office


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"amount": Money(-1)}, "not_negative"),
        ({"period_to": date(2026, 3, 4)}, "period_in_order"),
        ({"source_id": None}, "source_is_whole"),
        ({"state": ChargeState.VOID}, "void_has_its_time"),
        ({"void_reason": "-"}, "void_has_a_reason"),
    ],
)
def test_a_charge_is_whole(office: Office, facts: dict[str, Any], name: str) -> None:
    set_price()
    charge = charge_first(office.home())
    for column, value in facts.items():
        setattr(charge, column, value)
    with pytest.raises(IntegrityError, match=name):
        unit().flush()
    unit().rollback()


def test_one_price_of_an_item_begins_on_a_day_but_a_voided_one_does_not_count(office: Office) -> None:
    wrong = set_price()
    operations.void_tariff(wrong, "录错", MORNING)
    right = set_price("2.80")
    unit().flush()
    wrong.voided_at, wrong.void_reason = None, ""
    with pytest.raises(IntegrityError):
        unit().flush()
    unit().rollback()
    assert right.unit_price == Decimal("2.80")
