"""The pages of a paid repair: price list, estimate, consent and bill (X-6, G-7, FEE-1, FM-08, FM-33)."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pmweb.blueprints.fees.operations import set_tariff
from pmweb.blueprints.repairs.models import EstimateConsent, Repair
from pmweb.blueprints.repairs.operations import billing, pricing
from pmweb.blueprints.repairs.rules import Line, RepairState
from pmweb.domain.money import Money
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from tests.blueprints.repairs.jobs import Jobs
from tests.blueprints.repairs.paid import HOURS, TRAP, UNBLOCK, agreed, called
from tests.office import MORNING, Office, desk_of
from tests.pictures import STROKES, signature_png

S = RepairState
ClientFor = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def jobs(office: Office) -> Jobs:
    made = Jobs(office)
    office.owner(made.home)
    return made


def typed(*said: Line, **more: Any) -> dict[str, Any]:
    """The lines as the form sends them."""
    data: dict[str, Any] = {}
    for n, line in enumerate(said, 1):
        data |= {f"kind_{n}": line.kind.value, f"name_{n}": line.name, f"unit_{n}": line.unit}
        data |= {f"quantity_{n}": str(line.quantity), f"price_{n}": str(line.unit_price.yuan)}
    return data | more


def fresh(repair: Repair) -> Repair:
    unit().rollback()
    unit().refresh(repair)
    return repair


@pytest.fixture
def worker(app: Flask, office: Office, jobs: Jobs) -> Any:
    return desk_of(app, jobs.worker, office.estate)


@pytest.fixture
def repair(jobs: Jobs) -> Repair:
    repair = called(jobs)
    pricing.set_price("drain_blocked", Money(8000), date(2026, 1, 1), basis="价目表", at=MORNING)
    set_tariff("repair_labour", Decimal(60), date(2026, 1, 1), basis="价目表", at=MORNING)
    return jobs.go_on(repair, S.DISPATCHED, S.ACCEPTED)


def test_the_repair_says_what_comes_first_and_leads_there(worker: Any, repair: Repair) -> None:
    page = worker.get(f"/repairs/{repair.id}").text
    assert "住户还没有确认费用" in page
    assert f'href="/repairs/{repair.id}/estimate"' in page
    assert f'action="/repairs/{repair.id}/arrive"' not in page
    answer = worker.post(f"/repairs/{repair.id}/arrive", data={"_version": repair.version})
    assert answer.status_code == 422
    assert "住户确认费用后才能上门" in answer.text


def test_the_estimate_begins_with_the_published_price(worker: Any, repair: Repair) -> None:
    page = worker.get(f"/repairs/{repair.id}/estimate").text
    assert 'value="下水道、地漏堵塞"' in page
    assert 'value="80.00"' in page
    assert 'value="60.00"' in page
    assert "公布价" in page


def test_from_the_estimate_over_the_phone_to_the_bill(worker: Any, repair: Repair, jobs: Jobs) -> None:
    here = f"/repairs/{repair.id}"
    said = typed(UNBLOCK, TRAP, HOURS, quantity_3="0", _version=repair.version)
    assert worker.post(f"{here}/estimate", data=said).status_code == 303
    assert fresh(repair).estimate == Money(10500)
    page = worker.get(f"{here}/estimate").text
    assert "¥105.00" in page
    assert "13800138000" not in page.partition('id="by-phone"')[2], "numbers are masked"
    who = re.findall(r'name="who" value="(\d+)"', page)[0]
    answer = worker.post(f"{here}/estimate/phone", data={"who": who, "_version": repair.version})
    assert answer.status_code == 303
    consent = unit().scalars(select(EstimateConsent)).one()
    assert (consent.person_name, consent.phone, consent.by_id) == (
        *("周文博", "13800138000"),
        jobs.worker.id,
    )
    done_ = jobs.go_on(fresh(repair), S.ON_SITE, S.COMPLETED)
    page = worker.get(here).text
    assert f'href="{here}/sign"' not in page
    assert f'href="{here}/bill"' in page
    over = worker.post(f"{here}/bill", data=typed(UNBLOCK, TRAP, HOURS, _version=done_.version))
    assert over.status_code == 422
    assert "超过住户确认的 ¥105.00" in over.text
    assert 'value="1.5"' in over.text, "nothing typed is lost"
    assert worker.post(f"{here}/bill", data=typed(UNBLOCK, _version=done_.version)).status_code == 303
    page = worker.get(here).text
    assert f'href="{here}/sign"' in page
    assert "应收金额" in page
    assert "¥80.00" in worker.get(f"{here}/print/work-order").text
    assert "¥80.00" in worker.get(f"{here}/sign").text


def test_the_resident_signs_the_estimate_on_the_tablet(worker: Any, repair: Repair, jobs: Jobs) -> None:
    pricing.estimate(repair, [UNBLOCK], jobs.now())
    unit().commit()
    address = f"/repairs/{repair.id}/estimate/sign"
    page = worker.get(address).text
    assert "¥80.00" in page
    carried = {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("seen", "signer")}
    png = "data:image/png;base64," + b64encode(signature_png()).decode()
    drawn = {"manner": "pad", "strokes": json.dumps(STROKES), "strokes_png": png}
    pricing.estimate(repair, [UNBLOCK, TRAP], jobs.now())
    unit().commit()
    stale = worker.post(address, data=carried | drawn)
    assert stale.status_code == 422, "what was shown is not what would be signed"
    carried["seen"] = re.findall(r'name="seen" value="([^"]*)"', worker.get(address).text)[0]
    assert worker.post(address, data=carried | drawn).status_code == 303
    consent = unit().scalars(select(EstimateConsent)).one()
    assert (consent.amount, consent.signature_id is not None) == (Money(10500), True)
    assert fresh(repair).estimate_accepted_at is not None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "请至少写一行"),
        ({"name_1": "疏通"}, "请填写数量"),
        ({"quantity_2": "1", "price_2": "5"}, "请填写名称"),
        ({"name_1": "疏通", "quantity_1": "一", "price_1": "80"}, "请填数字"),
        ({"name_1": "疏通", "quantity_1": "1", "price_1": "0.005"}, "最多 2 位小数"),
    ],
)
def test_a_line_that_is_not_whole_is_said_beside_it(
    worker: Any, repair: Repair, data: dict[str, str], said: str
) -> None:
    answer = worker.post(f"/repairs/{repair.id}/estimate", data=data | {"_version": repair.version})
    assert answer.status_code == 422
    assert said in answer.text
    for value in data.values():
        assert f'value="{value}"' in answer.text


def test_somebody_else_says_name_and_number(worker: Any, repair: Repair, jobs: Jobs) -> None:
    pricing.estimate(repair, [UNBLOCK], jobs.now())
    unit().commit()
    address, data = f"/repairs/{repair.id}/estimate/phone", {"who": "other", "_version": repair.version}
    assert worker.post(address, data=data).status_code == 422
    known = data | {"person_name": "周母", "phone": "139 0013 9000"}
    assert worker.post(address, data=known).status_code == 303
    assert unit().scalars(select(EstimateConsent.phone)).all() == ["13900139000"]


def test_another_repairer_is_refused(client_for: ClientFor, repair: Repair) -> None:
    answer = client_for(Role.REPAIRER, name="李工").get(f"/repairs/{repair.id}/estimate")
    assert answer.status_code == 422
    assert "派给了别人" in answer.text
    assert client_for(Role.DISPATCHER).get(f"/repairs/{repair.id}/estimate").status_code == 200


def test_a_free_repair_keeps_its_materials(worker: Any, jobs: Jobs) -> None:
    repair = jobs.in_state(S.COMPLETED)
    assert "登记材料" in worker.get(f"/repairs/{repair.id}").text
    data = typed(TRAP, _version=repair.version)
    assert worker.post(f"/repairs/{repair.id}/bill", data=data).status_code == 303
    shown = worker.get(f"/repairs/{repair.id}").text
    assert "存水弯" in shown
    assert "¥25.00" in shown
    assert "存水弯" in worker.get(f"/repairs/{repair.id}/print/work-order").text


def test_the_charge_is_spelled_out(client_for: ClientFor, repair: Repair, jobs: Jobs) -> None:
    agreed(jobs, repair, HOURS, TRAP)
    jobs.go_on(repair, S.ON_SITE, S.COMPLETED)
    billing.bill(repair, [HOURS, TRAP], jobs.now())
    unit().commit()
    page = client_for(Role.CASHIER).get(f"/fees/{repair.charge_id}").text
    assert "有偿维修人工费" in page
    assert "1.50 × 60.00" in page
    assert "计费面积" not in page
    assert f'href="/repairs/{repair.id}"' in page


def test_the_list_is_read_by_all_and_set_by_finance(client_for: ClientFor, repair: Repair) -> None:
    """FEE-1, FEE-2: reading is for everybody of the repairs, setting for finance and the manager."""
    desk, finance = client_for(Role.RECEPTIONIST), client_for(Role.FINANCE)
    assert "¥" not in desk.get("/repairs/prices").text.partition("<h1>")[0]
    assert "下水道、地漏堵塞" in desk.get("/repairs/prices").text
    assert "录入单价" not in desk.get("/repairs/prices").text
    price = {"category": "glass", "unit_price": "160", "valid_from": "2026-04-01", "basis": "价目表"}
    assert desk.post("/repairs/prices/new", data=price).status_code == 422
    assert finance.post("/repairs/prices/new", data=price).status_code == 303
    again = finance.post("/repairs/prices/new", data=price)
    assert again.status_code == 422
    assert "已经有一个单价" in again.text
    listed = finance.get("/repairs/prices").text
    void = re.findall(r"void=(\d+)", listed)[0]
    assert finance.post(f"/repairs/prices/{void}/void", data={"reason": ""}).status_code == 422
    assert finance.post(f"/repairs/prices/{void}/void", data={"reason": "录错"}).status_code == 303
    assert "已作废" in finance.get("/repairs/prices").text
    assert "有偿服务价目公示" in desk.get("/repairs/prices/print").text


def test_the_own_list_leads_to_the_consent_first(worker: Any, repair: Repair, jobs: Jobs) -> None:
    mine = worker.get("/repairs/mine").text
    assert f'href="/repairs/{repair.id}/estimate"' in mine
    assert f'action="/repairs/{repair.id}/arrive"' not in mine
    agreed(jobs, repair)
    unit().commit()
    assert f'action="/repairs/{repair.id}/arrive"' in worker.get("/repairs/mine").text
