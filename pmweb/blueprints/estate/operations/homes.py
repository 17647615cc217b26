"""Buildings and homes: what the office corrects by hand, with a line in the timeline of the home."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from pmweb import clock
from pmweb.blueprints.estate import rules
from pmweb.extensions import unit
from pmweb.models import journal
from pmweb.models.homes import Building, Finish, Home, HomeKind


def describe_building(building: Building, *, completed_on: date | None, top_floor: int | None) -> None:
    """When the building was completed, from which day the builder's warranty runs (WAR-1), and its top floor.

    Raises ``RuleBroken``: ``building.future``, ``building.handed_over``.
    """
    first = unit().scalar(select(func.min(Home.handed_over_on)).where(Home.building_id == building.id))
    rules.check_completion(completed_on, first, clock.today())
    building.completed_on, building.top_floor = completed_on, top_floor
    unit().flush()


def describe_home(
    home: Home,
    *,
    kind: HomeKind,
    layout_type: str,
    finish: Finish,
    floor_area: Decimal,
    chargeable_area: Decimal,
    handed_over_on: date | None,
    remark: str = "",
) -> None:
    """Correct what a home is. Areas are m²; charges that were made already stay as they are.

    Raises ``RuleBroken``: ``home.area``, ``home.future``, ``home.before_completion``.
    """
    rules.check_areas(floor_area, chargeable_area)
    rules.check_hand_over(handed_over_on, home.building.completed_on, clock.today())
    said = {
        "kind": kind,
        "layout_type": layout_type,
        "finish": finish,
        "floor_area": floor_area,
        "chargeable_area": chargeable_area,
        "handed_over_on": handed_over_on,
        "remark": remark,
    }
    changed = [name for name, value in said.items() if getattr(home, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(home, name, said[name])
    journal.note(unit(), home, "home.described", at=clock.now(), home_id=home.id, fields=changed)
    unit().flush()
