"""Every category of the office on its last free day and on the next, and the sentence that says why (R-3, A-16)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from pmweb.blueprints.repairs.judging import Facts, judge
from pmweb.blueprints.repairs.rules import Part
from pmweb.blueprints.repairs.views.judging import told
from pmweb.data import defaults
from pmweb.domain.warranty import Verdict

BUILT, HANDED = date(2024, 5, 1), date(2025, 3, 1)
TWO_YEARS, FIVE_YEARS = date(2026, 5, 1), date(2029, 5, 1)
LAST_DAYS = {
    "water_pipe_burst": TWO_YEARS,
    "tap_valve": TWO_YEARS,
    "drain_blocked": date(2025, 5, 1),
    "sewage_overflow": date(2025, 5, 1),
    "toilet": TWO_YEARS,
    "basin_shower": TWO_YEARS,
    "no_water": TWO_YEARS,
    "drain_pipe_leak": TWO_YEARS,
    "bathroom_leak": FIVE_YEARS,
    "roof_leak": FIVE_YEARS,
    "wall_leak": FIVE_YEARS,
    "window_leak": FIVE_YEARS,
    "ceiling_leak_from_above": FIVE_YEARS,
    "power_failure": TWO_YEARS,
    "electric_leakage": TWO_YEARS,
    "socket_switch": TWO_YEARS,
    "lamp": TWO_YEARS,
    "entrance_door": TWO_YEARS,
    "inner_door": TWO_YEARS,
    "window_hardware": TWO_YEARS,
    "glass": TWO_YEARS,
    "railing": TWO_YEARS,
    "intercom_unit": TWO_YEARS,
    "alarm_button": TWO_YEARS,
    "heating": date(2026, 3, 15),
    "wall_plaster": TWO_YEARS,
    "floor": TWO_YEARS,
    "structure_crack": date(2075, 3, 1),
    "cabinet": TWO_YEARS,
    "ceiling_board": TWO_YEARS,
    "network": TWO_YEARS,
    "other": TWO_YEARS,
}
"""Of a home in a building that was completed and handed over on the days above, reckoned by hand."""
WHATEVER_THE_DAY = {
    "public_lighting": Verdict.PUBLIC,
    "unit_door": Verdict.PUBLIC,
    "cctv": Verdict.PUBLIC,
    "fire_equipment": Verdict.PUBLIC,
    "lift": Verdict.PUBLIC,
    "facade_falling": Verdict.PUBLIC,
    "road_barrier": Verdict.PUBLIC,
    "gas_smell": Verdict.UTILITY,
    "meter": Verdict.UTILITY,
    "gas_appliance": Verdict.PAID,
    "air_conditioner": Verdict.PAID,
    "missing_handover_item": Verdict.WARRANTY,
}


def facts(category: str, on: date) -> Facts:
    return Facts(defaults().repairs.categories[category].warranty, Part.PRIVATE, on, BUILT, HANDED)


def test_no_category_is_forgotten() -> None:
    assert {*LAST_DAYS, *WHATEVER_THE_DAY} == set(defaults().repairs.categories)


@pytest.mark.parametrize(("category", "last_day"), LAST_DAYS.items())
def test_the_last_free_day_and_the_next_are_explained(app: Flask, category: str, last_day: date) -> None:
    with app.test_request_context():
        for later, verdict, words in ((0, Verdict.WARRANTY, "在保修期内"), (1, Verdict.PAID, "已过保修期")):
            asked = facts(category, last_day + timedelta(days=later))
            assert judge(defaults().warranty, asked).verdict is verdict
            said = told(asked).why
            assert any(line.endswith(f"= {last_day}") for line in said), said
            assert any(words in line for line in said), said


@pytest.mark.parametrize(("category", "verdict"), WHATEVER_THE_DAY.items())
def test_where_no_day_matters_the_rule_is_read_out(app: Flask, category: str, verdict: Verdict) -> None:
    with app.test_request_context():
        for on in (HANDED, date(2080, 1, 1)):
            assert judge(defaults().warranty, facts(category, on)).verdict is verdict
            assert told(facts(category, on)).why[-1].endswith("不看日期。")
            assert "fixed" not in "".join(told(facts(category, on)).why)
