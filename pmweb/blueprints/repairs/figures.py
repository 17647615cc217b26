"""The numbers of a month, counted by the database (R-8, R-9, A-18, A-19).

What belongs to a month and what each number means stands in ``rules.report``. No number is made of rows that were read
one by one: each query is grouped, and how many there are does not depend on the rows (twelve).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    ScalarSelect,
    Select,
    and_,
    case,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute

from pmweb.blueprints.repairs.models import FollowUp, Repair, RepairLine, RepairRound
from pmweb.blueprints.repairs.rules import (
    FollowUpKind,
    FollowUpResult,
    LineKind,
    LineStage,
    RepairSource,
    RepairState,
)
from pmweb.blueprints.repairs.rules.report import (
    LISTED,
    REPEATED,
    Dimension,
    Month,
    OpenFollowUp,
    RepeatHome,
    Totals,
)
from pmweb.domain.money import Money
from pmweb.extensions import unit
from pmweb.models.base import UtcDateTime
from pmweb.models.homes import Home

Rounds = type[Repair] | type[RepairRound]
"""The rounds of work: the present one stands in the repair itself, the former ones beside it."""

_BY: dict[Dimension, Any] = {
    Dimension.CATEGORY: Repair.category,
    Dimension.TRADE: Repair.trade,
    Dimension.BUILDING: Home.building_name,
    Dimension.VERDICT: Repair.verdict,
    Dimension.SOURCE: Repair.source,
}


def totals(month: Month, zone: ZoneInfo) -> Totals:
    """Everything that is counted of a month, as it stands now."""
    parts = _execute(_by_part(month, zone))
    counts = {by: _counts(month, zone, by) for by in _BY}
    counts[Dimension.PART] = {_code(row.key): int(row.counted) for row in parts if row.counted}
    present, former = (
        _execute(_completed(Repair, month, zone))[0],
        _execute(_completed(RepairRound, month, zone))[0],
    )
    asked = _execute(_asked_about(Repair, month, zone)) + _execute(_asked_about(RepairRound, month, zone))
    done = [row for row in asked if row.result is not None]
    results: dict[str, int] = {}
    for row in done:
        results[row.result.value] = results.get(row.result.value, 0) + row.number
    repeated = _execute(_repeated(month, zone))
    return Totals(
        registered=sum(int(row.counted) for row in parts),
        cancelled=sum(int(row.cancelled) for row in parts),
        counts=counts,
        completed=present.number + former.number,
        on_time=int(present.on_time or 0) + int(former.on_time or 0),
        reworked=former.number,
        follow_ups_due=sum(row.number for row in asked),
        follow_ups_done=sum(row.number for row in done),
        follow_ups_on_time=sum(int(row.on_time) for row in done),
        unreachable=results.get(FollowUpResult.UNREACHABLE.value, 0),
        results=results,
        rated=sum(row.rated for row in done),
        stars=sum(int(row.stars or 0) for row in done),
        cost=Money(int(present.fen or 0)),
        priced=present.priced,
        materials=Money(int(present.materials or 0)),
        repeat_homes=repeated[0].homes if repeated else 0,
        repeated=tuple(RepeatHome(row.id, row.label, row.number, int(row.acceptance)) for row in repeated),
        open_follow_ups=tuple(
            OpenFollowUp(row.id, row.number, row.home or "", row.place, row.follow_up_due_at)
            for row in _execute(_open(month, zone))
        ),
    )


def _execute(query: Select[*tuple[Any, ...]]) -> list[Any]:
    return list(unit().execute(query))


def _code(key: Any) -> str:
    """The code of a group as JSON keeps it; empty where nothing is said (no category yet, no home)."""
    return "" if key is None else str(getattr(key, "value", key))


def _yes(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows fulfil it."""
    return func.sum(case((condition, 1), else_=0))


def _within(column: InstrumentedAttribute[Any], month: Month, zone: ZoneInfo) -> ColumnElement[bool]:
    return and_(column >= month.begins(zone), column < month.ends(zone))


_STANDS = Repair.state != RepairState.CANCELLED


def _counts(month: Month, zone: ZoneInfo, by: Dimension) -> dict[str, int]:
    key = _BY[by]
    query = (
        select(key.label("key"), func.count().label("number"))
        .select_from(Repair)
        .where(_within(Repair.registered_at, month, zone), _STANDS)
        .group_by(key)
    )
    if by is Dimension.BUILDING:
        query = query.outerjoin(Home, Home.id == Repair.home_id)
    return {_code(row.key): row.number for row in _execute(query)}


def _by_part(month: Month, zone: ZoneInfo) -> Select[*tuple[Any, ...]]:
    """Private and common parts, and beside them what was cancelled."""
    return (
        select(Repair.part.label("key"), _yes(_STANDS).label("counted"), _yes(~_STANDS).label("cancelled"))
        .where(_within(Repair.registered_at, month, zone))
        .group_by(Repair.part)
    )


