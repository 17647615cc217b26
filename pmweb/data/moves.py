"""The table of moves of a data file: which state may follow which."""

from __future__ import annotations

from collections.abc import Collection

from pmweb.data.reading import Entry
from pmweb.domain.workflow import Workflow


def read_moves(entry: Entry, states: Collection[str]) -> Workflow[str]:
    """The table of moves; each state must have its row, and a row may only lead to states."""
    table_of_moves: dict[str, list[str]] = {}
    for state, row in entry.fields().items():
        if state not in states:
            row.fail(f"the transitions name {state}, which is no state")
        table_of_moves[state] = [to.among(states) for to in row.rows()]
    missing = [state for state in states if state not in table_of_moves]
    if missing:
        entry.fail(f"the transitions have no row for {', '.join(missing)}")
    return Workflow(table_of_moves)
