"""What the pages read: charges as columns with their sums, and the price list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Row, Select, func, select, type_coerce

from pmweb import clock
from pmweb.blueprints.fees.models import Charge, Tariff
from pmweb.blueprints.fees.rules import ChargeState
from pmweb.domain.money import Money
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.journal import JournalEntry
from pmweb.models.matters import called
from pmweb.models.people import Person


@dataclass(frozen=True)
class Wanted:
    """The filters of the register."""

    state: ChargeState | None = ChargeState.OPEN
    item: str = ""
    words: str = ""


@dataclass(frozen=True)
class Total:
    """How many charges, and what they come to."""

    count: int
    amount: Money


def listed(wanted: Wanted) -> Select[Any]:
    """The register as columns; the caller chooses the order."""
    columns: tuple[Any, ...] = (
        *(Charge.id, Charge.number, Charge.item, Charge.period_from, Charge.period_to, Charge.amount),
        *(Charge.due_on, Charge.state, Charge.charged_at, Charge.void_reason),
        *(Home.label.label("home"), Person.name.label("payer"), Person.kind.label("payer_kind")),
    )
    query = (
        select(*columns)
        .select_from(Charge)
        .join(Home, Home.id == Charge.home_id)
        .outerjoin(Person, Person.id == Charge.person_id)
    )
    if wanted.state is not None:
        query = query.where(Charge.state == wanted.state)
    return _narrowed(query, wanted)


def totals(wanted: Wanted) -> Mapping[ChargeState, Total]:
    """Count and sum of each state, with the other filters: one query."""
    columns: tuple[Any, ...] = (
        *(Charge.state, func.count()),
        func.sum(type_coerce(Charge.amount, BigInteger)),  # PostgreSQL sums to a numeric
    )
    query = select(*columns).select_from(Charge).join(Home, Home.id == Charge.home_id)
    found = {
        state: Total(number, Money(int(fen)))
        for state, number, fen in unit().execute(_narrowed(query, wanted).group_by(Charge.state))
    }
    return {state: found.get(state, Total(0, Money(0))) for state in ChargeState}


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.item:
        query = query.where(Charge.item == wanted.item)
    if not wanted.words:
        return query
    return query.where(called(Charge.number, wanted.words, clock.today().year))


def prices() -> list[Tariff]:
    """Every price that was set, by item, the newest first."""
    return list(
        unit().scalars(select(Tariff).order_by(Tariff.item, Tariff.valid_from.desc(), Tariff.id.desc()))
    )


def timeline(charge: Charge) -> list[JournalEntry]:
    """What happened to the charge, newest first."""
    query = (
        select(JournalEntry)
        .where(JournalEntry.subject_kind == Charge.__tablename__, JournalEntry.subject_id == charge.id)
        .order_by(JournalEntry.at.desc(), JournalEntry.id.desc())
    )
    return list(unit().scalars(query))


def open_of_homes(home_ids: Iterable[int]) -> list[Row[Any]]:
    """The open charges of these homes, by the day on which they are due: for the cards of homes."""
    query = listed(Wanted()).add_columns(Charge.home_id).where(Charge.home_id.in_(tuple(home_ids)))
    return list(unit().execute(query.order_by(Charge.due_on, Charge.id)))


def numbered(number: str, limit: int = 8) -> list[Row[Any]]:
    """Charges whose number holds these signs, newest first: for the search."""
    query = listed(Wanted(state=None)).where(Charge.number.contains(number.upper(), autoescape=True))
    return list(unit().execute(query.order_by(Charge.id.desc()).limit(limit)))
