"""What these pages share: the blueprint, and people who are known already and may be chosen."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from flask import Blueprint, request
from sqlalchemy import ColumnElement, and_, or_, select

from pmweb.blueprints.households.operations import find_by_identity, homes_of
from pmweb.domain.id_numbers import mask_name, mask_phone
from pmweb.extensions import unit
from pmweb.models.homes import Home, meant_by
from pmweb.models.people import PartyKind, Person, Tie
from pmweb.web.fields import tidy
from pmweb.web.filters import listed

bp = Blueprint("households", __name__, url_prefix="/households")

OFFERED = 8


def typed() -> str:
    """What stands in the search box, as one tidy line."""
    return " ".join((tidy(request.args.get("q")) or "").split())[:60]


def like(text: str) -> ColumnElement[bool] | None:
    """Whom a text may mean: part of a name, initials, the end of a telephone, or everybody of a home."""
    if not text:
        return None
    fits = [Person.name.icontains(text, autoescape=True)]
    letters = text.lower()
    digits = "".join(c for c in text if c not in " -+")
    if letters.isascii() and letters.isalpha():
        fits.append(and_(Person.initials >= letters, Person.initials <= letters + "z" * 20))
    if digits.isascii() and digits.isdigit() and len(digits) >= 4:
        end = digits[::-1]
        fits.append(and_(Person.mobile_reversed >= end, Person.mobile_reversed <= end + "9" * 20))
    home = meant_by(text)
    if home is not None:
        here = select(Tie.person_id).join(Home, Home.id == Tie.home_id).where(home, Tie.until_on.is_(None))
        fits.append(Person.id.in_(here))
    return or_(*fits)


def known_people(text: str) -> list[dict[str, Any]]:
    """People who are known already, to be chosen instead of being written down again."""
    fits = like(text)
    if fits is None:
        return []
    rows = (
        unit()
        .execute(
            select(Person.id, Person.name, Person.kind, Person.mobile, Person.id_masked)
            .where(fits)
            .order_by(Person.initials, Person.id)
            .limit(OFFERED)
        )
        .all()
    )
    labels: dict[int, list[str]] = defaultdict(list)
    ties = select(Tie.person_id, Home.label).join(Home, Home.id == Tie.home_id)
    for tie in unit().execute(
        ties.where(Tie.person_id.in_([row.id for row in rows]), Tie.until_on.is_(None))
    ):
        labels[tie.person_id].append(tie.label)
    return [_offer(row) | {"homes": listed(sorted(set(labels[row.id]))[:3])} for row in rows]


def known_by_number() -> dict[str, Any] | None:
    """Who has the number that was just sent and refused; ``None`` when nobody has."""
    number = request.form.get("id_number", "")
    person = find_by_identity(number) if number.strip() else None
    return None if person is None else _offer(person) | {"homes": homes_of(person)}


def shortened(masked: str) -> str:
    """A masked number for a narrow line: ``350***12``."""
    return re.sub(r"\*+", "***", masked)


def _offer(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": mask_name(row.name, company=row.kind is PartyKind.COMPANY),
        "phone": mask_phone(row.mobile) if row.mobile else "",
        "number": shortened(row.id_masked),
    }
