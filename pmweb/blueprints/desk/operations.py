"""What is written into the work log of the centre (R-2, FM-31)."""

from __future__ import annotations

from datetime import datetime

from pmweb import clock
from pmweb.blueprints.desk import rules
from pmweb.blueprints.desk.models import WorkLogEntry
from pmweb.blueprints.desk.rules import LogKind
from pmweb.extensions import unit
from pmweb.models.base import Base, Subject, subject_of
from pmweb.models.session_rules import actor_of


def log(
    kind: LogKind | str, text: str, at: datetime, *, name: str = "", subject: Base | Subject | None = None
) -> WorkLogEntry:
    """R-2: write a line into the log of the day of ``at``; ``name`` is who came or called.

    ``RuleBroken``: ``desk.text`` for a line that says nothing.
    """
    rules.refuse_without_text(text)
    session, about = unit(), subject_of(subject) if subject is not None else None
    actor = actor_of(session)
    entry = WorkLogEntry(
        at=at,
        logged_on=clock.local(at).date(),
        kind=LogKind(kind),
        text=text.strip(),
        name=name,
        subject_kind=about.kind if about else None,
        subject_id=about.id if about else None,
        by=actor.code,
        by_name=actor.name,
    )
    session.add(entry)
    session.flush()
    return entry
