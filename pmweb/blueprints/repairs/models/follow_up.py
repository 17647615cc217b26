"""What the centre heard when it asked how a repair had turned out (FM-10)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pmweb.blueprints.repairs.models.repair import Repair
from pmweb.blueprints.repairs.rules import FollowUpChannel, FollowUpKind, FollowUpResult
from pmweb.models.base import Audited, Base, Evidence, InEstate
from pmweb.models.staff import Staff


class FollowUp(InEstate, Audited, Evidence, Base):
    """One follow-up of one round of a repair, or the check of one by the supervisor (W-1 to W-6, A-18).

    ``due_at`` is what had been promised. ``satisfaction`` runs from 1 to 5.
    """

    __tablename__ = "follow_up"
    __table_args__ = (
        Index(None, "repair_id", "round"),
        Index(None, "estate_id", "followed_at"),
        Index(None, "estate_id", "due_at"),
        CheckConstraint("satisfaction between 1 and 5", name="satisfaction_from_1_to_5"),
        CheckConstraint("result <> 'problem_found' or problem <> ''", name="a_problem_in_words"),
        CheckConstraint(
            "result <> 'unreachable' or (satisfaction is null and person_name = '')",
            name="unreachable_says_nothing",
        ),
        CheckConstraint(
            "kind <> 'follow_up' or due_at is null or followed_at < due_at or late_reason <> ''",
            name="late_with_a_reason",
        ),
    )

    repair_id: Mapped[int] = mapped_column(ForeignKey("repair.id"))
    round: Mapped[int]
    kind: Mapped[FollowUpKind] = mapped_column(default=FollowUpKind.FOLLOW_UP)
    channel: Mapped[FollowUpChannel]
    due_at: Mapped[datetime | None]
    followed_at: Mapped[datetime]
    person_name: Mapped[str] = mapped_column(String(80), default="")
    result: Mapped[FollowUpResult]
    problem: Mapped[str] = mapped_column(Text, default="")
    satisfaction: Mapped[int | None]
    late_reason: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))

    repair: Mapped[Repair] = relationship()
    by: Mapped[Staff] = relationship()


class FollowUpAttempt(InEstate, Audited, Evidence, Base):
    """Somebody tried to reach the resident and did not (A-18)."""

    __tablename__ = "follow_up_attempt"
    __table_args__ = (Index(None, "repair_id", "round"),)

    repair_id: Mapped[int] = mapped_column(ForeignKey("repair.id"))
    round: Mapped[int]
    channel: Mapped[FollowUpChannel]
    tried_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))

    repair: Mapped[Repair] = relationship()
    by: Mapped[Staff] = relationship()
