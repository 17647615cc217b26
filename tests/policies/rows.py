"""One row for each parameter of an address, in an estate of one's choice: what the tests of access go through.

A room that brings a parameter ``thing_id`` adds one line to ``ROWS``: how an office comes by such a row. A parameter
that is no id of a row (the number of a room on a sheet, the kind of a meter) gets a value in ``VALUES``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import TypeVar

from sqlalchemy import ColumnElement, select

from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.operations import intake as complaints
from pmweb.blueprints.complaints.operations import remedies, resident
from pmweb.blueprints.complaints.views.links import token_of
from pmweb.blueprints.estate.models import RollImport
from pmweb.blueprints.estate.operations import terms
from pmweb.blueprints.fees.models import Charge, Tariff
from pmweb.blueprints.households import operations as households
from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet, DefectRound
from pmweb.blueprints.movein.operations import acceptance
from pmweb.blueprints.repairs.models import MonthlyReport
from pmweb.blueprints.repairs.operations import places, pricing
from pmweb.blueprints.repairs.operations import work as repairs
from pmweb.domain.money import Money
from pmweb.domain.permissions import Role
from pmweb.extensions import db, unit
from pmweb.models import shelf
from pmweb.models.base import Base
from pmweb.models.estate import Estate
from pmweb.models.files import FileKind
from pmweb.models.homes import Building
from pmweb.models.people import Tie
from pmweb.models.pictures import prepare
from pmweb.models.staff import Staff
from tests import pictures
from tests.blueprints.complaints.cases import Cast
from tests.blueprints.movein.journey import Journey
from tests.office import MORNING, Office

Row = TypeVar("Row", bound=Base)


class Rows:
    """The rows of one estate. What one needs to exist (a home, a move-in) is made on the way, once."""

    def __init__(self, office: Office, estate: Estate) -> None:
        """The session works in ``estate`` from now on; ask for all rows of one estate before those of another."""
        office.enter(estate)
        office.estate = estate
        office.building = Building(name="9")
        db.session.add(office.building)
        db.session.commit()
        self.office = office

    def ids(self) -> dict[str, int]:
        """An id for every parameter that stands for a row."""
        made = {name: factory(self) for name, factory in ROWS.items()}
        db.session.commit()
        return made

    @cached_property
    def journey(self) -> Journey:
        """A move-in up to an open acceptance sheet, with one defect and its photo."""
        journey = Journey(self.office)
        journey.at_the_desk()
        journey.walk(journey.start_acceptance(), 1)
        return journey

    @cached_property
    def cast(self) -> Cast:
        """Who receives and handles complaints."""
        return Cast(self.office)

    @cached_property
    def sheet(self) -> AcceptanceSheet:
        """The open sheet."""
        return newest(AcceptanceSheet, AcceptanceSheet.move_in_id == self.journey.move_in.id)

    @cached_property
    def charge(self) -> Charge:
        """What the move-in charged."""
        return newest(Charge, Charge.home_id == self.journey.home.id)

    @cached_property
    def defect(self) -> AcceptanceItem:
        """The line of the sheet that is a defect."""
        return acceptance.items_of(self.sheet)[0]

    @cached_property
    def guard(self) -> Staff:
        """Somebody who works in this estate only."""
        return self.office.staff(Role.GUARD)


def newest(model: type[Row], *conditions: ColumnElement[bool]) -> Row:
    """The row of this kind that was made last, in the estate of the session."""
    return unit().scalars(select(model).where(*conditions).order_by(model.id.desc()).limit(1)).one()


def kept(row: Base) -> int:
    """The id of a row, now that it is in the database."""
    db.session.add(row)
    db.session.flush()
    return row.id


def _repair(rows: Rows) -> int:
    journey = rows.journey
    return repairs.register_defect(
        journey.home,
        source_kind="move_in",
        source_id=journey.move_in.id,
        item_code="BAT-01",
        place="主卫",
        description="排水慢",
        trade="plumbing",
        severity="minor",
        at=journey.now(),
    ).id


def _roll_import(rows: Rows) -> int:
    brought = RollImport(folder="none", file_name="roll.xlsx", sha256="0" * 64, pieces=1, found={})
    brought.uploaded_at, brought.uploaded_by = MORNING, "staff:1"
    return kept(brought)


def _tariff(rows: Rows) -> int:
    return newest(Tariff, Tariff.item == rows.charge.item).id


def _photo(rows: Rows) -> int:
    defect = rows.defect
    return shelf.attachments(unit(), AcceptanceItem.__tablename__, [defect.id])[defect.id][0].id


def _complaint(rows: Rows) -> int:
    """A complaint that a link opens."""
    complaint = rows.cast.take()
    resident.issue_link(complaint, MORNING)
    return complaint.id


def _call(rows: Rows) -> int:
    """The supervisor was called to a room apart (P-11)."""
    journey = rows.journey
    return complaints.call_supervisor("meeting_room", journey.home, rows.guard, "security", MORNING).id


def _meeting(rows: Rows) -> int:
    """The heads of two departments were called to the place (P-10)."""
    cast, departments = rows.cast, ("repair", "security")
    return remedies.call_meeting(cast.take(), departments, MORNING, "大堂", cast.manager, MORNING).id


def a_token(complaint_id: int) -> str:
    """What the address of the resident's link carries; its rows have to be made before."""
    return token_of(unit().scalars(select(Complaint).where(Complaint.id == complaint_id)).one())


ROWS: dict[str, Callable[[Rows], int]] = {
    "attachment_id": _photo,
    "building_id": lambda rows: rows.office.building.id,
    "charge_id": lambda rows: rows.charge.id,
    "call_id": _call,
    "complaint_id": _complaint,
    "file_id": lambda rows: shelf.put(unit(), prepare(pictures.jpeg()), FileKind.PHOTO, at=MORNING).id,
    "found_id": lambda rows: kept(DefectRound(sheet_id=rows.sheet.id, item_id=rows.defect.id)),
    "home": lambda rows: rows.journey.home.id,
    "home_id": lambda rows: rows.journey.home.id,
    "import_id": _roll_import,
    "item_id": lambda rows: rows.defect.id,
    "meeting_id": _meeting,
    "move_in_id": lambda rows: rows.journey.move_in.id,
    "person_id": lambda rows: rows.journey.owner.id,
    "price_id": lambda rows: (
        pricing.set_price("glass", Money(16000), MORNING.date(), basis="价目表", at=MORNING).id
    ),
    "pet_id": lambda rows: households.add_pet(rows.journey.home, "狗").id,
    "place_id": lambda rows: places.add_place("大堂", None, MORNING).id,
    "repair_id": _repair,
    "report_id": lambda rows: kept(MonthlyReport(month=date(2026, 3, 1))),
    "role_id": lambda rows: rows.guard.roles[0].id,
    "staff_id": lambda rows: rows.guard.id,
    "tariff_id": _tariff,
    "term_id": lambda rows: terms.agree_term(rows.office.building, "waterproof", 8, "year", MORNING).id,
    "tie_id": lambda rows: newest(Tie).id,
    "vehicle_id": lambda rows: households.add_vehicle(rows.journey.home, "沪A12345").id,
}
"""Parameter → a row of the estate in which the session works."""
VALUES: dict[str, str | int] = {
    "kind": "water",
    "month": "2026-03",
    "paper": "acceptance_sheet",
    "position": 1,
    "token": "nothing",
    "word": "acknowledge",
}
"""Parameter → a value that is the same in every estate."""
