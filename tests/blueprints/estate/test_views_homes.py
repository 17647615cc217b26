"""The homes and buildings of the estate, its settings, a new estate."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from pmweb.blueprints.estate.operations.takeover import Source, take_over
from pmweb.blueprints.estate.roll import Known, pieces_of, read_roll
from pmweb.domain.permissions import Role
from pmweb.extensions import db, unit
from pmweb.models.audit import AuditEntry
from pmweb.models.engine import open_for_writing
from pmweb.models.homes import Building, Home, HomeKind
from tests.checking_client import CheckingClient
from tests.office import Office

Client = Callable[..., CheckingClient]
Queries = Callable[[Callable[[], Any]], int]
FACTS = {
    "kind": "residence",
    "layout_type": "三室两厅",
    "finish": "furnished",
    "sale": "yes",
    "floor_area": "118.88",
    "chargeable_area": "120",
    "handed_over_on": "2026-01-15",
    "remark": "样板房",
}


def labels(text: str) -> list[str]:
    return [label for label in ("1-1-0101", "1-1-0201", "1-2-0301", "1-1-S1") if f">{label}<" in text]


@pytest.fixture
def homes(office: Office) -> list[Home]:
    return [
        office.home("0101"),
        office.home("0201", sold=False),
        office.home("0301", section="2", kind=HomeKind.OFFICE, handed_over_on=date(2026, 2, 1)),
    ]


class TestTheList:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", ["1-1-0101", "1-1-0201", "1-2-0301"]),
            ("?q=1-0101", ["1-1-0101"]),
            ("?q=301", ["1-2-0301"]),
            ("?q=1-2", ["1-2-0301"]),
            ("?sold=no", ["1-1-0201"]),
            ("?kind=office", ["1-2-0301"]),
            ("?kind=castle", ["1-1-0101", "1-1-0201", "1-2-0301"]),
            ("?building=99", []),
            ("?q=zzz", []),
        ],
    )
    def test_is_searched_and_narrowed_down(
        self, homes: list[Home], client_for: Client, query: str, expected: list[str]
    ) -> None:
        answer = client_for(Role.GUARD).get(f"/estate/{query}")
        assert answer.status_code == 200
        assert labels(answer.text) == expected

    def test_asks_the_database_the_same_for_three_homes_and_for_forty(
        self, office: Office, homes: list[Home], client_for: Client, queries: Queries
    ) -> None:
        client = client_for(Role.ADMIN)
        few = queries(lambda: client.get("/estate/"))
        for number in range(40):
            office.home(f"{number + 4:02d}05")
        assert queries(lambda: client.get("/estate/")) == few <= 8

    def test_of_an_empty_estate_says_what_to_do(self, office: Office, client_for: Client) -> None:
        assert "带来房产台账" in client_for(Role.ADMIN).get("/estate/").text
        assert "由主管、管理处主任或系统管理员导入" in client_for(Role.GUARD).get("/estate/").text

    def test_shows_nothing_of_another_estate(
        self, office: Office, homes: list[Home], client_for: Client
    ) -> None:
        text = client_for(Role.ADMIN, estate=office.other_estate()).get("/estate/").text
        assert labels(text) == []

    def test_as_a_workbook_has_real_figures_and_the_import_knows_every_home_of_it(
        self, office: Office, homes: list[Home], client_for: Client
    ) -> None:
        office.owner(homes[0])
        client = client_for(Role.GUARD)
        content = client.get("/estate/export.xlsx").data
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        assert rows[3][:8] == ["1", "2", "0301", 3.0, "办公", "两室一厅", 89.46, 89.46]
        assert rows[3][10] == date(2026, 2, 1)
        roll = read_roll(io.BytesIO(content), date(2026, 3, 5))
        office.enter(office.estate)
        open_for_writing(unit())
        weighed, written = take_over(pieces_of(roll)[0], Source("export", "", 1, 1))
        db.session.rollback()
        assert {type(outcome) for outcome in weighed.outcomes} == {Known}
        assert not written
        sold = client.get("/estate/export.xlsx?sold=no").data
        assert len(CalamineWorkbook.from_filelike(io.BytesIO(sold)).get_sheet_by_index(0).to_python()) == 2


class TestAHome:
    def test_is_corrected_with_a_line_in_its_timeline(
        self, office: Office, homes: list[Home], client_for: Client
    ) -> None:
        client = client_for(Role.ADMIN)
        url = f"/estate/homes/{homes[0].id}/edit"
        assert 'value="89.46"' in client.get(url).text
        answer = client.post(url, data=FACTS | {"_version": "1"})
        assert answer.location.endswith(f"/homes/{homes[0].id}")
        home = unit().scalars(select(Home).where(Home.label == "1-1-0101")).one()
        assert (home.layout_type, home.floor_area, home.chargeable_area, home.remark) == (
            "三室两厅",
            Decimal("118.88"),
            Decimal(120),
            "样板房",
        )
        text = client.get(f"/homes/{home.id}").text
        assert "更正房屋资料：户型、交付标准、建筑面积、计费面积、交付日期、备注" in text

    def test_that_was_not_changed_leaves_no_trace(
        self, office: Office, homes: list[Home], client_for: Client
    ) -> None:
        client = client_for(Role.ADMIN)
        url = f"/estate/homes/{homes[0].id}/edit"
        client.post(url, data=FACTS | {"_version": "1"})
        client.post(url, data=FACTS | {"_version": "2"})
        assert unit().scalars(select(Home.version).where(Home.label == "1-1-0101")).one() == 2

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("floor_area", "0", "面积要大于 0"),
            ("chargeable_area", "8946000", "请看看小数点"),
            ("floor_area", "89.461", "最多 2 位小数"),
            ("floor_area", "", "请填写建筑面积"),
            ("handed_over_on", "2026-03-06", "交付日期不能晚于今天"),
            ("handed_over_on", "2025-06-29", "2025-06-30 才竣工验收"),
            ("kind", "castle", "用途"),
            ("sale", "", "请选择销售状态"),
        ],
    )
    def test_that_cannot_be_so_is_refused_in_place(
        self, homes: list[Home], client_for: Client, field: str, value: str, sentence: str
    ) -> None:
        data = FACTS | {"_version": "1", field: value}
        answer = client_for(Role.ADMIN).post(f"/estate/homes/{homes[0].id}/edit", data=data)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "样板房" in answer.text

    def test_that_somebody_else_changed_meanwhile_is_not_overwritten(
        self, homes: list[Home], client_for: Client
    ) -> None:
        client = client_for(Role.ADMIN)
        url = f"/estate/homes/{homes[0].id}/edit"
        client.post(url, data=FACTS | {"_version": "1"})
        assert client.post(url, data=FACTS | {"_version": "1", "remark": "x"}).status_code == 409

    def test_of_another_estate_is_not_found(
        self, office: Office, homes: list[Home], client_for: Client
    ) -> None:
        client = client_for(Role.ADMIN, estate=office.other_estate())
        assert client.get(f"/estate/homes/{homes[0].id}/edit").status_code == 404
        assert client.get(f"/estate/buildings/{homes[0].building_id}/edit").status_code == 404

    def test_that_has_an_owner_is_a_sold_one(
        self, office: Office, homes: list[Home], client_for: Client
    ) -> None:
        """FM-01."""
        client = client_for(Role.ADMIN)
        url = f"/estate/homes/{homes[0].id}/edit"
        assert client.post(url, data=FACTS | {"_version": "1", "sale": "no"}).status_code == 303
        assert (
            "更正房屋资料：户型、交付标准、建筑面积、计费面积、销售状态"
            in client.get(f"/homes/{homes[0].id}").text
        )
        client.post(url, data=FACTS | {"_version": "2"})
        office.owner(homes[0])
        answer = client.post(url, data=FACTS | {"_version": "3", "sale": "no"})
        assert answer.status_code == 422
        assert "登记着业主，不能改成未售" in answer.text


NEW = FACTS | {"building": "1", "section": "2", "number": "1801"}


class TestANewHome:
    def test_is_added_as_a_row_of_the_roll_would_be(self, office: Office, client_for: Client) -> None:
        office.home("0101")
        client = client_for(Role.OFFICE_MANAGER)
        listed = client.get(f"/estate/?building={office.building.id}").text
        assert f'href="/estate/homes/new?building={office.building.id}"' in listed
        page = client.get(f"/estate/homes/new?building={office.building.id}").text
        assert '<option selected value="1">1 栋</option>' in page
        answer = client.post("/estate/homes/new", data=NEW | {"chargeable_area": ""})
        home = unit().scalars(select(Home).where(Home.label == "1-2-1801")).one()
        assert answer.location.endswith(f"/homes/{home.id}")
        assert (home.floor, home.sold, home.building_id) == (18, True, office.building.id)
        assert home.chargeable_area == home.floor_area == Decimal("118.88")
        text = client.get(answer.location).text
        assert "已新增 1-2-1801" in text
        assert "新增房屋" in text, "in the timeline"
        changed = select(AuditEntry.action).where(
            AuditEntry.subject_id == home.id, AuditEntry.subject_kind == "Home"
        )
        assert unit().scalars(changed).all() == ["create"], "the trail has the home itself, no bulk work"

    def test_brings_its_building_when_that_is_new(self, office: Office, client_for: Client) -> None:
        data = NEW | {"building": "new", "new_building": "12栋", "section": "", "handed_over_on": ""}
        assert client_for(Role.ADMIN).post("/estate/homes/new", data=data).status_code == 303
        assert unit().scalars(select(Home.label)).all() == ["12-1801"]
        assert unit().scalars(select(Building.name).order_by(Building.id)).all() == ["1", "12"]

    @pytest.mark.parametrize(
        ("changed", "field", "sentence"),
        [
            ({"building": ""}, "building", "请选择楼栋"),
            ({"building": "7"}, "building", "请从列出的选项里选"),
            ({"building": "new"}, "new_building", "请填写新楼栋"),
            ({"building": "new", "new_building": "？"}, "new_building", "看不懂这个楼栋"),
            ({"section": "东边"}, "section", "看不懂这个单元"),
            ({"number": "十八楼"}, "number", "看不懂这个房号"),
            ({"number": ""}, "number", "请填写房号"),
            ({"number": "3-1-1801"}, "number", "楼栋、单元"),
            ({"section": "1", "number": "101"}, "number", "1-1-0101 已经登记过了"),
            ({"floor_area": "0"}, "floor_area", "面积要大于 0"),
            ({"handed_over_on": "2025-06-29"}, "handed_over_on", "2025-06-30 才竣工验收"),
        ],
    )
    def test_that_cannot_be_is_refused_beside_its_field(
        self, office: Office, client_for: Client, changed: dict[str, str], field: str, sentence: str
    ) -> None:
        office.home("0101")
        answer = client_for(Role.ADMIN).post("/estate/homes/new", data=NEW | changed)
        assert answer.status_code == 422
        beside = answer.text.partition(f'id="e-{field}"')[2].partition("</p>")[0]
        assert sentence in beside
        assert "样板房" in answer.text
        assert unit().scalar(select(func.count(Home.id))) == 1
        assert unit().scalar(select(func.count(Building.id))) == 1

    def test_sent_twice_is_one_home(self, office: Office, client_for: Client) -> None:
        client = client_for(Role.ADMIN)
        for _time in range(2):
            assert client.post("/estate/homes/new", data=NEW | {"_key": "once"}).status_code == 303
        assert unit().scalar(select(func.count(Home.id))) == 1

    def test_has_the_same_number_in_another_estate(self, office: Office, client_for: Client) -> None:
        office.home("0101")
        client = client_for(Role.ADMIN, estate=office.other_estate())
        assert ">1 栋<" not in client.get("/estate/homes/new").text
        data = NEW | {"building": "new", "new_building": "1", "section": "1", "number": "0101"}
        assert client.post("/estate/homes/new", data=data).status_code == 303

    @pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.CASHIER, Role.AUDITOR, Role.GUARD])
    def test_is_added_and_corrected_by_who_may_import(
        self, homes: list[Home], client_for: Client, role: Role
    ) -> None:
        client = client_for(role)
        assert "/estate/homes/new" not in client.get("/estate/").text
        for url in ("/estate/homes/new", f"/estate/homes/{homes[0].id}/edit"):
            assert client.get(url).status_code == 403
            assert client.post(url, data=NEW | {"_version": "1"}).status_code == 403


class TestABuilding:
    def test_gets_the_day_of_its_completion(
        self, office: Office, homes: list[Home], client_for: Client
    ) -> None:
        """WAR-1."""
        client = client_for(Role.ADMIN)
        url = f"/estate/buildings/{office.building.id}/edit"
        answer = client.post(url, data={"_version": "1", "completed_on": "2025-12-31", "top_floor": "18"})
        assert answer.location.endswith("/estate/buildings")
        text = client.get("/estate/buildings").text
        assert "2025-12-31" in text
        assert "已保存 1 栋 的资料" in text

    @pytest.mark.parametrize(
        ("day", "sentence"),
        [("2026-03-06", "不能晚于今天"), ("2026-02-02", "2026-02-01 已有房屋交付"), ("soon", "日期写成")],
    )
    def test_is_not_completed_after_its_first_hand_over(
        self, office: Office, homes: list[Home], client_for: Client, day: str, sentence: str
    ) -> None:
        url = f"/estate/buildings/{office.building.id}/edit"
        answer = client_for(Role.ADMIN).post(url, data={"_version": "1", "completed_on": day})
        assert answer.status_code == 422
        assert sentence in answer.text

    def test_without_a_day_is_named_to_who_can_enter_it(
        self, office: Office, homes: list[Home], client_for: Client
    ) -> None:
        building = unit().scalars(select(Building)).one()
        building.completed_on = None
        db.session.commit()
        assert "1 栋楼还没有竣工验收日期" in client_for(Role.ADMIN).get("/estate/").text
        assert "竣工验收日期" not in client_for(Role.GUARD).get("/estate/").text

    def test_that_somebody_else_changed_meanwhile_is_not_overwritten(
        self, office: Office, client_for: Client
    ) -> None:
        """Promise 6."""
        client, building = client_for(Role.ADMIN), office.building
        url, seen = f"/estate/buildings/{building.id}/edit", building.version
        first = {"completed_on": "2025-06-30", "top_floor": "18", "_version": seen}
        assert client.post(url, data=first).status_code == 303
        assert client.post(url, data=first | {"top_floor": "6"}).status_code == 409
        assert building.top_floor == 18
