"""The pictures of the README and the manual (``docs/images``): one owner's move-in, and what stands around it.

    python -m tools.docs_images [FOLDER]

The demo estate of a certain morning is built in a throw-away instance and served by this very process, so that its
clock can stand still: the same code gives the same pictures. Where Chromium has Chinese texts of its own (Debian:
``chromium-l10n``; another Chromium: ``PMWEB_CHROMIUM``), date fields speak Chinese as on the office's tablets.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Thread

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from pmweb import clock
from pmweb.blueprints.movein.models import MoveIn
from pmweb.demo import pictures
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.people import PartyKind, Person, Tie, TieKind
from tests.browser.conftest import sign_in
from tests.browser.devices import LANDSCAPE, PHONE, PORTRAIT, Size
from tests.browser.movein_screens import Walk
from tests.browser.office_server import OfficeServer
from tests.browser.screens import Screen
from tools import machine
from tools.screenshots import HOMES, ROLL

ROOT = Path(__file__).resolve().parent.parent
MORNING = datetime(2026, 3, 5, 2, 10, tzinfo=UTC)
"""Ten past ten of a Thursday in Shanghai."""
COLOURS = 256
DIALS = (("水表", "S-0502-17", "3.2"), ("电能表", "D-0502-17", "18"), ("燃气表", "R-0502-17", "0"))
LARGEST = 120 * 1024


@dataclass
class Camera:
    """Takes pictures of pages into a folder, few colours each, and lets the morning go on."""

    folder: Path
    passing: ExitStack = field(default_factory=ExitStack)
    minutes: int = 0
    taken: list[Path] = field(default_factory=list)

    def later(self, minutes: int) -> None:
        """So many minutes later."""
        self.minutes += minutes
        self.passing.close()
        self.passing.enter_context(clock.standing_still_at(MORNING + timedelta(minutes=self.minutes)))

    def take(self, page: Page, name: str, size: Size = PORTRAIT, within: str = "") -> None:
        """The window as it is; ``within`` is brought below the top bar first."""
        page.set_viewport_size({"width": size.width, "height": size.height})
        page.wait_for_load_state("networkidle")
        page.evaluate(
            "mark => mark ? document.querySelector(mark).scrollIntoView({block: 'start'}) : scrollTo(0, 0)",
            within,
        )
        page.evaluate("document.activeElement.blur()")
        page.wait_for_timeout(200)
        path = self.folder / f"{name}-{size.width}.png"
        with Image.open(io.BytesIO(page.screenshot())) as picture:
            small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            small.save(path, optimize=True)
        self.taken.append(path)
        print(f"{path.name} {path.stat().st_size // 1024} KB", flush=True)


@contextmanager
def served(folder: Path, homes: int) -> Iterator[tuple[OfficeServer, str]]:
    """The demo estate of that morning, served by a thread of this process, and the home that is moved into."""
    server = OfficeServer(folder)
    with clock.standing_still_at(MORNING):
        server.furnish_with_demo(homes)
    with server.office():
        label = free_home().label
    with server.inside():
        web = make_server("127.0.0.1", server.port, server.app, threaded=True)
        Thread(target=web.serve_forever, daemon=True).start()
        try:
            yield server, label
        finally:
            web.shutdown()


@dataclass
class Office:
    """The people of the office, each with a page of his or her own."""

    browser: Browser
    server: OfficeServer
    pages: dict[str, Page] = field(default_factory=dict)

    def page(self, username: str) -> Page:
        """The page of somebody who has signed in; nobody for an empty name."""
        if username not in self.pages:
            context = self.browser.new_context(
                base_url=self.server.url, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
            )
            context.set_default_timeout(15_000)
            self.pages[username] = context.new_page()
            if username:
                sign_in(self.pages[username], username, self.server.password)
        return self.pages[username]


def free_home() -> Home:
    """A home of two bedrooms whose owner is a person without co-owner, and whom nobody moved in yet."""
    shared = select(Tie.home_id).where(Tie.kind.in_((TieKind.CO_OWNER, TieKind.EMERGENCY)))
    query = (
        select(Home)
        .join(Tie, Tie.home_id == Home.id)
        .join(Person, Person.id == Tie.person_id)
        .where(Tie.kind == TieKind.OWNER, Person.kind == PartyKind.PERSON, Home.layout_type == "两室两厅")
        .where(Home.id.not_in(shared), Home.id.not_in(select(MoveIn.home_id)))
        .order_by(Home.id)
    )
    return unit().scalars(query.limit(1)).one()


def photo(picture: bytes, name: str) -> FilePayload:
    """A photo as the tablet offers it."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture}


