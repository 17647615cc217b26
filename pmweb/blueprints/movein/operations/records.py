"""Everything that lies in the case file of one move-in, read once: the pages and the rules look at this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from pmweb.blueprints.households.household import Household, household_of
from pmweb.blueprints.movein.models import (
    AcceptanceItem,
    AcceptanceSheet,
    DefectRound,
    KeyEntry,
    MoveIn,
    PaperSeen,
)
from pmweb.blueprints.movein.operations import acceptance, case, desk, meters, rounds
from pmweb.blueprints.movein.rules import Paper
from pmweb.extensions import unit
from pmweb.models.homes import MeterReading
from pmweb.models.signatures import Signature, SignerSide
from pmweb.models.signing import standing


@dataclass(frozen=True)
class Records:
    """The rows of one case. ``sheets`` are its rounds, the first one first; ``later`` belong to the latest one."""

    move_in: MoveIn
    brought: Mapping[Paper, PaperSeen]
    household: Household | None
    keys: Sequence[KeyEntry]
    sheets: Sequence[AcceptanceSheet]
    items: Sequence[AcceptanceItem]
    later: Sequence[DefectRound]
    readings: Sequence[MeterReading]
    repairs: Sequence[Row[Any]]
    signed: Mapping[tuple[str, SignerSide], Signature]

    @property
    def sheet(self) -> AcceptanceSheet | None:
        """The sheet of the latest round."""
        return self.sheets[-1] if self.sheets else None

    @property
    def round_closed(self) -> bool:
        """Whether the latest round was signed or refused."""
        return self.sheet is not None and self.sheet.closed_at is not None


def read_records(move_in: MoveIn) -> Records:
    """Read the case file: a fixed number of queries, whatever lies in it; fewer before the acceptance."""
    sheets = acceptance.sheets_of(move_in)
    begun = bool(sheets)
    return Records(
        move_in=move_in,
        brought=case.papers_of(move_in),
        household=household_of(move_in.home_id) if move_in.registered_at is not None else None,
        keys=desk.key_entries(move_in) if move_in.handover_at is not None else (),
        sheets=sheets,
        items=acceptance.items_of(sheets[0]) if begun else (),
        later=rounds.defects_of_round(sheets[-1]) if len(sheets) > 1 else (),
        readings=meters.readings_of(move_in) if move_in.identity_checked_at is not None else (),
        repairs=rounds.repairs_of(move_in) if begun else (),
        signed=standing(unit(), move_in) if move_in.registered_at is not None or begun else {},
    )
