"""Take a piece of a home roll over: what is new is written, what is known is left as it is.

An import adds, it never changes: a home that the register has is compared, and a row that contradicts it is
refused. So the same file twice changes nothing, and an interrupted import is finished by bringing it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.estate.operations import known
from pmweb.blueprints.estate.roll.against import compare, compare_person, same_name
from pmweb.blueprints.estate.roll.pieces import Piece, person_key
from pmweb.blueprints.estate.roll.result import (
    Imported,
    Known,
    Outcome,
    Reason,
    Refused,
    RollContact,
    RollHome,
    RollParty,
    RollSpace,
)
from pmweb.blueprints.households.operations import described, keep_identity
from pmweb.domain.home_numbers import HomeNumber
from pmweb.extensions import unit
from pmweb.models.estate import Estate
from pmweb.models.homes import Building, Finish, Home, HomeKind, ParkingSpace
from pmweb.models.people import IdKind, PartyKind, Person, Tie, TieKind, Vehicle
from pmweb.models.session_rules import bulk_work, estate_of
from pmweb.models.vault import vault


@dataclass(frozen=True, slots=True)
class Source:
    """Where a piece comes from, for the audit trail: the file, its SHA-256, which piece of how many."""

    file_name: str
    sha256: str
    piece: int
    pieces: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the register says to a piece. One outcome for each home and each space, in their order."""

    outcomes: tuple[Outcome, ...]
    homes: tuple[RollHome, ...] = ()
    spaces: tuple[RollSpace, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many homes or spaces are new, known already, and refused."""
        kinds = {"new": Imported, "known": Known, "refused": Refused}
        return {
            name: sum(isinstance(outcome, kind) for outcome in self.outcomes) for name, kind in kinds.items()
        }


def weigh(piece: Piece, coming: Collection[HomeNumber] = ()) -> Weighed:
    """Hold a piece against the register and write nothing; a space may wait for a home that is ``coming``."""
    return _weigh_homes(piece.homes) if piece.homes else _weigh_spaces(piece.spaces, coming)


def take_over(piece: Piece, source: Source) -> tuple[Weighed, dict[str, int]]:
    """Write what is new in a piece, and say how many rows of each kind that made.

    One entry of the audit trail with the source and these counts; none when nothing is new. Nothing of it goes
    into the timelines. Two imports at once do not write the same person twice: they wait for each other.
    """
    session = unit()
    one_at_a_time()
    weighed = weigh(piece)
    if not weighed.homes and not weighed.spaces:
        return weighed, {}
    parameters = {
        "file": source.file_name,
        "sha256": source.sha256,
        "piece": source.piece,
        "of": source.pieces,
    }
    with bulk_work(session, "home_roll", parameters) as counts:
        if weighed.homes:
            counts |= write_homes(weighed.homes, piece)
        else:
            counts |= _write_spaces(weighed.spaces)
    return weighed, dict(counts)


def one_at_a_time() -> None:
    """Wait until nobody else writes homes of this estate, to the end of the transaction."""
    session = unit()
    session.execute(select(Estate.id).where(Estate.id == estate_of(session)).with_for_update())


# --- Homes and their people ---


def _weigh_homes(homes: tuple[RollHome, ...]) -> Weighed:
    there = known.homes(home.home for home in homes)
    people = known.people(party for home in homes if home.home not in there for party in _parties(home))
    outcomes: list[Outcome] = []
    new: list[RollHome] = []
    for home in homes:
        standing = there.get(home.home)
        if standing is not None:
            compared = compare(home, standing, vault().fingerprint)
            outcome: Outcome = (
                Refused(home.at, compared.against) if compared.against else Known(home.at, compared.doubts)
            )
        else:
            outcome = _weigh_people(home, people)
            if isinstance(outcome, Imported):
                new.append(home)
        outcomes.append(outcome)
    return Weighed(tuple(outcomes), homes=tuple(new))


def _weigh_people(home: RollHome, people: known.People) -> Outcome:
    """A number that the register has under another name refuses the home; who is known is only compared."""
    against: list[Reason] = []
    doubts: list[Reason] = []
    for party in _owners(home):
        someone = people.meant(party)
        if someone is None:
            continue
        if not same_name(someone.facts.name, party.name):
            facts = {"name": someone.facts.masked}
            against.append(Reason("register.id_of_another", "证件号码", facts))
        doubts += compare_person(party, someone.facts)
    return Refused(home.at, tuple(against)) if against else Imported(home.at, tuple(doubts))


def write_homes(homes: tuple[RollHome, ...], piece: Piece) -> dict[str, int]:
    """Write these homes of a piece, which ``weigh`` found to be new, with their buildings and people."""
    session, today = unit(), clock.today()
    buildings = known.buildings(home.home.building for home in homes)
    missing = {home.home.building for home in homes} - buildings.keys()
    new_buildings = [Building(name=name, top_floor=piece.tops.get(name) or None) for name in sorted(missing)]
    settlers = _Settlers(known.people(party for home in homes for party in _parties(home)))
    rows = []
    session.add_all(new_buildings)
    session.flush()
    buildings |= {building.name: building.id for building in new_buildings}
    for home in homes:
        row = _home(home, buildings[home.home.building])
        rows.append(row)
        settlers.settle(home, row)
    session.add_all([*rows, *settlers.new])
    session.flush()
    ties = [
        Tie(
            home_id=row.id,
            person_id=someone.id,
            kind=kind,
            relation=relation,
            since_on=today,
        )
        for row, someone, kind, relation in settlers.ties
    ]
    session.add_all(ties)
    session.flush()
    return {
        "buildings": len(new_buildings),
        "homes": len(rows),
        "sold": sum(row.sold for row in rows),
        "people": len(settlers.new),
        "ties": len(ties),
    }


def _home(said: RollHome, building_id: int) -> Home:
    return Home(
        building_id=building_id,
        building_name=said.home.building,
        section=said.home.section,
        number=said.home.number,
        floor=said.home.floor,
        label=said.home.label,
        sort_key=said.home.sort_key,
        kind=HomeKind(said.kind),
        layout_type=said.layout,
        floor_area=said.floor_area,
        chargeable_area=said.floor_area if said.chargeable_area is None else said.chargeable_area,
        finish=Finish(said.finish or Finish.BARE),
        sold=said.sold,
        handed_over_on=said.handed_over_on,
        remark=said.remark,
    )


@dataclass(slots=True)
class _Settlers:
    """The people of new homes: each written once, and what ties them to which home."""

    people: known.People
    new: list[Person] = field(default_factory=list)
    ties: list[tuple[Home, Person | known.Someone, TieKind, str]] = field(default_factory=list)
    _made: dict[tuple[str, ...], Person] = field(default_factory=dict)

    def settle(self, said: RollHome, home: Home) -> None:
        """Tie everybody of the row to the home; the same person is nothing twice."""
        settled: set[tuple[int, TieKind]] = set()
        for party, kind in _with_kinds(said):
            someone = self.person(party)
            relation = party.relation if isinstance(party, RollContact) else ""
            if {(id(someone), TieKind.OWNER), (id(someone), kind)} & settled:
                continue
            settled.add((id(someone), kind))
            self.ties.append((home, someone, kind, relation))

    def person(self, party: RollParty | RollContact) -> Person | known.Someone:
        someone = self.people.meant(party)
        if someone is not None:
            return someone
        key = person_key(party)
        if key is not None and key in self._made:
            return self._made[key]
        person = _person(party)
        self.new.append(person)
        if key is not None:
            self._made[key] = person
        return person


def _person(party: RollParty | RollContact) -> Person:
    if isinstance(party, RollContact):
        return described(party.name, PartyKind.PERSON, party.phones)
    person = described(party.name, PartyKind(party.kind), party.phones, party.address, party.email)
    if party.id_kind is not None and party.id_number:
        keep_identity(person, IdKind(party.id_kind), party.id_number)
    return person


def _owners(home: RollHome) -> tuple[RollParty, ...]:
    return ((home.owner,) if home.owner else ()) + home.co_owners


def _parties(home: RollHome) -> tuple[RollParty | RollContact, ...]:
    return (*_owners(home), *home.emergency_contacts)


def _with_kinds(home: RollHome) -> Iterable[tuple[RollParty | RollContact, TieKind]]:
    if home.owner:
        yield home.owner, TieKind.OWNER
    yield from ((party, TieKind.CO_OWNER) for party in home.co_owners)
    yield from ((contact, TieKind.EMERGENCY) for contact in home.emergency_contacts)


# --- Parking spaces and vehicles ---


def _weigh_spaces(spaces: tuple[RollSpace, ...], coming: Collection[HomeNumber]) -> Weighed:
    homes = known.home_ids(space.home for space in spaces if space.home)
    there = known.spaces(space.code for space in spaces if space.code)
    vehicles = known.vehicles(homes.values())
    outcomes: list[Outcome] = []
    new: list[RollSpace] = []
    for space in spaces:
        home_id = homes.get(space.home) if space.home else None
        against = _against_space(space, home_id, there, coming)
        if against:
            outcomes.append(Refused(space.at, (against,)))
            continue
        notes: tuple[Reason, ...] = ()
        if space.plates and space.home is None:
            notes = (Reason("register.plate_without_home", "车牌", {"plates": "、".join(space.plates)}),)
        fresh = [plate for plate in space.plates if space.home and (home_id, plate) not in vehicles]
        if fresh or (space.code and space.code not in there):
            new.append(space)
            outcomes.append(Imported(space.at, notes))
        else:
            outcomes.append(Known(space.at, notes))
    return Weighed(tuple(outcomes), spaces=tuple(new))


def _against_space(
    space: RollSpace,
    home_id: int | None,
    there: dict[str, tuple[int | None, str]],
    coming: Collection[HomeNumber],
) -> Reason | None:
    if space.home is not None and home_id is None and space.home not in coming:
        return Reason("roll.space_home_unknown", "房号", {"home": space.home.label})
    if space.code not in there or space.home is None:
        return None
    other_id, label = there[space.code]
    return None if other_id == home_id else Reason("register.space", "车位号", {"there": label or "–"})


def _write_spaces(spaces: tuple[RollSpace, ...]) -> dict[str, int]:
    session = unit()
    homes = known.home_ids(space.home for space in spaces if space.home)
    there = set(known.spaces(space.code for space in spaces if space.code))
    parked = known.vehicles(homes.values())
    new_spaces: list[ParkingSpace] = []
    vehicles: list[Vehicle] = []
    for space in spaces:
        home_id = homes[space.home] if space.home else None
        if space.code and space.code not in there:
            there.add(space.code)
            new_spaces.append(ParkingSpace(code=space.code, home_id=home_id))
        for plate in space.plates:
            if home_id is not None and (home_id, plate) not in parked:
                parked.add((home_id, plate))
                vehicles.append(Vehicle(home_id=home_id, plate=plate, space=space.code))
    session.add_all([*new_spaces, *vehicles])
    session.flush()
    return {"spaces": len(new_spaces), "vehicles": len(vehicles)}
