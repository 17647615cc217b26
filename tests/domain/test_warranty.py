"""Free or paid: the steps of the warranty decision as a table of cases (R-3, A-16, WAR-1 to WAR-9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.data import defaults
from pmweb.domain.warranty import Case, Season, SeasonKind, StepId, Term, TermUnit, Verdict, decide

RULES = defaults().warranty

COMPLETED = date(2020, 6, 30)
HANDED_OVER = date(2021, 3, 31)


def case(category: str, reported_on: date, **more: Any) -> Case:
    """A repair of a home that was completed and handed over on the days above."""
    built = Case(
        category=category, reported_on=reported_on, completed_on=COMPLETED, handed_over_on=HANDED_OVER
    )
    return replace(built, **more)


@pytest.mark.parametrize(
    ("category", "last_day"),
    [
        ("waterproof_roof", date(2025, 6, 30)),  # builder 5 years beat developer 3 years
        ("waterproof", date(2025, 6, 30)),
        ("plumbing_pipes", date(2022, 6, 30)),
        ("electrical_wiring", date(2022, 6, 30)),  # no developer's term
        ("pipe_blockage", date(2021, 5, 31)),  # no builder's term
        ("lamp_switch", date(2022, 6, 30)),
        ("foundation_structure", date(2071, 3, 31)),  # the design life counts from the later day
    ],
)
def test_the_last_day_still_counts_and_the_next_is_paid(category: str, last_day: date) -> None:
    """WAR-1, WAR-5: the later of both ends, the last day included."""
    free = decide(RULES, case(category, last_day))
    paid = decide(RULES, case(category, last_day + timedelta(days=1)))
    assert (free.verdict, free.ends_on, free.decided_by) == (Verdict.WARRANTY, last_day, StepId.STATUTORY)
    assert (paid.verdict, paid.ends_on, paid.decided_by) == (Verdict.PAID, last_day, StepId.STATUTORY)


def test_a_late_hand_over_prolongs_the_warranty() -> None:
    """WAR-5: a home sold four years after completion has the developer's minimum from its hand-over."""
    decision = decide(RULES, case("plumbing_pipes", date(2025, 6, 1), handed_over_on=date(2024, 6, 1)))
    assert (decision.verdict, decision.ends_on) == (Verdict.WARRANTY, date(2025, 6, 1))
    assert decision.steps[-1].facts == {
        "reported_on": date(2025, 6, 1),
        "builder_ends_on": date(2022, 6, 30),
        "developer_ends_on": date(2025, 6, 1),
    }


@pytest.mark.parametrize(
    ("start", "term", "last_day"),
    [
        (date(2020, 2, 29), Term(TermUnit.YEAR, 1), date(2021, 2, 28)),
        (date(2020, 2, 29), Term(TermUnit.YEAR, 4), date(2024, 2, 29)),
        (date(2021, 8, 31), Term(TermUnit.MONTH, 6), date(2022, 2, 28)),
    ],
)
def test_a_term_ends_on_the_same_day_number(start: date, term: Term, last_day: date) -> None:
    """TIM-1."""
    rules = replace(RULES, categories={"door": replace(RULES.categories["door_window"], builder_term=term)})
    found = decide(rules, case("door", last_day, completed_on=start, handed_over_on=date(2000, 1, 1)))
    assert found.ends_on == last_day


@pytest.mark.parametrize(
    ("category", "verdict", "paid_by"),
    [
        ("public_part", Verdict.PUBLIC, "management_fee_or_maintenance_fund"),
        ("utility_owned", Verdict.UTILITY, "utility_company"),
        ("resident_item", Verdict.PAID, "resident"),
        ("handover_item", Verdict.WARRANTY, None),
    ],
)
def test_a_fixed_category_asks_for_no_date_and_no_cause(
    category: str, verdict: Verdict, paid_by: str | None
) -> None:
    """WAR-4, WAR-7 to WAR-9; the first step decides, even where the cause is excluded."""
    found = decide(
        RULES,
        case(category, date(2090, 1, 1), completed_on=None, handed_over_on=None, exclusion="third_party"),
    )
    assert (found.verdict, found.ends_on, found.decided_by) == (verdict, None, StepId.FIXED)
    assert found.steps[-1].facts == {"category": category, "paid_by": paid_by}


