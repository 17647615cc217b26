"""Somebody signs in, is sent away when the session has ended, and signs out."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Room, sign_in
from tests.browser.devices import LANDSCAPE, PHONE, Size


@pytest.mark.parametrize("js", [True, False], ids=["js", "no-js"])
@pytest.mark.parametrize("size", [LANDSCAPE, PHONE], ids=str)
def test_a_receptionist_signs_in_and_out(room: Room, size: Size, js: bool) -> None:
    page = room.device(size=size, js=js)
    sign_in(page, "receptionist")
    expect(page.get_by_role("heading", level=1)).to_have_text("今日")
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
