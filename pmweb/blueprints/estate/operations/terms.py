"""What the quality guarantee book of a building promises beyond the minimum terms (WAR-4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from pmweb.data import defaults
from pmweb.domain.warranty import TermUnit
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.homes import AgreedTerm, Building


def agree_term(
    building: Building, category: str, value: int, unit_: TermUnit | str, at: datetime
) -> AgreedTerm:
    """WAR-4: the term of the book for a category, counted from the hand-over of each home.

    It prevails where it is the longer one (A-16). ``RuleBroken``: ``term.category`` for one whose verdict is fixed,
    ``term.exists`` when the building has a term for it; that one is voided first.
    """
    known = defaults().warranty.categories.get(category)
    if known is None or known.fixed is not None:
        raise RuleBroken("term.category", field="category")
    same = select(AgreedTerm.id).where(
        AgreedTerm.building_id == building.id,
        AgreedTerm.category == category,
        AgreedTerm.voided_at.is_(None),
    )
    if unit().scalar(same.limit(1)) is not None:
        raise RuleBroken("term.exists", field="category")
    term = AgreedTerm(
        building_id=building.id, category=category, value=value, unit=TermUnit(unit_), agreed_at=at
    )
    unit().add(term)
    unit().flush()
    return term


def void_term(term: AgreedTerm, reason: str, at: datetime) -> None:
    """The term was entered wrongly; what was decided with it stays as it was decided (T-6)."""
    if term.voided_at is not None:
        raise RuleBroken("term.voided")
    if not reason.strip():
        raise RuleBroken("term.reason", field="reason")
    term.voided_at, term.void_reason = at, reason
    unit().flush()


def terms_of(building: Building) -> Sequence[AgreedTerm]:
    """The terms in force, in the order in which they were entered."""
    query = select(AgreedTerm).where(AgreedTerm.building_id == building.id, AgreedTerm.voided_at.is_(None))
    return unit().scalars(query.order_by(AgreedTerm.id)).all()
