"""What else goes wrong between a tablet and the office (offline.md): each once, in real Chromium."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import func, select

from pmweb import clock
from pmweb.blueprints.movein.models import AcceptanceItem, MoveIn
from pmweb.blueprints.movein.operations import voiding
from pmweb.extensions import db, unit
from pmweb.models.files import Attachment
from pmweb.models.session_rules import Actor
from pmweb.models.submissions import Submission
from tests.browser.cases import a_case_at_the_walk, a_case_to_sign, a_checked_case
from tests.browser.conftest import Room
from tests.browser.movein_screens import Signature
from tests.browser.screens import photo
from tests.browser.tablet import Tablet, line
from tests.pictures import phone_photo

FULL = "() => { IDBObjectStore.prototype.add = () => { throw new DOMException('', 'QuotaExceededError'); }; }"
SENT = """async () => {
  const send = window.fetch;
  window.sent = [];
  window.fetch = async (url, options) => {
    for (const value of options?.body instanceof FormData ? options.body.values() : []) {
      if (!(value instanceof File)) continue;
      const sum = await crypto.subtle.digest("SHA-256", await value.arrayBuffer());
      window.sent.push([...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, "0")).join(""));
    }
    return send(url, options);
  };
}"""


def photos_of(room: Room, items: list[int]) -> int:
    """So many photos the office has of these lines."""
    with room.server.office():
        query = (
            select(func.count())
            .select_from(Attachment)
            .where(Attachment.subject_kind == AcceptanceItem.__tablename__, Attachment.subject_id.in_(items))
        )
        return unit().scalar(query) or 0


def test_forty_photos_arrive_each_once(room: Room) -> None:
    """Words first, then one photo after another."""
    tablet = Tablet(room)
    tablet.signal(False)
    for position in range(1, 5):
        tablet.tap(position, "不合格")
        form = tablet.page.locator(".item").nth(position - 1)
        form.locator("input[type=file][multiple]").set_input_files([photo() for _ in range(10)])
    tablet.until(lambda: tablet.page.locator("#pill").get_attribute("data-n") == "48", seconds=60)
    tablet.signal(True)
    tablet.until(lambda: tablet.page.locator("#pill").get_attribute("data-n") == "0", seconds=90)
    assert photos_of(room, [line(room.server, tablet.case, n)[0] for n in range(1, 5)]) == 40
    assert tablet.arrived()[8:] == ["photos"] * 40


def test_a_photo_of_400_kilobytes_leaves_the_device_as_it_was_kept(room: Room) -> None:
    """Not one byte is lost between the database of the browser and what is sent."""
    tablet = Tablet(room)
    tablet.page.evaluate(
        "async () => { await pmweb.outbox.part('photo'); pmweb.photo = async (file) => file; }"
    )
    tablet.page.evaluate(SENT)
    original = phone_photo((3000, 2200), noise=True)
    assert len(original) > 400_000
    tablet.tap(1, "不合格")
    form = tablet.page.locator(".item").first
    form.locator("input[type=file]").first.set_input_files(
        {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": original}
    )
    item = line(room.server, tablet.case, 1)[0]
    tablet.until(lambda: photos_of(room, [item]) == 1, seconds=90)
    assert tablet.page.evaluate("window.sent") == [hashlib.sha256(original).hexdigest()]


@pytest.mark.parametrize("days", [-400, -1, 3])
def test_the_clock_of_the_device_is_taken_with_a_grain_of_salt(room: Room, days: int) -> None:
    """What it says is clamped to [received − 30 days, received]."""
    tablet = Tablet(room)
    tablet.signal(False)
    tablet.tap(1)
    tablet.waits(1)
    tablet.page.evaluate(
        "async (days) => { const [one] = await pmweb.outbox.mine();"
        " await pmweb.store.change(one, { at: new Date(Date.now() + days * 864e5).toISOString() }); }",
        days,
    )
    tablet.signal(True)
    tablet.until(lambda: tablet.results()[0] == "ok")
    with room.server.office():
        newest = (
            select(Submission.captured_at, Submission.received_at).order_by(Submission.id.desc()).limit(1)
        )
        captured, received = unit().execute(newest).one()
    said = timedelta(days=min(0, max(-30, days)))
    assert abs(captured - received - said) < timedelta(minutes=1)


def test_an_office_that_hangs_is_asked_again(room: Room) -> None:
    """15 seconds for words (one second of them here, and only for the first); the record stays meanwhile."""
    tablet = Tablet(room)
    tablet.page.evaluate(
        "() => { const timeout = AbortSignal.timeout; let first = true;"
        " AbortSignal.timeout = (ms) => {"
        " const short = first && ms === 15000; if (short) first = false;"
        " return timeout.call(AbortSignal, short ? 1000 : ms); }; }"
    )
    held: list[Route] = []

    def hang(route: Route) -> None:
        if route.request.method == "POST" and not held:
            held.append(route)
        else:
            route.continue_()

    tablet.page.route("**/items/*", hang)
    tablet.tap(1)
    tablet.until(lambda: len(held) == 1)
    tablet.waits(1)
    tablet.until(lambda: tablet.results()[0] == "ok")
    tablet.waits(0)
    assert len(tablet.arrived()) == 1


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_the_office_refuses_for_good_stays_to_be_seen(room: Room, status: int) -> None:
    """It holds nothing back that is not its parent, and is dropped by no program."""
    tablet = Tablet(room)
    room.watch_of(tablet.page).expect(status)
    refused = f"**/items/{line(room.server, tablet.case, 1)[0]}"

    def refuse(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        key = route.request.headers["idempotency-key"]
        route.fulfill(status=status, headers={"X-Key": key}, body='<div class="note bad"><b>不行</b></div>')

    tablet.page.route(refused, refuse)
    tablet.tap(1)
    tablet.tap(2)
    tablet.says("需处理 1")
    tablet.until(lambda: tablet.results()[:2] == ["not_tested", "ok"])
    tablet.page.goto("/offline")
    row = tablet.page.locator("#waiting > li")
    expect(row).to_contain_text("不行")
    expect(row).to_contain_text("合格")


def test_the_session_may_end_between_the_ping_and_the_sending(room: Room) -> None:
    """401, not a refusal: it stays, and the bar asks for the sign-in."""
    tablet = Tablet(room)
    room.watch_of(tablet.page).expect(401)
    context, ours = tablet.page.context, tablet.page.context.cookies()

    def forget(route: Route) -> None:
        if route.request.method == "POST":
            context.clear_cookies()
        route.continue_()

    tablet.page.wait_for_load_state("networkidle")  # an answer on its way would bring the cookie back
    tablet.page.route("**/items/*", forget)
    tablet.tap(1)
    tablet.says("请登录 · 待发送 1")
    assert tablet.results()[0] == "not_tested"
    tablet.page.unroute("**/items/*")
    context.add_cookies([{**cookie} for cookie in ours])  # type: ignore[typeddict-item]
    tablet.page.evaluate("pmweb.sender.flush()")
    tablet.until(lambda: tablet.results()[0] == "ok")


def test_a_case_that_was_voided_meanwhile_says_so(room: Room) -> None:
    """The parent is gone: what was tapped is shown as not accepted, and why."""
    tablet = Tablet(room)
    room.watch_of(tablet.page).expect(422)
    tablet.signal(False)
    tablet.tap(1)
    tablet.waits(1)
    with room.server.office(writes=True) as office:
        unit().info["actor"] = Actor.staff(office.member("receptionist").id, "林静")
        move_in = unit().scalars(select(MoveIn).where(MoveIn.id == tablet.case)).one()
        voiding.void(move_in, "录错了房号", at=clock.now())
        db.session.commit()
    tablet.signal(True)
    tablet.says("需处理 1")
    card = tablet.page.locator(".item").first.locator(".clash")
    expect(card).to_contain_text("已经归档或作废")
    tablet.page.wait_for_timeout(2000)  # answers are shown when the finger has rested
    expect(card).to_contain_text("已经归档或作废")


def test_a_new_version_waits_until_somebody_says_so(room: Room) -> None:
    """Never in the middle of a form: what is being typed stays."""
    tablet = Tablet(room)
    tablet.page.goto(f"/movein/{tablet.case}/readings")
    tablet.page.evaluate("navigator.serviceWorker.ready")
    tablet.page.reload()
    reading = tablet.page.locator("#meter-2 [name=electricity_reading]")
    reading.fill("1234.5")
    tablet.page.evaluate("() => { window.same = true; navigator.serviceWorker.register('/sw.js?next'); }")
    expect(tablet.page.locator(".flash")).to_contain_text("有新版本")
    expect(reading).to_have_value("1234.5")
    assert tablet.page.evaluate("window.same")
    room.watch_of(tablet.page).expect("dialog: beforeunload")
    with tablet.page.expect_navigation():
        tablet.page.get_by_role("button", name="现在更新").click()
    assert not tablet.page.evaluate("window.same")
    expect(reading).to_have_value("1234.5")


def test_a_full_device_without_signal_claims_nothing(room: Room) -> None:
    """已保存 is never shown falsely; the chosen photo stays in its form."""
    tablet = Tablet(room)
    tablet.tap(1, "不合格")
    tablet.until(lambda: tablet.results()[0] == "defect")
    tablet.waits(0)
    tablet.signal(False)
    tablet.page.evaluate(FULL)
    form = tablet.page.locator(".item").first
    form.locator("input[type=file]").first.set_input_files([photo()])
    expect(tablet.page.locator(".flash")).to_contain_text("这台设备存不下了")
    expect(form.get_by_text("未上传")).to_be_visible()


def test_an_answer_never_replaces_what_is_being_typed(room: Room) -> None:
    tablet = Tablet(room)
    tablet.tap(1, "不合格")
    note = tablet.page.locator(".item").first.get_by_label("说明", exact=True)
    note.press_sequentially("门扇下沿", delay=150)
    tablet.until(lambda: tablet.results()[0] == "defect")
    note.press_sequentially("划伤，长约三十厘米", delay=150)
    expect(note).to_have_value("门扇下沿划伤，长约三十厘米")
    tablet.until(lambda: line(room.server, tablet.case, 1)[1] == "门扇下沿划伤，长约三十厘米")


def test_what_waits_stands_in_its_form_after_a_reload(room: Room) -> None:
    """The meters, read without signal; the page came from what was taken along."""
    tablet = Tablet(room)
    tablet.page.goto(f"/movein/{tablet.case}/readings")
    reading = tablet.page.locator("#meter-1 [name=water_reading]")
    portal = "**/session/ping"
    tablet.page.route(portal, lambda route: route.abort())
    tablet.page.locator("#meter-1 [name=water_meter_no]").fill("W-1")
    reading.fill("0.35")
    tablet.page.get_by_role("button", name="保存底数").click()
    tablet.waits(1)
    tablet.page.reload()
    expect(reading).to_have_value("0.35")
    tablet.page.goto("/offline")
    expect(tablet.page.locator("#waiting > li")).to_contain_text("底数 0.35")


def test_a_refused_form_is_put_right_where_it_stands(room: Room) -> None:
    """422: corrected, it is sent under a new key, and the refused one is gone."""
    tablet = Tablet(room)
    room.watch_of(tablet.page).expect(422)
    tablet.page.goto(f"/movein/{tablet.case}/readings")
    portal = "**/session/ping"
    tablet.page.route(portal, lambda route: route.abort())
    tablet.page.locator("#meter-1 [name=water_reading]").fill("0.35")  # the number of the meter is missing
    tablet.page.get_by_role("button", name="保存底数").click()
    tablet.waits(1)
    tablet.page.unroute(portal)
    tablet.page.evaluate("pmweb.sender.flush()")
    tablet.says("需处理 1")
    expect(tablet.page.locator("#meters-form .clash, #errs").first).to_be_visible()
    tablet.page.locator("#meter-1 [name=water_meter_no]").fill("W-1")
    tablet.page.locator("#meter-1 [name=water_photo]").set_input_files([photo()])
    tablet.page.wait_for_timeout(500)  # a second tap within that would be a trembling finger
    tablet.page.get_by_role("button", name="保存底数").click()
    tablet.waits(0)


def test_a_tap_in_one_tab_is_shown_in_the_tab_that_made_it_though_another_sends_it(room: Room) -> None:
    tablet = Tablet(room)
    second = tablet.page.context.new_page()
    tablet.open(second)
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST" and not held:
            held.append(route)
        else:
            route.continue_()

    second.route("**/items/*", hold)
    tablet.tap(1, page=second)
    tablet.until(lambda: len(held) == 1)
    tablet.tap(2, "不合格")
    tablet.waits(2)
    held[0].continue_()
    tablet.waits(0)
    tablet.until(lambda: tablet.results()[:2] == ["ok", "defect"])
    version = tablet.page.locator(".item").nth(1).locator("[name=_version]")
    tablet.until(lambda: version.get_attribute("value") == "2")


def test_what_waits_once_is_not_changed_by_a_second_sending(room: Room) -> None:
    """The page of a beginning makes one sheet; a later thought is said not to be kept, and stays in the form."""
    case = a_checked_case(room.server)
    tablet = Tablet(room, case=a_case_at_the_walk(room.server))
    tablet.page.goto(f"/movein/{case}/acceptance/start")
    tablet.signal(False)
    begin = tablet.page.get_by_role("button", name="开始逐项查验")
    begin.click()
    tablet.waits(1)
    tablet.page.get_by_label("卧室", exact=True).fill("3")
    tablet.page.wait_for_timeout(600)
    begin.click()
    expect(tablet.page.locator(".flash")).to_contain_text("这次改的没有记下")
    tablet.waits(1)
    expect(tablet.page.get_by_label("卧室", exact=True)).to_have_value("3")


def test_taking_one_matter_along_leaves_the_page_of_the_outbox(room: Room) -> None:
    """What opens where nothing else does."""
    tablet = Tablet(room)
    tablet.page.goto(f"/movein/{tablet.case}")
    tablet.page.evaluate("navigator.serviceWorker.ready")
    tablet.until(lambda: tablet.page.evaluate("caches.match('/offline').then(Boolean)"))
    tablet.page.get_by_role("button", name="带上离线包").click()
    expect(tablet.page.locator("[data-pack]")).to_contain_text("份已可离线")
    assert tablet.page.evaluate("caches.match('/offline').then(Boolean)")


OLD = {
    "no database": "Object.defineProperty(window, 'indexedDB', { value: undefined });",
    "no worker": "delete Navigator.prototype.serviceWorker; delete window.caches;",
    "insecure address": "delete Navigator.prototype.serviceWorker; delete window.caches;"
    " delete Navigator.prototype.locks; delete Crypto.prototype.randomUUID; delete AbortSignal.timeout;",
}


@pytest.mark.parametrize("lacks", OLD)
def test_a_poor_browser_does_its_work_with_signal(room: Room, lacks: str) -> None:
    """The sheet, the meters and the signature go as in one that has it all; nothing is promised that it has not."""
    page = room.device("repairer")
    page.add_init_script(OLD[lacks])
    case = a_case_at_the_walk(room.server)
    page.goto(f"/movein/{case}/acceptance")
    form = page.locator(".item").first
    form.get_by_role("button", name="不合格", exact=True).click()
    form.get_by_label("说明", exact=True).fill("门扇划伤")
    form.locator("input[type=file]").first.set_input_files([photo()])
    form.get_by_role("button", name="保存说明和照片").click()
    expect(form.locator("figure.photo a")).to_have_count(1)
    item, note, _version = line(room.server, case, 1)
    assert (note, photos_of(room, [item])) == ("门扇划伤", 1)
    page.goto(f"/movein/{case}/readings")
    for position, name in enumerate(("water", "electricity", "gas"), 1):
        meter = page.locator(f"#meter-{position}")
        meter.locator(f"[name={name}_meter_no]").fill("1")
        meter.locator(f"[name={name}_reading]").fill("0")
        meter.locator(f"[name={name}_photo]").set_input_files([photo()])
    with page.expect_navigation():
        page.get_by_role("button", name="保存底数").click()
    page.goto(f"/movein/{a_case_to_sign(room.server)}/sign")
    Signature(page).sign()
    page.goto("/")
    box = page.locator("[data-pack]")
    if lacks == "no database":
        expect(box).to_be_hidden()
    else:
        expect(box).to_contain_text("离线不可用")


def test_a_token_that_was_renewed_meanwhile_costs_one_more_question(room: Room) -> None:
    """CSRF 400: the ping is asked again, and the same record goes once."""
    tablet = Tablet(room)
    room.watch_of(tablet.page).expect(400)
    old: list[str] = []

    def age(route: Route) -> None:
        if route.request.method == "POST" and not old:
            old.append(route.request.headers["idempotency-key"])
            route.continue_(headers={**route.request.headers, "x-csrftoken": "that of a session before"})
        else:
            route.continue_()

    tablet.page.route("**/items/*", age)
    tablet.tap(1)
    tablet.until(lambda: tablet.results()[0] == "ok")
    tablet.waits(0)
    assert (len(old), len(tablet.arrived())) == (1, 1)
