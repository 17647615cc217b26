"""What a paid repair costs, and what stands before it: X-6, G-7, FEE-2, FM-08, FM-09."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from pmweb.blueprints.fees.models import Charge
from pmweb.blueprints.fees.operations import void_open_charge
from pmweb.blueprints.fees.rules import ChargeState, Step
from pmweb.blueprints.households import operations as households
from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import EstimateConsent, Repair, RepairLine
from pmweb.blueprints.repairs.operations import billing, pricing, signing, work
from pmweb.blueprints.repairs.operations.lines import all_lines, lines_of
from pmweb.blueprints.repairs.rules import (
    BILLED_IN,
    TO_MEND,
    Line,
    LineKind,
    LineStage,
    Nature,
    RepairState,
)
from pmweb.data import defaults
from pmweb.domain.money import Money
from pmweb.domain.permissions import GRANTS, Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.people import AgeGroup, TieKind
from pmweb.models.signing import Refused, coverage
from pmweb.models.tasks import Task
from tests.blueprints.repairs.jobs import Jobs
from tests.blueprints.repairs.paid import HOURS, TRAP, UNBLOCK, agreed, called, done
from tests.office import MORNING, Office

S = RepairState
ClientFor = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("folder")

PAID, FREE = Nature(paid=True, on_its_own=True), Nature(on_its_own=True)

kinds = st.sampled_from(LineKind)
quantities = st.integers(1, 9_999_999).map(lambda thousandths: Decimal(thousandths).scaleb(-3))
prices = st.integers(0, 10_000_000).map(Money)
lines = st.builds(Line, kinds, st.just("x"), st.just("个"), quantities, prices)


# --- the money


@given(lines)
def test_an_amount_is_quantity_times_price_rounded_half_up(line: Line) -> None:
    exact = line.quantity * line.unit_price.yuan
    assert line.amount.yuan == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(st.lists(lines, min_size=1, max_size=8))
def test_the_steps_of_a_charge_add_up_to_the_bill(several: list[Line]) -> None:
    """What the fees keep as arithmetic reads back, and its sum is the amount to the fen."""
    steps = [Step.read(step) for step in rules.arithmetic(several, date(2026, 3, 5))]
    assert Money.total(step.amount for step in steps) == rules.total(several)
    for step, line in zip(steps, several, strict=True):
        exact = Decimal(1)
        for value in step.values.values():
            exact *= value
        assert step.amount == Money.rounded(exact) == line.amount
        assert step.spelled.count("×") == 1


def test_a_bill_is_reckoned_as_the_fee_items_say() -> None:
    items, on = defaults().fees.items, date(2026, 3, 5)
    for line, item in ((UNBLOCK, "repair_piece"), (HOURS, "repair_labour")):
        (step,) = rules.arithmetic([line], on)
        assert (step["item"], step["formula"]) == (item, items[item].formula.text)
        values = {name: Decimal(value) for name, value in step["values"].items()}
        assert items[item].formula.amount(values) == line.amount


@pytest.mark.parametrize(
    ("several", "item"),
    [
        pytest.param([UNBLOCK], "repair_piece", id="by the piece"),
        pytest.param([HOURS, HOURS], "repair_labour", id="hours"),
        pytest.param([TRAP], "repair_material", id="material"),
        pytest.param([UNBLOCK, TRAP], "special_service", id="of several items"),
    ],
)
def test_a_bill_is_charged_under_one_fee_item(several: list[Line], item: str) -> None:
    assert rules.fee_item(several) == item
    assert item in defaults().fees.items


# --- what stands before


@pytest.mark.parametrize(
    ("nature", "accepted", "code"),
    [(PAID, False, "repair.estimate_first"), (PAID, True, None), (FREE, False, None)],
)
def test_nobody_comes_before_the_resident_agreed(nature: Nature, accepted: bool, code: str | None) -> None:
    if code is None:
        rules.refuse_arrival(nature, accepted=accepted)
        return
    with pytest.raises(RuleBroken, match=code):
        rules.refuse_arrival(nature, accepted=accepted)


@given(prices, prices)
def test_a_bill_is_at_most_what_was_agreed_to(amount: Money, estimate: Money) -> None:
    if amount <= estimate:
        rules.refuse_bill(S.COMPLETED, amount, estimate, accepted=True)
        return
    with pytest.raises(RuleBroken, match=r"repair\.over_estimate"):
        rules.refuse_bill(S.COMPLETED, amount, estimate, accepted=True)


@pytest.mark.parametrize("state", RepairState)
def test_it_is_billed_between_work_and_signature(state: RepairState) -> None:
    if state in BILLED_IN:
        rules.refuse_bill(state, Money(1), Money(1), accepted=True)
        return
    with pytest.raises(RuleBroken, match=r"repair\.bill_now"):
        rules.refuse_bill(state, Money(1), Money(1), accepted=True)


@pytest.mark.parametrize("state", RepairState)
def test_the_dispatcher_then_the_repairer_is_to_ask(state: RepairState) -> None:
    owed = [
        rules.estimate_owed(state, PAID, accepted=False, due_at=MORNING, assigned=assigned)
        for assigned in (False, True)
    ]
    if state in TO_MEND:
        assert [(one.role, one.rule, one.due_at) for one in owed if one] == [
            (Role.DISPATCHER, "X-6", MORNING),
            (None, "X-6", MORNING),
        ]
    else:
        assert owed == [None, None]
    assert rules.estimate_owed(state, PAID, accepted=True, due_at=MORNING, assigned=True) is None
    assert rules.estimate_owed(state, FREE, accepted=False, due_at=MORNING, assigned=True) is None


@pytest.mark.parametrize(
    ("role", "own", "may"),
    [
        (Role.REPAIRER, True, True),
        (Role.REPAIRER, False, False),
        (Role.DISPATCHER, False, True),
        (Role.RECEPTIONIST, False, True),
        (Role.OFFICE_MANAGER, False, True),
        (Role.CASHIER, True, False),
    ],
)
def test_a_repairer_prices_the_own_jobs_only(role: Role, own: bool, may: bool) -> None:
    assert rules.may_price(GRANTS[role], own=own) is may


# --- the price list


def test_the_price_of_the_day_is_the_newest_that_holds(office: Office) -> None:
    """FEE-2: a new price from a day on; a wrong one is voided, and the one before holds again."""
    pricing.set_price("drain_blocked", Money(8000), date(2026, 1, 1), basis="价目表", at=MORNING)
    wrong = pricing.set_price("drain_blocked", Money(900), date(2026, 3, 1), basis="价目表", at=MORNING)
    assert pricing.price_of("drain_blocked", date(2025, 12, 31)) is None
    assert pricing.price_of("drain_blocked", date(2026, 3, 5)) is wrong
    assert wrong.price_unit == "per_time"
    pricing.void_price(wrong, "少写一个 0", MORNING)
    held = pricing.price_of("drain_blocked", date(2026, 3, 5))
    assert held is not None
    assert held.unit_price == Money(8000)
    again = pricing.set_price("drain_blocked", Money(9000), date(2026, 3, 1), basis="价目表", at=MORNING)
    assert pricing.price_of("drain_blocked", date(2026, 3, 5)) is again


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"category": "nothing"}, "repair.price_category"),
        ({"category": "other"}, "repair.price_category"),
        ({"unit_price": Money(-1)}, "repair.price_negative"),
        ({"basis": " "}, "repair.price_basis"),
        ({}, "repair.price_exists"),
    ],
)
def test_a_price_that_cannot_be_published_is_refused(office: Office, more: dict[str, Any], code: str) -> None:
    good: dict[str, Any] = {
        "category": "tap_valve",
        "unit_price": Money(4000),
        "valid_from": date(2026, 1, 1),
    }
    pricing.set_price(**good, basis="价目表", at=MORNING)
    with pytest.raises(RuleBroken) as refused:
        pricing.set_price(**(good | {"basis": "价目表"} | more), at=MORNING)
    assert refused.value.code == code


# --- the journey


@pytest.fixture
def jobs(office: Office) -> Jobs:
    made = Jobs(office)
    office.owner(made.home)
    return made


def owed(repair: Repair) -> dict[str, int | None]:
    query = select(Task.kind, Task.staff_id).where(
        Task.subject_kind == "repair", Task.subject_id == repair.id, Task.done_at.is_(None)
    )
    return {row.kind: row.staff_id for row in unit().execute(query)}


def test_the_consent_is_owed_until_it_is_given(jobs: Jobs) -> None:
    """First by the dispatcher, then by whoever has the job, whatever else happens to the repair."""
    repair = called(jobs)
    assert owed(repair) == {"repair.dispatch": None, "repair.estimate": None}
    jobs.go_on(repair, S.DISPATCHED, S.ACCEPTED)
    assert owed(repair) == {"repair.visit": jobs.worker.id, "repair.estimate": jobs.worker.id}
    jobs.go_on(repair, S.WAITING_RESIDENT, S.ACCEPTED)
    assert "repair.estimate" in owed(repair)
    agreed(jobs, repair)
    assert owed(repair) == {"repair.visit": jobs.worker.id}


def test_it_is_due_with_the_visit(jobs: Jobs) -> None:
    repair = called(jobs)
    visit = jobs.at + timedelta(hours=5)
    work.dispatch(repair, jobs.worker, visit, jobs.now())
    task = unit().scalars(select(Task).where(Task.kind == "repair.estimate")).one()
    assert task.due_at == visit


def test_without_consent_the_repairer_does_not_come(jobs: Jobs) -> None:
    repair = jobs.go_on(called(jobs), S.DISPATCHED, S.ACCEPTED)
    with pytest.raises(RuleBroken, match=r"repair\.estimate_first"):
        work.arrive(repair, jobs.now())
    pricing.estimate(repair, [UNBLOCK], jobs.now())
    with pytest.raises(RuleBroken, match=r"repair\.estimate_first"):
        work.arrive(repair, jobs.now())
    pricing.accept_by_phone(repair, "周文博", "13800138000", "", by=jobs.worker, at=jobs.now())
    work.arrive(repair, jobs.now())
    assert repair.state is S.ON_SITE


def test_a_changed_estimate_needs_a_new_consent_and_deletes_nothing(jobs: Jobs) -> None:
    repair = agreed(jobs, called(jobs))
    pricing.estimate(repair, [UNBLOCK, TRAP], jobs.now())
    assert repair.estimate_accepted_at is not None, "the same again changes nothing"
    pricing.estimate(repair, [UNBLOCK, HOURS], jobs.now())
    unit().refresh(repair)
    assert (repair.estimate, repair.estimate_accepted_at is None) == (Money(17000), True)
    assert "repair.estimate" in owed(repair)
    kept = unit().scalars(select(RepairLine).order_by(RepairLine.id)).all()
    assert [(line.name, line.voided_at is None) for line in kept] == [
        *(("疏通", False), ("存水弯", False)),
        *(("疏通", True), ("人工费", True)),
    ]
    agreed(jobs, repair, UNBLOCK, HOURS)
    consents = unit().scalars(select(EstimateConsent).order_by(EstimateConsent.id)).all()
    assert [consent.amount for consent in consents] == [Money(10500), Money(17000)]


def test_the_same_sum_of_other_lines_is_another_estimate(jobs: Jobs) -> None:
    repair = agreed(jobs, called(jobs), UNBLOCK)
    seen = repair.version
    pricing.estimate(repair, [Line(LineKind.MATERIAL, "地漏", "个", Decimal(1), Money(8000))], jobs.now())
    unit().flush()
    assert repair.estimate_accepted_at is None
    assert repair.version > seen, "a page that showed the former lines is out of date"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": " "}, "repair.consent_who"),
        ({"phone": ""}, "repair.consent_phone"),
        ({"called_at": datetime(2030, 1, 1, tzinfo=UTC)}, "repair.consent_future"),
    ],
)
def test_a_consent_on_the_phone_says_who_and_where(jobs: Jobs, more: dict[str, Any], code: str) -> None:
    repair = called(jobs)
    pricing.estimate(repair, [UNBLOCK], jobs.now())
    good: dict[str, Any] = {"name": "周文博", "phone": "13800138000", "note": "", "by": jobs.worker}
    with pytest.raises(RuleBroken) as refused:
        pricing.accept_by_phone(repair, **(good | more), at=jobs.now())
    assert refused.value.code == code
    assert repair.estimate_accepted_at is None


def test_what_was_not_estimated_cannot_be_agreed_to(jobs: Jobs) -> None:
    repair = called(jobs)
    with pytest.raises(RuleBroken, match=r"repair\.no_estimate"):
        pricing.accept_by_phone(repair, "周文博", "13800138000", "", by=jobs.worker, at=jobs.now())
    with pytest.raises(RuleBroken, match=r"repair\.no_estimate"):
        pricing.moment_of(repair, "zh_CN")
    with pytest.raises(RuleBroken, match=r"repair\.lines"):
        pricing.estimate(repair, [], jobs.now())
    with pytest.raises(RuleBroken, match=r"repair\.not_paid"):
        pricing.estimate(jobs.defect(), [UNBLOCK], jobs.now())


def test_a_resident_who_refuses_the_price_has_not_agreed(jobs: Jobs) -> None:
    repair = called(jobs)
    pricing.estimate(repair, [UNBLOCK], jobs.now())
    moment = pricing.moment_of(repair, "zh_CN")
    given_: dict[str, Any] = {"by": jobs.worker, "locale": "zh_CN", "device": "", "at": jobs.now()}
    who = moment.signers[0].person_id
    pricing.accept_by_signature(repair, Refused("太贵", "何伟"), signer_id=who, seen=moment.seen, **given_)
    assert repair.estimate_accepted_at is None
    assert "repair.estimate" in owed(repair)
    assert unit().scalars(select(EstimateConsent)).all() == []


def test_the_bill_is_an_open_charge_of_the_caller(jobs: Jobs) -> None:
    """FM-08: the amount equals the priced items; the home owes it, whoever of age called pays it."""
    wife = households.add_person("林晓", mobile="13700137000")
    tie: dict[str, Any] = {"relation": "配偶", "age_group": AgeGroup.ADULT, "guardian_agreed": True}
    households.tie(jobs.home, wife, TieKind.FAMILY, **tie)
    repair = done(jobs, agreed(jobs, called(jobs, caller_name="林晓", caller_phone="13700137000")))
    billing.bill(repair, [UNBLOCK, TRAP], jobs.now())
    charge = unit().scalars(select(Charge)).one()
    assert (charge.id, charge.amount, charge.item) == (repair.charge_id, Money(10500), "special_service")
    assert (charge.source_kind, charge.source_id, charge.person_id) == ("repair", repair.id, wife.id)
    assert [line.stage for line in lines_of(repair, LineStage.DONE)] == [LineStage.DONE] * 2


def test_a_stranger_who_called_does_not_pay(jobs: Jobs) -> None:
    repair = done(jobs, agreed(jobs, called(jobs, caller_name="快递员", caller_phone="13900139000")))
    billing.bill(repair, [UNBLOCK], jobs.now())
    charge = unit().scalars(select(Charge)).one()
    assert charge.person is not None
    assert charge.person.name == "周文博"


def test_more_than_agreed_is_agreed_to_first(jobs: Jobs) -> None:
    """X-6."""
    repair = done(jobs, agreed(jobs, called(jobs), UNBLOCK))
    with pytest.raises(RuleBroken, match=r"repair\.over_estimate"):
        billing.bill(repair, [UNBLOCK, TRAP], jobs.now())
    pricing.estimate(repair, [UNBLOCK, TRAP], jobs.now())
    with pytest.raises(RuleBroken, match=r"repair\.estimate_first"):
        billing.bill(repair, [UNBLOCK, TRAP], jobs.now())
    agreed(jobs, repair, UNBLOCK, TRAP)
    assert billing.bill(repair, [UNBLOCK, TRAP], jobs.now()) == Money(10500)


def test_nobody_signs_before_the_amount_stands(jobs: Jobs) -> None:
    repair = done(jobs, agreed(jobs, called(jobs)))
    with pytest.raises(RuleBroken, match=r"repair\.amount_first"):
        signing.moment_of(repair, "zh_CN")
    with pytest.raises(RuleBroken, match=r"repair\.amount_first"):
        signing.sign_off(repair, jobs.signature_on(repair), jobs.now())
    billing.bill(repair, [UNBLOCK], jobs.now())
    facts = signing.moment_of(repair, "zh_CN").paper.facts
    assert facts["amount"] == Money(8000)
    jobs.go_on(repair, S.SIGNED)
    with pytest.raises(RuleBroken, match=r"repair\.bill_now"):
        billing.bill(repair, [UNBLOCK], jobs.now())
    with pytest.raises(RuleBroken, match=r"repair\.estimate_late"):
        pricing.estimate(repair, [UNBLOCK, TRAP], jobs.now())


def test_a_free_work_order_reads_as_it_always_did(jobs: Jobs) -> None:
    """SIG-2: signatures that were given before still cover it, with its materials noted later."""
    repair = jobs.in_state(S.SIGNED)
    before = signing.work_order_facts(repair)
    assert {"lines", "amount"}.isdisjoint(before)
    signature = jobs.signature_on(repair)
    billing.note_materials(repair, [TRAP], jobs.now())
    assert coverage(signature, signing.work_order_facts(repair)).value == "refused"
    assert unit().scalars(select(Charge)).all() == []


def test_billed_anew_the_former_charge_is_void(jobs: Jobs) -> None:
    repair = done(jobs, agreed(jobs, called(jobs)))
    billing.bill(repair, [UNBLOCK, TRAP], jobs.now())
    billing.bill(repair, [UNBLOCK], jobs.now(), again="材料没有用")
    states = unit().execute(select(Charge.state, Charge.amount).order_by(Charge.id)).all()
    assert [tuple(row) for row in states] == [
        (ChargeState.VOID, Money(10500)),
        (ChargeState.OPEN, Money(8000)),
    ]
    charge = unit().get(Charge, repair.charge_id)
    assert charge is not None
    charge.state = ChargeState.PAID
    with pytest.raises(RuleBroken, match=r"repair\.bill_paid"):
        billing.bill(repair, [UNBLOCK], jobs.now(), again="材料没有用")


def test_what_is_given_up_after_its_bill_is_owed_no_more(jobs: Jobs) -> None:
    repair = done(jobs, agreed(jobs, called(jobs)))
    billing.bill(repair, [UNBLOCK], jobs.now())
    jobs.go_on(repair, S.REWORK, S.DISPATCHED, S.CANCELLED)
    assert unit().scalars(select(Charge.state)).all() == [ChargeState.VOID]
    assert owed(repair) == {}


def test_rework_is_not_agreed_to_nor_billed_again(jobs: Jobs) -> None:
    """The work is done anew at the office's expense: consent and amount stand over the rounds."""
    repair = done(jobs, agreed(jobs, called(jobs)))
    billing.bill(repair, [UNBLOCK], jobs.now())
    jobs.go_on(repair, S.REWORK, S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED)
    assert (repair.round, repair.amount) == (2, Money(8000))
    assert signing.moment_of(repair, "zh_CN").paper.round == 2


