"""Whom a job is offered to first (R-6). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Worker(Protocol):
    """Somebody who may be given a job: the trades, and how many jobs there are still to do."""

    @property
    def name(self) -> str:
        """What colleagues call them."""
        ...

    @property
    def trades(self) -> str:
        """Ids of trades, with commas between them."""
        ...

    @property
    def load(self) -> int:
        """How many jobs they have still to do."""
        ...


W = TypeVar("W", bound=Worker)


def best_for(trade: str, workers: Iterable[W]) -> W | None:
    """Who has the trade and the fewest jobs to do; of several the first by name.

    Of whom no trade is written down may do anything, when nobody has this one. None where nobody is left.
    """
    known = list(workers)
    fitting = [worker for worker in known if trade in worker.trades.split(",")]
    fitting = fitting or [worker for worker in known if not worker.trades]
    return min(fitting, key=lambda worker: (worker.load, worker.name), default=None)