@pytest.mark.parametrize("exclusion", list(RULES.exclusions))
def test_an_excluded_cause_is_paid_whatever_the_date(exclusion: str) -> None:
    """WAR-7."""
    found = decide(RULES, case("waterproof", HANDED_OVER, completed_on=None, exclusion=exclusion))
    assert (found.verdict, found.decided_by) == (Verdict.PAID, StepId.EXCLUSION)
    assert found.steps[-1].facts == {"exclusion": exclusion}


@pytest.mark.parametrize(
    ("category", "completed_on", "handed_over_on", "missing"),
    [
        ("waterproof", None, HANDED_OVER, ("completed_on",)),
        ("waterproof", COMPLETED, None, ("handed_over_on",)),
        ("waterproof", None, None, ("completed_on", "handed_over_on")),
        ("electrical_wiring", None, HANDED_OVER, ("completed_on",)),
        ("pipe_blockage", COMPLETED, None, ("handed_over_on",)),
    ],
)
def test_a_missing_date_leaves_it_undecided(
    category: str, completed_on: date | None, handed_over_on: date | None, missing: tuple[str, ...]
) -> None:
    """Only a date that the category needs."""
    found = decide(
        RULES,
        case(category, date(2021, 4, 1), completed_on=completed_on, handed_over_on=handed_over_on),
    )
    assert (found.verdict, found.ends_on, found.decided_by) == (
        Verdict.UNDECIDED,
        None,
        StepId.UNKNOWN_DATES,
    )
    assert found.steps[-1].facts == {"missing": missing}


@pytest.mark.parametrize(
    ("category", "completed_on", "handed_over_on"),
    [("electrical_wiring", COMPLETED, None), ("pipe_blockage", None, HANDED_OVER)],
)
def test_a_date_that_the_category_does_not_need_may_be_missing(
    category: str, completed_on: date | None, handed_over_on: date | None
) -> None:
    found = decide(
        RULES,
        case(category, date(2021, 4, 1), completed_on=completed_on, handed_over_on=handed_over_on),
    )
    assert found.verdict is Verdict.WARRANTY


TEN_YEARS = Term(TermUnit.YEAR, 10)
ONE_YEAR = Term(TermUnit.YEAR, 1)


@pytest.mark.parametrize(
    ("agreed", "reported_on", "missing", "verdict", "decided_by", "ends_on"),
    [
        (TEN_YEARS, date(2031, 3, 31), None, Verdict.WARRANTY, StepId.CONTRACT_OVERRIDE, date(2031, 3, 31)),
        (TEN_YEARS, date(2031, 4, 1), None, Verdict.PAID, StepId.CONTRACT_OVERRIDE, date(2031, 3, 31)),
        (ONE_YEAR, date(2022, 6, 30), None, Verdict.WARRANTY, StepId.STATUTORY, date(2022, 6, 30)),
        (
            TEN_YEARS,
            date(2031, 3, 31),
            "completed_on",
            Verdict.WARRANTY,
            StepId.CONTRACT_OVERRIDE,
            date(2031, 3, 31),
        ),
        (ONE_YEAR, date(2022, 4, 1), "completed_on", Verdict.UNDECIDED, StepId.UNKNOWN_DATES, None),
        (TEN_YEARS, date(2022, 6, 30), "handed_over_on", Verdict.UNDECIDED, StepId.UNKNOWN_DATES, None),
    ],
)
def test_an_agreed_term_counts_when_it_is_the_longer_one(
    agreed: Term,
    reported_on: date,
    missing: str | None,
    verdict: Verdict,
    decided_by: StepId,
    ends_on: date | None,
) -> None:
    """WAR-4: the terms of the quality guarantee book, counted from the hand-over, never below the law."""
    asked = case("electrical_wiring", reported_on, agreed=agreed, **({missing: None} if missing else {}))
    found = decide(RULES, asked)
    assert (found.verdict, found.decided_by, found.ends_on) == (verdict, decided_by, ends_on)


