"""What the office does with the files of the archive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from pmweb.blueprints.archive.rules import Purpose
from pmweb.models.audit import AccessEntry
from pmweb.models.files import StoredFile
from pmweb.models.session_rules import actor_of, estate_of

IDENTITY_SCAN = "identity_scan"


def log_look(session: Session, file: StoredFile, purpose: Purpose, *, at: datetime) -> AccessEntry:
    """Write down that the actor opens this identity scan now, and why (PRI-5). Raises NoActor."""
    entry = AccessEntry(
        at=at,
        estate_id=estate_of(session),
        actor=actor_of(session).code,
        subject_kind=file.__tablename__,
        subject_id=file.id,
        what=IDENTITY_SCAN,
        purpose=purpose.value,
    )
    session.add(entry)
    session.flush()
    return entry
