"""The register of people of the estate, on the screen and as a workbook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from werkzeug.wrappers import Response

from pmweb.blueprints.households.views.base import bp, like, shortened, typed
from pmweb.domain.id_numbers import mask_name
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.people import PartyKind, Person, Tie, TieKind
from pmweb.web import nouns
from pmweb.web.access import requires
from pmweb.web.pages import page
from pmweb.web.registers import paged, workbook

NOBODY = "none"
"""The filter for people who are tied to no home any more, or not yet."""

_COLUMNS = (
    Person.id,
    Person.name,
    Person.kind,
    Person.initials,
    Person.mobile,
    Person.id_kind,
    Person.id_masked,
)


@dataclass(frozen=True)
class Belongs:
    """One home of a person, and what he or she is to it."""

    home_id: int
    label: str
    kind: TieKind
    lease_until: date | None


@bp.get("/")
@requires(Permission.HOUSEHOLDS_READ)
def index() -> Response:
    """Everybody who is known, by initials; names and telephones are masked."""
    kind, text = request.args.get("kind", ""), typed()
    query = _filtered(kind, text)
    found = paged(query, (Person.initials, Person.id))
    total = unit().scalar(select(func.count()).select_from(query.subquery()))
    homes = _homes(row.id for row in found.rows)
    people = [
        {
            "row": row,
            "name": mask_name(row.name, company=row.kind is PartyKind.COMPANY),
            "homes": homes[row.id],
            "number": shortened(row.id_masked),
            "document": nouns.IDENTITIES[row.id_kind] if row.id_kind else "",
        }
        for row in found.rows
    ]
    return page(
        "households/index.html",
        found=found,
        people=people,
        total=total,
        chips=_chips(kind, text),
        q=text,
        kind=kind,
        words=nouns,
    )


@bp.get("/export.xlsx")
@requires(Permission.HOUSEHOLDS_CHANGE)
def export() -> Response:
    """The register with the same filters, names in full, numbers masked; one row for each home of a person."""
    chosen = _filtered(request.args.get("kind", ""), typed()).subquery()
    rows = unit().execute(
        select(
            Person.name,
            Person.kind.label("party"),
            Tie.kind,
            Home.label,
            Tie.relation,
            Person.mobile,
            Person.id_kind,
            Person.id_masked,
            Person.address,
            Tie.since_on,
            Tie.lease_until,
        )
        .join(chosen, chosen.c.id == Person.id)
        .outerjoin(Tie, (Tie.person_id == Person.id) & Tie.until_on.is_(None))
        .outerjoin(Home, Home.id == Tie.home_id)
        .order_by(Home.sort_key, Person.id, Tie.id)
        .execution_options(yield_per=1000)
    )
    heads = (
        *(_("房号"), _("姓名"), _("类别"), _("身份"), _("与业主的关系"), _("电话"), _("证件类型")),
        *(_("证件号码"), _("联系地址"), _("起始日期"), _("租期至")),
    )
    lines = (
        (
            row.label,
            row.name,
            nouns.PARTIES[row.party],
            nouns.TIES[row.kind] if row.kind else None,
            row.relation,
            row.mobile,
            nouns.IDENTITIES[row.id_kind] if row.id_kind else None,
            row.id_masked,
            row.address,
            row.since_on,
            row.lease_until,
        )
        for row in rows
    )
    return workbook(_("住户"), heads, lines)


def _filtered(kind: str, text: str) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(*_COLUMNS)
    tied = select(Tie.id).where(Tie.person_id == Person.id, Tie.until_on.is_(None))
    if kind == NOBODY:
        query = query.where(~tied.exists())
    elif kind == PartyKind.COMPANY:
        query = query.where(Person.kind == PartyKind.COMPANY)
    elif kind:
        if kind not in [known.value for known in TieKind]:
            abort(404)
        query = query.where(tied.where(Tie.kind == TieKind(kind)).exists())
    fits = like(text)
    return query if fits is None else query.where(fits)


def _homes(person_ids: Iterable[int]) -> dict[int, list[Belongs]]:
    """The homes of these people now; one query for all of them."""
    found: dict[int, list[Belongs]] = defaultdict(list)
    wanted = list(person_ids)
    if not wanted:
        return found
    rows = unit().execute(
        select(Tie.person_id, Home.id, Home.label, Tie.kind, Tie.lease_until)
        .join(Home, Home.id == Tie.home_id)
        .where(Tie.person_id.in_(wanted), Tie.until_on.is_(None))
        .order_by(Home.sort_key, Tie.id)
    )
    for row in rows:
        found[row.person_id].append(Belongs(row.id, row.label, row.kind, row.lease_until))
    return found


def _chips(kind: str, text: str) -> list[dict[str, Any]]:
    words: list[tuple[str, Any]] = [
        ("", _("全部")),
        *nouns.choices(nouns.TIES),
        (PartyKind.COMPANY.value, nouns.PARTIES[PartyKind.COMPANY]),
        (NOBODY, _("未关联房屋")),
    ]
    return [
        {
            "url": url_for("households.index", kind=code or None, q=text or None),
            "word": word,
            "n": None,
            "current": code == kind,
        }
        for code, word in words
    ]
