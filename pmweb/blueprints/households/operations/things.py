"""Vehicles and pets of a household, and how its home is used (FM-01)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from pmweb import clock
from pmweb.domain import id_numbers
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal
from pmweb.models.base import Subject
from pmweb.models.homes import Home, Occupancy
from pmweb.models.people import Pet, Vehicle


def add_vehicle(home: Home, plate: str, *, kind: str = "", space: str = "", quietly: bool = False) -> Vehicle:
    """Register a vehicle; an odd plate is doubted by the view, never refused (IDN-6).

    Raises ``RuleBroken("vehicle.known")`` when the home has it already.
    """
    number = id_numbers.read_plate(plate).number
    same = select(Vehicle.id).where(
        Vehicle.home_id == home.id, Vehicle.plate == number, Vehicle.ended_on.is_(None)
    )
    if unit().scalar(same) is not None:
        raise RuleBroken("vehicle.known", field="plate")
    vehicle = Vehicle(home_id=home.id, plate=number, kind=kind, space=space)
    unit().add(vehicle)
    if not quietly:
        _tell_home(home.id, "vehicle.added", plate=number)
    unit().flush()
    return vehicle


def end_vehicle(vehicle: Vehicle) -> None:
    """The vehicle is no longer of this household. ``RuleBroken("vehicle.ended")``."""
    if vehicle.ended_on is not None:
        raise RuleBroken("vehicle.ended")
    vehicle.ended_on = clock.today()
    _tell_home(vehicle.home_id, "vehicle.ended", plate=vehicle.plate)
    unit().flush()


def add_pet(home: Home, kind: str, *, name: str = "", registration_no: str = "") -> Pet:
    """Register a pet."""
    pet = Pet(home_id=home.id, kind=kind, name=name, registration_no=registration_no)
    unit().add(pet)
    _tell_home(home.id, "pet.added", kind=kind)
    unit().flush()
    return pet


def end_pet(pet: Pet) -> None:
    """The pet is no longer of this household. ``RuleBroken("pet.ended")``."""
    if pet.ended_on is not None:
        raise RuleBroken("pet.ended")
    pet.ended_on = clock.today()
    _tell_home(pet.home_id, "pet.ended", kind=pet.kind)
    unit().flush()


def end_things(home: Home, on: date) -> None:
    """The vehicles and pets of the home leave with its household."""
    vehicles = select(Vehicle).where(Vehicle.home_id == home.id, Vehicle.ended_on.is_(None))
    pets = select(Pet).where(Pet.home_id == home.id, Pet.ended_on.is_(None))
    for thing in (*unit().scalars(vehicles), *unit().scalars(pets)):
        thing.ended_on = on


def set_occupancy(home: Home, occupancy: Occupancy) -> None:
    """How the home is used from now on; drives fees and dunning (FM-01)."""
    if home.occupancy is occupancy:
        return
    home.occupancy = occupancy
    _tell_home(home.id, "occupancy.changed", occupancy=occupancy.value)
    unit().flush()


def _tell_home(home_id: int, event: str, **facts: Any) -> None:
    journal.note(unit(), Subject("household", home_id), event, at=clock.now(), home_id=home_id, **facts)