@pytest.mark.parametrize(
    ("completed_on", "season", "last_day"),
    [
        (date(2020, 6, 30), SeasonKind.HEATING, date(2022, 3, 15)),
        (date(2020, 6, 30), SeasonKind.COOLING, date(2022, 9, 30)),
        (date(2020, 6, 30), None, date(2022, 9, 30)),  # not said: the later one
        (date(2020, 11, 14), SeasonKind.HEATING, date(2022, 3, 15)),
        (date(2020, 11, 15), SeasonKind.HEATING, date(2023, 3, 15)),  # the day itself does not count
        (date(2021, 1, 10), SeasonKind.HEATING, date(2023, 3, 15)),  # a begun season does not count
        (date(2020, 5, 31), SeasonKind.COOLING, date(2021, 9, 30)),
        (date(2020, 6, 1), SeasonKind.COOLING, date(2022, 9, 30)),
        (date(2020, 12, 31), SeasonKind.COOLING, date(2022, 9, 30)),
    ],
)
def test_only_full_seasons_count(completed_on: date, season: SeasonKind | None, last_day: date) -> None:
    """WAR-1: two heating or cooling seasons after completion."""
    asked = case(
        "heating_cooling", last_day, completed_on=completed_on, handed_over_on=date(2019, 1, 1), season=season
    )
    assert decide(RULES, asked).ends_on == last_day
    assert decide(RULES, asked).verdict is Verdict.WARRANTY
    assert decide(RULES, replace(asked, reported_on=last_day + timedelta(days=1))).verdict is Verdict.PAID


def test_one_season_after_a_late_hand_over_is_the_minimum() -> None:
    """WAR-5."""
    asked = case(
        "heating_cooling", date(2026, 3, 15), handed_over_on=date(2025, 4, 1), season=SeasonKind.HEATING
    )
    assert decide(RULES, asked).ends_on == date(2026, 3, 15)


def test_a_season_may_end_on_the_last_of_february() -> None:
    season = Season((12, 1), (2, 29))
    assert season.full_season_after(date(2020, 6, 1), 1) == date(2021, 2, 28)
    assert season.full_season_after(date(2023, 6, 1), 1) == date(2024, 2, 29)


def test_the_design_document_prevails_over_the_usual_life() -> None:
    """WAR-10."""
    asked = case("foundation_structure", date(2091, 3, 31), design_life_years=70)
    assert decide(RULES, asked).ends_on == date(2091, 3, 31)


def test_a_category_without_any_term_is_never_free() -> None:
    bare = replace(RULES.categories["plaster"], builder_term=None, developer_term=None)
    rules = replace(RULES, categories={"bare": bare})
    found = decide(rules, case("bare", HANDED_OVER, completed_on=None, handed_over_on=None))
    assert (found.verdict, found.ends_on, found.decided_by) == (Verdict.PAID, None, StepId.STATUTORY)


def test_every_step_up_to_the_decision_is_explained() -> None:
    found = decide(RULES, case("waterproof", date(2026, 1, 1), agreed=ONE_YEAR))
    assert [step.id for step in found.steps] == list(StepId)
    assert [step.decided for step in found.steps] == [False, False, False, False, True]
    assert found.steps[2].facts == {
        "agreed_ends_on": date(2022, 3, 31),
        "statutory_ends_on": date(2025, 6, 30),
    }
    assert all(step.id in RULES.steps for step in found.steps)


def test_an_unknown_category_or_cause_is_a_programming_fault() -> None:
    with pytest.raises(KeyError):
        decide(RULES, case("garden", HANDED_OVER))
    with pytest.raises(KeyError):
        decide(RULES, case("plaster", HANDED_OVER, exclusion="ghost"))


DAYS = st.dates(date(2000, 1, 1), date(2060, 1, 1))


@given(
    st.sampled_from(sorted(RULES.categories)), DAYS, DAYS, DAYS, st.sampled_from([None, TEN_YEARS, ONE_YEAR])
)
def test_the_end_and_the_verdict_agree(
    category: str, completed_on: date, handed_over_on: date, reported_on: date, agreed: Term | None
) -> None:
    """Where a last day is named, the repair is free exactly up to it; an agreed term never shortens it."""
    asked = case(
        category, reported_on, completed_on=completed_on, handed_over_on=handed_over_on, agreed=agreed
    )
    found = decide(RULES, asked)
    if found.ends_on is not None:
        assert (found.verdict is Verdict.WARRANTY) == (reported_on <= found.ends_on)
        without = decide(RULES, replace(asked, agreed=None)).ends_on
        assert without is None or without <= found.ends_on
