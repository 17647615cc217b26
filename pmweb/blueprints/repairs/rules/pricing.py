"""What a paid repair costs, and what stands before it: the consent, the completion sheet (X-6, FM-08, FM-09).

Pure: prices, days and consents are arguments.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from pmweb.blueprints.repairs.rules.promises import Promise
from pmweb.blueprints.repairs.rules.states import TO_MEND, Nature, RepairState
from pmweb.domain.money import Money
from pmweb.domain.permissions import Permission, Role
from pmweb.domain.workflow import RuleBroken

_S = RepairState

ESTIMATE = "repair.estimate"
"""The promise of X-6: the resident is asked before the work."""
ONE = Decimal(1)
MOST_LINES = 8
"""What fits on the page and on the printed work order."""
BILLED_IN = frozenset({_S.COMPLETED, _S.RECHECKED, _S.LEAK_TESTED})
"""The completion sheet is filled in between the work and the signature."""


class LineStage(StrEnum):
    """What a line says: what is expected, or what was done."""

    ESTIMATE = "estimate"
    DONE = "done"


class LineKind(StrEnum):
    """What is paid for: working hours, a job by its published price, or material (FM-09)."""

    LABOUR = "labour"
    SERVICE = "service"
    MATERIAL = "material"


class ConsentManner(StrEnum):
    """How the resident agreed to the estimate (X-6)."""

    SIGNATURE = "signature"
    PHONE = "phone"


FEE_ITEMS: Mapping[LineKind, str] = {
    LineKind.LABOUR: "repair_labour",
    LineKind.SERVICE: "repair_piece",
    LineKind.MATERIAL: "repair_material",
}
"""The fee item of a line. Whatever its unit, a job by its price is "by the piece" (ours)."""
MIXED_ITEM = "special_service"
"""The fee item of a bill whose lines are of several items; each step of its arithmetic names its own (ours)."""
_FORMULAS: Mapping[LineKind, tuple[str, str, str]] = {
    LineKind.LABOUR: ("labour_hours * hourly_price", "labour_hours", "hourly_price"),
    LineKind.SERVICE: ("quantity * unit_price", "quantity", "unit_price"),
    LineKind.MATERIAL: ("quantity * unit_price", "quantity", "unit_price"),
}
"""How a line is reckoned; the cost of material (``material_cost``) is written out as quantity and price."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an estimate or of the completion sheet; ``unit`` in words, the price for one of it."""

    kind: LineKind
    name: str
    unit: str
    quantity: Decimal
    unit_price: Money

    @property
    def amount(self) -> Money:
        """Quantity × price, rounded half up to the fen."""
        return self.unit_price * self.quantity


class Priced(Protocol):
    """Anything with an amount: a line as it was typed, or as it was kept."""

    @property
    def amount(self) -> Money:
        """What it comes to."""
        ...


def total(lines: Collection[Priced]) -> Money:
    """The sum of the lines, each rounded for itself."""
    return Money.total(line.amount for line in lines)


def fee_item(lines: Collection[Line]) -> str:
    """Under which fee item the bill is charged: that of its lines, or ``MIXED_ITEM`` for several."""
    items = {FEE_ITEMS[line.kind] for line in lines}
    return items.pop() if len(items) == 1 else MIXED_ITEM


def arithmetic(lines: Sequence[Line], on: date) -> list[dict[str, Any]]:
    """The lines as the steps that a charge keeps (``fees.rules.Step.plain``); they add up to the total."""
    steps = []
    for line in lines:
        formula, quantity, price = _FORMULAS[line.kind]
        values = {quantity: str(line.quantity), price: str(line.unit_price.yuan)}
        step = {"item": FEE_ITEMS[line.kind], "from": on.isoformat(), "to": on.isoformat()}
        steps.append(step | {"formula": formula, "values": values, "amount_fen": line.amount.fen})
    return steps


def refuse_lines(lines: Sequence[Line]) -> None:
    """An estimate, and a bill, says at least one thing, and not more than fits: ``repair.lines``."""
    if not lines:
        raise RuleBroken("repair.lines", field="name_1")
    if len(lines) > MOST_LINES:
        raise RuleBroken("repair.too_many_lines", most=MOST_LINES)


