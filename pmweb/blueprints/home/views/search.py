"""One search box for everything (X-12): homes, people, telephones, vehicles, and the numbers of papers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy import ColumnElement, and_, case, or_, select
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.home.rules import Wanted, read_search
from pmweb.blueprints.home.views.base import bp, owners_of
from pmweb.domain.id_numbers import mask_name, mask_phone
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models.homes import Home, meant_by
from pmweb.models.numbering import NumberKind
from pmweb.models.people import PartyKind, Person, Tie, Vehicle
from pmweb.web import cards, nouns
from pmweb.web.access import allowed, requires
from pmweb.web.filters import due, lateness
from pmweb.web.pages import page

SHOWN = 20
"""Rows of one group; what is found beyond that asks for a longer text."""


@dataclass(frozen=True)
class Hit:
    """One thing that was found, as a row."""

    url: str
    icon: str
    place: str
    name: str = ""
    kind: str = ""
    what: str = ""
    due: str = ""
    when: str = ""


@dataclass(frozen=True)
class Found:
    """What a text led to, in groups of a heading and its rows; ``home`` when it can only mean one home."""

    home: Hit | None = None
    groups: list[tuple[str, str, list[Hit]]] = field(default_factory=list)
    more: bool = False


@bp.get("/search")
@requires(Permission.SEARCH)
def search() -> Response:
    """The box and what it found; htmx asks for the list alone while somebody types."""
    prefixes = frozenset(kind.value for kind in NumberKind)
    wanted = read_search(request.args.get("q", ""), prefixes, clock.today().year)
    return page("home/search.html", "results", q=wanted.text, found=_look_up(wanted), at_search=True)


def _look_up(wanted: Wanted) -> Found:
    if wanted.nothing:
        return Found()
    groups: list[tuple[str, str, list[Hit]]] = []
    homes = _homes(wanted)
    groups.append(("homes", _("房屋"), homes))
    if wanted.number:
        groups.append(("matters", _("单号"), list(_matters(wanted.number))))
    if allowed(Permission.HOUSEHOLDS_READ):
        groups.append(("people", _("住户"), _people(wanted)))
        groups.append(("vehicles", _("车辆"), _vehicles(wanted)))
    groups = [group for group in groups if group[2]]
    return Found(
        home=homes[0] if len(homes) == 1 else None,
        groups=[(slug, title, hits[:SHOWN]) for slug, title, hits in groups],
        more=any(len(hits) > SHOWN for _slug, _title, hits in groups),
    )


def _homes(wanted: Wanted) -> list[Hit]:
    meant = meant_by(wanted.home) if wanted.home else None
    if meant is None:
        return []
    rows = (
        unit()
        .execute(
            select(Home.id, Home.label, Home.sold, Home.occupancy)
            .where(meant)
            .order_by(Home.sort_key, Home.id)
            .limit(SHOWN + 1)
        )
        .all()
    )
    owners = owners_of(row.id for row in rows) if allowed(Permission.HOUSEHOLDS_READ) else {}
    return [
        Hit(
            url=url_for("home.show", home_id=row.id),
            icon="home",
            place=row.label,
            name=owners.get(row.id, ""),
            what=str(nouns.OCCUPANCIES[row.occupancy]) if row.sold else _("未售"),
        )
        for row in rows
    ]


def _people(wanted: Wanted) -> list[Hit]:
    """Everybody whose name, initials or telephone fits, once for each home; the best fit first."""
    fits: list[ColumnElement[bool]] = []
    first: ColumnElement[bool] | None = None
    if wanted.phone_end:
        fits.append(_begins(Person.mobile_reversed, wanted.phone_end[::-1], "9"))
    if wanted.initials:
        fits.append(_begins(Person.initials, wanted.initials, "z"))
        first = Person.initials == wanted.initials
    if wanted.name:
        first = Person.name.startswith(wanted.name, autoescape=True) if first is None else first
        fits.append(Person.name.icontains(wanted.name, autoescape=True))
    if not fits:
        return []
    query = (
        select(
            Person.id,
            Person.name,
            Person.kind,
            Person.mobile,
            Tie.kind.label("tie"),
            Home.id.label("home_id"),
        )
        .add_columns(Home.label)
        .outerjoin(Tie, and_(Tie.person_id == Person.id, Tie.until_on.is_(None)))
        .outerjoin(Home, Home.id == Tie.home_id)
        .where(or_(*fits))
        .order_by(
            *([case((first, 0), else_=1)] if first is not None else []), Person.initials, Person.id, Tie.id
        )
        .limit(SHOWN + 1)
    )
    return [_person(row, wanted) for row in unit().execute(query)]


def _person(row: Any, wanted: Wanted) -> Hit:
    company = row.kind is PartyKind.COMPANY
    name = row.name if row.name == wanted.name else mask_name(row.name, company=company)
    card = cards.card_of("person")
    own = card.subject_url["person"](row.id) if card else url_for("home.today")
    return Hit(
        url=url_for("home.show", home_id=row.home_id) if row.home_id else own,
        icon="building" if company else "user",
        place=row.label or _("未关联房屋"),
        name=name,
        kind=str(nouns.TIES[row.tie]) if row.tie else "",
        what=mask_phone(row.mobile) if row.mobile else "",
    )


def _vehicles(wanted: Wanted) -> list[Hit]:
    if not wanted.plate:
        return []
    rows = unit().execute(
        select(Vehicle.plate, Vehicle.kind, Vehicle.space, Home.id, Home.label)
        .join(Home, Home.id == Vehicle.home_id)
        .where(Vehicle.plate.contains(wanted.plate, autoescape=True), Vehicle.ended_on.is_(None))
        .order_by(Vehicle.plate, Vehicle.id)
        .limit(SHOWN + 1)
    )
    return [
        Hit(
            url=url_for("home.show", home_id=row.id),
            icon="car",
            place=row.label,
            name=row.plate,
            kind=row.kind or pgettext("one", "车辆"),
            what=_("车位 %(space)s", space=row.space) if row.space else "",
        )
        for row in rows
    ]


def _matters(number: str) -> Iterable[Hit]:
    """What the rooms find under a number; each room answers for its own kinds of numbers."""
    for card in cards.cards():
        for matter in card.search(number) if card.search else ():
            yield Hit(
                url=matter.url,
                icon=card.icon,
                place=matter.number,
                name=matter.title,
                kind=str(card.label),
                what=str(matter.state),
                due=due(matter.due_at) if matter.due_at else "",
                when=lateness(matter.due_at),
            )


def _begins(column: Any, text: str, last: str) -> ColumnElement[bool]:
    """A prefix as a range that an index serves; ``last`` is the highest sign that may follow."""
    return and_(column >= text, column <= text + last * 20)
