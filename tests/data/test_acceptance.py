"""The checklist of the acceptance sheet (M-9)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pmweb.data import defaults
from pmweb.data.loader import FOLDER

Slip = Callable[[str, str, str], str]


def test_the_checklist_has_its_rooms_and_items() -> None:
    """M-9."""
    checklist = defaults().acceptance
    assert len(checklist.rooms) == 15
    assert len(checklist.items) == 86
    assert [item.seq for item in checklist.items.values()] == list(range(1, 87))
    assert [room.id for room in checklist.rooms.values() if room.repeatable] == [
        "bedroom",
        "bathroom",
        "balcony",
    ]
    assert list(checklist.result_codes) == ["ok", "defect", "not_applicable", "not_tested"]
    assert list(checklist.severities) == ["minor", "serious", "safety"]
    assert checklist.trades["doors-windows"].name_zh == "门窗"


def test_a_bare_home_has_no_items_of_a_furnished_one() -> None:
    checklist = defaults().acceptance
    bare = checklist.items_in("bathroom", furnished=False, top_floor=False)
    furnished = checklist.items_in("bathroom", furnished=True, top_floor=False)
    assert [item.id for item in furnished if item not in bare] == ["BAT-08"]
    assert "EXT-03" not in [i.id for i in checklist.items_in("exterior", furnished=True, top_floor=False)]
    assert "EXT-03" in [i.id for i in checklist.items_in("exterior", furnished=False, top_floor=True)]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("room: lobby", "room: loby", 'room "loby" is not one of lobby, entrance'),
        ("trade: doors-windows", "trade: glazing", 'trade "glazing" is not one of'),
        ("warranty: public_part", "warranty: x", 'warranty "x" is not one of'),
        ("method: operate", "methd: operate", "unknown key methd"),
        ("seq: 2\n", "seq: 1\n", "the seq 1 stands twice"),
        ("id: LOB-02", "id: LOB-01", 'the id "LOB-01" stands twice'),
    ],
)
def test_a_slip_is_named(slip: Slip, old: str, new: str, reason: str) -> None:
    assert reason in slip("acceptance-checklist.yaml", old, new)


def test_the_named_line_is_the_line_of_the_slip(slip: Slip) -> None:
    lines = (FOLDER / "acceptance-checklist.yaml").read_text(encoding="utf-8").splitlines()
    number = lines.index("    trade: doors-windows") + 1
    complaint = slip("acceptance-checklist.yaml", "    trade: doors-windows", "    trade: glazing")
    assert f"line {number}:" in complaint
