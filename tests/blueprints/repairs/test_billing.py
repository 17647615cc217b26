"""Consent and bill belong together, over changes of mind and over rounds: X-6, FM-08, FM-09, R-8."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.fees.models import Charge
from pmweb.blueprints.fees.rules import ChargeState
from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import Repair, RepairLine
from pmweb.blueprints.repairs.operations import billing, pricing, signing, work
from pmweb.blueprints.repairs.operations.lines import lines_of
from pmweb.blueprints.repairs.operations.verdict import decide_again
from pmweb.blueprints.repairs.rules import Line, LineStage, Nature, RepairState
from pmweb.domain.money import Money
from pmweb.domain.permissions import Role
from pmweb.domain.warranty import Verdict
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.signing import Refused
from pmweb.models.tasks import Task
from tests.blueprints.repairs.jobs import Jobs
from tests.blueprints.repairs.paid import HOURS, TRAP, UNBLOCK, agreed, called, done
from tests.blueprints.repairs.test_price_forms import typed
from tests.office import Office, desk_of

S = RepairState
pytestmark = pytest.mark.usefixtures("folder")
ROUND = (S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED)


@pytest.fixture
def jobs(office: Office) -> Jobs:
    made = Jobs(office)
    office.owner(made.home)
    return made


@pytest.fixture
def billed(jobs: Jobs) -> Repair:
    """Done, and ¥105.00 owed for it."""
    repair = done(jobs, agreed(jobs, called(jobs)))
    billing.bill(repair, [UNBLOCK, TRAP], jobs.now())
    unit().commit()
    return repair


def refuse(jobs: Jobs, repair: Repair) -> None:
    """The resident says no to the estimate, before a witness."""
    moment = pricing.moment_of(repair, "zh_CN")
    pricing.accept_by_signature(
        repair,
        Refused("太贵", "何伟"),
        signer_id=moment.signers[0].person_id,
        by=jobs.worker,
        locale="zh_CN",
        device="",
        seen=moment.seen,
        at=jobs.now(),
        again="住户不同意",
    )
    unit().flush()


def owed(repair: Repair) -> list[str]:
    query = select(Task.kind).where(
        Task.subject_kind == "repair", Task.subject_id == repair.id, Task.done_at.is_(None)
    )
    return list(unit().scalars(query))


def states() -> list[ChargeState]:
    return list(unit().scalars(select(Charge.state).order_by(Charge.id)))


def paid_for(repair: Repair) -> None:
    charge = unit().get(Charge, repair.charge_id)
    assert charge is not None
    charge.state = ChargeState.PAID
    unit().flush()


def in_force(repair: Repair) -> list[tuple[int, str]]:
    query = select(RepairLine.round, RepairLine.name).where(
        RepairLine.repair_id == repair.id,
        RepairLine.stage == LineStage.DONE,
        RepairLine.voided_at.is_(None),
    )
    return [(row.round, row.name) for row in unit().execute(query.order_by(RepairLine.id))]


# --- who said yes may say no


def test_a_written_no_takes_back_an_earlier_yes(jobs: Jobs) -> None:
    """X-6: nobody comes, and the resident is to be asked again."""
    repair = jobs.go_on(agreed(jobs, called(jobs)), S.DISPATCHED, S.ACCEPTED)
    assert "repair.estimate" not in owed(repair)
    refuse(jobs, repair)
    assert repair.estimate_accepted_at is None
    assert "repair.estimate" in owed(repair)
    with pytest.raises(RuleBroken, match=r"repair\.estimate_first"):
        work.arrive(repair, jobs.now())


def test_a_written_no_during_the_work_holds_it(jobs: Jobs) -> None:
    repair = jobs.go_on(agreed(jobs, called(jobs)), S.DISPATCHED, S.ACCEPTED, S.ON_SITE)
    refuse(jobs, repair)
    with pytest.raises(RuleBroken, match=r"repair\.estimate_first"):
        work.complete(repair, "疏通", jobs.now())
    agreed(jobs, repair)
    work.complete(repair, "疏通", jobs.now())
    assert repair.state is S.COMPLETED


def test_a_written_no_takes_the_bill_along(jobs: Jobs, billed: Repair) -> None:
    refuse(jobs, billed)
    assert (billed.amount, billed.charge_id, states()) == (None, None, [ChargeState.VOID])


@pytest.mark.parametrize(
    ("earlier", "code"),
    [("call", "repair.consent_before_call"), ("estimate", "repair.consent_before_estimate")],
)
def test_nobody_agrees_to_what_was_not_said_yet(jobs: Jobs, earlier: str, code: str) -> None:
    repair = called(jobs)
    jobs.at += timedelta(hours=2)
    pricing.estimate(repair, [UNBLOCK], jobs.now())
    jobs.at += timedelta(hours=2)
    assert repair.estimated_at is not None
    before = repair.registered_at if earlier == "call" else repair.estimated_at
    said: dict[str, Any] = {"by": jobs.worker, "at": jobs.now()}
    with pytest.raises(RuleBroken) as refused:
        pricing.accept_by_phone(
            repair, "周文博", "13800138000", "", called_at=before - timedelta(minutes=1), **said
        )
    assert (refused.value.code, refused.value.facts["field"]) == (code, "called_at")


def test_a_call_in_the_minute_of_the_estimate_counts(jobs: Jobs) -> None:
    """The field knows no seconds."""
    repair = called(jobs)
    jobs.at += timedelta(seconds=40)
    pricing.estimate(repair, [UNBLOCK], jobs.now())
    assert repair.estimated_at is not None
    minute = repair.estimated_at.replace(second=0)
    assert minute < repair.estimated_at
    consent = pricing.accept_by_phone(
        repair, "周文博", "13800138000", "", by=jobs.worker, at=jobs.now(), called_at=minute
    )
    assert consent.agreed_at == repair.estimated_at


# --- the bill rests on the consent


def test_another_estimate_drops_the_bill(jobs: Jobs, billed: Repair) -> None:
    pricing.estimate(billed, [UNBLOCK], jobs.now(), again="改了估价")
    unit().commit()
    assert (billed.amount, billed.charge_id, states()) == (None, None, [ChargeState.VOID])
    assert in_force(billed) == []
    with pytest.raises(RuleBroken, match=r"repair\.amount_first"):
        signing.moment_of(billed, "zh_CN")
    agreed(jobs, billed, UNBLOCK)
    assert billing.bill(billed, [UNBLOCK], jobs.now()) == Money(8000)


def test_the_same_estimate_again_leaves_the_bill(jobs: Jobs, billed: Repair) -> None:
    pricing.estimate(billed, [UNBLOCK, TRAP], jobs.now(), again="改了估价")
    assert (billed.amount, states()) == (Money(10500), [ChargeState.OPEN])


def test_what_is_paid_is_not_estimated_anew(jobs: Jobs, billed: Repair) -> None:
    paid_for(billed)
    with pytest.raises(RuleBroken, match=r"repair\.bill_paid"):
        pricing.estimate(billed, [UNBLOCK], jobs.now(), again="改了估价")
    with pytest.raises(RuleBroken, match=r"repair\.bill_paid"):
        refuse(jobs, billed)


def test_what_was_signed_for_is_not_estimated_anew_in_its_rework(jobs: Jobs, billed: Repair) -> None:
    """The work is done anew at the office's expense; its bill stands."""
    jobs.go_on(billed, S.SIGNED, S.FOLLOWED_UP, S.REWORK)
    with pytest.raises(RuleBroken, match=r"repair\.estimate_signed"):
        pricing.estimate(billed, [UNBLOCK, HOURS], jobs.now(), again="改了估价")
    with pytest.raises(RuleBroken, match=r"repair\.estimate_signed"):
        refuse(jobs, billed)
    assert (billed.amount, states()) == (Money(10500), [ChargeState.OPEN])


