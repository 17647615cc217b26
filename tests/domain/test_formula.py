"""The formulas of the price list calculate exactly and can do nothing but arithmetic."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.domain.formula import Formula
from pmweb.domain.money import Money
from pmweb.domain.workflow import RuleBroken

KNOWN = ("area", "unit_price", "months", "days", "days_in_month", "discount", "public_cost")


@pytest.mark.parametrize(
    ("formula", "values", "fen"),
    [
        (
            "area * unit_price * months * discount",
            {
                "area": Decimal("89.47"),
                "unit_price": Decimal("2.50"),
                "months": 1,
                "discount": Decimal("0.70"),
            },
            15_657,  # 156.5725
        ),
        (
            "area * unit_price * days / days_in_month",
            {"area": Decimal("89.50"), "unit_price": Decimal("2.50"), "days": 17, "days_in_month": 31},
            12_270,  # 122.7016…
        ),
        ("public_cost / 3 * 3", {"public_cost": Money(1)}, 1),
        ("public_cost / 2", {"public_cost": Money(1)}, 1),
        ("-public_cost / 2", {"public_cost": Money(1)}, -1),
        ("min(area, 0.1) + max(1, 2, area)", {"area": Decimal("0.30")}, 210),
        ("(area + 1) * (area - 1)", {"area": 3}, 800),
    ],
)
def test_a_formula_is_rounded_once_half_up(formula: str, values: dict[str, Decimal | int], fen: int) -> None:
    assert Formula.read(formula, KNOWN).amount(values) == Money(fen)


def test_a_formula_knows_what_it_needs() -> None:
    formula = Formula.read("area * unit_price + area", KNOWN)
    assert formula.variables == ("area", "unit_price")
    with pytest.raises(KeyError, match="unit_price"):
        formula.amount({"area": 1})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("area *", "cannot be read"),
        ("", "cannot be read"),
        ("(" * 400, "cannot be read"),
        ("area * rate", "uses rate"),
        ("area ** 2", "more than plain arithmetic"),
        ("area // 2", "more than plain arithmetic"),
        ("__import__('os')", "more than plain arithmetic"),
        ("area.real", "more than plain arithmetic"),
        ("area if days else months", "more than plain arithmetic"),
        ("min()", "more than plain arithmetic"),
        ("max(*area)", "more than plain arithmetic"),
        ("min(area, key=days)", "more than plain arithmetic"),
        ("'2' * area", "more than plain arithmetic"),
        ("True * area", "more than plain arithmetic"),
        ("0x10 * area", "more than plain arithmetic"),
        ("1e9 * area", "more than plain arithmetic"),
        ("2j * area", "more than plain arithmetic"),
    ],
)
def test_anything_but_arithmetic_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Formula.read(text, KNOWN)


def test_nothing_is_divided_by_zero() -> None:
    with pytest.raises(RuleBroken) as broken:
        Formula.read("area / days", KNOWN).amount({"area": 1, "days": 0})
    assert broken.value.code == "formula.division_by_zero"


def test_a_float_is_no_quantity() -> None:
    facts: Any = {"area": 1.5}
    with pytest.raises(TypeError):
        Formula.read("area", KNOWN).amount(facts)


@given(st.decimals(0, 10_000, places=3), st.decimals(0, 1_000, places=4), st.integers(0, 12))
def test_a_formula_agrees_with_money(area: Decimal, price: Decimal, months: int) -> None:
    values: dict[str, Decimal | int] = {"area": area, "unit_price": price, "months": months}
    assert Formula.read("area * unit_price * months", KNOWN).amount(values) == Money.rounded(
        area * price * months
    )
