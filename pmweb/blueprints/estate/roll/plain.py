"""Pieces and outcomes as plain data, to lie on the disk between two steps of an import."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pmweb.blueprints.estate.roll.pieces import Piece
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
    RowRef,
    SameAs,
)
from pmweb.domain.home_numbers import HomeNumber


def plain_piece(piece: Piece) -> dict[str, Any]:
    """A piece as JSON has it; ``piece_of`` gives an equal piece back."""
    return {
        "homes": [_home(home) for home in piece.homes],
        "spaces": [_space(space) for space in piece.spaces],
        "tops": dict(piece.tops),
    }


def piece_of(kept: Mapping[str, Any]) -> Piece:
    """The piece as it was kept by ``plain_piece``."""
    return Piece(
        tuple(_home_of(home) for home in kept["homes"]),
        tuple(
            RollSpace(space["code"], _number_of(space["home"]), tuple(space["plates"]), RowRef(*space["at"]))
            for space in kept["spaces"]
        ),
        kept["tops"],
    )


def plain_outcome(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON has it; ``outcome_of`` gives an equal one back."""
    kept: dict[str, Any] = {"at": _at(outcome.at)}
    if isinstance(outcome, SameAs):
        return kept | {"what": "same", "other": _at(outcome.other)}
    if isinstance(outcome, Refused):
        return kept | {"what": "refused", "reasons": [plain_reason(reason) for reason in outcome.reasons]}
    what = "known" if isinstance(outcome, Known) else "imported"
    return kept | {"what": what, "notes": [plain_reason(note) for note in outcome.notes]}


def outcome_of(kept: Mapping[str, Any]) -> Outcome:
    """The outcome as it was kept by ``plain_outcome``."""
    at = RowRef(*kept["at"])
    if kept["what"] == "same":
        return SameAs(at, RowRef(*kept["other"]))
    if kept["what"] == "refused":
        return Refused(at, tuple(reason_of(reason) for reason in kept["reasons"]))
    notes = tuple(reason_of(note) for note in kept["notes"])
    return Known(at, notes) if kept["what"] == "known" else Imported(at, notes)


def plain_reason(reason: Reason) -> list[Any]:
    """A reason as JSON has it; a fact that JSON does not know becomes its text."""
    facts = {
        name: fact if isinstance(fact, int | str | None) else str(fact) for name, fact in reason.facts.items()
    }
    return [reason.code, reason.column, facts]


def reason_of(kept: list[Any]) -> Reason:
    """The reason as it was kept by ``plain_reason``."""
    code, column, facts = kept
    return Reason(code, column, facts)


def _at(at: RowRef) -> list[Any]:
    return [at.sheet, at.row]


def _number(number: HomeNumber | None) -> list[str] | None:
    return [number.building, number.section, number.number] if number else None


def _number_of(kept: list[str] | None) -> HomeNumber | None:
    return HomeNumber(*kept) if kept else None


def _space(space: RollSpace) -> dict[str, Any]:
    return {
        "code": space.code,
        "home": _number(space.home),
        "plates": list(space.plates),
        "at": _at(space.at),
    }


def _home(home: RollHome) -> dict[str, Any]:
    return {
        "home": _number(home.home),
        "floor_area": str(home.floor_area),
        "chargeable_area": None if home.chargeable_area is None else str(home.chargeable_area),
        "layout": home.layout,
        "kind": home.kind,
        "finish": home.finish,
        "sold": home.sold,
        "handed_over_on": home.handed_over_on.isoformat() if home.handed_over_on else None,
        "owner": _party(home.owner) if home.owner else None,
        "co_owners": [_party(party) for party in home.co_owners],
        "contacts": [[one.name, one.relation, list(one.phones)] for one in home.emergency_contacts],
        "remark": home.remark,
        "at": _at(home.at),
    }


def _home_of(kept: Mapping[str, Any]) -> RollHome:
    chargeable, handed_over = kept["chargeable_area"], kept["handed_over_on"]
    return RollHome(
        home=HomeNumber(*kept["home"]),
        floor_area=Decimal(kept["floor_area"]),
        chargeable_area=None if chargeable is None else Decimal(chargeable),
        layout=kept["layout"],
        kind=kept["kind"],
        finish=kept["finish"],
        sold=kept["sold"],
        handed_over_on=date.fromisoformat(handed_over) if handed_over else None,
        owner=_party_of(kept["owner"]) if kept["owner"] else None,
        co_owners=tuple(_party_of(party) for party in kept["co_owners"]),
        emergency_contacts=tuple(
            RollContact(name, relation, tuple(phones)) for name, relation, phones in kept["contacts"]
        ),
        remark=kept["remark"],
        at=RowRef(*kept["at"]),
    )


def _party(party: RollParty) -> list[Any]:
    return [
        *(party.name, party.kind, party.id_kind, party.id_number, list(party.phones)),
        *(party.address, party.email),
    ]


def _party_of(kept: list[Any]) -> RollParty:
    name, kind, id_kind, id_number, phones, address, email = kept
    return RollParty(name, kind, id_kind, id_number, tuple(phones), address, email)
