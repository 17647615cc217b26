"""The home roll (房产台账) of an office, read from its own workbook without touching a database.

``read_roll`` gives a ``Roll``: homes with their people, parking spaces, and an outcome for every row. The
wording of refusals is in ``reasons``. Everything in here is pure: no Flask, no SQLAlchemy, no clock.
"""

from pmweb.blueprints.estate.roll.reading import read_roll
from pmweb.blueprints.estate.roll.result import (
    Imported,
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
    "OtherRow",
    "Outcome",
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
    "read_roll",
]
