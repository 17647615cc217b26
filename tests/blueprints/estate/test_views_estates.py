"""What is known of the estate, the rules that it has set for itself, a new estate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select

from pmweb.blueprints.fees.operations import billing_months
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.estate import Estate, EstateRules
from pmweb.models.staff import StaffRole
from tests.blueprints.complaints.cases import Cast
from tests.checking_client import CheckingClient
from tests.office import Office

Client = Callable[..., CheckingClient]


class TestTheEstate:
    def test_is_described_anew(self, office: Office, client_for: Client) -> None:
        client = client_for(Role.ADMIN)
        facts = {"name": "松涛苑一期", "company": "松涛物业", "phone": "021-58881234", "_version": "1"}
        assert client.post("/estate/edit", data=facts).location.endswith("/estate/settings")
        text = client.get("/estate/settings").text
        assert "松涛苑一期" in text
        assert "021-58881234" in text
        assert client.post("/estate/edit", data=facts).status_code == 409
        facts = {"name": "", "phone": "12", "_version": "2"}
        answer = client.post("/estate/edit", data=facts)
        assert answer.status_code == 422
        assert "请填写小区名称" in answer.text

    def test_that_is_new_has_its_founder_and_the_stewards_as_administrators(
        self, office: Office, client_for: Client
    ) -> None:
        steward_id = office.staff(name="老管家", steward=True).id
        client = client_for(Role.ADMIN)
        answer = client.post("/estate/new", data={"code": " zx-1 ", "name": "竹溪里"}, follow_redirects=True)
        assert "已建立 竹溪里" in answer.text
        assert "带来房产台账" in answer.text, "who founds it works there from now on"
        estate = unit().scalars(select(Estate).where(Estate.code == "ZX-1")).one()
        roles = unit().execute(
            select(StaffRole.role, StaffRole.staff_id).where(StaffRole.estate_id == estate.id)
        )
        people = {row.staff_id: row.role for row in roles}
        assert set(people.values()) == {Role.ADMIN}
        assert len(people) == 2
        assert steward_id in people

    @pytest.mark.parametrize(
        ("code", "sentence"),
        [
            ("a", "已经有小区用这个代码"),
            ("松涛", "小区代码由字母"),
            ("-A", "小区代码由字母"),
            ("", "请填写小区代码"),
        ],
    )
    def test_with_a_code_that_cannot_be_is_not_founded(
        self, office: Office, client_for: Client, code: str, sentence: str
    ) -> None:
        answer = client_for(Role.ADMIN).post("/estate/new", data={"code": code, "name": "竹溪里"})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert unit().scalar(select(func.count(Estate.id))) == 1

    def test_says_how_long_its_billing_period_is(self, office: Office, client_for: Client) -> None:
        client = client_for(Role.ADMIN)
        assert "没有另定，按季度" in client.get("/estate/settings").text
        data = {"months": "6", "valid_from": "2026-04-01"}
        assert client.post("/estate/settings/billing", data=data).status_code == 303
        assert "2026-04-01 起" in client.get("/estate/settings").text
        office.enter(office.estate)
        assert [billing_months(date(2026, month, 1)) for month in (3, 4)] == [3, 6]
        client.post("/estate/settings/billing", data=data | {"months": "1"})
        assert billing_months(date(2026, 4, 1)) == 1, "of two rules for one day the later one holds"
        assert unit().scalar(select(func.count(EstateRules.id))) == 2

    @pytest.mark.parametrize(
        ("months", "day", "sentence"),
        [("6", "2026-03-04", "过去的账单不改"), ("5", "2026-04-01", "改为"), ("6", "", "请填写生效日期")],
    )
    def test_does_not_change_the_bills_of_the_past(
        self, office: Office, client_for: Client, months: str, day: str, sentence: str
    ) -> None:
        data = {"months": months, "valid_from": day}
        answer = client_for(Role.ADMIN).post("/estate/settings/billing", data=data)
        assert answer.status_code == 422
        assert sentence in answer.text

    @pytest.mark.parametrize("role", [Role.OFFICE_MANAGER, Role.RECEPTIONIST, Role.AUDITOR])
    def test_is_changed_by_its_administrator_alone(
        self, office: Office, client_for: Client, role: Role
    ) -> None:
        client = client_for(role)
        assert client.get("/estate/settings").status_code == 200
        assert client.get("/estate/buildings").status_code == 200
        for url in (
            "/estate/edit",
            "/estate/new",
            f"/estate/buildings/{office.building.id}/edit",
        ):
            assert client.get(url).status_code == 403
            assert client.post(url, data={"_version": "1"}).status_code == 403
        assert client.post("/estate/settings/billing", data={}).status_code == 403
        assert client.post("/estate/settings/mechanism", data={}).status_code == 403
        assert "更改" not in client.get("/estate/settings").text

    def test_says_how_it_coordinates_complaints(self, office: Office, client_for: Client) -> None:
        """P-17, A-25: a name and a text, which every complaint shows from then on; no behaviour hangs on it."""
        url = f"/complaints/{Cast(office).take().id}"
        client = client_for(Role.ADMIN)
        assert "没有另定，用的是随产品附带的说明" in client.get("/estate/settings").text
        data = {"name": "松涛客服中心", "text": "前台统一登记，\n客服中心一小时内转办。", "_version": "0"}
        assert client.post("/estate/settings/mechanism", data=data).status_code == 303
        assert client.post("/estate/settings/mechanism", data=data).status_code == 409, "a stale page"
        same = data | {"_version": "1"}
        assert client.post("/estate/settings/mechanism", data=same).status_code == 303
        assert unit().scalar(select(func.count(EstateRules.id))) == 1, "nothing was changed"
        shown = client.get("/estate/settings").text
        assert "松涛客服中心" in shown
        assert "2026-03-05 起" in shown
        page = client_for(Role.OFFICE_MANAGER).get(url).text
        assert "松涛客服中心" in page
        assert "客服中心一小时内转办" in page
        assert "协调中心" not in page

    @pytest.mark.parametrize(
        ("name", "text", "sentence"),
        [
            ("", "统一登记", "请填写机制名称"),
            ("客服中心", " ", "请填写机制说明"),
            ("长" * 41, "统一登记", "最多 40 个字"),
            ("客服中心", "长" * 601, "最多 600 个字"),
        ],
    )
    def test_keeps_what_was_typed_where_the_mechanism_lacks_something(
        self, office: Office, client_for: Client, name: str, text: str, sentence: str
    ) -> None:
        """A-25."""
        client = client_for(Role.ADMIN)
        answer = client.post("/estate/settings/mechanism", data={"name": name, "text": text, "_version": "0"})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert (name or text) in answer.text
        assert unit().scalar(select(func.count(EstateRules.id))) == 0
