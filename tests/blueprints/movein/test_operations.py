"""What the office does at a move-in, from the papers to the file (M-1 to M-19)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from pmweb.blueprints.movein.intake import Handler
from pmweb.blueprints.movein.operations import case, desk, rounds, voiding
from pmweb.blueprints.movein.rules import Applicant, KeyAct, Outcome, Paper, State
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.homes import Occupancy
from pmweb.models.signatures import SignerSide
from pmweb.models.signing import Refused
from pmweb.models.tasks import Task
from tests.blueprints.movein.journey import AGENT_ID, Journey
from tests.office import Office


@pytest.fixture
def journey(office: Office) -> Journey:
    """An owner who comes in person."""
    return Journey(office)


def broken(code: str) -> pytest.RaisesExc[RuleBroken]:
    """The rule with this code is broken."""
    return pytest.RaisesExc(RuleBroken, check=lambda error: error.code == code)


def test_a_whole_move_in_with_three_defects_and_two_rounds(journey: Journey) -> None:
    """M-1 to M-19."""
    journey.at_the_desk()
    journey.sign()
    journey.first_round(defects=3)
    assert journey.facts.state.value == "rectifying"
    assert [row.state for row in rounds.repairs_of(journey.move_in)] == ["registered"] * 3

    journey.put_right()
    sheet = journey.next_round()
    assert sheet.outcome is Outcome.ACCEPTED
    assert journey.facts.state.value == "acceptance_passed"
    assert [row.state for row in rounds.repairs_of(journey.move_in)] == ["signed"] * 3

    journey.complete_file()
    journey.file()
    assert journey.move_in.state is State.FILED
    assert journey.facts.missing == ()


def test_a_clean_acceptance_passes_at_once(journey: Journey) -> None:
    """M-9, M-18."""
    journey.at_the_desk()
    journey.first_round(defects=0)
    assert journey.move_in.state is State.ACCEPTANCE_PASSED


def test_a_failed_defect_goes_back_with_a_higher_round(journey: Journey) -> None:
    """M-17: not passed goes back to M-12; the number of rounds is not limited."""
    journey.at_the_desk()
    journey.first_round(defects=2)
    journey.put_right()
    journey.next_round(failed=1)
    assert journey.move_in.state is State.RECTIFYING
    states = sorted((row.state, row.round) for row in rounds.repairs_of(journey.move_in))
    assert states == [("rework", 2), ("signed", 1)]
    journey.put_right()
    third = journey.next_round()
    assert (third.round, journey.move_in.state) == (3, State.ACCEPTANCE_PASSED)


def test_no_second_acceptance_before_a_passed_recheck(journey: Journey) -> None:
    """M-14: only when it passes does the procedure go on."""
    journey.at_the_desk()
    journey.first_round(defects=1)
    journey.put_right(passed=False)
    with broken("rounds.recheck_first"):
        rounds.open_round(journey.move_in, journey.facts, "周文博", "周工", at=journey.now())


def test_identity_comes_before_everything(journey: Journey) -> None:
    """M-1, A-8."""
    with broken("movein.identity_first"):
        desk.confirm_register(journey.move_in, Occupancy.LET, at=journey.now())
    with broken("movein.identity_first"):
        journey.start_acceptance()


def test_missing_papers_are_listed_and_what_was_seen_is_kept(journey: Journey) -> None:
    """M-2, FM-02."""
    assert journey.check_identity(Paper.NOTICE) == (Paper.NOTICE,)
    assert journey.move_in.identity_checked_at is None
    assert case.papers_of(journey.move_in)[Paper.OWNER_ID].seen_at is not None
    assert journey.check_identity() == ()
    assert journey.move_in.identity_checked_at is not None


def owed(journey: Journey) -> set[tuple[str, str, Role | None, bool]]:
    """What is promised now: kind, rule, by whom, and whether it has a time."""
    query = select(Task).where(Task.subject_kind == "move_in", Task.done_at.is_(None))
    return {(task.kind, task.rule, task.role, task.due_at is not None) for task in unit().scalars(query)}


def test_an_opened_move_in_is_owed_the_same_day_and_papers_wait_for_the_owner(journey: Journey) -> None:
    """M-1, M-2, M-9, promise 10: once the papers are complete, the repair department is called."""
    assert journey.move_in.id
    handle = ("movein.handle", "M-1", Role.RECEPTIONIST, True)
    assert owed(journey) == {handle}
    journey.check_identity(Paper.NOTICE)
    assert owed(journey) == {handle, ("movein.papers", "M-2", Role.RECEPTIONIST, False)}
    journey.check_identity()
    assert owed(journey) == {handle, ("movein.inspect", "M-9", Role.REPAIRER, True)}


def test_when_all_is_put_right_somebody_owes_the_owner_an_appointment(journey: Journey) -> None:
    """M-15, promise 10: not before the last defect is rechecked."""
    journey.at_the_desk()
    journey.sign()
    journey.first_round(defects=2)
    appoint = ("movein.appoint", "M-15", Role.RECEPTIONIST, True)
    assert appoint not in owed(journey)
    journey.put_right()
    assert appoint in owed(journey)


def test_a_move_in_that_is_filed_owes_nothing(journey: Journey) -> None:
    """M-19, promise 10: 今日 is rid of it."""
    journey.at_the_desk()
    journey.sign()
    journey.first_round(defects=0)
    journey.complete_file()
    assert owed(journey)
    journey.file()
    assert owed(journey) == set()


def test_keys_only_after_the_register(journey: Journey) -> None:
    """A-8."""
    journey.check_identity()
    with broken("movein.register_first"):
        desk.list_things(journey.move_in, {"entrance_key": 5}, tested=True, at=journey.now())


@pytest.mark.parametrize("missing", ["entrance_key", "handbook", "utility_drawing"])
def test_keys_handbook_and_drawing_must_be_on_the_list(journey: Journey, missing: str) -> None:
    """M-7."""
    journey.at_the_desk()
    things = {"entrance_key": 5, "handbook": 1, "utility_drawing": 1} | {missing: 0}
    with broken("things.missing"):
        desk.list_things(journey.move_in, things, tested=True, at=journey.now())


def test_nobody_gives_back_more_keys_than_were_handed_out(journey: Journey) -> None:
    """M-7: the ledger by kind and quantity."""
    journey.at_the_desk()
    desk.move_keys(journey.move_in, "entrance_key", KeyAct.RETAINED, 2, "整改用", at=journey.now())
    with broken("keys.too_many"):
        desk.move_keys(journey.move_in, "entrance_key", KeyAct.RETURNED, 4, "", at=journey.now())


def test_arrears_never_hold_back_the_keys(journey: Journey) -> None:
    """A-9, M-8: nothing was charged, and the keys are signed for."""
    journey.at_the_desk()
    journey.sign()
    assert "handover_receipt" not in journey.facts.unsigned


def test_one_act_signs_every_paper_of_the_moment(journey: Journey) -> None:
    """M-6, SIG-2: six papers, one act, each hashed for itself."""
    journey.at_the_desk()
    assert len(journey.facts.unsigned) == 6
    journey.sign()
    assert not journey.facts.unsigned


def test_a_later_change_shows_that_the_signature_no_longer_covers(journey: Journey) -> None:
    """SIG-2."""
    journey.at_the_desk()
    journey.sign()
    desk.confirm_register(journey.move_in, Occupancy.VACANT, at=journey.now())
    assert journey.facts.unsigned == ("household_register",)


def test_a_refused_sheet_goes_to_rectification_with_the_reason(journey: Journey) -> None:
    """M-17: refusal with reason."""
    journey.at_the_desk()
    journey.sign()
    sheet = journey.checked(defects=1)
    journey.sign(manner=Refused("客厅裂缝太大", "林静"))
    assert (sheet.outcome, sheet.reason) == (Outcome.REFUSED, "客厅裂缝太大")
    assert journey.move_in.state is State.RECTIFYING


def test_filing_lists_what_is_missing(journey: Journey) -> None:
    """M-19, A-12."""
    journey.at_the_desk()
    journey.sign()
    journey.first_round(defects=0)
    with broken("filing.missing"):
        journey.file()


def test_open_defects_are_filed_only_when_somebody_says_so(journey: Journey) -> None:
    """M-19: with open defects it may only become ``filed_with_open_defects``."""
    journey.at_the_desk()
    journey.sign()
    journey.first_round(defects=2)
    journey.complete_file()
    with broken("filing.open_defects"):
        journey.file()
    journey.file(accept_open_defects=True)
    assert journey.move_in.state is State.FILED_WITH_OPEN_DEFECTS


def test_an_agent_needs_a_power_of_attorney(office: Office) -> None:
    """M-3, A-5."""
    journey = Journey(office, Applicant.AGENT)
    assert Paper.POWER_OF_ATTORNEY in case.papers_of(journey.move_in)
    with broken("power.no_scope"):
        journey.check_identity()


def test_a_home_has_one_open_move_in(journey: Journey) -> None:
    """M-1."""
    with broken("movein.exists"):
        case.open_move_in(journey.home, Applicant.OWNER, None, at=journey.now())
    voiding.void(journey.move_in, "重复登记", at=journey.now())
    again = case.open_move_in(journey.home, Applicant.OWNER, None, at=journey.now())
    assert again.number == "RZ-2026-000002"


def test_the_repair_department_signs_after_the_resident(journey: Journey) -> None:
    """A-10: both sides confirm."""
    journey.at_the_desk()
    journey.sign()
    journey.checked(defects=0)
    with broken("sign.nothing"):
        journey.sign(SignerSide.OFFICE)
    journey.sign()
    journey.sign(SignerSide.OFFICE)
    assert journey.facts.unsigned == ()


class TestWhoActsIsKnownAlready:
    """M-3: the number on the card says who it is; what was typed beside it is not thrown away."""

    def test_another_name_is_asked_about(self, office: Office) -> None:
        journey = Journey(office, Applicant.AGENT)
        other = office.home("1901")
        office.owner(other, name="陈女士")
        with broken("movein.handler_known"):
            case.open_move_in(
                other, Applicant.AGENT, Handler("王小雨", "13900139000", AGENT_ID), at=journey.now()
            )

    def test_another_mobile_is_kept_beside_the_first(self, office: Office) -> None:
        journey = Journey(office, Applicant.AGENT)
        other = office.home("1901")
        office.owner(other, name="陈女士")
        again = case.open_move_in(
            other, Applicant.AGENT, Handler("林小雨", "13700137009", AGENT_ID), at=journey.now()
        )
        assert again.handler is journey.move_in.handler
        assert again.handler is not None
        assert (again.handler.mobile, again.handler.other_phones) == ("13900139000", "13700137009")


def test_a_fee_that_changed_since_it_was_shown_is_not_charged(journey: Journey) -> None:
    """M-8: the owner agreed to what stood there."""
    journey.check_identity()
    shown = desk.first_charge(journey.move_in, at=journey.now()).mark
    journey.home.handed_over_on = date(2026, 2, 1)
    with broken("charge.changed"):
        desk.charge(journey.move_in, seen=shown, at=journey.now())
    assert not desk.is_charged(journey.move_in)
    desk.charge(
        journey.move_in, seen=desk.first_charge(journey.move_in, at=journey.now()).mark, at=journey.now()
    )