def refuse_unpaid(nature: Nature) -> None:
    """Nothing is estimated where the resident pays nothing: ``RuleBroken("repair.not_paid")``."""
    if not nature.paid:
        raise RuleBroken("repair.not_paid")


def refuse_estimate(state: RepairState, nature: Nature) -> None:
    """Until it is signed the estimate may change: ``RuleBroken("repair.estimate_late")`` afterwards."""
    refuse_unpaid(nature)
    if state not in TO_MEND:
        raise RuleBroken("repair.estimate_late")


def refuse_arrival(nature: Nature, *, accepted: bool) -> None:
    """X-6: nobody works on what is paid for before the resident agreed, nor ends it: ``repair.estimate_first``."""
    if nature.paid and not accepted:
        raise RuleBroken("repair.estimate_first")


def refuse_bill(state: RepairState, amount: Money, estimate: Money | None, *, accepted: bool) -> None:
    """X-6: what is charged is at most what the resident agreed to; more needs a new consent first.

    ``RuleBroken``: ``repair.bill_now`` (not between work and signature), ``repair.estimate_first``,
    ``repair.over_estimate``.
    """
    if state not in BILLED_IN:
        raise RuleBroken("repair.bill_now")
    _refuse_more_than_agreed(amount, estimate, accepted=accepted)


def refuse_unbilled(nature: Nature, amount: Money | None, estimate: Money | None, *, accepted: bool) -> None:
    """A paid repair is not signed before its amount stands, within the estimate that the resident agreed to (X-6).

    ``RuleBroken``: ``repair.amount_first``, ``repair.estimate_first``, ``repair.over_estimate``.
    """
    if not nature.paid:
        return
    if amount is None:
        raise RuleBroken("repair.amount_first")
    _refuse_more_than_agreed(amount, estimate, accepted=accepted)


def refuse_signed_bill(*, signed: bool, field: str | None = None) -> None:
    """What was signed for is not estimated anew in its rework: ``RuleBroken("repair.estimate_signed")`` (ours)."""
    if signed:
        raise RuleBroken("repair.estimate_signed", **({"field": field} if field else {}))


def refuse_call(
    called_at: datetime, *, registered_at: datetime, estimated_at: datetime, now: datetime
) -> None:
    """X-6: the resident can have agreed only after the estimate was written; a call is noted to the minute.

    ``RuleBroken``: ``repair.consent_future``, ``repair.consent_before_call``, ``repair.consent_before_estimate``.
    """
    if called_at > now:
        raise RuleBroken("repair.consent_future", field="called_at")
    if called_at < _minute(registered_at):
        raise RuleBroken("repair.consent_before_call", field="called_at")
    if called_at < _minute(estimated_at):
        raise RuleBroken("repair.consent_before_estimate", field="called_at")


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _refuse_more_than_agreed(amount: Money, estimate: Money | None, *, accepted: bool) -> None:
    if estimate is None or not accepted:
        raise RuleBroken("repair.estimate_first")
    if amount > estimate:
        raise RuleBroken("repair.over_estimate", amount=str(amount), estimate=str(estimate))


def estimate_owed(
    state: RepairState, nature: Nature, *, accepted: bool, due_at: datetime | None, assigned: bool
) -> Promise | None:
    """X-6: as long as the resident has not agreed, whoever has the job – else the dispatcher – is to ask.

    Due with the visit, for nobody may come before.
    """
    if not nature.paid or accepted or state not in TO_MEND:
        return None
    return Promise(ESTIMATE, "X-6", due_at, None if assigned else Role.DISPATCHER)


def may_price(rights: Collection[Permission], *, own: bool) -> bool:
    """Whether these rights allow to estimate and bill it: repairers their own jobs only."""
    beyond = (Permission.REPAIRS_REGISTER, Permission.REPAIRS_DISPATCH, Permission.REPAIRS_RECHECK)
    return Permission.REPAIRS_PRICE in rights and (own or any(one in rights for one in beyond))


def may_set_prices(roles: Collection[Role]) -> bool:
    """Whether these roles may publish prices (FEE-2): the manager and the finance office, as for the fees."""
    return not {Role.OFFICE_MANAGER, Role.FINANCE}.isdisjoint(roles)
