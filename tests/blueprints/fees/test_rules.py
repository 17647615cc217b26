"""What the first period comes to, step by step, and what may never be off by a fen (M-8, A-9)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.blueprints.fees import rules
from pmweb.blueprints.fees.rules import ChargeState, Price, Proposal, Step
from pmweb.data import defaults
from pmweb.domain.deadlines import days_in_month
from pmweb.domain.money import Money
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken

ITEMS = defaults().fees.items
SINCE_2024 = Price(date(2024, 1, 1), Decimal("2.50"))


def charge(area: str, handed_over_on: date, ends_on: date, *prices: Price) -> Proposal:
    return rules.first_period_charge(
        Decimal(area),
        prices or (SINCE_2024,),
        handed_over_on,
        ends_on,
        whole_months=ITEMS["property_fee"].formula,
        part_month=ITEMS["property_fee_partial"].formula,
    )


@pytest.mark.parametrize(
    ("handed_over_on", "ends_on", "area", "spelled", "amount"),
    [
        # 100 m² at 2.50 are 250.00 a month
        (date(2026, 3, 1), date(2026, 3, 31), "100", ["100.00 × 2.50 × 1"], "250.00"),
        (date(2026, 3, 31), date(2026, 3, 31), "100", ["100.00 × 2.50 × 1 ÷ 31"], "8.06"),  # 8.0645
        (date(2026, 3, 5), date(2026, 3, 31), "89.46", ["89.46 × 2.50 × 27 ÷ 31"], "194.79"),  # 194.7919
        (date(2026, 1, 1), date(2026, 3, 31), "89.46", ["89.46 × 2.50 × 3"], "670.95"),
        (
            date(2026, 1, 15),
            date(2026, 3, 31),
            "89.46",
            ["89.46 × 2.50 × 17 ÷ 31", "89.46 × 2.50 × 2"],
            "569.95",  # 122.6468 → 122.65, 447.30
        ),
        # February of a leap year and of another
        (date(2028, 2, 15), date(2028, 2, 29), "100", ["100.00 × 2.50 × 15 ÷ 29"], "129.31"),
        (date(2027, 2, 15), date(2027, 2, 28), "100", ["100.00 × 2.50 × 14 ÷ 28"], "125.00"),
        (date(2026, 2, 1), date(2026, 2, 28), "100", ["100.00 × 2.50 × 1"], "250.00"),
        # half a fen goes up: 4.10 × 2.50 × 3 ÷ 30 = 1.025
        (date(2026, 4, 28), date(2026, 4, 30), "4.10", ["4.10 × 2.50 × 3 ÷ 30"], "1.03"),
        # over the turn of the year
        (
            date(2026, 12, 30),
            date(2027, 3, 31),
            "100",
            ["100.00 × 2.50 × 2 ÷ 31", "100.00 × 2.50 × 3"],
            "766.13",
        ),
        # a period that ends inside a month
        (
            date(2026, 3, 1),
            date(2026, 4, 10),
            "100",
            ["100.00 × 2.50 × 1", "100.00 × 2.50 × 10 ÷ 30"],
            "333.33",
        ),
        # an area with three places
        (date(2026, 3, 1), date(2026, 3, 31), "89.465", ["89.465 × 2.50 × 1"], "223.66"),  # 223.6625
    ],
)
def test_from_the_hand_over_to_the_end_of_the_period(
    handed_over_on: date, ends_on: date, area: str, spelled: list[str], amount: str
) -> None:
    """A-9: whole months as such, part of a month by its days, each step rounded half up."""
    proposal = charge(area, handed_over_on, ends_on)
    assert [step.spelled for step in proposal.steps] == spelled
    assert proposal.amount == Money.from_yuan(amount)


NEW = Price(date(2026, 2, 16), Decimal("2.80"))


@pytest.mark.parametrize(
    ("prices", "spelled"),
    [
        (  # inside a month: the month falls into two parts
            (SINCE_2024, NEW),
            [
                "100.00 × 2.50 × 1",
                "100.00 × 2.50 × 15 ÷ 28",
                "100.00 × 2.80 × 13 ÷ 28",
                "100.00 × 2.80 × 1",
            ],
        ),
        (  # on the first of a month: two runs of whole months
            (SINCE_2024, Price(date(2026, 2, 1), Decimal("2.80"))),
            ["100.00 × 2.50 × 1", "100.00 × 2.80 × 2"],
        ),
        (  # on the very first day, and one after the end
            (SINCE_2024, Price(date(2026, 1, 1), Decimal("2.60")), Price(date(2026, 4, 1), Decimal(9))),
            ["100.00 × 2.60 × 3"],
        ),
        (  # the order of the list means nothing
            (NEW, SINCE_2024),
            [
                "100.00 × 2.50 × 1",
                "100.00 × 2.50 × 15 ÷ 28",
                "100.00 × 2.80 × 13 ÷ 28",
                "100.00 × 2.80 × 1",
            ],
        ),
    ],
)
def test_a_new_price_inside_the_period_splits_it(prices: tuple[Price, ...], spelled: list[str]) -> None:
    proposal = charge("100", date(2026, 1, 1), date(2026, 3, 31), *prices)
    assert [step.spelled for step in proposal.steps] == spelled


def test_a_day_without_a_price_cannot_be_charged() -> None:
    with pytest.raises(RuleBroken, match=r"tariff\.missing") as broken:
        charge("100", date(2023, 12, 31), date(2024, 3, 31))
    assert broken.value.facts == {"day": "2023-12-31"}


def test_a_period_ends_after_it_begins() -> None:
    with pytest.raises(RuleBroken, match=r"charge\.period"):
        charge("100", date(2026, 4, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("day", "months", "ends_on"),
    [
        (date(2026, 1, 1), 3, date(2026, 3, 31)),
        (date(2026, 3, 31), 3, date(2026, 3, 31)),
        (date(2026, 4, 1), 3, date(2026, 6, 30)),
        (date(2026, 12, 31), 3, date(2026, 12, 31)),
        (date(2026, 2, 3), 1, date(2026, 2, 28)),
        (date(2028, 2, 3), 1, date(2028, 2, 29)),
        (date(2026, 5, 5), 6, date(2026, 6, 30)),
        (date(2026, 7, 1), 6, date(2026, 12, 31)),
        (date(2026, 7, 1), 12, date(2026, 12, 31)),
    ],
)
def test_a_billing_period_ends_with_the_month_the_quarter_or_the_year(
    day: date, months: int, ends_on: date
) -> None:
    assert rules.period_ends_on(day, months) == ends_on


def test_other_periods_are_not_known() -> None:
    with pytest.raises(ValueError, match="1, 3, 6 or 12"):
        rules.period_ends_on(date(2026, 1, 1), 5)


days = st.dates(date(2024, 1, 1), date(2030, 12, 31))
areas = st.decimals(Decimal("0.001"), Decimal("999.999"), places=3)
unit_prices = st.decimals(Decimal(0), Decimal("99.999"), places=3)
price_lists = st.lists(
    st.builds(Price, days, unit_prices), max_size=5, unique_by=lambda price: price.valid_from
)


@st.composite
def periods(draw: Any) -> tuple[date, date]:
    start = draw(days)
    return start, start + timedelta(days=draw(st.integers(0, 400)))


@given(areas, price_lists, periods())
def test_the_steps_cover_each_day_once_at_the_price_of_that_day(
    area: Decimal, later: list[Price], period: tuple[date, date]
) -> None:
    prices = [Price(date(2020, 1, 1), Decimal("1.000")), *later]
    start, end = period
    proposal = charge(str(area), start, end, *prices)
    covered = [
        step.starts_on + timedelta(days=n)
        for step in proposal.steps
        for n in range((step.ends_on - step.starts_on).days + 1)
    ]
    assert covered == [start + timedelta(days=n) for n in range((end - start).days + 1)]
    for step in proposal.steps:
        for day in (step.starts_on, step.ends_on):
            assert step.values["unit_price"] == rules.price_on(prices, day).unit_price


@given(areas, price_lists, periods())
def test_each_step_is_within_half_a_fen_and_the_sum_is_the_sum(
    area: Decimal, later: list[Price], period: tuple[date, date]
) -> None:
    """Reckoned day by day in fractions, independent of the formulas of the price list."""
    prices = [Price(date(2020, 1, 1), Decimal("1.000")), *later]
    proposal = charge(str(area), *period, *prices)
    assert proposal.amount == Money(sum(step.amount.fen for step in proposal.steps))
    for step in proposal.steps:
        exact = Fraction(0)
        day = step.starts_on
        while day <= step.ends_on:
            exact += Fraction(area) * Fraction(rules.price_on(prices, day).unit_price) / days_in_month(day)
            day += timedelta(days=1)
        fen = Decimal(exact.numerator * 100) / Decimal(exact.denominator)
        assert abs(step.amount.fen - exact * 100) <= Fraction(1, 2)
        if exact * 100 * 2 % 1 == 0:  # half a fen exactly: up
            assert step.amount.fen == int(fen.to_integral_value(rounding=ROUND_HALF_UP))


@given(areas, price_lists, periods())
def test_what_is_kept_reads_back_as_it_was(
    area: Decimal, later: list[Price], period: tuple[date, date]
) -> None:
    proposal = charge(str(area), *period, Price(date(2020, 1, 1), Decimal(1)), *later)
    assert tuple(Step.read(step) for step in proposal.plain()) == proposal.steps


@given(areas, periods())
def test_a_larger_home_never_pays_less(area: Decimal, period: tuple[date, date]) -> None:
    assert charge(str(area), *period).amount <= charge(str(area + 1), *period).amount


def test_a_discount_is_spelled_out_only_where_there_is_one() -> None:
    formula = ITEMS["property_fee"].formula.text
    values = {"area": Decimal(90), "unit_price": Decimal("2.5"), "months": Decimal(2)}
    assert rules.spell(formula, values | {"discount": Decimal(1)}) == "90.00 × 2.50 × 2"
    assert rules.spell(formula, values | {"discount": Decimal("0.7")}) == "90.00 × 2.50 × 2 × 0.70"


def test_a_paid_charge_is_never_voided() -> None:
    """Promise 8: what was paid is corrected by a reversal."""
    assert rules.MOVES.allows(ChargeState.OPEN, ChargeState.VOID)
    assert not rules.MOVES.allows(ChargeState.PAID, ChargeState.VOID)


def test_prices_are_set_by_the_manager_and_the_finance_office() -> None:
    may = {role for role in Role if rules.may_change_prices({role})}
    assert may == {Role.OFFICE_MANAGER, Role.FINANCE}
