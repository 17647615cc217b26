"""The reception asks how a repair has turned out, on a phone: one choice, one button (W-1, W-5, W-6)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from pmweb import clock
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import work
from pmweb.blueprints.repairs.rules import Part, RepairState
from pmweb.extensions import db, unit
from pmweb.models.session_rules import Actor
from tests.browser.cases import a_job
from tests.browser.conftest import Room
from tests.browser.devices import PHONE
from tests.browser.screens import Screen

MOST = 3


def a_job_to_ask_after(room: Room) -> tuple[int, str]:
    """A job in a common part, for which nobody signs, that is done; its id and number."""
    job = a_job(room.server, RepairState.ON_SITE, part=Part.COMMON, category="other")
    with room.server.office(writes=True) as office:
        unit().info["actor"] = Actor.staff(office.member("repairer").id, "周志强")
        repair = unit().get_one(Repair, job)
        work.complete(repair, "换了门吸", clock.now())
        db.session.commit()
        return job, repair.number


@pytest.mark.parametrize("js", [True, False])
def test_a_content_caller_takes_three_taps(room: Room, js: bool) -> None:
    _job, number = a_job_to_ask_after(room)
    desk = Screen(room.device("receptionist", PHONE, js=js), js=js)
    desk.page.goto("/repairs/follow-ups")
    desk.tap(number)
    desk.says("换了门吸")
    desk.choose("满意")
    desk.tap("回访")
    desk.says("已记下回访结果")
    expect(desk.page.locator("#followed")).to_contain_text("满意")
    assert desk.taps <= MOST


def test_only_what_the_answer_needs_is_asked(room: Room) -> None:
    job, _number = a_job_to_ask_after(room)
    desk = Screen(room.device("receptionist", PHONE))
    desk.page.goto(f"/repairs/{job}?do=follow-up")
    problem, person = desk.page.locator("#problem"), desk.page.get_by_text("受访人", exact=True)
    expect(problem).to_be_hidden()
    expect(person).to_be_hidden()
    desk.choose("发现问题")
    expect(problem).to_be_visible()
    expect(person).to_be_visible()
    desk.choose("没联系上")
    expect(problem).to_be_hidden()
    desk.choose("发现问题")
    problem.fill("又松了")
    desk.tap("回访")
    desk.says("转第 2 轮返修：又松了")
