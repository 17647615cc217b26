"""What the procedure allows at a move-in, as tables of cases (M-1 to M-19, A-5 to A-12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pmweb.blueprints.movein import rules
from pmweb.blueprints.movein.rules import (
    MOVES,
    Applicant,
    Facts,
    KeyAct,
    Line,
    Paper,
    Progress,
    Result,
    Severity,
    State,
)
from pmweb.domain.workflow import RuleBroken

TODAY = date(2026, 3, 5)
SCOPE = ("move_in", "acceptance", "key_receipt")
BEFORE_ANYTHING = Facts(Applicant.OWNER, State.OPEN)
AT_WORK = replace(BEFORE_ANYTHING, identity_checked=True, registered=True, agreements=("covenant",))
INSPECTED = replace(
    AT_WORK,
    state=State.ACCEPTANCE_OPEN,
    round=1,
    progress=Progress(total=2, ok=1, defects=1),
    readings=3,
    ready=("acceptance_sheet",),
    unsigned=("acceptance_sheet",),
)
SIGNED = replace(
    INSPECTED,
    state=State.RECTIFYING,
    round_closed=True,
    checked=True,
    unsigned=(),
    open_defects=1,
    rechecked_defects=1,
)
PASSED = replace(SIGNED, state=State.ACCEPTANCE_PASSED, round=2, open_defects=0)


def _code(act: Callable[[], Any]) -> str:
    """The code of the broken rule, or nothing."""
    try:
        act()
    except RuleBroken as broken:
        return broken.code
    return ""


def _locked(reason: RuleBroken | None) -> str:
    return reason.code if reason else ""


# --- the states


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("to", list(State))
def test_the_states_follow_the_procedure(state: State, to: State) -> None:
    """``open`` → ``acceptance_open`` ⇄ ``rectifying`` → … ; with open defects only ``filed_with_open_defects``."""
    allowed = {
        (State.OPEN, State.ACCEPTANCE_OPEN),
        (State.ACCEPTANCE_OPEN, State.RECTIFYING),
        (State.RECTIFYING, State.ACCEPTANCE_OPEN),
        (State.ACCEPTANCE_OPEN, State.ACCEPTANCE_PASSED),
        (State.ACCEPTANCE_PASSED, State.FILED),
        (State.ACCEPTANCE_PASSED, State.RECTIFYING),  # a test that was put off has failed
        (State.RECTIFYING, State.FILED_WITH_OPEN_DEFECTS),
    }
    assert MOVES.allows(state, to) == ((state, to) in allowed)


# --- the papers


def test_an_owner_shows_three_papers() -> None:
    """M-2."""
    assert rules.papers_needed(Applicant.OWNER) == (Paper.OWNER_ID, Paper.NOTICE, Paper.CONTRACT)


def test_an_agent_shows_a_power_of_attorney_and_both_cards() -> None:
    """M-3, A-5: the principal's card is seen, the agent's is seen and copied."""
    needed = rules.papers_needed(Applicant.AGENT)
    assert set(needed) == {*rules.papers_needed(Applicant.OWNER), Paper.POWER_OF_ATTORNEY, Paper.AGENT_ID}


@pytest.mark.parametrize(("representative", "power"), [(True, False), (False, True)])
def test_a_company_shows_its_certificate_and_who_acts(representative: bool, power: bool) -> None:
    """M-4, A-6: a power of attorney unless the legal representative comes; never a personal owner's card."""
    needed = rules.papers_needed(Applicant.COMPANY, representative=representative)
    assert {Paper.NOTICE, Paper.CONTRACT, Paper.UNIT_CERTIFICATE, Paper.HANDLER_ID} <= set(needed)
    assert (Paper.POWER_OF_ATTORNEY in needed) is power
    assert Paper.OWNER_ID not in needed


def test_the_contract_is_seen_and_not_copied() -> None:
    """A-12: minimal personal data."""
    for applicant in Applicant:
        needed = rules.papers_needed(applicant)
        assert set(needed) - set(rules.papers_copied(needed)) == {Paper.CONTRACT}


