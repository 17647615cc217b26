"""One person: refusals in place, versions, what is masked and what is logged (FM-01, PRI-5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from pmweb.blueprints.households import operations
from pmweb.domain.permissions import Role
from pmweb.extensions import db, unit
from pmweb.models.audit import AccessEntry
from pmweb.models.homes import Home
from pmweb.models.people import AgeGroup, IdKind, PartyKind, Person, Tie, TieKind
from tests.checking_client import CheckingClient
from tests.office import Office

ClientFor = Callable[..., CheckingClient]
CARD = "11010519491231002X"


def the_tie(kind: TieKind) -> Tie:
    return unit().scalars(select(Tie).where(Tie.kind == kind, Tie.until_on.is_(None))).one()


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
