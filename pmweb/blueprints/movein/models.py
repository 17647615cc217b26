"""The tables of a move-in: the case, its papers, the key ledger, the acceptance with its rounds (M-1 to M-19)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pmweb.blueprints.movein.rules import (
    Applicant,
    KeyAct,
    Outcome,
    Paper,
    Responsible,
    Result,
    Severity,
    State,
)
from pmweb.models.base import Audited, Base, Evidence, InEstate, Versioned
from pmweb.models.homes import Finish, Home
from pmweb.models.people import Person

_ACTIVE = text("voided_at is null and state not in ('filed', 'filed_with_open_defects')")


class MoveIn(InEstate, Audited, Versioned, Base):
    """One move-in of one home. The steps are independent facts; only ``state`` follows a table of moves (A-8)."""

    __tablename__ = "move_in"
    __table_args__ = (
        UniqueConstraint("estate_id", "number"),
        Index("uq_move_in_active", "home_id", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
        Index(None, "estate_id", "state", "id"),
        CheckConstraint("(voided_at is null) = (void_reason = '')", name="void_has_a_reason"),
        CheckConstraint(
            "(filed_at is not null) = (state in ('filed', 'filed_with_open_defects'))",
            name="filed_has_its_time",
        ),
        CheckConstraint("applicant = 'owner' or handler_id is not null", name="somebody_acts"),
    )

    number: Mapped[str] = mapped_column(String(20))
    home_id: Mapped[int] = mapped_column(ForeignKey("home.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    applicant: Mapped[Applicant]
    state: Mapped[State] = mapped_column(default=State.OPEN)
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(40))

    representative: Mapped[bool] = mapped_column(default=False)
    notice_no: Mapped[str] = mapped_column(String(40), default="")
    notice_issued_by: Mapped[str] = mapped_column(String(60), default="")
    notice_issued_on: Mapped[date | None]
    contract_no: Mapped[str] = mapped_column(String(40), default="")
    contract_on: Mapped[date | None]
    identity_checked_at: Mapped[datetime | None]
    registered_at: Mapped[datetime | None]
    agreements: Mapped[list[str]] = mapped_column(JSON, default=list)
    agreements_at: Mapped[datetime | None]
    handover_at: Mapped[datetime | None]
    charged_at: Mapped[datetime | None]
    charge_id: Mapped[int | None]
    checked_at: Mapped[datetime | None]
    filed_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(String(200), default="")

    home: Mapped[Home] = relationship(lazy="joined", innerjoin=True)
    owner: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=owner_id)
    handler: Mapped[Person | None] = relationship(lazy="joined", foreign_keys=handler_id)


class PaperSeen(InEstate, Audited, Versioned, Base):
    """One paper that the applicant brought: seen, copied, and where the copy lies (M-2 to M-4, A-12)."""

    __tablename__ = "paper_seen"
    __table_args__ = (UniqueConstraint("move_in_id", "kind"),)

    move_in_id: Mapped[int] = mapped_column(ForeignKey("move_in.id"))
    kind: Mapped[Paper]
    seen_at: Mapped[datetime | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    place: Mapped[str] = mapped_column(String(40), default="")


class PowerOfAttorney(InEstate, Audited, Base):
    """What the owner lets the agent do, and until when (M-3, FM-03)."""

    __tablename__ = "power_of_attorney"

    move_in_id: Mapped[int] = mapped_column(ForeignKey("move_in.id"), unique=True)
    scope: Mapped[list[str]] = mapped_column(JSON)
    scope_other: Mapped[str] = mapped_column(String(200), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    sub_delegation: Mapped[bool] = mapped_column(default=False)


class KeyEntry(InEstate, Audited, Evidence, Base):
    """One line of the key ledger: so many of one kind, handed out, kept back for rework, returned or lost (M-7)."""

    __tablename__ = "key_entry"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    move_in_id: Mapped[int] = mapped_column(ForeignKey("move_in.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(40), default="")
    act: Mapped[KeyAct]
    quantity: Mapped[int]
    reason: Mapped[str] = mapped_column(String(120), default="")
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(40))


class AcceptanceSheet(InEstate, Audited, Versioned, Base):
    """One round of the acceptance (M-9, M-17). Round 1 goes through every item, later ones through the defects."""

    __tablename__ = "acceptance_sheet"
    __table_args__ = (
        UniqueConstraint("move_in_id", "round"),
        CheckConstraint("(outcome is null) = (closed_at is null)", name="closed_has_an_outcome"),
        CheckConstraint(
            "outcome is null or outcome <> 'refused' or reason <> ''", name="refusal_has_a_reason"
        ),
    )

    move_in_id: Mapped[int] = mapped_column(ForeignKey("move_in.id"))
    round: Mapped[int]
    finish: Mapped[Finish]
    top_floor: Mapped[bool] = mapped_column(default=False)
    rooms: Mapped[list[Any]] = mapped_column(JSON)
    inspectors: Mapped[str] = mapped_column(String(120))
    resident_present: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None]
    reason: Mapped[str] = mapped_column(String(200), default="")


class AcceptanceItem(InEstate, Audited, Versioned, Base):
    """One line of the sheet. A line that is not in order is a defect and carries it (M-11)."""

    __tablename__ = "acceptance_item"
    __table_args__ = (
        UniqueConstraint("sheet_id", "code", "room_no"),
        CheckConstraint(
            "repair_id is null or result = 'defect' or (retest_passed is not null and not retest_passed)",
            name="only_defects_are_repaired",
        ),
        CheckConstraint("(retest_passed is null) = (retested_at is null)", name="retested_has_a_result"),
    )

    sheet_id: Mapped[int] = mapped_column(ForeignKey("acceptance_sheet.id"))
    position: Mapped[int]
    room: Mapped[str] = mapped_column(String(20))
    room_no: Mapped[int] = mapped_column(default=1)
    code: Mapped[str] = mapped_column(String(10))
    result: Mapped[Result] = mapped_column(default=Result.NOT_TESTED)
    value: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(String(2000), default="")
    severity: Mapped[Severity | None]
    responsible: Mapped[Responsible | None]
    due_on: Mapped[date | None]
    marked_at: Mapped[datetime | None]
    marked_by: Mapped[str] = mapped_column(String(80), default="")
    batch: Mapped[str] = mapped_column(String(36), default="")
    retest_passed: Mapped[bool | None]
    """What came of a line that was signed untested; the line itself stays as it was signed."""
    retest_note: Mapped[str] = mapped_column(String(2000), default="")
    retested_at: Mapped[datetime | None]
    retested_by: Mapped[str] = mapped_column(String(80), default="")
    repair_id: Mapped[int | None]

    @property
    def wrong(self) -> str:
        """What is wrong with it, in words: what was found at the acceptance, or at the test that was put off."""
        return self.retest_note if self.retest_passed is False else self.note


class DefectRound(InEstate, Audited, Versioned, Base):
    """What the owner found about one defect in a later round (M-17): passed, or back to the repair department."""

    __tablename__ = "defect_round"
    __table_args__ = (UniqueConstraint("sheet_id", "item_id"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("acceptance_sheet.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("acceptance_item.id"), index=True)
    passed: Mapped[bool | None]
    note: Mapped[str] = mapped_column(String(2000), default="")
    marked_at: Mapped[datetime | None]
    marked_by: Mapped[str] = mapped_column(String(80), default="")


class Appointment(InEstate, Audited, Base):
    """The time that was agreed with the owner for the next acceptance (M-15), and who comes along (M-16)."""

    __tablename__ = "move_in_appointment"

    move_in_id: Mapped[int] = mapped_column(ForeignKey("move_in.id"), index=True)
    round: Mapped[int]
    at: Mapped[datetime]
    agreed_by: Mapped[str] = mapped_column(String(20))
    remark: Mapped[str] = mapped_column(String(200), default="")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
