"""The public places of the estate, each with a code to be scanned (FM-07, address: common place)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pmweb.models.base import Audited, Base, InEstate, Versioned
from pmweb.models.homes import Building


class PublicPlace(InEstate, Audited, Versioned, Base):
    """A place where common parts break: a hall, a pump room, a gate. Its label carries ``code`` as a QR.

    ``label`` is what a repair says (FM-07); a repair keeps it as text, so that voiding a place changes nothing.
    """

    __tablename__ = "public_place"
    __table_args__ = (
        UniqueConstraint("estate_id", "code"),
        Index(None, "estate_id", "label", "id"),
        CheckConstraint("name <> '' and code <> ''", name="named"),
        CheckConstraint("(voided_at is null) = (void_reason = '')", name="void_has_a_reason"),
    )

    name: Mapped[str] = mapped_column(String(24))
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"), index=True)
    label: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(12))
    added_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(String(200), default="")

    building: Mapped[Building | None] = relationship()
