"""What a repair came to: the completion sheet, its charge, the materials of a free repair (X-6, FM-08, FM-09)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pmweb import clock
from pmweb.blueprints.fees import operations as fees
from pmweb.blueprints.households.household import household_of
from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations.lines import billed_round, replace_lines
from pmweb.blueprints.repairs.operations.moves import not_before
from pmweb.blueprints.repairs.operations.promises import nature_of
from pmweb.blueprints.repairs.rules import Line, LineKind, LineStage
from pmweb.domain.money import Money
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal


def bill(repair: Repair, lines: Sequence[Line], at: datetime, *, again: str = "") -> Money:
    """X-6: what was done comes to this; the home owes it from now on, under one fee item (``rules.fee_item``).

    Billed again before the signature, the charge before is voided for the reason ``again``; one that is paid already
    stays, and refuses. Where there is no home, or nothing to pay, nothing is charged. RuleBroken: ``repair.not_paid``,
    ``repair.lines``, ``repair.bill_now``, ``repair.estimate_first``, ``repair.over_estimate``, ``repair.bill_paid``,
    ``repair.estimate_signed`` (it was signed for in an earlier round), those of ``fees.add_charge``.
    """
    rules.refuse_unpaid(nature_of(repair))
    rules.refuse_lines(lines)
    amount = rules.total(lines)
    accepted = repair.estimate_accepted_at is not None
    rules.refuse_bill(repair.state, amount, repair.estimate, accepted=accepted)
    if repair.amount is not None:
        rules.refuse_signed_bill(signed=was_signed(repair))
    at = not_before(repair, at)
    _take_back(repair, again, at)
    replace_lines(repair, LineStage.DONE, lines, at)
    repair.amount, repair.charge_id = amount, _charge(repair, lines, amount, at)
    journal.note(
        unit(),
        repair,
        "repair.billed",
        at=at,
        home_id=repair.home_id,
        amount=str(amount),
        number=repair.number,
    )
    unit().flush()
    return amount


def note_materials(repair: Repair, lines: Sequence[Line], at: datetime) -> None:
    """FM-09: what a free repair used, for the cost of the month (R-8); the resident pays nothing.

    RuleBroken: ``repair.bill_instead`` at a paid repair, ``repair.lines``, ``repair.materials_only``,
    ``repair.bill_now`` before the work is done.
    """
    if nature_of(repair).paid:
        raise RuleBroken("repair.bill_instead")
    if repair.state not in rules.HAS_WORK:
        raise RuleBroken("repair.bill_now")
    rules.refuse_lines(lines)
    if any(line.kind is not LineKind.MATERIAL for line in lines):
        raise RuleBroken("repair.materials_only")
    at = not_before(repair, at)
    replace_lines(repair, LineStage.DONE, lines, at)
    amount = str(rules.total(lines))
    journal.note(
        unit(), repair, "repair.materials", at=at, home_id=repair.home_id, count=len(lines), amount=amount
    )
    unit().flush()


def drop_bill(repair: Repair, reason: str, at: datetime) -> None:
    """The repair is not to be made after all: nothing is owed any more; what was paid is for the finance office.

    The bill of work that was done and signed stands, even if its rework is given up.
    """
    if not was_signed(repair):
        fees.void_open_charge(repair.charge_id, reason, at)


def withdraw_bill(repair: Repair, reason: str, at: datetime) -> None:
    """X-6: the consent that the bill rests on holds no longer, so nothing is owed until it is billed anew.

    RuleBroken: ``repair.estimate_signed`` where an earlier round was signed with this bill, ``repair.bill_paid``.
    """
    if repair.amount is None:
        return
    rules.refuse_signed_bill(signed=was_signed(repair))
    _take_back(repair, reason, at)
    replace_lines(repair, LineStage.DONE, (), at)
    repair.amount = repair.charge_id = None


def was_signed(repair: Repair) -> bool:
    """Whether somebody has signed with the bill that stands: it is owed, whatever becomes of the rework."""
    billed = billed_round(repair)
    return billed is not None and any(
        ended.signed_at is not None and ended.round >= billed for ended in repair.rounds
    )


def _charge(repair: Repair, lines: Sequence[Line], amount: Money, at: datetime) -> int | None:
    if repair.home is None or not amount:
        return None
    day = clock.local(repair.completed_at or at).date()
    charge = fees.add_charge(
        repair.home,
        person_id=_payer(repair),
        item=rules.fee_item(lines),
        period_from=day,
        period_to=day,
        amount=amount,
        arithmetic=rules.arithmetic(lines, day),
        source_kind=repair.__tablename__,
        source_id=repair.id,
        at=at,
    )
    return charge.id


def _take_back(repair: Repair, reason: str, at: datetime) -> None:
    """The charge of an earlier bill: void, or refuse where it has been paid."""
    if repair.charge_id is None:
        return
    fees.void_open_charge(repair.charge_id, reason, at)
    if not fees.is_void(repair.charge_id):
        raise RuleBroken("repair.bill_paid")


def _payer(repair: Repair) -> int | None:
    """Whoever asked for it, if he or she belongs to the home and is of age; else the owner."""
    household = household_of(repair.home_id or 0)
    owner = [household.owner] if household.owner else []
    for member in (*owner, *household.grown_up):
        if member.name == repair.caller_name and repair.caller_phone in ("", member.mobile):
            return member.person_id
    return household.owner.person_id if household.owner else None