@pytest.mark.parametrize(
    ("amount", "accepted", "code"),
    [
        (None, True, "repair.amount_first"),
        (Money(100), False, "repair.estimate_first"),
        (Money(101), True, "repair.over_estimate"),
        (Money(100), True, None),
        (Money(0), True, None),
    ],
)
def test_nobody_signs_for_more_than_was_agreed_to(
    amount: Money | None, accepted: bool, code: str | None
) -> None:
    """X-6."""
    rules.refuse_unbilled(Nature(), amount, None, accepted=accepted)
    if code is None:
        rules.refuse_unbilled(Nature(paid=True), amount, Money(100), accepted=accepted)
        return
    with pytest.raises(RuleBroken) as refused:
        rules.refuse_unbilled(Nature(paid=True), amount, Money(100), accepted=accepted)
    assert refused.value.code == code


# --- over the rounds


def test_the_bill_of_signed_work_outlives_its_rework(jobs: Jobs, billed: Repair) -> None:
    """Work that was done and signed is owed, even if its rework is given up."""
    jobs.go_on(billed, S.SIGNED, S.FOLLOWED_UP, S.REWORK, S.DISPATCHED, S.CANCELLED)
    assert states() == [ChargeState.OPEN]


def test_the_bill_of_work_that_nobody_signed_does_not(jobs: Jobs, billed: Repair) -> None:
    jobs.go_on(billed, S.REWORK, S.DISPATCHED, S.CANCELLED)
    assert states() == [ChargeState.VOID]


