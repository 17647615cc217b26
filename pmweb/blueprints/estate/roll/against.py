"""A home of the roll held against the register: an import adds, it never changes what the office has.

A home that is known already is either said to be the same, or its row is refused with what differs. How people
are reached changes all the time, so a difference there is only a doubt, and so is an older state of things.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pmweb.blueprints.estate.roll.result import Finish, HomeKind, Reason, RollHome, RollParty
from pmweb.domain.id_numbers import mask_name

Fingerprint = Callable[[str], str]
"""Of an identity number; the register knows no more of it."""


@dataclass(frozen=True, slots=True)
class KnownParty:
    """Somebody as the register has them; ``fingerprint`` is ``''`` where no number is stored."""

    name: str
    company: bool = False
    fingerprint: str = ""
    phones: frozenset[str] = frozenset()
    address: str = ""
    email: str = ""

    @property
    def masked(self) -> str:
        """The name as screens show it."""
        return mask_name(self.name, company=self.company)


@dataclass(frozen=True, slots=True)
class KnownHome:
    """A home as the register has it; ``contacts`` are the names of its emergency contacts."""

    floor_area: Decimal
    chargeable_area: Decimal
    layout: str
    kind: HomeKind
    finish: Finish
    sold: bool
    handed_over_on: date | None
    remark: str
    owner: KnownParty | None = None
    co_owners: tuple[KnownParty, ...] = ()
    contacts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Compared:
    """In what a row contradicts the register, and what in it the office should look at."""

    against: tuple[Reason, ...]
    doubts: tuple[Reason, ...]


def compare(said: RollHome, known: KnownHome, fingerprint: Fingerprint) -> Compared:
    """Hold a row against the home that is known; a blank cell agrees.

    The codes are ``register.*`` of the reasons. Facts show names masked and never a number.
    """
    against = [*_facts(said, known), *_owners(said, known, fingerprint)]
    return Compared(tuple(against), () if against else tuple(_doubts(said, known, fingerprint)))


def compare_person(said: RollParty, known: KnownParty) -> list[Reason]:
    """What the row says of somebody who is known already, and what the register says otherwise: only doubts."""
    doubts = []
    if {_digits(phone) for phone in said.phones} - {_digits(phone) for phone in known.phones}:
        doubts.append(Reason("register.phones", "电话", {"name": known.masked}))
    if said.address not in ("", known.address):
        doubts.append(Reason("register.address", "联系地址", {"name": known.masked}))
    if said.email not in ("", known.email):
        doubts.append(Reason("register.email", "电子邮箱", {"name": known.masked}))
    if said.id_number and not known.fingerprint:
        doubts.append(Reason("register.number_missing", "证件号码", {"name": known.masked}))
    return doubts


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for blanks and the width of their signs."""
    return _tidy(one) == _tidy(other)


def _facts(said: RollHome, known: KnownHome) -> list[Reason]:
    unsaid = "shop" if said.home.number.startswith("S") else "residence"
    differing = []
    if said.floor_area != known.floor_area:
        differing.append(Reason("register.area", "建筑面积", {"there": f"{known.floor_area:.2f}"}))
    if said.chargeable_area not in (None, known.chargeable_area):
        differing.append(Reason("register.area", "计费面积", {"there": f"{known.chargeable_area:.2f}"}))
    if said.layout not in ("", known.layout):
        differing.append(_otherwise("户型", known.layout))
    if said.kind not in (known.kind, unsaid):
        differing.append(Reason("register.differs", "用途"))
    if said.finish not in (None, known.finish):
        differing.append(Reason("register.differs", "交付标准"))
    if said.sold and said.owner is None and not known.sold:
        differing.append(Reason("register.differs", "销售状态"))
    if said.handed_over_on not in (None, known.handed_over_on):
        there = known.handed_over_on.isoformat() if known.handed_over_on else ""
        differing.append(_otherwise("交付日期", there))
    return differing


def _otherwise(column: str, there: str) -> Reason:
    return Reason("register.text", column, {"there": there}) if there else Reason("register.blank", column)


def _owners(said: RollHome, known: KnownHome, fingerprint: Fingerprint) -> list[Reason]:
    if said.owner is None:
        return []
    if known.owner is None:
        return [Reason("register.owner_missing", "业主")]
    if not _is(said.owner, known.owner, fingerprint):
        return [Reason("register.owner", "业主", {"name": known.owner.masked})]
    strangers = [
        party
        for party in said.co_owners
        if not any(_is(party, other, fingerprint) for other in known.co_owners)
    ]
    if strangers:
        names = "、".join(mask_name(party.name, company=party.kind == "company") for party in strangers)
        return [Reason("register.co_owners", "共有人", {"names": names})]
    return []


def _doubts(said: RollHome, known: KnownHome, fingerprint: Fingerprint) -> list[Reason]:
    doubts = []
    if said.owner is None and known.owner is not None:
        doubts.append(Reason("register.sold_since", "业主", {"name": known.owner.masked}))
    if said.owner is not None and known.owner is not None:
        doubts += compare_person(said.owner, known.owner)
    for party in said.co_owners:
        there = next((other for other in known.co_owners if _is(party, other, fingerprint)), None)
        doubts += compare_person(party, there) if there else []
    for contact in said.emergency_contacts:
        if not any(same_name(contact.name, name) for name in known.contacts):
            doubts.append(Reason("register.contact", "紧急联系人", {"name": mask_name(contact.name)}))
    if said.remark not in ("", known.remark):
        doubts.append(Reason("register.differs", "备注"))
    return doubts


def _is(said: RollParty, known: KnownParty, fingerprint: Fingerprint) -> bool:
    if not same_name(said.name, known.name):
        return False
    return not (said.id_number and known.fingerprint) or fingerprint(said.id_number) == known.fingerprint


def _tidy(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _digits(phone: str) -> str:
    return "".join(sign for sign in phone.removeprefix("+86") if sign.isdigit())
