"""A case that should not have been opened, and what becomes of its parts (X-2)."""

from __future__ import annotations

from datetime import datetime

from pmweb.blueprints.fees import operations as fees
from pmweb.blueprints.movein.models import MoveIn
from pmweb.blueprints.movein.operations import meters
from pmweb.blueprints.movein.operations.case import refuse_ended
from pmweb.blueprints.repairs.operations import sources
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal, tasks


def void(move_in: MoveIn, reason: str, *, at: datetime) -> None:
    """End the case; it stays readable. Its open charge and its readings go with it, so that the next case may make
    them anew. Keys and defects are there whatever becomes of a case: the ledger and the work orders go on.

    RuleBroken ``movein.ended``, ``movein.void_reason``.
    """
    refuse_ended(move_in)
    if not reason:
        raise RuleBroken("movein.void_reason", field="reason")
    move_in.voided_at, move_in.void_reason = at, reason
    tasks.keep_all(unit(), move_in, at=at)
    fees.void_open_charge(move_in.charge_id, reason, at)
    meters.void_readings(move_in, reason, at=at)
    sources.let_go(MoveIn.__tablename__, move_in.id, at)
    journal.note(unit(), move_in, "movein.voided", at=at, home_id=move_in.home_id, reason=reason)
    unit().flush()