def test_each_round_notes_its_own_materials(jobs: Jobs) -> None:
    """FM-09, R-8: the page shows those of the present round, the cost of the month counts all."""
    repair = jobs.in_state(S.COMPLETED)
    billing.note_materials(repair, [TRAP], jobs.now())
    jobs.go_on(repair, S.REWORK, *ROUND)
    assert lines_of(repair, LineStage.DONE) == []
    washer = Line(TRAP.kind, "垫圈", "个", TRAP.quantity, Money(100))
    billing.note_materials(repair, [washer], jobs.now())
    assert [line.name for line in lines_of(repair, LineStage.DONE)] == ["垫圈"]
    billing.note_materials(repair, [washer], jobs.now())
    assert in_force(repair) == [(1, "存水弯"), (2, "垫圈")]


def test_a_bill_that_stands_keeps_its_lines_in_the_next_round(jobs: Jobs, billed: Repair) -> None:
    jobs.go_on(billed, S.REWORK, *ROUND)
    facts = signing.moment_of(billed, "zh_CN").paper.facts
    assert (facts["round"], facts["amount"]) == (2, Money(10500))
    assert [line["name"] for line in facts["lines"]] == ["疏通", "存水弯"]
    billing.bill(billed, [UNBLOCK], jobs.now(), again="少收")
    assert [line.name for line in lines_of(billed, LineStage.DONE)] == ["疏通"]
    assert in_force(billed) == [(2, "疏通")], "nothing of the bill before counts in the month"


def test_a_bill_dropped_in_the_next_round_shows_no_lines(jobs: Jobs, billed: Repair) -> None:
    jobs.go_on(billed, S.REWORK, *ROUND)
    pricing.estimate(billed, [UNBLOCK], jobs.now(), again="改了估价")
    assert lines_of(billed, LineStage.DONE) == []


# --- the pages


@pytest.fixture
def worker(app: Flask, office: Office, jobs: Jobs) -> Any:
    return desk_of(app, jobs.worker, office.estate)


def test_the_page_of_the_estimate_drops_the_bill(worker: Any, billed: Repair) -> None:
    here, seen = f"/repairs/{billed.id}", billed.version
    assert f'href="{here}/sign"' in worker.get(here).text
    assert worker.post(f"{here}/estimate", data=typed(UNBLOCK, _version=seen)).status_code == 303
    page = worker.get(here).text
    assert f'href="{here}/sign"' not in page
    assert "待住户确认" in page
    unit().rollback()
    assert unit().scalars(select(Charge.void_reason)).all() == ["改了估价"]


def test_the_page_of_the_signature_takes_a_no(worker: Any, billed: Repair) -> None:
    address = f"/repairs/{billed.id}/estimate/sign"
    page = worker.get(address).text
    said = {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("seen", "signer")}
    said |= {"manner": "refused", "reason": "太贵", "witness": "何伟"}
    assert worker.post(address, data=said).status_code == 303
    unit().rollback()
    assert unit().scalars(select(Charge.void_reason)).all() == ["住户不同意估价"]


