"""What the office does with prices and charges (M-8, F-1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from pmweb.blueprints.fees import operations
from pmweb.blueprints.fees.models import Charge, Tariff
from pmweb.blueprints.fees.rules import ChargeState
from pmweb.domain.money import Money
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.audit import AuditEntry
from pmweb.models.estate import BILLING, set_rule
from pmweb.models.homes import Home
from pmweb.models.journal import JournalEntry
from tests.office import MORNING, Office


@pytest.fixture
def home(office: Office) -> Home:
    return office.home()


def set_price(yuan: str = "2.50", valid_from: date = date(2026, 1, 1), **facts: Any) -> Tariff:
    facts = {"item": "property_fee", "basis": "合同第 8 条", "document_no": ""} | facts
    return operations.set_tariff(
        facts["item"],
        Decimal(yuan),
        valid_from,
        basis=facts["basis"],
        document_no=facts["document_no"],
        at=MORNING,
    )


def charge_first(home: Home, person_id: int | None = None, from_on: date = date(2026, 3, 5)) -> Charge:
    proposal = operations.propose_first_period(home, from_on=from_on)
    return operations.add_first_period(
        home, person_id, proposal, source_kind="move_in", source_id=12, at=MORNING
    )


def test_the_first_period_becomes_an_open_charge_with_its_arithmetic(office: Office, home: Home) -> None:
    """M-8: the amount, its steps, the payer, the day on which it is due."""
    set_price()
    owner = office.owner(home)
    charge = charge_first(home, owner.id)
    unit().commit()
    assert (charge.number, charge.state) == ("SF-2026-000001", ChargeState.OPEN)
    assert charge.amount == Money.from_yuan("194.79")
    assert (charge.period_from, charge.period_to) == (date(2026, 3, 5), date(2026, 3, 31))
    assert (charge.person_id, charge.due_on) == (owner.id, date(2026, 4, 4))
    (step,) = charge.arithmetic
    assert step["values"] == {"area": "89.46", "unit_price": "2.5", "days": "27", "days_in_month": "31"}
    assert (charge.source_kind, charge.source_id) == ("move_in", 12)


def test_a_proposal_writes_nothing(home: Home) -> None:
    set_price()
    operations.propose_first_period(home, from_on=date(2026, 3, 5))
    assert unit().scalars(select(Charge)).all() == []


def test_without_a_price_there_is_nothing_to_propose(home: Home) -> None:
    with pytest.raises(RuleBroken, match=r"tariff\.missing"):
        operations.propose_first_period(home, from_on=date(2026, 3, 5))


def test_the_length_of_a_billing_period_is_a_setting_of_the_estate(home: Home) -> None:
    set_price()
    set_rule(unit(), BILLING, date(2026, 1, 1), months=6)
    set_rule(unit(), BILLING, date(2026, 7, 1), months=1)
    ends = [operations.propose_first_period(home, from_on=date(2026, m, 5)).ends_on for m in (3, 8)]
    assert ends == [date(2026, 6, 30), date(2026, 8, 31)]
    assert operations.billing_months(date(2025, 12, 31)) == 3


def test_nothing_is_charged_twice_for_the_same_days(office: Office, home: Home) -> None:
    """FEE-11."""
    set_price()
    first = charge_first(home)
    with pytest.raises(RuleBroken, match=r"charge\.twice") as broken:
        charge_first(home, from_on=date(2026, 3, 31))
    assert broken.value.facts == {"number": first.number}
    charge_first(office.home("0102"))
    charge_first(home, from_on=date(2026, 4, 1))


def test_a_thing_sold_twice_on_a_day_is_charged_twice(home: Home) -> None:
    for _card in range(2):
        operations.add_charge(
            home,
            person_id=None,
            item="access_card",
            period_from=date(2026, 3, 5),
            period_to=date(2026, 3, 5),
            amount=Money.from_yuan("15"),
            arithmetic=[],
            at=MORNING,
        )
    assert len(unit().scalars(select(Charge)).all()) == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"item": "nothing"}, "charge.item"),
        ({"period_to": date(2026, 3, 4)}, "charge.period"),
        ({"amount": Money(-1)}, "charge.negative"),
        ({"amount": Money(19478)}, "charge.sum"),
    ],
)
def test_a_charge_that_cannot_be_right_is_refused(home: Home, change: dict[str, Any], code: str) -> None:
    set_price()
    proposal = operations.propose_first_period(home, from_on=date(2026, 3, 5))
    facts: dict[str, Any] = {
        "person_id": None,
        "item": "property_fee",
        "period_from": proposal.starts_on,
        "period_to": proposal.ends_on,
        "amount": proposal.amount,
        "arithmetic": proposal.plain(),
        "at": MORNING,
    }
    with pytest.raises(RuleBroken) as broken:
        operations.add_charge(home, **(facts | change))
    assert broken.value.code == code
    assert unit().scalars(select(Charge)).all() == []


def test_a_voided_charge_stays_with_its_reason_and_may_be_charged_anew(home: Home) -> None:
    """Promise 8."""
    set_price()
    wrong = charge_first(home)
    with pytest.raises(RuleBroken, match=r"charge\.reason"):
        operations.void_charge(wrong, " ", MORNING)
    operations.void_charge(wrong, "收楼日录错", MORNING)
    right = charge_first(home, from_on=date(2026, 3, 6))
    unit().commit()
    assert (wrong.state, wrong.void_reason) == (ChargeState.VOID, "收楼日录错")
    assert right.number == "SF-2026-000002"
    with pytest.raises(RuleBroken, match=r"move\.illegal"):
        operations.void_charge(wrong, "再来", MORNING)


def test_a_charge_keeps_the_price_it_was_made_with(home: Home) -> None:
    set_price()
    charge = charge_first(home)
    operations.void_tariff(unit().scalars(select(Tariff)).one(), "录错", MORNING)
    set_price("9.99")
    unit().commit()
    assert charge.amount == Money.from_yuan("194.79")
    assert charge.arithmetic[0]["values"]["unit_price"] == "2.5"


def test_the_price_of_a_day(home: Home) -> None:
    old, new = set_price(), set_price("2.80", date(2026, 4, 1))
    assert operations.tariff_on("property_fee", date(2025, 12, 31)) is None
    assert operations.tariff_on("property_fee", date(2026, 3, 31)) is old
    assert operations.tariff_on("property_fee", date(2026, 4, 1)) is new
    operations.void_tariff(new, "录错", MORNING)
    assert operations.tariff_on("property_fee", date(2026, 4, 1)) is old


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"item": "nothing"}, "tariff.item"),
        ({"basis": " "}, "tariff.basis"),
        ({}, "tariff.exists"),
    ],
)
def test_a_price_has_an_item_a_basis_and_its_own_day(
    office: Office, facts: dict[str, Any], code: str
) -> None:
    """FEE-2."""
    set_price()
    with pytest.raises(RuleBroken) as broken:
        set_price("3", **facts)
    assert broken.value.code == code


def test_what_is_done_stands_in_the_timeline_and_in_the_trail(home: Home) -> None:
    tariff = set_price()
    operations.void_charge(charge_first(home), "收楼日录错", MORNING)
    operations.void_tariff(tariff, "录错", MORNING)
    unit().commit()
    events = unit().scalars(select(JournalEntry.event).order_by(JournalEntry.id)).all()
    assert events == ["tariff.set", "charge.added", "charge.voided", "tariff.voided"]
    kinds = set(unit().scalars(select(AuditEntry.subject_kind)))
    assert {"Charge", "Tariff"} <= kinds
