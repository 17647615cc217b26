"""What is signed and handed out at move-in (M-6, M-7, A-7), and the chips of a defect."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pmweb.data.acceptance import AcceptanceItem
from pmweb.data.reading import Entry, table


@dataclass(frozen=True, slots=True)
class Agreement:
    """A paper with a wording of its own; a new ``version`` asks for a new signature."""

    id: str
    name_zh: str
    name_en: str
    meaning: str
    mandatory: bool
    version: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Thing:
    """A kind of key or thing; ``usual`` is how many the form proposes."""

    id: str
    name_zh: str
    name_en: str
    unit_zh: str
    usual: int


@dataclass(frozen=True, slots=True)
class Reasons:
    """The chips of one trade in both languages."""

    zh: tuple[str, ...]
    en: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MoveInRules:
    """Agreements and things by id, reasons by trade and by item; in the order of the file."""

    agreements: Mapping[str, Agreement]
    things: Mapping[str, Thing]
    reasons: Mapping[str, Reasons]
    item_reasons: Mapping[str, Reasons]

    def reasons_of(self, item: AcceptanceItem) -> Reasons:
        """The chips of a defect of this item: its own, else those of its trade."""
        return self.item_reasons.get(item.id) or self.reasons[item.trade]


def read_movein(top: Entry, trades: Collection[str], items: Collection[str]) -> MoveInRules:
    """Build the rules; ``BrokenData`` where a row is incomplete, a trade or an item is unknown."""
    top.knows("schema_version", "kind", "agreements", "things", "reasons", "item_reasons")

    def agreement(row: Entry) -> Agreement:
        row.knows(*Agreement.__dataclass_fields__)
        texts = {
            name: row[name].text()
            for name in Agreement.__dataclass_fields__
            if name not in ("meaning", "mandatory")
        }
        return Agreement(
            **texts, meaning=row["meaning"].among(["acknowledge", "agree"]), mandatory=row["mandatory"].flag()
        )

    def thing(row: Entry) -> Thing:
        row.knows(*Thing.__dataclass_fields__)
        names = {name: row[name].text() for name in ("id", "name_zh", "name_en", "unit_zh")}
        return Thing(**names, usual=row["usual"].whole(least=0))

    chips: dict[str, Reasons] = {}
    for trade, entry in top["reasons"].fields().items():
        if trade not in trades:
            entry.fail(f"there is no trade {trade}")
        chips[trade] = Reasons(entry["zh"].texts(), entry["en"].texts())
    own: dict[str, Reasons] = {}
    for row in top["item_reasons"].rows():
        row.knows("items", "zh", "en")
        for item in row["items"].rows():
            if item.among(items) in own:
                item.fail(f"the item {item.text()} stands twice")
            own[item.text()] = Reasons(row["zh"].texts(), row["en"].texts())
    return MoveInRules(
        agreements=table(top["agreements"].rows(), agreement),
        things=table(top["things"].rows(), thing),
        reasons=chips,
        item_reasons=own,
    )