def test_the_time_of_a_call_is_said_beside_its_field(worker: Any, jobs: Jobs) -> None:
    jobs.at -= timedelta(hours=5)  # the clocks of the pages stand at the morning
    repair = called(jobs)
    jobs.at += timedelta(hours=2)
    pricing.estimate(repair, [UNBLOCK], jobs.now())
    jobs.go_on(repair, S.DISPATCHED)
    assert repair.estimated_at is not None
    early = clock.local(repair.estimated_at - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    data = {"who": "other", "person_name": "周母", "phone": "13900139000", "called_at": early}
    answer = worker.post(f"/repairs/{repair.id}/estimate/phone", data=data | {"_version": repair.version})
    assert answer.status_code == 422
    assert "通话时间早于现在这份估价" in answer.text
    assert f'value="{early}"' in answer.text, "nothing typed is lost"


def test_what_was_taken_back_on_site_is_asked_for_before_the_end(worker: Any, jobs: Jobs) -> None:
    repair = jobs.go_on(agreed(jobs, called(jobs)), S.DISPATCHED, S.ACCEPTED, S.ON_SITE)
    refuse(jobs, repair)
    unit().commit()
    here = f"/repairs/{repair.id}"
    page = worker.get(here).text
    assert "住户还没有确认费用" in page
    assert f'href="{here}/estimate"' in page
    answer = worker.post(f"{here}/complete", data={"work_done": "疏通", "_version": repair.version})
    assert answer.status_code == 422
    assert "住户确认费用后才能上门、完工" in answer.text
    assert "疏通" in answer.text, "nothing typed is lost"


# --- two people at once


def test_two_who_write_materials_do_not_overwrite_each_other(app: Flask, office: Office, jobs: Jobs) -> None:
    """Promise 6."""
    repair = jobs.in_state(S.COMPLETED)
    here, seen = f"/repairs/{repair.id}/bill", repair.version
    worker, desk = (
        desk_of(app, one, office.estate) for one in (jobs.worker, office.staff(Role.DISPATCHER, name="调度"))
    )
    assert worker.post(here, data=typed(TRAP, _version=seen)).status_code == 303
    answer = desk.post(here, data=typed(TRAP, TRAP, _version=seen))
    assert answer.status_code == 409
    unit().rollback()
    assert in_force(repair) == [(1, "存水弯")]


def test_two_who_bill_nothing_do_not_overwrite_each_other(app: Flask, office: Office, jobs: Jobs) -> None:
    """Promise 6, where neither amount nor charge changes."""
    repair = done(jobs, agreed(jobs, called(jobs)))
    here, desk = f"/repairs/{repair.id}/bill", desk_of(app, jobs.worker, office.estate)
    free = Line(UNBLOCK.kind, "免收", "次", UNBLOCK.quantity, Money(0))
    assert desk.post(here, data=typed(free, _version=repair.version)).status_code == 303
    unit().rollback()
    unit().refresh(repair)
    seen = repair.version
    assert desk.post(here, data=typed(free, free, _version=seen)).status_code == 303
    assert desk.post(here, data=typed(free, _version=seen)).status_code == 409


def test_what_was_signed_for_is_not_billed_again_in_its_rework(jobs: Jobs, billed: Repair) -> None:
    """A rework costs nothing: neither more nor anew."""
    jobs.go_on(billed, S.SIGNED, S.FOLLOWED_UP, S.REWORK, *ROUND)
    with pytest.raises(RuleBroken, match=r"repair\.estimate_signed"):
        billing.bill(billed, [UNBLOCK], jobs.now(), again="重新核定")
    assert (billed.amount, states()) == (Money(10500), [ChargeState.OPEN])


def test_a_bill_of_the_rework_is_not_signed_by_the_round_before(jobs: Jobs) -> None:
    """Free and signed first; in the rework it is found to be the resident's own doing, and billed."""
    repair = done(jobs, called(jobs, exclusion=None, category="tap_valve"))
    jobs.go_on(repair, S.SIGNED, S.FOLLOWED_UP, S.REWORK)
    decide_again(repair, Verdict.PAID, "住户自己拆过", jobs.now(), "improper_use")
    agreed(jobs, repair)
    jobs.go_on(repair, *ROUND)
    billing.bill(repair, [UNBLOCK], jobs.now())
    jobs.go_on(repair, S.REWORK, S.DISPATCHED, S.CANCELLED)
    assert states() == [ChargeState.VOID]
