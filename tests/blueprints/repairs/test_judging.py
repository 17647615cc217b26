"""Free or paid: by what is broken, whose part it is and the days of the house (R-3, A-16, WAR-8)."""

from __future__ import annotations

from datetime import date

import pytest

from pmweb.blueprints.repairs.judging import OWED_BY, Facts, is_paid, judge
from pmweb.blueprints.repairs.rules import Part
from pmweb.data import defaults
from pmweb.domain.warranty import StepId, Verdict

RULES = defaults().warranty
BUILT, HANDED = date(2024, 5, 1), date(2025, 3, 1)


@pytest.mark.parametrize(
    ("category", "part", "on", "verdict"),
    [
        pytest.param("bathroom_leak", "private", date(2029, 5, 1), "warranty", id="last day of five years"),
        pytest.param("bathroom_leak", "private", date(2029, 5, 2), "paid", id="a day later"),
        pytest.param(
            "tap_valve", "private", date(2026, 5, 1), "warranty", id="pipes: two years of the builder"
        ),
        pytest.param("tap_valve", "private", date(2026, 5, 2), "paid", id="pipes: a day later"),
        pytest.param(
            "drain_blocked", "private", date(2025, 5, 1), "warranty", id="two months after handing over"
        ),
        pytest.param(
            "drain_blocked", "private", date(2025, 5, 2), "paid", id="blocked later is a use matter"
        ),
        pytest.param(
            "drain_blocked", "common", date(2025, 5, 2), "public", id="the stack of all is nobody's"
        ),
        pytest.param("lift", "common", date(2030, 1, 1), "public", id="common"),
        pytest.param("lift", "private", date(2030, 1, 1), "public", id="common, whatever was tapped"),
        pytest.param("meter", "private", date(2025, 4, 1), "utility", id="the utility's"),
        pytest.param("gas_smell", "common", date(2025, 4, 1), "utility", id="the utility's in the stairwell"),
        pytest.param("air_conditioner", "private", date(2025, 4, 1), "paid", id="the resident's own"),
        pytest.param("air_conditioner", "common", date(2025, 4, 1), "public", id="that of the lobby"),
        pytest.param(
            "missing_handover_item", "private", date(2035, 1, 1), "warranty", id="owed at handing over"
        ),
    ],
)
def test_the_register_follows_from_the_warranty(category: str, part: str, on: date, verdict: str) -> None:
    warranty = defaults().repairs.categories[category].warranty
    decision = judge(RULES, Facts(warranty, Part(part), on, BUILT, HANDED))
    assert decision.verdict == verdict
    assert is_paid(RULES, decision.verdict) is (verdict == "paid")


@pytest.mark.parametrize("exclusion", list(RULES.exclusions))
def test_what_the_resident_has_done_is_paid_inside_the_warranty_too(exclusion: str) -> None:
    decision = judge(RULES, Facts("waterproof", Part.PRIVATE, date(2025, 4, 1), BUILT, HANDED, exclusion))
    assert (decision.verdict, decision.decided_by) == (Verdict.PAID, StepId.EXCLUSION)


def test_without_the_days_of_the_house_nobody_decides() -> None:
    decision = judge(RULES, Facts("waterproof", Part.PRIVATE, date(2025, 4, 1), None, HANDED))
    assert decision.verdict is Verdict.UNDECIDED


def test_every_verdict_is_somebodys() -> None:
    assert set(OWED_BY) == set(Verdict)
