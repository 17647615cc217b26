"""Parking spaces and plates: a sheet of their own, or columns beside the homes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from pmweb.blueprints.estate.roll.address import Addresses
from pmweb.blueprints.estate.roll.cells import text_of
from pmweb.blueprints.estate.roll.columns import Column, Header
from pmweb.blueprints.estate.roll.result import Reason, RollSpace, RowRef
from pmweb.blueprints.estate.roll.workbook import Row
from pmweb.domain.home_numbers import HomeNumber
from pmweb.domain.id_numbers import read_plate
from pmweb.domain.workflow import RuleBroken

_BETWEEN = re.compile(r"[、,;/|\n\s]+")
_LONGEST_CODE, _LONGEST_PLATE = 20, 12


@dataclass(frozen=True, slots=True)
class SpacesRead:
    """The spaces of one row; ``reasons`` refuse it, ``notes`` only doubt it."""

    spaces: tuple[RollSpace, ...]
    reasons: tuple[Reason, ...]
    notes: tuple[Reason, ...]


def read_space_row(row: Row, header: Header, addresses: Addresses, at: RowRef) -> SpacesRead:
    """One row of a parking sheet; a space that no home uses yet has no home."""
    home: HomeNumber | None = None
    reasons: list[Reason] = []
    if Column.NUMBER in header.places and not addresses.says_nothing(row):
        try:
            home = addresses.read(row)
        except RuleBroken as broken:
            reasons.append(Reason(broken.code, header.heading(Column.NUMBER), broken.facts))
    read = read_spaces(row, header, home, at)
    if not read.spaces and not read.reasons and not reasons:
        reasons.append(Reason("roll.space_missing", header.heading(Column.SPACE)))
    return SpacesRead(read.spaces, (*reasons, *read.reasons), read.notes)


def read_spaces(row: Row, header: Header, home: HomeNumber | None, at: RowRef) -> SpacesRead:
    """The spaces and plates that stand in a row: one plate to each space, or all plates to the only one."""
    codes = _texts(row, header, Column.SPACE)
    reasons, notes = [], []
    plates: list[str] = []
    for text in _texts(row, header, Column.PLATE):
        plate = read_plate(text)
        plates.append(plate.number)
        if plate.warning is not None:
            notes.append(Reason(plate.warning, header.heading(Column.PLATE), {"plate": plate.number}))
        reasons += _too_long(plate.number, header.heading(Column.PLATE), _LONGEST_PLATE)
    for code in codes:
        reasons += _too_long(code, header.heading(Column.SPACE), _LONGEST_CODE)
    if len(codes) == len(plates):
        pairs = [(code, (plate,)) for code, plate in zip(codes, plates, strict=True)]
        return SpacesRead(_spaces(pairs, home, at), tuple(reasons), tuple(notes))
    if len(codes) <= 1:
        together = [("".join(codes), tuple(plates))]
    else:
        together = [*((code, ()) for code in codes), *([("", tuple(plates))] if plates else [])]
    return SpacesRead(_spaces(together, home, at), tuple(reasons), tuple(notes))


def _spaces(
    pairs: Iterable[tuple[str, tuple[str, ...]]], home: HomeNumber | None, at: RowRef
) -> tuple[RollSpace, ...]:
    return tuple(RollSpace(code, home, plates, at) for code, plates in pairs)


def _texts(row: Row, header: Header, column: Column) -> list[str]:
    found = [
        part for place in header.places.get(column, ()) for part in _BETWEEN.split(text_of(row.cell(place)))
    ]
    return list(dict.fromkeys(part.upper() for part in found if part))


def _too_long(text: str, heading: str, limit: int) -> list[Reason]:
    return [Reason("roll.too_long", heading, {"limit": limit})] if len(text) > limit else []


@dataclass(slots=True)
class KnownSpaces:
    """The spaces read so far. One space belongs to one home, but may have several plates."""

    _standing: dict[tuple[str, str], tuple[RollSpace, set[str]]] = field(default_factory=dict)

    def compare(self, space: RollSpace) -> tuple[Literal["new", "same", "contradicts"], RowRef]:
        """Whether a space is new, read before, or said to belong to another home; and the row of it."""
        known = self._standing.get(_key(space))
        if known is None:
            return "new", space.at
        standing, plates = known
        if space.home is not None and space.home != standing.home:
            return "contradicts", standing.at
        return ("same" if set(space.plates) <= plates else "new"), standing.at

    def add(self, space: RollSpace) -> None:
        """Let a space stand."""
        _standing, plates = self._standing.setdefault(_key(space), (space, set()))
        plates.update(space.plates)

    def __len__(self) -> int:
        return sum(code != "" for code, _home in self._standing)


def _key(space: RollSpace) -> tuple[str, str]:
    return (space.code, "") if space.code else ("", space.home.label if space.home else "")
