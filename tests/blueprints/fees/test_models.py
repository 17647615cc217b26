"""The database itself refuses a charge that cannot be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

from pmweb.blueprints.fees import operations
from pmweb.blueprints.fees.models import Charge
from pmweb.blueprints.fees.rules import ChargeState
from pmweb.domain.money import Money
from pmweb.extensions import unit
from pmweb.models.session_rules import EvidenceStands
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
    known = charge_first(office.home())
    columns = [attr.key for attr in inspect(Charge).column_attrs if attr.key not in ("id", "version")]
    other = {column: getattr(known, column) for column in columns} | {"number": "SF-2026-000009"}
    unit().add(Charge(**other | facts))
    with pytest.raises(IntegrityError, match=name):
        unit().flush()
    unit().rollback()


@pytest.mark.parametrize(
    ("column", "value"), [("amount", Money(1)), ("period_to", date(2027, 1, 1)), ("number", "SF-2026-000009")]
)
def test_what_was_charged_stands(office: Office, column: str, value: Any) -> None:
    """Promise 8: only its state changes; a correction is a charge of its own."""
    set_price()
    charge = charge_first(office.home())
    setattr(charge, column, value)
    with pytest.raises(EvidenceStands):
        unit().flush()


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
