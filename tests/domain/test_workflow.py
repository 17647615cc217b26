"""A state changes only along its table, and an illegal move is an error that can be shown."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest

from pmweb.domain.workflow import RuleBroken, Workflow


class Pass(StrEnum):
    """States of a pass, for these tests."""

    ISSUED = "issued"
    SHOWN = "shown"
    LAPSED = "lapsed"


NAMES = {"issued": ["shown", "lapsed"], "shown": ["lapsed"], "lapsed": []}
MOVES = Workflow.named(NAMES, Pass)


def test_a_legal_move_gives_the_new_state() -> None:
    assert MOVES.move(Pass.ISSUED, Pass.SHOWN) is Pass.SHOWN
    assert MOVES.after(Pass.ISSUED) == (Pass.SHOWN, Pass.LAPSED)


@pytest.mark.parametrize(
    ("state", "to"),
    [(Pass.LAPSED, Pass.ISSUED), (Pass.SHOWN, Pass.ISSUED), (Pass.ISSUED, Pass.ISSUED)],
)
def test_an_illegal_move_says_from_where_and_to_where(state: Pass, to: Pass) -> None:
    with pytest.raises(RuleBroken) as broken:
        MOVES.move(state, to)
    assert broken.value.code == "move.illegal"
    assert broken.value.facts == {"state": state, "to": to}


def test_an_unknown_state_allows_nothing() -> None:
    table = Workflow(NAMES)
    assert not table.allows("lost", "issued")
    with pytest.raises(RuleBroken):
        table.move("lost", "issued")
    with pytest.raises(KeyError):
        table.after("lost")


def test_final_states_are_those_with_an_empty_row() -> None:
    assert [state for state in MOVES.states if MOVES.is_final(state)] == [Pass.LAPSED]


def test_a_table_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="issued leads to lost"):
        Workflow({"issued": ["lost"]})
    with pytest.raises(ValueError, match="lost"):
        Workflow.named({"issued": ["lost"], "lost": []}, Pass)


def test_the_table_cannot_be_changed_afterwards() -> None:
    names = {"issued": ["lapsed"], "lapsed": []}
    table = Workflow(names)
    names["lapsed"].append("issued")
    assert table.after("lapsed") == ()
    moves: Any = table.moves
    with pytest.raises(TypeError):
        moves["lapsed"] = ("issued",)


def test_a_broken_rule_reads_as_its_code_and_facts() -> None:
    assert str(RuleBroken("mobile.form")) == "mobile.form"
    assert (
        str(RuleBroken("move.illegal", state="closed", to="open")) == "move.illegal (state=closed, to=open)"
    )
