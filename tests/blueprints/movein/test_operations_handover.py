"""What passes between the desk, the repair department and the owner (procedures.md, "Hand-overs between people")."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pmweb.blueprints.households import operations as households
from pmweb.blueprints.movein.operations import desk
from pmweb.blueprints.repairs.models import Repair
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.homes import Occupancy
from pmweb.models.people import TieKind
from pmweb.models.tasks import Task
from tests.blueprints.movein.journey import Journey
from tests.office import Office


@pytest.fixture
def journey(office: Office) -> Journey:
    return Journey(office)


def _open_task(kind: str) -> Task:
    return unit().scalars(select(Task).where(Task.kind == kind, Task.done_at.is_(None))).one()


def test_the_register_is_filled_in_when_somebody_can_be_called(journey: Journey) -> None:
    """M-5, FM-01: without an emergency contact the register is not complete, and keys wait for it (A-8)."""
    journey.check_identity()
    with pytest.raises(RuleBroken) as broken:
        desk.confirm_register(journey.move_in, Occupancy.OWNER_OCCUPIED, at=journey.now())
    assert broken.value.code == "register.missing"
    before = journey.facts
    assert not before.registered
    sister = households.add_person("林芳", mobile="13700137000")
    households.tie(journey.home, sister, TieKind.EMERGENCY, relation="姐姐")
    desk.confirm_register(journey.move_in, Occupancy.OWNER_OCCUPIED, at=journey.now())
    assert journey.facts.registered
    assert journey.home.occupancy is Occupancy.OWNER_OCCUPIED


def test_a_defect_of_the_building_is_the_developers_and_the_office_assists(journey: Journey) -> None:
    """M-13, A-11: the order says who owes it, and the repair department sees it through."""
    journey.at_the_desk()
    journey.first_round(defects=2)
    orders = list(unit().scalars(select(Repair)))
    assert len(orders) == 2
    for order in orders:
        assert order.responsible == "developer"
        assert order.assisting == "repair"
        assert (order.source_kind, order.source_id) == ("move_in", journey.move_in.id)


def test_the_repair_department_is_told_when_to_come_along(journey: Journey) -> None:
    """M-16: the agreed time stands in the list of the one who accompanies the owner (M-15)."""
    journey.at_the_desk()
    journey.first_round(defects=1)
    journey.put_right()
    assert _open_task("movein.appoint").role is Role.RECEPTIONIST
    journey.next_round()
    told = unit().scalars(select(Task).where(Task.kind == "movein.accompany")).one()
    assert (told.rule, told.staff_id) == ("M-16", journey.repairer.id)
    assert told.due_at is not None
    assert told.due_at > told.event_at
    assert told.done_at is not None
