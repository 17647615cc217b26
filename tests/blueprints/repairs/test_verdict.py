"""The decision about the warranty, changed with its reason or made at last (R-3, A-16, FM-07)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.fees import operations as fees
from pmweb.blueprints.fees.models import Charge
from pmweb.blueprints.fees.rules import ChargeState
from pmweb.blueprints.repairs import figures, queue
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import billing, work
from pmweb.blueprints.repairs.operations.intake import take_call
from pmweb.blueprints.repairs.operations.lines import lines_of
from pmweb.blueprints.repairs.operations.verdict import decide_again
from pmweb.blueprints.repairs.rules import LineStage, Month, RepairState, Responsible
from pmweb.domain.deadlines import days_after
from pmweb.domain.permissions import Role
from pmweb.domain.warranty import Verdict
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.files import FileKind
from pmweb.models.homes import Home
from pmweb.models.journal import JournalEntry
from pmweb.models.pictures import Prepared, prepare
from pmweb.models.tasks import Task
from pmweb.web.cards import told
from tests.blueprints.repairs.jobs import Jobs
from tests.blueprints.repairs.paid import TRAP, UNBLOCK, agreed
from tests.blueprints.repairs.test_intake import call, done, owed
from tests.office import MORNING, Office
from tests.pictures import phone_photo

S = RepairState
LATER = MORNING + timedelta(hours=2)
ClientFor = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def home(office: Office) -> Home:
    """Nobody has written down yet when it was handed over."""
    made = office.home("0303")
    office.owner(made)
    return made


@pytest.fixture
def undecided(home: Home) -> Repair:
    return take_call(call(home, category="bathroom_leak"), [], at=MORNING)


def decision(repair: Repair) -> Task:
    query = select(Task).where(Task.kind == "repair.decide", Task.subject_id == repair.id)
    return unit().scalars(query).one()


def test_what_the_rules_leave_open_is_decided_by_the_repair_department(undecided: Repair) -> None:
    """R-3: by the end of the next day (T-1); the work does not wait for it."""
    assert undecided.verdict is Verdict.UNDECIDED
    assert owed(undecided) == {"repair.dispatch", "repair.decide"}
    task = decision(undecided)
    assert (task.role, task.department, task.rule) == (Role.DEPARTMENT_SUPERVISOR, "repair", "R-3")
    assert task.due_at == days_after(MORNING, 1, clock.zone())


def test_no_move_of_the_repair_keeps_that_promise(office: Office, undecided: Repair) -> None:
    """Who was told that it is late is not told anew."""
    jobs = Jobs(office)
    decision(undecided).escalation = 2
    jobs.move(undecided, S.DISPATCHED)
    jobs.move(undecided, S.ACCEPTED)
    assert owed(undecided) == {"repair.visit", "repair.decide"}
    assert decision(undecided).escalation == 2
    decide_again(undecided, "warranty", "交付单上是今年三月", jobs.now())
    assert owed(undecided) == {"repair.visit"}


def test_an_ended_repair_needs_no_decision(undecided: Repair) -> None:
    work.cancel(undecided, "重复登记", LATER)
    assert owed(undecided) == set()


def test_decided_at_last_with_the_days_that_are_known_by_then(home: Home, undecided: Repair) -> None:
    """The end of the warranty is reckoned from them; the number stays, the register is a view by verdict (A-1)."""
    number = undecided.number
    home.handed_over_on = date(2026, 3, 1)
    decide_again(undecided, Verdict.WARRANTY, "补录了交付日期", LATER)
    assert (undecided.verdict, undecided.responsible) == (Verdict.WARRANTY, Responsible.DEVELOPER)
    assert undecided.warranty_ends_on == date(2030, 6, 30)
    assert undecided.number == number


def test_free_becomes_paid_for_a_reason_and_back(home: Home, office: Office) -> None:
    home.handed_over_on = date(2026, 3, 1)
    repair = take_call(call(home), [], at=MORNING)
    decide_again(repair, "paid", "住户自己打穿了防水层", LATER, exclusion="owner_alteration")
    assert (repair.verdict, repair.responsible) == (Verdict.PAID, Responsible.RESIDENT)
    assert (repair.exclusion, repair.warranty_ends_on) == ("owner_alteration", None)
    decide_again(repair, "warranty", "现场看是原有渗漏", LATER)
    assert (repair.exclusion, repair.warranty_ends_on) == ("", date(2030, 6, 30))


@pytest.mark.parametrize(
    ("verdict", "reason", "code"),
    [
        ("warranty", " ", "repair.reason"),
        ("undecided", "再看看", "repair.decided_same"),
    ],
)
def test_it_needs_a_reason_and_a_change(undecided: Repair, verdict: str, reason: str, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        decide_again(undecided, verdict, reason, LATER)
    assert refused.value.code == code
    assert undecided.verdict is Verdict.UNDECIDED


def test_what_is_signed_stays_as_it_was_decided(office: Office, home: Home) -> None:
    jobs = Jobs(office)
    repair = done(jobs, home, "inner_door")
    jobs.move(repair, S.SIGNED)
    with pytest.raises(RuleBroken, match=r"repair\.decided_late"):
        decide_again(repair, "paid", "住户自己弄坏的", jobs.now())


def test_a_defect_of_the_acceptance_has_no_verdict_to_change(office: Office) -> None:
    with pytest.raises(RuleBroken, match=r"repair\.decided_late"):
        decide_again(Jobs(office).defect(), "paid", "-", LATER)


def test_what_turns_out_to_be_the_utilitys_is_signed_by_nobody(office: Office, home: Home) -> None:
    """M-18, W-1: instead of the signature the follow-up is owed now."""
    jobs = Jobs(office)
    repair = done(jobs, home, "inner_door")
    assert "repair.sign" in owed(repair)
    decide_again(repair, "utility", "是供电公司的设备", jobs.now())
    assert owed(repair) == {"repair.follow_up"}


def test_the_timeline_says_old_new_and_why(app: Flask, undecided: Repair) -> None:
    decide_again(undecided, "paid", "保修书上没有这一项", LATER)
    unit().commit()
    with app.test_request_context():
        entry = unit().scalars(select(JournalEntry).where(JournalEntry.event == "repair.decided")).one()
        assert told(entry).text == "保修判定由“保修待定”改为“有偿服务”：保修书上没有这一项"


# --- every state, whatever it was and whatever it becomes


EXCLUSION = "improper_use"
TOLD_AT = MORNING - timedelta(days=1)
HOME = (Verdict.UNDECIDED, Verdict.WARRANTY, Verdict.PAID)
"""A resident signs for the work, whichever of these it is."""
WAYS: dict[S, tuple[S, ...]] = {
    S.REGISTERED: (),
    S.DISPATCHED: (S.DISPATCHED,),
    S.ACCEPTED: (S.DISPATCHED, S.ACCEPTED),
    S.ON_SITE: (S.DISPATCHED, S.ACCEPTED, S.ON_SITE),
    S.WAITING_PARTS: (S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.WAITING_PARTS),
    S.WAITING_EXTERNAL: (S.DISPATCHED, S.ACCEPTED, S.WAITING_EXTERNAL),
    S.WAITING_RESIDENT: (S.DISPATCHED, S.ACCEPTED, S.WAITING_RESIDENT),
    S.COMPLETED: (S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED),
    S.RECHECKED: (S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED, S.RECHECKED),
    S.LEAK_TESTED: (S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED, S.LEAK_TESTED),
    S.REWORK: (S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED, S.REWORK),
}
BEFORE_WORK = {
    S.REGISTERED: "repair.dispatch",
    S.DISPATCHED: "repair.accept",
    S.ACCEPTED: "repair.visit",
    S.ON_SITE: "repair.complete",
    S.WAITING_PARTS: "repair.resume",
    S.WAITING_EXTERNAL: "repair.resume",
    S.WAITING_RESIDENT: "repair.resume",
    S.REWORK: "repair.dispatch",
}
"""What is owed whatever the verdict."""
CHANGES = [
    pytest.param(state, old, new, id=f"{state}-{old}-{new}")
    for state in WAYS
    for old in Verdict
    for new in Verdict
    if (state is not S.RECHECKED or old in HOME)  # nobody rechecks what nobody signs
    and (new is not Verdict.UNDECIDED or old is Verdict.PAID)  # which is no answer, whatever it was
]


@pytest.fixture
def jobs(office: Office) -> Jobs:
    return Jobs(office)


@cache
def after_work() -> Prepared:
    """A leak is not done without it (FM-09)."""
    return prepare(phone_photo())


def brought(jobs: Jobs, home: Home, state: S, verdict: Verdict) -> Repair:
    """A repair in this state that was decided so from the beginning; what is paid is billed as soon as it can be."""
    leaks = state is S.LEAK_TESTED
    repair = take_call(call(home, category="bathroom_leak" if leaks else "inner_door"), [], at=jobs.now())
    paid = verdict is Verdict.PAID
    if verdict is not Verdict.UNDECIDED:
        decide_again(repair, verdict, "现场看过", jobs.now(), EXCLUSION if paid else None)
    for step in WAYS[state]:
        if paid and step is S.ON_SITE:
            agreed(jobs, repair)
        if step is S.COMPLETED:
            photos = [shelf.put(unit(), after_work(), FileKind.PHOTO, at=jobs.at).id] if leaks else []
            work.complete(repair, "更换密封圈", jobs.now(), photos)
            if paid:
                billing.bill(repair, [UNBLOCK, TRAP], jobs.now())
        else:
            jobs.move(repair, step)
    return repair


def open_tasks(repair: Repair) -> dict[str, Task]:
    query = select(Task).where(
        Task.subject_kind == "repair", Task.subject_id == repair.id, Task.done_at.is_(None)
    )
    return {task.kind: task for task in unit().scalars(query)}


def owed_after(repair: Repair, verdict: Verdict) -> tuple[str, datetime | None]:
    """What stands between this repair and its end, and until when; None: nothing has changed there."""
    if repair.state in BEFORE_WORK:
        return BEFORE_WORK[repair.state], None
    tested = repair.leak_tested_at
    if verdict in HOME:
        done_at = tested or repair.rechecked_at or repair.completed_at
        assert done_at is not None
        return "repair.sign", days_after(done_at, 1, clock.zone())
    assert repair.completed_at is not None
    due = days_after(tested, 3, clock.zone()) if tested else days_after(repair.completed_at, 2, clock.zone())
    return "repair.follow_up", due


def kept(task: Task) -> tuple[Any, ...]:
    return task.due_at, task.event_at, task.escalation, task.acknowledged_at, task.next_reminder_at


@pytest.mark.parametrize(("state", "old", "new"), CHANGES)
def test_whatever_is_decided_the_promises_and_the_bill_follow(
    jobs: Jobs, home: Home, state: S, old: Verdict, new: Verdict
) -> None:
    repair = brought(jobs, home, state, old)
    before = open_tasks(repair)
    for task in before.values():
        task.escalation, task.acknowledged_at, task.next_reminder_at = 2, TOLD_AT, TOLD_AT
    unit().flush()
    said = {kind: kept(task) for kind, task in before.items()}
    stood = (repair.due_at, repair.queue_at, repair.follow_up_due_at)
    charge_id, amount, lines = repair.charge_id, repair.amount, len(lines_of(repair, LineStage.DONE))
    billed = old is Verdict.PAID and S.COMPLETED in WAYS[state]
    assert (charge_id is not None, amount is not None, lines) == (billed, billed, 2 if billed else 0)

    long_after = repair.moved_at + timedelta(days=9)
    refused = (
        "repair.decided_same"
        if new in (old, Verdict.UNDECIDED)
        else "repair.decided_rechecked"
        if state is S.RECHECKED and new not in HOME
        else None
    )
    if refused:
        again = EXCLUSION if old is Verdict.PAID else "owner_alteration"
        with pytest.raises(RuleBroken) as broken:
            decide_again(repair, new, "弄错了", long_after, again)
        assert broken.value.code == refused
        assert (repair.verdict, repair.charge_id, repair.amount) == (old, charge_id, amount)
        assert {kind: kept(task) for kind, task in open_tasks(repair).items()} == said
        return
    decide_again(repair, new, "弄错了", long_after, "owner_alteration")

    tasks = open_tasks(repair)
    kind, due_at = owed_after(repair, new)
    estimate = {"repair.estimate"} if new is Verdict.PAID else set()
    assert set(tasks) == {kind} | estimate
    if kind in said:
        assert kept(tasks[kind]) == said[kind]
        assert (repair.due_at, repair.queue_at, repair.follow_up_due_at) == stood
    else:
        assert kept(tasks[kind]) == (due_at, repair.moved_at, 0, None, due_at)
        assert (repair.due_at, repair.queue_at) == (due_at, due_at)
    assert due_at is None or tasks[kind].due_at == due_at
    assert repair.follow_up_due_at == (due_at if kind == "repair.follow_up" else None)
    assert repair.exclusion == ("owner_alteration" if new is Verdict.PAID else "")
    assert (repair.charge_id, repair.amount, lines_of(repair, LineStage.DONE)) == (None, None, [])
    assert charge_id is None or fees.is_void(charge_id)


@pytest.mark.parametrize("state", [S.ACCEPTED, S.ON_SITE, S.COMPLETED, S.REWORK])
def test_what_stays_paid_for_another_cause_keeps_estimate_and_bill(jobs: Jobs, home: Home, state: S) -> None:
    repair = brought(jobs, home, state, Verdict.PAID)
    for task in open_tasks(repair).values():
        task.escalation, task.acknowledged_at = 2, TOLD_AT
    said = {kind: kept(task) for kind, task in open_tasks(repair).items()}
    assert ("repair.estimate" in said) is (state is S.ACCEPTED)
    bill = (repair.charge_id, repair.amount, len(lines_of(repair, LineStage.DONE)))
    decide_again(repair, Verdict.PAID, "是住户自己改的", MORNING + timedelta(days=9), "owner_alteration")
    assert repair.exclusion == "owner_alteration"
    assert {kind: kept(task) for kind, task in open_tasks(repair).items()} == said
    assert (repair.charge_id, repair.amount, len(lines_of(repair, LineStage.DONE))) == bill


def test_what_is_already_paid_is_for_the_finance_office_first(jobs: Jobs, home: Home) -> None:
    """X-6: nothing is half done, and the sentence says who can help."""
    repair = brought(jobs, home, S.COMPLETED, Verdict.PAID)
    charge = unit().get_one(Charge, repair.charge_id)
    charge.state = ChargeState.PAID
    unit().flush()
    said = {kind: kept(task) for kind, task in open_tasks(repair).items()}
    with pytest.raises(RuleBroken) as refused:
        decide_again(repair, Verdict.WARRANTY, "是原来的缺陷", MORNING + timedelta(days=1))
    assert (refused.value.code, refused.value.facts) == ("repair.bill_paid", {"field": "verdict"})
    assert (repair.verdict, repair.charge_id, charge.state) == (Verdict.PAID, charge.id, ChargeState.PAID)
    assert len(lines_of(repair, LineStage.DONE)) == 2
    assert {kind: kept(task) for kind, task in open_tasks(repair).items()} == said


def test_what_a_free_repair_has_used_stays_written_down(jobs: Jobs, home: Home) -> None:
    """FM-09: only the lines of a bill are taken back with it."""
    repair = brought(jobs, home, S.COMPLETED, Verdict.WARRANTY)
    billing.note_materials(repair, [TRAP], MORNING + timedelta(days=1))
    decide_again(repair, Verdict.UTILITY, "是供水公司的", MORNING + timedelta(days=1))
    assert [line.name for line in lines_of(repair, LineStage.DONE)] == ["存水弯"]


def test_a_bill_that_was_taken_back_may_be_written_again(jobs: Jobs, home: Home) -> None:
    """The resident has agreed to the price once; that stands."""
    repair = brought(jobs, home, S.COMPLETED, Verdict.PAID)
    later = MORNING + timedelta(days=1)
    former = repair.charge_id
    decide_again(repair, Verdict.WARRANTY, "看错了", later)
    decide_again(repair, Verdict.PAID, "没有看错", later, EXCLUSION)
    assert set(open_tasks(repair)) == {"repair.sign"}
    billing.bill(repair, [UNBLOCK], later)
    assert repair.charge_id not in (None, former)


def test_a_follow_up_that_is_owed_no_longer_counts_nowhere(jobs: Jobs, home: Home) -> None:
    """W-1, R-9: the resident signs first; until then nobody is late with asking."""
    repair = brought(jobs, home, S.COMPLETED, Verdict.UTILITY)
    due_at, later = repair.follow_up_due_at, MORNING + timedelta(days=20)
    assert due_at is not None
    month = Month.of(clock.local(due_at).date())

    def counted() -> tuple[int, int, int]:
        rate = queue.follow_up_rate(MORNING, later, later)
        return queue.counts(later)["all"], rate.due, figures.totals(month, clock.zone()).follow_ups_due

    assert counted() == (1, 1, 1)
    decide_again(repair, Verdict.WARRANTY, "是开发商装的", later)
    assert repair.follow_up_due_at is None
    assert counted() == (0, 0, 0)
    jobs.at = later
    jobs.move(repair, S.SIGNED)
    assert repair.follow_up_due_at == days_after(repair.completed_at or later, 2, clock.zone())


def test_a_rework_of_what_ended_undecided_is_to_be_decided_again(jobs: Jobs, home: Home) -> None:
    """R-3: by the end of the day after the rework began (T-1)."""
    repair = brought(jobs, home, S.COMPLETED, Verdict.UNDECIDED)
    for step in (S.SIGNED, S.FOLLOWED_UP):
        jobs.move(repair, step)
    assert "repair.decide" not in open_tasks(repair)
    jobs.at += timedelta(days=3)
    jobs.move(repair, S.REWORK)
    task = open_tasks(repair)["repair.decide"]
    assert (task.due_at, task.escalation) == (days_after(jobs.at, 1, clock.zone()), 0)


def test_a_rework_tells_nobody_anew_of_an_open_decision(jobs: Jobs, home: Home) -> None:
    repair = brought(jobs, home, S.COMPLETED, Verdict.UNDECIDED)
    task = open_tasks(repair)["repair.decide"]
    task.escalation, task.acknowledged_at = 2, TOLD_AT
    said = kept(task)
    work.rework(repair, "仍然漏水", repair.moved_at + timedelta(days=3))
    assert kept(open_tasks(repair)["repair.decide"]) == said


def test_rework_is_the_way_out_of_a_recheck(jobs: Jobs, home: Home) -> None:
    repair = brought(jobs, home, S.RECHECKED, Verdict.WARRANTY)
    work.rework(repair, "不是我们的设备", repair.moved_at)
    decide_again(repair, Verdict.UTILITY, "是供电公司的设备", repair.moved_at)
    assert repair.verdict is Verdict.UTILITY


# --- the page


def test_the_supervisor_decides_on_the_page_of_the_repair(client_for: ClientFor, undecided: Repair) -> None:
    """What is undecided asks for it at once; later the form is one tap away, with who changed it and why."""
    chief = client_for(Role.DEPARTMENT_SUPERVISOR, name="赵铁山")
    address = f"/repairs/{undecided.id}"
    assert 'id="judge-form"' in chief.get(address).text
    said = {"judge-verdict": "warranty", "judge-reason": "补录了交付日期", "_version": undecided.version}
    assert chief.post(f"{address}/decide", data=said).status_code == 303
    page = chief.get(address).text
    assert "补录了交付日期" in page
    assert "赵铁山" in page
    assert 'id="judge-form"' not in page
    assert 'id="judge-form"' in chief.get(f"{address}?judge=1").text


def test_what_is_missing_is_said_beside_it(client_for: ClientFor, undecided: Repair) -> None:
    said = {"judge-verdict": "paid", "judge-reason": "", "_version": undecided.version}
    refused = client_for(Role.DISPATCHER).post(f"/repairs/{undecided.id}/decide", data=said)
    assert refused.status_code == 422
    assert "请填写理由" in refused.text


def test_the_desk_is_not_offered_it(client_for: ClientFor, undecided: Repair) -> None:
    desk = client_for(Role.RECEPTIONIST)
    assert "改判" not in desk.get(f"/repairs/{undecided.id}").text
    assert desk.post(f"/repairs/{undecided.id}/decide", data={}).status_code == 403


def test_the_former_cause_is_not_chosen_for_the_next_decision(
    client_for: ClientFor, undecided: Repair
) -> None:
    """What somebody broke turns out to be free: whoever says so has no cause to take away first."""
    decide_again(undecided, "paid", "住户自己弄坏的", LATER, EXCLUSION)
    unit().commit()
    page = client_for(Role.DISPATCHER).get(f"/repairs/{undecided.id}?judge=1").text
    options = re.findall(r"<option[^>]*selected[^>]*>", page[page.index('id="judge-form"') :])
    assert not any(EXCLUSION in option for option in options)


def test_a_paid_bill_is_said_beside_the_choice(jobs: Jobs, client_for: ClientFor, home: Home) -> None:
    repair = brought(jobs, home, S.COMPLETED, Verdict.PAID)
    unit().get_one(Charge, repair.charge_id).state = ChargeState.PAID
    unit().commit()
    said = {"judge-verdict": "warranty", "judge-reason": "是原来的缺陷", "_version": repair.version}
    refused = client_for(Role.DISPATCHER).post(f"/repairs/{repair.id}/decide", data=said)
    assert refused.status_code == 422
    assert "这笔费用已经付了" in refused.text
    assert "是原来的缺陷" in refused.text
