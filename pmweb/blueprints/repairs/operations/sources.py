"""Repairs as the matter sees them that they came from, such as a move-in (M-12 to M-19)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations.promises import follow, nature_of
from pmweb.blueprints.repairs.operations.work import AFTER
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.files import Attachment
from pmweb.models.staff import Staff


def of_source(kind: str, source_id: int) -> list[Row[Any]]:
    """The repairs of a matter as columns, in the order of their numbers: one query.

    Columns: id, number, item_code, place, description, trade, severity, responsible, state, round, due_on,
    due_at, appointment_at, completed_at, work_done, rechecked_at, signed_at, assignee_name, version.
    """
    columns = (
        *(Repair.id, Repair.number, Repair.item_code, Repair.place, Repair.description, Repair.trade),
        *(Repair.severity, Repair.responsible, Repair.state, Repair.round, Repair.due_on, Repair.due_at),
        *(Repair.appointment_at, Repair.completed_at, Repair.work_done, Repair.rechecked_at),
        *(Repair.signed_at, Staff.name.label("assignee_name"), Repair.version),
    )
    query = (
        select(*columns)
        .outerjoin(Staff, Staff.id == Repair.assignee_id)
        .where(Repair.source_kind == kind, Repair.source_id == source_id)
        .order_by(Repair.id)
    )
    return list(unit().execute(query))


def repair_of(kind: str, source_id: int, repair_id: int) -> Repair | None:
    """One repair of a matter, to act on; None when it is not of that matter."""
    query = select(Repair).where(
        Repair.id == repair_id, Repair.source_kind == kind, Repair.source_id == source_id
    )
    return unit().scalar(query)


def photos_of(repair_ids: Iterable[int]) -> dict[int, tuple[list[Attachment], list[Attachment]]]:
    """By repair: what was photographed before the work, and what after it; one query (M-17)."""
    taken = shelf.attachments(unit(), Repair.__tablename__, repair_ids)
    return {
        repair_id: (
            [photo for photo in photos if photo.caption != AFTER],
            [photo for photo in photos if photo.caption == AFTER],
        )
        for repair_id, photos in taken.items()
    }


def let_go(kind: str, source_id: int, at: datetime) -> int:
    """The matter has ended with work still to do: from now on each repair stands on its own (M-18, M-19).

    There will be no second acceptance, so whoever repairs asks for the signature; where the recheck has passed, that
    is owed now. What stands on its own already is left
    alone. Returns how many repairs were let go.
    """
    query = select(Repair).where(
        Repair.source_kind == kind,
        Repair.source_id == source_id,
        Repair.state.in_(rules.TO_MEND),
        Repair.on_its_own.is_(False),
    )
    going_on = list(unit().scalars(query.order_by(Repair.id)))
    for repair in going_on:
        repair.on_its_own = True
        if rules.signed_here(repair.state, nature_of(repair)):
            follow(repair, "repair.on_its_own", max(at, repair.moved_at))
    unit().flush()
    return len(going_on)