@pytest.mark.parametrize(
    ("scope", "other", "valid_from", "valid_to", "code"),
    [
        (SCOPE, "", date(2026, 3, 1), date(2026, 6, 1), ""),
        (SCOPE, "", TODAY, TODAY, ""),
        ((), "", TODAY, TODAY, "power.no_scope"),
        (("decoration",), "", TODAY, TODAY, "power.not_for_move_in"),
        (("move_in", "other"), "", TODAY, TODAY, "power.other"),
        (("move_in", "other"), "领取快递", TODAY, TODAY, ""),
        (SCOPE, "", date(2026, 3, 4), date(2026, 3, 3), "power.order"),
        (SCOPE, "", date(2026, 3, 1), date(2028, 3, 1), ""),
        (SCOPE, "", date(2026, 3, 1), date(2028, 3, 2), "power.too_long"),
        (SCOPE, "", date(2026, 3, 6), date(2026, 6, 1), "power.not_yet"),
        (SCOPE, "", date(2026, 1, 1), date(2026, 3, 4), "power.expired"),
    ],
)
def test_a_power_of_attorney_has_a_scope_and_a_time(
    scope: tuple[str, ...], other: str, valid_from: date, valid_to: date, code: str
) -> None:
    """M-3, FM-03: 24 months at most."""
    assert _code(lambda: rules.check_power(scope, other, valid_from, valid_to, TODAY)) == code


@pytest.mark.parametrize(
    ("paper", "scope", "code"),
    [
        ("house_rules", ("move_in",), ""),
        ("handover_receipt", ("move_in",), "power.scope"),
        ("handover_receipt", ("move_in", "key_receipt"), ""),
        ("acceptance_sheet", ("move_in", "key_receipt"), "power.scope"),
        ("meter_readings", ("move_in", "acceptance"), ""),
        ("work_order", ("acceptance",), ""),
    ],
)
def test_an_agent_signs_what_the_power_covers(paper: str, scope: tuple[str, ...], code: str) -> None:
    days = (date(2026, 3, 1), date(2026, 6, 1))
    assert _code(lambda: rules.check_power_covers(paper, scope, *days, TODAY)) == code
    after = date(2026, 6, 2)
    assert _code(lambda: rules.check_power_covers(paper, scope, *days, after)) == "power.expired"


# --- keys and things


def test_keys_handbook_and_drawing_are_on_the_list() -> None:
    """M-7."""
    assert _code(lambda: rules.check_things({"entrance_key": 1, "handbook": 1, "utility_drawing": 1})) == ""
    for missing in ("entrance_key", "handbook", "utility_drawing"):
        listed = {"entrance_key": 1, "handbook": 1, "utility_drawing": 1} | {missing: 0}
        with pytest.raises(RuleBroken) as broken:
            rules.check_things(listed)
        assert (broken.value.code, broken.value.facts["kinds"]) == ("things.missing", [missing])


def test_the_ledger_says_what_the_resident_holds() -> None:
    held = rules.balance(
        [
            ("entrance_key", KeyAct.HANDED_OUT, 3),
            ("entrance_key", KeyAct.RETAINED, 1),
            ("entrance_key", KeyAct.LOST, 1),
            ("access_card", KeyAct.HANDED_OUT, 2),
            ("access_card", KeyAct.RETURNED, 2),
        ]
    )
    assert held == {"entrance_key": 1, "access_card": 0}


@pytest.mark.parametrize("act", [KeyAct.RETAINED, KeyAct.RETURNED, KeyAct.LOST])
def test_nobody_gives_back_more_than_was_handed_out(act: KeyAct) -> None:
    held = {"entrance_key": 2}
    assert _code(lambda: rules.check_key_act(act, "entrance_key", 2, held)) == ""
    assert _code(lambda: rules.check_key_act(act, "entrance_key", 3, held)) == "keys.too_many"
    assert _code(lambda: rules.check_key_act(act, "access_card", 1, held)) == "keys.too_many"
    assert _code(lambda: rules.check_key_act(KeyAct.HANDED_OUT, "access_card", 9, held)) == ""


# --- the sheet


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (Line(1, Result.OK), ""),
        (Line(1, Result.NOT_APPLICABLE), ""),
        (Line(1, Result.NOT_TESTED), "acceptance.untested"),
        (Line(1, Result.NOT_TESTED, note="闭水中"), "acceptance.untested"),
        (Line(1, Result.NOT_TESTED, note="闭水中", due_on=TODAY), ""),
        (Line(1, Result.DEFECT), "acceptance.undescribed"),
        (Line(1, Result.DEFECT, note="空鼓", severity=Severity.MINOR), ""),
        (Line(1, Result.DEFECT, note="漏水", severity=Severity.SERIOUS), "acceptance.no_photo"),
        (Line(1, Result.DEFECT, note="漏电", severity=Severity.SAFETY), "acceptance.no_photo"),
        (Line(1, Result.DEFECT, note="漏电", severity=Severity.SAFETY, photos=1), ""),
    ],
)
def test_a_sheet_is_complete_when_every_line_says_enough(line: Line, code: str) -> None:
    """M-9, M-11, FM-05."""
    assert _code(lambda: rules.check_complete([line])) == code


