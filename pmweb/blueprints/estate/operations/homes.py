"""Buildings and homes: what the office adds and corrects by hand, with a line in the timeline of the home."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from pmweb import clock
from pmweb.blueprints.estate import rules
from pmweb.blueprints.estate.operations.takeover import one_at_a_time, weigh, write_homes
from pmweb.blueprints.estate.roll import Piece
from pmweb.blueprints.estate.roll.result import Imported, RollHome
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal
from pmweb.models.homes import Building, Finish, Home, HomeKind
from pmweb.models.people import Tie, TieKind


def describe_building(building: Building, *, completed_on: date | None, top_floor: int | None) -> None:
    """When the building was completed, from which day the builder's warranty runs (WAR-1), and its top floor.

    Raises ``RuleBroken``: ``building.future``, ``building.handed_over``.
    """
    first = unit().scalar(select(func.min(Home.handed_over_on)).where(Home.building_id == building.id))
    rules.check_completion(completed_on, first, clock.today())
    building.completed_on, building.top_floor = completed_on, top_floor
    unit().flush()


def add_home(said: RollHome) -> Home:
    """A home that the roll forgot, written as its row would be; a building that is new comes with it.

    Raises ``RuleBroken``: ``home.known`` (fact ``home``), ``home.area``, ``home.future``, ``home.before_completion``.
    """
    completed_on = unit().scalar(select(Building.completed_on).where(Building.name == said.home.building))
    rules.check_areas(
        said.floor_area, said.floor_area if said.chargeable_area is None else said.chargeable_area
    )
    rules.check_hand_over(said.handed_over_on, completed_on, clock.today())
    one_at_a_time()
    piece = Piece(homes=(said,))
    if not isinstance(weigh(piece).outcomes[0], Imported):
        raise RuleBroken("home.known", field="number", home=said.home.label)
    write_homes(piece.homes, piece)
    home = unit().scalars(select(Home).where(Home.label == said.home.label)).one()
    journal.note(unit(), home, "home.added", at=clock.now(), home_id=home.id)
    unit().flush()
    return home


def describe_home(
    home: Home,
    *,
    kind: HomeKind,
    layout_type: str,
    finish: Finish,
    floor_area: Decimal,
    chargeable_area: Decimal,
    sold: bool,
    handed_over_on: date | None,
    remark: str = "",
) -> None:
    """Correct what a home is. Areas are m²; charges that were made already stay as they are.

    Raises ``RuleBroken``: ``home.area``, ``home.owned``, ``home.future``, ``home.before_completion``.
    """
    rules.check_areas(floor_area, chargeable_area)
    rules.check_sale(sold, _has_owner(home))
    rules.check_hand_over(handed_over_on, home.building.completed_on, clock.today())
    said = {
        "kind": kind,
        "layout_type": layout_type,
        "finish": finish,
        "floor_area": floor_area,
        "chargeable_area": chargeable_area,
        "sold": sold,
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


def _has_owner(home: Home) -> bool:
    owner = select(Tie.id).where(Tie.home_id == home.id, Tie.kind == TieKind.OWNER, Tie.until_on.is_(None))
    return unit().scalar(owner.limit(1)) is not None
