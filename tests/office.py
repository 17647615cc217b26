"""Builders: a small office for a test, one method per noun."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from pmweb import clock
from pmweb.domain.permissions import ROLES_WITHOUT_DEPARTMENT, Role
from pmweb.extensions import db, unit
from pmweb.models.estate import Estate
from pmweb.models.homes import Building, Home
from pmweb.models.people import Person, Tie, TieKind
from pmweb.models.session_rules import SYSTEM, Actor, close_session, open_session
from pmweb.models.staff import Staff, StaffRole
from tests.checking_client import CheckingClient

MORNING = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
"""2026-03-05, Thursday, 09:00 in Shanghai."""


class Office:
    """An estate with one building; staff, homes and people come when a test asks for them."""

    def __init__(self) -> None:
        self._serial = 0
        open_session(unit(), actor=SYSTEM, estate_id=None)
        self.estate = Estate(
            code="A", name="松涛苑", company="松涛物业", developer="松涛置业", created_at=MORNING
        )
        db.session.add(self.estate)
        db.session.flush()
        self.enter(self.estate)
        self.building = Building(name="1", completed_on=date(2025, 6, 30))
        db.session.add(self.building)
        db.session.commit()

    def enter(self, estate: Estate, actor: Actor = SYSTEM) -> None:
        """Work in this estate from now on."""
        close_session(unit())
        open_session(unit(), actor=actor, estate_id=estate.id)

    def other_estate(self) -> Estate:
        """A second estate; the session stays in the first."""
        estate = Estate(code="B", name="竹溪里", company="竹溪物业", created_at=MORNING)
        db.session.add(estate)
        db.session.commit()
        return estate

    def staff(self, *roles: Role, estate: Estate | None = None, name: str = "林静", **kwargs: Any) -> Staff:
        """A member of the office with these roles."""
        self._serial += 1
        staff = Staff(username=f"staff{self._serial}", name=name, password_hash="-", **kwargs)
        db.session.add(staff)
        db.session.flush()
        for role in roles:
            department = (
                None if role in ROLES_WITHOUT_DEPARTMENT else DEPARTMENTS.get(role, "customer_service")
            )
            row = StaffRole(
                staff_id=staff.id, estate_id=(estate or self.estate).id, role=role, department=department
            )
            db.session.add(row)
        db.session.commit()
        db.session.refresh(staff)
        return staff

    def act_as(self, *roles: Role) -> Staff:
        """A new member of the office answers for what the test does next."""
        staff = self.staff(*roles)
        unit().info["actor"] = Actor.staff(staff.id, staff.name)
        return staff

    def home(self, number: str = "0101", section: str = "1", **kwargs: Any) -> Home:
        """A sold home of building 1, 89.46 m², bare, two bedrooms."""
        kwargs = {"layout_type": "两室一厅", "floor_area": Decimal("89.46"), "sold": True} | kwargs
        label = f"{self.building.name}-{section}-{number}"
        home = Home(
            building_id=self.building.id,
            building_name=self.building.name,
            section=section,
            number=number,
            floor=int(number[:-2]),
            label=label,
            sort_key=f"{self.building.name:>04}-{section:>04}-{number:>06}",
            chargeable_area=kwargs["floor_area"],
            **kwargs,
        )
        db.session.add(home)
        db.session.commit()
        return home

    def owner(self, home: Home, name: str = "周文博", mobile: str = "13800138000", **kwargs: Any) -> Person:
        """The owner of a home since the beginning of the year."""
        person = Person(name=name, mobile=mobile, mobile_reversed=mobile[::-1], **kwargs)
        db.session.add(person)
        db.session.flush()
        tie = Tie(home_id=home.id, person_id=person.id, kind=TieKind.OWNER, since_on=date(2026, 1, 1))
        db.session.add(tie)
        db.session.commit()
        return person


DEPARTMENTS = {
    Role.REPAIRER: "repair",
    Role.DISPATCHER: "repair",
    Role.PATROLLER: "repair",
    Role.GUARD: "security",
    Role.CASHIER: "finance",
    Role.FINANCE: "finance",
}


def visitor(app: Flask) -> CheckingClient:
    """A browser in which nobody is signed in."""
    client = app.test_client()
    assert isinstance(client, CheckingClient)
    return client


def desk_of(app: Flask, staff: Staff, estate: Estate) -> CheckingClient:
    """A browser in which this member of the office works in this estate."""
    client = visitor(app)
    sign_in(client, staff, estate)
    return client


def sign_in(client: FlaskClient, staff: Staff, estate: Estate) -> None:
    """Put the person into the client's session, as a sign-in would."""
    with client.session_transaction() as session:
        session["_user_id"] = f"{staff.id}:{staff.session_epoch}"
        session["_fresh"] = True
        session["estate_id"] = estate.id
        session["signed_in_at"] = clock.now().timestamp()
