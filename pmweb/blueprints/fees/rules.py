"""What a home is charged, with every factor and every step of it (M-8, A-9, FEE-1). Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pmweb.domain.deadlines import days_in_month, first_of_month, last_of_month
from pmweb.domain.formula import Formula
from pmweb.domain.money import Money
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken, Workflow

PROPERTY_FEE = "property_fee"
PROPERTY_FEE_PARTIAL = "property_fee_partial"
BILLING_MONTHS = 3
"""A billing period ends with the quarter unless the estate says otherwise (ours)."""
DUE_AFTER = timedelta(days=30)
"""Until when a charge is due unless it is agreed otherwise (ours)."""
LENGTHS = (1, 3, 6, 12)

_ONE_DAY = timedelta(days=1)
_SIGNS = str.maketrans({"*": "×", "/": "÷", "-": "−"})


class ChargeState(StrEnum):
    """Whether a charge is owed, paid, or voided with a reason."""

    OPEN = "open"
    PAID = "paid"
    VOID = "void"


MOVES = Workflow(
    {
        ChargeState.OPEN: (ChargeState.PAID, ChargeState.VOID),
        ChargeState.PAID: (),
        ChargeState.VOID: (),
    }
)
"""A charge that was paid is corrected by a reversal, never voided (promise 8)."""


@dataclass(frozen=True, slots=True, order=True)
class Price:
    """A unit price in yuan, valid from a day on until the next one."""

    valid_from: date
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the arithmetic: so many days at one price by one formula, rounded half up to the fen."""

    item: str
    starts_on: date
    ends_on: date
    formula: str
    values: Mapping[str, Decimal]
    amount: Money

    @property
    def spelled(self) -> str:
        """The formula with its values: ``89.46 × 2.50 × 27 ÷ 31``; a factor of 1 is left out."""
        return spell(self.formula, self.values)

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it: figures as text, the amount in fen."""
        return {
            "item": self.item,
            "from": self.starts_on.isoformat(),
            "to": self.ends_on.isoformat(),
            "formula": self.formula,
            "values": {name: str(value) for name, value in self.values.items()},
            "amount_fen": self.amount.fen,
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Step:
        """The step as it was kept by ``plain``."""
        return cls(
            item=kept["item"],
            starts_on=date.fromisoformat(kept["from"]),
            ends_on=date.fromisoformat(kept["to"]),
            formula=kept["formula"],
            values={name: Decimal(value) for name, value in kept["values"].items()},
            amount=Money(kept["amount_fen"]),
        )


@dataclass(frozen=True, slots=True)
class Proposal:
    """What comes to be charged for a period: its steps, which add up to the amount exactly."""

    item: str
    starts_on: date
    ends_on: date
    steps: tuple[Step, ...]

    @property
    def amount(self) -> Money:
        """The sum of the steps."""
        return Money.total(step.amount for step in self.steps)

    @property
    def mark(self) -> str:
        """What tells this proposal from another one: period and sum."""
        return f"{self.starts_on}/{self.ends_on}/{self.amount.fen}"

    def plain(self) -> list[dict[str, Any]]:
        """The steps as JSON keeps them."""
        return [step.plain() for step in self.steps]


_WHOLE = frozenset({"months", "days", "days_in_month", "quantity", "overdue_days"})


def _figure(name: str, value: Decimal) -> str:
    """A count as it is, any other quantity with two places at least."""
    places = max(0 if name in _WHOLE else 2, -int(value.normalize().as_tuple().exponent))
    return f"{value:.{places}f}"


def spell(formula: str, values: Mapping[str, Decimal]) -> str:
    """A formula with its values in the place of the names, as it is written on paper."""
    shown = {name: _figure(name, value) for name, value in values.items() if name != "discount" or value != 1}
    text = formula if "discount" in shown else re.sub(r"\s*\*\s*discount\b", "", formula)
    return re.sub(r"[a-z_]+", lambda name: shown.get(name[0], name[0]), text.translate(_SIGNS))


def period_ends_on(day: date, months: int = BILLING_MONTHS) -> date:
    """The last day of the billing period of ``day``; periods of 1, 3, 6 or 12 months begin with the year.

    ``ValueError`` for another length.
    """
    if months not in LENGTHS:
        raise ValueError("a billing period has 1, 3, 6 or 12 months")
    return last_of_month(first_of_month(day, months - 1 - (day.month - 1) % months))


def price_on(prices: Sequence[Price], day: date) -> Price:
    """The price that is valid on a day. ``RuleBroken("tariff.missing")`` when there is none yet."""
    valid = [price for price in prices if price.valid_from <= day]
    if not valid:
        raise RuleBroken("tariff.missing", day=day.isoformat())
    return max(valid)


def first_period_charge(
    area: Decimal,
    prices: Sequence[Price],
    handed_over_on: date,
    ends_on: date,
    *,
    whole_months: Formula,
    part_month: Formula,
) -> Proposal:
    """A-9: the management fee from the day of the hand-over to the end of the first billing period.

    ``area`` is m², prices are yuan per m² and month. Whole months are charged as such, part of a month by its
    days; a new price inside the period splits it; each step is rounded half up to the fen.
    ``RuleBroken``: ``tariff.missing``, ``charge.period`` (the period ends before it begins).
    """
    if ends_on < handed_over_on:
        raise RuleBroken("charge.period", starts_on=handed_over_on, ends_on=ends_on)
    steps = []
    for start, end, price in _stretches(prices, handed_over_on, ends_on):
        for first, last, months in _months(start, end):
            values = {"area": area, "unit_price": price.unit_price}
            if months:
                item, formula = PROPERTY_FEE, whole_months
                values |= {"months": Decimal(months), "discount": Decimal(1)}
            else:
                item, formula = PROPERTY_FEE_PARTIAL, part_month
                days = (last - first).days + 1
                values |= {"days": Decimal(days), "days_in_month": Decimal(days_in_month(first))}
            steps.append(Step(item, first, last, formula.text, values, formula.amount(values)))
    return Proposal(PROPERTY_FEE, handed_over_on, ends_on, tuple(steps))


def _stretches(prices: Sequence[Price], start: date, end: date) -> Iterator[tuple[date, date, Price]]:
    """The period cut where the price changes."""
    price_on(prices, start)
    cuts = sorted({start, *(price.valid_from for price in prices if start < price.valid_from <= end)})
    for first, after in zip(cuts, [*cuts[1:], end + _ONE_DAY], strict=True):
        yield first, after - _ONE_DAY, price_on(prices, first)


def _months(start: date, end: date) -> Iterator[tuple[date, date, int]]:
    """A stretch as part of a month (0 months) and runs of whole months."""
    while start <= end:
        if start.day == 1 and last_of_month(start) <= end:
            months = 1
            while last_of_month(first_of_month(start, months)) <= end:
                months += 1
            last = last_of_month(first_of_month(start, months - 1))
            yield start, last, months
        else:
            last = min(last_of_month(start), end)
            yield start, last, 0
        start = last + _ONE_DAY


def refuse_without_reason(reason: str) -> None:
    """Nothing is voided without a reason: ``RuleBroken("charge.reason")``."""
    if not reason.strip():
        raise RuleBroken("charge.reason", field="reason")


def may_change_prices(roles: Collection[Role]) -> bool:
    """Whether these roles may set prices (FEE-2) or void a charge: the manager and the finance office."""
    return not {Role.OFFICE_MANAGER, Role.FINANCE}.isdisjoint(roles)