def desk(camera: Camera, page: Page, label: str) -> str:
    """Everything at the desk, M-1 to M-8; the address of the case."""
    screen = Screen(page)
    page.goto(f"/search?q={label}")
    page.get_by_role("link", name=f"打开 {label}").click()
    screen.says("未了事项")
    camera.take(page, "home", LANDSCAPE)
    screen.tap("办理入住")
    screen.at("办理入住")
    screen.tap("开始办理")
    screen.at("核对业主与资料")
    case = page.url.rsplit("/", 1)[0]
    screen.choose("业主身份证", "入住通知单", "房屋买卖契约")
    for label_, text in (
        ("通知单编号", "TZ-2026-0311"),
        ("出具单位", "某某置业有限公司"),
        ("出具日期", "2026-02-24"),
        ("购房契约编号", "YS-2024-1187"),
        ("契约签订日期", "2024-03-18"),
    ):
        screen.write(label_, text)
    paper = pictures.scan("入住通知单").data
    for number, kind in enumerate(("业主身份证", "入住通知单"), 310):
        line = page.locator("li.paper", has_text=kind)
        line.locator("input[type=file]").set_input_files([photo(paper, f"IMG_0{number}.jpg")])
    camera.take(page, "identity")
    screen.tap("保存核对结果")
    screen.at("住户登记表")
    camera.later(6)
    member = screen.unfold("添加一位")
    screen.write("姓名", "苏建业", member)
    screen.write("手机", "138 0000 1234", member)
    screen.write("与业主关系", "父亲", member)
    camera.take(page, "register")
    screen.tap("添加这一位", member)
    page.locator("#people .people", has_text="苏建业").wait_for()
    screen.tap("登记表已填好")
    screen.at("协议签署")
    screen.tap("确定本次签署的文件")
    screen.at("钥匙物品")
    camera.later(4)
    screen.choose("每把钥匙已当面试开")
    camera.take(page, "handover")
    screen.tap("列好，去签字")
    screen.at("请核对后签字")
    camera.later(3)
    write_name(page)
    screen.tap("确认签字")
    screen.says("已签字")
    page.goto(f"{case}/fee")
    screen.tap("记入应收")
    screen.says("首期物业费已记入应收")
    return case


def write_name(page: Page) -> None:
    """A signature as a quick hand writes it."""
    pad = page.locator(".pad canvas")
    pad.evaluate("pad => pad.scrollIntoView({block: 'center'})")
    box = pad.bounding_box()
    assert box is not None
    tall, line = box["height"] * 0.45, box["y"] + box["height"] * 0.55
    for sign in range(2):
        left = box["x"] + box["width"] * 0.24 + sign * tall * 1.25
        turns = [step / 5 for step in range(62 - 10 * sign)]
        points = [
            (
                left + tall * (0.085 * turn + 0.11 * math.sin(turn * 1.7 + sign)),
                line - tall * (0.34 * math.sin(turn * 1.15 + sign) + 0.12 * math.cos(turn * 2.9)),
            )
            for turn in turns
        ]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=2)
        page.mouse.up()


