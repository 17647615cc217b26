"""What the office does with households: write people down, tie them to homes, change the owner (FM-01).

The import of a home roll and the move-in use these too. Everything happens in the estate of the session,
today unless a day is given; nothing is deleted, ties and vehicles end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.households import rules
from pmweb.blueprints.households.household import Household as Household
from pmweb.blueprints.households.household import household_of as household_of
from pmweb.domain import id_numbers
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal
from pmweb.models.base import Subject
from pmweb.models.homes import Home, Occupancy, meant_by
from pmweb.models.people import (
    AgeGroup,
    Consent,
    IdKind,
    PartyKind,
    Person,
    Pet,
    Tie,
    TieKind,
    Vehicle,
)
from pmweb.models.session_rules import log_look
from pmweb.models.vault import vault

# --- People ---


def add_person(
    name: str,
    *,
    kind: PartyKind = PartyKind.PERSON,
    mobile: str = "",
    other_phones: str = "",
    id_kind: IdKind | None = None,
    id_number: str = "",
    address: str = "",
    email: str = "",
) -> Person:
    """Write a person or a company down.

    Raises ``RuleBroken``: ``phone.form``, the codes of ``set_identity`` – among them ``identity.known`` when
    the number belongs to somebody who is known already: use that person instead of a second one.
    """
    person = Person(kind=kind)
    _describe(person, name=name, mobile=mobile, other_phones=other_phones, address=address, email=email)
    if id_kind is not None and id_number.strip():
        set_identity(person, id_kind, id_number)
    unit().add(person)
    unit().flush()
    return person


def change_person(
    person: Person, *, name: str, mobile: str = "", other_phones: str = "", address: str = "", email: str = ""
) -> None:
    """Correct what is known of a person; numbers have ``set_identity``. May raise ``phone.form``."""
    _describe(person, name=name, mobile=mobile, other_phones=other_phones, address=address, email=email)
    unit().flush()


def _describe(person: Person, *, name: str, mobile: str, other_phones: str, address: str, email: str) -> None:
    person.name = " ".join(name.split())
    person.initials = rules.initials_of(person.name, company=person.kind is PartyKind.COMPANY)
    person.mobile = id_numbers.read_phone(mobile) if mobile.strip() else ""
    person.mobile_reversed = person.mobile[::-1]
    person.other_phones, person.address, person.email = other_phones, address, email


def add_phone(person: Person, phone: str) -> None:
    """One more number of somebody: the first is the one to ring, a further one stands beside it. ``phone.form``."""
    number = id_numbers.read_phone(phone)
    known = [person.mobile, *person.other_phones.split("、")]
    if number not in known:
        first, *others = [one for one in (*known, number) if one]
        person.mobile, person.mobile_reversed = first, first[::-1]
        person.other_phones = "、".join(others)
    unit().flush()


def set_identity(person: Person, kind: IdKind, number: str) -> None:
    """Store the number of an identity document or a company code: encrypted, with fingerprint and mask.

    IDN-1 to IDN-4, PRI-3. Raises ``RuleBroken``: the codes of ``rules.read_identity``, or ``identity.known``
    (facts ``person_id``, ``name`` masked, ``homes``) when somebody else has this number.
    """
    identity = rules.read_identity(
        kind.value, number, company=person.kind is PartyKind.COMPANY, today=clock.today()
    )
    known = find_by_identity(identity.number)
    if known is not None and known is not person:
        raise RuleBroken(
            "identity.known", field="id_number", person_id=known.id, name=masked(known), homes=homes_of(known)
        )
    keep_identity(person, kind, identity.number)


def described(
    name: str, kind: PartyKind, phones: Sequence[str], address: str = "", email: str = ""
) -> Person:
    """Somebody as ``add_person`` writes them down, but not in the session yet: for an import of many.

    The caller has checked the telephones. The first mobile is the one to ring, the others stand beside it.
    """
    person = Person(kind=kind)
    _describe(person, name=name, mobile="", other_phones="", address=address, email=email)
    person.mobile = next((phone for phone in phones if phone.startswith("1")), phones[0] if phones else "")
    person.mobile_reversed = person.mobile[::-1]
    person.other_phones = "、".join(phone for phone in phones if phone != person.mobile)
    return person


def keep_identity(person: Person, kind: IdKind, number: str) -> None:
    """Store a number that was checked and belongs to nobody else: encrypted, with fingerprint and mask (PRI-3)."""
    person.id_kind, person.id_number = kind, number
    person.id_fingerprint = vault().fingerprint(number)
    person.id_masked = id_numbers.mask(number)


def find_by_identity(number: str) -> Person | None:
    """Who has this number, in any spelling; ``None`` when nobody of the estate has."""
    fingerprint = vault().fingerprint(rules.plain_number(number))
    with unit().no_autoflush:
        return unit().scalar(
            select(Person).where(Person.id_fingerprint == fingerprint).order_by(Person.id).limit(1)
        )


def reveal_identity(person: Person, purpose: str) -> str:
    """The full number, for somebody who says what for; the look is written down (PRI-5).

    Raises ``RuleBroken``: ``identity.none``, ``reveal.purpose``.
    """
    if person.id_number is None:
        raise RuleBroken("identity.none")
    if not purpose.strip():
        raise RuleBroken("reveal.purpose", field="purpose")
    log_look(unit(), person, "id_number", purpose.strip()[:120], at=clock.now())
    unit().flush()
    return person.id_number


def show_names(subject: Person | Home, purpose: str) -> None:
    """Somebody asks for names and numbers in full on a page where they stand masked (PRI-5)."""
    log_look(unit(), subject, "names", purpose, at=clock.now())
    unit().flush()


def masked(person: Person) -> str:
    """The name as screens show it."""
    return id_numbers.mask_name(person.name, company=person.kind is PartyKind.COMPANY)


def homes_of(person: Person) -> str:
    """The labels of the homes to which a person is tied now, for a sentence."""
    labels = unit().scalars(
        select(Home.label)
        .join(Tie, Tie.home_id == Home.id)
        .where(Tie.person_id == person.id, Tie.until_on.is_(None))
        .distinct()
        .order_by(Home.label)
        .limit(3)
    )
    return "、".join(labels) or "–"


def home_meant(text: str) -> Home:
    """The one home that a typed text means. Raises ``household.no_home`` or ``household.homes``."""
    meant = meant_by(text)
    found = unit().scalars(select(Home).where(meant).limit(2)).all() if meant is not None else []
    if not found:
        raise RuleBroken("household.no_home", field="home")
    if len(found) > 1:
        raise RuleBroken("household.homes", field="home")
    return found[0]


# --- Ties ---


def tie(
    home: Home,
    person: Person,
    kind: TieKind,
    *,
    since_on: date | None = None,
    relation: str = "",
    share_permille: int | None = None,
    age_group: AgeGroup | None = None,
    lease_until: date | None = None,
    guardian_agreed: bool = False,
    beside: Iterable[Tie] | None = None,
    quietly: bool = False,
) -> Tie:
    """Tie a person to a home from ``since_on`` on; an owner makes the home a sold one (FM-01).

    Details that FM-01 does not know for this kind are left out. ``beside`` are the open ties of the home when
    the caller knows them (an import), else they are asked for; ``quietly`` leaves no entry in the timeline.
    Raises ``RuleBroken``: the codes of ``rules.check_new_tie``, ``rules.check_emergency`` (not asked of an import),
    ``rules.check_lease``, ``rules.check_child``.
    """
    today = clock.today()
    known = rules.DETAILS[kind.value].known
    share_permille = share_permille if "share" in known else None
    standing = [_standing(other) for other in beside] if beside is not None else _open_ties(home.id)
    rules.check_new_tie(person.id, kind.value, share_permille, standing)
    if kind is TieKind.EMERGENCY and beside is None:
        rules.check_emergency(person.mobile, _mobiles_of_the_owner(home.id))
    if "lease_until" in known:
        rules.check_lease(lease_until, today)
    if "age_group" in known:
        rules.check_child(age_group.value if age_group else None, guardian_agreed)
    new = Tie(
        home_id=home.id,
        person_id=person.id,
        kind=kind,
        relation=relation if "relation" in known else "",
        share_permille=share_permille,
        age_group=age_group if "age_group" in known else None,
        lease_until=lease_until if "lease_until" in known else None,
        since_on=since_on or today,
    )
    unit().add(new)
    if kind is TieKind.OWNER and not home.sold:
        home.sold = True
    if new.age_group is AgeGroup.CHILD:
        _note_guardian(person)
    if not quietly:
        _tell(home.id, person, "tie.added", kind=kind.value)
    unit().flush()
    return new


def change_tie(
    of: Tie,
    *,
    relation: str = "",
    share_permille: int | None = None,
    age_group: AgeGroup | None = None,
    lease_until: date | None = None,
    guardian_agreed: bool = False,
) -> None:
    """Change the details of a tie: a new share, a lease that was renewed. Raises as ``tie`` does."""
    known = rules.DETAILS[of.kind.value].known
    if "share" in known and share_permille != of.share_permille:
        others = [other for other in _open_ties(of.home_id) if other.person_id != of.person_id]
        rules.check_new_tie(of.person_id, "co_owner", share_permille, others)
        of.share_permille = share_permille
    if "lease_until" in known and lease_until != of.lease_until:
        rules.check_lease(lease_until, clock.today())
        of.lease_until = lease_until
        if lease_until is not None:
            _tell(of.home_id, of.person, "lease.changed", until=lease_until.isoformat())
    if "age_group" in known and age_group is not of.age_group:
        rules.check_child(age_group.value if age_group else None, guardian_agreed)
        of.age_group = age_group
        if age_group is AgeGroup.CHILD:
            _note_guardian(of.person)
    if "relation" in known:
        of.relation = relation
    unit().flush()


def end_tie(of: Tie, on: date | None = None) -> None:
    """Somebody leaves the home; the tie stays as history.

    Raises ``RuleBroken``: ``tie.ended``, ``tie.end_early``, ``tie.end_future``.
    """
    on = on or clock.today()
    if of.until_on is not None:
        raise RuleBroken("tie.ended")
    rules.check_end(of.since_on, on, clock.today())
    of.until_on = on
    _tell(of.home_id, of.person, "tie.ended", kind=of.kind.value)
    unit().flush()


def change_owner(home: Home, person: Person, on: date | None = None, *, things_leave: bool = True) -> Tie:
    """The home has a new owner: owner, co-owners, family, emergency contact and agent of the old one end.

    A tenant stays, a lease outlives the sale. With ``things_leave`` the vehicles and pets end as well. Raises
    ``RuleBroken``: ``owner.same``, ``tie.end_early``, ``tie.end_future``.
    """
    on = on or clock.today()
    session = unit()
    open_ties = session.scalars(select(Tie).where(Tie.home_id == home.id, Tie.until_on.is_(None))).all()
    if any(old.kind is TieKind.OWNER and old.person_id == person.id for old in open_ties):
        raise RuleBroken("owner.same")
    rules.check_end(date.min, on, clock.today())
    before = ""
    for old in open_ties:
        if old.kind.value in rules.LEAVE_WITH_OWNER or old.person_id == person.id:
            rules.check_end(old.since_on, on, clock.today())
            old.until_on = on
            before = masked(old.person) if old.kind is TieKind.OWNER else before
    if things_leave:
        _end_things(home, on)
    session.flush()
    stays = [old for old in open_ties if old.until_on is None]
    new = tie(home, person, TieKind.OWNER, since_on=on, beside=stays, quietly=True)
    _tell(home.id, person, "owner.changed", before=before)
    session.flush()
    return new


def _mobiles_of_the_owner(home_id: int) -> frozenset[str]:
    query = (
        select(Person.mobile)
        .join(Tie, Tie.person_id == Person.id)
        .where(Tie.home_id == home_id, Tie.kind == TieKind.OWNER, Tie.until_on.is_(None))
    )
    return frozenset(unit().scalars(query))


def _open_ties(home_id: int) -> list[rules.StandingTie]:
    rows = unit().execute(
        select(Tie.person_id, Tie.kind, Tie.share_permille).where(
            Tie.home_id == home_id, Tie.until_on.is_(None)
        )
    )
    return [rules.StandingTie(row.person_id, row.kind.value, row.share_permille) for row in rows]


def _standing(other: Tie) -> rules.StandingTie:
    return rules.StandingTie(other.person_id, other.kind.value, other.share_permille)


def _note_guardian(child: Person) -> None:
    """The guardian agreed to the sentence on the form (PRI-2, FM-35)."""
    consent = Consent(
        person_id=child.id,
        purposes="register",
        sensitive="child",
        text_version=rules.CHILD_NOTICE,
        agreed_at=clock.now(),
    )
    unit().add(consent)


# --- Vehicles, pets, use of the home ---


def add_vehicle(home: Home, plate: str, *, kind: str = "", space: str = "", quietly: bool = False) -> Vehicle:
    """Register a vehicle; an odd plate is doubted by the view, never refused (IDN-6).

    Raises ``RuleBroken("vehicle.known")`` when the home has it already.
    """
    number = id_numbers.read_plate(plate).number
    same = select(Vehicle.id).where(
        Vehicle.home_id == home.id, Vehicle.plate == number, Vehicle.ended_on.is_(None)
    )
    if unit().scalar(same) is not None:
        raise RuleBroken("vehicle.known", field="plate")
    vehicle = Vehicle(home_id=home.id, plate=number, kind=kind, space=space)
    unit().add(vehicle)
    if not quietly:
        _tell_home(home.id, "vehicle.added", plate=number)
    unit().flush()
    return vehicle


def end_vehicle(vehicle: Vehicle) -> None:
    """The vehicle is no longer of this household. ``RuleBroken("vehicle.ended")``."""
    if vehicle.ended_on is not None:
        raise RuleBroken("vehicle.ended")
    vehicle.ended_on = clock.today()
    _tell_home(vehicle.home_id, "vehicle.ended", plate=vehicle.plate)
    unit().flush()


def add_pet(home: Home, kind: str, *, name: str = "", registration_no: str = "") -> Pet:
    """Register a pet."""
    pet = Pet(home_id=home.id, kind=kind, name=name, registration_no=registration_no)
    unit().add(pet)
    _tell_home(home.id, "pet.added", kind=kind)
    unit().flush()
    return pet


def end_pet(pet: Pet) -> None:
    """The pet is no longer of this household. ``RuleBroken("pet.ended")``."""
    if pet.ended_on is not None:
        raise RuleBroken("pet.ended")
    pet.ended_on = clock.today()
    _tell_home(pet.home_id, "pet.ended", kind=pet.kind)
    unit().flush()


def set_occupancy(home: Home, occupancy: Occupancy) -> None:
    """How the home is used from now on; drives fees and dunning (FM-01)."""
    if home.occupancy is occupancy:
        return
    home.occupancy = occupancy
    _tell_home(home.id, "occupancy.changed", occupancy=occupancy.value)
    unit().flush()


def _end_things(home: Home, on: date) -> None:
    vehicles = select(Vehicle).where(Vehicle.home_id == home.id, Vehicle.ended_on.is_(None))
    pets = select(Pet).where(Pet.home_id == home.id, Pet.ended_on.is_(None))
    for thing in (*unit().scalars(vehicles), *unit().scalars(pets)):
        thing.ended_on = on


def _tell(home_id: int, person: Person, event: str, **facts: Any) -> None:
    journal.note(unit(), person, event, at=clock.now(), home_id=home_id, name=masked(person), **facts)


def _tell_home(home_id: int, event: str, **facts: Any) -> None:
    journal.note(unit(), Subject("household", home_id), event, at=clock.now(), home_id=home_id, **facts)
