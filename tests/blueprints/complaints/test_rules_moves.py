"""All states, all roles, all verbs of a complaint, against a table written by hand (P-8 to P-24). Pure."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.rules import Case, ComplaintState, FaultId, LevelId, Verb
from pmweb.data import defaults
from pmweb.domain.permissions import GRANTS, Role
from pmweb.domain.workflow import RuleBroken
from tests.blueprints.complaints.expected import CASES, STATES, can_be_done, may_do
from tests.blueprints.complaints.test_rules import broken

MOVES = rules.table_of_moves(defaults().complaints.moves)
S = ComplaintState
TABLE = {
    S.RECEIVED: "escalated assigned closed",
    S.ESCALATED: "assigned",
    S.ASSIGNED: "in_progress assigned escalated",
    S.IN_PROGRESS: "waiting_external result_reported assigned escalated",
    S.WAITING_EXTERNAL: "in_progress result_reported",
    S.RESULT_REPORTED: "resident_informed in_progress",
    S.RESIDENT_INFORMED: "closed reopened",
    S.CLOSED: "reopened",
    S.REOPENED: "assigned",
}


@pytest.mark.parametrize("state", list(S))
def test_the_moves_are_those_of_the_office_and_no_others(state: ComplaintState) -> None:
    assert " ".join(MOVES.after(state)) == TABLE[state]


@pytest.mark.parametrize("state", list(S))
def test_what_can_be_done_in_a_state(state: ComplaintState) -> None:
    """Every verb, and every case that a guard looks at: P-10, P-13, P-16, P-22, P-23 and the rows of the table."""
    for case in CASES:
        wanted = {verb for verb in Verb if can_be_done(verb, state, case)}
        assert set(rules.possible(MOVES, state, case)) == wanted, case


@pytest.mark.parametrize(("state", "role"), list(product(S, Role)))
def test_what_a_role_is_offered(state: ComplaintState, role: Role) -> None:
    """P-14, P-18, P-19: as the responsible person, as the receiver, as both, as neither."""
    cases = [case for case in CASES if case.validity is None and case.called is case.open_plans]
    for case, responsible, receiver in product(cases, (False, True), (False, True)):
        mine = {"responsible": responsible, "receiver": receiver}
        offered = rules.offered(MOVES, state, GRANTS[role], case=case, **mine)
        wanted = {
            verb
            for verb in Verb
            if can_be_done(verb, state, case) and may_do(verb, role, state, case, **mine)
        }
        assert set(offered) == wanted, (case, mine)
        assert len(offered) == len(set(offered))


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN])
def test_who_only_looks_does_nothing(role: Role) -> None:
    for state, case in product(S, CASES):
        assert rules.offered(MOVES, state, GRANTS[role], responsible=True, receiver=True, case=case) == ()


@pytest.mark.parametrize("verb", list(Verb))
def test_every_verb_leads_where_the_table_allows(verb: Verb) -> None:
    assert rules.starts_of(verb) == STATES[verb]
    to = rules.leads_to(verb)
    for state in rules.starts_of(verb):
        assert to is None or MOVES.allows(state, to)


@pytest.mark.parametrize("state", list(S))
def test_what_cannot_be_done_is_refused(state: ComplaintState) -> None:
    for case, verb in product(CASES, Verb):
        refused = broken(rules.refuse_impossible, MOVES, verb, state, case)
        assert refused == (None if can_be_done(verb, state, case) else ("move.illegal", None))


def test_a_complaint_goes_forward_in_every_state_that_is_open() -> None:
    """P-19, "to the end": somebody is offered what brings it on."""
    for state, level in product(rules.OPEN, LevelId):
        if state is S.RECEIVED and level is not LevelId.MINOR:
            continue  # it is brought before its person as it is taken
        forward = set(rules.possible(MOVES, state, Case(level=level))) & set(rules.FORWARD)
        assert forward, state


def test_whoever_answers_for_nothing_is_offered_nothing_of_others() -> None:
    """P-1, fair: a guard who neither received nor handles it."""
    for state in S:
        assert rules.offered(MOVES, state, GRANTS[Role.GUARD], responsible=False, receiver=False) == ()


def test_a_table_that_the_office_shortened_takes_the_verb_away() -> None:
    """The table of the data is the only one."""
    moves = {name: [to for to in after if to != "waiting_external"] for name, after in _names().items()}
    shorter = rules.table_of_moves(type(defaults().complaints.moves)(moves))
    assert Verb.WAIT not in rules.possible(shorter, S.IN_PROGRESS)
    assert Verb.WAIT in rules.possible(MOVES, S.IN_PROGRESS)


def test_a_state_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="lost"):
        rules.table_of_moves(type(defaults().complaints.moves)({"lost": []}))


def _names() -> dict[str, tuple[str, ...]]:
    moves = defaults().complaints.moves
    return {state: moves.after(state) for state in moves.states}


@pytest.mark.parametrize(
    ("against", "staff", "refused"), [(7, 7, True), (7, 8, False), (None, 7, False), (None, None, False)]
)
def test_nobody_handles_a_complaint_about_oneself(against: int, staff: int, refused: bool) -> None:
    """P-1."""
    assert broken(rules.refuse_own_cause, against, staff) == (
        ("complaint.own_cause", "staff_id") if refused else None
    )


@pytest.mark.parametrize(("reason", "refused"), [("楼上又施工", False), ("", True), (" \n", True)])
def test_what_turns_back_needs_a_reason(reason: str, refused: bool) -> None:
    assert broken(rules.refuse_without_reason, reason, "said") == (
        ("complaint.reason", "said") if refused else None
    )


GOOD: dict[str, Any] = {"steps": ["1"], "cause": "不知道午休时间", "result": "已约定", "met": False}


@pytest.mark.parametrize(
    ("fault", "changes", "refused"),
    [
        (FaultId.COMPANY, {}, None),
        (FaultId.RESIDENT, {}, None),
        (FaultId.SHARED, {"met": True}, None),
        (FaultId.SHARED, {}, ("complaint.meeting_first", "fault")),
        (FaultId.UNDETERMINED, {"met": True}, ("complaint.fault", "fault")),
        (FaultId.COMPANY, {"steps": []}, ("complaint.steps", "steps")),
        (FaultId.COMPANY, {"cause": " "}, ("complaint.root_cause", "root_cause")),
        (FaultId.RESIDENT, {"result": ""}, ("complaint.result", "result")),
    ],
)
def test_what_a_result_needs(fault: FaultId, changes: dict[str, Any], refused: tuple[str, str]) -> None:
    """P-8, P-9, P-10, P-12, P-20: whose fault, what was done, why, what came of it; the meeting where needed."""
    assert broken(rules.refuse_result, fault, **(GOOD | changes)) == refused


@pytest.mark.parametrize(("found_by", "looks", "refused"), [(3, 3, True), (3, 4, False), (None, 4, False)])
def test_somebody_else_looks_a_second_time(found_by: int, looks: int, refused: bool) -> None:
    """P-23."""
    assert broken(rules.refuse_second_look, found_by, looks) == (
        ("complaint.second_look", "passed") if refused else None
    )


@pytest.mark.parametrize(
    ("accepted", "note", "doubted", "refused"),
    [
        (True, "", False, None),
        (None, "", False, None),
        (False, "住户要求超出合同", False, None),
        (False, "", False, ("complaint.close_reason", "note")),
        (False, "  ", False, ("complaint.close_reason", "note")),
        (True, "好", True, ("complaint.doubt_first", None)),
    ],
)
def test_what_closing_needs(
    accepted: bool | None, note: str, doubted: bool, refused: tuple[str, str] | None
) -> None:
    """P-12, P-23."""
    assert broken(rules.refuse_closing, accepted=accepted, note=note, doubted=doubted) == refused


def test_the_refusal_names_the_state_and_the_move() -> None:
    with pytest.raises(RuleBroken) as refused:
        rules.refuse_impossible(MOVES, Verb.CLOSE, S.RECEIVED, Case())
    assert refused.value.facts == {"state": S.RECEIVED, "to": S.CLOSED}
