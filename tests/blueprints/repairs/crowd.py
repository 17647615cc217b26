"""Many repairs at once, written as rows: for the counting of queries and for measuring."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.rules import (
    EMERGENCY,
    OPEN,
    TO_MEND,
    Part,
    RepairSource,
    RepairState,
    Responsible,
    queue_at,
)
from pmweb.data import defaults
from pmweb.domain.permissions import Role
from pmweb.extensions import db, unit
from pmweb.models.session_rules import bulk_work
from pmweb.models.staff import repair_team
from tests.office import MORNING, Office

WORKERS = 12
ON_THE_WAY = tuple(state for state in TO_MEND if state not in (RepairState.REGISTERED, RepairState.REWORK))


def a_crowd(office: Office, many: int) -> None:
    """So many open repairs of all trades in a hundred homes, half of them with one of a dozen repairers."""
    draw = Random(5000)
    trades = list(defaults().repairs.trades)
    if not unit().scalar(repair_team(unit()).limit(1)):
        for number in range(WORKERS):
            office.staff(Role.REPAIRER, name=f"师傅{number}", trades=trades[number % len(trades)])
    workers = list(unit().scalars(repair_team(unit())))
    homes = [office.home(f"{number:04}") for number in range(101, 201)] if many else []
    rows = [_row(draw, number, office, homes, workers) for number in range(many)]
    if rows:
        with bulk_work(unit(), "a crowd of repairs", {}) as counts:
            unit().add_all([Repair(**row) for row in rows])
            counts["repairs"] = many
    db.session.commit()


def _row(draw: Random, number: int, office: Office, homes: list[Any], workers: list[int]) -> dict[str, Any]:
    category = draw.choice(list(defaults().repairs.categories.values()))
    state = draw.choice([RepairState.REGISTERED, draw.choice(ON_THE_WAY)])
    assert state in OPEN
    at = MORNING + timedelta(minutes=number)
    given = state is not RepairState.REGISTERED
    due_at = at + defaults().repairs.priorities[category.priority].response
    return {
        "estate_id": office.estate.id,
        "number": f"BX-2026-{number + 1:06}",
        "home_id": draw.choice(homes).id,
        "source": RepairSource.PHONE,
        "on_its_own": True,
        "part": Part.PRIVATE,
        "place": "厨房",
        "category": category.id,
        "trade": category.trade,
        "priority": category.priority,
        "responsible": Responsible.OFFICE,
        "description": "水槽下面滴水，接了盆，晚上要倒两次",
        "registered_at": at,
        "moved_at": at,
        "queue_at": queue_at(state, due_at, at, pressing=category.priority == EMERGENCY and not given),
        "due_at": due_at,
        "state": state,
        "assignee_id": draw.choice(workers) if given else None,
        "dispatched_at": at if given else None,
        "accepted_at": at if given else None,
        "arrived_at": at if given else None,
        "completed_at": at if given else None,
        "work_done": "换了软管" if given else "",
        "leak_tested_at": at if given else None,
        "rechecked_at": at if given else None,
        "waiting_reason": "等厂家发货" if state.value.startswith("waiting") else "",
        "appointment_at": at + timedelta(hours=draw.randrange(48)) if given and draw.random() < 0.6 else None,
    }
