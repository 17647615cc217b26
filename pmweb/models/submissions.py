"""What was sent already: the reason why a double tap, a lost answer or the outbox change nothing twice (promise 5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pmweb.models.base import Base


class Submission(Base):
    """One accepted POST: written in the transaction of its change, kept only when the answer is below 400.

    It is written first, so that the same POST sent twice at once waits here for the other one.
    """

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("staff_id", "key"),)

    key: Mapped[str] = mapped_column(String(64))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    estate_id: Mapped[int | None] = mapped_column(ForeignKey("estate.id"))
    path: Mapped[str] = mapped_column(String(300))
    body_sha256: Mapped[str] = mapped_column(String(64))
    see: Mapped[str] = mapped_column(String(300))
    guarded: Mapped[str] = mapped_column(String(300), default="")
    """What the change was checked against, and the version it left: the next POST of the device goes on from it."""
    left: Mapped[int | None]
    captured_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True)
