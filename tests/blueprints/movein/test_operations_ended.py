"""What a closed case keeps: nothing of it is changed, and no refusal or cancelled repair leads into a dead end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from pmweb.blueprints.fees import operations as fees
from pmweb.blueprints.fees.models import Charge
from pmweb.blueprints.fees.rules import MOVES as CHARGES
from pmweb.blueprints.fees.rules import ChargeState
from pmweb.blueprints.movein.intake import NewMember
from pmweb.blueprints.movein.models import Appointment
from pmweb.blueprints.movein.operations import (
    case,
    desk,
    filing,
    meters,
    papers,
    rounds,
    signing,
    voiding,
)
from pmweb.blueprints.movein.operations.facts import open_case
from pmweb.blueprints.movein.rules import Applicant, KeyAct, Paper, State
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import signing as work_orders
from pmweb.blueprints.repairs.operations import work as repairs
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import db
from pmweb.models.files import PaperForm
from pmweb.models.homes import Occupancy
from pmweb.models.journal import JournalEntry
from pmweb.models.signatures import SignerSide
from pmweb.models.signing import Coverage, Refused
from pmweb.models.tasks import Task
from tests.blueprints.movein.journey import DATA, NOTICE, Journey
from tests.office import Office

REFUSAL = Refused("墙面颜色不对", "吴工")


@pytest.fixture
def journey(office: Office) -> Journey:
    """An owner with the desk done."""
    made = Journey(office)
    made.at_the_desk()
    return made


def owed(journey: Journey, kind: str) -> list[Task]:
    """The open promises of this kind."""
    return list(db.session.scalars(select(Task).where(Task.kind == kind, Task.done_at.is_(None))))


def state_of(journey: Journey) -> State:
    """Where the case stands now."""
    return journey.move_in.state


def coverage_of(journey: Journey, kind: str) -> Coverage:
    """What the resident's signature on a paper is worth now."""
    found = open_case(journey.move_in, DATA.movein)
    return next(paper.resident_coverage for paper in found.papers if paper.kind == kind)


VERBS: dict[str, Callable[[Journey], object]] = {
    "sign": lambda j: j.sign(),
    "sign for the office": lambda j: j.sign(SignerSide.OFFICE),
    "identity": lambda j: case.check_identity(j.move_in, NOTICE, [], {}, None, at=j.now()),
    "register": lambda j: desk.confirm_register(j.move_in, Occupancy.LET, at=j.now()),
    "owner": lambda j: desk.complete_owner(j.move_in, mobile="13700137001", address="", id_number=""),
    "member": lambda j: desk.add_member(j.move_in, NewMember("user", "林芳")),
    "vehicle": lambda j: desk.add_vehicle(j.move_in, "粤B12345", ""),
    "pet": lambda j: desk.add_pet(j.move_in, "猫", "", ""),
    "agreements": lambda j: desk.choose_agreements(j.move_in, [], DATA.movein, at=j.now()),
    "things": lambda j: desk.list_things(j.move_in, {"handbook": 2}, tested=True, at=j.now()),
    "charge": lambda j: desk.charge(j.move_in, at=j.now()),
    "place": lambda j: filing.keep_paper(j.move_in, Paper.NOTICE, "9 柜", None, at=j.now()),
    "file": lambda j: j.file(accept_open_defects=True),
    "appointment": lambda j: rounds.appoint(
        j.move_in, j.at + timedelta(days=9), "phone", "", j.repairer.id, at=j.now()
    ),
    "round": lambda j: rounds.open_round(j.move_in, j.facts, "林先生", "周工", at=j.now()),
    "void": lambda j: voiding.void(j.move_in, "重复", at=j.now()),
}


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_is_done_in_a_voided_case(journey: Journey, verb: str) -> None:
    """X-2: a voided case stays as it was, also one that was about to be signed, looked at again or filed."""
    journey.first_round(defects=1)
    journey.complete_file()
    journey.put_right()
    voiding.void(journey.move_in, "业主退房", at=journey.now())
    with pytest.raises(RuleBroken, match=r"movein\.ended"):
        VERBS[verb](journey)


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "void"])
def test_nothing_is_done_in_a_filed_case(journey: Journey, verb: str) -> None:
    """M-19: filed is filed; a change of the household afterwards asks nobody for a signature."""
    journey.first_round(defects=0)
    journey.complete_file()
    journey.file()
    with pytest.raises(RuleBroken, match=r"movein\.ended"):
        VERBS[verb](journey)


