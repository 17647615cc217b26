"""The estate: the area that one office manages, and the rules it has changed for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pmweb.models.base import Audited, Base, InEstate, Versioned

BILLING = "billing"
"""The kind of ``EstateRules`` that says how many ``months`` a billing period has."""
MECHANISM = "mechanism"
"""The kind that gives the coordination of complaints its ``name`` and ``text`` (A-25)."""


class Estate(Audited, Versioned, Base):
    """One estate (小区). Everything else belongs to one."""

    __tablename__ = "estate"

    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    company: Mapped[str] = mapped_column(String(80), default="")
    developer: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime]


class EstateRules(InEstate, Audited, Base):
    """What an estate has changed in the shipped rules: one version from one day on."""

    __tablename__ = "estate_rules"

    kind: Mapped[str] = mapped_column(String(40), index=True)
    number: Mapped[int]
    valid_from: Mapped[date]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


def rules_of(session: Session, kind: str) -> Sequence[EstateRules]:
    """Every version of one rule of the estate, the latest first."""
    query = select(EstateRules).where(EstateRules.kind == kind)
    return session.scalars(query.order_by(EstateRules.valid_from.desc(), EstateRules.number.desc())).all()


def rule_on(session: Session, kind: str, day: date) -> Mapping[str, Any]:
    """What the estate has set that holds on a day; empty where what is shipped holds.

    Of two versions from the same day on the later one holds.
    """
    query = (
        select(EstateRules.content)
        .where(EstateRules.kind == kind, EstateRules.valid_from <= day)
        .order_by(EstateRules.valid_from.desc(), EstateRules.number.desc())
        .limit(1)
    )
    return session.scalar(query) or {}


def set_rule(session: Session, kind: str, valid_from: date, **content: Any) -> EstateRules:
    """One more version of a rule, which holds from a day on; the earlier ones stay for what was done under them."""
    last = session.scalar(select(func.max(EstateRules.number)).where(EstateRules.kind == kind))
    rule = EstateRules(kind=kind, number=(last or 0) + 1, valid_from=valid_from, content=content)
    session.add(rule)
    session.flush()
    return rule
