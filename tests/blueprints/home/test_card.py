"""The card of a home: what it shows, to whom, and what leaves a line (PRI-5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from pmweb.blueprints.households import operations
from pmweb.domain.permissions import Role
from pmweb.extensions import db, unit
from pmweb.models import journal
from pmweb.models.audit import AccessEntry
from pmweb.models.base import Subject
from pmweb.models.homes import Home, Meter, MeterKind, MeterReading, ParkingSpace, ReadingPurpose
from pmweb.models.people import TieKind
from tests.checking_client import CheckingClient
from tests.databases import KINDS
from tests.office import MORNING, Office

pytestmark = pytest.mark.usefixtures("letters")
ClientFor = Callable[..., CheckingClient]
Count = Callable[[Callable[[], Any]], int]


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
        *(
            "1 栋 1 单元 1201",
            "陈**",
            "林**",
            "紧急联系人（妻子）",
            'href="tel:13900139000"',
            "闽A12345",
            "B1-023",
        ),
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
