"""Every page of the house, as somebody who may open it: in three sizes, for axe, fingers, keyboards and narrow screens.

The list comes from the url map, so that a new page is looked at without anybody thinking of it.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.addresses import Address, addresses, endpoints, most_of
from tests.browser.checks import faults_of
from tests.browser.conftest import Room


@pytest.mark.parametrize("endpoint", endpoints())
def test_the_page_is_for_everybody(demo_room: Room, endpoint: str) -> None:
    with demo_room.server.office():
        wanted = addresses(demo_room.server.app, endpoint)
    pages: dict[str, Page] = {}
    opened, faults = 0, []
    for address in wanted:
        if opened == most_of(endpoint):
            break
        if address.username not in pages:
            pages[address.username] = demo_room.device(address.username)
        looked = _look(pages[address.username], address, strict=len(wanted) == 1)
        if looked is not None:
            opened += 1
            faults += looked
    assert opened, f"none of {[address.url for address in wanted]} could be opened"
    assert not faults, "\n".join(faults)


def _look(page: Page, address: Address, *, strict: bool) -> list[str] | None:
    """What is wrong with this page; None when a rule locks it for this matter."""
    answer = page.request.get(address.url)
    if answer.status in (403, 404, 422) and not strict:
        return None
    assert answer.status == 200, f"{answer.status} {address.url} for {address.username or 'nobody'}"
    if "text/html" not in answer.headers["content-type"]:
        return []
    page.goto(address.url)
    return [f"{address.url} ({address.username}) {fault}" for fault in faults_of(page)]
