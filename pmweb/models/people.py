"""People and companies, what ties them to a home, and what they bring along (FM-01)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pmweb.models.base import Audited, Base, EncryptedText, Evidence, InEstate, Versioned
from pmweb.models.homes import Home


class PartyKind(StrEnum):
    """A natural person or a legal one."""

    PERSON = "person"
    COMPANY = "company"


class IdKind(StrEnum):
    """What kind of document or code identifies the party."""

    ID_CARD = "id_card"
    PASSPORT = "passport"
    PERMIT = "permit"
    USCC = "uscc"
    OTHER = "other"


class TieKind(StrEnum):
    """What somebody is to a home."""

    OWNER = "owner"
    CO_OWNER = "co_owner"
    TENANT = "tenant"
    USER = "user"
    FAMILY = "family"
    EMERGENCY = "emergency"
    AGENT = "agent"


OWNERS = (TieKind.OWNER, TieKind.CO_OWNER)


class AgeGroup(StrEnum):
    """Instead of a birth date (PRI-2): children under 14 need separate consent."""

    CHILD = "child"
    MINOR = "minor"
    ADULT = "adult"
    SENIOR = "senior"


class Person(InEstate, Audited, Versioned, Base):
    """A person or a company known to the office.

    The identity number lies encrypted; ``id_masked`` is what screens show, ``id_fingerprint`` finds equal ones.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index(None, "estate_id", "name"),
        Index(None, "estate_id", "initials"),
        Index(None, "estate_id", "mobile_reversed"),
        Index(None, "estate_id", "id_fingerprint"),
    )
    not_in_trail = frozenset({"id_number", "id_fingerprint", "mobile", "mobile_reversed", "other_phones"})

    kind: Mapped[PartyKind] = mapped_column(default=PartyKind.PERSON)
    name: Mapped[str] = mapped_column(String(80))
    initials: Mapped[str] = mapped_column(String(80), default="")
    mobile: Mapped[str] = mapped_column(String(20), default="")
    mobile_reversed: Mapped[str] = mapped_column(String(20), default="")
    other_phones: Mapped[str] = mapped_column(String(120), default="")
    id_kind: Mapped[IdKind | None]
    id_number: Mapped[str | None] = mapped_column(EncryptedText)
    id_fingerprint: Mapped[str | None] = mapped_column(String(64))
    id_masked: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(120), default="")


class Tie(InEstate, Audited, Versioned, Base):
    """What a person is to a home, from a day on; an ended tie stays as history."""

    __tablename__ = "tie"
    __table_args__ = (
        Index(None, "home_id", "until_on"),
        Index(None, "person_id", "until_on"),
        CheckConstraint("share_permille is null or share_permille between 1 and 1000", name="share"),
        CheckConstraint("until_on is null or until_on >= since_on", name="order"),
    )

    home_id: Mapped[int] = mapped_column(ForeignKey("home.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[TieKind]
    relation: Mapped[str] = mapped_column(String(20), default="")
    share_permille: Mapped[int | None]
    age_group: Mapped[AgeGroup | None]
    lease_until: Mapped[date | None]
    since_on: Mapped[date]
    until_on: Mapped[date | None]

    home: Mapped[Home] = relationship()
    person: Mapped[Person] = relationship()


class Vehicle(InEstate, Audited, Base):
    """A vehicle of a household."""

    __tablename__ = "vehicle"
    __table_args__ = (Index(None, "estate_id", "plate"), Index(None, "home_id", "ended_on"))

    home_id: Mapped[int] = mapped_column(ForeignKey("home.id"))
    plate: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(20), default="")
    space: Mapped[str] = mapped_column(String(20), default="")
    ended_on: Mapped[date | None]


class Pet(InEstate, Audited, Base):
    """A pet, only as far as the rules of the estate need it."""

    __tablename__ = "pet"

    home_id: Mapped[int] = mapped_column(ForeignKey("home.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(20), default="")
    registration_no: Mapped[str] = mapped_column(String(40), default="")
    ended_on: Mapped[date | None]


class Consent(InEstate, Audited, Evidence, Base):
    """Notice and consent of one person to one version of the privacy text (FM-35, PRI-1)."""

    __tablename__ = "consent"
    changeable = frozenset({"withdrawn_at"})

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purposes: Mapped[str] = mapped_column(String(200))
    sensitive: Mapped[str] = mapped_column(String(200), default="")
    text_version: Mapped[str] = mapped_column(String(20))
    agreed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
