"""The analysis over HTTP: who reads it, which days, what it says of little, paper and workbook (P-14 to P-21)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from markupsafe import escape
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.complaints import figures
from pmweb.blueprints.complaints.rules import ComplaintState, LevelId
from pmweb.blueprints.complaints.rules.analysis import Dimension, Figures, Span
from pmweb.data import defaults
from pmweb.domain.permissions import GRANTS, Permission, Role
from pmweb.extensions import unit
from pmweb.models.audit import AuditEntry
from tests.blueprints.complaints.cases import Cast
from tests.blueprints.complaints.months import Months
from tests.office import MORNING, Office

ClientFor = Callable[..., Any]
PAGE = "/complaints/analysis"
ALL = (PAGE, f"{PAGE}/print/report", f"{PAGE}/export.xlsx")
YEAR = "?from=2026-01-01&to=2026-12-31"
LONG = "阿不都热依木·买买提·吐尔逊江·艾合买提江·阿卜杜外力·努尔麦麦提"


def found_of(first: str = "2026-01-01", last: str = "2026-12-31") -> Figures:
    span = Span(date.fromisoformat(first), date.fromisoformat(last))
    return figures.figures(span, clock.zone(), clock.now())


def facts(text: str) -> dict[str, str]:
    """The headlines of the page."""
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text)
    return {label: re.sub(r"<[^>]+>", "", said).strip() for label, said in pairs}


def drawn(text: str) -> int:
    return text.count('<svg class="chart"')


@pytest.fixture
def months(office: Office) -> Months:
    months = Months(office)
    months.fill(40)
    return months


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_all_complaints_reads_the_analysis(client_for: ClientFor, role: Role) -> None:
    client = client_for(role)
    wanted = 200 if Permission.COMPLAINTS_READ_ALL in GRANTS[role] else 403
    assert {client.get(address).status_code for address in ALL} == {wanted}


@pytest.mark.parametrize(
    ("role", "in_full"),
    [
        (Role.DEPARTMENT_SUPERVISOR, True),
        (Role.OFFICE_MANAGER, True),
        (Role.AUDITOR, True),
        (Role.RECEPTIONIST, False),
    ],
)
def test_who_was_complained_about_is_masked_for_who_takes_complaints(
    office: Office, client_for: ClientFor, role: Role, in_full: bool
) -> None:
    cast = Cast(office)
    for _ in range(2):
        cast.take(against=cast.guard, against_name=cast.guard.name)
    cast.take(against_name="送水工")
    client = client_for(role)
    for address in ALL[:2]:
        text = client.get(address).text
        assert ("赵勇" in text) is in_full
        assert ("赵**" in text) is not in_full
        assert "送水工" not in text
    rows = sheets(client.get(ALL[2]))["被投诉人"]
    assert rows[1:] == [["赵勇" if in_full else "赵**", 2.0], ["不是本管理处的人", 1.0]]


def test_the_running_month_is_shown_unless_somebody_says_otherwise(client_for: ClientFor) -> None:
    text = client_for(Role.OFFICE_MANAGER).get(PAGE).text
    assert "2026-03-01 至 2026-03-31" in text.replace('<span class="nw">', "").replace("</span>", "")
    assert re.findall(r'class="chip" href="([^"]+)"', text) == [
        f"{PAGE}?from={first}&amp;to={last}"
        for first, last in (
            ("2026-03-01", "2026-03-31"),
            ("2026-02-01", "2026-02-28"),
            ("2026-01-01", "2026-03-31"),
            ("2026-01-01", "2026-12-31"),
        )
    ]
    assert text.count('aria-current="true"') == 1
    assert 'value="2026-03-31"' in text


def test_the_page_says_the_numbers(months: Months, client_for: ClientFor) -> None:
    found, text = found_of(), client_for(Role.OFFICE_MANAGER).get(PAGE + YEAR).text
    said = facts(text)
    assert said["受理"] == f"{found.received} 件"
    assert (
        said["按时处理率"]
        == f"{found.on_time_rate.percent}% {found.on_time_rate.part}/{found.on_time_rate.whole}"
    )
    assert said["再次投诉"] == f"{found.again_homes} 户"
    for metric in defaults().complaints.metrics.values():
        assert metric.name_zh in text
    for rate in (found.escalation_on_time_rate, found.same_day_feedback_rate, found.reopen_rate):
        assert f'<td class="num">{rate.percent}%</td><td class="num">{rate.part}/{rate.whole}</td>' in text
    for home in found.again:
        assert f'href="/homes/{home.home_id}"' in text
    assert drawn(text) == 3


def test_each_chart_has_its_numbers_beside_it(months: Months, client_for: ClientFor) -> None:
    text = client_for(Role.OFFICE_MANAGER).get(PAGE + YEAR).text
    sections = re.findall(
        r'<section class="sec" id="(?:category|time|over-time)".*?</section>', text, re.DOTALL
    )
    assert len(sections) == 3
    for section in sections:
        assert section.count('<svg class="chart"') == section.count("<table") == 1
        assert 'role="img" aria-label="' in section


@pytest.mark.parametrize("english", [False, True])
def test_days_without_complaints_are_a_page_too(client_for: ClientFor, english: bool) -> None:
    client = client_for(Role.OFFICE_MANAGER, **({"locale": "en"} if english else {}))
    for address in ALL:
        assert client.get(address).status_code == 200
    text = client.get(PAGE).text
    assert drawn(text) == 0
    assert "100" not in re.sub(r"\d+ (%|px)", "", text.split("<main")[1].split("<details")[0])


def test_one_complaint_that_is_being_handled_measures_nothing_yet(
    office: Office, client_for: ClientFor
) -> None:
    """A rate without anything to measure says so: neither 0 % nor 100 %."""
    Cast(office).take()
    text = client_for(Role.OFFICE_MANAGER).get(PAGE).text
    said = facts(text)
    assert (said["受理"], said["在办"]) == ("1 件", "1 件")
    assert said["按时处理率"] == said["满意率"] == said["首次联系中位数"] == "– 没有可算的"
    rates = text.split('id="rates"')[1].split("</section>")[0]
    assert rates.count('<td class="num">–</td><td class="num">没有可算的</td>') == 7
    assert "%" not in rates
    assert drawn(text) == 3


def test_one_complaint_that_was_closed_in_time(office: Office, client_for: ClientFor) -> None:
    Cast(office).in_state(ComplaintState.CLOSED, LevelId.MAJOR)
    said = facts(client_for(Role.OFFICE_MANAGER).get(PAGE).text)
    assert said["按时处理率"] == said["满意率"] == "100.0% 1/1"
    assert said["首次联系中位数"] == "0.0 分钟"


def test_long_names_are_kept_whole_in_the_tables(office: Office, client_for: ClientFor) -> None:
    cast = Cast(office)
    guard = office.staff(Role.GUARD, name=LONG)
    office.building.name = "松涛苑国际花园商业中心一号"
    home = office.home("0909", section="东")
    for hours in (1, 0):
        at = MORNING - timedelta(hours=hours)
        cast.take(home=home, against=guard, against_name=LONG, at=at, received_at=at, happened_at=at)
    client = client_for(Role.AUDITOR)
    for address in ALL[:2]:
        text = client.get(address).text
        assert f">{LONG}<" in text or f"{LONG} × 2" in text
        assert "松涛苑国际花园商业中心一号" in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("?from=x", "日期写成 2026-03-05 这样。"),
        ("?from=2026-02-30&to=2026-03-01", "日期写成 2026-03-05 这样。"),
        ("?to=9999-12-31", "请核对年份。"),
        ("?from=0001-01-01", "请核对年份。"),
        ("?from=2026-03-05&to=2026-03-01", "结束日期早于开始日期，请核对。"),
        ("?from=2020-01-01&to=2026-03-01", "一次最多看两年，请选短一些的时间。"),
        ("?from=%3Cb%3E&to=2026-03-01", "日期写成 2026-03-05 这样。"),
    ],
)
def test_days_that_cannot_be_read_are_said_beside_the_field(
    client_for: ClientFor, asked: str, said: str
) -> None:
    """What was typed stays; paper and workbook lead back to the page that says so."""
    client = client_for(Role.OFFICE_MANAGER)
    answer = client.get(PAGE + asked)
    assert answer.status_code == 200
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert drawn(answer.text) == 0
    for value in re.findall(r"=([^&]+)", asked):
        assert f'value="{escape(unquote(value))}"' in answer.text
    for address in ALL[1:]:
        again = client.get(address + asked)
        assert again.status_code == 302
        assert said in client.get(again.location).text


def test_whatever_is_asked_has_an_answer(client_for: ClientFor) -> None:
    """Of the days, and of what ``url_for`` would obey if it were handed on."""
    client = client_for(Role.OFFICE_MANAGER)
    odd = ("²", "-1", "9" * 20, "%", "'", "null", "x" * 3000, "\u202e", "２０２６-03-01", "2026-3-1", " ")
    for address in ALL:
        for name in ("from", "to"):
            answers = {client.get(address, query_string={name: value}).status_code for value in odd}
            assert answers <= {200, 302}
        answer = client.get(
            address, query_string=dict.fromkeys(("_scheme", "_external", "from"), "javascript")
        )
        assert "javascript:" not in answer.text


def test_an_empty_field_says_nothing(client_for: ClientFor) -> None:
    """A form that was sent with both fields empty asks for the running month."""
    text = client_for(Role.OFFICE_MANAGER).get(f"{PAGE}?from=&to=").text
    assert 'value="2026-03-01"' in text
    assert "aria-invalid" not in text


def sheets(answer: Any) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_workbook_has_the_same_numbers_as_numbers(months: Months, client_for: ClientFor) -> None:
    found, book = found_of(), sheets(client_for(Role.OFFICE_MANAGER).get(ALL[2] + YEAR))
    top = {row[0]: row[1:] for row in book["汇总"]}
    assert top["受理"][0] == found.received
    rate = found.on_time_rate
    assert top["按时处理率"] == [float(rate.percent or 0), rate.part, rate.whole]
    counted = ("按类别", "按发生时段", "按级别", "按被投诉部门", "按楼栋", "按渠道", "是否有效", "是否结案")
    for name in counted:
        assert sum(row[1] for row in book[name][1:]) == found.received, name
    assert sum(row[1] for row in book["被投诉人"][1:]) == found.received
    months_of = book["按月、按级别"]
    assert [row[0] for row in months_of[1:]] == [f"2026-{month:02}" for month in (1, 2, 3)]
    assert sum(row[-1] for row in months_of[1:]) == found.received
    assert all(sum(row[1:-1]) == row[-1] for row in months_of[1:])
    assert sum(row[2] for row in book["再次投诉"][1:]) == sum(one.number for one in found.again)
    assert dict(zip(LevelId, (row[1] for row in book["按级别"][1:]), strict=True)) == {
        level: found.counts[Dimension.LEVEL].get(level, 0) for level in LevelId
    }


def test_whoever_takes_the_workbook_leaves_a_line(office: Office, client_for: ClientFor) -> None:
    """PRI-5."""
    Cast(office).take()
    client_for(Role.AUDITOR).get(ALL[2])
    (line,) = unit().scalars(select(AuditEntry).where(AuditEntry.action == "export"))
    assert line.changes["counts"]["rows"] > 20


def test_the_page_costs_the_same_however_many_complaints(
    office: Office, client_for: ClientFor, queries: Callable[[Callable[[], Any]], int]
) -> None:
    client = client_for(Role.OFFICE_MANAGER)
    months = Months(office)
    complaint = months.complaint()
    few = queries(lambda: client.get(PAGE + YEAR))
    months.copy(complaint, 40)
    assert queries(lambda: client.get(PAGE + YEAR)) == few <= 16


def test_the_workbook_opens_in_english_too(months: Months, client_for: ClientFor) -> None:
    assert len(sheets(client_for(Role.OFFICE_MANAGER, locale="en").get(ALL[2] + YEAR))) == 13


def test_the_paper_says_when_the_numbers_were_taken(months: Months, client_for: ClientFor) -> None:
    text = client_for(Role.OFFICE_MANAGER).get(ALL[1] + YEAR).text
    assert "2026-03-05 09:00" in text
    assert f"{found_of().received} 件" in text
    assert f'href="{PAGE}?from=2026-01-01&amp;to=2026-12-31"' in text


def test_another_estate_is_not_counted(office: Office, client_for: ClientFor) -> None:
    Cast(office).take()
    other = office.other_estate()
    assert facts(client_for(Role.OFFICE_MANAGER).get(PAGE).text)["受理"] == "1 件"
    text = client_for(Role.OFFICE_MANAGER, estate=other).get(PAGE).text
    assert "这段时间没有受理投诉。" in text
