"""The whole move-in through the pages, M-1 to M-19: three defects, two rounds, as people do it.

Five pairings, in which each kind of applicant, each size of screen, a browser with and one without JavaScript come up.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, tuple_

from pmweb import clock
from pmweb.blueprints.fees.models import Charge
from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet, Appointment, KeyEntry, MoveIn
from pmweb.blueprints.movein.rules import Applicant, Outcome, Result, State
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.rules import RepairState
from pmweb.data import defaults
from pmweb.extensions import unit
from pmweb.models.files import HouseholdPaper
from pmweb.models.homes import MeterReading
from pmweb.models.signatures import Signature as SignatureRow
from pmweb.models.signatures import SignerSide, SignMethod, digest
from tests.browser.cases import Case, a_sold_home
from tests.browser.conftest import Room
from tests.browser.devices import LANDSCAPE, PHONE, PORTRAIT, Size
from tests.browser.movein_screens import Desk, Signature, Walk, Works
from tests.browser.office_server import OfficeServer

DEFECTS = (
    ("入户", "入户门扇与门框", "划伤", "一般"),
    ("客厅与餐厅", "玻璃", "划伤", "一般"),
    ("卫生间", "地漏", "堵塞", "较重"),
)


@pytest.mark.parametrize(
    ("applicant", "size", "js"),
    [
        pytest.param(Applicant.OWNER, LANDSCAPE, True, id="owner-1180-js"),
        pytest.param(Applicant.OWNER, PHONE, False, id="owner-390-no-js"),
        pytest.param(Applicant.AGENT, PORTRAIT, True, id="agent-820-js"),
        pytest.param(Applicant.COMPANY, PHONE, True, id="company-390-js"),
        pytest.param(Applicant.COMPANY, PORTRAIT, False, id="company-820-no-js"),
    ],
)
def test_a_move_in_from_the_desk_to_the_file(room: Room, applicant: Applicant, size: Size, js: bool) -> None:
    case = a_sold_home(room.server, applicant)
    today = clock.today()
    desk = Desk(room.device("receptionist", size, js=js), js=js)
    tablet = room.device("repairer", size, js=js)
    walk, owner_signs = Walk(tablet, js=js), Signature(tablet, js=js)

    # at the desk
    desk.find_home(case.typed, case.place)
    desk.open_case(applicant, case.handler)
    desk.check_papers(applicant, today)
    desk.fill_register(case.owner_number)
    desk.choose_agreements()
    desk.list_things()
    Signature(desk.page, js=js).sign()
    desk.at("入住")
    desk.charge_fee()
    address = desk.page.url

    # through the home with the owner
    tablet.goto(address)
    walk.start(rooms=(1, 1, 1))
    for place, item, word, severity in DEFECTS:
        walk.find_defect(place, item, word, severity)
    for place in walk.rooms():
        walk.rest_is_in_order(place)
    walk.read_meters()
    walk.check()
    owner_signs.sign()
    owner_signs.at("请维修人员签字")  # now the repair department
    owner_signs.sign()
    walk.at("入住")

    # each defect is put right
    orders = orders_of(room.server, case)
    assert len(orders) == len(DEFECTS)
    dispatcher = Works(room.device("dispatcher", size, js=js), js=js)
    worker = Works(tablet, js=js)
    supervisor = Works(room.device("repair-supervisor", size, js=js), js=js)
    for number in orders:
        dispatcher.open_order(number)
        dispatcher.dispatch("周志强")
        worker.open_order(number)
        worker.accept_and_arrive()
        worker.complete("拆下重装，打胶、清理完毕")
        supervisor.open_order(number)
        supervisor.recheck()

    # the owner looks again, and the file is closed
    desk.page.goto(address)
    desk.appoint(clock.local(clock.now()).replace(hour=17, minute=30) + timedelta(days=1), "周志强")
    tablet.goto(address)
    walk.look_again(len(DEFECTS))
    owner_signs.sign()
    owner_signs.at("请维修人员签字")
    owner_signs.sign()
    desk.page.goto(address)
    desk.file(applicant)

    assert_everything_is_on_record(room.server, case, applicant, js)


def orders_of(server: OfficeServer, case: Case) -> list[str]:
    """The numbers of the work orders of this home."""
    with server.office():
        return list(
            unit().scalars(select(Repair.number).where(Repair.home_id == case.home_id).order_by(Repair.id))
        )


def assert_everything_is_on_record(server: OfficeServer, case: Case, applicant: Applicant, js: bool) -> None:
    """What the office has in its records when the file is closed."""
    with server.office():
        session = unit()
        move_in = session.scalars(select(MoveIn).where(MoveIn.home_id == case.home_id)).one()
        assert (move_in.state, move_in.applicant, move_in.owner_id) == (State.FILED, applicant, case.owner_id)
        assert (move_in.handler is None) == (applicant is Applicant.OWNER)
        sheets = list(
            session.scalars(
                select(AcceptanceSheet)
                .where(AcceptanceSheet.move_in_id == move_in.id)
                .order_by(AcceptanceSheet.round)
            )
        )
        assert [sheet.outcome for sheet in sheets] == [Outcome.WITH_DEFECTS, Outcome.ACCEPTED]
        items = list(session.scalars(select(AcceptanceItem).where(AcceptanceItem.sheet_id == sheets[0].id)))
        assert len(items) == 76
        assert sum(item.result is Result.DEFECT for item in items) == len(DEFECTS)
        assert all(item.result is Result.OK for item in items if item.repair_id is None)
        repairs = list(session.scalars(select(Repair).where(Repair.home_id == case.home_id)))
        assert {repair.state for repair in repairs} == {RepairState.SIGNED}
        readings = list(
            session.scalars(select(MeterReading.reading).where(MeterReading.home_id == case.home_id))
        )
        assert sorted(readings) == [Decimal(0), Decimal("0.35"), Decimal(12)]
        charge = session.scalars(select(Charge).where(Charge.home_id == case.home_id)).one()
        assert charge.id == move_in.charge_id
        keys = select(KeyEntry.quantity).where(
            KeyEntry.move_in_id == move_in.id, KeyEntry.kind == "entrance_key"
        )
        assert session.scalars(keys).one() == 5
        assert (
            session.scalars(select(Appointment).where(Appointment.move_in_id == move_in.id)).one().round == 2
        )
        matters = [("move_in", move_in.id), *(("repair", repair.id) for repair in repairs)]
        subject = tuple_(SignatureRow.subject_kind, SignatureRow.subject_id)
        signed = list(session.scalars(select(SignatureRow).where(subject.in_(matters))))
        assert {row.method for row in signed} == {SignMethod.PAD if js else SignMethod.PAPER}
        assert all(row.sha256 == digest(row.snapshot) for row in signed)
        assert Counter(row.paper for row in signed if row.side is SignerSide.RESIDENT) == {
            "household_register": 1,
            "handover_receipt": 1,
            "meter_readings": 1,
            "acceptance_sheet": 2,
            "work_order": len(DEFECTS),
            **dict.fromkeys(defaults().movein.agreements, 1),
        }
        papers = set(
            session.scalars(select(HouseholdPaper.kind).where(HouseholdPaper.home_id == case.home_id))
        )
        assert {"move_in_notice", "household_register", "acceptance_sheet"} <= papers
