"""Public places with a code to be scanned: added, found by their code, voided (R-1, FM-07)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import PublicPlace
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.homes import Building

LONGEST = 40
"""So many signs the place of a repair may have."""
MOST = 300
"""So many are shown and printed; an estate has fewer."""
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 6


def add_place(name: str, building: Building | None, at: datetime) -> PublicPlace:
    """A place and its code. The code is drawn, so that a label that was torn off never means another place.

    ``RuleBroken("place.exists")`` when the estate has a place of this name in this building; ``place.long`` when
    building and name together do not fit on a repair.
    """
    label = f"{building.name}# {name}" if building else name
    if len(label) > LONGEST:
        raise RuleBroken("place.long", field="name", most=LONGEST)
    known = select(PublicPlace.id).where(PublicPlace.label == label, PublicPlace.voided_at.is_(None))
    if unit().scalar(known.limit(1)) is not None:
        raise RuleBroken("place.exists", field="name")
    place = PublicPlace(
        name=name,
        building_id=building.id if building else None,
        building=building,
        label=label,
        code=_new_code(),
        added_at=at,
    )
    unit().add(place)
    unit().flush()
    return place


def void_place(place: PublicPlace, reason: str, at: datetime) -> None:
    """The place is no more, or was entered wrongly: its label leads nowhere from now on; what was reported stays."""
    if place.voided_at is not None:
        raise RuleBroken("place.voided")
    rules.refuse_without_reason(reason)
    place.voided_at, place.void_reason = at, reason
    unit().flush()


def place_of(code: str) -> PublicPlace | None:
    """The place in force whose label was scanned."""
    wanted = PublicPlace.code == code.strip().lower()
    return unit().scalar(select(PublicPlace).where(wanted, PublicPlace.voided_at.is_(None)))


def places() -> Sequence[PublicPlace]:
    """The places in force, by their label."""
    query = select(PublicPlace).where(PublicPlace.voided_at.is_(None))
    return unit().scalars(query.order_by(PublicPlace.label, PublicPlace.id).limit(MOST)).all()


def _new_code() -> str:
    while True:
        code = "".join(secrets.choice(_SIGNS) for _sign in range(_LENGTH))
        if unit().scalar(select(PublicPlace.id).where(PublicPlace.code == code)) is None:
            return code
