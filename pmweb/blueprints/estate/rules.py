"""What the estate asks for and forbids: codes, areas, completion, and the course of an import (M-1, WAR-1)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from pmweb.domain.workflow import RuleBroken, Workflow

MOST_AREA = Decimal(100_000)
"""No home is larger, in m²; a decimal point was forgotten."""

BILLING_MONTHS = (1, 3, 6, 12)
"""How many months a billing period may have; which one holds is a rule of the estate (``EstateRules``)."""

WAITS = timedelta(hours=24)
"""How long an uploaded roll waits for somebody to confirm it."""

KEPT = timedelta(days=7)
"""How long what an import says row by row can be fetched; its figures stay."""

_CODE = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,18}[A-Z0-9])?")


class ImportState(StrEnum):
    """Where the import of a roll stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DROPPED = "dropped"


MOVES = Workflow(
    {
        ImportState.WAITING: (ImportState.RUNNING, ImportState.DROPPED),
        ImportState.RUNNING: (ImportState.DONE, ImportState.DROPPED),
        ImportState.DONE: (),
        ImportState.DROPPED: (),
    }
)
"""An import that was stopped keeps what it has written; the same file brings the rest."""


def read_code(text: str) -> str:
    """The code of an estate, as it stands in commands and addresses: capitals, digits, dashes between them.

    Raises ``RuleBroken("estate.code_form")``.
    """
    code = unicodedata.normalize("NFKC", text).strip().upper()
    if not _CODE.fullmatch(code):
        raise RuleBroken("estate.code_form", field="code")
    return code


def check_areas(floor_area: Decimal, chargeable_area: Decimal) -> None:
    """Both areas, in m², are more than nothing and no forgotten point: ``RuleBroken("home.area")``."""
    for field, value in (("floor_area", floor_area), ("chargeable_area", chargeable_area)):
        if not 0 < value <= MOST_AREA:
            raise RuleBroken("home.area", field=field, most=MOST_AREA)


def check_rule_day(valid_from: date, today: date) -> None:
    """A rule of the estate holds from today or later; bills of the past stay: ``RuleBroken("estate.rule_past")``."""
    if valid_from < today:
        raise RuleBroken("estate.rule_past", field="valid_from")


def check_completion(completed_on: date | None, first_hand_over: date | None, today: date) -> None:
    """A building is completed before its first home is handed over, and not in the future (WAR-1).

    Raises ``RuleBroken``: ``building.future``, ``building.handed_over`` (fact ``day``).
    """
    if completed_on is None:
        return
    if completed_on > today:
        raise RuleBroken("building.future", field="completed_on")
    if first_hand_over is not None and completed_on > first_hand_over:
        raise RuleBroken("building.handed_over", field="completed_on", day=first_hand_over.isoformat())


def check_hand_over(handed_over_on: date | None, completed_on: date | None, today: date) -> None:
    """A home is handed over between the completion of its building and today (WAR-4).

    Raises ``RuleBroken``: ``home.future``, ``home.before_completion`` (fact ``day``).
    """
    if handed_over_on is None:
        return
    if handed_over_on > today:
        raise RuleBroken("home.future", field="handed_over_on")
    if completed_on is not None and handed_over_on < completed_on:
        raise RuleBroken("home.before_completion", field="handed_over_on", day=completed_on.isoformat())


def check_sale(sold: bool, owned: bool) -> None:
    """A home that somebody owns is a sold one (FM-01): ``RuleBroken("home.owned")``."""
    if owned and not sold:
        raise RuleBroken("home.owned", field="sale")


def is_over(state: ImportState, uploaded_at: datetime, now: datetime) -> bool:
    """Whether what was read from the file may be thrown away."""
    return now - uploaded_at >= (WAITS if state is ImportState.WAITING else KEPT)
