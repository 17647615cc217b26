"""The home roll (房产台账) of an office, read from its own workbook without touching a database.

``read_roll`` gives a ``Roll``: homes with their people, parking spaces, and an outcome for every row. The
wording of refusals is in ``reasons``, what is written together in ``pieces``, how a home is held against the
register in ``against``. Everything in here is pure: no Flask, no SQLAlchemy, no clock.
"""

from pmweb.blueprints.estate.roll.pieces import Piece, people_in, pieces_of
from pmweb.blueprints.estate.roll.reading import read_roll
from pmweb.blueprints.estate.roll.result import (
    Imported,
    Known,
    OtherRow,
    Outcome,
    Reason,
    Refused,
    Roll,
    RollContact,
    RollCounts,
    RollHome,
    RollParty,
    RollSpace,
    RowRef,
    SameAs,
    SkippedSheet,
    TotalCheck,
)

__all__ = [
    "Imported",
    "Known",
    "OtherRow",
    "Outcome",
    "Piece",
    "Reason",
    "Refused",
    "Roll",
    "RollContact",
    "RollCounts",
    "RollHome",
    "RollParty",
    "RollSpace",
    "RowRef",
    "SameAs",
    "SkippedSheet",
    "TotalCheck",
    "people_in",
    "pieces_of",
    "read_roll",
]
