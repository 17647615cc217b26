"""The monthly report is promised, written, closed and supplemented (R-8, FM-11)."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.repairs import figures
from pmweb.blueprints.repairs.models import ClosedReport, MonthlyReport
from pmweb.blueprints.repairs.rules.report import Analysis, Month, months_owed, refuse_closing
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models import journal, tasks
from pmweb.models.estate import Estate
from pmweb.models.session_rules import estate_of
from pmweb.models.staff import Staff

OWED = "repair.report"
"""The promise of R-8."""


def report_of(month: Month) -> MonthlyReport | None:
    """The report of a month, if anybody has begun it or owes it."""
    return unit().scalar(select(MonthlyReport).where(MonthlyReport.month == month.first))


def reports_of(year: int) -> dict[date, MonthlyReport]:
    """The reports of a year by the first day of their months."""
    query = select(MonthlyReport).where(
        MonthlyReport.month >= date(year, 1, 1), MonthlyReport.month <= date(year, 12, 31)
    )
    return {report.month: report for report in unit().scalars(query)}


def write_report(month: Month, analysis: Analysis, at: datetime) -> MonthlyReport:
    """Keep the analysis as it stands, at any time; nothing of it is needed yet."""
    report = _begun(month)
    words = {field.name: getattr(analysis, field.name) for field in fields(analysis)}
    if any(getattr(report, name) != said for name, said in words.items()):
        for name, said in words.items():
            setattr(report, name, said)
        journal.note(unit(), report, "report.written", at=at)
    unit().flush()
    return report


def close_report(month: Month, analysis: Analysis, reason: str, by: Staff, at: datetime) -> ClosedReport:
    """Close the month: its numbers and the analysis stand from now on. A supplement is the next version (FM-11).

    ``RuleBroken``: ``report.month_not_over``, ``report.analysis``, ``report.reason``.
    """
    totals = figures.totals(month, clock.zone())
    report = write_report(month, analysis, at)
    versions = len(report.closed)
    refuse_closing(month, totals, analysis, versions=versions, reason=reason, at=at, zone=clock.zone())
    closed = ClosedReport(
        report=report,
        version=versions + 1,
        totals=totals.kept(),
        reason=reason if versions else "",
        closed_at=at,
        closed_by_id=by.id,
        closed_by=by,
        **{field.name: getattr(analysis, field.name) for field in fields(analysis)},
    )
    unit().add(closed)
    event = "report.supplemented" if versions else "report.closed"
    journal.note(unit(), report, event, at=at, version=closed.version, reason=closed.reason)
    tasks.keep(unit(), OWED, report, at=at)
    unit().flush()
    return closed


def owe_reports(at: datetime) -> list[Month]:
    """R-8: from the first of a month the supervisor of the centre owes the report of the last one, until the fifth.

    For the estate of the session; to be called every day, as often as one likes: what is promised already, or
    closed, is left alone. Returns the months that were promised now.
    """
    session = unit()
    estate = session.scalars(select(Estate).where(Estate.id == estate_of(session))).one()
    known = select(tasks.Task.facts).where(tasks.Task.kind == OWED).order_by(tasks.Task.event_at.desc())
    newest = session.scalar(known.limit(1))
    latest = Month.read(newest["month"]) if newest else None
    owed = []
    for month in months_owed(at=at, zone=clock.zone(), since=estate.created_at, latest=latest):
        report = _begun(month)
        if not report.closed:
            _promise(report, month)
            owed.append(month)
    return owed


def _promise(report: MonthlyReport, month: Month) -> None:
    tasks.promise(
        unit(),
        OWED,
        "R-8",
        report,
        event_at=month.ends(clock.zone()),
        due_at=month.report_due(clock.zone()),
        role=Role.DEPARTMENT_SUPERVISOR,
        department="customer_service",
        month=str(month),
    )


def _begun(month: Month) -> MonthlyReport:
    """The report of the month, begun if there is none."""
    report = report_of(month)
    if report is None:
        report = MonthlyReport(month=month.first)
        unit().add(report)
        unit().flush()
    return report
