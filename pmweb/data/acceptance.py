"""The checklist of the house quality acceptance sheet (房屋质量验收登记表, M-9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pmweb.data.reading import Entry, choices, table
from pmweb.data.trades import read_trades
from pmweb.domain.bilingual import Choice


class Scope(StrEnum):
    """Which homes an item concerns."""

    ALL = "all"
    FURNISHED = "furnished"
    TOP_FLOOR = "top_floor"


@dataclass(frozen=True, slots=True)
class Room:
    """A room of the checklist; a repeatable one is copied once per actual room of the home."""

    id: str
    name_zh: str
    name_en: str
    repeatable: bool


@dataclass(frozen=True, slots=True)
class AcceptanceItem:
    """A row of the checklist: what is looked at, and what it must be like."""

    id: str
    seq: int
    room: str
    name_zh: str
    name_en: str
    criteria_zh: str
    criteria_en: str
    trade: str
    warranty: str
    safety: bool
    scope: Scope
    method: str

    def concerns(self, *, furnished: bool, top_floor: bool) -> bool:
        """Whether a home of this kind has the item at all."""
        return {Scope.ALL: True, Scope.FURNISHED: furnished, Scope.TOP_FLOOR: top_floor}[self.scope]


@dataclass(frozen=True, slots=True, eq=False)
class AcceptanceChecklist:
    """The whole checklist; every table goes by id and keeps the order of the file."""

    rooms: Mapping[str, Room]
    items: Mapping[str, AcceptanceItem]
    result_codes: Mapping[str, Choice]
    severities: Mapping[str, Choice]
    methods: Mapping[str, Choice]
    trades: Mapping[str, Choice]
    tools: Mapping[str, Choice]

    def items_in(self, room: str, *, furnished: bool, top_floor: bool) -> tuple[AcceptanceItem, ...]:
        """The items of a room that a home of this kind has, in the order of the sheet."""
        return tuple(
            item
            for item in self.items.values()
            if item.room == room and item.concerns(furnished=furnished, top_floor=top_floor)
        )


def read_acceptance(top: Entry, warranty_ids: Collection[str]) -> AcceptanceChecklist:
    """Build the checklist; ``BrokenData`` where a row names a room, a trade or the like that is unknown."""
    top.knows(
        *("schema_version", "kind", "trades", "result_codes", "severity_codes"),
        *("methods", "tools", "rooms", "items"),
    )
    rooms = table(top["rooms"].rows(), _room)
    methods = choices(top["methods"])
    trades = read_trades(top["trades"])

    def item(row: Entry) -> AcceptanceItem:
        row.knows(*AcceptanceItem.__dataclass_fields__)
        return AcceptanceItem(
            id=row["id"].text(),
            seq=row["seq"].whole(least=1),
            room=row["room"].among(rooms),
            name_zh=row["name_zh"].text(),
            name_en=row["name_en"].text(),
            criteria_zh=row["criteria_zh"].text(),
            criteria_en=row["criteria_en"].text(),
            trade=row["trade"].among(trades),
            warranty=row["warranty"].among(warranty_ids),
            safety=row["safety"].flag(),
            scope=Scope(row["scope"].among(list(Scope))),
            method=row["method"].among(methods),
        )

    rows = top["items"].rows()
    items = table(rows, item)
    seen: set[int] = set()
    for row, built in zip(rows, items.values(), strict=True):
        if built.seq in seen:
            row["seq"].fail(f"the seq {built.seq} stands twice")
        seen.add(built.seq)
    return AcceptanceChecklist(
        rooms=rooms,
        items=items,
        result_codes=choices(top["result_codes"]),
        severities=choices(top["severity_codes"]),
        methods=methods,
        trades=trades,
        tools=choices(top["tools"]),
    )


def _room(row: Entry) -> Room:
    row.knows("id", "name_zh", "name_en", "repeatable")
    return Room(row["id"].text(), row["name_zh"].text(), row["name_en"].text(), row["repeatable"].flag())
