"""What may follow what: a table of moves, and the error that says which rule was broken."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar


class RuleBroken(Exception):
    """A rule of the procedure forbids what was asked.

    ``code`` names the rule (``"move.illegal"``, ``"mobile.form"``); ``facts`` carry the values that the
    sentence on the screen needs. The wording itself, in both languages, is in ``pmweb.web.errors``; nothing
    here is shown to a resident. Facts must not hold secrets: never put a full identity number in them.
    """

    code: str
    facts: dict[str, object]

    def __init__(self, code: str, /, **facts: object) -> None:
        """Name the broken rule and the values that its sentence needs."""
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        """The code with its facts, for logs."""
        if not self.facts:
            return self.code
        return f"{self.code} ({', '.join(f'{name}={value}' for name, value in self.facts.items())})"


S = TypeVar("S", bound=Hashable)


@dataclass(frozen=True, slots=True, eq=False)
class Workflow(Generic[S]):
    """A table of the legal moves between the states of one kind of record.

    ``moves`` maps each state to the states that may follow it; a state with nothing behind it is final. The
    table is checked and frozen when it is made: each state that can be reached needs a row of its own, else
    ``ValueError``. States may be strings or members of an enum.
    """

    moves: Mapping[S, Iterable[S]]

    def __post_init__(self) -> None:
        """Freeze the table and refuse one that leads nowhere."""
        table = {state: tuple(following) for state, following in self.moves.items()}
        for state, following in table.items():
            for to in following:
                if to not in table:
                    raise ValueError(f"the move from {state} leads to {to}, which is no state of the table")
        object.__setattr__(self, "moves", MappingProxyType(table))

    @classmethod
    def named(cls, moves: Mapping[str, Iterable[str]], state: Callable[[str], S]) -> Workflow[S]:
        """Build the table from names, as they stand in YAML.

        ``state`` turns a name into a state, or raises ``ValueError`` for one that it does not know.
        ``Workflow.named(rules.moves.moves, RepairState)`` gives a table of enum members.
        """
        return cls({state(name): tuple(state(to) for to in following) for name, following in moves.items()})

    @property
    def states(self) -> tuple[S, ...]:
        """All states, in the order of the table."""
        return tuple(self.moves)

    def after(self, state: S) -> tuple[S, ...]:
        """What may follow ``state``, in the order of the table; ``KeyError`` for a state it does not know."""
        return tuple(self.moves[state])

    def allows(self, state: S, to: S) -> bool:
        """Whether ``to`` may follow ``state``; an unknown state allows nothing."""
        return to in self.moves.get(state, ())

    def is_final(self, state: S) -> bool:
        """Whether nothing may follow ``state``; ``KeyError`` for a state it does not know."""
        return not self.after(state)

    def move(self, state: S, to: S) -> S:
        """Return ``to`` when it may follow ``state``.

        Otherwise raise ``RuleBroken("move.illegal", state=…, to=…)``. Meant to be written as ``order.state =
        MOVES.move(order.state, RepairState.ON_SITE)``.
        """
        if not self.allows(state, to):
            raise RuleBroken("move.illegal", state=state, to=to)
        return to