@pytest.mark.parametrize("end", ["filed", "voided"])
def test_what_is_left_of_an_ended_case_is_signed_at_the_repair(journey: Journey, end: str) -> None:
    """M-15, M-18: nobody is sent to agree on a second acceptance that cannot take place any more."""
    journey.first_round(defects=2)
    if end == "filed":
        journey.complete_file()
        journey.file(accept_open_defects=True)
    else:
        voiding.void(journey.move_in, "业主退房", at=journey.now())
    journey.put_right()
    assert owed(journey, "movein.appoint") == []
    asked = owed(journey, "repair.sign")
    assert [(task.rule, task.staff_id) for task in asked] == [("M-18", journey.repairer.id)] * 2
    for row in rounds.repairs_of(journey.move_in):
        repair = db.session.get_one(Repair, row.id)
        work_orders.sign_here(
            repair,
            REFUSAL,
            signer_id=journey.owner.id,
            locale="zh_CN",
            device="",
            seen=None,
            at=journey.now(),
        )
        assert repair.state.value == "signed"


def test_a_defect_of_a_voided_case_is_not_answered(journey: Journey) -> None:
    """M-17: neither the marks of an open round nor its check."""
    journey.first_round(defects=1)
    journey.put_right()
    sheet = rounds.open_round(journey.move_in, journey.facts, "林先生", "周工", at=journey.now())
    (found,) = rounds.defects_of_round(sheet)
    voiding.void(journey.move_in, "业主退房", at=journey.now())
    with pytest.raises(RuleBroken, match=r"movein\.ended"):
        rounds.mark_defect(journey.move_in, sheet, found, True, "", at=journey.now())
    with pytest.raises(RuleBroken, match=r"movein\.ended"):
        rounds.check_round(journey.move_in, sheet, at=journey.now())


def test_a_voided_case_takes_its_charge_and_readings_along(journey: Journey) -> None:
    """X-2: the next case of the home charges and reads anew."""
    journey.first_round(defects=0)
    charge_id = journey.move_in.charge_id
    voiding.void(journey.move_in, "业主改为委托办理", at=journey.now())
    assert charge_id is not None
    assert fees.is_void(charge_id)
    assert meters.readings_of(journey.move_in) == []
    journey.move_in = case.open_move_in(journey.home, Applicant.OWNER, None, at=journey.now())
    journey.check_identity()
    desk.charge(journey.move_in, at=journey.now())
    assert desk.is_charged(journey.move_in)


def test_a_voided_case_leaves_a_paid_charge_to_the_finance_office(journey: Journey) -> None:
    """Promise 8: what was paid is corrected by a reversal."""
    charge = db.session.get_one(Charge, journey.move_in.charge_id)
    charge.state = CHARGES.move(charge.state, ChargeState.PAID)
    db.session.flush()
    voiding.void(journey.move_in, "业主退房", at=journey.now())
    assert charge.state is ChargeState.PAID


class TestSignedAfterAll:
    """SIG-4: a refusal is recorded, and does not bar the signature for ever."""

    def test_what_was_refused_at_the_desk_is_signed_later(self, journey: Journey) -> None:
        journey.sign(manner=REFUSAL)
        assert coverage_of(journey, papers.HANDOVER) is Coverage.REFUSED
        moment = signing.moment_of(journey.move_in, SignerSide.RESIDENT, DATA, "zh_CN")
        assert moment.owed == []
        journey.sign(after_all=True)
        assert coverage_of(journey, papers.HANDOVER) is Coverage.COVERS

    def test_a_refused_sheet_is_answered_by_the_next_round(self, journey: Journey) -> None:
        journey.checked(defects=0)
        journey.sign(manner=REFUSAL)
        moment = signing.moment_of(journey.move_in, SignerSide.RESIDENT, DATA, "zh_CN", after_all=True)
        assert papers.ACCEPTANCE not in {paper.kind for paper in moment.owed}

    def test_the_file_calls_a_refusal_a_refusal(self, journey: Journey) -> None:
        """M-19: not a signature, and not a gap either."""
        journey.sign(manner=REFUSAL)
        lines = {line.kind: line for line in open_case(journey.move_in, DATA.movein).file}
        assert lines[papers.HANDOVER].form is PaperForm.REFUSED
        assert not lines[papers.HANDOVER].signed

    def test_the_clock_of_a_device_does_not_bring_the_refusal_back(self, journey: Journey) -> None:
        """SIG-2: the last word is the one that came in last."""
        journey.sign(manner=REFUSAL)
        journey.at -= timedelta(days=1)
        journey.sign(after_all=True)
        assert coverage_of(journey, papers.HANDOVER) is Coverage.COVERS


