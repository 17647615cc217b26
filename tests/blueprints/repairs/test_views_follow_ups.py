"""The pages of the follow-up: the form at the repair, its record, the queue (W-1 to W-6, FM-10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.repairs.models import FollowUp, Repair
from pmweb.blueprints.repairs.operations import follow_ups
from pmweb.blueprints.repairs.rules import FollowUpResult, Part, RepairSource, RepairState
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from tests.blueprints.repairs.jobs import Jobs
from tests.office import Office, desk_of

S = RepairState
R = FollowUpResult
ClientFor = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("folder")
DAY = timedelta(days=1)


@pytest.fixture
def jobs(office: Office) -> Jobs:
    made = Jobs(office)
    office.owner(made.home)
    return made


@pytest.fixture
def signed(jobs: Jobs) -> Repair:
    return jobs.in_state(S.SIGNED)


def answer(repair: Repair, **said: Any) -> dict[str, Any]:
    """What the page sends when the clerk taps one result and nothing else."""
    return {"_version": repair.version, "result": "satisfied", "channel": "phone", "person": "1"} | said


def post(client: Any, repair: Repair, **said: Any) -> Any:
    return client.post(f"/repairs/{repair.id}/follow-up", data=answer(repair, **said))


def fresh(repair: Repair) -> Repair:
    unit().rollback()
    unit().refresh(repair)
    return repair


def test_a_content_owner_takes_one_choice_and_the_button(client_for: ClientFor, signed: Repair) -> None:
    client = client_for(Role.RECEPTIONIST)
    page = client.get(f"/repairs/{signed.id}").text
    for said in ("疏通地漏", "138 0013 8000", 'value="phone" id="channel" checked', 'id="person" checked'):
        assert said in page
    assert "逾期原因" not in page
    assert post(client, signed).status_code == 303
    assert fresh(signed).state is S.CLOSED
    made = unit().scalar(select(FollowUp))
    assert made is not None
    assert made.person_name == "周文博"
    record = client.get(f"/repairs/{signed.id}").text
    assert "回访记录" in record
    assert "周**" in record
    assert "电话回访：满意" in record


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.RECEPTIONIST, 303),
        (Role.DEPARTMENT_SUPERVISOR, 303),
        (Role.OFFICE_MANAGER, 303),
        (Role.DISPATCHER, 403),
        (Role.REPAIRER, 403),
        (Role.AUDITOR, 403),
    ],
)
def test_the_centre_asks_and_nobody_else(
    client_for: ClientFor, signed: Repair, role: Role, status: int
) -> None:
    client = client_for(role)
    assert post(client, signed).status_code == status
    shown = client.get(f"/repairs/{signed.id}?do=follow-up").text
    assert "follow-up" not in shown


def test_only_a_supervisor_checks(client_for: ClientFor, jobs: Jobs) -> None:
    repair = jobs.in_state(S.FOLLOWED_UP)
    address, data = f"/repairs/{repair.id}/check", {"_version": repair.version, "note": "已致歉"}
    assert client_for(Role.RECEPTIONIST).post(address, data=data).status_code == 403
    supervisor = client_for(Role.DEPARTMENT_SUPERVISOR)
    assert "不满意" in supervisor.get(f"/repairs/{repair.id}?do=check").text
    assert supervisor.post(address, data=data).status_code == 303
    assert fresh(repair).state is S.CLOSED
    assert "主管看过回访，已关闭：已致歉" in supervisor.get(f"/repairs/{repair.id}").text


def test_whoever_repaired_is_not_offered_to_ask(app: Flask, office: Office, jobs: Jobs) -> None:
    jobs.worker = office.staff(Role.DEPARTMENT_SUPERVISOR, Role.REPAIRER, name="赵主管")
    repair = jobs.in_state(S.SIGNED)
    own = desk_of(app, jobs.worker, office.estate)
    page = own.get(f"/repairs/{repair.id}").text
    assert f"/repairs/{repair.id}/follow-up" not in page
    assert "等客服回访" in page
    refused = post(own, repair)
    assert refused.status_code == 422
    assert "不能自己回访" in refused.text


def test_a_problem_without_words_keeps_what_was_typed(client_for: ClientFor, signed: Repair) -> None:
    said = {"result": "problem_found", "note": "晚上再去", "satisfaction": "2", "channel": "visit"}
    refused = post(client_for(Role.RECEPTIONIST), signed, **said)
    assert refused.status_code == 422
    for kept in ("请填写发现的问题", "晚上再去", 'value="problem_found" id="result-3" checked'):
        assert kept in refused.text
    assert 'value="visit" id="channel-1" checked' in refused.text
    assert fresh(signed).state is S.SIGNED


def test_a_problem_goes_back_to_the_dispatcher(client_for: ClientFor, signed: Repair) -> None:
    """W-6."""
    client = client_for(Role.RECEPTIONIST)
    assert post(client, signed, result="problem_found", problem="又堵了").status_code == 303
    assert (fresh(signed).state, signed.round) == (S.REWORK, 2)
    page = client_for(Role.DISPATCHER).get(f"/repairs/{signed.id}").text
    assert "回访发现问题，转第 2 轮返修：又堵了" in page
    assert f'action="/repairs/{signed.id}/dispatch"' in page


def test_a_late_one_asks_for_the_reason(client_for: ClientFor, signed: Repair) -> None:
    """FM-10."""
    assert signed.follow_up_due_at is not None
    with clock.standing_still_at(signed.follow_up_due_at + timedelta(hours=2)):
        client = client_for(Role.RECEPTIONIST)
        assert "逾期原因" in client.get(f"/repairs/{signed.id}").text
        refused = post(client, signed)
        assert refused.status_code == 422
        assert "请填写逾期原因" in refused.text
        assert post(client, signed, late_reason="住户出差").status_code == 303


def test_nobody_answers_three_days_long(client_for: ClientFor, signed: Repair) -> None:
    """A-18: the page counts the days, and then offers to end it."""
    start = clock.now()
    for day in range(3):
        with clock.standing_still_at(start + day * DAY):
            client = client_for(Role.RECEPTIONIST)
            early = post(client, fresh(signed), result="unreachable", late_reason="住户不在")
            assert early.status_code == 422
            assert post(client, fresh(signed), result="no_answer").status_code == 303
    with clock.standing_still_at(start + 2 * DAY):
        client = client_for(Role.RECEPTIONIST)
        page = client.get(f"/repairs/{signed.id}").text
        assert "已有 3 天没联系上" in page
        assert page.count("没联系上：") == 3
        assert post(client, fresh(signed), result="unreachable").status_code == 303
    assert fresh(signed).state is S.FOLLOWED_UP


def test_of_a_common_part_the_caller_is_asked(client_for: ClientFor, jobs: Jobs) -> None:
    repair = jobs.defect()
    repair.part, repair.on_its_own, repair.caller_name = Part.COMMON, True, "王师傅"
    repair.caller_phone, repair.source = "13900139000", RepairSource.PHONE
    jobs.go_on(repair, S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED)
    client = client_for(Role.RECEPTIONIST)
    page = client.get(f"/repairs/{repair.id}?do=follow-up").text
    assert 'value="caller" id="person" checked' in page
    assert "139 0013 9000" in page
    assert "回访期限" in page
    assert post(client, repair, person="caller").status_code == 303
    assert fresh(repair).state is S.CLOSED


def test_somebody_else_is_asked_by_name(client_for: ClientFor, signed: Repair) -> None:
    client = client_for(Role.RECEPTIONIST)
    assert post(client, signed, person="other").status_code == 422
    assert post(client, signed, person="other", person_name="保姆小李").status_code == 303


def test_a_repair_of_another_estate_is_not_found(
    office: Office, client_for: ClientFor, signed: Repair
) -> None:
    stranger = client_for(Role.RECEPTIONIST, estate=office.other_estate())
    assert post(stranger, signed).status_code == 404
    assert signed.number not in stranger.get("/repairs/follow-ups").text


def test_today_leads_to_the_form(client_for: ClientFor, signed: Repair) -> None:
    with clock.standing_still_at(clock.now() + 2 * DAY):
        today = client_for(Role.RECEPTIONIST).get("/").text
    assert f"/repairs/{signed.id}?do=follow-up" in today
    assert "回访：主卫 地漏排水：排水慢" in today


def test_the_queue_shows_whom_to_ring_about_what(client_for: ClientFor, jobs: Jobs, signed: Repair) -> None:
    follow_ups.follow_up(signed, jobs.heard(None), jobs.asker, jobs.now())
    unit().commit()
    page = client_for(Role.RECEPTIONIST).get("/repairs/follow-ups").text
    for said in (signed.number, "1-1-0101", "疏通地漏", 'href="tel:13800138000"', "1 天没联系上", "本月回访"):
        assert said in page
    assert f"/repairs/{signed.id}?do=follow-up" in page
    assert 'href="/repairs/follow-ups"' in client_for(Role.RECEPTIONIST).get("/repairs/").text
    assert "tel:" not in client_for(Role.AUDITOR).get("/repairs/follow-ups").text


def test_each_part_of_the_queue_has_its_page(client_for: ClientFor, jobs: Jobs, signed: Repair) -> None:
    checked = jobs.in_state(S.FOLLOWED_UP)
    client = client_for(Role.DEPARTMENT_SUPERVISOR)
    page = client.get("/repairs/follow-ups?part=check").text
    assert checked.number in page
    assert f"/repairs/{checked.id}?do=check" in page
    assert signed.number not in page
    assert "没有要回访的维修" in client.get("/repairs/follow-ups?part=late").text
    assert client.get("/repairs/follow-ups?part=nothing").status_code == 404
    assert client.get("/repairs/follow-ups?after=nonsense").status_code == 404


def test_the_queue_turns_its_pages_and_asks_eight_questions_at_most(
    client_for: ClientFor, jobs: Jobs, signed: Repair, queries: Callable[[Callable[[], Any]], int]
) -> None:
    client = client_for(Role.RECEPTIONIST)
    few = queries(lambda: client.get("/repairs/follow-ups"))
    for _ in range(52):
        jobs.in_state(S.SIGNED)
    first = client.get("/repairs/follow-ups").text
    assert queries(lambda: client.get("/repairs/follow-ups")) == few
    following = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = client.get(following.replace("&amp;", "&")).text
    assert (first.count("<tr role="), second.count("<tr role=")) == (51, 4)
    assert few <= 8


def test_a_repair_that_was_asked_after_asks_not_much_more(
    client_for: ClientFor, jobs: Jobs, signed: Repair, queries: Callable[[Callable[[], Any]], int]
) -> None:
    follow_ups.follow_up(signed, jobs.heard(None), jobs.asker, jobs.now())
    unit().commit()
    client = client_for(Role.RECEPTIONIST)
    few = queries(lambda: client.get(f"/repairs/{signed.id}"))
    for _ in range(5):
        follow_ups.follow_up(signed, jobs.heard(None), jobs.asker, jobs.now())
    unit().commit()
    assert queries(lambda: client.get(f"/repairs/{signed.id}")) == few <= 15
