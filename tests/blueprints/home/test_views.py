"""今日, search and the card of a home through a client: what is shown, to whom, at what cost (X-5, X-12)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from pmweb.blueprints.households import operations
from pmweb.domain.permissions import Permission, Role
from pmweb.extensions import db, unit
from pmweb.models import journal, tasks
from pmweb.models.audit import AccessEntry
from pmweb.models.base import Subject
from pmweb.models.homes import Home, Meter, MeterKind, MeterReading, ParkingSpace, ReadingPurpose
from pmweb.models.people import PartyKind, TieKind
from pmweb.models.staff import StaffRole
from pmweb.web import cards
from tests.checking_client import CheckingClient
from tests.databases import KINDS
from tests.office import MORNING, Office

ClientFor = Callable[..., CheckingClient]
Count = Callable[[Callable[[], Any]], int]


def letter(_number: str) -> list[cards.Matter]:
    return [cards.Matter("/letters/1", "渗水通知", "RZ-2026-000001", "待签", MORNING + timedelta(hours=5))]


def open_letters(home_ids: Any) -> list[cards.Matter]:
    return [
        cards.Matter(
            "/letters/1", "渗水通知", "XX-1", "待签", MORNING - timedelta(hours=2), next(iter(home_ids))
        )
    ]


@pytest.fixture(autouse=True)
def letters(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A room of this test's own, so that today and the card are tested without any real room."""
    card = cards.Card(
        room="letters",
        label="信函",
        icon="file",
        permission=Permission.HOUSEHOLDS_READ,
        subject_url={"letter": lambda letter_id: f"/letters/{letter_id}"},
        events={"letter.sent": "寄出 %(what)s"},
        tasks={"letter.send": "寄信：%(what)s"},
        actions=(cards.Action("写信", "file", "home.search", Permission.HOUSEHOLDS_READ),),
        open_matters=open_letters,
        search=letter,
    )
    monkeypatch.setitem(app.extensions["cards"], "letters", card)


_serial = iter(range(1, 100_000))


def promise(
    due_at: datetime | None, *, home: Home | None = None, what: str = "收费通知", **kwargs: Any
) -> tasks.Task:
    kwargs.setdefault("role", Role.RECEPTIONIST)
    task = tasks.promise(
        unit(),
        "letter.send",
        "X-5",
        Subject("letter", next(_serial)),
        event_at=MORNING - timedelta(days=3),
        due_at=due_at,
        home_id=home.id if home else None,
        what=what,
        **kwargs,
    )
    db.session.commit()
    return task


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
    client = desk.application.test_client()
    with client.session_transaction() as session:
        session.update(_user_id=f"{boss.id}:1", _fresh=True, estate_id=office.estate.id)
        session["signed_in_at"] = MORNING.timestamp()
    assert titles(client.get("/").text) == {"REPAIR", "OTHERSOWN", "TAKEN", "SUPER"}


def test_what_is_done_and_what_belongs_to_another_estate_is_gone(
    office: Office, client_for: ClientFor
) -> None:
    done = promise(MORNING, what="DONE")
    done.done_at = MORNING
    db.session.commit()
    home_estate = office.estate
    office.enter(office.other_estate())
    promise(MORNING, what="ELSEWHERE")
    office.enter(home_estate)
    page = client_for(Role.OFFICE_MANAGER).get("/").text
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


# --- Search ---


def found(client: CheckingClient, text: str, *, htmx: bool = False) -> str:
    headers = {"HX-Request": "true", "HX-Target": "results"} if htmx else {}
    response = client.get("/search", query_string={"q": text}, headers=headers)
    assert response.status_code == 200
    text = response.text
    return str(text)


@pytest.fixture
def estate_to_search(office: Office) -> Home:
    home = office.home("1201")
    office.home("1202")
    owner = office.owner(home, "曾国强", mobile="13850013812", initials="zgq")
    firm = operations.add_person("松涛建材有限公司", kind=PartyKind.COMPANY, mobile="0591-87654321")
    operations.tie(home, firm, TieKind.TENANT)
    operations.add_vehicle(home, "闽A12345", space="B1-023")
    assert owner.id
    db.session.commit()
    return home