def test_what_costs_nothing_in_the_end_is_no_charge(jobs: Jobs) -> None:
    free = Line(LineKind.SERVICE, "免收", "次", Decimal(1), Money(0))
    repair = done(jobs, agreed(jobs, called(jobs)))
    billing.bill(repair, [free], jobs.now())
    assert (repair.amount, repair.charge_id) == (Money(0), None)
    jobs.go_on(repair, S.SIGNED)


@pytest.mark.parametrize(
    ("state", "line", "code"),
    [
        (S.ON_SITE, TRAP, "repair.bill_now"),
        (S.COMPLETED, HOURS, "repair.materials_only"),
        (S.COMPLETED, TRAP, None),
        (S.CLOSED, TRAP, None),
    ],
)
def test_a_free_repair_notes_its_materials_when_it_is_done(
    jobs: Jobs, state: RepairState, line: Line, code: str | None
) -> None:
    """FM-09, R-8."""
    repair = jobs.in_state(state)
    if code is None:
        billing.note_materials(repair, [line], jobs.now())
        assert [kept.amount for kept in all_lines(repair)] == [Money(2500)]
        assert repair.amount is None
        return
    with pytest.raises(RuleBroken, match=code):
        billing.note_materials(repair, [line], jobs.now())


def test_the_charge_that_finance_voided_leaves_the_amount(jobs: Jobs) -> None:
    repair = done(jobs, agreed(jobs, called(jobs)))
    billing.bill(repair, [UNBLOCK], jobs.now())
    void_open_charge(repair.charge_id, "减免", jobs.now())
    billing.bill(repair, [UNBLOCK], jobs.now(), again="重开")
    assert unit().scalars(select(Charge.state).order_by(Charge.id)).all() == [
        ChargeState.VOID,
        ChargeState.OPEN,
    ]
