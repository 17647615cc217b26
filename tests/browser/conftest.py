"""Real Chromium, a real server, and people who sit down at a device."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from pmweb import demo
from tests.browser.devices import LANDSCAPE, Size, Watch
from tests.browser.office_server import PASSWORD, OfficeServer
from tools import machine

_FLAGS = (
    "--lang=zh-CN",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


PATIENCE = 20_000
"""Milliseconds for a page to show what it should, on a busy machine."""
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this worker."""
    path = machine.chromium()
    if path is None:
        pytest.skip("there is no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeServer]:
    """An office of this worker's own, served: one estate, one building, its people, nothing else."""
    server = OfficeServer(tmp_path_factory.mktemp("office"))
    server.furnish()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def demo_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeServer]:
    """The demo estate, served for this worker. It is built once; every worker serves a copy."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo"
    try:
        shared.mkdir()
    except FileExistsError:
        _wait_for(shared / "done", seconds=180)
    else:
        try:
            OfficeServer(shared / "instance").furnish_with_demo(homes=72)
        finally:
            (shared / "done").touch()  # also when it failed: the others fail on what is there then
    folder = tmp_path_factory.mktemp("demo") / "instance"
    shutil.copytree(shared / "instance", folder)
    server = OfficeServer(folder)
    server.password = demo.PASSWORD
    server.start()
    yield server
    server.stop()


def _wait_for(sign: Path, seconds: int) -> None:
    until = time.monotonic() + seconds
    while not sign.exists():
        assert time.monotonic() < until, "another worker did not finish the demo estate"
        time.sleep(0.3)


@dataclass
class Room:
    """Where devices are handed out: each with its own browser context, all of them watched."""

    chromium: Browser
    server: OfficeServer
    watches: list[Watch] = field(default_factory=list)
    _open: list[Any] = field(default_factory=list)

    def device(
        self, username: str = "", size: Size = LANDSCAPE, *, js: bool = True, lang: str = "zh-CN", **more: Any
    ) -> Page:
        """A page of somebody who has signed in (nobody when no name is given), on a device of this size."""
        context = self.chromium.new_context(
            base_url=self.server.url,
            viewport={"width": size.width, "height": size.height},
            locale=lang,
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            java_script_enabled=js,
            has_touch=True,
            storage_state=_session_of(self.chromium, self.server, username) if username else None,
            **more,
        )
        context.set_default_timeout(PATIENCE)
        self._open.append(context)
        page = context.new_page()
        watch = Watch()
        watch.over(page)
        self.watches.append(watch)
        return page

    def watch_of(self, page: Page) -> Watch:
        """The watch over this page."""
        return self.watches[[context.pages[0] for context in self._open].index(page)]

    def photograph(self, folder: Path) -> None:
        """Keep what every device shows: for somebody who looks for the reason of a failure."""
        folder.mkdir(parents=True, exist_ok=True)
        for number, context in enumerate(self._open, 1):
            for page in context.pages:
                with suppress(PlaywrightError):
                    page.screenshot(path=folder / f"{number}.png")
                    (folder / f"{number}.html").write_text(page.content(), encoding="utf-8")

    def close(self) -> list[str]:
        """Give the devices back; what went wrong on them."""
        for context in self._open:
            for page in context.pages:
                page.unroute_all(
                    behavior="ignoreErrors"
                )  # else a page is waited for that waits for its route
            context.unroute_all(behavior="ignoreErrors")
            context.close()
        return [text for watch in self.watches for text in watch.troubles]


_sessions: dict[tuple[str, str], Any] = {}


def _session_of(chromium: Browser, server: OfficeServer, username: str) -> Any:
    """The cookies after a sign-in; each person signs in once per server, through the page."""
    key = (server.url, username)
    if key not in _sessions:
        with chromium.new_context(base_url=server.url, locale="zh-CN") as context:
            page = context.new_page()
            sign_in(page, username, server.password)
            _sessions[key] = context.storage_state()
    return _sessions[key]


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """As somebody does it in the morning."""
    page.goto("/login")
    page.get_by_label("账号", exact=True).fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda url: "/login" not in url)


def _visit(chromium: Browser, server: OfficeServer, request: pytest.FixtureRequest) -> Iterator[Room]:
    room = Room(chromium, server)
    yield room
    if request.node.stash.get(_FAILED, False):
        room.photograph(_SHOTS / re.sub(r"\W+", "-", request.node.name))
    troubles = room.close()
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def room(chromium: Browser, house: OfficeServer, request: pytest.FixtureRequest) -> Iterator[Room]:
    """Devices for one test. The test fails on what a browser complained about."""
    yield from _visit(chromium, house, request)


@pytest.fixture
def demo_room(chromium: Browser, demo_house: OfficeServer, request: pytest.FixtureRequest) -> Iterator[Room]:
    """The same in the demo estate."""
    yield from _visit(chromium, demo_house, request)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The demo estate is built while others work; its many short tests, at the end, are shared evenly."""
    items.sort(key=lambda item: "demo_room" in getattr(item, "fixturenames", ()))


_FAILED = pytest.StashKey[bool]()
_SHOTS = Path(__file__).resolve().parents[2] / "test-results" / "browser"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember for the fixtures that the test itself has failed."""
    report = yield
    if report.when == "call" and report.failed:
        item.stash[_FAILED] = True
    return report