@pytest.mark.parametrize("text", ["1-1201", "11201", "1栋1单元1201", "１－１２０１"])
def test_a_number_that_means_one_home_leads_straight_there(
    estate_to_search: Home, client_for: ClientFor, text: str
) -> None:
    page = found(client_for(Role.RECEPTIONIST), text)
    assert f'class="btn primary start" href="/homes/{estate_to_search.id}"' in page
    assert "曾**" in page


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("zgq", "曾**"),
        ("zg", "曾**"),
        ("曾", "曾**"),
        ("国强", "曾**"),
        ("3812", "138 **** 3812"),
        ("13850013812", "曾**"),
        ("stjc", "松涛建材有限公司"),
        ("建材", "松涛建材有限公司"),
        ("4321", "松涛建材有限公司"),
        ("闽A123", "闽A12345"),
        ("a12345", "闽A12345"),
    ],
)
def test_people_and_vehicles_are_found_and_lead_to_their_home(
    estate_to_search: Home, client_for: ClientFor, text: str, shows: str
) -> None:
    page = found(client_for(Role.RECEPTIONIST), text)
    assert shows in page
    assert f'href="/homes/{estate_to_search.id}"' in page
    assert "曾国强" not in page


def test_a_name_that_is_typed_in_full_is_shown_in_full(estate_to_search: Home, client_for: ClientFor) -> None:
    assert "曾国强</span>" in found(client_for(Role.RECEPTIONIST), "曾国强")


def test_the_numbers_of_papers_are_asked_of_their_rooms(office: Office, client_for: ClientFor) -> None:
    page = found(client_for(Role.RECEPTIONIST), "RZ-2026-000001")
    assert "渗水通知" in page
    assert "/letters/1" in page


def test_whoever_may_not_read_households_finds_homes_only(
    estate_to_search: Home, client_for: ClientFor
) -> None:
    guard = client_for(Role.GUARD)
    assert "曾" not in found(guard, "1-1201")
    assert "没有找到" in found(guard, "zgq")
    assert "没有找到" in found(guard, "闽A12345")


def test_typing_replaces_the_list_alone_and_an_empty_box_empties_it(
    estate_to_search: Home, client_for: ClientFor
) -> None:
    client = client_for(Role.RECEPTIONIST)
    part = found(client, "zgq", htmx=True)
    assert part.lstrip().startswith('<div id="results"')
    assert "<h1" not in part
    assert 'class="row"' not in found(client, "", htmx=True)
    assert "没有找到“%_”" in found(client, "%_") or "没有找到" not in found(client, "%_")


@pytest.mark.parametrize("database_kind", KINDS, indirect=True)
@pytest.mark.parametrize("text", ["1-1201", "3812", "a12345", "zgq", "曾", "RZ-2026-000001", "\0"])
def test_search_asks_eight_questions_at_most(
    estate_to_search: Home, client_for: ClientFor, queries: Count, text: str
) -> None:
    client = client_for(Role.RECEPTIONIST)
    assert queries(lambda: found(client, text)) <= 8


def test_the_homes_of_whom_was_found_are_looked_up_by_the_person(office: Office) -> None:
    """SQLite has no statistics on a fresh instance; the indexes alone have to lead it the right way."""
    plan = db.session.execute(
        text(
            "explain query plan select tie.id from person left join tie on tie.person_id = person.id"
            " and tie.until_on is null and tie.estate_id = 1 where person.estate_id = 1"
        )
    )
    assert "ix_tie_person_id_until_on" in " ".join(str(row.detail) for row in plan)


# --- The card of a home ---


def told(home: Home, number: int) -> None:
    for step in range(number):
        journal.note(
            unit(),
            Subject("letter", 1),
            "letter.sent",
            at=MORNING - timedelta(days=step + 1),
            home_id=home.id,
            what=f"第{step + 1:02d}封",
        )
    db.session.commit()


