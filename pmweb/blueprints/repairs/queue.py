"""What the queue of the follow-ups reads: what is due, how often it was tried, and the rate of the month (R-9, W-1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from pmweb import clock
from pmweb.blueprints.repairs import register, rules
from pmweb.blueprints.repairs.models import FollowUp, FollowUpAttempt, Repair
from pmweb.blueprints.repairs.rules import FollowUpKind, FollowUpResult, RepairState
from pmweb.domain.deadlines import same_day
from pmweb.extensions import unit
from pmweb.models.homes import Home

TO_CHECK = "check"
PARTS = ("all", "late", "today", TO_CHECK)
"""How the queue is narrowed: everything that is due, what is late, what ends today, what the supervisor looks at."""


def listed(part: str, now: datetime) -> Select[Any]:
    """The queue as columns; the caller chooses the order."""
    columns: tuple[Any, ...] = (
        *(Repair.id, Repair.number, Repair.home_id, Repair.place, Repair.description, Repair.work_done),
        *(Repair.completed_at, Repair.follow_up_due_at, Repair.queue_at, Repair.due_at, Repair.round),
        *(Repair.caller_name, Repair.caller_phone, Repair.assignee_id, Home.label.label("home")),
    )
    query = select(*columns).select_from(Repair).outerjoin(Home, Home.id == Repair.home_id)
    return query.where(_wanted(part, now))


def _wanted(part: str, now: datetime) -> ColumnElement[bool]:
    due_at = Repair.follow_up_due_at
    match part:
        case "late":
            return and_(_owed(), due_at <= now)
        case "today":
            return and_(_owed(), due_at > now, due_at <= same_day(now, clock.zone()))
        case "check":
            return Repair.state == RepairState.FOLLOWED_UP
    return _owed()


def _owed() -> ColumnElement[bool]:
    """What nobody has followed up yet; the first two conditions are those of its index."""
    return and_(
        Repair.follow_up_due_at.is_not(None),
        Repair.followed_up_at.is_(None),
        Repair.state.in_(rules.MAY_BE_ASKED_AFTER),
    )


def counts(now: datetime) -> Mapping[str, int]:
    """How many rows each part of the queue has: one query."""
    parts = [
        select(func.count()).select_from(Repair).where(_wanted(part, now)).scalar_subquery().label(part)
        for part in PARTS
    ]
    return dict(unit().execute(select(*parts)).one()._mapping)


def tried(rows: Collection[Row[Any]]) -> Mapping[int, int]:
    """On how many days somebody tried in vain, by repair, in the round that it is in (A-18): one query."""
    query = (
        select(FollowUpAttempt.repair_id, FollowUpAttempt.tried_at)
        .join(Repair, and_(Repair.id == FollowUpAttempt.repair_id, Repair.round == FollowUpAttempt.round))
        .where(FollowUpAttempt.repair_id.in_([row.id for row in rows]))
    )
    found: dict[int, list[datetime]] = defaultdict(list)
    for repair_id, at in unit().execute(query):
        found[repair_id].append(at)
    return {repair_id: len(rules.days_tried(times, clock.zone())) for repair_id, times in found.items()}


def answers(rows: Collection[Row[Any]]) -> Mapping[int, FollowUpResult]:
    """What was heard last, by repair, in the round that it is in: one query."""
    query = (
        select(FollowUp.repair_id, FollowUp.result)
        .join(Repair, and_(Repair.id == FollowUp.repair_id, Repair.round == FollowUp.round))
        .where(FollowUp.repair_id.in_([row.id for row in rows]), FollowUp.kind == FollowUpKind.FOLLOW_UP)
        .order_by(FollowUp.id)
    )
    return {row.repair_id: row.result for row in unit().execute(query)}


def owners(rows: Collection[Row[Any]]) -> Mapping[int, Any]:
    """By home the owner who can be rung, where the caller left no number."""
    return register.owners_to_call({row.home_id for row in rows if row.home_id and not row.caller_phone})


@dataclass(frozen=True)
class Rate:
    """R-9 over a time: what should have been followed up by now, and what became of it.

    ``handled`` includes the ``unreachable``, who are told apart beside those ``on_time`` (A-18).
    """

    due: int
    handled: int
    unreachable: int
    on_time: int

    @property
    def percent(self) -> int | None:
        """Of a hundred; 100 is the target. None where nothing was due."""
        return rules.handled_percent(self.handled, self.due)


def follow_up_rate(start: datetime, end: datetime, now: datetime) -> Rate:
    """The follow-ups whose period ends in ``start`` < due ≤ ``end``: handled, or late by now. Two queries.

    A deadline at 24:00 is the midnight after its day, so it belongs to the time that ends with it. What is not due yet
    and not handled counts neither way.
    """
    in_time = and_(FollowUp.due_at > start, FollowUp.due_at <= end, FollowUp.kind == FollowUpKind.FOLLOW_UP)
    columns: tuple[Any, ...] = (
        func.count(),
        func.count().filter(FollowUp.result == FollowUpResult.UNREACHABLE),
        func.count().filter(FollowUp.followed_at < FollowUp.due_at),
    )
    handled, unreachable, on_time = (
        unit().execute(select(*columns).select_from(FollowUp).where(in_time)).one()
    )
    due_at = Repair.follow_up_due_at
    still = select(func.count()).select_from(Repair).where(_owed(), due_at > start, due_at <= min(end, now))
    return Rate(handled + (unit().scalar(still) or 0), handled, unreachable, on_time)
