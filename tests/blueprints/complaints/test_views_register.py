"""The register of complaints on the screen: who sees which, filters, pages, the workbook, a home's card (P-18)."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.complaints.rules import ComplaintState, LevelId
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.audit import AuditEntry
from tests.blueprints.complaints.cases import Cast
from tests.blueprints.complaints.crowd import a_crowd
from tests.checking_client import CheckingClient
from tests.office import MORNING, Office, desk_of

S = ComplaintState
ClientFor = Callable[..., CheckingClient]


@pytest.fixture
def cast(office: Office) -> Cast:
    return Cast(office)


def numbers(text: str) -> list[str]:
    """The complaints of a page, in their order."""
    return re.findall(r"TS-2026-00000(\d)</a>", text.replace('<span class="nw">', "").replace("</span>", ""))


def test_a_row_says_what_the_office_has_to_know_and_masks_who_complained(
    cast: Cast, client_for: ClientFor
) -> None:
    cast.in_state(S.IN_PROGRESS, LevelId.IMPORTANT)
    cast.take(home=None, place="大堂", anonymous=True)
    shown = client_for(Role.RECEPTIONIST).get("/complaints/").text
    for said in (
        "重要投诉",
        "噪声扰民",
        "王**",
        "1-1-0101",
        "楼上中午电钻",
        "处理中",
        "赵勇",
        "匿名",
        "大堂",
    ):
        assert said in shown, said
    assert "王小二" not in shown
    assert "13900139000" not in shown
    assert 'href="/complaints/new"' in shown


WHO = [
    *[(role, "12") for role in (Role.RECEPTIONIST, Role.DEPARTMENT_SUPERVISOR, Role.OFFICE_MANAGER)],
    (Role.AUDITOR, "12"),
    *[(role, "") for role in (Role.CASHIER, Role.DISPATCHER, Role.REPAIRER, Role.PATROLLER, Role.GUARD)],
    (Role.FINANCE, ""),
]


@pytest.mark.parametrize(("role", "seen"), WHO)
def test_who_does_not_read_all_sees_no_strangers_complaint(
    cast: Cast, client_for: ClientFor, role: Role, seen: str
) -> None:
    cast.in_state(S.IN_PROGRESS)
    cast.take()
    client = client_for(role)
    assert set(numbers(client.get("/complaints/").text)) == set(seen)
    rows = _sheet(client.get("/complaints/export.xlsx").data)
    assert len(rows) == len(seen)
    assert ("TS-2026-000001" in client.get(f"/homes/{cast.home.id}").text) is bool(seen)
    assert ("楼上中午电钻" in client.get("/search?q=TS-2026-000001").text) is bool(seen)


def test_a_guard_sees_what_was_received_or_is_to_be_handled_by_the_guard(cast: Cast, app: Flask) -> None:
    cast.in_state(S.IN_PROGRESS)
    cast.take()
    cast.receiver = cast.guard
    cast.take()
    cast.in_state(S.CLOSED)
    client = desk_of(app, cast.guard, cast.office.estate)
    assert set(numbers(client.get("/complaints/").text)) == {"1", "3"}
    assert numbers(client.get("/complaints/?group=done").text) == ["4"]
    assert "在办 2 · 逾期 0" in client.get("/complaints/").text
    assert "/complaints/clocks" not in client.get("/complaints/").text


def test_the_administrator_has_no_way_in(client_for: ClientFor) -> None:
    client = client_for(Role.ADMIN)
    assert {client.get(f"/complaints/{part}").status_code for part in ("", "export.xlsx", "clocks")} == {403}


def test_another_estate_never_shows(cast: Cast, client_for: ClientFor, office: Office) -> None:
    cast.take()
    client = client_for(Role.OFFICE_MANAGER, estate=office.other_estate())
    assert numbers(client.get("/complaints/").text) == []
    assert _sheet(client.get("/complaints/export.xlsx").data) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", "123"),
        ("level=major", "2"),
        ("level=made-up", "123"),
        ("category=facility", "3"),
        ("category=made-up", "123"),
        ("department=repair", "3"),
        ("department=made-up", "123"),
        ("q=1-1-0101", "12"),
        ("q=2栋", ""),
        ("q=ts2026000003", "3"),
        ("group=route&department=security", "12"),
        ("group=done", ""),
    ],
)
def test_each_filter_of_the_address(
    cast: Cast, office: Office, client_for: ClientFor, asked: str, found: str
) -> None:
    cast.take()
    cast.take(levels=frozenset({LevelId.MAJOR}))
    cast.take(category="facility", department="repair", home=office.home("0202"))
    client = client_for(Role.RECEPTIONIST)
    shown = client.get(f"/complaints/?{asked}")
    assert set(numbers(shown.text)) == set(found)
    rows = _sheet(client.get(f"/complaints/export.xlsx?{asked}").data)
    assert len(rows) == len(found)


def test_an_unknown_group_is_no_page(client_for: ClientFor) -> None:
    assert client_for(Role.RECEPTIONIST).get("/complaints/?group=made-up").status_code == 404


BROKEN = [
    *("W10=", "x", "null", "e30=", base64.urlsafe_b64encode(json.dumps(["2026", 1]).encode()).decode()),
    base64.urlsafe_b64encode(json.dumps([{"at": "2026-03-05"}, 1]).encode()).decode(),
    base64.urlsafe_b64encode(json.dumps([{"at": MORNING.isoformat()}, "1"]).encode()).decode(),
]


@pytest.mark.parametrize("where", ["/complaints/", "/complaints/clocks"])
@pytest.mark.parametrize("token", BROKEN)
@pytest.mark.parametrize("word", ["after", "before"])
def test_a_broken_place_in_the_list_is_no_page(
    client_for: ClientFor, where: str, token: str, word: str
) -> None:
    client = client_for(Role.OFFICE_MANAGER)
    assert client.get(where, query_string={word: token}).status_code == 404


def test_the_pages_go_on_where_the_last_one_ended(office: Office, cast: Cast, client_for: ClientFor) -> None:
    a_crowd(office, 120)
    client = client_for(Role.OFFICE_MANAGER)
    url, seen = "/complaints/", []
    while url:
        shown = client.get(url).text
        seen += re.findall(r"/complaints/(\d+)\">TS", shown)
        after = re.search(r'href="([^"]+)" rel="next"', shown)
        url = after[1].replace("&amp;", "&") if after else ""
    assert len(seen) == len(set(seen)) == 120


def test_the_next_step_is_offered_to_whose_it_is(cast: Cast, app: Flask, client_for: ClientFor) -> None:
    cast.in_state(S.ASSIGNED)
    guard = desk_of(app, cast.guard, cast.office.estate)
    assert "?do=contact" in guard.get("/complaints/").text
    assert "?do=" not in client_for(Role.AUDITOR).get("/complaints/").text
    cast.take()
    assert "?do=assign" in client_for(Role.RECEPTIONIST).get("/complaints/").text


def test_the_workbook_has_the_rows_of_the_filter_and_leaves_its_line(
    cast: Cast, client_for: ClientFor
) -> None:
    """PRI-5: names masked as on the list, and the trail says who took what."""
    cast.bring(cast.take(description="=1+1"), S.IN_PROGRESS)
    cast.take(levels=frozenset({LevelId.MAJOR}))
    answer = client_for(Role.RECEPTIONIST).get("/complaints/export.xlsx?level=minor")
    (row,) = _sheet(answer.data)
    assert row[:2] + row[3:4] + row[8:9] == ["TS-2026-000001", "1-1-0101", "王**", "=1+1"]
    query = select(AuditEntry).where(AuditEntry.action == "export")
    (left,) = unit().scalars(query)
    assert left.subject_kind == "complaints.export"


@pytest.mark.parametrize("page", ["/complaints/", "/complaints/?q=0101", "/complaints/clocks?department=all"])
def test_the_page_asks_as_little_of_three_hundred_as_of_ten(
    office: Office,
    cast: Cast,
    client_for: ClientFor,
    queries: Callable[[Callable[[], Any]], int],
    page: str,
) -> None:
    client = client_for(Role.OFFICE_MANAGER)
    a_crowd(office, 10)
    client.get(page)
    few = queries(lambda: client.get(page))
    a_crowd(office, 290)
    assert queries(lambda: client.get(page)) == few <= 9


def test_a_complaint_is_begun_from_the_card_of_a_home(cast: Cast, client_for: ClientFor) -> None:
    cast.in_state(S.CLOSED)
    cast.take()
    shown = client_for(Role.RECEPTIONIST).get(f"/homes/{cast.home.id}").text
    assert f'href="/complaints/new?home={cast.home.id}"' in shown
    assert "TS-2026-000002" in shown


def test_what_is_late_says_so(cast: Cast, client_for: ClientFor) -> None:
    cast.in_state(S.IN_PROGRESS)
    with clock.standing_still_at(MORNING + timedelta(days=3)):
        shown = client_for(Role.RECEPTIONIST).get("/complaints/").text
    assert "在办 1 · 逾期 1" in shown
    assert 'data-when="late"' in shown


def _sheet(data: bytes) -> list[list[Any]]:
    """The rows of a workbook below its heads."""
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1:]
