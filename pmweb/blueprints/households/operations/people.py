"""People and companies: written down, corrected, reached by telephone."""

from __future__ import annotations

from collections.abc import Sequence

from pmweb.blueprints.households import rules
from pmweb.blueprints.households.operations.identity import set_identity
from pmweb.domain import id_numbers
from pmweb.extensions import unit
from pmweb.models.people import IdKind, PartyKind, Person


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


def add_phone(person: Person, phone: str) -> None:
    """One more number of somebody: the first is the one to ring, a further one stands beside it. ``phone.form``."""
    number = id_numbers.read_phone(phone)
    known = [person.mobile, *person.other_phones.split("、")]
    if number not in known:
        first, *others = [one for one in (*known, number) if one]
        person.mobile, person.mobile_reversed = first, first[::-1]
        person.other_phones = "、".join(others)
    unit().flush()


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


def _describe(person: Person, *, name: str, mobile: str, other_phones: str, address: str, email: str) -> None:
    person.name = " ".join(name.split())
    person.initials = rules.initials_of(person.name, company=person.kind is PartyKind.COMPANY)
    person.mobile = id_numbers.read_phone(mobile) if mobile.strip() else ""
    person.mobile_reversed = person.mobile[::-1]
    person.other_phones, person.address, person.email = other_phones, address, email
