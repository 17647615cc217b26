"""Rolls as the tests of the import read them: on one day, from a sheet written as text or from a sample."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pmweb.blueprints.estate.roll import Outcome, Refused, Roll, read_roll
from tests.workbooks import Merged, table, workbook

SAMPLES = Path(__file__).parents[2] / "samples"
TODAY = date(2026, 11, 24)
CARD = "310104195601102544"


def read(text: str, merged: list[Merged] | None = None) -> Roll:
    """The roll of one sheet, its rows written as lines."""
    return read_roll(workbook({"Sheet1": table(text)}, merged={"Sheet1": merged or []}), TODAY)


def labels(roll: Roll) -> list[str]:
    """The homes, as the office calls them."""
    return [home.home.label for home in roll.homes]


def codes(outcome: Outcome) -> list[tuple[str, str]]:
    """Column and code of each reason for which the row is refused."""
    assert isinstance(outcome, Refused), outcome
    return [(reason.column, reason.code) for reason in outcome.reasons]
