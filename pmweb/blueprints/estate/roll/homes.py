"""One row of the roll as a home with its people. A row is taken whole or refused with all its reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TypeVar

from pmweb.blueprints.estate.roll.address import Addresses
from pmweb.blueprints.estate.roll.cells import (
    read_area,
    read_day,
    read_finish,
    read_kind,
    says_sold,
    says_unsold,
    text_of,
)
from pmweb.blueprints.estate.roll.columns import Column, Header
from pmweb.blueprints.estate.roll.people import Named, is_company, read_id, read_people, split_ids
from pmweb.blueprints.estate.roll.phones import read_phones
from pmweb.blueprints.estate.roll.result import (
    Finish,
    HomeKind,
    Reason,
    RollContact,
    RollHome,
    RollParty,
    RollSpace,
    RowRef,
)
from pmweb.blueprints.estate.roll.spaces import read_spaces
from pmweb.blueprints.estate.roll.workbook import Cell, Row
from pmweb.domain.home_numbers import HomeNumber
from pmweb.domain.workflow import RuleBroken

T = TypeVar("T")

UNKNOWN_AREA = Decimal(0)
"""Stands in a refused row, which still shows whether it contradicts another one."""

_LIMITS = {
    "name": 80,
    "layout": 20,
    "remark": 200,
    "phones": 120,
    "relation": 20,
    "address": 120,
    "email": 120,
}


@dataclass(slots=True)
class HomeRead:
    """What a row says. ``home`` is there when its address could be read, even if ``reasons`` refuse the row.

    ``given`` are the columns in which something stands.
    """

    home: RollHome | None = None
    spaces: tuple[RollSpace, ...] = ()
    reasons: list[Reason] = field(default_factory=list)
    notes: tuple[Reason, ...] = ()
    given: frozenset[Column] = frozenset()


def read_home_row(row: Row, header: Header, addresses: Addresses, at: RowRef, today: date) -> HomeRead:
    """Read one row. ``today`` is the day against which birth dates are checked (IDN-1)."""
    return _HomeRow(row, header, today).read(addresses, at)


class _HomeRow:
    """The cells of one row on their way to a home; faults and remarks gather here."""

    def __init__(self, row: Row, header: Header, today: date) -> None:
        self.row, self.header, self.today = row, header, today
        self.reasons: list[Reason] = []
        self.remarks: list[str] = []

    def read(self, addresses: Addresses, at: RowRef) -> HomeRead:
        number = self.attempt(Column.NUMBER, partial(addresses.read, self.row), None)
        area = self.area(Column.AREA)
        if area is None and not any(reason.code == "roll.area_unreadable" for reason in self.reasons):
            self.refuse(Column.AREA, "roll.area_missing")
        owner, others, sold = self.owner()
        co_owners = self.co_owners(owner, others)
        contacts = self.contacts(owner)
        spaces = read_spaces(self.row, self.header, number, at)
        self.reasons += spaces.reasons
        result = HomeRead(None, spaces.spaces, self.reasons, spaces.notes, self.given())
        if number is None:
            return result
        result.home = RollHome(
            home=number,
            floor_area=area or UNKNOWN_AREA,
            chargeable_area=self.area(Column.CHARGEABLE_AREA),
            layout=self.text(Column.LAYOUT),
            kind=self.kind(number),
            finish=self.finish(),
            sold=sold,
            handed_over_on=self.day(Column.HANDED_OVER),
            owner=owner,
            co_owners=co_owners,
            emergency_contacts=contacts,
            remark=self.remark(),
            at=at,
        )
        self.refuse_too_long(result.home)
        return result

    # --- cells ---

    def places(self, column: Column) -> tuple[int, ...]:
        return self.header.places.get(column, ())

    def cell(self, column: Column) -> Cell:
        return next((self.row.cell(place) for place in self.places(column)), "")

    def text(self, column: Column) -> str:
        return text_of(self.cell(column))

    def given(self) -> frozenset[Column]:
        return frozenset(
            column
            for column, places in self.header.places.items()
            if any(text_of(self.row.cell(place)) for place in places)
        )

    def refuse(self, column: Column, code: str, **facts: object) -> None:
        self.reasons.append(Reason(code, self.header.heading(column), facts))

    def attempt(self, column: Column, read: Callable[[], T], otherwise: T) -> T:
        """What ``read`` gives; a broken rule becomes a reason under the column's heading."""
        try:
            return read()
        except RuleBroken as broken:
            self.refuse(column, broken.code, **broken.facts)
            return otherwise

    def add_remark(self, column: Column, text: str) -> None:
        self.remarks.append(f"{self.header.heading(column)}：{text}")

    def area(self, column: Column) -> Decimal | None:
        return self.attempt(column, partial(read_area, self.cell(column)), None)

    def day(self, column: Column) -> date | None:
        return self.attempt(column, partial(read_day, self.cell(column)), None)

    def phones(self, column: Column) -> tuple[str, ...]:
        found: list[str] = []
        nothing: tuple[tuple[str, ...], str] = ((), "")
        for place in self.places(column):
            phones, words = self.attempt(column, partial(read_phones, self.row.cell(place)), nothing)
            found += phones
            if words:
                self.add_remark(column, words)
        return tuple(dict.fromkeys(found))

    def people(self, column: Column) -> list[Named]:
        found: list[Named] = []
        for place in self.places(column):
            found += self.attempt(column, partial(read_people, self.row.cell(place)), [])
        return found

    def ids(self, column: Column) -> list[str]:
        found: list[str] = []
        for place in self.places(column):
            found += self.attempt(column, partial(split_ids, self.row.cell(place)), [])
        return found

    # --- what a home is ---

    def kind(self, number: HomeNumber) -> HomeKind:
        text = self.text(Column.KIND)
        kind = read_kind(text) if text else None
        if text and kind is None:
            self.add_remark(Column.KIND, text)
            return "other"
        return kind or ("shop" if number.number.startswith("S") else "residence")

    def finish(self) -> Finish | None:
        text = self.text(Column.FINISH)
        finish = read_finish(text) if text else None
        if text and finish is None:
            self.add_remark(Column.FINISH, text)
        return finish

    def remark(self) -> str:
        own = [text_of(self.row.cell(place)) for place in self.places(Column.REMARK)]
        return "；".join(dict.fromkeys(text for text in (*own, *self.remarks) if text))

    # --- its people ---

    def owner(self) -> tuple[RollParty | None, list[RollParty], bool]:
        """The owner, others named in the same cell, and whether the home is sold."""
        text, state = self.text(Column.OWNER), self.text(Column.STATE)
        if state and not says_unsold(state) and not says_sold(state):
            self.add_remark(Column.STATE, state)
        if not text or says_unsold(text):
            self.no_owner(unsold=bool(text) or says_unsold(state))
            return None, [], says_sold(state) and not text
        if says_unsold(state):
            self.refuse(Column.STATE, "roll.unsold_with_owner")
        people = self.people(Column.OWNER)
        if not people or any(not named.name for named in people):
            self.refuse(Column.OWNER, "roll.name_unreadable", text=text[:40])
            return None, [], True
        parties = self.parties(
            people, self.ids(Column.ID_NUMBER), self.phones(Column.PHONE), Column.ID_NUMBER
        )
        self.words_of(Column.OWNER, people)
        owner = replace(parties[0], address=self.text(Column.ADDRESS), email=self.text(Column.EMAIL))
        return owner, parties[1:], True

    def no_owner(self, *, unsold: bool) -> None:
        """An unsold home may carry the developer's telephone; a number of a person needs the name."""
        phones = self.phones(Column.PHONE)
        if self.ids(Column.ID_NUMBER) or (phones and not unsold):
            self.refuse(Column.OWNER, "roll.owner_missing")
        elif phones:
            self.add_remark(Column.PHONE, "、".join(phones))

    def co_owners(self, owner: RollParty | None, others: list[RollParty]) -> tuple[RollParty, ...]:
        people = self.people(Column.CO_OWNERS)
        nameless = [named for named in people if not named.name]
        people = [named for named in people if named.name]
        if any(named.id_text for named in nameless):
            self.refuse(Column.CO_OWNERS, "roll.name_missing")
        elif nameless:
            self.add_remark(
                Column.CO_OWNERS, "、".join(phone for named in nameless for phone in named.phones)
            )
        ids, phones = self.ids(Column.CO_OWNER_ID), self.phones(Column.CO_OWNER_PHONE)
        parties = self.parties(people, ids, phones, Column.CO_OWNER_ID)
        self.words_of(Column.CO_OWNERS, people)
        known = {(party.name, party.id_number) for party in ([owner] if owner else [])}
        found: list[RollParty] = []
        for party in (*others, *parties):
            again = (party.name, party.id_number) in known or (
                not party.id_number and not party.phones and any(party.name == name for name, _id in known)
            )
            if not again:
                found.append(party)
                known.add((party.name, party.id_number))
        if found and owner is None and not self.reasons:
            self.refuse(Column.OWNER, "roll.owner_missing")
        return tuple(found)

    def parties(
        self, people: list[Named], ids: list[str], phones: tuple[str, ...], id_column: Column
    ) -> list[RollParty]:
        """The people with their numbers: one each in the same order, or all for the first of them."""
        if ids and len(ids) not in (1, len(people)):
            self.refuse(id_column, "roll.ids_do_not_fit", ids=len(ids), people=len(people))
            ids = []
        each = len(phones) == len(people)
        found: list[RollParty] = []
        for place, named in enumerate(people):
            own = phones[place : place + 1] if each else (phones if place == 0 else ())
            number = named.id_text or (ids[place] if place < len(ids) else "")
            party = RollParty(
                named.name,
                "company" if is_company(named.name.replace("（", "(").replace("）", ")")) else "person",
                phones=tuple(dict.fromkeys((*named.phones, *own))),
            )
            found.append(self.with_id(party, number, id_column) if number else party)
        if not people and (ids or phones):
            self.refuse(id_column, "roll.name_missing")
        return found

    def with_id(self, party: RollParty, number: str, column: Column) -> RollParty:
        said = self.text(Column.ID_KIND) if column is Column.ID_NUMBER else ""
        company = party.kind == "company"
        try:
            kind, id_kind, number = read_id(number, said, company=company, today=self.today)
        except RuleBroken as broken:
            self.refuse(column, broken.code, **broken.facts)
            return party
        return replace(party, kind="company" if company else kind, id_kind=id_kind, id_number=number)

    def words_of(self, column: Column, people: list[Named]) -> None:
        for named in people:
            words = " ".join(part for part in (named.relation, named.words) if part)
            if words:
                self.add_remark(column, f"{named.name} {words}")

    def contacts(self, owner: RollParty | None) -> tuple[RollContact, ...]:
        people = self.people(Column.EMERGENCY)
        phones, relation = self.phones(Column.EMERGENCY_PHONE), self.text(Column.EMERGENCY_RELATION)
        if any(named.id_text for named in people):
            self.refuse(Column.EMERGENCY, "roll.id_unexpected")
        named_ones = [named for named in people if named.name]
        loose = [phone for named in people if not named.name for phone in named.phones]
        each = len(phones) == len(named_ones)
        contacts: list[RollContact] = []
        for place, named in enumerate(named_ones):
            own = phones[place : place + 1] if each else (phones if place == 0 else ())
            own = tuple(dict.fromkeys((*named.phones, *own)))
            contacts.append(RollContact(named.name, named.relation or (relation if place == 0 else ""), own))
            if named.words:
                self.add_remark(Column.EMERGENCY, f"{named.name} {named.words}")
        if loose or (phones and not named_ones):
            self.add_remark(
                Column.EMERGENCY, "、".join(dict.fromkeys((*loose, *(phones if not named_ones else ()))))
            )
        if owner is None:
            return tuple(contacts)
        return tuple(
            contact
            for contact in contacts
            if contact.name != owner.name or not set(contact.phones) <= set(owner.phones)
        )

    def refuse_too_long(self, home: RollHome) -> None:
        """What the records have no room for is refused, not cut off."""
        parties = [*([home.owner] if home.owner else []), *home.co_owners]
        people: list[RollParty | RollContact] = [*parties, *home.emergency_contacts]
        lengths = [
            (Column.LAYOUT, "layout", len(home.layout)),
            (Column.REMARK, "remark", len(home.remark)),
            (Column.OWNER, "name", max((len(party.name) for party in people), default=0)),
            (Column.PHONE, "phones", max((len(" ".join(party.phones)) for party in people), default=0)),
            (
                Column.EMERGENCY,
                "relation",
                max((len(one.relation) for one in home.emergency_contacts), default=0),
            ),
            (Column.ADDRESS, "address", max((len(party.address) for party in parties), default=0)),
            (Column.EMAIL, "email", max((len(party.email) for party in parties), default=0)),
        ]
        for column, what, length in lengths:
            if length > _LIMITS[what]:
                self.refuse(column, "roll.too_long", limit=_LIMITS[what])


