"""What the reading of a home roll gives: homes, parking spaces, and an outcome for every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from pmweb.domain.home_numbers import HomeNumber

PartyKind: TypeAlias = Literal["person", "company"]
IdKind: TypeAlias = Literal["id_card", "passport", "permit", "uscc", "other"]
HomeKind: TypeAlias = Literal["residence", "shop", "office", "other"]
Finish: TypeAlias = Literal["bare", "furnished"]


@dataclass(frozen=True, slots=True)
class RowRef:
    """A row as the office sees it: the name of the sheet and the number that Excel shows."""

    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class RollParty:
    """An owner or a co-owner. ``id_number`` is checked as far as its kind can be (IDN-1 to IDN-4), or ``''``.

    The number is left out of the ``repr``, so that it never reaches a log.
    """

    name: str
    kind: PartyKind = "person"
    id_kind: IdKind | None = None
    id_number: str = field(default="", repr=False)
    phones: tuple[str, ...] = ()
    address: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class RollContact:
    """Whom to call when the owner is not reachable; ``relation`` as it was written, or ``''``."""

    name: str
    relation: str = ""
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RollHome:
    """One home as its row gives it. Areas are m² with two places; two rows are equal wherever they stand."""

    home: HomeNumber
    floor_area: Decimal
    chargeable_area: Decimal | None
    layout: str
    kind: HomeKind
    finish: Finish | None
    sold: bool
    handed_over_on: date | None
    owner: RollParty | None
    co_owners: tuple[RollParty, ...]
    emergency_contacts: tuple[RollContact, ...]
    remark: str
    at: RowRef = field(compare=False)


@dataclass(frozen=True, slots=True)
class RollSpace:
    """A parking space, the home that uses it, and plates. ``code`` is ``''`` for a plate without a space.

    A space with cars in several rows comes up once for each of these rows.
    """

    code: str
    home: HomeNumber | None
    plates: tuple[str, ...]
    at: RowRef = field(compare=False)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row is refused, or what is odd in it: a code of ``reasons.WORDINGS``, the column, what to say.

    ``column`` is the heading in the office's own words. Facts never hold a full identity number.
    """

    code: str
    column: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Imported:
    """The row was taken whole; ``notes`` are doubts that the office should look at (an unusual plate)."""

    at: RowRef
    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """The register has the home or space already, as the row says it; only said once it was compared."""

    at: RowRef
    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class SameAs:
    """The row says nothing that the row ``other`` has not said already."""

    at: RowRef
    other: RowRef


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing of the row was taken, for all of these reasons."""

    at: RowRef
    reasons: tuple[Reason, ...]


Outcome: TypeAlias = Imported | Known | SameAs | Refused


@dataclass(frozen=True, slots=True)
class TotalCheck:
    """What a total row says against what was found: homes, their floor area (m²), or parking spaces."""

    at: RowRef
    what: Literal["homes", "area", "spaces"]
    said: int | Decimal
    found: int | Decimal

    @property
    def agrees(self) -> bool:
        """Whether the total row is right."""
        return self.said == self.found


@dataclass(frozen=True, slots=True)
class OtherRow:
    """A row that is no data: a heading between rows, a repeated header, a total, a note below the table."""

    at: RowRef
    what: Literal["heading", "header", "total", "note"]
    text: str


@dataclass(frozen=True, slots=True)
class SkippedSheet:
    """A sheet that was not read, and why."""

    sheet: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class RollCounts:
    """The figures of the preview and of the last line of the report."""

    rows: int
    imported: int
    homes: int
    sold: int
    unsold: int
    same: int
    refused: int
    companies: int
    co_owners: int
    contacts: int
    spaces: int
    plates: int
    spaces_same: int
    spaces_refused: int


@dataclass(frozen=True, slots=True)
class Roll:
    """The whole roll as read: ``outcomes`` has one entry for each data row, in the order of the workbook.

    ``estate_name`` is the name that the title seems to give, or ``''``. ``unknown_columns`` are headings that
    were not understood, with their sheet; nothing of them is taken.
    """

    estate_name: str
    homes: tuple[RollHome, ...]
    spaces: tuple[RollSpace, ...]
    outcomes: tuple[Outcome, ...]
    space_outcomes: tuple[Outcome, ...]
    totals: tuple[TotalCheck, ...]
    other_rows: tuple[OtherRow, ...]
    unknown_columns: tuple[tuple[str, str], ...]
    skipped: tuple[SkippedSheet, ...]

    @property
    def counts(self) -> RollCounts:
        """How many of everything. A company counts once, however many homes it has."""
        owners = [home.owner for home in self.homes if home.owner is not None]
        return RollCounts(
            rows=len(self.outcomes),
            imported=_of_kind(self.outcomes, Imported),
            homes=len(self.homes),
            sold=sum(home.sold for home in self.homes),
            unsold=sum(not home.sold for home in self.homes),
            same=_of_kind(self.outcomes, SameAs),
            refused=_of_kind(self.outcomes, Refused),
            companies=len({owner.id_number or owner.name for owner in owners if owner.kind == "company"}),
            co_owners=sum(len(home.co_owners) for home in self.homes),
            contacts=sum(len(home.emergency_contacts) for home in self.homes),
            spaces=len({space.code for space in self.spaces if space.code}),
            plates=sum(len(space.plates) for space in self.spaces),
            spaces_same=_of_kind(self.space_outcomes, SameAs),
            spaces_refused=_of_kind(self.space_outcomes, Refused),
        )


def _of_kind(outcomes: tuple[Outcome, ...], kind: type[Imported | SameAs | Refused]) -> int:
    return sum(isinstance(outcome, kind) for outcome in outcomes)
