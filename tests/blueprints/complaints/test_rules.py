"""What the record of a complaint needs, its words, and what the resident may do (P-4, P-16, P-22, A-28). Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.rules import ComplaintState, FaultId, LevelId, Validity
from pmweb.data import defaults
from pmweb.domain.workflow import RuleBroken
from tests.office import MORNING

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
S = ComplaintState
Refuse = Callable[..., object]


def broken(act: Refuse, *args: Any, **kwargs: Any) -> tuple[str, object] | None:
    """The rule that refuses it, and the field that it speaks of; None where nothing is refused."""
    try:
        act(*args, **kwargs)
    except RuleBroken as rule:
        return rule.code, rule.facts.get("field")
    return None


GRAVEST = [
    (set(levels), next(level for level in ("major", "important", "minor") if level in levels))
    for many in (1, 2, 3)
    for levels in combinations(("major", "important", "minor"), many)
]


@pytest.mark.parametrize(("levels", "gravest"), GRAVEST)
def test_the_gravest_level_that_fits_applies(levels: set[str], gravest: str) -> None:
    """P-14, P-15, P-16, A-28."""
    assert rules.highest({LevelId(level) for level in levels}) is LevelId(gravest)


def test_a_complaint_has_a_level() -> None:
    """P-18: it is classified."""
    assert broken(rules.highest, set()) == ("complaint.level", "levels")


@pytest.mark.parametrize(
    ("home", "place", "refused"),
    [
        (True, "", False),
        (True, "大堂", False),
        (False, "大堂", False),
        (False, "", True),
        (False, "  ", True),
    ],
)
def test_a_complaint_is_of_a_home_or_of_a_place(home: bool, place: str, refused: bool) -> None:
    """P-4."""
    assert broken(rules.refuse_nowhere, home=home, place=place) == (
        ("complaint.place", "place") if refused else None
    )


@pytest.mark.parametrize(
    ("home", "anonymous", "refused"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_only_what_is_everybodys_is_complained_of_without_a_name(
    home: bool, anonymous: bool, refused: bool
) -> None:
    """P-4: the person."""
    assert broken(rules.refuse_anonymous, home=home, anonymous=anonymous) == (
        ("complaint.anonymous", "caller") if refused else None
    )


@pytest.mark.parametrize(
    ("harm", "measure", "measured", "refused"),
    [
        (False, "", None, None),
        (True, "关总阀", MORNING, None),
        (True, "", MORNING, ("complaint.measure", "immediate_measure")),
        (True, " ", None, ("complaint.measure", "immediate_measure")),
        (True, "关总阀", None, ("complaint.measured_at", "measured_at")),
    ],
)
def test_harm_that_goes_on_is_stopped_first(
    harm: bool, measure: str, measured: datetime | None, refused: tuple[str, str] | None
) -> None:
    """P-22."""
    assert broken(rules.refuse_harm_without_measure, harm, measure, measured) == refused


@pytest.mark.parametrize(
    ("happened", "received", "measured", "refused"),
    [
        (0, 0, None, None),
        (-60, -30, -10, None),
        (-60, 0, 0, None),
        (-30, -30, None, None),
        (0, 1, None, ("complaint.received_later", "received_at")),
        (-29, -30, None, ("complaint.happened_later", "happened_at")),
        (-60, -30, 1, ("complaint.measured_later", "measured_at")),
    ],
)
def test_nothing_is_recorded_from_the_future(
    happened: int, received: int, measured: int | None, refused: tuple[str, str] | None
) -> None:
    """P-4: the time, in minutes from now."""
    moments = [None if at is None else MORNING + at * MINUTE for at in (happened, received, measured)]
    assert broken(rules.refuse_times, *moments, MORNING) == refused


@pytest.mark.parametrize(
    ("level", "minutes", "kept"),
    [
        ("minor", 1, True),
        ("minor", 60 * 24 * 30, True),
        ("minor", None, False),
        ("important", 60, False),
        ("major", 60, False),
        ("major", -60, False),  # what does not count is not looked at
    ],
)
def test_the_residents_own_deadline_counts_for_a_minor_complaint_only(
    level: str, minutes: int | None, kept: bool
) -> None:
    """P-16."""
    wanted = None if minutes is None else MORNING + minutes * MINUTE
    assert rules.own_deadline(LevelId(level), wanted, MORNING) == (wanted if kept else None)


@pytest.mark.parametrize("minutes", [0, -1])
def test_the_residents_deadline_lies_ahead_of_the_reception(minutes: int) -> None:
    """P-16."""
    assert broken(rules.own_deadline, LevelId.MINOR, MORNING + minutes * MINUTE, MORNING) == (
        *("complaint.deadline_past", "resident_deadline"),
    )


def test_the_words_of_the_rules_are_those_of_the_data() -> None:
    """FM-23: states, levels, faults and validity are one list each, in one order."""
    data = defaults().complaints
    assert list(data.states) == [state.value for state in ComplaintState]
    assert list(data.levels) == [level.value for level in LevelId]
    assert list(data.faults) == [fault.value for fault in FaultId]
    assert list(data.validity) == [one.value for one in Validity]
    assert set(rules.table_of_moves(data.moves).states) == set(ComplaintState)


def test_every_state_stands_in_one_group_and_in_one_stage() -> None:
    grouped = [state for states in rules.GROUPS.values() for state in states]
    assert sorted(grouped) == sorted(ComplaintState)
    assert set(rules.OPEN) == set(ComplaintState) - set(rules.GROUPS["done"])
    assert [rules.stage_of(state) for state in ComplaintState] == [
        *(
            "received",
            "received",
            "handled",
            "handled",
            "handled",
            "answered",
            "answered",
            "closed",
            "handled",
        ),
    ]
    assert {rules.stage_of(state) for state in ComplaintState} == set(rules.STAGES)


def test_ids_keep_their_order_as_one_text() -> None:
    assert rules.chosen(rules.joined(("3", "1"))) == ("3", "1")
    assert rules.chosen("") == ()


@pytest.mark.parametrize(
    ("given", "ends"),
    [("2026-03-05 00:00", "2026-04-05 00:00"), ("2026-03-05 23:59", "2026-04-05 00:00")],
)
def test_a_link_opens_until_the_end_of_the_thirtieth_day(given: str, ends: str) -> None:
    """T-1."""
    at, end = (datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) for text in (given, ends))
    assert rules.link_ends(at, SHANGHAI) == end


@pytest.mark.parametrize(
    ("text", "written", "refused"),
    [
        ("门还是关不上", 0, None),
        ("门还是关不上", 49, None),
        ("门还是关不上", 50, ("complaint.words_many", "text")),
        (" \n", 0, ("complaint.word", "text")),
    ],
)
def test_a_resident_writes_something_and_not_without_end(
    text: str, written: int, refused: tuple[str, str] | None
) -> None:
    assert broken(rules.refuse_word, text, written) == refused
