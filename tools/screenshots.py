"""Pictures of the main pages in three sizes, from the demo estate: for the README, the manual, and for looking.

    python -m tools.screenshots FOLDER [WORD …]     only pages whose name contains one of the words

A throw-away instance is filled with the demo estate and served; nothing of it stays.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import ColumnElement, select

from pmweb.blueprints.fees.models import Charge
from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet, MoveIn
from pmweb.blueprints.movein.rules import Applicant, Result, State
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.rules import RepairState
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.people import Person, Tie, TieKind
from pmweb.models.staff import Staff
from tests.browser.conftest import sign_in
from tests.browser.devices import SIZES, Size
from tests.browser.office_server import OfficeServer
from tools import machine

HOMES = 648
ROLL = Path(__file__).resolve().parent.parent / "tests" / "samples" / "home-roll-messy.xlsx"


@dataclass(frozen=True)
class Picture:
    """One page: its name, who looks at it, its address, and what is done before the picture is taken."""

    name: str
    username: str
    address: str
    act: Callable[[Page], None] | None = None


def pictures() -> Iterator[Picture]:
    """Every main page, with ids from the database that is open."""
    fresh = _case(State.OPEN, MoveIn.identity_checked_at.is_(None))
    desk = _case(State.OPEN, MoveIn.identity_checked_at.is_not(None), MoveIn.charge_id.is_not(None))
    agent = _case(State.OPEN, MoveIn.applicant == Applicant.AGENT)
    walking, item = _walking()
    rectifying = _case(State.RECTIFYING)
    passed = _case(State.ACCEPTANCE_PASSED)
    filed = _case(State.FILED)
    home = unit().scalars(select(MoveIn.home_id).where(MoveIn.id == rectifying)).one()
    yield Picture("login", "", "/login")
    for username in ("receptionist", "repairer", "manager"):
        yield Picture(f"today-{username}", username, "/")
    yield Picture("search", "receptionist", "/search?q=1201")
    yield Picture("home-card", "receptionist", f"/homes/{home}")
    yield Picture("movein-register", "receptionist", "/movein/")
    yield Picture("movein-new", "receptionist", f"/movein/new?home={_without_move_in()}")
    yield Picture("movein-tasks", "receptionist", f"/movein/{desk}")
    yield Picture("movein-tasks-rectifying", "receptionist", f"/movein/{rectifying}")
    yield Picture("movein-identity", "receptionist", f"/movein/{fresh}/identity")
    yield Picture("movein-identity-agent", "receptionist", f"/movein/{agent}/identity")
    for step in ("register", "agreements", "handover", "fee"):
        yield Picture(f"movein-{step}", "receptionist", f"/movein/{desk}/{step}")
    yield Picture("movein-acceptance-start", "repairer", f"/movein/{desk}/acceptance/start")
    yield Picture("movein-acceptance", "repairer", f"/movein/{walking}/acceptance")
    yield Picture("movein-acceptance-defect", "repairer", f"/movein/{walking}/acceptance#item-{item}")
    yield Picture("movein-readings", "repairer", f"/movein/{walking}/readings")
    yield Picture("movein-check", "repairer", f"/movein/{_checkable()}/check")
    yield Picture("movein-sign", "receptionist", f"/movein/{_checkable()}/sign", _sign)
    yield Picture("movein-rounds", "receptionist", f"/movein/{rectifying}/rounds")
    yield Picture("movein-keys", "receptionist", f"/movein/{desk}/keys")
    yield Picture("movein-filing", "receptionist", f"/movein/{passed}/filing")
    for paper in ("acceptance_sheet", "handover_receipt", "meter_readings", "household_file"):
        yield Picture(f"print-{paper.replace('_', '-')}", "receptionist", f"/movein/{filed}/print/{paper}")
    yield from _other_rooms(home)


def _other_rooms(home: int) -> Iterator[Picture]:
    yield Picture("print-register", "receptionist", f"/households/homes/{home}/print/register")
    yield Picture("repairs", "dispatcher", "/repairs/")
    for state, username in (
        (RepairState.REGISTERED, "dispatcher"),
        (RepairState.ACCEPTED, "repairer"),
        (RepairState.COMPLETED, "repair-supervisor"),
    ):
        found = unit().scalar(
            select(Repair.id).where(Repair.state == state).order_by(Repair.id.desc()).limit(1)
        )
        if found:
            yield Picture(f"repair-{state.value}", username, f"/repairs/{found}")
            yield Picture(f"print-work-order-{state.value}", username, f"/repairs/{found}/print/work-order")
    charge = unit().scalars(select(Charge.id).order_by(Charge.id.desc()).limit(1)).one()
    yield Picture("fees", "cashier", "/fees/")
    yield Picture("fee", "cashier", f"/fees/{charge}")
    yield Picture("tariffs", "finance", "/fees/tariffs")
    yield Picture("households", "receptionist", "/households/")
    yield Picture("household", "receptionist", f"/households/homes/{home}")
    person = unit().scalars(select(MoveIn.owner_id).where(MoveIn.home_id == home)).first()
    company = unit().scalar(select(Person.id).where(Person.kind == "company").limit(1))
    yield Picture("person", "receptionist", f"/households/{person}")
    yield Picture("company", "receptionist", f"/households/{company}")
    yield Picture("estate", "manager", "/estate/")
    yield Picture("import", "manager", "/estate/import")
    yield Picture("import-preview", "manager", "/estate/import", _bring_the_roll)
    yield Picture("staff", "admin", "/staff/")
    somebody = unit().scalars(select(Staff.id).where(Staff.username == "repair-supervisor")).one()
    yield Picture("staff-person", "admin", f"/staff/{somebody}")
    yield Picture("staff-new", "admin", "/staff/new")
    yield Picture("rights", "manager", "/staff/rights")
    yield Picture("not-found", "receptionist", "/no/such/page")


def _case(state: State, *more: ColumnElement[bool]) -> int:
    """The newest move-in in this state."""
    wanted = select(MoveIn.id).where(MoveIn.state == state, MoveIn.voided_at.is_(None), *more)
    return unit().scalars(wanted.order_by(MoveIn.id.desc()).limit(1)).one()


def _without_move_in() -> int:
    """A home with an owner, and without a move-in."""
    owned = select(Tie.home_id).where(Tie.kind == TieKind.OWNER)
    free = select(Home.id).where(Home.id.in_(owned), Home.id.not_in(select(MoveIn.home_id)))
    return unit().scalars(free.order_by(Home.id).limit(1)).one()


def _walking() -> tuple[int, int]:
    """A sheet under way with a defect on it: the move-in and the line."""
    query = (
        select(MoveIn.id, AcceptanceItem.id)
        .join(AcceptanceSheet, AcceptanceSheet.move_in_id == MoveIn.id)
        .join(AcceptanceItem, AcceptanceItem.sheet_id == AcceptanceSheet.id)
        .where(MoveIn.state == State.ACCEPTANCE_OPEN, AcceptanceItem.result == Result.DEFECT)
        .order_by(MoveIn.id.desc(), AcceptanceItem.position)
    )
    found = unit().execute(query.limit(1)).one()
    return int(found[0]), int(found[1])


def _checkable() -> int:
    """A move-in whose sheet was checked and waits for the signature."""
    return _case(State.ACCEPTANCE_OPEN, MoveIn.checked_at.is_not(None))


def _sign(page: Page) -> None:
    """Somebody has begun to write."""
    pad = page.locator(".pad canvas")
    pad.evaluate("pad => pad.scrollIntoView({block: 'center'})")
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.4)
    page.mouse.down()
    for x, y in ((0.3, 0.7), (0.4, 0.3), (0.5, 0.6), (0.7, 0.4)):
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=6)
    page.mouse.up()


def _bring_the_roll(page: Page) -> None:
    page.locator("input[type=file]").first.set_input_files(ROLL)
    page.get_by_role("button", name="上传并预览").click()
    page.get_by_role("heading", name="不能导入的行").wait_for()


def take(browser: Browser, server: OfficeServer, wanted: list[Picture], folder: Path) -> None:
    """Take them all; the top of each page, and the whole of it in ``full``."""
    (folder / "full").mkdir(parents=True, exist_ok=True)
    sessions: dict[str, Page] = {}
    for picture in wanted:
        if picture.username not in sessions:
            context = browser.new_context(base_url=server.url, locale="zh-CN", reduced_motion="reduce")
            sessions[picture.username] = context.new_page()
            if picture.username:
                sign_in(sessions[picture.username], picture.username, server.password)
        page = sessions[picture.username]
        for size in SIZES:
            _take_one(page, picture, size, folder)
        print(picture.name, flush=True)


def _take_one(page: Page, picture: Picture, size: Size, folder: Path) -> None:
    page.set_viewport_size({"width": size.width, "height": size.height})
    page.goto("about:blank")  # an address with a mark in it would only scroll
    page.goto(picture.address)
    if picture.act:
        picture.act(page)
    page.wait_for_timeout(150)
    name = f"{picture.name}-{size.width}.png"
    page.screenshot(path=folder / name)
    page.screenshot(path=folder / "full" / name, full_page=True)


def main() -> None:
    """``python -m tools.screenshots FOLDER [WORD …]``."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("words", nargs="*", help="only pages whose name contains one of these")
    parser.add_argument("--homes", type=int, default=HOMES)
    options = parser.parse_args()
    chromium = machine.chromium()
    if chromium is None:
        sys.exit("there is no Chromium here")
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="pmweb-screenshots-") as folder:
        server = OfficeServer(Path(folder))
        server.furnish_with_demo(options.homes)
        with server.office():
            every = list(pictures())
        wanted = [p for p in every if not options.words or any(word in p.name for word in options.words)]
        server.start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=chromium, args=["--no-sandbox", "--lang=zh-CN"]
                )
                take(browser, server, wanted, options.folder)
        finally:
            server.stop()
    print(f"{len(wanted)} pages in {time.perf_counter() - started:.0f} s: {options.folder}")


if __name__ == "__main__":
    main()
