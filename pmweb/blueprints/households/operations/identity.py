"""Numbers of identity documents, and what of a person stands masked until somebody says what for (PRI-3, PRI-5)."""

from __future__ import annotations

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.households import rules
from pmweb.domain import id_numbers
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.people import IdKind, PartyKind, Person, Tie
from pmweb.models.session_rules import log_look
from pmweb.models.vault import vault


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
