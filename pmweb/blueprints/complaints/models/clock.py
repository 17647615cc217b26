"""The clocks of a complaint and who was told of them (T-6, P-14 to P-21)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pmweb.blueprints.complaints.models.complaint import Complaint
from pmweb.blueprints.complaints.rules import ClockKind, LevelId
from pmweb.domain.permissions import Role
from pmweb.models.base import Base, Evidence, InEstate

_RUNS = text("ended_at is null")
"""What is read every few minutes: as small as what runs, whatever has gathered."""


class ComplaintClock(InEstate, Evidence, Base):
    """One deadline: the event it runs from, the rule, the computed end (T-6). It is never set back.

    ``ended_at`` is when it was met, or withdrawn because the level, the agreed day or the round changed
    (``withdrawn``: another clock stands for it). ``told_percent`` is the last part of the way of which somebody was
    told, ``next_notice_at`` when the next is due.
    """

    __tablename__ = "complaint_clock"
    __table_args__ = (
        Index(
            "ix_complaint_clock_runs",
            "estate_id",
            "next_notice_at",
            "id",
            sqlite_where=_RUNS,
            postgresql_where=_RUNS,
        ),
        Index(
            "ix_complaint_clock_due", "estate_id", "due_at", "id", sqlite_where=_RUNS, postgresql_where=_RUNS
        ),
        Index(None, "complaint_id", "kind"),
        CheckConstraint("not withdrawn or ended_at is not null", name="withdrawn_some_time"),
    )
    changeable = frozenset({"ended_at", "withdrawn", "told_percent", "next_notice_at"})

    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    kind: Mapped[ClockKind]
    rule: Mapped[str] = mapped_column(String(20))
    level: Mapped[LevelId]
    round: Mapped[int]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    set_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    withdrawn: Mapped[bool] = mapped_column(default=False)
    told_percent: Mapped[int] = mapped_column(default=0)
    next_notice_at: Mapped[datetime | None]

    complaint: Mapped[Complaint] = relationship()


class ComplaintReminder(InEstate, Evidence, Base):
    """Somebody was told that so much of the time of a clock had passed: once for each part and person.

    ``to`` is who the rules name; ``role`` and ``department``, or ``staff_id``, who that was.
    """

    __tablename__ = "complaint_reminder"
    __table_args__ = (
        UniqueConstraint("clock_id", "percent", "to"),
        CheckConstraint("role is not null or staff_id is not null", name="told_somebody"),
    )

    clock_id: Mapped[int] = mapped_column(ForeignKey("complaint_clock.id"))
    percent: Mapped[int]
    to: Mapped[str] = mapped_column(String(40))
    role: Mapped[Role | None]
    department: Mapped[str | None] = mapped_column(String(40))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    told_at: Mapped[datetime]

    clock: Mapped[ComplaintClock] = relationship()
