"""Repair categories, follow-up, leak tests and moves (W-2 to W-4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from pmweb.data import defaults

Slip = Callable[[str, str, str], str]


def test_the_repair_categories_know_their_follow_up() -> None:
    """W-2 to W-4."""
    repairs = defaults().repairs
    assert {kind.id: (kind.days, kind.from_moment) for kind in repairs.follow_up_kinds.values()} == {
        "safety": (2, "completed_at"),
        "leak": (3, "leak_tested_at"),
        "other": (2, "completed_at"),
    }
    assert repairs.priorities["emergency"].response == timedelta(minutes=30)
    assert repairs.leak_test_methods["ponding"].duration == timedelta(hours=24)
    for category in repairs.categories.values():
        assert category.follow_up == ("safety" if category.safety else "leak" if category.leak else "other")


def test_the_moves_of_a_repair_are_those_of_the_file() -> None:
    moves = defaults().repairs.moves
    assert set(moves.states) == set(defaults().repairs.states)
    assert moves.after("signed") == ("followed_up",)
    assert moves.is_final("cancelled")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("warranty: pipe_blockage", "warranty: pipe", 'warranty "pipe" is not one of'),
        ("follow_up: safety", "follow_up: safe", 'follow_up "safe" is not one of'),
        ("signed: [followed_up]", "signed: [gone]", '"gone" is not one of registered'),
        ("  cancelled: []\n", "", "the transitions have no row for cancelled"),
        ("  signed: [", "  sealed: [", "the transitions name sealed, which is no state"),
        ("response_hours: 0.5", "response_hours: -1", "must not be negative"),
    ],
)
def test_a_slip_is_named(slip: Slip, old: str, new: str, reason: str) -> None:
    assert reason in slip("repair-categories.yaml", old, new)