def walk(camera: Camera, page: Page, case: str) -> None:
    """Through the home with the owner, M-9 to M-11: two defects, three meters, two signatures."""
    steps = Walk(page)
    wall = photo(pictures.wall(Random(5)).data, "IMG_0312.jpg")
    page.goto(case)
    page.locator(".tasks a.row", has_text="验房").first.click()
    steps.at("开始验房")
    steps.choose("毛坯", "周志强")
    steps.tap("开始逐项查验")
    steps.page.locator("#progress").wait_for()
    camera.later(25)
    steps.rest_is_in_order("公共部位与电梯厅")
    steps.rest_is_in_order("入户")
    steps.mark(steps.line("客厅与餐厅", "墙面平整与垂直"), "合格")
    _defect(steps, "客厅与餐厅", "墙面空鼓与裂缝", wall, "一般")
    steps.mark(steps.line("客厅与餐厅", "地面"), "合格")
    room = steps.room("客厅与餐厅").get_attribute("id")
    camera.take(page, "acceptance", within=f"#{room}")
    line = steps.line("客厅与餐厅", "墙面空鼓与裂缝").get_attribute("id")
    camera.take(page, "acceptance", PHONE, within=f"#{line}")
    page.set_viewport_size({"width": PORTRAIT.width, "height": PORTRAIT.height})
    _defect(steps, "卫生间", "地漏", wall, "较重")
    for name in steps.rooms():
        steps.rest_is_in_order(name)
    camera.later(40)
    page.goto(f"{case}/readings")
    for meter, number, reading in DIALS:
        card = page.locator("section.card", has=page.get_by_role("heading", name=meter, exact=True))
        steps.write("表号", number, card)
        steps.write("底数", reading, card)
        dial = photo(pictures.dial(reading, Random(7)).data, "IMG_0313.jpg")
        steps.attach(f"拍{meter}的表盘", dial, within=card)
    camera.take(page, "readings")
    steps.tap("保存底数")
    steps.at("核对")
    page.goto(f"{case}/check")
    camera.take(page, "check")
    steps.tap("核对无误，去签字")
    steps.at("请核对后签字")
    write_name(page)
    camera.take(page, "sign")
    steps.tap("确认签字")
    steps.at("请维修人员签字")
    page.wait_for_load_state("networkidle")
    write_name(page)
    steps.tap("确认签字")
    steps.at("入住")
    camera.take(page, "tasks")


def _defect(steps: Walk, room: str, item: str, wall: FilePayload, severity: str) -> None:
    line = steps.line(room, item)
    steps.mark(line, "不合格")
    line.locator("fieldset button").first.click()
    if severity != "一般":
        line.get_by_label("严重程度", exact=True).select_option(label=severity)
    line.locator("input[type=file]").first.set_input_files([wall])
    steps.tap("保存说明和照片", line)
    line.locator("figure.photo a").wait_for()


def put_right(camera: Camera, office: Office, case: str) -> None:
    """M-12 to M-19: dispatched, repaired, rechecked; looked at again; filed."""
    receptionist = office.page("receptionist")
    receptionist.goto(f"{case}/rounds")
    orders = [row.get_attribute("href") or "" for row in receptionist.locator("#orders a.row").all()]
    camera.later(20)
    for order in orders:
        dispatcher = Screen(office.page("dispatcher"))
        dispatcher.page.goto(order)
        dispatcher.choose("周志强")
        _act(dispatcher.page, "已派")
    camera.later(90)
    for number, order in enumerate(orders):
        repairer = Screen(office.page("repairer"))
        repairer.page.goto(order)
        _act(repairer.page, "已接单")
        _act(repairer.page, "已记下到场时间")
        repairer.write("维修内容", "剔除空鼓，挂网重抹，已收光")
        after = photo(pictures.wall(Random(11)).data, "IMG_0320.jpg")
        repairer.page.locator("#photos").set_input_files([after])
        if number == 0:
            camera.take(repairer.page, "repair", PHONE, within="#act")
        _act(repairer.page, "已完工")
        supervisor = Screen(office.page("repair-supervisor"))
        supervisor.page.goto(order)
        supervisor.choose("合格")
        _act(supervisor.page, "已记下复检结果")
    look_again(camera, receptionist, case)


