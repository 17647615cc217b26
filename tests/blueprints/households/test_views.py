"""The register of households through a client (FM-01): pages, refusals, versions, what is masked and what is logged."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from pmweb.blueprints.households import operations
from pmweb.domain.permissions import Role
from pmweb.extensions import db, unit
from pmweb.models.audit import AccessEntry
from pmweb.models.homes import Home, Occupancy
from pmweb.models.people import AgeGroup, IdKind, PartyKind, Person, Pet, Tie, TieKind, Vehicle
from tests.checking_client import CheckingClient
from tests.databases import KINDS
from tests.office import Office

ClientFor = Callable[..., CheckingClient]
Count = Callable[[Callable[[], Any]], int]
CARD = "11010519491231002X"


@pytest.fixture
def home(office: Office) -> Home:
    """1-1-1201, owned by 陈建国 whose identity number is known."""
    home = office.home("1201")
    owner = operations.add_person(
        "陈建国", mobile="13800138000", id_kind=IdKind.ID_CARD, id_number=CARD, address="五四路 158 号"
    )
    operations.tie(home, owner, TieKind.OWNER, since_on=date(2024, 6, 1))
    db.session.commit()
    return home


@pytest.fixture
def owner(home: Home) -> Person:
    return unit().scalars(select(Person)).one()


@pytest.fixture
def desk(client_for: ClientFor) -> CheckingClient:
    return client_for(Role.RECEPTIONIST)


def the_tie(kind: TieKind) -> Tie:
    return unit().scalars(select(Tie).where(Tie.kind == kind, Tie.until_on.is_(None))).one()


# --- The register ---


def test_the_register_shows_people_masked_with_their_homes(home: Home, desk: CheckingClient) -> None:
    page = desk.get("/households/").text
    for word in ("陈**", "1-1-1201", "业主", "110***2X", "138 **** 8000", "1 人"):
        assert word in page, word
    for hidden in ("陈建国", "13800138000", CARD):
        assert hidden not in page


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("?kind=owner", True),
        ("?kind=tenant", False),
        ("?kind=company", False),
        ("?kind=none", False),
        ("?q=建国", True),
        ("?q=cjg", True),
        ("?q=8000", True),
        ("?q=1-1201", True),
        ("?q=1-1202", False),
        ("?q=%25", False),
        ("?q=%00", True),
        ("?kind=owner&q=林", False),
    ],
)
def test_the_register_is_searched_and_filtered(
    home: Home, desk: CheckingClient, address: str, shown: bool
) -> None:
    assert ("陈**" in desk.get(f"/households/{address}").text) is shown


def test_an_unknown_kind_is_not_found(desk: CheckingClient) -> None:
    assert desk.get("/households/?kind=friend").status_code == 404
    assert desk.get("/households/new?kind=friend").status_code == 404


@pytest.mark.parametrize("database_kind", KINDS, indirect=True)
def test_the_register_is_read_in_pages_at_a_constant_cost(
    home: Home, desk: CheckingClient, queries: Count
) -> None:
    few = queries(lambda: desk.get("/households/"))
    for number in range(60):
        person = operations.add_person(f"林{number:02d}")
        operations.tie(home, person, TieKind.FAMILY, relation="子女", quietly=True)
    assert queries(lambda: desk.get("/households/")) == few <= 8
    page = desk.get("/households/").text
    assert page.count("<td") == 50 * 7
    onward = re.search(r'href="([^"]+)" rel="next"', page)
    assert onward
    assert desk.get(onward.group(1).replace("&amp;", "&")).text.count("<td") == 11 * 7


def workbook(client: CheckingClient, address: str) -> list[list[Any]]:
    answer = client.get(address)
    data = answer.data
    answer.close()
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def test_the_workbook_has_the_same_rows_and_no_formula(home: Home, desk: CheckingClient) -> None:
    operations.add_person("=HYPERLINK(1)", mobile="13900139000")
    db.session.commit()
    rows = workbook(desk, "/households/export.xlsx?q=建国")
    assert rows[1][:4] == ["1-1-1201", "陈建国", "个人", "业主"]
    assert rows[1][5] == "13800138000", "a telephone is a text"
    assert rows[1][7] == "110*************2X"
    assert len(rows) == 2
    assert "=HYPERLINK(1)" in [row[1] for row in workbook(desk, "/households/export.xlsx")]


def test_the_workbook_is_for_those_who_keep_the_register(home: Home, client_for: ClientFor) -> None:
    assert client_for(Role.AUDITOR).get("/households/export.xlsx").status_code == 403


# --- People ---


def test_a_person_is_written_down_with_the_home(home: Home, desk: CheckingClient) -> None:
    """FM-01: a member of the family by name, relation and age group, without a number."""
    address = f"/households/new?home={home.id}&kind=family"
    page = desk.get(address).text
    assert 'name="relation"' in page
    assert 'name="id_number"' not in page
    answer = desk.post(address, data={"name": "陈母", "relation": "母亲", "age_group": "senior"})
    assert (answer.status_code, answer.location) == (303, f"/households/homes/{home.id}")
    tie = the_tie(TieKind.FAMILY)
    assert (tie.relation, tie.age_group, tie.person.name) == ("母亲", AgeGroup.SENIOR, "陈母")


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("family", {"name": "小宝"}, "请填写与业主的关系"),
        ("family", {"name": "小宝", "relation": "女儿", "age_group": "child"}, "监护人"),
        ("emergency", {"name": "林静", "relation": "妻子"}, "请填写电话"),
        ("tenant", {"name": "郑一凡", "lease_until": "2026-03-05"}, "租期的最后一天应在今天以后"),
        ("co_owner", {"name": "林静", "share": "120"}, "份额填 0.1 到 100"),
        ("co_owner", {"name": "林静", "id_number": "110105194912310021"}, "最后一位与前面不符"),
        ("co_owner", {"name": "林静", "mobile": "123"}, "电话号码不对"),
        ("owner", {"name": "林静"}, "这套房已有业主"),
        ("owner", {"name": "林静", "email": "nobody"}, "name@example.com"),
        ("tenant", {"name": ""}, "请填写姓名或单位名称"),
        (
            "tenant",
            {"kind": "company", "name": "松涛", "id_number": "91350100M000100Y44"},
            "最后一位与前面不符",
        ),
    ],
)
def test_what_the_rules_refuse_stays_in_the_form_with_the_reason(
    home: Home, desk: CheckingClient, kind: str, data: dict[str, str], said: str
) -> None:
    before = len(unit().scalars(select(Person)).all())
    data = {"kind": "person", "id_kind": "id_card"} | data
    answer = desk.post(f"/households/new?home={home.id}&kind={kind}", data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert not data["name"] or f'value="{data["name"]}"' in answer.text
    assert len(unit().scalars(select(Person)).all()) == before


def test_a_known_number_offers_the_known_person(
    office: Office, home: Home, owner: Person, desk: CheckingClient
) -> None:
    other = office.home("1202")
    address = f"/households/new?home={other.id}&kind=owner"
    data = {"kind": "person", "name": "陈建国", "id_kind": "id_card", "id_number": CARD.lower()}
    answer = desk.post(address, data=data)
    assert answer.status_code == 422
    assert "已登记给 陈**（1-1-1201）" in answer.text
    link = f"/households/{owner.id}/tie?home={other.id}&amp;kind=owner"
    assert link in answer.text
    page = desk.get(link.replace("&amp;", "&")).text
    assert 'value="1-1-1202"' in page
    assert desk.post(link.replace("&amp;", "&"), data={"home": "1-1-1202"}).status_code == 303
    assert len(unit().scalars(select(Tie).where(Tie.person_id == owner.id)).all()) == 2


@pytest.mark.parametrize(
    ("typed", "said"), [("9-9901", "没有找到这个房号"), ("1-1201", "有几套房都符合"), ("", "请填写房号")]
)
def test_a_home_is_typed_and_has_to_be_one(
    office: Office, home: Home, owner: Person, desk: CheckingClient, typed: str, said: str
) -> None:
    office.home("1201", section="2")
    answer = desk.post(f"/households/{owner.id}/tie?kind=tenant", data={"home": typed})
    assert answer.status_code == 422
    assert said in answer.text


def test_a_company_code_needs_no_choice_of_a_document(home: Home, desk: CheckingClient) -> None:
    data = {"kind": "company", "name": "松涛建材", "id_kind": "id_card", "id_number": "91350100M000100Y43"}
    answer = desk.post("/households/new", data=data)
    assert answer.status_code == 303
    firm = unit().scalars(select(Person).where(Person.kind == PartyKind.COMPANY)).one()
    assert firm.id_kind is IdKind.USCC
    assert "松涛建材" in desk.get(answer.location).text


def test_a_person_shows_masked_with_the_history_of_homes(
    home: Home, owner: Person, desk: CheckingClient
) -> None:
    operations.end_tie(the_tie(TieKind.OWNER))
    db.session.commit()
    page = desk.get(f"/households/{owner.id}").text
    for word in ("陈**", "1-1-1201", "2026-03-05 结束", "110*************2X", "已登记"):
        assert word in page, word
    for hidden in ("陈建国", CARD, "五四路", "13800138000"):
        assert hidden not in page


def test_the_full_name_is_shown_once_and_leaves_a_line(owner: Person, desk: CheckingClient) -> None:
    """PRI-5."""
    answer = desk.post(
        f"/households/{owner.id}/names", headers={"HX-Request": "true", "HX-Target": "contact"}
    )
    assert "陈建国" in answer.text
    assert "五四路" in answer.text
    assert "<h1" not in answer.text
    page = desk.get(f"/households/{owner.id}").text
    assert "陈建国" not in page
    assert "姓名和联系方式" in page


def test_the_full_number_needs_a_purpose_and_is_shown_once(owner: Person, desk: CheckingClient) -> None:
    """PRI-3, PRI-5."""
    address = f"/households/{owner.id}/reveal"
    htmx = {"HX-Request": "true", "HX-Target": "identity"}
    refused = desk.post(address, headers=htmx)
    assert refused.status_code == 422
    assert CARD not in refused.text
    assert desk.post(address, data={"purpose": "other"}, headers=htmx).status_code == 422
    assert unit().scalars(select(AccessEntry)).all() == []
    shown = desk.post(address, data={"purpose": "other", "purpose_other": "法院调查令 12 号"}, headers=htmx)
    assert shown.status_code == 200
    assert CARD in shown.text
    assert CARD in desk.post(address, data={"purpose": "title_check"}).text
    page = desk.get(f"/households/{owner.id}").text
    assert CARD not in page
    for word in ("林静", "法院调查令 12 号", "核对产权或过户"):
        assert word in page, word


def test_who_may_not_reveal_neither_sees_nor_asks(
    owner: Person, client_for: ClientFor, desk: CheckingClient
) -> None:
    desk.post(f"/households/{owner.id}/reveal", data={"purpose": "move_in"})
    cashier = client_for(Role.CASHIER)
    page = cashier.get(f"/households/{owner.id}").text
    assert "查看完整号码" not in page
    assert "谁看过" not in page
    assert cashier.post(f"/households/{owner.id}/reveal", data={"purpose": "move_in"}).status_code == 403


def test_a_person_is_changed_and_an_empty_number_keeps_the_stored_one(
    owner: Person, desk: CheckingClient
) -> None:
    page = desk.get(f"/households/{owner.id}/edit").text
    assert 'value="陈建国"' in page
    assert CARD not in page
    data = {"name": "陈建邦", "mobile": "13900139000", "id_kind": "id_card", "_version": str(owner.version)}
    assert desk.post(f"/households/{owner.id}/edit", data=data).status_code == 303
    assert (owner.name, owner.initials, owner.mobile_reversed) == ("陈建邦", "cjb", "00093100931")
    assert owner.id_number == CARD


def test_a_change_of_something_changed_meanwhile_is_a_conflict(
    home: Home, owner: Person, desk: CheckingClient
) -> None:
    """Promise 6."""
    tie = the_tie(TieKind.OWNER)
    stale = {"_version": "99", "name": "陈建邦", "on": "2026-03-05", "occupancy": "let", "kind": "person"}
    for address in (
        f"/households/{owner.id}/edit",
        f"/households/ties/{tie.id}/edit",
        f"/households/ties/{tie.id}/end",
        f"/households/homes/{home.id}/occupancy",
        f"/households/homes/{home.id}/owner",
    ):
        assert desk.post(address, data=stale).status_code == 409, address
    assert owner.name == "陈建国"
    assert tie.until_on is None


def test_a_refused_number_leaves_name_and_version_as_they_were(owner: Person, desk: CheckingClient) -> None:
    data = {"name": "陈建邦", "id_kind": "id_card", "id_number": "1", "_version": str(owner.version)}
    answer = desk.post(f"/households/{owner.id}/edit", data=data)
    assert answer.status_code == 422
    assert f'name="_version" value="{owner.version}"' in answer.text
    assert owner.name == "陈建国"


# --- The household of a home ---


def test_the_household_shows_everybody_and_offers_what_may_be_done(
    home: Home, desk: CheckingClient, client_for: ClientFor
) -> None:
    operations.tie(home, operations.add_person("林静"), TieKind.CO_OWNER, share_permille=300)
    operations.tie(home, operations.add_person("郑一凡"), TieKind.TENANT, lease_until=date(2027, 6, 30))
    operations.end_tie(operations.tie(home, operations.add_person("赵旧"), TieKind.USER))
    db.session.commit()
    page = desk.get(f"/households/homes/{home.id}").text
    for word in ("陈**", "30%", "租期至 2027-06-30", "业主变更", "赵**", "以前的住户"):
        assert word in page, word
    assert "林静</b>" not in page
    reader = client_for(Role.AUDITOR).get(f"/households/homes/{home.id}").text
    for hidden in ("业主变更", "结束</a>", "登记车辆", "保存使用情况"):
        assert hidden not in reader
    full = desk.post(
        f"/households/homes/{home.id}/names", headers={"HX-Request": "true", "HX-Target": "people"}
    )
    assert "郑一凡" in full.text


def test_shares_that_do_not_add_up_are_pointed_out(home: Home, desk: CheckingClient) -> None:
    owner_tie = the_tie(TieKind.OWNER)
    answer = desk.post(
        f"/households/ties/{owner_tie.id}/edit", data={"share": "60", "_version": str(owner_tie.version)}
    )
    assert answer.status_code == 303
    assert owner_tie.share_permille == 600
    assert "份额合计 60%，应为 100%" in desk.get(f"/households/homes/{home.id}").text


def test_somebody_leaves_and_stays_in_the_history(home: Home, owner: Person, desk: CheckingClient) -> None:
    tie = the_tie(TieKind.OWNER)
    early = {"on": "2024-05-31", "_version": str(tie.version)}
    refused = desk.post(f"/households/ties/{tie.id}/end", data=early)
    assert "不能早于起始日期 2024-06-01" in refused.text
    assert desk.post(f"/households/ties/{tie.id}/end", data=early | {"on": "2026-03-04"}).status_code == 303
    assert tie.until_on == date(2026, 3, 4)
    again = desk.post(
        f"/households/ties/{tie.id}/end", data={"on": "2026-03-05", "_version": str(tie.version)}
    )
    assert again.status_code == 422


def test_a_home_gets_a_new_owner(home: Home, owner: Person, desk: CheckingClient) -> None:
    operations.tie(home, operations.add_person("郑一凡"), TieKind.TENANT)
    operations.add_vehicle(home, "闽A12345")
    db.session.commit()
    address = f"/households/homes/{home.id}/owner"
    page = desk.get(address).text
    assert "随原业主一起结束：陈**" in page
    seen = {"_version": str(the_tie(TieKind.OWNER).id)}
    known = desk.post(
        address,
        data=seen
        | {"kind": "person", "name": "陈", "id_kind": "id_card", "id_number": CARD, "on": "2026-03-05"},
    )
    assert known.status_code == 422
    assert f"/households/homes/{home.id}/owner?person={owner.id}" in known.text
    data = seen | {
        "kind": "person",
        "name": "周文博",
        "id_kind": "id_card",
        "on": "2026-03-05",
        "things_leave": "y",
    }
    assert desk.post(address, data=data).status_code == 303
    household = operations.household_of(home.id)
    assert [m.name for m in household.members] == ["周文博", "郑一凡"]
    assert household.vehicles == ()
    assert "业主变更：陈** → 周**" in desk.get(f"/homes/{home.id}").text
    assert desk.post(address, data=data).status_code == 409, "the page showed the old owner"


def test_the_new_owner_may_be_somebody_known(office: Office, home: Home, desk: CheckingClient) -> None:
    buyer = operations.add_person("周文博", mobile="13700137000")
    db.session.commit()
    assert f"owner?person={buyer.id}" in desk.get(f"/households/homes/{home.id}/owner?q=zwb").text
    address = f"/households/homes/{home.id}/owner?person={buyer.id}"
    assert "周**" in desk.get(address).text
    data = {"_version": str(the_tie(TieKind.OWNER).id), "on": "2026-03-05"}
    assert desk.post(address, data=data).status_code == 303
    assert the_tie(TieKind.OWNER).person_id == buyer.id


def test_use_vehicles_and_pets_are_kept_on_the_page_of_the_home(home: Home, desk: CheckingClient) -> None:
    """FM-01, IDN-6: an odd plate is doubted, not refused."""
    address = f"/households/homes/{home.id}"
    data = {"occupancy": "let", "_version": str(home.version)}
    assert desk.post(f"{address}/occupancy", data=data).status_code == 303
    assert home.occupancy is Occupancy.LET
    assert (
        desk.post(f"{address}/vehicles", data={"car-plate": "闽a·12345", "car-space": "B1-1"}).status_code
        == 303
    )
    htmx = {"HX-Request": "true", "HX-Target": "vehicles"}
    assert (
        "已登记过这个车牌"
        in desk.post(f"{address}/vehicles", data={"car-plate": "闽A12345"}, headers=htmx).text
    )
    odd = desk.post(f"{address}/vehicles", data={"car-plate": "ABC"}, follow_redirects=True)
    assert "这个车牌不太常见" in odd.text
    assert desk.post(f"{address}/pets", data={"pet-kind": ""}).status_code == 422
    assert desk.post(f"{address}/pets", data={"pet-kind": "犬", "pet-name": "豆豆"}).status_code == 303
    car, dog = unit().scalars(select(Vehicle)).first(), unit().scalars(select(Pet)).one()
    assert car is not None
    for end in (f"/households/vehicles/{car.id}/end", f"/households/pets/{dog.id}/end"):
        assert desk.post(end).status_code == 303
        assert desk.post(end).status_code == 422
    assert car.ended_on is not None
    assert dog.ended_on is not None


def test_the_printed_register_holds_the_household(
    home: Home, desk: CheckingClient, client_for: ClientFor
) -> None:
    """FM-01: full names for the signature, numbers masked."""
    operations.tie(
        home, operations.add_person("林静", mobile="13900139000"), TieKind.EMERGENCY, relation="妻子"
    )
    operations.add_vehicle(home, "闽A12345")
    db.session.commit()
    address = f"/households/homes/{home.id}/print/register"
    page = desk.get(address).text
    for word in (
        "住户登记表",
        "陈建国",
        "110*************2X",
        "林静",
        "妻子",
        "闽A12345",
        "业主（或受托人）签名",
    ):
        assert word in page, word
    assert CARD not in page
    assert client_for(Role.AUDITOR).get(address).status_code == 403


def test_nothing_of_another_estate_is_found(
    office: Office, home: Home, owner: Person, client_for: ClientFor
) -> None:
    tie = the_tie(TieKind.OWNER)
    car, dog = operations.add_vehicle(home, "闽A12345"), operations.add_pet(home, "犬")
    db.session.commit()
    client = client_for(Role.RECEPTIONIST, estate=office.other_estate())
    for address in (
        *(f"/households/{owner.id}", f"/households/{owner.id}/edit", f"/households/{owner.id}/tie"),
        *(f"/households/ties/{tie.id}/edit", f"/households/ties/{tie.id}/end"),
        *(f"/households/homes/{home.id}", f"/households/homes/{home.id}/owner"),
        *(f"/households/homes/{home.id}/print/register", f"/households/new?home={home.id}"),
    ):
        assert client.get(address).status_code == 404, address
    for address in (f"/households/vehicles/{car.id}/end", f"/households/pets/{dog.id}/end"):
        assert client.post(address).status_code == 404, address


def test_the_pages_cost_a_fixed_number_of_queries(
    home: Home, owner: Person, desk: CheckingClient, queries: Count
) -> None:
    def cost() -> list[int]:
        pages = (
            f"/households/homes/{home.id}",
            f"/households/{owner.id}",
            f"/households/homes/{home.id}/print/register",
        )
        return [queries(lambda page=page: desk.get(page)) for page in pages]  # type: ignore[misc]

    few = cost()
    for number in range(12):
        operations.tie(home, operations.add_person(f"家人{number}"), TieKind.FAMILY, relation="子女")
        operations.add_vehicle(home, f"闽A1234{number:02d}"[:8])
    db.session.commit()
    assert cost() == few
    assert max(few) <= 9
