"""A report is promised on the first, written, closed once and for all, supplemented with a reason (R-8, FM-11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.repairs import figures
from pmweb.blueprints.repairs.models import ClosedReport, Repair
from pmweb.blueprints.repairs.operations.report import close_report, owe_reports, report_of, write_report
from pmweb.blueprints.repairs.rules.report import Analysis, Month, Totals
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.journal import JournalEntry
from pmweb.models.session_rules import EvidenceStands
from pmweb.models.staff import Staff
from pmweb.models.tasks import Task
from tests.blueprints.repairs.months import Months
from tests.office import Office

OCTOBER = Month.read("2026-10")
FIRST = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
"""2026-11-01 00:00 in Shanghai."""
WRITTEN = Analysis("雨季渗漏多", "检修屋面", "赵铁山", date(2026, 11, 20))
Queries = Callable[[Callable[[], Any]], int]


@pytest.fixture
def by(office: Office) -> Staff:
    return office.act_as(Role.DEPARTMENT_SUPERVISOR)


def promised() -> list[Task]:
    return list(unit().scalars(select(Task).where(Task.kind == "repair.report").order_by(Task.id)))


def test_on_the_first_the_supervisor_of_the_centre_owes_the_last_month(office: Office) -> None:
    assert owe_reports(FIRST) == [OCTOBER]
    (task,) = promised()
    assert (task.rule, task.role, task.department) == ("R-8", Role.DEPARTMENT_SUPERVISOR, "customer_service")
    assert task.due_at == datetime(2026, 11, 5, 16, 0, tzinfo=UTC)
    assert task.facts == {"month": "2026-10"}
    report = report_of(OCTOBER)
    assert report is not None
    assert (task.subject_kind, task.subject_id) == ("monthly_report", report.id)


def test_it_is_owed_once_however_often_one_asks(office: Office) -> None:
    owe_reports(FIRST)
    (task,) = promised()
    task.acknowledged_at = FIRST
    for hours in (0, 5, 29 * 24):
        assert owe_reports(FIRST + timedelta(hours=hours)) == []
    assert [one.acknowledged_at for one in promised()] == [FIRST]


def test_no_month_is_left_out_when_nobody_asked_for_a_while(office: Office) -> None:
    owe_reports(FIRST)
    late = FIRST + timedelta(days=95)
    assert [str(month) for month in owe_reports(late)] == ["2026-11", "2026-12", "2027-01"]


def test_an_estate_owes_nothing_of_the_time_before_it(office: Office) -> None:
    assert owe_reports(office.estate.created_at) == []
    assert promised() == []


def test_each_estate_owes_its_own(office: Office) -> None:
    owe_reports(FIRST)
    unit().commit()
    office.enter(office.other_estate())
    assert promised() == []
    assert owe_reports(FIRST) == [OCTOBER]


def test_what_was_closed_before_anybody_asked_is_not_owed(office: Office, by: Staff) -> None:
    close_report(OCTOBER, Analysis("本月没有报修"), "", by, FIRST)
    assert owe_reports(FIRST) == []


def test_a_draft_is_kept_at_any_time(office: Office) -> None:
    during = FIRST - timedelta(days=3)
    write_report(OCTOBER, Analysis(causes="还在看"), during)
    report = write_report(OCTOBER, Analysis(causes="雨季"), during)
    write_report(OCTOBER, Analysis(causes="雨季"), during)
    unit().commit()
    assert (report.causes, report.measures, report.closed) == ("雨季", "", [])
    events = unit().scalars(select(JournalEntry.event).where(JournalEntry.subject_kind == "monthly_report"))
    assert list(events) == ["report.written"] * 2


def test_closing_keeps_the_promise_and_freezes(office: Office, by: Staff) -> None:
    """Whatever happens to the repairs afterwards, the report says what it said."""
    Months(office).fill(120)
    owe_reports(FIRST)
    closed = close_report(OCTOBER, WRITTEN, "", by, FIRST + timedelta(hours=9))
    unit().commit()
    assert [task.done_at for task in promised()] == [FIRST + timedelta(hours=9)]
    then = figures.totals(OCTOBER, clock.zone())
    assert Totals.read(closed.totals) == then
    start, end = OCTOBER.begins(clock.zone()), OCTOBER.ends(clock.zone())
    for repair in unit().scalars(select(Repair).where(Repair.registered_at.between(start, end)).limit(9)):
        repair.registered_at, repair.trade = start - timedelta(days=40), "gas"
    unit().commit()
    unit().expire_all()
    kept = unit().scalars(select(ClosedReport)).one()
    assert Totals.read(kept.totals) == then != figures.totals(OCTOBER, clock.zone())
    assert (kept.version, kept.causes, kept.until_on, kept.closed_by_id) == (
        1,
        "雨季渗漏多",
        date(2026, 11, 20),
        by.id,
    )


def test_what_was_closed_is_never_written_over(office: Office, by: Staff) -> None:
    closed = close_report(OCTOBER, WRITTEN, "", by, FIRST)
    unit().commit()
    closed.causes = "没有问题"
    with pytest.raises(EvidenceStands):
        unit().flush()


def test_a_supplement_is_a_version_with_a_reason(office: Office, by: Staff) -> None:
    close_report(OCTOBER, WRITTEN, "不该有", by, FIRST)
    with pytest.raises(RuleBroken, match=r"report\.reason"):
        close_report(OCTOBER, WRITTEN, "", by, FIRST)
    unit().rollback()
    office.enter(office.estate)
    by = office.act_as(Role.OFFICE_MANAGER)
    close_report(OCTOBER, WRITTEN, "", by, FIRST)
    close_report(OCTOBER, Analysis("又查了一遍", "检修", "赵铁山", date(2026, 11, 30)), "漏记一件", by, FIRST)
    unit().commit()
    report = report_of(OCTOBER)
    assert report is not None
    assert [(one.version, one.reason, one.causes) for one in report.closed] == [
        (1, "", "雨季渗漏多"),
        (2, "漏记一件", "又查了一遍"),
    ]


def test_another_estate_has_a_report_of_its_own(office: Office, by: Staff) -> None:
    Months(office).fill(60)
    close_report(OCTOBER, WRITTEN, "", by, FIRST)
    unit().commit()
    office.enter(office.other_estate())
    assert report_of(OCTOBER) is None
    by = office.act_as(Role.DEPARTMENT_SUPERVISOR)
    closed = close_report(OCTOBER, Analysis("本月没有报修"), "", by, FIRST)
    assert closed.totals["registered"] == closed.totals["completed"] == 0
    assert closed.totals["repeated"] == closed.totals["open_follow_ups"] == []
