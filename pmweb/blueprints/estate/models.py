"""The tables of this room. Estates, buildings and homes are shared nouns (``pmweb.models``)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from pmweb.blueprints.estate.rules import ImportState
from pmweb.models.base import Base, InEstate, Versioned


class RollImport(InEstate, Versioned, Base):
    """One home roll that somebody brought: how far it is, and what came of it.

    ``pieces`` are written one after the other; ``done`` is how many are, changed in the transaction that writes
    a piece, so that an interrupted import goes on where it stopped. ``found`` are the figures of the file,
    ``taken`` those of what was written. The row is itself the trail of the import; what each piece wrote is in
    the audit trail.
    """

    __tablename__ = "roll_import"
    __table_args__ = (
        CheckConstraint("done between 0 and pieces", name="no_more_than_all"),
        CheckConstraint("(state = 'done') = (finished_at is not null)", name="done_has_its_time"),
        CheckConstraint("state <> 'done' or done = pieces", name="done_is_all"),
    )

    state: Mapped[ImportState] = mapped_column(default=ImportState.WAITING)
    folder: Mapped[str] = mapped_column(String(40))
    file_name: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    pieces: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    found: Mapped[dict[str, Any]] = mapped_column(JSON)
    taken: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
