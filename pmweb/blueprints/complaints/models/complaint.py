"""The tables of a complaint: the record as it stands, and the rounds that did not hold (FM-23)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pmweb.blueprints.complaints.rules import (
    HAS_RESPONSIBLE,
    HAS_RESULT,
    AnswerChannel,
    ComplaintState,
    FaultId,
    LevelId,
    Validity,
)
from pmweb.domain.permissions import Role
from pmweb.models.base import Audited, Base, Evidence, InEstate, Versioned
from pmweb.models.homes import Home
from pmweb.models.staff import Staff


def _in(states: Iterable[ComplaintState]) -> str:
    return ", ".join(f"'{state.value}'" for state in ComplaintState if state in set(states))


_OPEN = text("state != 'closed'")
"""What the register shows first: in its order, whatever has been closed since."""


class RoundFacts:
    """How a complaint was handled in one round; it is kept when the next begins.

    ``fault_steps`` and ``bases`` are ids with commas between. ``accepted`` is the resident's verdict, ``satisfaction``
    a mark from 1 to 5.
    """

    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    assigned_at: Mapped[datetime | None]
    first_contact_at: Mapped[datetime | None]
    fault: Mapped[FaultId | None]
    fault_steps: Mapped[str] = mapped_column(String(40), default="")
    bases: Mapped[str] = mapped_column(String(120), default="")
    root_cause: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[str] = mapped_column(Text, default="")
    result_at: Mapped[datetime | None]
    informed_at: Mapped[datetime | None]
    informed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    informed_channel: Mapped[AnswerChannel | None]
    told: Mapped[str] = mapped_column(Text, default="")
    accepted: Mapped[bool | None]
    satisfaction: Mapped[int | None]
    resident_said: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    close_note: Mapped[str] = mapped_column(Text, default="")


ROUND_FACTS = tuple(RoundFacts.__annotations__)


class Complaint(RoundFacts, InEstate, Audited, Versioned, Base):
    """One complaint (P-4). ``department`` is the one that answers for it, ``against_department`` the one complained of.

    ``received_at`` starts every clock (A-28), ``entered_at`` is when it was written down; ``receiver`` tells the
    resident the result (P-21). ``escalated_to`` is before whom it was brought last, ``acknowledged_at`` when that
    person took it up. ``doubted_*`` is who found it invalid and how it is helped all the same; ``validity`` is what the
    second look came to (P-23). ``link_serial`` names the resident's link that opens it, null where none does.
    ``due_at`` is the end of the clock that ends first, ``queue_at`` where it stands in the register, ``written`` how
    often something beside it was written, so that the version counts that, too.
    """

    __tablename__ = "complaint"
    not_in_trail = frozenset({"complainant_phone", "link_serial"})
    __table_args__ = (
        UniqueConstraint("estate_id", "number"),
        Index(None, "estate_id", "state", "queue_at", "id"),
        Index(
            "ix_complaint_open", *("estate_id", "queue_at", "id"), sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("ix_complaint_mine", "estate_id", "assignee_id", "state", "queue_at"),
        Index("ix_complaint_received", "estate_id", "receiver_id", "state", "queue_at"),
        Index(None, "estate_id", "received_at"),
        Index(None, "home_id", "received_at"),
        Index(None, "link_serial"),
        CheckConstraint("home_id is not null or place <> ''", name="somewhere"),
        CheckConstraint("round >= 1", name="round_counts"),
        CheckConstraint("description <> '' and demand <> ''", name="says_something"),
        CheckConstraint(
            f"state not in ({_in(HAS_RESPONSIBLE)}) or (assignee_id is not null and assigned_at is not null)",
            name="somebody_is_responsible",
        ),
        CheckConstraint(
            f"state not in ({_in(HAS_RESULT)}) or (result_at is not null and result <> '')",
            name="result_in_words",
        ),
        CheckConstraint(
            "not harm_in_progress or (immediate_measure <> '' and measured_at is not null)",
            name="harm_stopped",
        ),
        CheckConstraint("(state = 'closed') = (closed_at is not null)", name="closed_at"),
        CheckConstraint("state <> 'waiting_external' or waiting_reason <> ''", name="waits_for_a_reason"),
        CheckConstraint("satisfaction between 1 and 5", name="satisfaction_from_1_to_5"),
        CheckConstraint("(doubted_at is null) = (doubt = '')", name="doubted_with_a_reason"),
    )

    number: Mapped[str] = mapped_column(String(20))
    home_id: Mapped[int | None] = mapped_column(ForeignKey("home.id"))
    place: Mapped[str] = mapped_column(String(60), default="")
    channel: Mapped[str] = mapped_column(String(20))
    station: Mapped[str] = mapped_column(String(40), default="")
    anonymous: Mapped[bool] = mapped_column(default=False)
    complainant_name: Mapped[str] = mapped_column(String(80), default="")
    complainant_phone: Mapped[str] = mapped_column(String(30), default="")
    happened_at: Mapped[datetime]
    against_department: Mapped[str] = mapped_column(String(40))
    against_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    against_name: Mapped[str] = mapped_column(String(60), default="")
    category: Mapped[str] = mapped_column(String(40))
    description: Mapped[str] = mapped_column(Text)
    demand: Mapped[str] = mapped_column(Text)
    level: Mapped[LevelId]
    resident_deadline_at: Mapped[datetime | None]
    harm_in_progress: Mapped[bool] = mapped_column(default=False)
    immediate_measure: Mapped[str] = mapped_column(Text, default="")
    measured_at: Mapped[datetime | None]
    agitated: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    receiver_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))

    state: Mapped[ComplaintState] = mapped_column(default=ComplaintState.RECEIVED)
    round: Mapped[int] = mapped_column(default=1)
    moved_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    queue_at: Mapped[datetime]
    written: Mapped[int] = mapped_column(default=0)
    department: Mapped[str] = mapped_column(String(40))
    escalated_at: Mapped[datetime | None]
    escalated_to: Mapped[Role | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    replied_at: Mapped[datetime | None]
    waiting_reason: Mapped[str] = mapped_column(String(200), default="")
    unsolvable: Mapped[str] = mapped_column(Text, default="")
    doubted_at: Mapped[datetime | None]
    doubted_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    doubt: Mapped[str] = mapped_column(Text, default="")
    help_given: Mapped[str] = mapped_column(Text, default="")
    validity: Mapped[Validity | None]
    validity_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    link_serial: Mapped[str | None] = mapped_column(String(40))
    link_until_at: Mapped[datetime | None]

    home: Mapped[Home | None] = relationship(lazy="joined")
    receiver: Mapped[Staff] = relationship(foreign_keys="Complaint.receiver_id")
    assignee: Mapped[Staff | None] = relationship(foreign_keys="Complaint.assignee_id")
    against: Mapped[Staff | None] = relationship(foreign_keys="Complaint.against_staff_id")
    rounds: Mapped[list[ComplaintRound]] = relationship(
        order_by="ComplaintRound.round", back_populates="complaint"
    )


class ComplaintRound(RoundFacts, InEstate, Audited, Evidence, Base):
    """A round that did not hold: how it was handled, and why it was taken up again."""

    __tablename__ = "complaint_round"
    __table_args__ = (
        UniqueConstraint("complaint_id", "round"),
        CheckConstraint("reason <> ''", name="ended_with_a_reason"),
    )

    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    round: Mapped[int]
    ended_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)

    complaint: Mapped[Complaint] = relationship(back_populates="rounds")
    assignee: Mapped[Staff | None] = relationship(foreign_keys="ComplaintRound.assignee_id")