def _completed(rounds: Rounds, month: Month, zone: ZoneInfo) -> Select[*tuple[Any, ...]]:
    """Of the rounds that were completed: how many, how many of them on time; of the present ones what they cost."""
    paid = type_coerce(Repair.amount, BigInteger)
    columns: list[Any] = [func.count().label("number"), _yes(_on_time(rounds, month, zone)).label("on_time")]
    if rounds is Repair:
        columns += [func.sum(paid).label("fen"), func.count(paid).label("priced")]
        columns.append(_materials(month, zone).label("materials"))
    query = select(*columns).select_from(rounds).where(_within(rounds.completed_at, month, zone))
    return query if rounds is Repair else query.join(Repair, Repair.id == RepairRound.repair_id)


def _materials(month: Month, zone: ZoneInfo) -> ScalarSelect[Any]:
    """What the materials cost that were noted in the month, at free and at paid repairs (FM-09)."""
    return (
        select(func.sum(type_coerce(RepairLine.amount, BigInteger)))
        .where(
            RepairLine.stage == LineStage.DONE,
            RepairLine.kind == LineKind.MATERIAL,
            RepairLine.voided_at.is_(None),
            _within(RepairLine.written_at, month, zone),
        )
        .scalar_subquery()
    )


def _on_time(rounds: Rounds, month: Month, zone: ZoneInfo) -> ColumnElement[bool]:
    """Whether no midnight lies between what was agreed and the completion.

    The local day of a completion is found among the days of the month: no database has to know the zone.
    """
    done, days = rounds.completed_at, month.days(zone)[::-1]
    since = case(*((done >= begins, literal(begins, UtcDateTime())) for _day, begins in days))
    on = case(*((done >= begins, literal(day, Date())) for day, begins in days))
    return case(
        (rounds.appointment_at.is_not(None), rounds.appointment_at >= since),
        (Repair.due_on.is_not(None), Repair.due_on >= on),
        (rounds.arrived_at.is_not(None), rounds.arrived_at >= since),
        else_=Repair.registered_at >= since,
    )


def _asked_about(rounds: Rounds, month: Month, zone: ZoneInfo) -> Select[*tuple[Any, ...]]:
    """The follow-ups that are due, by their result (None: still open).

    A former round that nobody asked about owes none.
    """
    repair_id = Repair.id if rounds is Repair else RepairRound.repair_id
    last = (
        select(func.max(FollowUp.id))
        .where(
            FollowUp.repair_id == repair_id,
            FollowUp.round == rounds.round,
            FollowUp.kind == FollowUpKind.FOLLOW_UP,
        )
        .correlate(rounds)
        .scalar_subquery()
    )
    due = rounds.follow_up_due_at
    return (
        select(
            FollowUp.result,
            func.count().label("number"),
            _yes(FollowUp.followed_at < due).label("on_time"),
            func.count(FollowUp.satisfaction).label("rated"),
            func.sum(FollowUp.satisfaction).label("stars"),
        )
        .select_from(rounds)
        .join(FollowUp, FollowUp.id == last, isouter=rounds is Repair)
        .where(due > month.begins(zone), due <= month.ends(zone))
        .group_by(FollowUp.result)
    )


def _open(month: Month, zone: ZoneInfo) -> Select[*tuple[Any, ...]]:
    """The repairs whose follow-up is due and open, by deadline."""
    asked = (
        select(FollowUp.id)
        .where(
            FollowUp.repair_id == Repair.id,
            FollowUp.round == Repair.round,
            FollowUp.kind == FollowUpKind.FOLLOW_UP,
        )
        .exists()
    )
    due = Repair.follow_up_due_at
    return (
        select(Repair.id, Repair.number, Home.label.label("home"), Repair.place, due)
        .outerjoin(Home, Home.id == Repair.home_id)
        .where(due > month.begins(zone), due <= month.ends(zone), ~asked)
        .order_by(due, Repair.id)
        .limit(LISTED)
    )


def _repeated(month: Month, zone: ZoneInfo) -> Select[*tuple[Any, ...]]:
    """The homes that called three times or more, the most frequent first; ``homes`` counts them all."""
    return (
        select(
            Home.id,
            Home.label,
            func.count().label("number"),
            _yes(Repair.source == RepairSource.ACCEPTANCE).label("acceptance"),
            func.count().over().label("homes"),
        )
        .select_from(Repair)
        .join(Home, Home.id == Repair.home_id)
        .where(_within(Repair.registered_at, month, zone), _STANDS)
        .group_by(Home.id, Home.label, Home.sort_key)
        .having(func.count() >= REPEATED)
        .order_by(func.count().desc(), Home.sort_key)
        .limit(LISTED)
    )


def registered_by_month(months: Sequence[Month], zone: ZoneInfo) -> dict[date, int]:
    """How many repairs were registered in each of these months, which follow each other; one query."""
    latest_first = sorted(months, reverse=True)
    at = Repair.registered_at
    month = case(*((at >= one.begins(zone), literal(one.first, Date())) for one in latest_first))
    query = (
        select(month.label("month"), func.count().label("number"))
        .select_from(Repair)
        .where(at >= latest_first[-1].begins(zone), at < latest_first[0].ends(zone), _STANDS)
        .group_by("month")
    )
    return {row.month: row.number for row in _execute(query)}


def first_registered_at() -> datetime | None:
    """When the first repair of the estate was registered."""
    return unit().scalar(select(func.min(Repair.registered_at)).select_from(Repair))
