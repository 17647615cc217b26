"""Photos and scans: where the bytes lie is ``web``'s affair; here is what is known about them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pmweb.models.base import Audited, Base, Evidence, InEstate


class FileKind(StrEnum):
    """What a stored file is; ``identity`` is sensitive and each look at it is logged (PRI-3)."""

    PHOTO = "photo"
    SCAN = "scan"
    IDENTITY = "identity"
    SIGNATURE = "signature"


class StoredFile(InEstate, Audited, Evidence, Base):
    """One file at ``<estate>/<aa>/<sha256>``, encrypted at rest, never shared across estates."""

    __tablename__ = "stored_file"
    __table_args__ = (Index(None, "estate_id", "sha256"),)

    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    kind: Mapped[FileKind]
    stored_at: Mapped[datetime]
    stored_by: Mapped[str] = mapped_column(String(80))


class Attachment(InEstate, Audited, Evidence, Base):
    """A file that belongs to a matter, in the order in which it came. Taken off, never deleted."""

    __tablename__ = "attachment"
    __table_args__ = (Index(None, "subject_kind", "subject_id"),)

    changeable = frozenset({"taken_off_at"})

    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    caption: Mapped[str] = mapped_column(String(120), default="")
    attached_at: Mapped[datetime]
    taken_off_at: Mapped[datetime | None]

    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)


class PaperForm(StrEnum):
    """The form in which a paper lies in the household file (FM-34)."""

    ORIGINAL = "original"
    COPY = "copy"
    SCAN = "scan"
    DIGITAL = "digital"
    REFUSED = "refused"
    """The record that it was not signed: why, and before whom (SIG-4)."""


class HouseholdPaper(InEstate, Audited, Base):
    """One paper in the file of a household (户档案, FM-34)."""

    __tablename__ = "household_paper"
    __table_args__ = (Index(None, "home_id", "kind"), Index(None, "subject_kind", "subject_id"))

    home_id: Mapped[int] = mapped_column(ForeignKey("home.id"))
    kind: Mapped[str] = mapped_column(String(40))
    dated_on: Mapped[date]
    pages: Mapped[int] = mapped_column(default=1)
    form: Mapped[PaperForm]
    place: Mapped[str] = mapped_column(String(40), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    filed_at: Mapped[datetime]
    filed_by: Mapped[str] = mapped_column(String(80))
