"""What stands beside a complaint: answers, plans, meetings, links, changes of the level (P-10, P-11, P-13, P-20)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pmweb.blueprints.complaints.models.complaint import Complaint
from pmweb.blueprints.complaints.rules import LevelId
from pmweb.domain.money import Money
from pmweb.models.base import Audited, Base, Evidence, InEstate
from pmweb.models.staff import Staff


class ComplaintWord(InEstate, Audited, Evidence, Base):
    """What the office answered, or what the resident wrote through the link; the resident reads both there.

    ``by_id`` is null for the resident. ``channel`` is how an answer was given: ``phone``, ``visit``, ``link``.
    ``sent`` is the digest of what came through the link with the key of its form, so that it is kept once.
    """

    __tablename__ = "complaint_word"
    __table_args__ = (
        Index(None, "complaint_id", "said_at"),
        UniqueConstraint("complaint_id", "sent"),
        CheckConstraint("text <> ''", name="says_something"),
    )

    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    round: Mapped[int]
    said_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    sent: Mapped[str | None] = mapped_column(String(64))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    complaint: Mapped[Complaint] = relationship()
    by: Mapped[Staff | None] = relationship()


class RemedyPlan(InEstate, Audited, Evidence, Base):
    """One way to make good what cannot be solved at once, with what it costs (P-13). One is chosen by a supervisor."""

    __tablename__ = "remedy_plan"
    __table_args__ = (
        Index(None, "complaint_id", "round"),
        CheckConstraint("title <> ''", name="has_a_title"),
        CheckConstraint("(chosen_at is null) = (chosen_by_id is null)", name="chosen_by_somebody"),
    )
    changeable = frozenset({"chosen_at", "chosen_by_id", "chosen_note", "dropped_at"})

    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    round: Mapped[int]
    title: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text, default="")
    cost: Mapped[Money | None] = mapped_column("cost_fen")
    payer: Mapped[str] = mapped_column(String(20), default="")
    duration_days: Mapped[int | None]
    risk: Mapped[str] = mapped_column(String(200), default="")
    drafted_at: Mapped[datetime]
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    chosen_at: Mapped[datetime | None]
    chosen_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    chosen_note: Mapped[str] = mapped_column(String(200), default="")
    dropped_at: Mapped[datetime | None]

    complaint: Mapped[Complaint] = relationship()
    drafted_by: Mapped[Staff] = relationship(foreign_keys="RemedyPlan.drafted_by_id")


class JointMeeting(InEstate, Audited, Evidence, Base):
    """The heads of several departments, called to the place (P-10): who was called, who came, what was decided.

    ``departments`` and ``came`` are ids of departments with commas between; ``others`` who else was there.
    """

    __tablename__ = "joint_meeting"
    __table_args__ = (
        Index(None, "complaint_id", "round"),
        CheckConstraint("departments <> ''", name="calls_somebody"),
        CheckConstraint("held_at is null or (came <> '' and decision <> '')", name="held_with_a_decision"),
    )
    changeable = frozenset({"held_at", "came", "others", "decision", "minutes_by_id"})

    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    round: Mapped[int]
    meets_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(60))
    departments: Mapped[str] = mapped_column(String(120))
    called_at: Mapped[datetime]
    called_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    held_at: Mapped[datetime | None]
    came: Mapped[str] = mapped_column(String(120), default="")
    others: Mapped[str] = mapped_column(String(120), default="")
    decision: Mapped[str] = mapped_column(Text, default="")
    minutes_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    complaint: Mapped[Complaint] = relationship()


class ComplaintLink(InEstate, Audited, Evidence, Base):
    """Another matter that belongs to the complaint: a repair, a charge."""

    __tablename__ = "complaint_link"
    __table_args__ = (UniqueConstraint("complaint_id", "subject_kind", "subject_id"),)

    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    number: Mapped[str] = mapped_column(String(20))
    linked_at: Mapped[datetime]

    complaint: Mapped[Complaint] = relationship()


class LevelChange(InEstate, Audited, Evidence, Base):
    """Another level: who changed it and why; all clocks of the level were reckoned anew from the reception."""

    __tablename__ = "complaint_level_change"
    __table_args__ = (
        Index(None, "complaint_id"),
        CheckConstraint("reason <> ''", name="for_a_reason"),
        CheckConstraint("was <> level", name="changes_something"),
    )

    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    was: Mapped[LevelId]
    level: Mapped[LevelId]
    reason: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))

    complaint: Mapped[Complaint] = relationship()


class SupervisorCall(InEstate, Audited, Evidence, Base):
    """An agitated resident: the supervisor is called to a room apart from the desk (P-11)."""

    __tablename__ = "supervisor_call"
    __table_args__ = (Index(None, "complaint_id"), CheckConstraint("room <> ''", name="names_a_room"))
    changeable = frozenset({"complaint_id", "came_at", "came_by_id"})

    home_id: Mapped[int | None] = mapped_column(ForeignKey("home.id"))
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.id"))
    room: Mapped[str] = mapped_column(String(40))
    called_at: Mapped[datetime]
    called_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    came_at: Mapped[datetime | None]
    came_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
