"""The pages of the fees: the register with its sum, a charge with its arithmetic, the price list."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from pmweb.blueprints.fees.models import Charge, Tariff
from pmweb.blueprints.fees.rules import ChargeState
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from tests.blueprints.fees.test_operations import charge_first, set_price
from tests.office import Office

ClientFor = Callable[..., Any]
Queries = Callable[[Callable[[], Any]], int]


@pytest.fixture
def charge(office: Office) -> Charge:
    set_price()
    home = office.home()
    charge = charge_first(home, office.owner(home).id, date(2026, 2, 16))
    unit().commit()
    return charge


def fresh(charge: Charge) -> Charge:
    unit().rollback()
    unit().refresh(charge)
    return charge


def test_the_register_shows_what_is_owed_with_its_sum(client_for: ClientFor, charge: Charge) -> None:
    page = client_for(Role.FINANCE).get("/fees/").text
    for said in ("SF-2026-000001", "1-1-0101", "物业服务费", f"1 笔 · 合计 {charge.amount}", "周**"):
        assert said in page
    assert "没有这样的收费单" in client_for(Role.FINANCE).get("/fees/?state=void").text


def test_a_charge_shows_every_step_of_its_arithmetic(client_for: ClientFor, charge: Charge) -> None:
    """FEE-1."""
    page = client_for(Role.RECEPTIONIST).get(f"/fees/{charge.id}").text
    for said in ("89.46 × 2.50 × 13 ÷ 28", "89.46 × 2.50 × 1", "¥103.84", "¥223.65", "¥327.49"):
        assert said in page
    assert "作废这笔收费" not in page


@pytest.mark.parametrize("address", ["/fees/?state=lost", "/fees/99", "/fees/?after=x"])
def test_an_address_that_means_nothing_is_not_found(client_for: ClientFor, address: str) -> None:
    assert client_for(Role.FINANCE).get(address).status_code == 404


def test_the_register_asks_eight_questions_at_most(
    office: Office, client_for: ClientFor, charge: Charge, queries: Queries
) -> None:
    client = client_for(Role.FINANCE)
    few = queries(lambda: client.get("/fees/?q=0101"))
    for floor in range(2, 40):
        charge_first(office.home(f"{floor:02d}01"))
    unit().commit()
    assert queries(lambda: client.get("/fees/?q=0101")) == few <= 8
    assert queries(lambda: client.get(f"/fees/{charge.id}")) <= 8


def test_the_register_turns_its_pages(office: Office, client_for: ClientFor, charge: Charge) -> None:
    for floor in range(2, 56):
        charge_first(office.home(f"{floor:02d}01"))
    unit().commit()
    client = client_for(Role.FINANCE)
    first = client.get("/fees/?state=all").text
    following = (
        first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    )
    assert "SF-2026-000001" not in first
    assert "SF-2026-000001" in client.get(following).text


def test_the_workbook_has_real_days_and_amounts(client_for: ClientFor, charge: Charge) -> None:
    response = client_for(Role.AUDITOR).get("/fees/export.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(response.data)).get_sheet_by_index(0).to_python()
    assert rows[1][:8] == [
        *("SF-2026-000001", "1-1-0101", "周**", "物业服务费"),
        *(date(2026, 2, 16), date(2026, 3, 31), 327.49, charge.due_on),
    ]


@pytest.mark.parametrize(
    ("role", "name"), [(Role.RECEPTIONIST, "周文博"), (Role.FINANCE, "周**"), (Role.AUDITOR, "周**")]
)
def test_the_workbook_masks_names_as_the_list_does(
    client_for: ClientFor, charge: Charge, role: Role, name: str
) -> None:
    """PRI-5: only who keeps the register of people gets names in full."""
    content = client_for(role).get("/fees/export.xlsx").data
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[1][2] == name


def test_finance_voids_with_a_reason_and_the_desk_may_not(client_for: ClientFor, charge: Charge) -> None:
    address, seen = f"/fees/{charge.id}/void", {"_version": charge.version}
    refused = client_for(Role.CASHIER).post(address, data={**seen, "reason": "收楼日录错"})
    assert refused.status_code == 422
    assert "由管理处主任或财务办理" in refused.text
    finance = client_for(Role.FINANCE)
    assert finance.post(address, data={**seen, "reason": ""}).status_code == 422
    assert finance.post(address, data={**seen, "reason": "收楼日录错"}).status_code == 303
    assert fresh(charge).state is ChargeState.VOID
    assert "收楼日录错" in finance.get(f"/fees/{charge.id}").text


def test_what_somebody_else_changed_is_not_voided(client_for: ClientFor, charge: Charge) -> None:
    data = {"_version": charge.version + 1, "reason": "收楼日录错"}
    assert client_for(Role.FINANCE).post(f"/fees/{charge.id}/void", data=data).status_code == 409
    assert fresh(charge).state is ChargeState.OPEN


def test_the_manager_sets_a_price(office: Office, client_for: ClientFor) -> None:
    """FEE-2."""
    client = client_for(Role.OFFICE_MANAGER)
    assert "还没有单价" in client.get("/fees/tariffs").text
    form = {"item": "property_fee", "unit_price": "2.68", "valid_from": "2026-01-01", "basis": "业主大会决议"}
    assert client.post("/fees/tariffs/new", data=form).status_code == 303
    again = client.post("/fees/tariffs/new", data=form)
    assert again.status_code == 422
    assert "已经有一个单价" in again.text
    page = client.get("/fees/tariffs").text
    for said in ("2.68", "元/平方米·月", "现行", "业主大会决议"):
        assert said in page


def test_the_desk_reads_the_price_list_and_sets_nothing(client_for: ClientFor, charge: Charge) -> None:
    client = client_for(Role.RECEPTIONIST)
    page = client.get("/fees/tariffs").text
    assert "2.50" in page
    assert "/fees/tariffs/new" not in page
    assert client.get("/fees/tariffs/new").status_code == 422
    tariff = unit().scalars(select(Tariff)).one()
    assert client.post(f"/fees/tariffs/{tariff.id}/void", data={"reason": "录错"}).status_code == 422
    assert unit().scalars(select(Tariff.voided_at)).one() is None


def test_a_price_that_was_entered_wrongly_is_voided(client_for: ClientFor, charge: Charge) -> None:
    client, tariff = client_for(Role.FINANCE), unit().scalars(select(Tariff)).one()
    assert "作废这个单价" in client.get(f"/fees/tariffs?void={tariff.id}").text
    bare = client.post(f"/fees/tariffs/{tariff.id}/void", data={"reason": ""})
    assert bare.status_code == 422
    assert "作废这个单价" in bare.text
    assert client.post(f"/fees/tariffs/{tariff.id}/void", data={"reason": "录错"}).status_code == 303
    assert "已作废" in client.get("/fees/tariffs").text


def test_another_estates_charges_and_prices_are_not_found(
    office: Office, client_for: ClientFor, charge: Charge
) -> None:
    tariff = unit().scalars(select(Tariff)).one()
    stranger = client_for(Role.FINANCE, estate=office.other_estate())
    assert stranger.get(f"/fees/{charge.id}").status_code == 404
    assert stranger.post(f"/fees/{charge.id}/void", data={"reason": "-"}).status_code == 404
    assert stranger.post(f"/fees/tariffs/{tariff.id}/void", data={"reason": "-"}).status_code == 404
