"""How many taps the usual work takes (ux.md, "The bar")."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.cases import a_checked_case
from tests.browser.conftest import Room
from tests.browser.movein_screens import Walk


def test_a_clean_sheet_of_a_two_bedroom_home_is_done_in_110_taps(room: Room) -> None:
    """From the task list to the page where the owner signs: 97 lines, three meters, the check (ux.md)."""
    move_in_id = a_checked_case(room.server)
    walk = Walk(room.device("repairer"))
    walk.page.goto(f"/movein/{move_in_id}")
    walk.start(rooms=(2, 2, 2))
    expect(walk.page.locator("form.item")).to_have_count(97)
    before = walk.taps
    for place in walk.rooms():
        if place != "计量表":  # answered by the readings
            walk.rest_is_in_order(place)
    on_the_sheet = walk.taps - before
    expect(walk.page.locator("#progress")).to_contain_text("94/97")
    walk.read_meters()
    walk.check()
    assert on_the_sheet <= 60
    assert walk.taps <= 110
