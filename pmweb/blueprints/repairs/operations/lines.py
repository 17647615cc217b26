"""The lines of a repair: what it is expected to cost, what was done and used (FM-08, FM-09)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from pmweb.blueprints.repairs.models import Repair, RepairLine
from pmweb.blueprints.repairs.rules import Line, LineStage
from pmweb.extensions import unit


def all_lines(repair: Repair) -> Sequence[RepairLine]:
    """The lines that stand, in the order in which they were written; one query.

    Of what was done, those of the present round. A bill stands over the rounds (X-6): until it is written anew, its
    lines are those of the round in which it was written. What earlier rounds used counts in the cost of the month only.
    """
    kept = _in_force(repair)
    shown = _billed(repair, kept) or repair.round
    return [line for line in kept if line.stage is LineStage.ESTIMATE or line.round == shown]


def billed_round(repair: Repair) -> int | None:
    """The round in which the bill that stands was written."""
    return _billed(repair, _in_force(repair))


def _billed(repair: Repair, kept: Sequence[RepairLine]) -> int | None:
    if repair.amount is None:
        return None
    return max((line.round for line in kept if line.stage is LineStage.DONE), default=None)


def lines_of(repair: Repair, stage: LineStage) -> Sequence[RepairLine]:
    """Those of one stage."""
    return [line for line in all_lines(repair) if line.stage is stage]


def as_typed(line: RepairLine) -> Line:
    """A line that was kept, as the rules know it."""
    return Line(line.kind, line.name, line.unit, line.quantity, line.unit_price)


def facts_of_line(line: RepairLine) -> dict[str, Any]:
    """What a signed paper says of a line."""
    return {
        "kind": line.kind,
        "name": line.name,
        "unit": line.unit,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "amount": line.amount,
    }


def replace_lines(repair: Repair, stage: LineStage, lines: Sequence[Line], at: datetime) -> None:
    """Write the lines of a stage anew; those before are voided, never deleted. What earlier rounds used stays.

    A bill that stands is replaced in whichever round it was written. The repair counts it: who saw the lines before
    does not overwrite these (promise 6).
    """
    for old in lines_of(repair, stage):
        old.voided_at = at
    repair.lines_written += 1
    for line in lines:
        kept = RepairLine(
            repair_id=repair.id,
            round=repair.round,
            stage=stage,
            kind=line.kind,
            name=line.name,
            unit=line.unit,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.amount,
            written_at=at,
        )
        unit().add(kept)
        unit().flush()


def _in_force(repair: Repair) -> Sequence[RepairLine]:
    query = select(RepairLine).where(RepairLine.repair_id == repair.id, RepairLine.voided_at.is_(None))
    return unit().scalars(query.order_by(RepairLine.id)).all()
