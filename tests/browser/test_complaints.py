"""Complaints as people make and handle them: at the desk, on a phone, without signal (P-4 to P-21)."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from pmweb.blueprints.complaints.models import Complaint
from pmweb.extensions import unit
from tests.browser.cases import a_sold_home
from tests.browser.conftest import Room
from tests.browser.devices import LANDSCAPE, PHONE
from tests.browser.office_server import OfficeServer
from tests.browser.screens import Screen
from tests.browser.tablet import WITHOUT_SIGNAL

MOST, LONGEST = 8, 45
UNHEARD = (*WITHOUT_SIGNAL, "htmx:sendError", "htmx:afterRequest")
COMMON = "/complaints/new?part=common"


def kept(server: OfficeServer, said: str) -> int:
    """How often the office knows of these words."""
    with server.office():
        return unit().scalar(select(func.count(Complaint.id)).where(Complaint.description == said)) or 0


@pytest.mark.parametrize("js", [True, False])
def test_a_complaint_of_a_known_home_takes_few_taps(room: Room, js: bool) -> None:
    """ux.md: 8 taps and the text, 45 seconds, with and without JavaScript."""
    home = a_sold_home(room.server)
    desk = Screen(room.device("receptionist", PHONE, js=js), js=js)
    desk.page.goto(f"/homes/{home.home_id}")
    begun = time.monotonic()
    desk.tap("登记投诉")
    desk.at("登记投诉")
    desk.choose("噪声扰民")
    desk.write("经过", "楼上中午电钻")
    desk.write("住户要求", "中午不要施工")
    desk.touch(desk.page.locator("label.opt", has_text="轻微投诉"))
    desk.tap("登记投诉")
    desk.says("已登记")
    assert time.monotonic() - begun <= LONGEST
    assert desk.taps <= MOST
    desk.says("处理完毕")


def test_the_deadlines_are_told_before_anything_is_saved(room: Room) -> None:
    """A-28: the gravest level that was chosen applies; what was typed stays."""
    home = a_sold_home(room.server)
    desk = Screen(room.device("receptionist", LANDSCAPE))
    desk.page.goto(f"/complaints/new?home={home.home_id}")
    desk.write("经过", "电梯困人半小时没人来")
    for level, applies in (("轻微投诉", "按轻微投诉办理"), ("重大投诉", "按重大投诉办理")):
        desk.touch(desk.page.locator("label.opt", has_text=level))
        expect(desk.page.locator("#applies")).to_contain_text(applies)
    expect(desk.page.locator("#applies")).to_contain_text("向住户作出明确答复")
    expect(desk.page.get_by_label("经过", exact=True)).to_have_value("电梯困人半小时没人来")


def test_the_supervisor_is_called_while_the_complaint_is_being_written(room: Room) -> None:
    """P-11: one tap; what stands in the form stays."""
    home = a_sold_home(room.server)
    desk = Screen(room.device("receptionist", PHONE))
    desk.page.goto(f"/complaints/new?home={home.home_id}")
    desk.write("经过", "在前台大声吵")
    desk.tap("请主管到洽谈室")
    desk.says("已请主管到洽谈室")
    expect(desk.page.get_by_label("经过", exact=True)).to_have_value("在前台大声吵")
    lead = Screen(room.device("supervisor", PHONE))
    lead.page.goto("/")
    lead.says("请您到洽谈室")


def test_a_complaint_at_the_gate_arrives_once_when_the_signal_is_back(room: Room) -> None:
    """A-27: the guard takes it down without signal; pressed again because nothing seemed to happen."""
    phone = Screen(room.device("guard", PHONE))
    page, said = phone.page, "车库 B 区灯全灭，摔了一跤"
    room.watch_of(page).expect(*UNHEARD)
    page.goto(COMMON)
    expect(page.locator("#pill")).to_be_visible()
    page.context.set_offline(True)
    phone.choose("匿名", "房屋及设施")
    phone.write("地点", "车库 B 区")
    phone.write("经过", said)
    phone.write("住户要求", "马上修好")
    phone.touch(page.locator("label.opt", has_text="轻微投诉"))
    phone.tap("登记投诉")
    _waits(page, 1)
    page.wait_for_timeout(700)  # no trembling finger
    phone.tap("登记投诉")
    _waits(page, 1)
    assert kept(room.server, said) == 0
    page.context.set_offline(False)
    page.wait_for_url("**/complaints/*")
    _waits(page, 0)
    assert kept(room.server, said) == 1


def _waits(page: Page, n: int) -> None:
    expect(page.locator("#pill")).to_have_attribute("data-n", str(n))


@pytest.mark.parametrize("js", [True, False])
def test_a_major_complaint_from_the_call_to_the_end(room: Room, js: bool) -> None:
    """P-14 to P-21: the manager takes it up and hands it out; contact, result, the resident is told, it is closed."""
    home = a_sold_home(room.server)
    desk = Screen(room.device("receptionist", LANDSCAPE, js=js), js=js)
    desk.page.goto(f"/complaints/new?home={home.home_id}")
    desk.choose("治安秩序")
    desk.write("经过", "夜里有人撬门，岗亭没人")
    desk.write("住户要求", "加强夜间巡逻")
    desk.touch(desk.page.locator("label.opt", has_text="重大投诉"))
    desk.tap("登记投诉")
    desk.says("已登记")
    address = desk.page.url
    lead = Screen(room.device("manager", PHONE, js=js), js=js)
    lead.page.goto(address)
    lead.press(lead.page.get_by_role("button", name="已知悉，启动处理"))
    lead.says("已知悉")
    lead.page.get_by_label("直接责任人", exact=True).select_option(index=1)
    lead.press(lead.page.get_by_role("button", name="派责任人"))
    lead.says("已派给")
    for word, fields, said in (
        ("记录首次联系", {"弄清了什么": "听住户说了经过"}, "已记下首次联系"),
        ("报处理结果", {"起因和经过": "夜班脱岗", "处理结果": "夜班加岗，每小时巡一次"}, "已报结果"),
    ):
        if "起因和经过" in fields:
            lead.choose("公司有过错或责任", "致歉并求得谅解")
        for label, text in fields.items():
            lead.write(label, text)
        lead.press(lead.page.get_by_role("button", name=word))
        lead.says(said)
    desk.page.goto(address)
    desk.choose("认可")
    desk.press(desk.page.get_by_role("button", name="记录已通报住户"))
    desk.says("已记下通报")
    lead.page.goto(address)
    lead.press(lead.page.get_by_role("button", name="结案"))
    lead.says("已结案")
