"""The numbers of the analysis, counted by the database (P-14 to P-21).

What is counted and what each number means stands in ``rules.analysis``. No number is made of rows that were read one
by one: each query is grouped, and how many there are does not depend on the rows (ten).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    case,
    cast,
    distinct,
    extract,
    func,
    literal,
    or_,
    select,
)

from pmweb.blueprints.complaints.models import Complaint, ComplaintClock, ComplaintRound
from pmweb.blueprints.complaints.rules import SATISFIED, SIMILAR_WITHIN, ClockKind, ComplaintState
from pmweb.blueprints.complaints.rules.analysis import (
    BANDS,
    LISTED,
    Again,
    Against,
    Dimension,
    Figures,
    Span,
    middle,
    offsets,
)
from pmweb.domain.share import Share
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.staff import Staff

OPEN, CLOSED = "open", "closed"
"""The codes of ``Dimension.STATE``."""
_DAY = 24 * 60
Query = Select[*tuple[Any, ...]]


def figures(span: Span, zone: ZoneInfo, at: datetime) -> Figures:
    """Everything that is counted of a span, as it stands at ``at``."""
    counts = _Counts()
    outcome, former = _execute(_by_outcome(span, zone)), _execute(_former_marks(span, zone))[0]
    for row in outcome:
        state = CLOSED if row.closed else OPEN
        for by, key in (("level", row.level), ("channel", row.channel), ("validity", row.validity)):
            counts.add(Dimension(by), key, row.number)
        counts.add(Dimension.STATE, state, row.number)
    for row in _execute(_by_subject(span, zone)):
        counts.add(Dimension.CATEGORY, row.category, row.number)
        counts.add(Dimension.DEPARTMENT, row.against_department, row.number)
    for row in _execute(_by_building(span, zone)):
        counts.add(Dimension.BUILDING, row.building_name, row.number)
    for row in _execute(_by_time_of_day(span, zone)):
        counts.add(Dimension.TIME, row.band, row.number)
    over_time: dict[date, dict[str, int]] = defaultdict(dict)
    for row in _execute(_over_time(span, zone)):
        over_time[row.step][row.level.value] = row.number
    clocks = _execute(_clocks(span, zone, at))
    handled = [row for row in clocks if row.kind is ClockKind.RESOLVE]
    against = _execute(_against(span, zone))
    again = _execute(_again(span, zone))
    return Figures(
        counts=counts.found,
        over_time=dict(over_time),
        kept=_shares((row.kind, row) for row in clocks),
        resolved={
            Dimension.LEVEL: _shares((row.level.value, row) for row in handled),
            Dimension.DEPARTMENT: _shares((row.against_department, row) for row in handled),
        },
        first_contact=middle([int(row.seconds) for row in _execute(_first_contact(span, zone))]),
        reopened=Share(_sum(outcome, "reopened"), _sum(outcome, "answered")),
        satisfied=Share(
            _sum([*outcome, former], "satisfied"),
            _sum([*outcome, former], "marked"),
        ),
        against=tuple(Against(row.id, row.name, row.number) for row in against if row.id is not None),
        against_others=sum(row.number for row in against if row.id is None and row.named),
        against_nobody=sum(row.number for row in against if row.id is None and not row.named),
        again=tuple(Again(row.id, row.label, row.category, row.number) for row in again),
        again_homes=again[0].homes if again else 0,
    )


class _Counts:
    """What is being counted, by dimension and code."""

    def __init__(self) -> None:
        self.found: dict[Dimension, dict[str, int]] = {by: {} for by in Dimension}

    def add(self, by: Dimension, key: Any, number: int) -> None:
        """So many more of this code; an empty one where nothing is said."""
        code = "" if key is None else str(getattr(key, "value", key))
        self.found[by][code] = self.found[by].get(code, 0) + number


def _shares(rows: Iterable[tuple[Any, Any]]) -> dict[Any, Share]:
    found: dict[Any, Share] = {}
    for key, row in rows:
        found[key] = found.get(key, Share(0, 0)) + Share(int(row.in_time), int(row.measured))
    return {key: share for key, share in found.items() if share.whole}


def _execute(query: Query) -> list[Any]:
    return list(unit().execute(query))


def _sum(rows: Iterable[Any], name: str) -> int:
    return sum(int(getattr(row, name) or 0) for row in rows)


def _yes(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows fulfil it."""
    return func.sum(case((condition, 1), else_=0))


