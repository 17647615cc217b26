"""Homes and move-ins of a running office, as far as a test wants to begin with them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.fees import operations as fees
from pmweb.blueprints.fees.models import Tariff
from pmweb.blueprints.movein import sheet as sheets
from pmweb.blueprints.movein.intake import Notice
from pmweb.blueprints.movein.models import MoveIn
from pmweb.blueprints.movein.operations import acceptance, case, meters
from pmweb.blueprints.movein.rules import Applicant, Result
from pmweb.blueprints.repairs.operations import intake, work
from pmweb.blueprints.repairs.rules import Part, RepairSource, RepairState
from pmweb.data import defaults
from pmweb.demo.people import People
from pmweb.extensions import db, unit
from pmweb.models.homes import Finish, MeterKind
from pmweb.models.people import PartyKind
from pmweb.models.pictures import prepare
from pmweb.models.session_rules import Actor
from tests.browser.office_server import OfficeServer
from tests.pictures import phone_photo

_people = People(Random(7))
_floors = count(2)


@dataclass(frozen=True)
class Case:
    """A home and its owner, as the roll of the developer brought them, and who acts for the owner."""

    typed: str
    place: str
    home_id: int
    owner_id: int
    owner_number: str
    handler: tuple[str, str, str] | None


def a_sold_home(server: OfficeServer, applicant: Applicant = Applicant.OWNER) -> Case:
    """A home with one bedroom whose owner has been told to come; the price of the management fee is known."""
    with server.office(writes=True) as office:
        handed_over_on = clock.today() - timedelta(days=4)
        number = f"{next(_floors):02d}02"
        home = office.home(number, layout_type="一室一厅", handed_over_on=handed_over_on)
        company = applicant is Applicant.COMPANY
        name, kind = ("某某科技有限公司", PartyKind.COMPANY) if company else ("周文博", PartyKind.PERSON)
        owner = office.owner(home, name, kind=kind)
        if unit().scalar(select(Tariff.id).limit(1)) is None:
            basis = "前期物业服务合同第 8 条"
            fees.set_tariff("property_fee", Decimal("3.60"), date(2024, 1, 1), basis=basis, at=clock.now())
            db.session.commit()
        return Case(
            typed=f"1-1-{home.number}",
            place=home.label,
            home_id=home.id,
            owner_id=owner.id,
            owner_number=_people.uscc(home.id) if company else _people.id_card(),
            handler=None if applicant is Applicant.OWNER else ("林小雨", "13900139000", _people.id_card()),
        )


def a_checked_case(server: OfficeServer) -> int:
    """A move-in whose papers were checked; its id."""
    sold = a_sold_home(server)
    with server.office(writes=True) as office:
        unit().info["actor"] = Actor.staff(office.member("receptionist").id, "林静")
        today = clock.today()
        move_in = case.open_move_in(office.home_of(sold.home_id), Applicant.OWNER, None, at=clock.now())
        notice = Notice("TZ-031", "松涛置业", today - timedelta(days=9), "HT-1", today - timedelta(days=500))
        case.check_identity(move_in, notice, list(case.papers_of(move_in)), {}, None, at=clock.now())
        db.session.commit()
        return move_in.id


def a_case_at_the_walk(
    server: OfficeServer, bedrooms: int = 1, bathrooms: int = 1, balconies: int = 1
) -> int:
    """A move-in with the sheet of a bare home that nobody has marked yet; its id."""
    move_in_id = a_checked_case(server)
    with server.office(writes=True) as office:
        unit().info["actor"] = Actor.staff(office.member("repairer").id, "周志强")
        move_in = unit().scalars(select(MoveIn).where(MoveIn.id == move_in_id)).one()
        acceptance.start_acceptance(
            move_in,
            sheets.Layout(bedrooms, bathrooms, balconies),
            finish=Finish.BARE,
            top_floor=False,
            inspectors="周志强",
            resident_present=move_in.owner.name,
            checklist=defaults().acceptance,
            at=clock.now(),
        )
        db.session.commit()
    return move_in_id


def a_case_to_sign(server: OfficeServer) -> int:
    """A move-in whose sheet is in order, with its readings, checked: the owner is about to sign; its id."""
    move_in_id = a_case_at_the_walk(server)
    with server.office(writes=True) as office:
        unit().info["actor"] = Actor.staff(office.member("repair-supervisor").id, "许建军")
        move_in = unit().scalars(select(MoveIn).where(MoveIn.id == move_in_id)).one()
        sheet, now = acceptance.first_sheet(move_in), clock.now()
        for item in acceptance.items_of(sheet):
            acceptance.mark(move_in, sheet, item, Result.OK, checklist=defaults().acceptance, at=now)
        for kind in (MeterKind.WATER, MeterKind.ELECTRICITY, MeterKind.GAS):
            dial = prepare(phone_photo())
            meters.read_meter(
                move_in, kind, meter_no=f"{kind}-1", reading=Decimal(1), seal_ok=True, photo=dial, at=now
            )
        acceptance.confirm_check(move_in, at=now)
        db.session.commit()
    return move_in_id


def a_job(server: OfficeServer, state: RepairState = RepairState.DISPATCHED, **facts: Any) -> int:
    """A repair that somebody called about, given to ``repairer`` and brought as far as that; its id."""
    sold = a_sold_home(server)
    with server.office(writes=True) as office:
        unit().info["actor"] = Actor.staff(office.member("dispatcher").id, "方毅")
        wanted: dict[str, Any] = {
            "source": RepairSource.PHONE,
            "home": office.home_of(sold.home_id),
            "part": Part.PRIVATE,
            "place": "厨房",
            "category": "socket_switch",
            "description": "电视墙的插座没有电",
            "caller_name": "周文博",
            "caller_phone": "13800138000",
        }
        repair = intake.take_call(intake.Call(**(wanted | facts)), [], at=clock.now())
        if state is not RepairState.REGISTERED:
            work.dispatch(repair, office.member("repairer"), None, clock.now())
        if state in (RepairState.ACCEPTED, RepairState.ON_SITE):
            work.accept(repair, clock.now())
        if state is RepairState.ON_SITE:
            work.arrive(repair, clock.now())
        db.session.commit()
        return repair.id


def wait_until(true: Callable[[], bool], seconds: float = 15) -> None:
    """Until what is asked holds in the database."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.1)
