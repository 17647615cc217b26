"""What the estate asks for and forbids, as tables of cases (M-1, WAR-1, WAR-4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pmweb.blueprints.estate import rules
from pmweb.blueprints.estate.rules import MOVES, ImportState
from pmweb.domain.workflow import RuleBroken
from tests.office import MORNING

TODAY = date(2026, 3, 5)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def _code(act: Callable[[], Any]) -> str:
    try:
        act()
    except RuleBroken as broken:
        return broken.code
    return ""


@pytest.mark.parametrize(
    ("typed", "code"), [("song", "SONG"), (" ｓｏｎｇ-1 ", "SONG-1"), ("A", "A"), ("A" * 20, "A" * 20)]
)
def test_the_code_of_an_estate_is_written_in_one_way(typed: str, code: str) -> None:
    assert rules.read_code(typed) == code


@pytest.mark.parametrize("typed", ["", "-A", "A-", "松涛", "A B", "A/B", "A" * 21, "A\x00"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert _code(lambda: rules.read_code(typed)) == "estate.code_form"


@pytest.mark.parametrize(
    ("floor", "chargeable", "code"),
    [
        ("89.46", "89.46", ""),
        ("100000", "1", ""),
        ("0", "1", "home.area"),
        ("1", "-1", "home.area"),
        ("1", "100000.01", "home.area"),
    ],
)
def test_areas_are_more_than_nothing_and_no_slip(floor: str, chargeable: str, code: str) -> None:
    assert _code(lambda: rules.check_areas(Decimal(floor), Decimal(chargeable))) == code


@pytest.mark.parametrize(("day", "code"), [(TODAY, ""), (TOMORROW, ""), (YESTERDAY, "estate.rule_past")])
def test_a_rule_changes_nothing_of_the_past(day: date, code: str) -> None:
    assert _code(lambda: rules.check_rule_day(day, TODAY)) == code


@pytest.mark.parametrize(
    ("completed", "first", "code"),
    [
        (None, YESTERDAY, ""),
        (TODAY, None, ""),
        (TOMORROW, None, "building.future"),
        (YESTERDAY, YESTERDAY, ""),
        (TODAY, YESTERDAY, "building.handed_over"),
    ],
)
def test_a_building_is_completed_before_it_is_handed_over(
    completed: date | None, first: date | None, code: str
) -> None:
    """WAR-1: the warranty begins there."""
    assert _code(lambda: rules.check_completion(completed, first, TODAY)) == code


@pytest.mark.parametrize(
    ("handed_over", "completed", "code"),
    [
        (None, TODAY, ""),
        (TODAY, None, ""),
        (TODAY, TODAY, ""),
        (TOMORROW, None, "home.future"),
        (YESTERDAY, TODAY, "home.before_completion"),
    ],
)
def test_a_home_is_handed_over_after_its_building_was_completed(
    handed_over: date | None, completed: date | None, code: str
) -> None:
    """WAR-4."""
    assert _code(lambda: rules.check_hand_over(handed_over, completed, TODAY)) == code


def test_an_import_ends_once() -> None:
    assert MOVES.after(ImportState.WAITING) == (ImportState.RUNNING, ImportState.DROPPED)
    assert MOVES.is_final(ImportState.DONE)
    assert MOVES.is_final(ImportState.DROPPED)


@pytest.mark.parametrize(
    ("state", "hours", "over"),
    [
        (ImportState.WAITING, 23, False),
        (ImportState.WAITING, 24, True),
        (ImportState.RUNNING, 24, False),
        (ImportState.DONE, 24 * 7 - 1, False),
        (ImportState.DONE, 24 * 7, True),
    ],
)
def test_what_was_uploaded_does_not_lie_about(state: ImportState, hours: int, over: bool) -> None:
    assert rules.is_over(state, MORNING, MORNING + timedelta(hours=hours)) is over
