"""What is said first in an emergency: stop the harm, then register (FM-07; the steps are the office's own)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pmweb.data.reading import Entry, table


@dataclass(frozen=True, slots=True)
class Emergency:
    """The steps of one emergency in both languages, in the order in which they are read out."""

    id: str
    name_zh: str
    name_en: str
    categories: tuple[str, ...]
    steps_zh: tuple[str, ...]
    steps_en: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class EmergencyRules:
    """The emergencies by id, and by the category of the repair."""

    emergencies: Mapping[str, Emergency]
    by_category: Mapping[str, Emergency]


def read_emergencies(top: Entry, categories: Collection[str]) -> EmergencyRules:
    """Build the rules; ``BrokenData`` for an unknown category, one that stands twice, or a step without its twin."""
    top.knows("schema_version", "kind", "emergencies")
    by_category: dict[str, Emergency] = {}

    def emergency(row: Entry) -> Emergency:
        row.knows(*Emergency.__dataclass_fields__)
        found = Emergency(
            id=row["id"].text(),
            name_zh=row["name_zh"].text(),
            name_en=row["name_en"].text(),
            categories=tuple(one.among(categories) for one in row["categories"].rows()),
            steps_zh=row["steps_zh"].texts(),
            steps_en=row["steps_en"].texts(),
        )
        if not found.categories or not found.steps_zh:
            row.fail("an emergency needs a category and a step")
        if len(found.steps_zh) != len(found.steps_en):
            row["steps_en"].fail("both languages need the same number of steps")
        for category in found.categories:
            if category in by_category:
                row["categories"].fail(f'the category "{category}" stands twice')
            by_category[category] = found
        return found

    return EmergencyRules(table(top["emergencies"].rows(), emergency), MappingProxyType(by_category))