def test_many_missing_lines_are_named_in_part() -> None:
    with pytest.raises(RuleBroken) as broken:
        rules.check_complete([Line(number, Result.NOT_TESTED) for number in range(1, 12)])
    assert broken.value.facts == {"count": 11, "lines": "1、2、3、4、5、6、7、8…"}


def test_a_round_is_complete_when_nothing_waits_for_a_look() -> None:
    assert not Progress().complete
    assert not Progress(total=3, ok=2).complete
    assert Progress(total=4, ok=1, defects=1, not_applicable=1, waiting=1).complete


# --- what comes before what


@pytest.mark.parametrize(
    "lock",
    [
        rules.locked_by_identity,
        rules.locked_handover,
        rules.locked_check,
        rules.locked_sign,
    ],
)
def test_identity_comes_before_everything(lock: Callable[[Facts], RuleBroken | None]) -> None:
    """M-1, A-8; with the readings taken, so that nothing else locks."""
    assert _locked(lock(replace(BEFORE_ANYTHING, readings=3))) == "movein.identity_first"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(AT_WORK, registered=False), "movein.register_first"),
        (AT_WORK, ""),
        (replace(AT_WORK, charged=False), ""),
    ],
)
def test_keys_come_after_the_register_and_never_wait_for_money(facts: Facts, code: str) -> None:
    """A-8, A-9: payment is not a condition."""
    assert _locked(rules.locked_handover(facts)) == code


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (INSPECTED, ""),
        (replace(INSPECTED, progress=Progress(total=2, ok=1)), "movein.acceptance_first"),
        (replace(INSPECTED, readings=2), "movein.readings_first"),
        (replace(INSPECTED, readings=2, round=2), ""),
        (replace(INSPECTED, voided=True), "movein.ended"),
    ],
)
def test_the_check_needs_the_whole_sheet_and_the_meters(facts: Facts, code: str) -> None:
    """M-9, M-10."""
    assert _locked(rules.locked_check(facts)) == code


def test_without_a_paper_there_is_nothing_to_sign() -> None:
    assert _locked(rules.locked_sign(INSPECTED)) == ""
    assert _locked(rules.locked_sign(AT_WORK)) == "movein.nothing_to_sign"


def test_defects_are_put_right_after_the_signature() -> None:
    """M-12."""
    assert _locked(rules.locked_rounds(INSPECTED)) == "movein.sign_first"
    assert _locked(rules.locked_rounds(SIGNED)) == ""
    assert rules.has_rounds(SIGNED)
    assert not rules.has_rounds(AT_WORK)


def test_a_further_round_needs_a_recheck_that_passed() -> None:
    """M-14: only when it passes does the procedure go on."""
    assert _code(lambda: rules.check_open_round(SIGNED)) == ""
    assert (
        _code(lambda: rules.check_open_round(replace(SIGNED, rechecked_defects=0))) == "rounds.recheck_first"
    )
    assert _code(lambda: rules.check_open_round(INSPECTED)) == "rounds.not_rectifying"


# --- the file


def test_what_passed_is_filed() -> None:
    """M-19."""
    assert rules.check_filing(PASSED, accept_open_defects=False) is State.FILED


def test_with_open_defects_it_is_filed_only_as_such() -> None:
    """And only when somebody says so."""
    assert rules.check_filing(SIGNED, accept_open_defects=True) is State.FILED_WITH_OPEN_DEFECTS
    assert _code(lambda: rules.check_filing(SIGNED, accept_open_defects=False)) == "filing.open_defects"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(PASSED, missing=("id_card_owner",)), "filing.missing"),
        (replace(PASSED, unsigned=("acceptance_sheet",)), "movein.sign_first"),
        (INSPECTED, "movein.sign_first"),
        (BEFORE_ANYTHING, "movein.sign_first"),
    ],
)
def test_an_incomplete_file_is_not_filed(facts: Facts, code: str) -> None:
    assert _code(lambda: rules.check_filing(facts, accept_open_defects=True)) == code


@pytest.mark.parametrize("facts", [replace(PASSED, state=State.FILED), replace(AT_WORK, voided=True)])
def test_what_has_ended_is_not_changed(facts: Facts) -> None:
    assert facts.ended
    assert _locked(rules.locked_by_end(facts)) == "movein.ended"
    assert _locked(rules.locked_handover(facts)) == "movein.ended"