def test_a_voided_case_takes_keys_back_and_hands_none_out(journey: Journey) -> None:
    """M-7: the keys lie somewhere, whatever became of the case."""
    voiding.void(journey.move_in, "业主退房", at=journey.now())
    desk.move_keys(journey.move_in, "entrance_key", KeyAct.RETURNED, 5, "", at=journey.now())
    with pytest.raises(RuleBroken, match=r"keys\.voided"):
        desk.move_keys(journey.move_in, "entrance_key", KeyAct.HANDED_OUT, 1, "", at=journey.now())


class TestTheReceiptThatWasSigned:
    """M-7, SIG-2: the ledger goes on, the receipt stays."""

    def test_the_clock_of_a_device_does_not_change_it(self, journey: Journey) -> None:
        """What happened after the list is not on the list, though the device says that it was before."""
        journey.sign()
        early = journey.at - timedelta(days=1)
        desk.move_keys(journey.move_in, "entrance_key", KeyAct.RETAINED, 1, "整改用", at=early)
        assert coverage_of(journey, papers.HANDOVER) is Coverage.COVERS

    def test_the_same_list_again_does_not_change_it(self, journey: Journey) -> None:
        """One key is with the repairer; somebody opens the list and saves it as it stands."""
        journey.sign()
        desk.move_keys(journey.move_in, "entrance_key", KeyAct.RETAINED, 1, "整改用", at=journey.now())
        held = {"entrance_key": 4, "handbook": 1, "utility_drawing": 1}
        desk.list_things(journey.move_in, held, tested=True, at=journey.now())
        assert coverage_of(journey, papers.HANDOVER) is Coverage.COVERS

    def test_another_list_asks_for_another_signature(self, journey: Journey) -> None:
        """Two more keys are handed out by the list: that is not what was signed."""
        journey.sign()
        held = {"entrance_key": 7, "handbook": 1, "utility_drawing": 1}
        desk.list_things(journey.move_in, held, tested=True, at=journey.now())
        assert coverage_of(journey, papers.HANDOVER) is Coverage.CHANGED


