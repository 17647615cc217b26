"""The tables of paid repairs: the published prices, the lines of an estimate and of what was done, the consents.

X-6, G-7, FM-08, FM-09, FM-33.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pmweb.blueprints.repairs.models.repair import Repair
from pmweb.blueprints.repairs.rules import ConsentManner, LineKind, LineStage
from pmweb.domain.money import Money
from pmweb.models.base import Audited, Base, Evidence, InEstate
from pmweb.models.staff import Staff

_IN_FORCE = text("voided_at is null")


class ServicePrice(InEstate, Audited, Evidence, Base):
    """The published price of a paid service from a day on, by repair category and its price unit (FEE-1, FEE-2)."""

    __tablename__ = "service_price"
    __table_args__ = (
        Index(
            "uq_service_price_in_force",
            *("estate_id", "category", "valid_from"),
            unique=True,
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
        CheckConstraint("unit_price_fen >= 0", name="not_negative"),
        CheckConstraint("basis <> ''", name="has_a_basis"),
        CheckConstraint("(voided_at is null) = (void_reason = '')", name="void_has_a_reason"),
    )

    changeable = frozenset({"voided_at", "void_reason"})

    category: Mapped[str] = mapped_column(String(40))
    price_unit: Mapped[str] = mapped_column(String(20))
    unit_price: Mapped[Money] = mapped_column("unit_price_fen")
    valid_from: Mapped[date]
    basis: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(String(200), default="")


class RepairLine(InEstate, Audited, Evidence, Base):
    """One line of what a repair is expected to cost, or of what was done and used (FM-08, FM-09).

    A revised estimate voids the lines before it, what is written anew of a round those of that round; nothing is
    deleted. ``quantity`` has three places at most. At a free
    repair the lines are the materials that were used, for the cost of the month (R-8).
    """

    __tablename__ = "repair_line"
    __table_args__ = (
        Index(None, "repair_id", "stage", "id"),
        Index(None, "estate_id", "written_at"),
        CheckConstraint("name <> ''", name="says_what"),
        CheckConstraint("quantity > 0", name="some_of_it"),
        CheckConstraint("unit_price_fen >= 0 and amount_fen >= 0", name="not_negative"),
    )

    changeable = frozenset({"voided_at"})

    repair_id: Mapped[int] = mapped_column(ForeignKey("repair.id"))
    round: Mapped[int]
    stage: Mapped[LineStage]
    kind: Mapped[LineKind]
    name: Mapped[str] = mapped_column(String(60))
    unit: Mapped[str] = mapped_column(String(20), default="")
    quantity: Mapped[Decimal]
    unit_price: Mapped[Money] = mapped_column("unit_price_fen")
    amount: Mapped[Money] = mapped_column("amount_fen")
    written_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]

    repair: Mapped[Repair] = relationship()

    @property
    def figure(self) -> str:
        """The quantity without needless zeros: ``2``, ``1.5``."""
        return f"{self.quantity.normalize():f}"


class EstimateConsent(InEstate, Audited, Evidence, Base):
    """The resident agreed to an estimate before the work, in writing or on the phone (X-6).

    ``amount`` is what was agreed to; a changed estimate needs another consent, and this one stays as it was given.
    """

    __tablename__ = "estimate_consent"
    not_in_trail = frozenset({"phone"})
    __table_args__ = (
        Index(None, "repair_id", "id"),
        CheckConstraint("person_name <> ''", name="somebody_agreed"),
        CheckConstraint("(manner = 'signature') = (signature_id is not null)", name="signed_if_in_writing"),
        CheckConstraint("manner <> 'phone' or phone <> ''", name="called_on_a_number"),
    )

    repair_id: Mapped[int] = mapped_column(ForeignKey("repair.id"))
    round: Mapped[int]
    amount: Mapped[Money] = mapped_column("amount_fen")
    manner: Mapped[ConsentManner]
    person_name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str] = mapped_column(String(30), default="")
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("signature.id"))
    note: Mapped[str] = mapped_column(String(200), default="")
    agreed_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))

    repair: Mapped[Repair] = relationship()
    by: Mapped[Staff] = relationship()
