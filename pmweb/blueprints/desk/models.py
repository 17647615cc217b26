"""The table of the work log (R-2, FM-31)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pmweb.blueprints.desk.rules import LogKind
from pmweb.models.base import Base, Evidence, InEstate


class WorkLogEntry(InEstate, Evidence, Base):
    """One line of the work log. It stands as it was written; a correction is another line (FM-31).

    ``logged_on`` is the local day of ``at`` (T-6). ``name`` is who came or called, kept apart from the words because
    a screen masks it. ``subject_kind`` and ``subject_id`` lead to the matter, such as ``"repair", 12``. ``by`` and
    ``by_name`` are who was at the desk.
    """

    __tablename__ = "work_log_entry"
    __table_args__ = (
        Index(None, "estate_id", "logged_on", "at", "id"),
        Index(None, "subject_kind", "subject_id"),
        CheckConstraint("text <> ''", name="says_something"),
        CheckConstraint("(subject_kind is null) = (subject_id is null)", name="subject_is_whole"),
    )

    at: Mapped[datetime]
    logged_on: Mapped[date]
    kind: Mapped[LogKind]
    text: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(80), default="")
    subject_kind: Mapped[str | None] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    by: Mapped[str] = mapped_column(String(80))
    by_name: Mapped[str] = mapped_column(String(40))
