"""The tables of a repair: the work order as it stands, and the rounds that did not hold (FM-07, FM-09)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pmweb.blueprints.repairs.rules import (
    HAS_ASSIGNEE,
    HAS_WORK,
    WAITING_STATES,
    Part,
    RepairSource,
    RepairState,
    Responsible,
    Severity,
)
from pmweb.domain.money import Money
from pmweb.domain.warranty import Verdict
from pmweb.models.base import Audited, Base, Evidence, InEstate, Versioned
from pmweb.models.homes import Home
from pmweb.models.staff import Staff


def _in(states: Iterable[RepairState]) -> str:
    return ", ".join(f"'{state.value}'" for state in RepairState if state in set(states))


_TO_FOLLOW_UP = text("follow_up_due_at is not null and followed_up_at is null")
"""What the queue of the follow-ups reads: as small as the queue, whatever the register has gathered."""


class RoundFacts:
    """The facts of the work in one round; they are kept when the next begins."""

    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    appointment_at: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    resumed_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    work_done: Mapped[str] = mapped_column(Text, default="")
    rechecked_at: Mapped[datetime | None]
    recheck_note: Mapped[str] = mapped_column(Text, default="")
    leak_tested_at: Mapped[datetime | None]
    leak_test_method: Mapped[str] = mapped_column(String(20), default="")
    signed_at: Mapped[datetime | None]
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("signature.id"))
    follow_up_due_at: Mapped[datetime | None]
    followed_up_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


ROUND_FACTS = tuple(RoundFacts.__annotations__)


class Repair(RoundFacts, InEstate, Audited, Versioned, Base):
    """One repair: register entry and work order are two views of it (A-1).

    ``source_kind`` and ``source_id`` say where it came from, such as ``"move_in", 12``; a repair knows no
    more of it but that it has ended (``on_its_own``): then nobody else will ask for the signature. ``due_at``
    is the deadline of the promise that is open now, ``moved_at`` when the last move was made, ``queue_at``
    where it stands in the register. The facts of the work are those of the present ``round``; what went
    before is kept in ``RepairRound``. ``verdict``, ``warranty_ends_on`` and the two days it was reckoned from
    (``completed_on`` of the building, ``handed_over_on`` of the home) stay as they were at the entry (R-3, T-6).
    ``follows_id`` is the paid repair whose work the office stands for.
    ``estimate`` and ``amount`` are what a paid repair is expected to cost and what it did cost (X-6); both stand over
    all rounds, for the work is done anew at the office's expense. ``lines_written`` counts how often lines were
    written, so that the version counts them, too.
    """

    __tablename__ = "repair"
    not_in_trail = frozenset({"caller_phone"})
    __table_args__ = (
        UniqueConstraint("estate_id", "number"),
        Index(None, "estate_id", "state", "queue_at", "id"),
        # the board reads what stands in these two and nothing else of a row that it does not show
        Index(None, "estate_id", "state", "trade", "priority", "queue_at", "due_at"),
        Index(
            "ix_repair_jobs", "estate_id", "assignee_id", "state", "priority", "appointment_at", "queue_at"
        ),
        Index(
            "ix_repair_to_follow_up",
            *("estate_id", "follow_up_due_at", "id"),
            sqlite_where=_TO_FOLLOW_UP,
            postgresql_where=_TO_FOLLOW_UP,
        ),
        Index(None, "source_kind", "source_id"),
        Index(None, "estate_id", "registered_at"),
        Index(None, "estate_id", "completed_at"),
        Index(None, "estate_id", "follow_up_due_at"),
        CheckConstraint("(source_kind is null) = (source_id is null)", name="source_is_whole"),
        CheckConstraint("home_id is not null or place <> ''", name="somewhere"),
        CheckConstraint("round >= 1", name="round_counts"),
        CheckConstraint(
            f"state not in ({_in(HAS_ASSIGNEE)}) or (assignee_id is not null and dispatched_at is not null)",
            name="dispatched_to_somebody",
        ),
        CheckConstraint("state <> 'accepted' or accepted_at is not null", name="accepted_at"),
        CheckConstraint("state <> 'on_site' or arrived_at is not null", name="arrived_at"),
        CheckConstraint(
            f"state not in ({_in(HAS_WORK)}) or (completed_at is not null and work_done <> '')",
            name="completed_with_work",
        ),
        CheckConstraint("state <> 'rechecked' or rechecked_at is not null", name="rechecked_at"),
        CheckConstraint("state <> 'leak_tested' or leak_tested_at is not null", name="leak_tested_at"),
        CheckConstraint("state <> 'followed_up' or followed_up_at is not null", name="followed_up_at"),
        CheckConstraint("state <> 'closed' or closed_at is not null", name="closed_at"),
        CheckConstraint("(signed_at is null) = (signature_id is null)", name="signature_has_its_time"),
        CheckConstraint("state <> 'signed' or signature_id is not null", name="signed_by_somebody"),
        CheckConstraint(
            f"state not in ({_in(WAITING_STATES)}) or waiting_reason <> ''", name="waits_for_a_reason"
        ),
        CheckConstraint("(state = 'cancelled') = (cancelled_at is not null)", name="cancelled_at"),
        CheckConstraint("cancelled_at is null or cancel_reason <> ''", name="cancelled_with_a_reason"),
        CheckConstraint("(estimate_fen is null) = (estimated_at is null)", name="estimated_some_time"),
        CheckConstraint("estimate_accepted_at is null or estimate_fen is not null", name="accepted_what"),
        CheckConstraint("charge_id is null or amount_fen is not null", name="charged_an_amount"),
    )

    number: Mapped[str] = mapped_column(String(20))
    home_id: Mapped[int | None] = mapped_column(ForeignKey("home.id"), index=True)
    source: Mapped[RepairSource]
    source_kind: Mapped[str | None] = mapped_column(String(40))
    source_id: Mapped[int | None]
    on_its_own: Mapped[bool] = mapped_column(default=False)
    item_code: Mapped[str] = mapped_column(String(20), default="")
    place: Mapped[str] = mapped_column(String(40), default="")
    category: Mapped[str | None] = mapped_column(String(40))
    trade: Mapped[str] = mapped_column(String(20))
    priority: Mapped[str] = mapped_column(String(20))
    severity: Mapped[Severity | None]
    responsible: Mapped[Responsible] = mapped_column(default=Responsible.DEVELOPER)
    assisting: Mapped[str] = mapped_column(String(40), default="repair")
    description: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date | None]
    registered_at: Mapped[datetime]

    part: Mapped[Part] = mapped_column(default=Part.PRIVATE)
    caller_name: Mapped[str] = mapped_column(String(80), default="")
    caller_phone: Mapped[str] = mapped_column(String(30), default="")
    preferred_from_at: Mapped[datetime | None]
    preferred_to_at: Mapped[datetime | None]
    entry_allowed: Mapped[bool] = mapped_column(default=False)
    verdict: Mapped[Verdict | None]
    warranty_ends_on: Mapped[date | None]
    exclusion: Mapped[str] = mapped_column(String(40), default="")
    completed_on: Mapped[date | None]
    handed_over_on: Mapped[date | None]

    follows_id: Mapped[int | None] = mapped_column(ForeignKey("repair.id"))

    estimate: Mapped[Money | None] = mapped_column("estimate_fen")
    estimated_at: Mapped[datetime | None]
    estimate_accepted_at: Mapped[datetime | None]
    amount: Mapped[Money | None] = mapped_column("amount_fen")
    charge_id: Mapped[int | None] = mapped_column(ForeignKey("charge.id"))
    lines_written: Mapped[int] = mapped_column(default=0)

    state: Mapped[RepairState] = mapped_column(default=RepairState.REGISTERED)
    round: Mapped[int] = mapped_column(default=1)
    moved_at: Mapped[datetime]
    queue_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    waiting_reason: Mapped[str] = mapped_column(String(200), default="")
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(String(200), default="")

    home: Mapped[Home | None] = relationship(lazy="joined")
    assignee: Mapped[Staff | None] = relationship()
    follows: Mapped[Repair | None] = relationship(remote_side="Repair.id")
    rounds: Mapped[list[RepairRound]] = relationship(order_by="RepairRound.round", back_populates="repair")


class RepairRound(RoundFacts, InEstate, Audited, Evidence, Base):
    """A round that did not hold: its facts as they stood, and why it began again. What was signed stays."""

    __tablename__ = "repair_round"
    __table_args__ = (
        UniqueConstraint("repair_id", "round"),
        CheckConstraint("reason <> ''", name="ended_with_a_reason"),
    )

    repair_id: Mapped[int] = mapped_column(ForeignKey("repair.id"))
    round: Mapped[int]
    ended_in: Mapped[RepairState]
    ended_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)

    repair: Mapped[Repair] = relationship(back_populates="rounds")
    assignee: Mapped[Staff | None] = relationship()
