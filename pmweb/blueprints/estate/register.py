"""What the pages read: the estate in figures, its buildings, its homes as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from pmweb.blueprints.estate.models import RollImport
from pmweb.domain.home_numbers import HomeNumber
from pmweb.extensions import unit
from pmweb.models.homes import Building, Home, HomeKind, meant_by

ORDER: tuple[InstrumentedAttribute[Any], ...] = (Home.sort_key, Home.id)
RECENT = 20


@dataclass(frozen=True)
class Wanted:
    """The filters of the list of homes; an empty one asks for nothing in particular."""

    words: str = ""
    building_id: int | None = None
    kind: HomeKind | None = None
    sold: bool | None = None


@dataclass(frozen=True)
class BuildingLine:
    """A building with what stands in it; the area is m²."""

    id: int
    name: str
    completed_on: date | None
    top_floor: int | None
    sections: int
    homes: int
    sold: int
    area: Decimal


def listed(wanted: Wanted) -> Select[Any]:
    """The homes as columns; the caller chooses the order."""
    columns: tuple[Any, ...] = (
        *(Home.id, Home.label, Home.sort_key, Home.building_name, Home.section, Home.number, Home.floor),
        *(Home.kind, Home.layout_type, Home.floor_area, Home.chargeable_area, Home.finish, Home.sold),
        *(Home.handed_over_on, Home.remark),
    )
    query = select(*columns)
    if wanted.words:
        query = query.where(_named(wanted.words))
    if wanted.building_id is not None:
        query = query.where(Home.building_id == wanted.building_id)
    if wanted.kind is not None:
        query = query.where(Home.kind == wanted.kind)
    return query if wanted.sold is None else query.where(Home.sold.is_(wanted.sold))


def buildings() -> list[BuildingLine]:
    """Every building, 2 before 10, with its figures: one query."""
    query = (
        select(
            *(Building.id, Building.name, Building.completed_on, Building.top_floor),
            func.count(Home.section.distinct()).label("sections"),
            func.count(Home.id).label("homes"),
            func.coalesce(func.sum(case((Home.sold, 1), else_=0)), 0).label("sold"),
            func.sum(Home.floor_area).label("area"),
        )
        .outerjoin(Home, Home.building_id == Building.id)
        .group_by(Building.id, Building.name, Building.completed_on, Building.top_floor)
    )
    lines = [
        BuildingLine(**{**row._mapping, "area": row.area or Decimal(0)}) for row in unit().execute(query)
    ]
    return sorted(lines, key=lambda line: HomeNumber(line.name, "", "").sort_key)


def imports() -> Sequence[RollImport]:
    """The last imports, the latest first."""
    return unit().scalars(select(RollImport).order_by(RollImport.id.desc()).limit(RECENT)).all()


def _named(words: str) -> ColumnElement[bool]:
    meant = meant_by(words)
    label = Home.label.contains(words.upper(), autoescape=True)
    return label if meant is None else or_(meant, label)
