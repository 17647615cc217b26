"""The monthly report over HTTP: the list, one month, its paper and workbook, writing and closing (R-8, FM-11)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.repairs import figures
from pmweb.blueprints.repairs.models import ClosedReport, MonthlyReport, Repair
from pmweb.blueprints.repairs.operations.report import owe_reports, report_of
from pmweb.blueprints.repairs.rules.report import Month, Totals
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.audit import AuditEntry
from tests.blueprints.repairs.months import Months
from tests.office import Office

ClientFor = Callable[..., Any]
Queries = Callable[[Callable[[], Any]], int]
PAGE = "/repairs/reports/2026-11"
NOVEMBER = Month.read("2026-11")
WRITTEN = {
    "causes": "雨季渗漏多",
    "measures": "检修屋面",
    "responsible": "赵铁山",
    "until_on": "2026-12-20",
}


@pytest.fixture(autouse=True)
def december(office: Office) -> Iterator[None]:
    """The third of December, 10:00 in Shanghai."""
    with clock.standing_still_at(datetime(2026, 12, 3, 2, 0, tzinfo=UTC)):
        yield


@pytest.fixture
def months(office: Office) -> Months:
    months = Months(office)
    months.fill(150)
    return months


@pytest.fixture
def supervisor(office: Office, client_for: ClientFor) -> Any:
    return client_for(Role.DEPARTMENT_SUPERVISOR, name="何雪梅")


def send(client: Any, act: str = "close", version: int = 0, **data: str) -> Any:
    return client.post(f"{PAGE}/analysis", data=WRITTEN | {"act": act, "_version": version} | data)


def totals() -> Totals:
    return figures.totals(NOVEMBER, clock.zone())


def test_the_list_names_every_month_since_the_first_repair(months: Months, supervisor: Any) -> None:
    text = supervisor.get("/repairs/reports/").text
    assert re.findall(r"/repairs/reports/(20\d\d-\d\d)\"", text) == [
        f"2026-{month:02}" for month in (12, 11, 10, 9, 8)
    ]
    assert "进行中" in text
    assert text.count("待封存") == 4
    assert f"登记 {totals().registered} 件" in text
    assert 'href="/repairs/reports/"' in supervisor.get("/repairs/reports/2026-11").text.replace(
        "?year=2026", ""
    )


def test_the_page_says_the_numbers(months: Months, client_for: ClientFor) -> None:
    """Everybody who reads repairs reads it; only the supervisor and the manager write."""
    found = totals()
    text = client_for(Role.RECEPTIONIST).get(PAGE).text
    assert f"{found.on_time_rate.percent}%" in text
    assert f"{found.follow_ups_done}/{found.follow_ups_due}" in text
    assert str(found.cost) in text
    for one in found.open_follow_ups:
        assert f'href="/repairs/{one.repair_id}"' in text
    for home in found.repeated:
        assert f'href="/homes/{home.home_id}"' in text
    assert text.count('<svg class="chart"') == 3
    assert "封存月报" not in text
    assert "封存月报" in client_for(Role.OFFICE_MANAGER).get(PAGE).text


@pytest.mark.parametrize("english", [False, True])
def test_a_month_without_repairs_is_a_page_too(client_for: ClientFor, english: bool) -> None:
    client = client_for(Role.DEPARTMENT_SUPERVISOR, **({"locale": "en"} if english else {}))
    for address in (PAGE, f"{PAGE}/print/report", f"{PAGE}/export.xlsx", "/repairs/reports/"):
        assert client.get(address).status_code == 200
    text = client.get(PAGE).text
    assert "–" in text
    assert "<svg class" not in text.replace('<svg class="i', "")


@pytest.mark.parametrize("month", ["2026-13", "2027-01", "9999-12", "x", "2026-11-01", "2026-1", "99999999"])
def test_what_is_no_month_or_still_to_come_is_not_found(supervisor: Any, month: str) -> None:
    for rest in ("", "/print/report", "/export.xlsx"):
        assert supervisor.get(f"/repairs/reports/{month}{rest}").status_code == 404
    assert supervisor.get(f"{PAGE}?version=1").status_code == 404
    assert supervisor.get("/repairs/reports/?year=2031").status_code == 404


def test_a_draft_is_saved_and_the_month_stays_open(months: Months, supervisor: Any) -> None:
    assert send(supervisor, "save", measures="", responsible="", until_on="").status_code == 303
    text = supervisor.get(PAGE).text
    assert "雨季渗漏多" in text
    assert "已封存" not in text
    assert "写月报分析" in text


def test_closing_shows_the_frozen_numbers_and_what_changed_since(months: Months, supervisor: Any) -> None:
    owe_reports(clock.now())
    unit().commit()
    owed = f'href="/repairs/reports/{unit().scalars(select(MonthlyReport.id)).one()}"'
    assert owed in supervisor.get("/tasks?when=later").text
    report = report_of(NOVEMBER)
    assert report is not None
    assert supervisor.get(f"/repairs/reports/{report.id}").location == PAGE
    assert send(supervisor, version=report.version).status_code == 303
    assert owed not in supervisor.get("/tasks?when=later").text
    then, text = totals(), supervisor.get(PAGE).text
    assert "已封存：2026-12-03 10:00，何雪梅" in text
    assert "今天再算会不一样" not in text
    start = NOVEMBER.begins(clock.zone())
    moved = unit().scalars(
        select(Repair)
        .where(Repair.registered_at.between(start, clock.now()), Repair.state == "closed")
        .limit(3)
    )
    for repair in moved:
        repair.registered_at = datetime(2026, 7, 1, tzinfo=UTC)
    unit().commit()
    now, text = totals(), supervisor.get(PAGE).text
    assert then.registered - 3 == now.registered
    assert f"登记 {then.registered} → {now.registered}" in text
    assert f"<dd>{then.registered} <small>" in text
    assert "已封存" in supervisor.get("/repairs/reports/").text


def test_closing_without_the_analysis_keeps_what_was_typed(months: Months, supervisor: Any) -> None:
    answer = send(supervisor, measures="")
    assert answer.status_code == 422
    assert "封存前请写上这一项。" in answer.text
    assert "雨季渗漏多" in answer.text
    assert unit().scalars(select(ClosedReport)).all() == []
    assert report_of(NOVEMBER) is None


def test_a_month_that_is_not_over_cannot_be_closed(months: Months, supervisor: Any) -> None:
    answer = supervisor.post(
        "/repairs/reports/2026-12/analysis", data=WRITTEN | {"act": "close", "_version": 0}
    )
    assert answer.status_code == 422
    assert "这个月还没过完" in answer.text
    assert "封存月报" not in supervisor.get("/repairs/reports/2026-12").text


def test_a_supplement_needs_a_reason_and_leaves_the_first_version(months: Months, supervisor: Any) -> None:
    send(supervisor)
    report = report_of(NOVEMBER)
    assert report is not None
    version = report.version
    answer = send(supervisor, version=version, causes="又查了一遍")
    assert answer.status_code == 422
    assert "请写明为什么补充" in answer.text
    assert send(supervisor, version=version, causes="又查了一遍", reason="漏记一件").status_code == 303
    text = supervisor.get(PAGE).text
    assert "补充原因：漏记一件" in text
    assert "补充月报，第 2 版：漏记一件" in text
    first = supervisor.get(f"{PAGE}?version=1").text
    assert "雨季渗漏多" in first
    assert "看最新的一版" in first
    assert "又查了一遍" not in first
    assert "第 1 版" in supervisor.get(f"{PAGE}/print/report?version=1").text


def test_two_who_write_at_once_do_not_overwrite_each_other(months: Months, supervisor: Any) -> None:
    assert send(supervisor, "save").status_code == 303
    assert send(supervisor, "save", causes="另一份").status_code == 409


def test_who_may_not_report_writes_nothing(months: Months, client_for: ClientFor) -> None:
    assert send(client_for(Role.RECEPTIONIST)).status_code == 403
    assert client_for(Role.GUARD).get(PAGE).status_code == 403


def test_the_paper_has_everything_and_says_whether_it_is_closed(months: Months, supervisor: Any) -> None:
    paper = f"{PAGE}/print/report"
    assert "没有封存，数字是 2026-12-03 10:00 的" in supervisor.get(paper).text
    send(supervisor)
    text = supervisor.get(paper).text
    for part in (
        "2026-12-03 10:00 由 何雪梅 封存",
        "检修屋面",
        "客户服务中心主管签发",
        "按工种",
        "重复报修户",
    ):
        assert part in text


def test_the_workbook_has_a_sheet_for_each_table_and_leaves_a_line(months: Months, supervisor: Any) -> None:
    found = totals()
    answer = supervisor.get(f"{PAGE}/export.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert book.sheet_names == [
        *("汇总", "按工种", "按类别", "按楼栋", "按部位", "免费或有偿", "按来源"),
        *("还没回访", "重复报修户", "分析"),
    ]
    cells = {row[0]: row[1] for row in book.get_sheet_by_name("汇总").to_python()}
    assert cells["本月登记"] == found.registered
    assert cells["及时率"] == float(found.on_time_rate.percent or 0)
    assert cells["有偿金额"] == float(found.cost.yuan)
    trades = book.get_sheet_by_name("按工种").to_python()[1:]
    assert sum(int(str(row[1]).removesuffix(".0")) for row in trades) == found.registered
    assert len(book.get_sheet_by_name("还没回访").to_python()) == len(found.open_follow_ups) + 1
    (line,) = unit().scalars(select(AuditEntry).where(AuditEntry.action == "export"))
    assert line.changes["parameters"] == {"month": "2026-11"}


def test_the_page_costs_the_same_however_many_repairs(
    office: Office, supervisor: Any, queries: Queries
) -> None:
    empty = queries(lambda: supervisor.get(PAGE))
    Months(office).fill(100)
    assert queries(lambda: supervisor.get(PAGE)) == empty <= 18
    assert queries(lambda: supervisor.get("/repairs/reports/")) <= 8