def _within(span: Span, zone: ZoneInfo) -> ColumnElement[bool]:
    return and_(Complaint.received_at >= span.begins(zone), Complaint.received_at < span.ends(zone))


def _seconds(column: Any) -> ColumnElement[int]:
    """An instant as a number, so that a span between two can be reckoned."""
    return cast(extract("epoch", column), BigInteger)


_NUMBER = func.count().label("number")


def _by_outcome(span: Span, zone: ZoneInfo) -> Query:
    """By level, channel, validity, open or closed; beside them what came of it."""
    closed = case((Complaint.state == ComplaintState.CLOSED, 1), else_=0).label("closed")
    again = Complaint.round > 1
    answered = or_(again, Complaint.informed_at.is_not(None), Complaint.closed_at.is_not(None))
    keys: tuple[Any, ...] = (Complaint.level, Complaint.channel, Complaint.validity)
    return (
        select(
            *keys,
            closed,
            _NUMBER,
            _yes(again).label("reopened"),
            _yes(answered).label("answered"),
            func.count(Complaint.satisfaction).label("marked"),
            _yes(Complaint.satisfaction >= SATISFIED).label("satisfied"),
        )
        .select_from(Complaint)
        .where(_within(span, zone))
        .group_by(*keys, "closed")
    )


def _former_marks(span: Span, zone: ZoneInfo) -> Query:
    """The marks of rounds that did not hold."""
    mark = ComplaintRound.satisfaction
    return (
        select(func.count(mark).label("marked"), _yes(mark >= SATISFIED).label("satisfied"))
        .select_from(ComplaintRound)
        .join(Complaint, Complaint.id == ComplaintRound.complaint_id)
        .where(_within(span, zone))
    )


def _by_subject(span: Span, zone: ZoneInfo) -> Query:
    keys = (Complaint.category, Complaint.against_department)
    return select(*keys, _NUMBER).select_from(Complaint).where(_within(span, zone)).group_by(*keys)


def _by_building(span: Span, zone: ZoneInfo) -> Query:
    return (
        select(Home.building_name, _NUMBER)
        .select_from(Complaint)
        .outerjoin(Home, Home.id == Complaint.home_id)
        .where(_within(span, zone))
        .group_by(Home.building_name)
    )


def _by_time_of_day(span: Span, zone: ZoneInfo) -> Query:
    """By the local hour at which it happened: the minute of the day in UTC, and how far the clocks here are before it.

    No database has to know the zone.
    """
    happened = Complaint.happened_at
    minute = cast(extract("hour", happened), Integer) * 60 + cast(extract("minute", happened), Integer)
    (_first, ahead), *turns = offsets(span, zone)
    shift: Any = literal(ahead % _DAY, Integer())
    if turns:
        shift = case(*((happened >= at, literal(other % _DAY)) for at, other in turns[::-1]), else_=shift)
    local = (minute + shift) % _DAY
    band = case(*((local < end * 60, literal(begin)) for begin, end in _bands()), else_=literal(BANDS[-1]))
    return (
        select(band.label("band"), _NUMBER).select_from(Complaint).where(_within(span, zone)).group_by("band")
    )


def _bands() -> Iterable[tuple[int, int]]:
    return pairwise(BANDS)


def _over_time(span: Span, zone: ZoneInfo) -> Query:
    """By week or month and level; the step of a complaint is found among the first instants of all of them."""
    at = Complaint.received_at
    step = case(*((at >= one.begins(zone), literal(one.first, Date())) for one in span.steps[::-1]))
    return (
        select(step.label("step"), Complaint.level, _NUMBER)
        .select_from(Complaint)
        .where(_within(span, zone))
        .group_by("step", Complaint.level)
    )


