"""What the office does with prices and charges (M-8, F-1). They flush; nobody here commits."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.fees import rules
from pmweb.blueprints.fees.models import Charge
from pmweb.blueprints.fees.models import Tariff as Tariff
from pmweb.blueprints.fees.rules import PROPERTY_FEE, PROPERTY_FEE_PARTIAL, ChargeState
from pmweb.blueprints.fees.rules import Proposal as Proposal
from pmweb.data import defaults
from pmweb.data.fees import FeePeriod
from pmweb.domain.money import Money
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal, numbering
from pmweb.models.base import Subject
from pmweb.models.estate import BILLING, rule_on
from pmweb.models.homes import Home


def propose_first_period(home: Home, *, from_on: date) -> Proposal:
    """A-9: what the first billing period of a home comes to, with its arithmetic; nothing is written.

    ``RuleBroken("tariff.missing")`` when no price is valid on a day of the period.
    """
    items = defaults().fees.items
    return rules.first_period_charge(
        home.chargeable_area,
        _prices(PROPERTY_FEE),
        from_on,
        rules.period_ends_on(from_on, billing_months(from_on)),
        whole_months=items[PROPERTY_FEE].formula,
        part_month=items[PROPERTY_FEE_PARTIAL].formula,
    )


def add_first_period(
    home: Home,
    person_id: int | None,
    proposal: Proposal,
    *,
    source_kind: str,
    source_id: int,
    at: datetime,
    due_on: date | None = None,
) -> Charge:
    """M-8: keep what was proposed as an open charge of the payer. It never blocks the keys (A-9)."""
    return add_charge(
        home,
        person_id=person_id,
        item=proposal.item,
        period_from=proposal.starts_on,
        period_to=proposal.ends_on,
        amount=proposal.amount,
        arithmetic=proposal.plain(),
        due_on=due_on,
        source_kind=source_kind,
        source_id=source_id,
        at=at,
    )


def add_charge(
    home: Home,
    *,
    person_id: int | None,
    item: str,
    period_from: date,
    period_to: date,
    amount: Money,
    arithmetic: list[dict[str, Any]],
    due_on: date | None = None,
    source_kind: str | None = None,
    source_id: int | None = None,
    at: datetime,
) -> Charge:
    """Add an open charge with its arithmetic; due 30 days later unless a day is given.

    ``RuleBroken``: ``charge.item``, ``charge.period``, ``charge.negative``, ``charge.sum`` (the steps do not
    add up to the amount), and ``charge.twice`` when an item that returns with each period is already charged
    to the home for a part of this one (FEE-11).
    """
    known = defaults().fees.items.get(item)
    if known is None:
        raise RuleBroken("charge.item", item=item)
    if period_to < period_from:
        raise RuleBroken("charge.period", starts_on=period_from, ends_on=period_to)
    if amount.fen < 0:
        raise RuleBroken("charge.negative")
    if arithmetic and Money.total(rules.Step.read(step).amount for step in arithmetic) != amount:
        raise RuleBroken("charge.sum")
    session = unit()
    if known.period not in (FeePeriod.ONCE, FeePeriod.CONTRACT):
        _refuse_twice(home, item, period_from, period_to)
    charge = Charge(
        number=numbering.next_number(session, numbering.NumberKind.CHARGE, clock.local(at).year),
        home_id=home.id,
        home=home,
        person_id=person_id,
        item=item,
        period_from=period_from,
        period_to=period_to,
        amount=amount,
        arithmetic=arithmetic,
        due_on=due_on or clock.local(at).date() + rules.DUE_AFTER,
        charged_at=at,
        source_kind=source_kind,
        source_id=source_id,
    )
    session.add(charge)
    session.flush()
    _note(charge, "charge.added", at)
    return charge


def void_charge(charge: Charge, reason: str, at: datetime) -> None:
    """An open charge was wrong: it stays, voided with a reason; a paid one is corrected by a reversal."""
    voided = rules.MOVES.move(charge.state, ChargeState.VOID)
    rules.refuse_without_reason(reason)
    charge.state, charge.voided_at, charge.void_reason = voided, at, reason
    _note(charge, "charge.voided", at, reason=reason)
    unit().flush()


def void_open_charge(charge_id: int | None, reason: str, at: datetime) -> None:
    """The matter that charged it was given up; a charge that is no longer open is left to the finance office."""
    charge = unit().get(Charge, charge_id) if charge_id is not None else None
    if charge is not None and charge.state is ChargeState.OPEN:
        void_charge(charge, reason, at)


def is_void(charge_id: int) -> bool:
    """Whether a charge was voided; the matter it came from may then be charged anew."""
    return unit().scalar(select(Charge.state).where(Charge.id == charge_id)) is ChargeState.VOID


def numbered(number: str) -> Subject | None:
    """The charge of this number, for the rooms that lead to it."""
    found = unit().scalar(select(Charge.id).where(Charge.number == number))
    return Subject(Charge.__tablename__, found) if found is not None else None


def tariff_on(item: str, day: date) -> Tariff | None:
    """The price in force on a day."""
    query = (
        select(Tariff)
        .where(Tariff.item == item, Tariff.valid_from <= day, Tariff.voided_at.is_(None))
        .order_by(Tariff.valid_from.desc())
        .limit(1)
    )
    return unit().scalar(query)


def tariffs_behind(proposal: Proposal) -> list[Tariff]:
    """The prices that a proposal was reckoned with, in the order in which they came into force (FEE-2)."""
    query = (
        select(Tariff)
        .where(
            Tariff.item == PROPERTY_FEE,
            Tariff.valid_from <= proposal.ends_on,
            Tariff.voided_at.is_(None),
        )
        .order_by(Tariff.valid_from)
    )
    known = list(unit().scalars(query))
    replaced = sum(tariff.valid_from <= proposal.starts_on for tariff in known) - 1
    return known[max(replaced, 0) :]


def set_tariff(
    item: str, unit_price: Decimal, valid_from: date, *, basis: str, document_no: str = "", at: datetime
) -> Tariff:
    """Publish a price from a day on; charges that were made before keep the price they were made with.

    ``RuleBroken``: ``tariff.item``, ``tariff.basis`` (FEE-2), ``tariff.exists`` for a day that has a price.
    """
    if item not in defaults().fees.items:
        raise RuleBroken("tariff.item", field="item")
    if not basis.strip():
        raise RuleBroken("tariff.basis", field="basis")
    session = unit()
    same = select(Tariff.id).where(
        Tariff.item == item, Tariff.valid_from == valid_from, Tariff.voided_at.is_(None)
    )
    if session.scalar(same) is not None:
        raise RuleBroken("tariff.exists", field="valid_from", day=valid_from)
    tariff = Tariff(
        item=item,
        unit_price=unit_price,
        valid_from=valid_from,
        basis=basis,
        document_no=document_no,
        set_at=at,
    )
    session.add(tariff)
    session.flush()
    journal.note(session, tariff, "tariff.set", at=at, item=item, price=str(unit_price), day=str(valid_from))
    return tariff


def void_tariff(tariff: Tariff, reason: str, at: datetime) -> None:
    """A price was entered wrongly: it stays in the list, voided with a reason, and holds no longer."""
    if tariff.voided_at is not None:
        raise RuleBroken("move.illegal", state="void", to="void")
    rules.refuse_without_reason(reason)
    tariff.voided_at, tariff.void_reason = at, reason
    journal.note(unit(), tariff, "tariff.voided", at=at, item=tariff.item, reason=reason)
    unit().flush()


def billing_months(day: date) -> int:
    """How many months a billing period of the estate has on a day; a quarter unless it was set."""
    months = rule_on(unit(), BILLING, day).get("months", rules.BILLING_MONTHS)
    return months if months in rules.LENGTHS else rules.BILLING_MONTHS


def _prices(item: str) -> list[rules.Price]:
    query = select(Tariff.valid_from, Tariff.unit_price).where(
        Tariff.item == item, Tariff.voided_at.is_(None)
    )
    return [rules.Price(row.valid_from, row.unit_price) for row in unit().execute(query)]


def _refuse_twice(home: Home, item: str, period_from: date, period_to: date) -> None:
    query = select(Charge.number).where(
        Charge.home_id == home.id,
        Charge.item == item,
        Charge.state != ChargeState.VOID,
        Charge.period_from <= period_to,
        Charge.period_to >= period_from,
    )
    number = unit().scalar(query.limit(1))
    if number is not None:
        raise RuleBroken("charge.twice", number=number)


def _note(charge: Charge, event: str, at: datetime, **facts: Any) -> None:
    facts |= {"number": charge.number, "item": charge.item, "amount": str(charge.amount)}
    facts |= {"from_on": charge.period_from.isoformat(), "to_on": charge.period_to.isoformat()}
    journal.note(unit(), charge, event, at=at, home_id=charge.home_id, **facts)
