"""What staff do with households (FM-01): records, traces and refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from pmweb import clock
from pmweb.blueprints.households import operations
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import db, unit
from pmweb.models.audit import AccessEntry, AuditEntry
from pmweb.models.homes import Occupancy
from pmweb.models.journal import JournalEntry
from pmweb.models.people import AgeGroup, Consent, IdKind, PartyKind, Pet, Tie, TieKind, Vehicle
from tests.office import Office

CARD = "11010519491231002X"


def events() -> list[str]:
    return [entry.event for entry in unit().scalars(select(JournalEntry).order_by(JournalEntry.id))]


def test_a_person_is_written_down_so_that_search_finds_him(office: Office) -> None:
    person = operations.add_person(" 陈  建国 ", mobile="+86 138-0013-8000", address="福州市")
    assert (person.name, person.initials) == ("陈 建国", "cjg")
    assert person.mobile == "+8613800138000"
    assert person.mobile_reversed.startswith("0008")
    with pytest.raises(RuleBroken, match=r"phone\.form"):
        operations.add_person("陈建国", mobile="12345")


def test_an_identity_number_is_encrypted_masked_and_found_again(office: Office) -> None:
    """IDN-1, PRI-3: nothing in the database or the trail shows it."""
    person = operations.add_person("陈建国", id_kind=IdKind.ID_CARD, id_number="11010519491231002x")
    db.session.commit()
    assert person.id_masked == "110*************2X"[:3] + "*" * 13 + "2X"
    assert operations.find_by_identity(" 110105 19491231 002x ") is person
    assert operations.find_by_identity("E1234567") is None
    stored = db.session.execute(text("select * from person")).one()
    assert CARD not in repr(stored)
    trail = [repr(entry.changes) for entry in unit().scalars(select(AuditEntry))]
    assert not any(CARD in line for line in trail)


def test_a_known_number_offers_the_known_person_instead_of_a_second_one(office: Office) -> None:
    home = office.home("1201")
    first = operations.add_person("陈建国", id_kind=IdKind.ID_CARD, id_number=CARD)
    operations.tie(home, first, TieKind.OWNER)
    with pytest.raises(RuleBroken) as broken:
        operations.add_person("陈建国", id_kind=IdKind.ID_CARD, id_number=CARD)
    facts = broken.value.facts
    assert (broken.value.code, facts["person_id"]) == ("identity.known", first.id)
    assert (facts["name"], facts["homes"]) == ("陈**", "1-1-1201")
    operations.set_identity(first, IdKind.ID_CARD, CARD)


def test_the_same_number_in_another_estate_is_another_person(office: Office) -> None:
    operations.add_person("陈建国", id_kind=IdKind.ID_CARD, id_number=CARD)
    db.session.commit()
    office.enter(office.other_estate())
    operations.add_person("陈建国", id_kind=IdKind.ID_CARD, id_number=CARD)


def test_a_company_is_known_by_its_code(office: Office) -> None:
    """IDN-4."""
    firm = operations.add_person(
        "松涛建材有限公司", kind=PartyKind.COMPANY, id_kind=IdKind.USCC, id_number="91350100M000100Y43"
    )
    assert firm.id_masked == "913*************43"
    assert operations.masked(firm) == "松涛建材有限公司"
    with pytest.raises(RuleBroken, match=r"identity\.kind"):
        operations.set_identity(firm, IdKind.ID_CARD, CARD)


def test_looking_at_the_full_number_needs_a_purpose_and_leaves_a_line(office: Office) -> None:
    """PRI-5."""
    person = operations.add_person("陈建国", id_kind=IdKind.ID_CARD, id_number=CARD)
    staff = office.act_as(Role.RECEPTIONIST)
    with pytest.raises(RuleBroken, match=r"reveal\.purpose"):
        operations.reveal_identity(person, "  ")
    assert operations.reveal_identity(person, "title_check") == CARD
    look = unit().scalars(select(AccessEntry)).one()
    assert (look.actor, look.what, look.purpose) == (f"staff:{staff.id}", "id_number", "title_check")
    assert (look.subject_kind, look.subject_id) == ("person", person.id)
    nobody = operations.add_person("林静")
    with pytest.raises(RuleBroken, match=r"identity\.none"):
        operations.reveal_identity(nobody, "title_check")


def test_an_owner_makes_the_home_a_sold_one_and_the_timeline_tells_it(office: Office) -> None:
    home = office.home("1201", sold=False)
    person = operations.add_person("陈建国")
    operations.tie(home, person, TieKind.OWNER, share_permille=600, lease_until=date(2030, 1, 1))
    tie = unit().scalars(select(Tie)).one()
    assert home.sold
    assert (tie.share_permille, tie.lease_until, tie.since_on) == (600, None, clock.today())
    assert events() == ["tie.added"]
    entry = unit().scalars(select(JournalEntry)).one()
    assert entry.home_id == home.id
    assert entry.facts == {"kind": "owner", "name": "陈**"}


def test_rules_are_asked_before_a_tie_is_made(office: Office) -> None:
    home = office.home("1201")
    owner = office.owner(home)
    with pytest.raises(RuleBroken, match=r"emergency\.owner"):
        operations.tie(home, owner, TieKind.EMERGENCY, relation="本人")
    other = operations.add_person("林静")
    with pytest.raises(RuleBroken, match=r"tie\.owner_exists"):
        operations.tie(home, other, TieKind.OWNER)
    with pytest.raises(RuleBroken, match=r"lease\.past"):
        operations.tie(home, other, TieKind.TENANT, lease_until=clock.today())
    with pytest.raises(RuleBroken, match=r"child\.consent"):
        operations.tie(home, other, TieKind.FAMILY, relation="女儿", age_group=AgeGroup.CHILD)
    operations.tie(
        home, other, TieKind.FAMILY, relation="女儿", age_group=AgeGroup.CHILD, guardian_agreed=True
    )
    consent = unit().scalars(select(Consent)).one()
    assert (consent.person_id, consent.sensitive) == (other.id, "child")


def test_an_import_that_knows_the_ties_asks_the_database_nothing(office: Office) -> None:
    home = office.home("1201")
    owner, wife = operations.add_person("陈建国"), operations.add_person("林静")
    first = operations.tie(home, owner, TieKind.OWNER, beside=[], quietly=True)
    operations.tie(home, wife, TieKind.CO_OWNER, beside=[first], quietly=True)
    assert events() == []
    with pytest.raises(RuleBroken, match=r"tie\.known"):
        operations.tie(home, wife, TieKind.CO_OWNER, beside=unit().scalars(select(Tie)))


def test_a_lease_is_renewed_and_a_share_corrected(office: Office) -> None:
    home = office.home("1201")
    owner = office.owner(home)
    tenant = operations.add_person("郑一凡")
    lease = operations.tie(home, tenant, TieKind.TENANT, lease_until=date(2026, 6, 30))
    operations.change_tie(lease, lease_until=date(2027, 6, 30))
    assert lease.lease_until == date(2027, 6, 30)
    with pytest.raises(RuleBroken, match=r"lease\.past"):
        operations.change_tie(lease, lease_until=date(2025, 6, 30))
    wife = operations.tie(home, operations.add_person("林静"), TieKind.CO_OWNER, share_permille=500)
    own = unit().scalars(select(Tie).where(Tie.person_id == owner.id)).one()
    operations.change_tie(own, share_permille=500)
    with pytest.raises(RuleBroken, match=r"share\.over"):
        operations.change_tie(wife, share_permille=600)
    child = operations.tie(
        home, operations.add_person("周小宝"), TieKind.FAMILY, relation="儿子", age_group=AgeGroup.MINOR
    )
    with pytest.raises(RuleBroken, match=r"child\.consent"):
        operations.change_tie(child, relation="儿子", age_group=AgeGroup.CHILD)


def test_a_tie_ends_once_and_stays_as_history(office: Office) -> None:
    home = office.home("1201")
    office.owner(home)
    tie = unit().scalars(select(Tie)).one()
    with pytest.raises(RuleBroken, match=r"tie\.end_future"):
        operations.end_tie(tie, clock.today() + timedelta(days=1))
    operations.end_tie(tie)
    assert tie.until_on == clock.today()
    with pytest.raises(RuleBroken, match=r"tie\.ended"):
        operations.end_tie(tie)
    assert operations.household_of(home.id).owner is None


def test_a_sold_home_gets_a_new_owner_and_the_tenant_stays(office: Office) -> None:
    home = office.home("1201")
    old = office.owner(home, "周文博")
    for name, kind in (("林静", TieKind.CO_OWNER), ("周建", TieKind.EMERGENCY), ("郑一凡", TieKind.TENANT)):
        operations.tie(home, operations.add_person(name), kind)
    operations.add_vehicle(home, "闽A12345")
    operations.add_pet(home, "犬")
    new = operations.add_person("陈建国")
    with pytest.raises(RuleBroken, match=r"owner\.same"):
        operations.change_owner(home, old)
    operations.change_owner(home, new)
    household = operations.household_of(home.id)
    assert household.owner is not None
    assert household.owner.person_id == new.id
    assert [member.name for member in household.members] == ["陈建国", "郑一凡"]
    assert (household.vehicles, household.pets) == ((), ())
    assert events()[-1] == "owner.changed"
    ended = unit().scalars(select(Tie).where(Tie.until_on.is_not(None))).all()
    assert len(ended) == 3


def test_a_tenant_who_buys_the_home_is_its_owner_only(office: Office) -> None:
    home = office.home("1201")
    office.owner(home, "周文博")
    tenant = operations.add_person("郑一凡")
    operations.tie(home, tenant, TieKind.TENANT)
    operations.add_vehicle(home, "闽A12345")
    operations.change_owner(home, tenant, things_leave=False)
    household = operations.household_of(home.id)
    assert [(m.name, m.kind) for m in household.members] == [("郑一凡", TieKind.OWNER)]
    assert len(household.vehicles) == 1


def test_vehicles_and_pets_come_and_go(office: Office) -> None:
    home = office.home("1201")
    car = operations.add_vehicle(home, " 闽a·12345 ", kind="小型客车", space="B1-023")
    assert car.plate == "闽A12345"
    with pytest.raises(RuleBroken, match=r"vehicle\.known"):
        operations.add_vehicle(home, "闽A12345")
    dog = operations.add_pet(home, "犬", registration_no="FZ-1")
    operations.end_vehicle(car)
    operations.end_pet(dog)
    with pytest.raises(RuleBroken, match=r"vehicle\.ended"):
        operations.end_vehicle(car)
    with pytest.raises(RuleBroken, match=r"pet\.ended"):
        operations.end_pet(dog)
    assert events() == ["vehicle.added", "pet.added", "vehicle.ended", "pet.ended"]
    assert unit().scalars(select(Vehicle)).one().ended_on == clock.today()
    assert unit().scalars(select(Pet)).one().ended_on == clock.today()


def test_the_use_of_a_home_is_noted_once(office: Office) -> None:
    home = office.home("1201")
    operations.set_occupancy(home, Occupancy.LET)
    operations.set_occupancy(home, Occupancy.LET)
    assert events() == ["occupancy.changed"]


def test_a_household_is_one_frozen_view_in_five_queries(
    office: Office, queries: Callable[[Callable[[], Any]], int]
) -> None:
    home = office.home("1201")
    office.owner(home)
    for number in range(12):
        operations.tie(home, operations.add_person(f"家人{number}"), TieKind.FAMILY, relation="子女")
    db.session.commit()
    db.session.expunge_all()
    assert queries(lambda: operations.household_of(home.id)) == 5
    with pytest.raises(RuleBroken, match=r"household\.no_home"):
        operations.household_of(9999)
