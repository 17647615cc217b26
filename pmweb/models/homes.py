"""Homes and what is fixed to them: buildings, parking spaces, meters and their readings."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Row,
    String,
    UniqueConstraint,
    and_,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from pmweb.domain.home_numbers import search_forms
from pmweb.domain.warranty import TermUnit
from pmweb.models.base import Audited, Base, Evidence, InEstate, Versioned


class HomeKind(StrEnum):
    """What a home is used as."""

    RESIDENCE = "residence"
    SHOP = "shop"
    OFFICE = "office"
    OTHER = "other"


class Finish(StrEnum):
    """How the developer delivers the home (FM-05)."""

    BARE = "bare"
    FURNISHED = "furnished"


class Occupancy(StrEnum):
    """How the home is used (FM-01)."""

    OWNER_OCCUPIED = "owner_occupied"
    LET = "let"
    VACANT = "vacant"
    CUSTODY = "custody"
    OTHER = "other"


class MeterKind(StrEnum):
    """What a meter counts: water and gas in m³, electricity in kWh, heat in GJ."""

    WATER = "water"
    ELECTRICITY = "electricity"
    GAS = "gas"
    HEAT = "heat"


METER_UNITS = {
    MeterKind.WATER: "m³",
    MeterKind.ELECTRICITY: "kWh",
    MeterKind.GAS: "m³",
    MeterKind.HEAT: "GJ",
}


class ReadingPurpose(StrEnum):
    """Why a meter was read (FM-06)."""

    HANDOVER = "handover"
    CUSTODY_START = "custody_start"
    CUSTODY_CHECK = "custody_check"
    CUSTODY_END = "custody_end"
    BILLING = "billing"
    METER_CHANGE = "meter_change"
    MOVE_OUT = "move_out"


class Building(InEstate, Audited, Versioned, Base):
    """A block of the estate. Its completion starts the builder's warranty (WAR-1)."""

    __tablename__ = "building"
    __table_args__ = (UniqueConstraint("estate_id", "name"),)

    name: Mapped[str] = mapped_column(String(20))
    completed_on: Mapped[date | None]
    top_floor: Mapped[int | None]


class AgreedTerm(InEstate, Audited, Evidence, Base):
    """A term of the quality guarantee book of a building, counted from the hand-over of each home (WAR-4).

    ``category`` is a warranty category. Another term is another row; the old one is voided.
    """

    __tablename__ = "agreed_term"
    __table_args__ = (
        Index(None, "building_id", "category"),
        CheckConstraint("value > 0", name="long"),
        CheckConstraint("(voided_at is null) = (void_reason = '')", name="void_has_a_reason"),
    )

    changeable = frozenset({"voided_at", "void_reason"})

    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"))
    category: Mapped[str] = mapped_column(String(40))
    value: Mapped[int]
    unit: Mapped[TermUnit]
    agreed_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(String(200), default="")


class Home(InEstate, Audited, Versioned, Base):
    """One dwelling or shop: the anchor of most records. Areas are m²."""

    __tablename__ = "home"
    __table_args__ = (
        UniqueConstraint("estate_id", "building_id", "section", "number"),
        Index(None, "estate_id", "label"),
        Index(None, "estate_id", "sort_key", "id"),
        Index(None, "estate_id", "building_name", "number"),
        Index(None, "estate_id", "number"),
    )

    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), index=True)
    building_name: Mapped[str] = mapped_column(String(20))
    section: Mapped[str] = mapped_column(String(20), default="")
    number: Mapped[str] = mapped_column(String(20))
    floor: Mapped[int | None]
    label: Mapped[str] = mapped_column(String(40))
    sort_key: Mapped[str] = mapped_column(String(60))
    kind: Mapped[HomeKind] = mapped_column(default=HomeKind.RESIDENCE)
    layout_type: Mapped[str] = mapped_column(String(20), default="")
    floor_area: Mapped[Decimal]
    chargeable_area: Mapped[Decimal]
    finish: Mapped[Finish] = mapped_column(default=Finish.BARE)
    sold: Mapped[bool] = mapped_column(default=False)
    occupancy: Mapped[Occupancy] = mapped_column(default=Occupancy.VACANT)
    handed_over_on: Mapped[date | None]
    remark: Mapped[str] = mapped_column(String(200), default="")

    building: Mapped[Building] = relationship()


class ParkingSpace(InEstate, Audited, Base):
    """A parking space and the home that uses it."""

    __tablename__ = "parking_space"
    __table_args__ = (UniqueConstraint("estate_id", "code"),)

    code: Mapped[str] = mapped_column(String(20))
    home_id: Mapped[int | None] = mapped_column(ForeignKey("home.id"), index=True)


class Meter(InEstate, Audited, Base):
    """A meter of a home; a changed meter is a new row."""

    __tablename__ = "meter"
    __table_args__ = (Index(None, "home_id", "kind"),)

    home_id: Mapped[int] = mapped_column(ForeignKey("home.id"), index=True)
    kind: Mapped[MeterKind]
    meter_no: Mapped[str] = mapped_column(String(40))
    removed_on: Mapped[date | None]


OPENING_METERS = (MeterKind.WATER, MeterKind.ELECTRICITY, MeterKind.GAS)
"""The meters whose opening readings are taken at hand-over, in the order in which they are read (M-10)."""


class MeterReading(InEstate, Audited, Versioned, Evidence, Base):
    """One reading of one meter (FM-06). Voided, never deleted; a correction is a new reading."""

    __tablename__ = "meter_reading"
    __table_args__ = (
        Index(None, "home_id", "read_at"),
        Index(None, "subject_kind", "subject_id"),
        CheckConstraint("reading >= 0", name="not_negative"),
    )

    changeable = frozenset({"voided_at", "void_reason"})

    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"), index=True)
    home_id: Mapped[int] = mapped_column(ForeignKey("home.id"))
    purpose: Mapped[ReadingPurpose]
    reading: Mapped[Decimal]
    seal_ok: Mapped[bool]
    read_at: Mapped[datetime]
    read_by: Mapped[str] = mapped_column(String(80))
    subject_kind: Mapped[str | None] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None] = mapped_column(String(200))

    meter: Mapped[Meter] = relationship()


def meant_by(text: str) -> ColumnElement[bool] | None:
    """Which homes somebody means who types ``text``: ``3-1201``, ``31201``, a whole address.

    A condition for a query, or ``None`` when the text is no address (X-12).
    """
    forms = search_forms(text)
    if not forms:
        return None
    return or_(
        *(
            and_(
                Home.number == number,
                *([Home.building_name == building] if building is not None else []),
                *([Home.section == section] if section is not None else []),
            )
            for building, section, number in forms
        )
    )


def homes_like(session: Session, text: str, most: int = 12) -> list[Row[Any]]:
    """The homes that a typed number may mean, in the order of the register: id, label, layout_type, sold."""
    condition = meant_by(text)
    if condition is None:
        return []
    query = select(Home.id, Home.label, Home.layout_type, Home.sold).where(condition).order_by(Home.sort_key)
    return list(session.execute(query.limit(most)))
