"""Money is whole fen: nothing is lost in reading, multiplying, sharing or printing it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.domain.money import Money
from pmweb.domain.workflow import RuleBroken

AMOUNTS = st.integers(-(10**14), 10**14).map(Money)
FACTORS = st.decimals(-1000, 1000, allow_nan=False, places=6)
WEIGHTS = st.lists(st.decimals(0, 10_000, places=2), min_size=1, max_size=40).filter(any)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("0", 0),
        ("2.5", 250),
        ("1234.50", 123_450),
        ("¥1,234.50", 123_450),
        ("￥ 1，234．50", 123_450),
        ("-0.01", -1),
        ("007", 700),
        ("2.500", 250),
        (Decimal("1E+3"), 100_000),
        (Decimal("-12.34"), -1_234),
    ],
)
def test_an_amount_is_read_as_it_is_written(typed: str | Decimal, fen: int) -> None:
    assert Money.from_yuan(typed).fen == fen


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "money.form"),
        ("一百", "money.form"),
        ("1,23", "money.form"),
        ("1.2.3", "money.form"),
        (".5", "money.form"),
        ("1e3", "money.form"),
        ("NaN", "money.form"),
        ("1_000", "money.form"),
        ("1" * 14, "money.form"),
        (Decimal("Infinity"), "money.form"),
        (Decimal("1E+20"), "money.form"),
        ("0.005", "money.too_fine"),
        (Decimal("0.001"), "money.too_fine"),
    ],
)
def test_what_is_no_amount_is_refused(typed: str | Decimal, code: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        Money.from_yuan(typed)
    assert broken.value.code == code


@pytest.mark.parametrize("make", [Money, Money.from_yuan, Money.rounded])
def test_a_float_never_becomes_money(make: Callable[[Any], Money]) -> None:
    for wrong in (1.5, 1.0):
        with pytest.raises(TypeError):
            make(wrong)


def test_what_is_no_amount_is_not_reckoned_with_one() -> None:
    """What mypy refuses is refused at run time too."""
    fen: Any = Money(1)
    with pytest.raises(TypeError):
        Money(True)
    for factor in (1.5, True, fen):
        with pytest.raises(TypeError):
            fen * factor
    with pytest.raises(TypeError):
        fen + 1
    with pytest.raises(TypeError):
        fen - 1
    with pytest.raises(TypeError):
        assert fen < 2


@pytest.mark.parametrize(
    ("fen", "factor", "result"),
    [
        (250, Decimal("89.47"), 22_368),  # 223.675 → 223.68: a month of a home of 89.47 m²
        (1, Decimal("0.5"), 1),
        (1, Decimal("0.49"), 0),
        (-1, Decimal("0.5"), -1),
        (3, Decimal("-0.5"), -2),
        (22_368, Decimal("0.70"), 15_658),  # 15 657.6: the custody discount of H-3
        (100, 3, 300),
    ],
)
def test_a_product_is_rounded_half_up_to_the_fen(fen: int, factor: Decimal | int, result: int) -> None:
    assert Money(fen) * factor == Money(result)
    assert factor * Money(fen) == Money(result)


def test_the_result_of_a_formula_is_rounded_once() -> None:
    assert Money.rounded(Decimal("223.675")) == Money(22_368)
    assert Money.rounded(Decimal("223.67499999")) == Money(22_367)


@given(AMOUNTS, FACTORS)
def test_a_reversal_is_the_same_number_with_the_other_sign(amount: Money, factor: Decimal) -> None:
    assert -amount * factor == -(amount * factor)


@given(AMOUNTS, FACTORS)
def test_rounding_is_never_off_by_more_than_half_a_fen(amount: Money, factor: Decimal) -> None:
    assert abs(Decimal((amount * factor).fen) - amount.fen * factor) <= Decimal("0.5")


@given(AMOUNTS, WEIGHTS)
def test_shares_add_up_exactly_and_are_fair(amount: Money, weights: list[Decimal]) -> None:
    shares = amount.share(weights)
    assert Money.total(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.fen - amount.fen * weight / sum(weights)) < 1 + Decimal("1e-9")
        assert share or not amount or weight == 0 or abs(share.fen) <= 1
        assert share.fen * amount.fen >= 0
        if weight == 0:
            assert not share


@pytest.mark.parametrize(
    ("fen", "weights", "shares"),
    [
        (100, (1, 1, 1), (34, 33, 33)),
        (-100, (1, 1, 1), (-34, -33, -33)),
        (100, (Decimal("89.5"), Decimal("120.3"), Decimal(0)), (43, 57, 0)),
        (2, (1, 1, 1), (1, 1, 0)),
        (0, (1, 2), (0, 0)),
    ],
)
def test_the_residue_goes_to_those_who_lost_most(fen: int, weights: tuple[int], shares: tuple[int]) -> None:
    assert [share.fen for share in Money(fen).share(weights)] == list(shares)


def test_equal_instalments_carry_the_residue_first() -> None:
    assert Money(1_001).split(4) == (Money(251), Money(250), Money(250), Money(250))


@pytest.mark.parametrize("weights", [(), (0, 0), (1, -1), (3, -1)])
def test_impossible_shares_are_refused(weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(100).share(weights)


@pytest.mark.parametrize(
    ("fen", "printed", "plain"),
    [
        (0, "¥0.00", "0.00"),
        (5, "¥0.05", "0.05"),
        (123_450, "¥1,234.50", "1234.50"),
        (-123_450, "-¥1,234.50", "-1234.50"),
        (123_456_789_012_345, "¥1,234,567,890,123.45", "1234567890123.45"),
    ],
)
def test_an_amount_is_printed_with_yuan_and_fen(fen: int, printed: str, plain: str) -> None:
    assert str(Money(fen)) == f"{Money(fen)}" == printed
    assert Money(fen).plain == plain


@given(st.integers(-(10**14), 10**14).map(Money))
def test_what_is_printed_reads_back(amount: Money) -> None:
    assert Money.from_yuan(str(amount).replace("-¥", "¥-")) == amount
    assert Money.from_yuan(amount.plain) == amount
    assert Money.from_yuan(amount.yuan) == amount


@given(AMOUNTS, AMOUNTS)
def test_amounts_add_subtract_and_compare_like_their_fen(one: Money, other: Money) -> None:
    assert (one + other).fen == one.fen + other.fen
    assert (one - other) == one + -other
    assert (one < other) == (one.fen < other.fen)
    assert abs(one) >= Money(0)
    assert bool(one) == (one.fen != 0)
    assert Money.total([one, other, -one]) == other
