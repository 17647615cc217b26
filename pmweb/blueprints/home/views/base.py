"""What these pages share: the blueprint, and the owners' names for rows that name a home."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint
from sqlalchemy import select

from pmweb.domain.id_numbers import mask_name
from pmweb.extensions import unit
from pmweb.models.people import PartyKind, Person, Tie, TieKind

bp = Blueprint("home", __name__)


def owners_of(home_ids: Iterable[int | None]) -> dict[int, str]:
    """The owner of each of these homes, masked; one query for all of them."""
    wanted = {home_id for home_id in home_ids if home_id is not None}
    if not wanted:
        return {}
    rows = unit().execute(
        select(Tie.home_id, Person.name, Person.kind)
        .join(Person, Person.id == Tie.person_id)
        .where(Tie.home_id.in_(wanted), Tie.kind == TieKind.OWNER, Tie.until_on.is_(None))
        .order_by(Tie.id)
    )
    return {row.home_id: mask_name(row.name, company=row.kind is PartyKind.COMPANY) for row in rows}
