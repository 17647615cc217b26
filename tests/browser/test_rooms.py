"""The sheet under the hands of somebody who walks on: the rail follows (rooms.js), what is typed stays (field.js)."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.cases import a_checked_case
from tests.browser.conftest import Room
from tests.browser.movein_screens import Walk


def test_the_rail_marks_the_room_in_sight_and_the_last_one_at_the_end(room: Room) -> None:
    """Scrolled away from a room that was asked for, the rail follows; a short last room can be asked for, too."""
    walk = Walk(room.device("repairer"))
    walk.page.goto(f"/movein/{a_checked_case(room.server)}")
    walk.start(rooms=(1, 1, 1))
    here, rail = walk.page.locator(".rooms [aria-current]"), walk.page.locator(".rooms")
    onward = walk.page.locator("#onward .primary")
    walk.touch(rail.get_by_role("link", name="卧室"))
    expect(here).to_contain_text("卧室")
    expect(onward).to_have_text("下一间：厨房")
    walk.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(here).to_contain_text("随房资料")
    expect(here).to_be_in_viewport()
    expect(onward).to_have_text("接着查：公共部位与电梯厅")
    walk.touch(rail.get_by_role("link", name="计量表"))
    expect(here).to_contain_text("计量表")
    expect(onward).to_have_text("下一间：随房资料")


def test_what_was_typed_is_kept_when_the_page_is_left_from_the_field(room: Room) -> None:
    """M-11: nobody presses a button first; the line under the field does not say that it was kept before it was."""
    walk = Walk(room.device("repairer"))
    walk.page.goto(f"/movein/{a_checked_case(room.server)}")
    walk.start(rooms=(1, 1, 1))
    line = walk.line("入户", "入户门扇与门框")
    walk.mark(line, "不合格")
    words = line.get_by_label("说明", exact=True)
    sheet = walk.page.url
    words.fill("门框下角磕碰")  # at once: a slow machine would have it kept while it types
    assert line.get_by_text("已保存").count() == 0
    walk.touch(walk.page.locator("a.back"))
    walk.at("入住")
    walk.page.wait_for_timeout(500)  # the browser does not tell of what it sends while it leaves
    walk.page.goto(sheet)
    expect(words).to_have_value("门框下角磕碰")
    with walk.page.expect_response(lambda answer: answer.request.method == "POST"):
        words.press_sequentially("！")
    expect(words).to_be_focused()
    walk.page.reload()
    expect(words).to_have_value(re.compile("！"))
