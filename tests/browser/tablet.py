"""A tablet with a sheet in somebody's hands, as the tests of the outbox use it, and what the office knows of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page, expect
from sqlalchemy import select

from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet
from pmweb.extensions import unit
from pmweb.models.staff import Staff
from pmweb.models.submissions import Submission
from tests.browser.cases import a_case_at_the_walk
from tests.browser.conftest import Room
from tests.browser.office_server import OfficeServer

WITHOUT_SIGNAL = (
    "ERR_INTERNET_DISCONNECTED",
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_FAILED",
    "fetching the script",
)


class Tablet:
    """One page with the sheet of a home."""

    def __init__(self, room: Room, username: str = "repairer", case: int | None = None) -> None:
        self.room = room
        self.case = case or a_case_at_the_walk(room.server)
        self.page = room.device(username)
        room.watch_of(self.page).expect(*WITHOUT_SIGNAL)
        self.open()

    def open(self, page: Page | None = None) -> None:
        (page or self.page).goto(f"/movein/{self.case}/acceptance")
        expect((page or self.page).locator("#pill")).to_be_visible()

    def tap(self, position: int, word: str = "合格", page: Page | None = None) -> None:
        line = (page or self.page).locator(".item").nth(position - 1)
        line.get_by_role("button", name=word, exact=True).click()

    def waits(self, n: int, page: Page | None = None) -> None:
        """So many wait on the device."""
        expect((page or self.page).locator("#pill")).to_have_attribute("data-n", str(n))

    def says(self, words: str) -> None:
        expect(self.page.locator("#pill")).to_contain_text(words)

    def signal(self, there: bool) -> None:
        self.page.context.set_offline(not there)

    def until(self, true: Callable[[], bool], seconds: float = 30) -> None:
        """Until it holds; the device works on meanwhile."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, "it did not happen"
            self.page.wait_for_timeout(100)

    def tap_before_the_session_ends(self) -> None:
        """One tap without signal; when the signal is back, nobody is signed in."""
        self.signal(False)
        self.tap(1)
        self.waits(1)
        self.page.context.clear_cookies()
        self.signal(True)

    def write_down(self, url: str, lane: str, *fields: list[str], key: str | None = None) -> None:
        """A record as the page of another form would have captured it."""
        self.page.evaluate(
            """([url, lane, fields, id]) => pmweb.store.add({
                id, uid: pmweb.me, url, lane, nfiles: 0, target: '', page: url, label: '', status: 'pending',
                at: new Date().toISOString(), fields: [['_estate', '1'], ...fields],
            }, [])""",
            [url, lane, list(fields), key or str(uuid4())],
        )

    def results(self) -> list[str]:
        return results(self.room.server, self.case)

    def arrived(self) -> list[str]:
        """The lines that were sent, in the order of their arrival."""
        return [path.rpartition("/")[2] for path in paths(self.room.server, self.case)]


def _lines(case: int) -> Any:
    sheet = select(AcceptanceSheet.id).where(AcceptanceSheet.move_in_id == case).scalar_subquery()
    return select(AcceptanceItem).where(AcceptanceItem.sheet_id == sheet).order_by(AcceptanceItem.position)


def results(server: OfficeServer, case: int) -> list[str]:
    """What the office knows of each line."""
    with server.office():
        return [line.result.value for line in unit().scalars(_lines(case))]


def line(server: OfficeServer, case: int, position: int) -> tuple[int, str, int]:
    """Id, note and version of a line."""
    with server.office():
        found = list(unit().scalars(_lines(case)))[position - 1]
        return found.id, found.note, found.version


def paths(server: OfficeServer, case: int) -> list[str]:
    """Where the device has sent something for this case, in the order of arrival."""
    with server.office():
        mine = Submission.path.startswith(f"/movein/{case}/items/")
        return list(unit().scalars(select(Submission.path).where(mine).order_by(Submission.id)))


def seen_by(server: OfficeServer, case: int) -> set[str]:
    """Under which names it arrived."""
    with server.office():
        query = select(Staff.username).join(Submission, Submission.staff_id == Staff.id)
        return set(unit().scalars(query.where(Submission.path.startswith(f"/movein/{case}/"))))


def mark_elsewhere(room: Room, case: int, position: int, word: str) -> None:
    """A colleague at another device."""
    other = Tablet(room, "repair-supervisor", case)
    other.tap(position, word)
    other.until(lambda: other.results()[position - 1] != "not_tested")
    other.waits(0)
