"""A repairer in the basement (R-6): the steps are tapped without signal, and arrive in order when it is back."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect

from pmweb import clock
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import work
from pmweb.blueprints.repairs.rules import RepairState
from pmweb.extensions import db, unit
from pmweb.models.session_rules import Actor
from tests.browser.cases import a_job, wait_until
from tests.browser.conftest import Room
from tests.browser.devices import PHONE
from tests.browser.screens import Screen
from tests.browser.tablet import WITHOUT_SIGNAL
from tests.pictures import phone_photo

S = RepairState


def state_of(room: Room, repair_id: int) -> RepairState:
    with room.server.office():
        return unit().get_one(Repair, repair_id).state


def phone(room: Room, who: str = "repairer") -> Page:
    page = room.device(who, PHONE)
    room.watch_of(page).expect(*WITHOUT_SIGNAL)
    return page


def waits(page: Page, n: int) -> None:
    expect(page.locator("#pill")).to_have_attribute("data-n", str(n))


def test_accepted_arrived_and_done_without_signal(room: Room) -> None:
    job = a_job(room.server)
    page = phone(room)
    page.goto(f"/repairs/{job}")
    expect(page.locator("#pill")).to_be_visible()
    page.context.set_offline(True)
    page.locator("#dock").get_by_role("button", name="接单", exact=True).click()
    waits(page, 1)
    expect(page.locator("#act-form")).to_have_attribute("data-state", "pending")
    page.get_by_text("没有信号也可以接着记").click()
    page.locator("#arrive-form").get_by_role("button", name="到场").click()
    waits(page, 2)
    done = page.locator("#complete-form")
    done.get_by_label("维修内容").fill("换了插座面板，重新接线")
    photo = FilePayload(name="插座.jpg", mimeType="image/jpeg", buffer=phone_photo())
    done.locator("input[type=file]").first.set_input_files([photo])
    done.get_by_role("button", name="完工").click()
    waits(page, 3)
    assert state_of(room, job) is S.DISPATCHED
    page.context.set_offline(False)
    waits(page, 0)
    with room.server.office():
        repair = unit().get_one(Repair, job)
        assert repair.state is S.COMPLETED
        assert repair.work_done == "换了插座面板，重新接线"
        assert repair.accepted_at is not None
        assert repair.arrived_at is not None
        assert repair.completed_at is not None
        assert repair.accepted_at <= repair.arrived_at <= repair.completed_at
    expect(page.locator("#matter")).to_contain_text("已完工")


def test_the_list_on_the_phone_goes_on_by_itself(room: Room) -> None:
    job = a_job(room.server)
    page = phone(room)
    page.goto("/repairs/mine")
    page.evaluate("window.stayed = true")  # a page that opens anew forgets it, and where one had scrolled to
    card = page.locator(f"#job-{job}")
    expect(card.get_by_role("link", name="138")).to_be_visible()
    card.get_by_role("button", name="接单").click()
    expect(card.get_by_role("button", name="到场")).to_be_visible()
    page.wait_for_timeout(600)
    card.get_by_role("button", name="到场").click()
    expect(card.get_by_role("link", name="完工")).to_be_visible()
    assert state_of(room, job) is S.ON_SITE
    assert page.evaluate("window.stayed") is True


def test_a_job_that_was_given_to_somebody_else_meanwhile_is_not_finished_twice(room: Room) -> None:
    job = a_job(room.server, S.ACCEPTED)
    page = phone(room)
    room.watch_of(page).expect(409, 422, 403)
    page.goto(f"/repairs/{job}")
    expect(page.locator("#pill")).to_be_visible()
    page.context.set_offline(True)
    page.locator("#dock").get_by_role("button", name="到场", exact=True).click()
    waits(page, 1)
    with room.server.office(writes=True) as office:
        unit().info["actor"] = Actor.staff(office.member("dispatcher").id, "方毅")
        repair = unit().get_one(Repair, job)
        work.dispatch(repair, office.member("repair-supervisor"), None, clock.now(), "人员请假")
        db.session.commit()
    page.context.set_offline(False)
    expect(page.locator("#pill")).to_have_attribute("data-state", "bad")
    expect(page.locator("#act-form .clash")).to_be_visible()
    assert state_of(room, job) is S.DISPATCHED


@pytest.mark.parametrize("js", [True, False])
def test_the_dispatcher_gives_a_job_away_with_one_tap(room: Room, js: bool) -> None:
    job = a_job(room.server, S.REGISTERED)
    desk = Screen(room.device("dispatcher", js=js), js=js)
    desk.page.goto("/repairs/board")
    card = desk.page.locator(f"#job-{job}")
    desk.press(card.get_by_role("button").first)
    desk.says("已派单")
    desk.at("派单板")
    expect(desk.page.locator(f"#job-{job}")).to_have_count(0)
    wait_until(lambda: state_of(room, job) is S.DISPATCHED)
