"""The timeline (经过): what happened to a matter, in the words of the office.

The journal stores codes and facts, not sentences: the room's ``cards.py`` words them in the reader's language.
The audit trail beside it (``audit``) is for the auditor, column by column.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pmweb.models.base import Base, Evidence, InEstate, Subject, subject_of
from pmweb.models.session_rules import actor_of


class JournalEntry(InEstate, Evidence, Base):
    """One thing that happened. ``at`` is when it happened, ``recorded_at`` when the office learnt of it."""

    __tablename__ = "journal_entry"
    __table_args__ = (Index(None, "subject_kind", "subject_id", "at"), Index(None, "home_id", "at"))

    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    home_id: Mapped[int | None] = mapped_column(ForeignKey("home.id"))
    event: Mapped[str] = mapped_column(String(60))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    actor_name: Mapped[str] = mapped_column(String(40))


def note(
    session: Session,
    subject: Base | Subject,
    event: str,
    *,
    at: datetime,
    home_id: int | None = None,
    recorded_at: datetime | None = None,
    **facts: Any,
) -> JournalEntry:
    """Write into the timeline of ``subject`` (and of its home) that ``event`` happened at ``at``."""
    subject = subject_of(subject)
    actor = actor_of(session)
    entry = JournalEntry(
        subject_kind=subject.kind,
        subject_id=subject.id,
        home_id=home_id,
        event=event,
        facts=facts,
        at=at,
        recorded_at=recorded_at or at,
        actor=actor.code,
        actor_name=actor.name,
    )
    session.add(entry)
    return entry


def last_actor(session: Session, subject: Base | Subject) -> str:
    """Which colleague made the latest entry about ``subject``, by name; empty when it was oneself, or nobody."""
    subject = subject_of(subject)
    query = (
        select(JournalEntry.actor_name, JournalEntry.actor)
        .where(JournalEntry.subject_kind == subject.kind, JournalEntry.subject_id == subject.id)
        .order_by(JournalEntry.id.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return row.actor_name if row is not None and row.actor != actor_of(session).code else ""
