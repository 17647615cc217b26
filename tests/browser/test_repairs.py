"""A resident calls (R-1 to R-4): one screen, in few taps, on the phone of whoever takes the call."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from pmweb.blueprints.repairs.models import Repair
from pmweb.extensions import unit
from pmweb.models import shelf
from tests.browser.cases import a_sold_home
from tests.browser.conftest import Room
from tests.browser.devices import PHONE
from tests.browser.office_server import OfficeServer
from tests.browser.screens import Screen
from tests.browser.tablet import WITHOUT_SIGNAL
from tests.pictures import jpeg

MOST = 8


def test_what_was_typed_and_chosen_stays_when_the_warranty_is_asked(room: Room) -> None:
    """The category comes last, after an error: the explanation is put in, and nothing else of the page."""
    home = a_sold_home(room.server)
    desk = Screen(room.device("receptionist", PHONE))
    room.watch_of(desk.page).expect(422)
    desk.page.goto(f"/repairs/new?home={home.home_id}")
    desk.choose("来访", "其他人")
    desk.write("报修人姓名", "王小二")
    desk.write("联系电话", "13900139000")
    desk.write("报修内容", "楼下说天花板滴水")
    desk.tap("登记报修")
    desk.says("还差 1 处")
    desk.pick("类别", "卫生间渗漏")
    expect(desk.page.locator("#verdict")).to_contain_text("防渗漏")
    expect(desk.page.get_by_label("报修内容", exact=True)).to_have_value("楼下说天花板滴水")
    expect(desk.page.get_by_label("报修人姓名", exact=True)).to_have_value("王小二")
    expect(desk.page.get_by_label("来访", exact=True)).to_be_checked()
    desk.page.wait_for_timeout(600)  # the same button within half a second is a trembling finger
    desk.tap("登记报修")
    desk.says("已登记")
    expect(desk.page.locator("#who")).to_contain_text("王**")


@pytest.mark.parametrize("js", [True, False])
def test_a_call_from_a_known_home_takes_few_taps(room: Room, js: bool) -> None:
    """The warranty is explained before anything is saved where the browser can ask, and on the repair in any case."""
    home = a_sold_home(room.server)
    desk = Screen(room.device("receptionist", PHONE, js=js), js=js)
    desk.page.goto(f"/homes/{home.home_id}")
    desk.tap("登记报修")
    desk.at("登记报修")
    desk.pick("类别", "卫生间渗漏")
    if js:
        expect(desk.page.locator("#verdict")).to_contain_text("防渗漏")
    desk.write("报修内容", "楼下说天花板滴水")
    desk.tap("登记报修")
    desk.says("已登记")
    expect(desk.page.locator("main")).to_contain_text("防渗漏")
    assert desk.taps <= MOST


# --- without signal


UNHEARD = (*WITHOUT_SIGNAL, "htmx:sendError", "htmx:afterRequest")
"""The explanation of the warranty is asked for, and nobody answers."""
COMMON = "/repairs/new?part=common"


def reported(server: OfficeServer, said: str) -> list[tuple[str, int]]:
    """What the office knows of these words: the place of each repair, and how many photos it has."""
    with server.office():
        found = list(unit().execute(select(Repair.id, Repair.place).where(Repair.description == said)))
        photos = shelf.attachments(unit(), Repair.__tablename__, [row.id for row in found])
        return [(row.place, len(photos.get(row.id, []))) for row in found]


def report(phone: Screen, place: str, said: str) -> None:
    """A patrol has found something broken."""
    phone.choose("巡查")
    phone.pick("类别", "公共照明")
    phone.write("具体位置", place)
    phone.write("报修内容", said)


def waits(page: Page, n: int) -> None:
    expect(page.locator("#pill")).to_have_attribute("data-n", str(n))


def test_a_report_without_signal_arrives_once_when_the_signal_is_back(room: Room) -> None:
    """In the garage, on a phone, with a photo; pressed again because nothing seemed to happen."""
    phone = Screen(room.device("patroller", PHONE))
    page, said = phone.page, "地下车库 B 区三盏灯不亮"
    room.watch_of(page).expect(*UNHEARD)
    page.goto(COMMON)
    expect(page.locator("#pill")).to_be_visible()
    page.context.set_offline(True)
    report(phone, "B 区 12 号车位旁", said)
    page.locator("#photos").set_input_files({"name": "l.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    expect(page.get_by_text("没有连上服务器")).to_have_count(0)  # nothing is lost here
    phone.tap("登记报修")
    waits(page, 1)
    page.wait_for_timeout(700)  # no trembling finger
    phone.tap("登记报修")
    waits(page, 1)
    assert reported(room.server, said) == []
    page.context.set_offline(False)
    page.wait_for_url("**/repairs/*")
    waits(page, 0)
    assert reported(room.server, said) == [("B 区 12 号车位旁", 1)]


def test_the_page_that_was_taken_along_reports_more_than_one_thing(room: Room) -> None:
    """A patrol has no task and takes it along nevertheless; each opening of the page makes a report of its own."""
    phone = Screen(room.device("patroller", PHONE))
    page = phone.page
    room.watch_of(page).expect(*UNHEARD)
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready")
    page.get_by_role("button", name="带上离线包").click()
    expect(page.locator("[data-pack]")).to_contain_text("份已可离线")
    page.context.set_offline(True)
    for number in (1, 2):
        page.goto(COMMON)
        report(phone, f"{number} 号岗亭", f"岗亭 {number} 的灯不亮")
        phone.tap("登记报修")
        waits(page, number)
    page.context.set_offline(False)
    waits(page, 0)
    assert [reported(room.server, f"岗亭 {number} 的灯不亮") for number in (1, 2)] == [
        [("1 号岗亭", 0)],
        [("2 号岗亭", 0)],
    ]


def test_in_an_emergency_the_steps_are_there_without_signal(room: Room) -> None:
    phone = Screen(room.device("patroller", PHONE))
    room.watch_of(phone.page).expect(*UNHEARD)
    phone.page.goto(COMMON)
    expect(phone.page.get_by_text("先止损")).to_have_count(4)
    phone.page.context.set_offline(True)
    phone.pick("类别", "燃气异味、泄漏")
    expect(phone.page.get_by_role("alert").get_by_text("先止损：燃气异味、泄漏")).to_be_visible()
    expect(phone.page.get_by_text("先止损：水管爆裂")).to_be_hidden()