def contradictions(standing: RollHome, read: HomeRead, header: Header) -> list[Reason]:
    """In what a further row about a home disagrees with the row that stands; a blank cell agrees.

    Another owner has its own code, ``roll.owner_contradicts``; the rest is ``roll.contradicts``. Facts:
    ``row`` and ``sheet`` of the standing row.
    """
    said = read.home
    if said is None:
        return []
    facts = {"row": standing.at.row, "sheet": standing.at.sheet}
    if (standing.owner and standing.owner.name) != (said.owner and said.owner.name):
        return [Reason("roll.owner_contradicts", header.heading(Column.OWNER), facts)]
    differing = _differences(standing, said, read.given)
    return [Reason("roll.contradicts", header.heading(column), facts) for column in differing]


def _differences(standing: RollHome, said: RollHome, given: frozenset[Column]) -> list[Column]:
    stood, owner = standing.owner or RollParty(""), said.owner or RollParty("")
    pairs = {
        Column.ID_NUMBER: owner.id_number not in ("", stood.id_number),
        Column.PHONE: not set(owner.phones) <= set(stood.phones),
        Column.ADDRESS: owner.address not in ("", stood.address),
        Column.EMAIL: owner.email not in ("", stood.email),
        Column.AREA: said.floor_area not in (UNKNOWN_AREA, standing.floor_area),
        Column.CHARGEABLE_AREA: said.chargeable_area not in (None, standing.chargeable_area),
        Column.LAYOUT: said.layout not in ("", standing.layout),
        Column.KIND: Column.KIND in given and said.kind != standing.kind,
        Column.FINISH: said.finish not in (None, standing.finish),
        Column.STATE: Column.STATE in given and said.sold != standing.sold,
        Column.HANDED_OVER: said.handed_over_on not in (None, standing.handed_over_on),
        Column.CO_OWNERS: said.co_owners not in ((), standing.co_owners),
        Column.EMERGENCY: said.emergency_contacts not in ((), standing.emergency_contacts),
        Column.REMARK: said.remark not in ("", standing.remark),
    }
    return [column for column, differs in pairs.items() if differs]
