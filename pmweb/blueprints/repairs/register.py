"""What the pages read: the register of repairs as columns, its counts, and what stands around one repair."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import joinedload

from pmweb import clock
from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import FollowUp, FollowUpAttempt, Repair, ServicePrice
from pmweb.blueprints.repairs.rules import RepairState
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.journal import JournalEntry
from pmweb.models.matters import ALL_OPEN, Counts, called, count_groups
from pmweb.models.people import OWNERS, Person, Tie
from pmweb.models.staff import Staff, repair_team

GROUPS = (ALL_OPEN, *rules.GROUPS)


@dataclass(frozen=True)
class Wanted:
    """The filters of the register; an empty one asks for nothing in particular."""

    group: str = ALL_OPEN
    trade: str = ""
    assignee_id: int | None = None
    words: str = ""


def listed(wanted: Wanted) -> Select[Any]:
    """The register as columns; the caller chooses the order."""
    columns: tuple[Any, ...] = (
        *(Repair.id, Repair.number, Repair.place, Repair.description, Repair.category, Repair.trade),
        *(Repair.priority, Repair.severity, Repair.responsible, Repair.state, Repair.round),
        *(Repair.due_at, Repair.queue_at, Repair.moved_at, Repair.registered_at, Repair.assignee_id),
        *(Repair.appointment_at, Repair.completed_at, Repair.source, Repair.due_on),
        *(Repair.home_id, Repair.part, Repair.verdict, Repair.on_its_own),
        *(Home.label.label("home"), Staff.name.label("assignee")),
    )
    query = (
        select(*columns)
        .select_from(Repair)
        .outerjoin(Home, Home.id == Repair.home_id)
        .outerjoin(Staff, Staff.id == Repair.assignee_id)
        .where(Repair.state.in_(_states(wanted.group)))
    )
    return _narrowed(query, wanted)


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.trade:
        query = query.where(Repair.trade == wanted.trade)
    if wanted.assignee_id is not None:
        query = query.where(Repair.assignee_id == wanted.assignee_id)
    if not wanted.words:
        return query
    return query.where(called(Repair.number, wanted.words, clock.today().year))


def _states(group: str) -> Sequence[RepairState]:
    return rules.GROUPS.get(group, rules.OPEN)


def counts(now: datetime, wanted: Wanted | None = None) -> Counts:
    """The figures above the register, with its filters but for the group: one query."""
    wanted = wanted or Wanted()
    query = select().select_from(Repair)
    if wanted.words:
        query = query.outerjoin(Home, Home.id == Repair.home_id)
    query = _narrowed(query, wanted)
    return count_groups(unit(), query, Repair.state, Repair.due_at, rules.GROUPS, now)


def workers() -> list[Row[Any]]:
    """Who may be given a job here: id, name, trades, and how many jobs each has still to do (``load``)."""
    load = (
        select(func.count())
        .select_from(Repair)
        .where(Repair.assignee_id == Staff.id, Repair.state.in_(rules.TO_DO))
        .correlate(Staff)
        .scalar_subquery()
    )
    query = (
        select(Staff.id, Staff.name, Staff.trades, load.label("load"))
        .where(Staff.id.in_(repair_team(unit())))
        .order_by(Staff.name, Staff.id)
    )
    return list(unit().execute(query))


def people_to_call(home_id: int | None) -> list[Row[Any]]:
    """The owners of the home: name, person or company, mobile and kind of tie."""
    if home_id is None:
        return []
    query = (
        select(Person.name, Person.kind.label("party"), Person.mobile, Tie.kind)
        .join(Tie, Tie.person_id == Person.id)
        .where(Tie.home_id == home_id, Tie.kind.in_(OWNERS), Tie.until_on.is_(None))
        .order_by(Tie.kind.desc(), Tie.id)
    )
    return list(unit().execute(query))


def owners_to_call(home_ids: Collection[int]) -> dict[int, Any]:
    """By home the owner who can be rung: home_id, name, party, mobile; one query."""
    query = (
        select(Tie.home_id, Person.name, Person.kind.label("party"), Person.mobile)
        .join(Person, Person.id == Tie.person_id)
        .where(Tie.home_id.in_(home_ids), Tie.kind.in_(OWNERS), Tie.until_on.is_(None), Person.mobile != "")
        .order_by(Tie.home_id, Tie.kind, Tie.id.desc())  # the last of each home stands: the first owner
    )
    return {row.home_id: row for row in unit().execute(query)}


def to_dispatch_beside(repair: Repair) -> list[Row[Any]]:
    """What else waits for the dispatcher in the same home, by deadline: id and place."""
    query = (
        select(Repair.id, Repair.place)
        .where(
            Repair.home_id == repair.home_id,
            Repair.id != repair.id,
            Repair.state.in_(rules.GROUPS["dispatch"]),
        )
        .order_by(Repair.queue_at, Repair.id)
    )
    return list(unit().execute(query))


def timeline(repair: Repair) -> list[JournalEntry]:
    """What happened to the repair, newest first."""
    query = (
        select(JournalEntry)
        .where(JournalEntry.subject_kind == Repair.__tablename__, JournalEntry.subject_id == repair.id)
        .order_by(JournalEntry.at.desc(), JournalEntry.id.desc())
    )
    return list(unit().scalars(query))


def open_of_homes(home_ids: Sequence[int]) -> list[Row[Any]]:
    """The open repairs of these homes, by deadline: for the cards of homes."""
    query = listed(Wanted()).where(Repair.home_id.in_(home_ids))
    return list(unit().execute(query.order_by(Repair.queue_at, Repair.id)))


def numbered(number: str, limit: int = 8) -> list[Row[Any]]:
    """Repairs whose number holds these signs, newest first: for the search."""
    query = (
        select(Repair.id, Repair.number, Repair.state, Repair.description, Home.label.label("home"))
        .outerjoin(Home, Home.id == Repair.home_id)
        .where(Repair.number.contains(number.upper(), autoescape=True))
        .order_by(Repair.id.desc())
    )
    return list(unit().execute(query.limit(limit)))


@dataclass(frozen=True)
class Followed:
    """How the centre asked after one round: what it heard, when it tried in vain, and on how many days (A-18)."""

    round: int
    made: Sequence[FollowUp]
    attempts: Sequence[FollowUpAttempt]
    days: int


def followed(repair: Repair) -> list[Followed]:
    """The follow-ups and attempts of all rounds, the latest round first: two queries, none before one was owed."""
    if not repair.follow_up_due_at and not any(ended.follow_up_due_at for ended in repair.rounds):
        return []
    made = select(FollowUp).where(FollowUp.repair_id == repair.id).options(joinedload(FollowUp.by))
    tried = select(FollowUpAttempt).where(FollowUpAttempt.repair_id == repair.id)
    tried = tried.options(joinedload(FollowUpAttempt.by))
    all_made = list(unit().scalars(made.order_by(FollowUp.id.desc())))
    all_tried = list(unit().scalars(tried.order_by(FollowUpAttempt.tried_at, FollowUpAttempt.id)))
    rounds = sorted({one.round for one in all_made} | {one.round for one in all_tried}, reverse=True)
    return [
        Followed(
            number,
            [one for one in all_made if one.round == number],
            attempts := [one for one in all_tried if one.round == number],
            len(rules.days_tried((one.tried_at for one in attempts), clock.zone())),
        )
        for number in rounds
    ]


def service_prices() -> list[ServicePrice]:
    """Every price of a paid service that was set, by category, the newest first."""
    query = select(ServicePrice).order_by(
        ServicePrice.category, ServicePrice.valid_from.desc(), ServicePrice.id.desc()
    )
    return list(unit().scalars(query))
