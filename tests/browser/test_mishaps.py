"""What goes wrong every day: trembling fingers, two people at one line, a session that ends, a slow network."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import func, select

from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet, MoveIn
from pmweb.blueprints.movein.rules import Result
from pmweb.extensions import unit
from pmweb.models.people import Person
from tests.browser.cases import Case, a_case_at_the_walk, a_checked_case, a_sold_home, wait_until
from tests.browser.conftest import Room, sign_in
from tests.browser.devices import LANDSCAPE, PHONE
from tests.browser.movein_screens import Desk, Walk
from tests.browser.office_server import OfficeServer
from tests.browser.screens import Screen

BOTH = pytest.mark.parametrize("js", [True, False], ids=["js", "no-js"])


def cases_of(server: OfficeServer, case: Case) -> int:
    """How many move-ins the home has."""
    with server.office():
        query = select(func.count()).select_from(MoveIn).where(MoveIn.home_id == case.home_id)
        return unit().scalar(query) or 0


def line_of(server: OfficeServer, move_in_id: int, code: str) -> AcceptanceItem:
    """One line of the sheet, as it is on record."""
    with server.office():
        query = (
            select(AcceptanceItem)
            .join(AcceptanceSheet, AcceptanceSheet.id == AcceptanceItem.sheet_id)
            .where(AcceptanceSheet.move_in_id == move_in_id, AcceptanceItem.code == code)
        )
        return unit().scalars(query).one()


@BOTH
def test_a_double_tap_opens_one_case(room: Room, js: bool) -> None:
    case = a_sold_home(room.server)
    page = room.device("receptionist", js=js)
    page.goto(f"/movein/new?home={case.home_id}")
    page.locator("label.chip", has_text="业主本人").click()
    page.get_by_role("button", name="开始办理").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对业主与资料")
    assert cases_of(room.server, case) == 1


def test_leaving_asks_first_while_something_is_not_saved(room: Room) -> None:
    """Half a page of papers is typed, and somebody touches 入住."""
    case = a_sold_home(room.server)
    page = room.device("receptionist")
    page.goto(f"/movein/new?home={case.home_id}")
    page.locator("label.chip", has_text="业主本人").click()
    page.get_by_role("button", name="开始办理").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对业主与资料")
    watch = room.watch_of(page)
    watch.stays = True
    field = page.get_by_label("通知单编号", exact=True)
    field.fill("TZ-2026-0311")
    page.locator("header a", has_text="入住").first.click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert watch.asked == ["beforeunload"]
    expect(field).to_have_value("TZ-2026-0311")
    page.get_by_role("button", name="保存核对结果").click()
    page.wait_for_url(lambda url: "identity" not in url)
    assert watch.asked == ["beforeunload"]


@pytest.mark.parametrize("milliseconds", [0, 60, 150, 300])
def test_a_trembling_finger_marks_a_line_once(room: Room, milliseconds: int) -> None:
    move_in_id = a_case_at_the_walk(room.server)
    page = room.device("repairer")
    page.goto(f"/movein/{move_in_id}/acceptance")
    button = Walk(page).line("入户", "入户门扇与门框").get_by_role("button", name="合格", exact=True)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(*place)
    page.wait_for_timeout(milliseconds)
    page.mouse.click(*place)
    expect(button).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(400)  # a second mark would have come by now
    expect(button).to_have_attribute("aria-pressed", "true")
    assert line_of(room.server, move_in_id, "ENT-01").result is Result.OK


@BOTH
def test_two_people_at_one_line_overwrite_nothing(room: Room, js: bool) -> None:
    """Promise 6: the second is told that the first was faster, and keeps what was typed."""
    move_in_id = a_case_at_the_walk(room.server)
    first = Walk(room.device("repairer", js=js), js=js)
    first.page.goto(f"/movein/{move_in_id}/acceptance")
    line = first.line("入户", "入户门扇与门框")
    first.mark(line, "不合格")
    second = Walk(room.device("repair-supervisor", PHONE, js=js), js=js)
    second.page.goto(f"/movein/{move_in_id}/acceptance")
    theirs = second.line("入户", "入户门扇与门框")
    second.write("说明", "门扇下角翘起", theirs)

    first.write("说明", "门框划伤", line)
    first.tap("保存说明和照片", line)
    expect(first.line("入户", "入户门扇与门框").get_by_label("说明", exact=True)).to_have_value("门框划伤")
    expect(first.page.locator("[aria-busy=true], .htmx-request")).to_have_count(0)
    wait_until(lambda: line_of(room.server, move_in_id, "ENT-01").note == "门框划伤")

    room.watch_of(second.page).expect(409)
    second.tap("保存说明和照片", theirs)
    second.says("别人刚改过这条记录")
    if js:
        expect(theirs.get_by_label("说明", exact=True)).to_have_value("门扇下角翘起")
        second.says("现在是：不合格 · 门框划伤")
    else:
        expect(second.page.get_by_label("您填的内容 1")).to_have_value("门扇下角翘起")
    assert line_of(room.server, move_in_id, "ENT-01").note == "门框划伤"
    second.tap("不要我的" if js else "看最新内容")
    expect(second.line("入户", "入户门扇与门框").get_by_label("说明", exact=True)).to_have_value("门框划伤")


def a_member_half_typed(desk: Desk, move_in_id: int, name: str) -> Locator:
    """Somebody to call, written on the register page and not yet saved; the part of the page."""
    desk.page.goto(f"/movein/{move_in_id}/register")
    member = desk.unfold("添加一位")
    desk.choose("紧急联系人")
    desk.write("姓名", name, member)
    desk.write("手机", "13700137000", member)
    desk.write("与业主关系", "姐姐", member)
    return member


def test_a_session_that_ends_while_somebody_types_costs_nothing(room: Room) -> None:
    move_in_id = a_checked_case(room.server)
    page = room.device("receptionist")
    desk = Desk(page)
    member = a_member_half_typed(desk, move_in_id, "欧阳慕容晓晴")
    page.context.clear_cookies()
    room.watch_of(page).expect(401, "Error Code 401", 400, "Error Code 400")
    desk.tap("添加这一位", member)
    desk.says("登录已过期")
    expect(member.get_by_label("姓名", exact=True)).to_have_value("欧阳慕容晓晴")
    assert people_called(room.server, "欧阳慕容晓晴") == 0

    with page.context.expect_page() as opened:
        desk.tap("在新页面登录")
    beside = opened.value
    sign_in(beside, "receptionist")
    beside.close()
    desk.tap("添加这一位", member)
    desk.says("请再点一次")
    desk.tap("添加这一位", member)
    expect(page.locator("#people .people")).to_contain_text("欧阳慕容晓晴")
    assert people_called(room.server, "欧阳慕容晓晴") == 1


def test_without_javascript_a_session_that_ended_shows_what_was_typed(room: Room) -> None:
    move_in_id = a_checked_case(room.server)
    page = room.device("receptionist", js=False)
    desk = Desk(page, js=False)
    member = a_member_half_typed(desk, move_in_id, "上官诸葛文轩")
    page.context.clear_cookies()
    room.watch_of(page).expect(401)
    desk.tap("添加这一位", member)
    desk.says("登录已过期")
    expect(page.get_by_label("您填的内容 1")).to_have_value("上官诸葛文轩")
    assert people_called(room.server, "上官诸葛文轩") == 0


def test_a_slow_network_keeps_the_button_busy_and_sends_once(room: Room) -> None:
    case = a_sold_home(room.server)
    page = room.device("receptionist")
    page.goto(f"/movein/new?home={case.home_id}")
    page.locator("label.chip", has_text="业主本人").click()
    sent = slowly(page, "**/movein/new**", seconds=1.2)
    button = page.get_by_role("button", name="开始办理")
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    for _ in range(3):
        button.click(force=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("核对业主与资料")
    assert len(sent) == 1
    assert cases_of(room.server, case) == 1


def test_a_dead_network_is_said_and_the_words_stay(room: Room) -> None:
    move_in_id = a_checked_case(room.server)
    page = room.device("receptionist")
    desk = Desk(page)
    member = a_member_half_typed(desk, move_in_id, "司马明月")
    room.watch_of(page).expect("ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")
    page.context.set_offline(True)
    desk.tap("添加这一位", member)
    desk.says("没有连上服务器")
    expect(member.get_by_label("姓名", exact=True)).to_have_value("司马明月")
    page.context.set_offline(False)
    desk.tap("添加这一位", member)
    expect(page.locator("#people .people")).to_contain_text("司马明月")


def test_the_enter_key_in_a_detail_saves_it(room: Room) -> None:
    """It must not press the first button of the line, which says that all is well."""
    move_in_id = a_case_at_the_walk(room.server)
    page = room.device("repairer")
    walk = Walk(page)
    page.goto(f"/movein/{move_in_id}/acceptance")
    line = walk.line("入户", "入户门扇与门框")
    walk.mark(line, "不合格")
    walk.write("说明", "门框划伤", line)
    line.get_by_label("整改期限").press("Enter")
    wait_until(lambda: line_of(room.server, move_in_id, "ENT-01").note == "门框划伤")
    assert line_of(room.server, move_in_id, "ENT-01").result is Result.DEFECT


def test_a_paper_that_was_opened_beside_a_page_leads_back_to_it(room: Room) -> None:
    """The owner reads the consent, the clerk has half a contact typed: there is no second register page."""
    page = room.device("receptionist")
    desk = Desk(page)
    page.goto(f"/movein/{a_checked_case(room.server)}/register")
    member = desk.unfold("添加一位")
    desk.write("姓名", "苏建业", member)
    with page.context.expect_page() as opened:
        desk.tap("打开告知同意书")
    paper = opened.value
    expect(paper.get_by_role("heading", level=1)).to_contain_text("告知同意书")
    with paper.expect_event("close"):
        paper.get_by_role("link", name="返回登记表").click(no_wait_after=True)
    expect(member.get_by_label("姓名", exact=True)).to_have_value("苏建业")


def test_with_the_keyboard_alone(room: Room) -> None:
    """A step list, one line of the sheet, and the alternatives to the pad."""
    move_in_id = a_case_at_the_walk(room.server)
    page = room.device("repairer")
    keys = Keyboard(page)
    page.goto(f"/movein/{move_in_id}")
    keys.go_to("验房")
    page.keyboard.press("Enter")
    keys.at("验房")
    keys.go_to("不合格")
    page.keyboard.press("Enter")
    line = page.locator("form.item").first
    expect(line.get_by_role("button", name="不合格", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(line.get_by_role("button", name="不合格", exact=True)).to_be_focused()
    keys.go_to("说明", tag="textarea")
    page.keyboard.type("门禁失灵")
    keys.go_to("保存说明和照片")
    page.keyboard.press("Enter")
    wait_until(lambda: line_of(room.server, move_in_id, "LOB-01").note == "门禁失灵")

    desk = room.device("receptionist", LANDSCAPE)
    keys = Keyboard(desk)
    desk.goto(f"/movein/{move_in_id}/agreements")
    keys.go_to("确定本次签署的文件")
    desk.keyboard.press("Enter")
    keys.at("入住")
    desk.goto(f"/movein/{move_in_id}/sign")
    keys.go_to("业主拒签")
    desk.keyboard.press("Enter")
    keys.go_to("拒签原因", tag="input")
    desk.keyboard.type("要先看完整的协议")
    keys.go_to("在场见证人", tag="input")
    desk.keyboard.type("何雪梅")
    keys.go_to("记为拒签")
    desk.keyboard.press("Enter")
    keys.at("入住")
    keys.says("拒签")


class Keyboard(Screen):
    """Nothing but keys."""

    def go_to(self, word: str, tag: str = "") -> None:
        """Press Tab until the control of this word has the focus."""
        for _ in range(140):
            self.page.keyboard.press("Tab")
            found = self.page.evaluate(
                """() => { const e = document.activeElement; return {tag: e.tagName.toLowerCase(),
                word: (e.labels?.[0]?.textContent ?? e.getAttribute('aria-label') ?? e.textContent ?? '').trim()} }"""
            )
            if word in found["word"] and (not tag or found["tag"] == tag):
                return
        raise AssertionError(f"Tab never comes to {word}")


def slowly(page: Page, pattern: str, seconds: float) -> list[str]:
    """Each POST to these addresses takes so long; the list of those that were sent."""
    sent: list[str] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.url)
            page.wait_for_timeout(seconds * 1000)
        route.continue_()

    page.route(pattern, hold)
    return sent


def people_called(server: OfficeServer, name: str) -> int:
    """How many people of this name are on record."""
    with server.office():
        return unit().scalar(select(func.count()).select_from(Person).where(Person.name == name)) or 0
