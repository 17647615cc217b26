"""What the page of the work log reads: the lines of a day as columns, and how many there are of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from pmweb.blueprints.desk.models import WorkLogEntry
from pmweb.blueprints.desk.rules import LogKind
from pmweb.extensions import unit


def listed(on: date) -> Select[Any]:
    """The log of a day as columns; the caller chooses the order."""
    entry = WorkLogEntry
    columns: tuple[Any, ...] = (
        *(entry.id, entry.at, entry.kind, entry.text, entry.name),
        *(entry.subject_kind, entry.subject_id, entry.by_name),
    )
    return select(*columns).where(entry.logged_on == on)


def counts(on: date) -> Mapping[LogKind, int]:
    """How many lines of each kind the day has, in the order of the kinds: one query."""
    query = (
        select(WorkLogEntry.kind, func.count())
        .where(WorkLogEntry.logged_on == on)
        .group_by(WorkLogEntry.kind)
    )
    found = dict(iter(unit().execute(query)))
    return {kind: found[kind] for kind in LogKind if kind in found}
