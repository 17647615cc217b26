"""The table of moves of a data file: every state has its row, and a row leads to states."""

from __future__ import annotations

import pytest

from pmweb.data import BrokenData
from pmweb.data.moves import read_moves
from pmweb.data.reading import read

STATES = ("open", "done")


def moves(*rows: str) -> dict[str, tuple[str, ...]]:
    """What the loader makes of these rows."""
    text = "\n".join(["schema_version: 1", "kind: letters", "transitions:", *(f"  {row}" for row in rows)])
    table = read_moves(read("letters.yaml", text, "letters")["transitions"], STATES)
    return {state: table.after(state) for state in table.states}


def test_the_rows_are_kept_in_their_order() -> None:
    assert moves("open: [done, open]", "done: []") == {"open": ("done", "open"), "done": ()}


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        (("open: [done]",), 4, "the transitions have no row for done"),
        (("open: [done]", "done: []", "gone: []"), 6, "the transitions name gone, which is no state"),
        (("open: [done]", "done: [lost]"), 5, '"lost" is not one of open, done'),
        (("open: done", "done: []"), 4, "open must be a list"),
        (("open: [done]", "open: []", "done: []"), 5, "the key open stands twice"),
    ],
)
def test_a_slip_is_named_with_its_line(rows: tuple[str, ...], line: int, reason: str) -> None:
    with pytest.raises(BrokenData, match=rf"^letters\.yaml, line {line}: .*{reason}"):
        moves(*rows)
