"""Traces: what was changed, and what was looked at (X-2, X-3, PRI-5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pmweb.models.base import Base, Evidence


class AuditEntry(Evidence, Base):
    """One change of one audited row. Written by the session itself, never by a room.

    ``reason`` is what was being done: the endpoint of a request, the name of a command.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "subject_kind", "subject_id"),)

    at: Mapped[datetime] = mapped_column(index=True)
    estate_id: Mapped[int | None] = mapped_column(ForeignKey("estate.id"), index=True)
    actor: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(10))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)


class AccessEntry(Evidence, Base):
    """One look at a full personal number or at an identity scan, with its purpose (PRI-5)."""

    __tablename__ = "access_entry"
    __table_args__ = (Index(None, "subject_kind", "subject_id"),)

    at: Mapped[datetime] = mapped_column(index=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"), index=True)
    actor: Mapped[str] = mapped_column(String(80))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    what: Mapped[str] = mapped_column(String(40))
    purpose: Mapped[str] = mapped_column(String(120))
