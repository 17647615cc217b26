"""What every matter has: a number, mostly a home, a state and a deadline; how registers find and count them (X-12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from pmweb.domain.matter_numbers import matter_number
from pmweb.models.homes import Home, meant_by

ALL_OPEN, DONE = "open", "done"
"""The group of everything that is not done yet, and the group of what is."""


@dataclass(frozen=True)
class Counts:
    """How many matters each group has, and how many of the open ones are late."""

    groups: Mapping[str, int]
    late: int


def called(number: InstrumentedAttribute[str], words: str, this_year: int) -> ColumnElement[bool]:
    """By its number, or a part of it, or by its home in whichever spelling: ``BX-62``, ``3-1201``, ``3 栋 1201``.

    A condition for a query that has ``Home`` beside the matter.
    """
    home = meant_by(words)
    return or_(
        number.contains(matter_number(words, this_year) or words.upper(), autoescape=True),
        Home.label == words,
        *([] if home is None else [home]),
    )


def count_groups(
    session: Session,
    query: Select[Any],
    state: InstrumentedAttribute[Any],
    due_at: InstrumentedAttribute[datetime | None],
    groups: Mapping[str, Sequence[StrEnum]],
    now: datetime,
) -> Counts:
    """The figures above a register: one query. ``query`` selects nothing yet but says from where and which.

    The states of ``groups`` other than ``DONE`` are open.
    """
    still = [one for name, states in groups.items() if name != DONE for one in states]
    late = func.sum(case((and_(due_at <= now, state.in_(still)), 1), else_=0))
    rows = session.execute(query.with_only_columns(state, func.count(), late).group_by(state)).all()
    by_state = {of: number for of, number, _late in rows}
    found = {name: sum(by_state.get(one, 0) for one in states) for name, states in groups.items()}
    found[ALL_OPEN] = sum(number for name, number in found.items() if name != DONE)
    return Counts(found, sum(late or 0 for _of, _number, late in rows))
