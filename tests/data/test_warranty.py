"""The warranty terms as the office keeps them (WAR-1 to WAR-9)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pmweb.data import defaults
from pmweb.domain.warranty import Verdict

Slip = Callable[[str, str, str], str]


def test_the_warranty_has_a_name_and_a_register_for_each_verdict() -> None:
    """A-16."""
    verdicts = defaults().warranty.verdicts
    assert {name.id: name.form for name in verdicts.values()} == {
        verdict: "paid_repair_register" if verdict is Verdict.PAID else "repair_register"
        for verdict in Verdict
    }


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("unit: year, value: 5", "unit: week, value: 5", 'unit "week" is not one of'),
        ("unit: design_life, value: 50", "unit: design_life, value: 60", "the design life must be"),
        ('start: "11-15"', 'start: "15-11"', '"15-11" is no month and day'),
        ('start: "11-15"', 'start: "11-31"', "a day that the month does not have"),
        ("id: exclusion\n", "id: excluded\n", "the steps must be fixed, exclusion"),
        ("{id: undecided,", "{id: open,", "the decisions must be warranty, paid"),
        ("fixed_decision: public", "fixed_decision: free", 'fixed_decision "free" is not one of'),
    ],
)
def test_a_slip_is_named(slip: Slip, old: str, new: str, reason: str) -> None:
    assert reason in slip("warranty.yaml", old, new)
