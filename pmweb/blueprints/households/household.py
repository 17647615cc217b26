"""A household as the register shows it (FM-01): one frozen view, read in five queries, whatever its size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.homes import Home, Occupancy, ParkingSpace
from pmweb.models.people import AgeGroup, Consent, IdKind, PartyKind, Person, Pet, Tie, TieKind, Vehicle


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the household and what ties him or her to the home. No full identity number is in here."""

    tie_id: int
    tie_version: int
    person_id: int
    kind: TieKind
    name: str
    company: bool
    mobile: str
    id_kind: IdKind | None
    id_masked: str
    address: str
    email: str
    relation: str
    share_permille: int | None
    age_group: AgeGroup | None
    lease_until: date | None
    since_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class VehicleLine:
    """A vehicle that is registered now."""

    id: int
    plate: str
    kind: str
    space: str


@dataclass(frozen=True, slots=True)
class PetLine:
    """A pet that is registered now."""

    id: int
    kind: str
    name: str
    registration_no: str


@dataclass(frozen=True, slots=True)
class Household:
    """Who owns and uses a home at present, and what they have with them."""

    home_id: int
    home_version: int
    label: str
    occupancy: Occupancy
    handed_over_on: date | None
    members: tuple[Member, ...]
    vehicles: tuple[VehicleLine, ...]
    pets: tuple[PetLine, ...]
    spaces: tuple[str, ...]

    @property
    def owner(self) -> Member | None:
        """The owner; ``None`` for an unsold home."""
        return next(iter(self._of(TieKind.OWNER)), None)

    @property
    def co_owners(self) -> tuple[Member, ...]:
        """The further people on the title."""
        return self._of(TieKind.CO_OWNER)

    @property
    def users(self) -> tuple[Member, ...]:
        """Tenants and other users of the home."""
        return self._of(TieKind.TENANT, TieKind.USER)

    @property
    def family(self) -> tuple[Member, ...]:
        """The members of the family who live there."""
        return self._of(TieKind.FAMILY)

    @property
    def emergency(self) -> tuple[Member, ...]:
        """Whom to call when nobody can be reached."""
        return self._of(TieKind.EMERGENCY)

    @property
    def agents(self) -> tuple[Member, ...]:
        """Who acts for the owner."""
        return self._of(TieKind.AGENT)

    @property
    def grown_up(self) -> tuple[Member, ...]:
        """Who lives there and is of age: may sign for the household what is no agreement (A-37)."""
        living = (*self.co_owners, *self.users, *self.family)
        return tuple(m for m in living if m.age_group not in _YOUNG and not m.company)

    @property
    def may_sign(self) -> tuple[Member, ...]:
        """Who may sign a work order (M-18): the owner, who lives there, who acts for the owner."""
        owner = [self.owner] if self.owner is not None and not self.owner.company else []
        known = {m.person_id: m for m in (*owner, *self.grown_up, *self.agents)}
        return tuple(known.values())

    def _of(self, *kinds: TieKind) -> tuple[Member, ...]:
        return tuple(member for member in self.members if member.kind in kinds)


MEMBER_COLUMNS = (
    Tie.id.label("tie_id"),
    Tie.version.label("tie_version"),
    Tie.person_id,
    Tie.kind,
    Person.name,
    Person.kind.label("party"),
    Person.mobile,
    Person.id_kind,
    Person.id_masked,
    Person.address,
    Person.email,
    Tie.relation,
    Tie.share_permille,
    Tie.age_group,
    Tie.lease_until,
    Tie.since_on,
    Tie.until_on,
)
_YOUNG = (AgeGroup.CHILD, AgeGroup.MINOR)
_ORDER = {kind: place for place, kind in enumerate(TieKind)}


def member(row: Row[*tuple[Any, ...]]) -> Member:
    """A row of ``MEMBER_COLUMNS`` as a member."""
    facts = {name: value for name, value in row._mapping.items() if name in Member.__dataclass_fields__}
    return Member(company=row.party is PartyKind.COMPANY, **facts)


def members_of(home_id: int, *, ended: bool = False) -> tuple[Member, ...]:
    """Who belongs to the home now, owners first; or, with ``ended``, who did before, the latest first."""
    query = select(*MEMBER_COLUMNS).join(Person, Person.id == Tie.person_id).where(Tie.home_id == home_id)
    if ended:
        query = query.where(Tie.until_on.is_not(None)).order_by(Tie.until_on.desc(), Tie.id.desc()).limit(100)
        return tuple(member(row) for row in unit().execute(query))
    rows = unit().execute(query.where(Tie.until_on.is_(None)).order_by(Tie.id))
    return tuple(sorted((member(row) for row in rows), key=lambda m: _ORDER[m.kind]))


def household_of(home_id: int) -> Household:
    """The household of a home of this estate. Raises ``RuleBroken("household.no_home")`` for any other id."""
    session = unit()
    home = session.execute(
        select(Home.id, Home.version, Home.label, Home.occupancy, Home.handed_over_on).where(
            Home.id == home_id
        )
    ).one_or_none()
    if home is None:
        raise RuleBroken("household.no_home")
    vehicles = session.execute(
        select(Vehicle.id, Vehicle.plate, Vehicle.kind, Vehicle.space)
        .where(Vehicle.home_id == home_id, Vehicle.ended_on.is_(None))
        .order_by(Vehicle.id)
    )
    pets = session.execute(
        select(Pet.id, Pet.kind, Pet.name, Pet.registration_no)
        .where(Pet.home_id == home_id, Pet.ended_on.is_(None))
        .order_by(Pet.id)
    )
    spaces = session.scalars(
        select(ParkingSpace.code).where(ParkingSpace.home_id == home_id).order_by(ParkingSpace.code)
    )
    return Household(
        home_id=home.id,
        home_version=home.version,
        label=home.label,
        occupancy=home.occupancy,
        handed_over_on=home.handed_over_on,
        members=members_of(home_id),
        vehicles=tuple(VehicleLine(*row) for row in vehicles),
        pets=tuple(PetLine(*row) for row in pets),
        spaces=tuple(spaces),
    )


def consent_of(person_id: int) -> Consent | None:
    """The latest consent of a person that still stands (PRI-2)."""
    query = select(Consent).where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None))
    return unit().scalar(query.order_by(Consent.agreed_at.desc()).limit(1))