@pytest.mark.parametrize("database_kind", KINDS, indirect=True)
def test_the_card_shows_everything_of_a_home_with_names_masked(office: Office, client_for: ClientFor) -> None:
    office.building.completed_on = date(2024, 6, 1)
    home = office.home("1201", handed_over_on=date(2024, 6, 18))
    office.owner(home, "陈建国")
    operations.tie(
        home, operations.add_person("林静", mobile="13900139000"), TieKind.EMERGENCY, relation="妻子"
    )
    operations.add_vehicle(home, "闽A12345")
    db.session.add(ParkingSpace(code="B1-023", home_id=home.id))
    meter = Meter(home_id=home.id, kind=MeterKind.WATER, meter_no="W1")
    db.session.add_all([meter, Meter(home_id=home.id, kind=MeterKind.GAS, meter_no="G1")])
    db.session.flush()
    for days, reading in ((3, "310.5"), (1, "312.4")):
        db.session.add(
            MeterReading(
                meter_id=meter.id,
                home_id=home.id,
                purpose=ReadingPurpose.BILLING,
                reading=Decimal(reading),
                seal_ok=True,
                read_at=MORNING - timedelta(days=days),
                read_by="staff:1",
            )
        )
    db.session.commit()
    page = client_for(Role.RECEPTIONIST).get(f"/homes/{home.id}").text
    for word in (
        *("1 栋 1201", "陈**", "林**", "紧急联系人（妻子）", 'href="tel:13900139000"', "闽A12345", "B1-023"),
        *("312.40", "还没有抄表", "89.46 m²", "2024-06-18", "2029-06-01", "写信", "渗水通知", "逾期 2 小时"),
    ):
        assert word in page, word
    assert "310.50" not in page
    assert "陈建国" not in page


def test_full_names_are_a_deliberate_act_that_leaves_a_line(office: Office, client_for: ClientFor) -> None:
    """PRI-5: once, in the block, and not on the next page."""
    home = office.home("1201")
    office.owner(home, "陈建国")
    client = client_for(Role.CASHIER)
    answer = client.post(f"/homes/{home.id}/names", headers={"HX-Request": "true", "HX-Target": "residents"})
    assert answer.status_code == 200
    assert "陈建国" in answer.text
    assert "<h1" not in answer.text
    look = unit().scalars(select(AccessEntry)).one()
    assert (look.subject_kind, look.subject_id, look.what) == ("home", home.id, "names")
    whole = client.post(f"/homes/{home.id}/names")
    assert "陈建国" in whole.text
    assert "陈建国" not in client.get(f"/homes/{home.id}").text
    assert client_for(Role.GUARD).post(f"/homes/{home.id}/names").status_code == 403


def test_the_same_look_sent_twice_leads_back_to_the_card(office: Office, client_for: ClientFor) -> None:
    home = office.home("1201")
    client = client_for(Role.CASHIER)
    client.post(f"/homes/{home.id}/names", data={"_key": "k1"})
    again = client.post(f"/homes/{home.id}/names", data={"_key": "k1"})
    assert (again.status_code, again.location) == (303, f"/homes/{home.id}")
    assert len(unit().scalars(select(AccessEntry)).all()) == 1


def test_the_timeline_is_read_in_pages(office: Office, client_for: ClientFor) -> None:
    home = office.home("1201")
    told(home, 12)
    client = client_for(Role.RECEPTIONIST)
    page = client.get(f"/homes/{home.id}").text
    assert "寄出 第08封" in page
    assert "寄出 第09封" not in page
    url = re.search(r'hx-get="([^"]+)" hx-target="#timeline"', page)
    assert url
    older = client.get(
        url.group(1).replace("&amp;", "&"), headers={"HX-Request": "true", "HX-Target": "timeline"}
    ).text
    assert "寄出 第12封" in older
    assert "<h1" not in older
    assert "寄出" not in client.get(f"/homes/{home.id}?room=households").text


def test_the_guard_sees_the_house_and_nobody_in_it(office: Office, client_for: ClientFor) -> None:
    home = office.home("1201")
    office.owner(home, "陈建国")
    told(home, 1)
    page = client_for(Role.GUARD).get(f"/homes/{home.id}").text
    assert "89.46 m²" in page
    for hidden in ("陈**", "tel:", "寄出", "渗水通知", "写信"):
        assert hidden not in page


def test_a_home_of_another_estate_is_not_found(office: Office, client_for: ClientFor) -> None:
    home = office.home("1201")
    client = client_for(Role.RECEPTIONIST, estate=office.other_estate())
    assert client.get(f"/homes/{home.id}").status_code == 404


def test_the_card_costs_the_same_for_a_full_house(
    office: Office, client_for: ClientFor, queries: Count
) -> None:
    home = office.home("1201")
    office.owner(home)
    client = client_for(Role.RECEPTIONIST)
    few = queries(lambda: client.get(f"/homes/{home.id}"))
    for number in range(10):
        operations.tie(home, operations.add_person(f"家人{number}"), TieKind.FAMILY, relation="子女")
        operations.add_vehicle(home, f"闽A1234{number}")
    told(home, 30)
    db.session.commit()
    assert queries(lambda: client.get(f"/homes/{home.id}")) == few
