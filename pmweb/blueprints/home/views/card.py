"""The card of a home: who lives there, what is open, what happened, what may be started (ux.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy import func, literal, select, union_all
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.home.views.base import bp
from pmweb.data import defaults
from pmweb.domain.id_numbers import mask_name
from pmweb.domain.permissions import Permission
from pmweb.domain.warranty import Case, decide
from pmweb.extensions import unit
from pmweb.models.homes import METER_UNITS, Home, Meter, MeterKind, MeterReading, ParkingSpace
from pmweb.models.journal import JournalEntry
from pmweb.models.people import PartyKind, Person, Pet, Tie, TieKind, Vehicle
from pmweb.models.session_rules import log_look
from pmweb.web import cards, nouns
from pmweb.web.access import allowed, find, requires
from pmweb.web.filters import area, due, lateness
from pmweb.web.pages import page
from pmweb.web.registers import Page, paged

RECENT = 8


@dataclass(frozen=True)
class Resident:
    """Somebody of the household, with everything that he or she is to the home in one line."""

    person_id: int
    name: str
    company: bool
    mobile: str
    words: tuple[str, ...]

    @property
    def masked(self) -> str:
        """The name as it stands until somebody asks for it."""
        return mask_name(self.name, company=self.company)


@dataclass(frozen=True)
class MeterLine:
    """A meter and its last reading."""

    word: Any
    unit: str
    reading: Decimal | None
    read_on: date | None


@bp.get("/homes/<int:home_id>")
@requires(Permission.ESTATE_READ)
def show(home_id: int) -> Response:
    """The card; names are masked."""
    return _card(find(Home, home_id), full_names=False)


@bp.post("/homes/<int:home_id>/names")
@requires(Permission.HOUSEHOLDS_READ)
def names(home_id: int) -> Response:
    """Show the full names once, and write down who looked (PRI-5)."""
    home = find(Home, home_id)
    log_look(unit(), home, "names", "home.card", at=clock.now())
    return _card(home, full_names=True)


# --- What is on it ---


def _card(home: Home, *, full_names: bool) -> Response:
    may_read = allowed(Permission.HOUSEHOLDS_READ)
    room = next((card for card in cards.cards() if card.room == request.args.get("room")), None)
    return page(
        "home/show.html",
        "residents",
        "timeline",
        see=url_for("home.show", home_id=home.id),
        home=home,
        title=nouns.home_title(home.building_name, home.section, home.number),
        floor=_("%(floor)s 层", floor=home.floor) if home.floor is not None else "",
        actions=_actions(home),
        matters=_matters(home),
        found=(log := _log(home, room)),
        lines=[cards.told(row) for row in log.rows],
        recent=clock.now() - timedelta(days=1),
        chips=_chips(home, room),
        residents=_residents(home) if may_read else None,
        full_names=full_names,
        household_url=_household_url(home) if may_read else None,
        meters=_meters(home),
        things=_things(home) if may_read else None,
        facts=_facts(home),
    )


def _actions(home: Home) -> list[dict[str, Any]]:
    """What this person may start here, in the order of the rooms."""
    return [
        {"url": url_for(action.endpoint, home=home.id), "icon": action.icon, "word": action.label}
        for card in cards.cards()
        for action in card.actions
        if allowed(action.permission)
        and action.endpoint in current_app.view_functions
        and action.offered(home.id)
    ]


def _matters(home: Home) -> list[dict[str, Any]]:
    """What is open at this home in every room that this person may see; what is due first stands first."""
    found = [
        (card, matter)
        for card in cards.cards()
        if card.open_matters
        for matter in card.open_matters([home.id])
    ]
    found.sort(key=lambda pair: (pair[1].due_at is None, pair[1].due_at or clock.now()))
    return [
        {
            "url": matter.url,
            "icon": card.icon,
            "title": matter.title,
            "number": matter.number,
            "room": card.label,
            "state": matter.state,
            "due": due(matter.due_at) if matter.due_at else "",
            "when": lateness(matter.due_at),
        }
        for card, matter in found
    ]


def _log(home: Home, room: cards.Card | None) -> Page:
    """What happened in the rooms that this person may see, the latest first."""
    rooms = cards.cards() if room is None else [room]
    visible = [card for card in rooms if allowed(card.log_permission or card.permission)]
    query = select(
        JournalEntry.id,
        JournalEntry.at,
        JournalEntry.subject_kind,
        JournalEntry.subject_id,
        JournalEntry.event,
        JournalEntry.facts,
        JournalEntry.actor_name,
    ).where(
        JournalEntry.home_id == home.id,
        JournalEntry.subject_kind.in_([kind for card in visible for kind in card.subject_url]),
        cards.shown_to_me(JournalEntry.subject_kind, JournalEntry.subject_id),
    )
    return paged(query, (JournalEntry.at, JournalEntry.id), descending=True, size=RECENT, at="home.show")


def _chips(home: Home, room: cards.Card | None) -> list[dict[str, Any]]:
    telling = [card for card in cards.cards() if card.events and (card.open_matters or card.actions)]
    return [
        {
            "url": url_for(
                "home.show", home_id=home.id, room=card.room if card else None, _anchor="timeline"
            ),
            "word": card.label if card else _("全部"),
            "n": None,
            "current": card is room,
        }
        for card in (None, *telling)
    ]


def _residents(home: Home) -> list[Resident]:
    """The people of the home, each once, in the order of ``TieKind``: owner, co-owner, tenant …"""
    rows = (
        unit()
        .execute(
            select(Tie.kind, Tie.relation, Person.id, Person.name, Person.kind.label("party"), Person.mobile)
            .join(Person, Person.id == Tie.person_id)
            .where(Tie.home_id == home.id, Tie.until_on.is_(None))
            .order_by(Tie.id)
        )
        .all()
    )
    order = list(TieKind)
    people: dict[int, list[Any]] = {}
    for row in sorted(rows, key=lambda row: order.index(row.kind)):
        people.setdefault(row.id, []).append(row)
    return [
        Resident(
            person_id=person_id,
            name=rows[0].name,
            company=rows[0].party is PartyKind.COMPANY,
            mobile=rows[0].mobile,
            words=tuple(_role(row) for row in rows),
        )
        for person_id, rows in people.items()
    ]


def _household_url(home: Home) -> str | None:
    """Where the people of this home are managed, if there is such a room."""
    room = cards.card_of("household")
    return room.subject_url["household"](home.id) if room else None


def _role(row: Any) -> str:
    """What somebody is to the home, short: ``业主``, ``妻子``, ``紧急联系人（妻子）``."""
    word = str(nouns.TIES[row.kind])
    if not row.relation:
        return word
    if row.kind is TieKind.FAMILY:
        return str(row.relation)
    return _("%(word)s（%(relation)s）", word=word, relation=row.relation)


def _meters(home: Home) -> list[MeterLine]:
    """The meters that hang there now, each with its last reading; one query."""
    latest = (
        select(
            MeterReading.meter_id,
            MeterReading.reading,
            MeterReading.read_at,
            func.row_number()
            .over(
                partition_by=MeterReading.meter_id,
                order_by=(MeterReading.read_at.desc(), MeterReading.id.desc()),
            )
            .label("place"),
        )
        .where(MeterReading.home_id == home.id, MeterReading.voided_at.is_(None))
        .subquery()
    )
    rows = unit().execute(
        select(Meter.kind, latest.c.reading, latest.c.read_at)
        .outerjoin(latest, (latest.c.meter_id == Meter.id) & (latest.c.place == 1))
        .where(Meter.home_id == home.id, Meter.removed_on.is_(None))
        .order_by(Meter.id)
    )
    order = list(MeterKind)
    return [
        MeterLine(
            nouns.METERS[row.kind],
            METER_UNITS[row.kind],
            row.reading,
            clock.local(row.read_at).date() if row.read_at else None,
        )
        for row in sorted(rows, key=lambda row: order.index(row.kind))
    ]


def _things(home: Home) -> list[tuple[str, str]]:
    """Parking spaces, vehicles and pets in words; one query."""
    space = select(
        literal("space").label("what"), ParkingSpace.code.label("name"), literal("").label("more")
    ).where(ParkingSpace.home_id == home.id)
    vehicle = select(literal("vehicle"), Vehicle.plate, Vehicle.kind).where(
        Vehicle.home_id == home.id, Vehicle.ended_on.is_(None)
    )
    pet = select(literal("pet"), Pet.kind, Pet.name).where(Pet.home_id == home.id, Pet.ended_on.is_(None))
    words = {"space": _("车位"), "vehicle": pgettext("one", "车辆"), "pet": pgettext("one", "宠物")}
    return [
        (words[row.what], f"{row.name} {row.more}".strip())
        for row in unit().execute(union_all(space, vehicle, pet))
    ]


def _facts(home: Home) -> list[tuple[str, Any]]:
    """What is known of the home itself, with the last day of the warranty of its waterproofing (WAR-1)."""
    charged = area(home.chargeable_area) if home.chargeable_area != home.floor_area else ""
    rooms = [(card.label, card.of_home(home.id)) for card in cards.cards() if home.sold and card.of_home]
    return [
        *rooms,
        (_("建筑面积"), area(home.floor_area)),
        (_("计费面积"), charged),
        (_("户型"), home.layout_type),
        (_("交付标准"), nouns.FINISHES[home.finish]),
        (_("使用情况"), nouns.OCCUPANCIES[home.occupancy] if home.sold else _("未售")),
        (_("交付"), home.handed_over_on.isoformat() if home.handed_over_on else _("尚未交付")),
        (_("防水保修至"), _waterproof_until(home)),
        (_("备注"), home.remark),
    ]


def _waterproof_until(home: Home) -> str:
    case = Case(
        category="waterproof",
        reported_on=clock.today(),
        completed_on=home.building.completed_on,
        handed_over_on=home.handed_over_on,
    )
    until = decide(defaults().warranty, case).ends_on
    return until.isoformat() if until else ""
