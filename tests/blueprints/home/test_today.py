"""今日 through a client: whose work it shows, when it is due, at what cost (X-5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pmweb.domain.permissions import Role
from pmweb.extensions import db
from pmweb.models.homes import Home
from pmweb.models.staff import StaffRole
from tests.blueprints.home.letters import promise
from tests.checking_client import CheckingClient
from tests.databases import KINDS
from tests.office import MORNING, Office, desk_of

pytestmark = pytest.mark.usefixtures("letters")
ClientFor = Callable[..., CheckingClient]
Count = Callable[[Callable[[], Any]], int]


def section(page: str, name: str) -> str:
    found = re.search(rf'<section class="sec"? id="{name}".*?</section>', page, re.DOTALL)
    return found.group() if found else ""


@pytest.mark.parametrize("database_kind", KINDS, indirect=True)
def test_today_stands_in_four_sections_with_room_owner_and_deadline(
    office: Office, client_for: ClientFor
) -> None:
    """X-5: late, today, 48 hours, waiting; the owner's name is masked."""
    home = office.home("1201")
    office.owner(home, "陈建国")
    promise(MORNING - timedelta(hours=2), home=home, what="逾期的信")
    promise(datetime(2026, 3, 5, 16, 0, tzinfo=UTC), home=home, what="今天的信")
    promise(MORNING + timedelta(hours=30), what="明天的信", place="3 栋大堂")
    promise(None, home=home, what="等回执的信")
    promise(MORNING + timedelta(days=20), home=home, what="以后的信")
    text = client_for(Role.RECEPTIONIST).get("/").text
    late, today, soon, waiting = (section(text, name) for name in ("late", "today", "soon", "waiting"))
    assert "1-1-1201" in late
    assert "陈**" in late
    assert "寄信：逾期的信" in late
    assert "逾期 2 小时" in late
    assert "今天 24:00 前" in today
    assert "3 栋大堂" in soon
    assert "已等 3 天" in waiting
    assert "以后的信" not in text
    assert "陈建国" not in text


def test_nothing_to_do_is_said(client_for: ClientFor) -> None:
    assert "现在没有要办的事" in client_for(Role.GUARD).get("/").text


def titles(page: str) -> set[str]:
    return set(re.findall(r"寄信：([A-Z]+)", page))


def test_each_person_sees_the_own_work_and_that_of_the_roles(office: Office, client_for: ClientFor) -> None:
    """X-1, X-5: own tasks, role and department; the supervisor the department, the manager everything."""
    other = office.staff(Role.REPAIRER, name="周工")
    due = MORNING + timedelta(hours=1)
    promise(due, what="DESK")
    promise(due, what="DESKOFOTHERS", department="environment")
    promise(due, what="REPAIR", role=Role.DISPATCHER)
    promise(due, what="OTHERSOWN", role=None, staff_id=other.id)
    promise(due, what="TAKEN", role=Role.REPAIRER, staff_id=other.id)
    promise(due, what="BOSS", role=Role.OFFICE_MANAGER)
    promise(due, what="SUPER", role=Role.DEPARTMENT_SUPERVISOR, department="repair")
    assert titles(client_for(Role.RECEPTIONIST).get("/").text) == {"DESK"}
    assert titles(client_for(Role.DISPATCHER).get("/").text) == {"REPAIR"}
    assert titles(client_for(Role.REPAIRER).get("/").text) == set()
    desk = client_for(Role.DEPARTMENT_SUPERVISOR)
    assert titles(desk.get("/").text) == {"DESK"}
    manager = client_for(Role.OFFICE_MANAGER).get("/").text
    assert titles(manager) == {"DESK", "DESKOFOTHERS", "REPAIR", "OTHERSOWN", "TAKEN", "BOSS", "SUPER"}
    boss = office.staff(name="何主管")
    db.session.add(
        StaffRole(
            staff_id=boss.id,
            estate_id=office.estate.id,
            role=Role.DEPARTMENT_SUPERVISOR,
            department="repair",
        )
    )
    db.session.commit()
    client = desk_of(desk.application, boss, office.estate)
    assert titles(client.get("/").text) == {"REPAIR", "OTHERSOWN", "TAKEN", "SUPER"}


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.OFFICE_MANAGER])
def test_what_is_done_and_what_belongs_to_another_estate_is_gone(
    office: Office, client_for: ClientFor, role: Role
) -> None:
    done = promise(MORNING, what="DONE")
    done.done_at = MORNING
    db.session.commit()
    home_estate = office.estate
    office.enter(office.other_estate())
    promise(MORNING, what="ELSEWHERE")
    office.enter(home_estate)
    page = client_for(role).get("/").text
    assert titles(page) == set()


def test_the_manager_sees_counts_by_room_and_what_was_passed_up(
    app: Flask, office: Office, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.view_functions, "letters.index", app.view_functions["home.today"])
    monkeypatch.setattr(
        "pmweb.blueprints.home.views.today.url_for", lambda endpoint, **_values: f"/{endpoint}"
    )
    promise(MORNING - timedelta(days=1))
    passed_up = promise(MORNING + timedelta(hours=1))
    passed_up.escalation = 1
    db.session.commit()
    page = client_for(Role.OFFICE_MANAGER).get("/").text
    assert "全部门" in page
    assert "在办 2 件" in page
    assert "逾期 1" in page
    assert "已上报" in page
    assert "全部门" not in client_for(Role.RECEPTIONIST).get("/").text


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.DEPARTMENT_SUPERVISOR, Role.OFFICE_MANAGER])
def test_today_asks_the_same_few_questions_for_10_and_for_300_promises(
    office: Office, client_for: ClientFor, queries: Count, role: Role
) -> None:
    """The bar: 8 queries at most, not growing with the rows."""
    client = client_for(role)
    office.owner(office.home("0101"))

    def fill(count: int) -> None:
        home = db.session.scalars(select(Home)).first()
        for number in range(count):
            promise(MORNING + timedelta(hours=number % 60 - 12), home=home)

    fill(10)
    few = queries(lambda: client.get("/"))
    fill(290)
    many = queries(lambda: client.get("/"))
    assert few == many
    assert many <= 8
    page = client.get("/").text
    assert page.count('class="row"') <= 120
    assert "/tasks?when=late" in page


def test_a_section_leads_to_all_of_its_rows_in_pages(
    office: Office, client_for: ClientFor, queries: Count
) -> None:
    for number in range(60):
        promise(MORNING - timedelta(minutes=number + 1), what=f"信{number:02d}。")
    client = client_for(Role.RECEPTIONIST)
    first = client.get("/tasks?when=late")
    assert first.text.count('class="row"') == 50
    onward = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert onward
    second = client.get(onward.group(1).replace("&amp;", "&"))
    assert second.text.count('class="row"') == 10
    assert "信00。" in second.text
    assert queries(lambda: client.get("/tasks?when=waiting")) <= 8
    assert client.get("/tasks?when=never").status_code == 404
