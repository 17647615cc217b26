"""What is said first in an emergency, and that a slip in it is found at the start."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pmweb.data import defaults

Slip = Callable[[str, str, str], str]
FILE = "emergency-steps.yaml"


def test_gas_is_left_alone_before_anybody_phones() -> None:
    """The order is that of the danger: no spark, no gas, fresh air, then the phone, from outside."""
    steps = defaults().emergencies.by_category["gas_smell"].steps_zh
    told = ["不开关任何电器", "总阀", "通风", "室外", "燃气公司"]
    assert [word in step for word, step in zip(told, steps, strict=True)] == [True] * 5


def test_every_emergency_of_water_power_and_gas_has_its_steps() -> None:
    rules = defaults()
    assert {"gas_smell", "electric_leakage", "water_pipe_burst", "sewage_overflow"} <= set(
        rules.emergencies.by_category
    )
    for category, emergency in rules.emergencies.by_category.items():
        assert rules.repairs.categories[category].priority == "emergency"
        assert len(emergency.steps_zh) == len(emergency.steps_en) >= 3


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("categories: [gas_smell]", "categories: [gas]", '"gas" is not one of'),
        ("categories: [gas_smell]", "categories: []", "needs a category and a step"),
        ("categories: [electric_leakage]", "categories: [gas_smell]", '"gas_smell" stands twice'),
        ("      - Close the main gas valve.\n", "", "both languages need the same number of steps"),
        ("      - 关上燃气总阀。\n", "", "both languages need the same number of steps"),
        ("id: water", "id: gas", 'the id "gas" stands twice'),
        ("name_en: Burst water pipe", "name: Burst water pipe", "unknown key name"),
    ],
)
def test_a_slip_is_named(slip: Slip, old: str, new: str, reason: str) -> None:
    assert reason in slip(FILE, old, new)
