"""The household of a home: its people, its owner, vehicles and pets, the printed paper (FM-01)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import select

from pmweb.blueprints.households import operations
from pmweb.domain.permissions import Role
from pmweb.extensions import db, unit
from pmweb.models.homes import Home, Occupancy
from pmweb.models.people import Person, Pet, Tie, TieKind, Vehicle
from tests.checking_client import CheckingClient
from tests.office import Office

ClientFor = Callable[..., CheckingClient]
Count = Callable[[Callable[[], Any]], int]
CARD = "11010519491231002X"


def the_tie(kind: TieKind) -> Tie:
    return unit().scalars(select(Tie).where(Tie.kind == kind, Tie.until_on.is_(None))).one()


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
        return [queries(partial(desk.get, page)) for page in pages]

    few = cost()
    for number in range(12):
        operations.tie(home, operations.add_person(f"家人{number}"), TieKind.FAMILY, relation="子女")
        operations.add_vehicle(home, f"闽A1234{number:02d}"[:8])
    db.session.commit()
    assert cost() == few
    assert max(few) <= 9
