"""Every page of the house, as somebody who may open it: in three sizes, for axe, fingers, keyboards and narrow screens.

Its first state is looked at for everything, further states for fingers and narrow screens, and by axe in one size
where there is something in them that no state before had.

The list comes from the url map, so that a new page is looked at without anybody thinking of it.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from tests.browser.addresses import Address, addresses, endpoints, most_of
from tests.browser.checks import faults_of, parts_of, sideways
from tests.browser.conftest import Room
from tests.browser.devices import PHONE, SIZES, Size

LOCKED = (403, 404, 422)
"""What a page answers that a rule locks for this matter."""


@pytest.mark.parametrize("endpoint", endpoints())
def test_the_page_is_for_everybody(demo_room: Room, endpoint: str) -> None:
    with demo_room.server.office():
        wanted = addresses(demo_room.server.app, endpoint)
    pages: dict[str, Page] = {}
    opened, seen = 0, set[str]()
    faults: list[tuple[str, str]] = []
    for address in wanted:
        if opened == most_of(endpoint):
            break
        if address.username not in pages:
            pages[address.username] = demo_room.device(address.username)
        page = pages[address.username]
        status, is_page = _open(demo_room, page, address)
        if status in LOCKED and len(wanted) > 1:
            continue
        assert status == 200, f"{status} {address.url} for {address.username or 'nobody'}"
        if is_page:
            faults += _look(page, address, opened, seen)
        if is_page and not opened:
            faults += _look_in_english(demo_room, address)
        opened += 1
    assert opened, f"none of {[address.url for address in wanted]} could be opened"
    assert not faults, _told(faults)


def _told(faults: list[tuple[str, str]]) -> str:
    """Each fault once, with the places where it shows."""
    places: dict[str, list[str]] = {}
    for where, fault in faults:
        places.setdefault(fault, []).append(where)
    return "\n".join(f"{fault}   [{len(found)} ×, as at {found[0]}]" for fault, found in places.items())


def _open(room: Room, page: Page, address: Address) -> tuple[int, bool]:
    """The status of the answer, and whether it is a page: another kind of file is only fetched."""
    room.watch_of(page).expect(f" GET {room.server.url}{address.url}")  # a rule may lock it for this matter
    try:
        answer = page.goto(address.url)
    except PlaywrightError as error:
        if "Download is starting" not in error.message:
            raise
        return page.request.get(address.url).status, False
    assert answer is not None
    return answer.status, "text/html" in answer.headers["content-type"]


def _look(page: Page, address: Address, before: int, seen: set[str]) -> list[tuple[str, str]]:
    """What is wrong with this page.

    ``before``: how many states of the page were opened, ``seen``: what they were made of. Axe sees further ones in one
    size each, in turn, if they bring anything new.
    """
    parts = parts_of(page)
    axe_in: tuple[Size, ...] = SIZES
    if before:
        axe_in = (SIZES[before % len(SIZES)],) if parts - seen else ()
    seen |= parts
    return [(f"{address.url} ({address.username}) {size}", fault) for size, fault in faults_of(page, axe_in)]


def _look_in_english(room: Room, address: Address) -> list[tuple[str, str]]:
    """Whether the page, whose words are longer in English, still fits on a phone."""
    page = room.device(address.username, PHONE, lang="en")
    page.goto(address.url)
    assert page.evaluate("() => document.documentElement.lang") == "en"
    return [(f"{address.url} ({address.username}) in English", fault) for fault in sideways(page)]
