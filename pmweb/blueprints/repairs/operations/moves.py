"""A move of a repair: what the table of the office allows, and what every move does to the record."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.rules import RepairState
from pmweb.data import defaults
from pmweb.domain.workflow import Workflow


@cache
def table() -> Workflow[RepairState]:
    """The table of moves of the office's data, the only one there is."""
    return rules.table_of_moves(defaults().repairs.moves)


def move(repair: Repair, to: RepairState) -> None:
    """Make the move; what it waited for is told no longer. Raises RuleBroken ``move.illegal``."""
    repair.state = table().move(repair.state, to)
    if to not in rules.WAITING_STATES:
        repair.waiting_reason = ""


def not_before(repair: Repair, at: datetime) -> datetime:
    """The moment, but never before the move before it: the clock of a device may be slow."""
    return max(at, repair.moved_at)
