"""What the complaint rules say about the office itself: its departments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pmweb.data.reading import Entry, choices
from pmweb.domain.bilingual import Choice


@dataclass(frozen=True, slots=True, eq=False)
class ComplaintRules:
    """The departments by their id, in the order of the file."""

    departments: Mapping[str, Choice]


def read_complaints(top: Entry) -> ComplaintRules:
    """Build the rules; ``BrokenData`` where a department has no id or no name."""
    return ComplaintRules(departments=choices(top["departments"], "origin"))
