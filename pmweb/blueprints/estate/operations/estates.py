"""Estates: a new one, and what is known of it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.estate import rules
from pmweb.domain.id_numbers import read_phone
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.estate import BILLING, MECHANISM, Estate, EstateRules, set_rule
from pmweb.models.staff import Staff, StaffRole, appoint_stewards


def estate_called(code: str) -> Estate | None:
    """The estate with this code, in any spelling of it. Raises ``RuleBroken("estate.code_form")``."""
    return unit().scalar(select(Estate).where(Estate.code == rules.read_code(code)))


def found_estate(
    code: str,
    name: str,
    *,
    company: str = "",
    developer: str = "",
    phone: str = "",
    founder: Staff | None = None,
) -> Estate:
    """A new estate. Its administrators are the stewards of the instance and who founds it.

    Raises ``RuleBroken``: ``estate.code_form``, ``estate.code_taken``, ``phone.form``.
    """
    if estate_called(code) is not None:
        raise RuleBroken("estate.code_taken", field="code")
    estate = Estate(code=rules.read_code(code), created_at=clock.now())
    _describe(estate, name, company, developer, phone)
    unit().add(estate)
    appoint_stewards(unit(), estate)
    if founder is not None and not any(role.estate_id == estate.id for role in founder.roles):
        founder.roles.append(StaffRole(estate=estate, role=Role.ADMIN))
    unit().flush()
    return estate


def change_estate(
    estate: Estate, *, name: str, company: str = "", developer: str = "", phone: str = ""
) -> None:
    """Correct what is known of an estate; its code stays, papers and addresses rest on it.

    Raises ``RuleBroken("phone.form")``.
    """
    _describe(estate, name, company, developer, phone)
    unit().flush()


def set_billing_months(months: int, valid_from: date) -> EstateRules:
    """How many months a billing period has from a day on; the earlier rules stay for the bills of their time.

    Raises ``RuleBroken("estate.rule_past")``, ValueError for another number than those of ``BILLING_MONTHS``.
    """
    if months not in rules.BILLING_MONTHS:
        raise ValueError(f"a billing period has one of {rules.BILLING_MONTHS} months")
    rules.check_rule_day(valid_from, clock.today())
    return set_rule(unit(), BILLING, valid_from, months=months)


def set_mechanism(name: str, text: str) -> EstateRules:
    """What the office calls its coordination of complaints, and how it goes: shown from today on (P-17, A-25)."""
    return set_rule(unit(), MECHANISM, clock.today(), name=name, text=text)


def _describe(estate: Estate, name: str, company: str, developer: str, phone: str) -> None:
    estate.name, estate.company, estate.developer = name, company, developer
    estate.phone = read_phone(phone) if phone.strip() else ""
