"""The tables of the fees: the dated prices, and what is charged by them (FM-33, M-8)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pmweb.blueprints.fees.rules import ChargeState
from pmweb.domain.money import Money
from pmweb.models.base import Audited, Base, Evidence, InEstate, Versioned
from pmweb.models.homes import Home
from pmweb.models.people import Person

_IN_FORCE = text("voided_at is null")


class Tariff(InEstate, Audited, Evidence, Base):
    """The published price of a fee item from a day on (FEE-2, A-30), in yuan per unit of the item."""

    __tablename__ = "tariff"
    __table_args__ = (
        Index(
            "uq_tariff_in_force",
            *("estate_id", "item", "valid_from"),
            unique=True,
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
        CheckConstraint("unit_price >= 0", name="not_negative"),
        CheckConstraint("basis <> ''", name="has_a_basis"),
        CheckConstraint("(voided_at is null) = (void_reason = '')", name="void_has_a_reason"),
    )

    changeable = frozenset({"voided_at", "void_reason"})

    item: Mapped[str] = mapped_column(String(40))
    unit_price: Mapped[Decimal]
    valid_from: Mapped[date]
    basis: Mapped[str] = mapped_column(String(200))
    document_no: Mapped[str] = mapped_column(String(60), default="")
    set_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(String(200), default="")


class Charge(InEstate, Audited, Versioned, Evidence, Base):
    """One amount that a home owes for one item and period, with its arithmetic. Immutable but for its state.

    ``arithmetic`` are the steps (``rules.Step.plain``). ``source_kind`` and ``source_id`` say from which
    matter the charge came, such as ``"move_in", 12``.
    """

    __tablename__ = "charge"
    __table_args__ = (
        UniqueConstraint("estate_id", "number"),
        Index(None, "estate_id", "state", "due_on", "id"),
        Index(None, "home_id", "item", "period_from"),
        Index(None, "source_kind", "source_id"),
        CheckConstraint("amount_fen >= 0", name="not_negative"),
        CheckConstraint("period_to >= period_from", name="period_in_order"),
        CheckConstraint("(source_kind is null) = (source_id is null)", name="source_is_whole"),
        CheckConstraint("(state = 'void') = (voided_at is not null)", name="void_has_its_time"),
        CheckConstraint("(voided_at is null) = (void_reason = '')", name="void_has_a_reason"),
    )

    changeable = frozenset({"state", "voided_at", "void_reason"})

    number: Mapped[str] = mapped_column(String(20))
    home_id: Mapped[int] = mapped_column(ForeignKey("home.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    item: Mapped[str] = mapped_column(String(40))
    period_from: Mapped[date]
    period_to: Mapped[date]
    amount: Mapped[Money] = mapped_column("amount_fen")
    arithmetic: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    due_on: Mapped[date]
    state: Mapped[ChargeState] = mapped_column(default=ChargeState.OPEN)
    charged_at: Mapped[datetime]
    source_kind: Mapped[str | None] = mapped_column(String(40))
    source_id: Mapped[int | None]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(String(200), default="")

    home: Mapped[Home] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person | None] = relationship()
