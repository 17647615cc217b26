"""What the dispatch board and a repairer's own list read (R-6): few queries, whatever lies in the register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, func, or_, select

from pmweb.blueprints.repairs import register, rules
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.rules import RepairState
from pmweb.extensions import unit

WAITING = 20
"""So many jobs that nobody has yet are on the board; the register has all of them."""
EACH = 3
"""So many jobs of each repairer are on the board."""
OWN = 60
"""So many jobs are on a repairer's own list."""
_PRESSING = case((Repair.priority == rules.EMERGENCY, 0), else_=1)
_TO_DISPATCH = rules.GROUPS["dispatch"]


@dataclass(frozen=True)
class Figures:
    """How many jobs wait for the dispatcher: by trade, how many are late, how many are emergencies."""

    trades: Mapping[str, int]
    late: int
    pressing: int

    @property
    def waiting(self) -> int:
        """All of them."""
        return sum(self.trades.values())


def figures(now: datetime) -> Figures:
    """The figures above the board, for all trades: one query."""
    columns: tuple[Any, ...] = (
        Repair.trade,
        func.count().label("n"),
        func.count(case((Repair.due_at <= now, 1))).label("late"),
        func.count(case((Repair.priority == rules.EMERGENCY, 1))).label("pressing"),
    )
    query = select(*columns).where(Repair.state.in_(_TO_DISPATCH)).group_by(Repair.trade)
    rows = unit().execute(query).all()
    return Figures(
        {row.trade: row.n for row in rows}, sum(row.late for row in rows), sum(row.pressing for row in rows)
    )


def waiting(trade: str = "") -> list[Row[Any]]:
    """The first jobs that nobody has, in the order of the register: emergencies, then by deadline."""
    order = (Repair.queue_at, Repair.id)
    first = select(Repair.id).where(Repair.state.in_(_TO_DISPATCH))
    if trade:
        first = first.where(Repair.trade == trade)
    query = (
        register.listed(register.Wanted(group="dispatch"))
        .add_columns(Repair.preferred_from_at, Repair.preferred_to_at, Repair.version)
        .where(Repair.id.in_(first.order_by(*order).limit(WAITING)))
        .order_by(*order)
    )
    return list(unit().execute(query))


def jobs_of(staff_ids: Collection[int]) -> dict[int, list[Row[Any]]]:
    """The first jobs of each of these people, in the order in which they will be done: one query."""
    place = func.row_number().over(partition_by=Repair.assignee_id, order_by=_order()).label("place")
    first = (
        select(Repair.id, place)
        .where(Repair.assignee_id.in_(staff_ids), Repair.state.in_(rules.TO_DO))
        .subquery()
    )
    query = (
        register.listed(register.Wanted())
        .join(first, first.c.id == Repair.id)
        .where(first.c.place <= EACH)
        .order_by(Repair.assignee_id, first.c.place)
    )
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in unit().execute(query):
        found[row.assignee_id].append(row)
    return found


def own_jobs(staff_id: int) -> list[Row[Any]]:
    """What this person still has to finish: emergencies, then by appointment and deadline."""
    query = (
        register.listed(register.Wanted())
        .add_columns(Repair.version, Repair.caller_name, Repair.caller_phone, Repair.waiting_reason)
        .add_columns(Repair.estimate_accepted_at)
        .where(Repair.assignee_id == staff_id, or_(Repair.state.in_(rules.TO_DO), _to_finish()))
        .order_by(*_order())
        .limit(OWN)
    )
    return list(unit().execute(query))


def _order() -> tuple[Any, ...]:
    """Emergencies first, then what has an appointment, then by deadline."""
    return _PRESSING, Repair.appointment_at.is_(None), Repair.appointment_at, Repair.queue_at, Repair.id


def _to_finish() -> Any:
    """Done, but the test or the signature is still to be had by whoever did it."""
    states = (RepairState.COMPLETED, *rules.GROUPS["sign"])
    return and_(Repair.state.in_(states), Repair.on_its_own.is_(True))
