"""The trades of the office: the files give their ids only, the names in both languages stand here."""

from __future__ import annotations

from collections.abc import Mapping

from pmweb.data.reading import Entry, table
from pmweb.domain.bilingual import Choice

_NAMES = {
    "plumbing": ("水暖", "Plumbing"),
    "electrical": ("电气", "Electrical"),
    "carpentry": ("木作", "Carpentry"),
    "masonry": ("泥瓦", "Masonry"),
    "waterproofing": ("防水", "Waterproofing"),
    "doors-windows": ("门窗", "Doors and windows"),
    "gas": ("燃气", "Gas"),
    "intercom": ("弱电对讲", "Intercom"),
    "other": ("其他", "Other"),
}


def read_trades(entry: Entry) -> Mapping[str, Choice]:
    """The list of trades; an office that adds one writes ``{id, name_zh, name_en}`` for the bare id."""

    def build(row: Entry) -> Choice:
        if row.is_mapping():
            row.knows("id", "name_zh", "name_en")
            return Choice(row["id"].text(), row["name_zh"].text(), row["name_en"].text())
        trade = row.text()
        if trade not in _NAMES:
            row.fail(f'the trade "{trade}" needs a name_zh and a name_en')
        return Choice(trade, *_NAMES[trade])

    return table(entry.rows(), build)