def _of_clocks(*columns: Any, span: Span, zone: ZoneInfo) -> Query:
    """Clocks of the complaints of the span; one that was withdrawn has another that stands for it."""
    return (
        select(*columns)
        .select_from(ComplaintClock)
        .join(Complaint, Complaint.id == ComplaintClock.complaint_id)
        .where(_within(span, zone), ComplaintClock.withdrawn.is_(False))
    )


def _clocks(span: Span, zone: ZoneInfo, at: datetime) -> Query:
    """What was met or is past due, and how much of it was met before its end."""
    ended, due = ComplaintClock.ended_at, ComplaintClock.due_at
    keys: tuple[Any, ...] = (ComplaintClock.kind, ComplaintClock.level, Complaint.against_department)
    measured = _yes(or_(ended.is_not(None), due <= at)).label("measured")
    in_time = _yes(ended < due).label("in_time")
    return _of_clocks(*keys, measured, in_time, span=span, zone=zone).group_by(*keys)


def _first_contact(span: Span, zone: ZoneInfo) -> Query:
    """The one or two in the middle of all times to the first contact (P-19)."""
    took = _seconds(ComplaintClock.ended_at) - _seconds(ComplaintClock.started_at)
    ordered = (
        _of_clocks(
            took.label("seconds"),
            func.row_number().over(order_by=took).label("place"),
            func.count().over().label("total"),
            span=span,
            zone=zone,
        )
        .where(ComplaintClock.kind == ClockKind.FIRST_CONTACT, ComplaintClock.ended_at.is_not(None))
        .subquery()
    )
    place, total = ordered.c.place, ordered.c.total
    return select(ordered.c.seconds).where(or_(place == (total + 1) // 2, place == (total + 2) // 2))


def _against(span: Span, zone: ZoneInfo) -> Query:
    """Who was complained about: people of the office by name, the most often named first; others only as a number."""
    named = case((Complaint.against_name != "", 1), else_=0).label("named")
    keys: tuple[Any, ...] = (Staff.id, Staff.name)
    return (
        select(*keys, named, _NUMBER)
        .select_from(Complaint)
        .outerjoin(Staff, Staff.id == Complaint.against_staff_id)
        .where(_within(span, zone))
        .group_by(*keys, "named")
        .order_by(func.count().desc(), Staff.id)
    )


def _again(span: Span, zone: ZoneInfo) -> Query:
    """The homes that complained about the same within 30 days, the most frequent first; ``homes`` counts them all."""
    at = _seconds(Complaint.received_at)
    before = func.lag(at).over(
        partition_by=(Complaint.home_id, Complaint.category),
        order_by=(Complaint.received_at, Complaint.id),
    )
    looked = (
        select(
            Complaint.home_id, Complaint.category, Complaint.received_at, (at - before).label("since_before")
        )
        .select_from(Complaint)
        .where(
            Complaint.home_id.is_not(None),
            Complaint.received_at >= span.begins(zone) - SIMILAR_WITHIN,
            Complaint.received_at < span.ends(zone),
        )
        .cte("looked")
    )
    counts = and_(
        looked.c.received_at >= span.begins(zone),
        looked.c.since_before <= int(SIMILAR_WITHIN.total_seconds()),
    )
    homes = select(func.count(distinct(looked.c.home_id))).where(counts).scalar_subquery()
    return (
        select(Home.id, Home.label, looked.c.category, _NUMBER, homes.label("homes"))
        .select_from(looked)
        .join(Home, Home.id == looked.c.home_id)
        .where(counts)
        .group_by(Home.id, Home.label, Home.sort_key, looked.c.category)
        .order_by(func.count().desc(), Home.sort_key, looked.c.category)
        .limit(LISTED)
    )
