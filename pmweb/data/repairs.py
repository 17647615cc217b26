"""Repair categories, priorities, leak tests and the states of a repair (R-1 to R-9, W-2 to W-4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from pmweb.data.moves import read_moves
from pmweb.data.reading import Entry, choices, table
from pmweb.data.trades import read_trades
from pmweb.domain.bilingual import Choice
from pmweb.domain.workflow import Workflow


@dataclass(frozen=True, slots=True)
class FollowUpKind:
    """When the follow-up is due: so many days after completion or after the leak test (W-2 to W-4)."""

    id: str
    name_zh: str
    name_en: str
    days: int
    from_moment: str
    origin: str


@dataclass(frozen=True, slots=True)
class Priority:
    """How soon somebody should be on site; a target of the office, not a promise of the procedure."""

    id: str
    name_zh: str
    name_en: str
    response: timedelta


@dataclass(frozen=True, slots=True)
class RepairCategory:
    """What is broken; it gives the trade, the follow-up, the priority and the warranty category."""

    id: str
    name_zh: str
    name_en: str
    trade: str
    safety: bool
    leak: bool
    follow_up: str
    priority: str
    price_unit: str
    warranty: str


@dataclass(frozen=True, slots=True)
class LeakTestMethod:
    """A way to test for leaks, and the least time that it takes."""

    id: str
    name_zh: str
    name_en: str
    duration: timedelta


@dataclass(frozen=True, slots=True, eq=False)
class RepairRules:
    """All of it; every table goes by id and keeps the order of the file.

    ``moves`` is the table of the file by the ids of ``states``; ``Workflow.named(rules.moves.moves,
    RepairState)`` gives one of enum members.
    """

    categories: Mapping[str, RepairCategory]
    follow_up_kinds: Mapping[str, FollowUpKind]
    follow_up_results: Mapping[str, Choice]
    follow_up_channels: tuple[str, ...]
    follow_up_target_percent: int
    trades: Mapping[str, Choice]
    priorities: Mapping[str, Priority]
    price_units: Mapping[str, Choice]
    places: Mapping[str, Choice]
    leak_test_methods: Mapping[str, LeakTestMethod]
    leak_test_results: Mapping[str, Choice]
    states: Mapping[str, Choice]
    moves: Workflow[str]


def read_repairs(top: Entry, warranty_ids: Collection[str]) -> RepairRules:
    """Build the rules; ``BrokenData`` where a row names a trade, a state or the like that does not exist."""
    top.knows(
        *("schema_version", "kind", "follow_up_kinds", "follow_up_target_percent", "follow_up_channels"),
        *("trades", "priorities", "price_units", "places", "categories", "leak_test", "states"),
        *("transitions", "guards", "follow_up_results"),
    )
    trades = read_trades(top["trades"])
    priorities = table(top["priorities"].rows(), _priority)
    price_units = choices(top["price_units"])
    follow_up_kinds = table(top["follow_up_kinds"].rows(), _follow_up_kind)

    def category(row: Entry) -> RepairCategory:
        row.knows(*RepairCategory.__dataclass_fields__)
        return RepairCategory(
            id=row["id"].text(),
            name_zh=row["name_zh"].text(),
            name_en=row["name_en"].text(),
            trade=row["trade"].among(trades),
            safety=row["safety"].flag(),
            leak=row["leak"].flag(),
            follow_up=row["follow_up"].among(follow_up_kinds),
            priority=row["priority"].among(priorities),
            price_unit=row["price_unit"].among(price_units),
            warranty=row["warranty"].among(warranty_ids),
        )

    leak_test = top["leak_test"]
    leak_test.knows("required_for", "methods", "results")
    states = choices(top["states"])
    return RepairRules(
        categories=table(top["categories"].rows(), category),
        follow_up_kinds=follow_up_kinds,
        follow_up_results=choices(top["follow_up_results"]),
        follow_up_channels=top["follow_up_channels"].texts(),
        follow_up_target_percent=top["follow_up_target_percent"].whole(),
        trades=trades,
        priorities=priorities,
        price_units=price_units,
        places=choices(top["places"]),
        leak_test_methods=table(leak_test["methods"].rows(), _leak_test_method),
        leak_test_results=choices(leak_test["results"]),
        states=states,
        moves=read_moves(top["transitions"], states),
    )


def _follow_up_kind(row: Entry) -> FollowUpKind:
    row.knows("id", "name_zh", "name_en", "days", "from", "origin")
    return FollowUpKind(
        id=row["id"].text(),
        name_zh=row["name_zh"].text(),
        name_en=row["name_en"].text(),
        days=row["days"].whole(least=1),
        from_moment=row["from"].among(("completed_at", "leak_tested_at")),
        origin=row["origin"].text(),
    )


def _priority(row: Entry) -> Priority:
    row.knows("id", "name_zh", "name_en", "response_hours")
    return Priority(
        row["id"].text(), row["name_zh"].text(), row["name_en"].text(), _hours(row["response_hours"])
    )


def _leak_test_method(row: Entry) -> LeakTestMethod:
    row.knows("id", "name_zh", "name_en", "hours")
    return LeakTestMethod(
        row["id"].text(), row["name_zh"].text(), row["name_en"].text(), _hours(row["hours"])
    )


def _hours(entry: Entry) -> timedelta:
    hours = entry.exact()
    if hours < 0:
        entry.fail(f"{entry.name} must not be negative")
    return timedelta(seconds=int(hours * 3600))
