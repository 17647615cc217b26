"""Public places, their labels, and what is reported by scanning one (R-1, FM-07)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pmweb.blueprints.repairs.models import PublicPlace, Repair
from pmweb.blueprints.repairs.operations.places import add_place, place_of, places, void_place
from pmweb.blueprints.repairs.rules import RepairSource
from pmweb.blueprints.staff.operations import hashed
from pmweb.domain.permissions import Role
from pmweb.domain.warranty import Verdict
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from tests.office import MORNING, Office, visitor

ClientFor = Callable[..., Any]


@pytest.fixture
def hall(office: Office) -> PublicPlace:
    return add_place("大堂", office.building, MORNING)


def test_a_place_is_called_by_its_building_and_known_by_its_code(hall: PublicPlace) -> None:
    assert (hall.label, len(hall.code)) == ("1# 大堂", 6)
    assert place_of(f" {hall.code.upper()} ") is hall
    assert place_of("nowhere") is None


def test_two_places_of_one_name_would_be_mistaken(office: Office, hall: PublicPlace) -> None:
    with pytest.raises(RuleBroken, match=r"place\.exists"):
        add_place("大堂", office.building, MORNING)
    assert add_place("大堂", None, MORNING).code != hall.code


def test_a_label_that_is_no_more_leads_nowhere(office: Office, hall: PublicPlace) -> None:
    with pytest.raises(RuleBroken, match=r"repair\.reason"):
        void_place(hall, " ", MORNING)
    void_place(hall, "改建", MORNING)
    assert place_of(hall.code) is None
    assert list(places()) == []
    with pytest.raises(RuleBroken, match=r"place\.voided"):
        void_place(hall, "改建", MORNING)
    assert add_place("大堂", office.building, MORNING).code != hall.code


def test_the_database_wants_a_reason(hall: PublicPlace) -> None:
    hall.voided_at = MORNING
    with pytest.raises(IntegrityError, match="void_has_a_reason"):
        unit().flush()
    unit().rollback()


# --- the pages


def test_the_dispatcher_adds_places_and_prints_their_labels(client_for: ClientFor, office: Office) -> None:
    desk = client_for(Role.DISPATCHER)
    said = {"name": "电梯厅", "building": str(office.building.id)}
    assert desk.post("/repairs/places", data=said).status_code == 303
    assert "1# 电梯厅" in desk.get("/repairs/places").text
    sheet = desk.get("/repairs/places/labels").text
    assert "1# 电梯厅" in sheet
    assert "<svg" in sheet
    refused = desk.post("/repairs/places", data=said)
    assert refused.status_code == 422
    assert "已经有这个部位" in refused.text


def test_the_dispatcher_takes_one_out_of_use(client_for: ClientFor, hall: PublicPlace) -> None:
    desk, address = client_for(Role.DISPATCHER), f"/repairs/places/{hall.id}/void"
    assert "停用：1# 大堂" in desk.get(f"/repairs/places?void={hall.id}").text
    assert desk.post(address, data={"_version": hall.version, "reason": ""}).status_code == 422
    assert desk.post(address, data={"_version": hall.version, "reason": "改建"}).status_code == 303
    assert "1# 大堂" not in desk.get("/repairs/places").text


def test_who_only_reads_changes_no_place(client_for: ClientFor, hall: PublicPlace) -> None:
    reader = client_for(Role.REPAIRER)
    assert "停用" not in reader.get(f"/repairs/places?void={hall.id}").text
    assert reader.post("/repairs/places", data={"name": "-"}).status_code == 403


def test_scanning_a_label_reports_from_that_place(client_for: ClientFor, hall: PublicPlace) -> None:
    """The place is filled in; on a patrol the office itself reports, and nobody is asked for a number."""
    patrol = client_for(Role.PATROLLER, name="贺明")
    address = f"/repairs/new?part=common&place={hall.code}"
    page = patrol.get(address).text
    assert 'value="1# 大堂"' in page
    said = {"source": "patrol", "caller": "other", "part": "common", "place": "1# 大堂 左侧灯"}
    said |= {"category": "lamp", "description": "灯不亮"}
    assert patrol.post(address, data=said).status_code == 303
    repair = unit().scalars(select(Repair)).one()
    assert (repair.place, repair.home_id, repair.verdict) == ("1# 大堂 左侧灯", None, Verdict.PUBLIC)
    assert (repair.source, repair.caller_name) == (RepairSource.PATROL, "贺明")


def test_an_unknown_code_says_so_and_the_place_is_written_by_hand(client_for: ClientFor) -> None:
    page = client_for(Role.PATROLLER).get("/repairs/new?part=common&place=abc234").text
    assert "没有找到位置码 abc234" in page
    assert 'value="abc234"' not in page


def test_who_is_not_signed_in_comes_back_to_the_place_after_it(
    app: Flask, office: Office, hall: PublicPlace
) -> None:
    """The phone opens the code before anybody has signed in."""
    staff = office.staff(Role.PATROLLER)
    staff.password_hash = hashed("a long enough secret")
    unit().commit()
    phone, address = visitor(app), f"/repairs/new?part=common&place={hall.code}"
    turned = phone.get(address)
    assert turned.status_code == 303
    entered = phone.post(
        turned.location, data={"username": staff.username, "password": "a long enough secret"}
    )
    assert entered.location == address
    assert 'value="1# 大堂"' in phone.get(entered.location).text


def test_a_name_that_does_not_fit_on_a_repair_is_refused(office: Office) -> None:
    building = office.building
    building.name = "一" * 20
    add_place("厅" * 18, building, MORNING)
    with pytest.raises(RuleBroken, match=r"place\.long"):
        add_place("厅" * 19, building, MORNING)