def look_again(camera: Camera, receptionist: Page, case: str) -> None:
    """M-15 to M-19: the second acceptance, and the file."""
    desk_again = Screen(receptionist)
    receptionist.goto(f"{case}/rounds")
    desk_again.choose("电话")
    desk_again.write("再次验收时间", "2026-03-05T17:30")
    desk_again.tap("约好了")
    desk_again.says("已约好")
    camera.take(receptionist, "rounds")
    desk_again.tap("开始第 2 轮")
    again = receptionist.locator("form.item[id^=found]")
    again.first.wait_for()
    for line in range(again.count()):
        again.nth(line).get_by_role("button", name="合格", exact=True).click()
        receptionist.wait_for_load_state("networkidle")
        again.nth(line).locator("[aria-pressed=true]").wait_for()
    receptionist.locator('#pill[data-n="0"]').wait_for()  # what was tapped has been sent
    desk_again.tap("去核对")
    desk_again.tap("核对无误，去签字")
    for heading in ("请核对后签字", "请维修人员签字"):
        desk_again.at(heading)
        receptionist.wait_for_load_state("networkidle")
        write_name(receptionist)
        desk_again.tap("确认签字")
        desk_again.says("已签字")
    receptionist.goto(f"{case}/filing")
    camera.take(receptionist, "filing")


def _act(page: Page, said: str) -> None:
    """Press the blue button of a work order."""
    page.locator("#dock .primary").click()
    page.locator("#flash", has_text=said).wait_for()


def the_day_of_repairs(camera: Camera, office: Office) -> None:
    """What stands open at repairs that morning: the board, a phone, the follow-ups, the month (R-6 to R-8)."""
    for who, address, name, size in (
        ("dispatcher", "/repairs/board", "board", LANDSCAPE),
        ("repairer", "/repairs/mine", "mine", PHONE),
        ("receptionist", "/repairs/follow-ups", "follow-ups", PHONE),
        ("manager", "/repairs/reports/2026-02", "report", LANDSCAPE),
    ):
        page = office.page(who)
        page.goto(address)
        camera.take(page, name, size)


def the_complaints(camera: Camera, office: Office) -> None:
    """A complaint as it is taken down, one with its clocks, and all clocks that run (P-4, P-14 to P-21)."""
    for who, address, name, size in (
        ("guard", "/complaints/new?part=common", "complaint-new", PHONE),
        ("manager", "/complaints/6", "complaint", LANDSCAPE),
        ("manager", "/complaints/clocks", "clocks", LANDSCAPE),
    ):
        page = office.page(who)
        page.goto(address)
        camera.take(page, name, size)


def bring_the_roll(camera: Camera, page: Page) -> None:
    """A new estate, and what its workbook would bring."""
    screen = Screen(page)
    page.goto("/estate/new")
    screen.write("小区代码", "HY-2")
    screen.write("小区名称", "某某花园")
    screen.tap("建立小区")
    screen.says("现在就在这个小区办理")
    page.goto("/estate/import")
    page.locator("input[type=file]").first.set_input_files(ROLL)
    screen.tap("上传并预览")
    page.get_by_role("heading", name="不能导入的行").wait_for()
    camera.take(page, "import", LANDSCAPE)


def main() -> None:
    """``python -m tools.docs_images [FOLDER]``; exits 1 when a picture is too large for a page of words."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs_images", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "docs" / "images")
    parser.add_argument("--homes", type=int, default=HOMES)
    options = parser.parse_args()
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    chromium = machine.chromium()
    if chromium is None:
        sys.exit("there is no Chromium here")
    chinese: dict[str, str | float | bool] = {
        **os.environ,
        "LANGUAGE": "zh_CN",
        "LANG": "zh_CN.UTF-8",
        "LC_ALL": "zh_CN.UTF-8",
    }
    camera = Camera(folder)
    with (
        tempfile.TemporaryDirectory(prefix="pmweb-images-") as scratch,
        served(Path(scratch), options.homes) as (server, label),
        sync_playwright() as playwright,
        camera.passing,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--lang=zh-CN"], env=chinese
        )
        camera.later(0)
        office = Office(browser, server)
        manager = office.page("manager")
        manager.goto("/")
        camera.take(manager, "today", LANDSCAPE)
        the_day_of_repairs(camera, office)
        the_complaints(camera, office)
        case = desk(camera, office.page("receptionist"), label)
        walk(camera, office.page("repairer"), case)
        put_right(camera, office, case)
        bring_the_roll(camera, office.page("admin"))
        browser.close()
    large = [path.name for path in camera.taken if path.stat().st_size > LARGEST]
    if large:
        sys.exit(f"larger than {LARGEST // 1024} KB: {', '.join(large)}")


if __name__ == "__main__":
    main()
