"""What somebody with a calendar would expect of the clocks: kept by hand beside the office, for the simulation.

Nothing here asks the rules: days are those of UTC+8, the figures stand in ``LEVELS``. What has been looked at is
counted in looks (``pmweb run-due``): a clock runs from the look after it was set to the look before it ended.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

EIGHT, HOUR, DAY = timedelta(hours=8), timedelta(hours=1), timedelta(days=1)
LEVELS: dict[str, dict[str, timedelta | int]] = {
    "major": {"escalate": 0, "reply": 2, "resolve": 10},
    "important": {"escalate": HOUR, "resolve": 3},
    "minor": {"resolve": 2},
}
"""Whole numbers are days, of which the first is not counted."""
GRAVE = {"minor": 0, "important": 1, "major": 2}
SUPERVISOR, MANAGER, PERSON = "department_supervisor", "office_manager", "responsible_person"
TOLD = ((50, PERSON), (80, PERSON), (80, SUPERVISOR), (100, SUPERVISOR), (100, MANAGER))
ABOVE = {SUPERVISOR: (MANAGER,), MANAGER: (), PERSON: (SUPERVISOR, MANAGER)}


def ends(event: datetime, period: timedelta | int) -> datetime:
    """So many hours later, or 24:00 in Shanghai of the n-th day."""
    if isinstance(period, timedelta):
        return event + period
    local = event + EIGHT
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + (period + 1) * DAY - EIGHT


@dataclass
class Span:
    """A clock or a promise: until when, and from which look to which."""

    of: int
    kind: str
    started: datetime
    due: datetime
    looks: list[list[int | None]]
    owner: str = ""
    agreed: datetime | None = None
    """Who agreed to it then knows what has passed by then."""


@dataclass
class File:
    """One complaint as the person with the calendar has noted it."""

    id: int
    level: str
    received: datetime
    own: datetime | None
    state: str = "received"
    round: int = 1
    moved: datetime = field(init=False)
    begun: datetime = field(init=False)
    lies_before: str = ""
    acknowledged: bool = False
    contacted: bool = False
    replied: bool = False
    clocks: dict[str, Span] = field(default_factory=dict)
    resolved: Span | None = None
    promise: Span | None = None

    def __post_init__(self) -> None:
        self.moved = self.begun = self.received


class Ledger:
    """All clocks and promises, and the looks that were taken."""

    def __init__(self) -> None:
        self.looks: list[datetime] = []
        self.spans: list[Span] = []
        self.promises: list[Span] = []
        self.whose: dict[int, list[tuple[int, int | None]]] = {}
        self.receivers: dict[int, int] = {}

    # --- clocks ---

    def start(
        self, file: File, kind: str, started: datetime, due: datetime, agreed: datetime | None = None
    ) -> None:
        span = Span(file.id, kind, started, due, [[len(self.looks), None]], agreed=agreed)
        file.clocks[kind] = span
        self.spans.append(span)

    def end(self, file: File, *kinds: str) -> None:
        for kind in kinds or tuple(file.clocks):
            span = file.clocks.pop(kind, None)
            if span is not None:
                span.looks[-1][1] = len(self.looks)
                if kind == "resolve":
                    file.resolved = span

    def start_level(self, file: File, but: set[str]) -> None:
        for kind, period in LEVELS[file.level].items():
            own = file.own if file.level == "minor" else None
            if kind not in but:
                self.start(file, kind, file.begun, own or ends(file.begun, period))

    def run_on(self, file: File) -> None:
        """The result was sent back."""
        assert file.resolved is not None
        file.resolved.looks.append([len(self.looks), None])
        file.clocks["resolve"] = file.resolved

    def given(self, file: File, staff: int | None) -> None:
        self.whose.setdefault(file.id, []).append((len(self.looks), staff))

    # --- promises that are passed up when they are late ---

    def settle(self, file: File) -> None:
        """What is owed now, where no clock tells of it."""
        found = self._owed(file)
        old = file.promise
        if found is not None and old is not None and (old.kind, old.due, old.owner) == found:
            return
        if old is not None:
            old.looks[-1][1] = len(self.looks)
        file.promise = None
        if found is not None:
            kind, due, owner = found
            file.promise = Span(file.id, kind, file.moved, due, [[len(self.looks), None]], owner)
            self.promises.append(file.promise)

    def _owed(self, file: File) -> tuple[str, datetime, str] | None:
        soon, above = file.moved + HOUR, file.lies_before or SUPERVISOR
        if file.state == "escalated" and not file.acknowledged:
            return None if "escalate" in file.clocks else ("acknowledge", soon, above)
        if file.state in ("received", "escalated", "reopened"):
            return "assign", soon, above
        if file.state == "assigned" and "first_contact" not in file.clocks:
            return "contact", soon, PERSON
        return ("close", ends(file.moved, 1), SUPERVISOR) if file.state == "resident_informed" else None

    # --- what is expected ---

    def reminders(self) -> Counter[tuple[object, ...]]:
        """Which clock, which part of the way, who, who that is, and at which look."""
        found: Counter[tuple[object, ...]] = Counter()
        for span in self.spans:
            for percent, to in TOLD:
                instant = span.started + (span.due - span.started) * percent / 100
                look = self._first(span, instant)
                if look is not None and (span.agreed is None or instant > span.agreed):
                    person = self._person(span, look) if to == PERSON else None
                    known = (span.of, span.kind, span.started, span.due)
                    found[(*known, percent, to, person, self.looks[look])] += 1
        return found

    def passed_up(self) -> Counter[tuple[object, ...]]:
        """Which late promise was told to whom, at which look."""
        found: Counter[tuple[object, ...]] = Counter()
        for promise in self.promises:
            for later, to in enumerate(ABOVE[promise.owner]):
                look = self._first(promise, promise.due + later * DAY)
                if look is not None:
                    found[(promise.of, f"complaint.{promise.kind}", promise.due, to, self.looks[look])] += 1
        return found

    def _first(self, span: Span, instant: datetime) -> int | None:
        """The first look at or after the instant at which it runs; clocks that went back saw less."""
        if not hasattr(self, "_latest"):
            self._latest, latest = [], datetime.min.replace(tzinfo=instant.tzinfo)
            for at in self.looks:
                latest = max(latest, at)
                self._latest.append(latest)
        first = bisect_left(self._latest, instant)
        for since, until in span.looks:
            assert since is not None
            for look in range(max(first, since), len(self.looks) if until is None else until):
                if self.looks[look] >= instant:
                    return look
        return None

    def _person(self, span: Span, look: int) -> int | None:
        if span.kind == "feedback":
            return self.receivers[span.of]
        return next((staff for since, staff in reversed(self.whose.get(span.of, [])) if since <= look), None)
