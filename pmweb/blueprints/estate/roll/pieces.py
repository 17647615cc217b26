"""A roll cut into pieces, each of which is written in one transaction (decisions.md: the lock is held ≤ 5 s)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pmweb.blueprints.estate.roll.result import Roll, RollContact, RollHome, RollParty, RollSpace

T = TypeVar("T")

PIECE = 400
"""Homes, or parking spaces, of one piece: well below a second of writing on a small machine."""


MOST_PHONES = 120
"""Signs that the telephones of one person may have together."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is written in one transaction. ``tops`` is the highest storey of each building of the whole roll."""

    homes: tuple[RollHome, ...] = ()
    spaces: tuple[RollSpace, ...] = ()
    tops: Mapping[str, int] = field(default_factory=dict)


def pieces_of(roll: Roll, size: int = PIECE) -> tuple[Piece, ...]:
    """The homes in pieces, then the parking spaces, which need their homes.

    What several rows say about one person (the same number) is put together first, so that each of them says
    all of it: which piece comes first makes no difference.
    """
    homes = _gathered(roll.homes)
    tops = _tops(homes)
    of_homes = tuple(
        Piece(homes=part, tops={home.home.building: tops[home.home.building] for home in part})
        for part in _parts(homes, size)
    )
    return (*of_homes, *(Piece(spaces=part) for part in _parts(roll.spaces, size)))


def people_in(homes: tuple[RollHome, ...]) -> int:
    """How many people and companies the homes bring; who has several homes counts once."""
    return len({key for home in homes for key in _keys(home)})


def person_key(party: RollParty | RollContact) -> tuple[str, ...] | None:
    """What tells that two rows mean the same person, or ``None`` where nothing does.

    The number; for a company without one its name; else name and telephone together.
    """
    if isinstance(party, RollParty):
        if party.id_number:
            return ("id", party.id_number)
        if party.kind == "company":
            return ("company", party.name)
    return ("phone", party.name, party.phones[0]) if party.phones else None


def _keys(home: RollHome) -> Iterator[tuple[object, ...]]:
    owners: tuple[RollParty | RollContact, ...] = ((home.owner,) if home.owner else ()) + home.co_owners
    for place, party in enumerate(owners + home.emergency_contacts):
        yield person_key(party) or (home.home, place)


def _parts(things: tuple[T, ...], size: int) -> Iterator[tuple[T, ...]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]


def _tops(homes: tuple[RollHome, ...]) -> dict[str, int]:
    tops: dict[str, int] = {}
    for home in homes:
        tops[home.home.building] = max(tops.get(home.home.building, 0), home.home.floor or 0)
    return tops


def _gathered(homes: tuple[RollHome, ...]) -> tuple[RollHome, ...]:
    known: dict[tuple[str, ...], RollParty] = {}
    for home in homes:
        for party in _with_key(home):
            key = person_key(party)
            assert key is not None
            known[key] = _both(known[key], party) if key in known else party

    def whole(party: RollParty) -> RollParty:
        key = person_key(party)
        return known.get(key, party) if key else party

    return tuple(
        replace(home, owner=home.owner and whole(home.owner), co_owners=tuple(map(whole, home.co_owners)))
        for home in homes
    )


def _with_key(home: RollHome) -> Iterator[RollParty]:
    for party in (*((home.owner,) if home.owner else ()), *home.co_owners):
        if party.id_number or party.kind == "company":
            yield party


def _both(first: RollParty, second: RollParty) -> RollParty:
    phones = tuple(dict.fromkeys((*first.phones, *second.phones)))
    return replace(
        first,
        phones=phones if len(" ".join(phones)) <= MOST_PHONES else first.phones,
        address=first.address or second.address,
        email=first.email or second.email,
    )
