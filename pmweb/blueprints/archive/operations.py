"""What the office does with the files of the archive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from pmweb.blueprints.archive.rules import Purpose
from pmweb.models import session_rules
from pmweb.models.files import StoredFile

IDENTITY_SCAN = "identity_scan"


def log_look(session: Session, file: StoredFile, purpose: Purpose, *, at: datetime) -> None:
    """Write down that the actor opens this identity scan now, and why (PRI-5). Raises NoActor."""
    session_rules.log_look(session, file, IDENTITY_SCAN, purpose.value, at=at)