class TestNoDeadEnd:
    """M-14, M-17: whatever the owner or the repair department decides, the case goes on."""

    def refused(self, journey: Journey) -> None:
        """A clean sheet that the owner does not accept."""
        journey.checked(defects=0)
        journey.sign(manner=REFUSAL)

    def test_a_refused_sheet_without_a_defect_is_looked_at_again(self, journey: Journey) -> None:
        """Somebody is asked to agree on the next round, and it passes."""
        self.refused(journey)
        assert state_of(journey) is State.RECTIFYING
        assert len(owed(journey, "movein.appoint")) == 1
        journey.next_round()
        assert state_of(journey) is State.ACCEPTANCE_PASSED
        assert not owed(journey, "movein.appoint")

    def test_cancelled_repairs_do_not_stop_the_next_round(self, journey: Journey) -> None:
        """The dispatcher cancels the only work order: the owner is asked whether that is all right."""
        journey.first_round(defects=1)
        (row,) = rounds.repairs_of(journey.move_in)
        repair = db.session.get_one(Repair, row.id)
        repairs.cancel(repair, "业主自己修", journey.now())
        journey.next_round()
        assert state_of(journey) is State.ACCEPTANCE_PASSED

    def test_a_refused_second_round_is_owed_again(self, journey: Journey) -> None:
        """M-15: nothing is left to mend, and yet somebody has to agree with the owner on a third round."""
        journey.first_round(defects=1)
        journey.put_right()
        sheet = rounds.open_round(journey.move_in, journey.facts, "林先生", "周工", at=journey.now())
        assert not owed(journey, "movein.appoint"), "who came without an appointment is not asked for one"
        (found,) = rounds.defects_of_round(sheet)
        rounds.mark_defect(journey.move_in, sheet, found, True, "", at=journey.now())
        rounds.check_round(journey.move_in, sheet, at=journey.now())
        journey.sign(manner=REFUSAL)
        (row,) = rounds.repairs_of(journey.move_in)
        assert row.state == "rechecked"
        assert len(owed(journey, "movein.appoint")) == 1
        journey.next_round()
        assert state_of(journey) is State.ACCEPTANCE_PASSED

    def test_a_repair_that_was_taken_back_meanwhile_fails_the_round(self, journey: Journey) -> None:
        """The repair department took a work order back during the round: it cannot pass, and may fail."""
        journey.first_round(defects=1)
        journey.put_right()
        sheet = rounds.open_round(journey.move_in, journey.facts, "林先生", "周工", at=journey.now())
        (found,) = rounds.defects_of_round(sheet)
        rounds.mark_defect(journey.move_in, sheet, found, True, "", at=journey.now())
        (row,) = rounds.repairs_of(journey.move_in)
        repairs.rework(db.session.get_one(Repair, row.id), "又渗水了", journey.now())
        with pytest.raises(RuleBroken, match=r"rounds\.moved_on"):
            rounds.check_round(journey.move_in, sheet, at=journey.now())
        rounds.mark_defect(journey.move_in, sheet, found, False, "又渗水了", at=journey.now())
        rounds.check_round(journey.move_in, sheet, at=journey.now())
        journey.sign()
        assert state_of(journey) is State.RECTIFYING
        (row,) = rounds.repairs_of(journey.move_in)
        assert (row.state, row.round) == ("rework", 2)

    def test_a_voided_charge_is_charged_anew(self, journey: Journey) -> None:
        """M-8: the finance office voids a wrong one; the desk makes the right one."""
        first = db.session.get_one(Charge, journey.move_in.charge_id)
        with pytest.raises(RuleBroken, match=r"charge\.exists"):
            desk.charge(journey.move_in, at=journey.now())
        fees.void_charge(first, "单价录错", journey.now())
        desk.charge(journey.move_in, at=journey.now())
        assert journey.move_in.charge_id != first.id


def test_an_appointment_that_took_place_stays_as_it_was(journey: Journey) -> None:
    """M-15: the next round has no appointment yet, and making one cancels none of before."""
    journey.first_round(defects=1)
    journey.put_right()
    journey.next_round(failed=1)
    assert rounds.appointment_of(journey.move_in) is None
    rounds.appoint(
        journey.move_in, journey.at + timedelta(days=2), "phone", "", journey.repairer.id, at=journey.now()
    )
    first, second = db.session.scalars(select(Appointment).order_by(Appointment.id))
    assert first.cancelled_at is None
    assert rounds.appointment_of(journey.move_in) is second


def test_the_repair_department_cannot_refuse(journey: Journey) -> None:
    """A-10: a refusal is the owner's; a paper that the office did not sign is not filed as if it were."""
    journey.sign()
    with pytest.raises(RuleBroken, match=r"sign\.office_refuses"):
        journey.sign(SignerSide.OFFICE, REFUSAL)


def test_the_scan_of_an_identity_card_is_not_kept_as_a_paper(journey: Journey) -> None:
    """PRI-3: at the filing no purpose is burnt in, so none is taken there."""
    with pytest.raises(RuleBroken, match=r"filing\.identity_scan"):
        filing.keep_paper(journey.move_in, Paper.OWNER_ID, "", journey.photo(), at=journey.now())


def test_the_timeline_holds_no_full_name_of_a_resident(journey: Journey) -> None:
    """PRI-5: who signed stands masked in the journal of the case and of its repairs."""
    journey.first_round(defects=1)
    journey.put_right()
    journey.next_round()
    signed = select(JournalEntry).where(JournalEntry.event.in_(["movein.signed_resident", "repair.signed"]))
    entries = list(db.session.scalars(signed))
    assert {entry.event for entry in entries} == {"movein.signed_resident", "repair.signed"}
    assert {entry.facts["name"] for entry in entries} == {f"{journey.owner.name[0]}**"}


def test_nobody_signs_for_the_office_in_a_case_that_ended(journey: Journey) -> None:
    """The page of the signature says so before anybody takes the pen."""
    voiding.void(journey.move_in, "业主退房", at=journey.now())
    with pytest.raises(RuleBroken, match=r"movein\.ended"):
        signing.moment_of(journey.move_in, SignerSide.OFFICE, DATA, "zh_CN")
