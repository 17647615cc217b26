"""What the register knows of the homes, people and spaces of one piece of a roll, read in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, or_, select

from pmweb.blueprints.estate.roll.against import KnownHome, KnownParty
from pmweb.blueprints.estate.roll.pieces import person_key
from pmweb.blueprints.estate.roll.result import RollContact, RollParty
from pmweb.domain.home_numbers import HomeNumber
from pmweb.extensions import unit
from pmweb.models.homes import Building, Home, ParkingSpace
from pmweb.models.people import PartyKind, Person, Tie, TieKind, Vehicle
from pmweb.models.vault import vault

_COMPARED = (TieKind.OWNER, TieKind.CO_OWNER, TieKind.EMERGENCY)


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the register."""

    id: int
    facts: KnownParty


@dataclass(slots=True)
class People:
    """The people of the register whom a piece may mean, by what tells them."""

    by_fingerprint: dict[str, Someone] = field(default_factory=dict)
    by_phone: dict[tuple[str, str], Someone] = field(default_factory=dict)
    companies: dict[str, Someone] = field(default_factory=dict)

    def meant(self, party: RollParty | RollContact) -> Someone | None:
        """Who of the register this is, or ``None`` for somebody new. The name may differ for a number."""
        match person_key(party):
            case ("id", number):
                return self.by_fingerprint.get(vault().fingerprint(number))
            case ("company", name):
                return self.companies.get(name)
            case ("phone", name, phone):
                return self.by_phone.get((name, phone))
        return None


def home_ids(numbers: Iterable[HomeNumber]) -> dict[HomeNumber, int]:
    """The homes of the register among ``numbers``."""
    wanted = set(numbers)
    rows = unit().execute(
        select(Home.id, Home.building_name, Home.section, Home.number).where(
            Home.label.in_({number.label for number in wanted})
        )
    )
    found = {HomeNumber(row.building_name, row.section, row.number): row.id for row in rows}
    return {number: home_id for number, home_id in found.items() if number in wanted}


def homes(numbers: Iterable[HomeNumber]) -> dict[HomeNumber, KnownHome]:
    """The same with everything that a row can contradict."""
    ids = home_ids(numbers)
    if not ids:
        return {}
    owners, co_owners, contacts = _people_of(ids.values())
    columns = (
        *(Home.id, Home.floor_area, Home.chargeable_area, Home.layout_type, Home.kind, Home.finish),
        *(Home.sold, Home.handed_over_on, Home.remark),
    )
    numbers_by_id = {home_id: number for number, home_id in ids.items()}
    return {
        numbers_by_id[row.id]: KnownHome(
            *(row.floor_area, row.chargeable_area, row.layout_type, row.kind.value, row.finish.value),
            *(row.sold, row.handed_over_on, row.remark),
            owner=owners.get(row.id),
            co_owners=tuple(co_owners[row.id]),
            contacts=frozenset(contacts[row.id]),
        )
        for row in unit().execute(select(*columns).where(Home.id.in_(ids.values())))
    }


def people(parties: Iterable[RollParty | RollContact]) -> People:
    """Who of the register is meant by these: by number, by the name of a company, by name and telephone."""
    keys = {key for party in parties if (key := person_key(party)) is not None}
    prints = {vault().fingerprint(key[1]) for key in keys if key[0] == "id"}
    names = {key[1] for key in keys if key[0] == "company"}
    phones = {key[2][::-1] for key in keys if key[0] == "phone"}
    found = People()
    if not keys:
        return found
    fits = or_(
        Person.id_fingerprint.in_(prints),
        Person.mobile_reversed.in_(phones),
        and_(Person.name.in_(names), Person.kind == PartyKind.COMPANY),
    )
    for row in unit().execute(select(*_PERSON).where(fits).order_by(Person.id)):
        someone = Someone(row.id, _party(row))
        if row.id_fingerprint:
            found.by_fingerprint.setdefault(row.id_fingerprint, someone)
        if row.mobile:
            found.by_phone.setdefault((row.name, row.mobile), someone)
        if row.kind is PartyKind.COMPANY:
            found.companies.setdefault(row.name, someone)
    return found


def buildings(names: Iterable[str]) -> dict[str, int]:
    """The buildings of the register among ``names``."""
    rows = unit().execute(select(Building.name, Building.id).where(Building.name.in_(set(names))))
    return {row.name: row.id for row in rows}


def spaces(codes: Iterable[str]) -> dict[str, tuple[int | None, str]]:
    """The spaces of the register among ``codes``: the home that uses each, and its label."""
    rows = unit().execute(
        select(ParkingSpace.code, ParkingSpace.home_id, Home.label)
        .outerjoin(Home, Home.id == ParkingSpace.home_id)
        .where(ParkingSpace.code.in_(set(codes)))
    )
    return {row.code: (row.home_id, row.label or "") for row in rows}


def vehicles(home_ids: Iterable[int]) -> set[tuple[int, str]]:
    """Home and plate of every vehicle that these homes have or had."""
    rows = unit().execute(select(Vehicle.home_id, Vehicle.plate).where(Vehicle.home_id.in_(set(home_ids))))
    return {(row.home_id, row.plate) for row in rows}


_PERSON = (
    *(Person.id, Person.name, Person.kind, Person.id_fingerprint, Person.mobile, Person.other_phones),
    *(Person.address, Person.email),
)


def _people_of(
    ids: Iterable[int],
) -> tuple[dict[int, KnownParty], dict[int, list[KnownParty]], dict[int, list[str]]]:
    """The owner, the co-owners and the names of the emergency contacts of each home."""
    owners: dict[int, KnownParty] = {}
    co_owners: dict[int, list[KnownParty]] = defaultdict(list)
    contacts: dict[int, list[str]] = defaultdict(list)
    rows = unit().execute(
        select(Tie.home_id, Tie.kind.label("tie"), *_PERSON)
        .join(Person, Person.id == Tie.person_id)
        .where(Tie.home_id.in_(list(ids)), Tie.until_on.is_(None), Tie.kind.in_(_COMPARED))
    )
    for row in rows:
        if row.tie is TieKind.OWNER:
            owners[row.home_id] = _party(row)
        elif row.tie is TieKind.CO_OWNER:
            co_owners[row.home_id].append(_party(row))
        else:
            contacts[row.home_id].append(row.name)
    return owners, co_owners, contacts


def _party(row: Any) -> KnownParty:
    phones = f"{row.mobile}、{row.other_phones}".split("、")
    return KnownParty(
        name=row.name,
        company=row.kind is PartyKind.COMPANY,
        fingerprint=row.id_fingerprint or "",
        phones=frozenset(phone for phone in phones if phone),
        address=row.address,
        email=row.email,
    )
