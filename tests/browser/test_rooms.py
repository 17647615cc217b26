"""The rail of the sheet follows the walk (rooms.js)."""

from __future__ import annotations

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
