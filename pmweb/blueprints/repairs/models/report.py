"""The monthly report of repairs: what is being written, and what was closed (FM-11, R-8)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pmweb.models.base import Audited, Base, Evidence, InEstate, Versioned
from pmweb.models.staff import Staff


class _Analysis:
    """The words of FM-11: causes, measures, who sees to them, until when."""

    causes: Mapped[str] = mapped_column(Text, default="")
    measures: Mapped[str] = mapped_column(Text, default="")
    responsible: Mapped[str] = mapped_column(String(80), default="")
    until_on: Mapped[date | None]


class MonthlyReport(_Analysis, InEstate, Audited, Versioned, Base):
    """The report of one month, by its first day: the analysis as it is being written.

    Its numbers are counted whenever somebody looks; closing it writes a ``ClosedReport``.
    """

    __tablename__ = "monthly_report"
    __table_args__ = (UniqueConstraint("estate_id", "month_from"),)

    month: Mapped[date] = mapped_column("month_from")

    closed: Mapped[list[ClosedReport]] = relationship(
        order_by="ClosedReport.version", back_populates="report", lazy="selectin"
    )


class ClosedReport(_Analysis, InEstate, Audited, Evidence, Base):
    """A report as it was closed: numbers and words stand. A supplement is the next ``version``, with a reason."""

    __tablename__ = "closed_report"
    __table_args__ = (
        UniqueConstraint("report_id", "version"),
        CheckConstraint("version >= 1", name="version_counts"),
        CheckConstraint("causes <> ''", name="analysed"),
        CheckConstraint("version = 1 or reason <> ''", name="supplement_with_a_reason"),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("monthly_report.id"))
    version: Mapped[int]
    totals: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(200), default="")
    closed_at: Mapped[datetime]
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))

    report: Mapped[MonthlyReport] = relationship(back_populates="closed")
    closed_by: Mapped[Staff] = relationship(lazy="joined")
