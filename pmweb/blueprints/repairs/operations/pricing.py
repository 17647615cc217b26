"""Prices, estimates and the consent of the resident before the work (X-6, G-7, FEE-1, FEE-2, FM-08, FM-33)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from pmweb.blueprints.fees import operations as fees
from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import EstimateConsent, Repair, ServicePrice
from pmweb.blueprints.repairs.operations import signing
from pmweb.blueprints.repairs.operations.billing import withdraw_bill
from pmweb.blueprints.repairs.operations.lines import as_typed, facts_of_line, lines_of, replace_lines
from pmweb.blueprints.repairs.operations.moves import not_before
from pmweb.blueprints.repairs.operations.promises import nature_of, promise_estimate
from pmweb.blueprints.repairs.rules import ConsentManner, Line, LineStage
from pmweb.data import defaults
from pmweb.domain.id_numbers import mask_name
from pmweb.domain.money import Money
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal
from pmweb.models.signatures import Meaning, Signature, SignMethod
from pmweb.models.signing import Manner, Paper
from pmweb.models.staff import Staff

QUOTED = "quoted"
"""The price unit of what has no published price: it is quoted on site."""


# --- the price list


def price_of(category: str, day: date) -> ServicePrice | None:
    """The published price of a category that is in force on a day (FEE-1)."""
    query = (
        select(ServicePrice)
        .where(
            ServicePrice.category == category,
            ServicePrice.valid_from <= day,
            ServicePrice.voided_at.is_(None),
        )
        .order_by(ServicePrice.valid_from.desc())
        .limit(1)
    )
    return unit().scalar(query)


def hourly_price(day: date) -> Money | None:
    """The price of a working hour in force on a day, from the price list of the fees."""
    tariff = fees.tariff_on(rules.FEE_ITEMS[rules.LineKind.LABOUR], day)
    return Money.rounded(tariff.unit_price) if tariff else None


def set_price(
    category: str, unit_price: Money, valid_from: date, *, basis: str, at: datetime
) -> ServicePrice:
    """FEE-2: publish a price from a day on; estimates that were made before keep theirs.

    RuleBroken: ``repair.price_category`` (unknown, or quoted on site), ``repair.price_negative``,
    ``repair.price_basis``, ``repair.price_exists`` for a day that has a price.
    """
    known = defaults().repairs.categories.get(category)
    if known is None or known.price_unit == QUOTED:
        raise RuleBroken("repair.price_category", field="category")
    if unit_price.fen < 0:
        raise RuleBroken("repair.price_negative", field="unit_price")
    if not basis.strip():
        raise RuleBroken("repair.price_basis", field="basis")
    session = unit()
    same = select(ServicePrice.id).where(
        ServicePrice.category == category,
        ServicePrice.valid_from == valid_from,
        ServicePrice.voided_at.is_(None),
    )
    if session.scalar(same) is not None:
        raise RuleBroken("repair.price_exists", field="valid_from", day=valid_from)
    price = ServicePrice(
        category=category,
        price_unit=known.price_unit,
        unit_price=unit_price,
        valid_from=valid_from,
        basis=basis,
        set_at=at,
    )
    session.add(price)
    session.flush()
    told: dict[str, Any] = {"category": category, "price": str(unit_price), "day": valid_from.isoformat()}
    journal.note(session, price, "repair.price_set", at=at, **told)
    return price


def void_price(price: ServicePrice, reason: str, at: datetime) -> None:
    """A price was entered wrongly: it stays in the list, voided with a reason, and holds no longer."""
    if price.voided_at is not None:
        raise RuleBroken("move.illegal", state="void", to="void")
    rules.refuse_without_reason(reason)
    price.voided_at, price.void_reason = at, reason
    journal.note(unit(), price, "repair.price_voided", at=at, category=price.category, reason=reason)
    unit().flush()


# --- the estimate and who agreed to it


def estimate(repair: Repair, lines: Sequence[Line], at: datetime, *, again: str = "") -> Money:
    """X-6: what it is expected to cost. Another estimate than before needs another consent.

    A bill that was made before is dropped for the reason ``again``. RuleBroken: ``repair.not_paid``, ``repair.lines``,
    ``repair.estimate_late`` once it is signed, those of ``billing.withdraw_bill``.
    """
    rules.refuse_estimate(repair.state, nature_of(repair))
    rules.refuse_lines(lines)
    amount = rules.total(lines)
    if [as_typed(line) for line in lines_of(repair, LineStage.ESTIMATE)] == list(lines):
        return amount
    at = not_before(repair, at)
    withdraw_bill(repair, again, at)
    replace_lines(repair, LineStage.ESTIMATE, lines, at)
    event = "repair.estimated_again" if repair.estimate is not None else "repair.estimated"
    repair.estimate, repair.estimated_at, repair.estimate_accepted_at = amount, at, None
    _note(repair, event, at)
    promise_estimate(repair, at)
    unit().flush()
    return amount


def accept_by_phone(
    repair: Repair,
    name: str,
    phone: str,
    note: str,
    *,
    by: Staff,
    at: datetime,
    called_at: datetime | None = None,
) -> EstimateConsent:
    """X-6: the resident agreed on the phone: who, on which number, when, and who of the office heard it.

    RuleBroken: ``repair.no_estimate``, ``repair.consent_who``, ``repair.consent_phone``, those of
    ``rules.refuse_call``.
    """
    estimated_at = _refuse_without_estimate(repair)
    if not name.strip():
        raise RuleBroken("repair.consent_who", field="person_name")
    if not phone.strip():
        raise RuleBroken("repair.consent_phone", field="phone")
    if called_at is not None:
        rules.refuse_call(called_at, registered_at=repair.registered_at, estimated_at=estimated_at, now=at)
    return _accept(repair, ConsentManner.PHONE, name.strip(), called_at or at, by, phone=phone, note=note)


def estimate_paper(repair: Repair) -> Paper:
    """The estimate as a paper to be signed: the lines and their sum are what the signature covers."""
    lines = lines_of(repair, LineStage.ESTIMATE)
    facts = {
        "number": repair.number,
        "home": repair.home.label if repair.home else "",
        "place": repair.place,
        "description": repair.description,
        "lines": [facts_of_line(line) for line in lines],
        "estimate": repair.estimate,
    }
    return Paper("repair_estimate", Meaning.AGREE, "2026-1", facts, round=repair.round)


def moment_of(repair: Repair, locale: str) -> signing.Moment:
    """What the resident agrees to now.

    RuleBroken: ``repair.not_paid``, ``repair.no_estimate``, ``repair.nobody_signs``.
    """
    _refuse_without_estimate(repair)
    return signing.moment_for(repair, estimate_paper(repair), locale)


def accept_by_signature(
    repair: Repair,
    manner: Manner,
    *,
    signer_id: int | None,
    by: Staff,
    locale: str,
    device: str,
    seen: str | None,
    at: datetime,
    again: str = "",
) -> Signature:
    """X-6: the resident signs the estimate, or refuses before a witness: then it is accepted no longer.

    A bill that rests on it is dropped for the reason ``again``. RuleBroken: those of ``moment_of``, ``signing.give``
    and ``billing.withdraw_bill``.
    """
    signature = signing.give(
        repair,
        moment_of(repair, locale),
        manner,
        signer_id=signer_id,
        locale=locale,
        device=device,
        seen=seen,
        at=at,
    )
    if signature.method is SignMethod.REFUSED:
        _refuse(repair, signature, at, again)
    else:
        _accept(repair, ConsentManner.SIGNATURE, signature.signer_name, at, by, signature_id=signature.id)
    return signature


def consents_of(repair: Repair) -> Sequence[EstimateConsent]:
    """Every consent that was given, the latest first."""
    query = select(EstimateConsent).where(EstimateConsent.repair_id == repair.id)
    return unit().scalars(query.order_by(EstimateConsent.id.desc())).all()


def _refuse_without_estimate(repair: Repair) -> datetime:
    """When the present estimate was written."""
    rules.refuse_estimate(repair.state, nature_of(repair))
    if repair.estimated_at is None:
        raise RuleBroken("repair.no_estimate")
    return repair.estimated_at


def _refuse(repair: Repair, signature: Signature, at: datetime, again: str) -> None:
    """Whatever was agreed to before: the resident does not agree now, and is to be asked again."""
    at = not_before(repair, at)
    withdraw_bill(repair, again, at)
    repair.estimate_accepted_at = None
    name = mask_name(signature.signer_name)
    _note(repair, "repair.estimate_refused", at, name=name, reason=signature.reason)
    promise_estimate(repair, at)
    unit().flush()


def _accept(
    repair: Repair, manner: ConsentManner, name: str, at: datetime, by: Staff, **evidence: Any
) -> EstimateConsent:
    assert repair.estimate is not None
    assert repair.estimated_at is not None
    at = max(
        at, repair.estimated_at
    )  # the clock of a device may be slow, and the field of a call knows no seconds
    consent = EstimateConsent(
        repair_id=repair.id,
        round=repair.round,
        amount=repair.estimate,
        manner=manner,
        person_name=name,
        agreed_at=at,
        by_id=by.id,
        **evidence,
    )
    unit().add(consent)
    repair.estimate_accepted_at = at
    _note(repair, "repair.estimate_accepted", at, name=mask_name(name), manner=manner.value)
    promise_estimate(repair, at)
    unit().flush()
    return consent


def _note(repair: Repair, event: str, at: datetime, **facts: Any) -> None:
    facts |= {"amount": str(repair.estimate), "number": repair.number}
    journal.note(unit(), repair, event, at=at, home_id=repair.home_id, **facts)
