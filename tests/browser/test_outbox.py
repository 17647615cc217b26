"""Nothing is lost in the basement: what is tapped without signal arrives once, in order, under the right name."""

from __future__ import annotations

import time

from playwright.sync_api import Route, expect
from sqlalchemy import func, select

from pmweb.blueprints.movein.models import AcceptanceItem
from pmweb.extensions import unit
from pmweb.models.files import Attachment
from pmweb.models.submissions import Submission
from tests.browser.conftest import Room, sign_in
from tests.browser.screens import photo
from tests.browser.tablet import Tablet, line, mark_elsewhere, seen_by


def test_a_tap_with_signal_is_sent_at_once(room: Room) -> None:
    tablet = Tablet(room)
    tablet.tap(1)
    tablet.waits(0)
    tablet.says("已全部保存")
    tablet.until(lambda: tablet.results()[0] == "ok")
    assert len(tablet.arrived()) == 1


def test_three_taps_without_signal_arrive_in_order(room: Room) -> None:
    """Shown and counted at once; the answer of the server changes nothing of it."""
    tablet = Tablet(room)
    tablet.signal(False)
    for position, word in ((3, "合格"), (1, "不合格"), (2, "无此项")):
        tablet.tap(position, word)
    tablet.waits(3)
    tablet.says("离线 · 待发送 3")
    expect(tablet.page.locator("#progress")).to_contain_text("已检 3/")
    expect(tablet.page.locator("#progress")).to_contain_text("不合格 1")
    assert tablet.arrived() == []
    tablet.signal(True)
    tablet.waits(0)
    ids = [str(line(room.server, tablet.case, position)[0]) for position in (3, 1, 2)]
    assert tablet.arrived() == ids
    assert tablet.results()[:3] == ["defect", "not_applicable", "ok"]
    expect(tablet.page.locator("#progress")).to_contain_text("已检 3/")


def test_three_changes_of_one_line_are_no_conflict(room: Room) -> None:
    tablet = Tablet(room)
    tablet.signal(False)
    for word in ("合格", "不合格", "无此项"):
        tablet.tap(1, word)
    tablet.waits(3)
    tablet.signal(True)
    tablet.waits(0)
    assert tablet.results()[0] == "not_applicable"
    assert len(tablet.arrived()) == 3


def test_a_defect_with_words_and_a_photo_is_taken_without_signal(room: Room) -> None:
    """Words first, the photo after them; both are there in the end (M-9, M-11)."""
    tablet = Tablet(room)
    tablet.signal(False)
    tablet.tap(1, "不合格")
    form = tablet.page.locator(".item").first
    form.get_by_label("说明", exact=True).fill("门扇划伤")
    form.locator("input[type=file]").first.set_input_files([photo()])
    expect(form.get_by_text("待发送").first).to_be_visible()
    tablet.waits(3)
    tablet.signal(True)
    tablet.waits(0)
    item_id, note, _version = line(room.server, tablet.case, 1)
    assert note == "门扇划伤"
    assert tablet.arrived()[-1] == "photos"
    with room.server.office():
        taken = (
            select(func.count())
            .select_from(Attachment)
            .where(Attachment.subject_kind == AcceptanceItem.__tablename__, Attachment.subject_id == item_id)
        )
        assert unit().scalar(taken) == 1
    expect(form.get_by_text("已上传")).to_be_visible()


def test_a_lost_answer_has_one_effect(room: Room) -> None:
    """The server had kept it; the device sends the same key again."""
    tablet = Tablet(room)
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST" or lost:
            route.continue_()
            return
        lost.append(route.request.url)
        route.fetch()
        route.abort()

    tablet.page.route("**/items/*", lose)
    tablet.tap(1)
    tablet.until(lambda: len(lost) == 1)
    tablet.waits(0)
    _id, _note, version = line(room.server, tablet.case, 1)
    assert (len(tablet.arrived()), version) == (1, 2)


def test_a_fault_of_the_server_drops_nothing(room: Room) -> None:
    tablet = Tablet(room)
    room.watch_of(tablet.page).expect(500)
    faults: list[int] = []

    def fail(route: Route) -> None:
        if route.request.method == "POST" and len(faults) < 2:
            faults.append(1)
            route.fulfill(status=500, body="")
        else:
            route.continue_()

    tablet.page.route("**/items/*", fail)
    tablet.tap(1)
    tablet.until(lambda: len(faults) == 2)
    tablet.waits(0)
    assert tablet.results()[0] == "ok"


def test_the_page_of_a_captive_portal_is_no_signal(room: Room) -> None:
    """It answers 200 to everything; nothing is sent there."""
    tablet = Tablet(room)
    portal = "**/session/ping"
    tablet.page.route(portal, lambda route: route.fulfill(status=200, body="<h1>Wi-Fi</h1>"))
    tablet.tap(1)
    tablet.says("离线 · 待发送 1")
    assert tablet.arrived() == []
    tablet.page.unroute(portal)
    tablet.waits(0)
    assert tablet.results()[0] == "ok"


def test_an_ended_session_keeps_it_until_the_same_person_signs_in(room: Room) -> None:
    tablet = Tablet(room)
    tablet.tap_before_the_session_ends()
    tablet.says("请登录")
    assert tablet.arrived() == []
    sign_in(tablet.page, "repairer")
    tablet.waits(0)
    assert seen_by(room.server, tablet.case) == {"repairer"}


def test_nothing_is_sent_under_the_name_of_another(room: Room) -> None:
    """Two people on one tablet: it stays until the first one signs in again."""
    tablet = Tablet(room)
    tablet.tap_before_the_session_ends()
    sign_in(tablet.page, "repair-supervisor")
    tablet.open()
    tablet.waits(0)  # of hers
    tablet.page.goto("/offline")
    expect(tablet.page.locator("#others")).to_contain_text("另有 1 条是别的同事记下的")
    assert tablet.results()[0] == "not_tested"
    tablet.page.context.clear_cookies()
    sign_in(tablet.page, "repairer")
    tablet.until(lambda: tablet.results()[0] == "ok")
    assert seen_by(room.server, tablet.case) == {"repairer"}


def test_a_conflict_is_shown_while_other_lines_go_on(room: Room) -> None:
    """Promise 6: what a colleague has done is never overwritten, and never swapped over the form."""
    tablet = Tablet(room)
    room.watch_of(tablet.page).expect(409)
    tablet.signal(False)
    tablet.tap(1, "不合格")
    tablet.tap(2)
    tablet.waits(2)
    mark_elsewhere(room, tablet.case, 1, "无此项")
    tablet.signal(True)
    tablet.says("需处理 1")
    card = tablet.page.locator(".item").first.locator(".clash")
    expect(card).to_contain_text("现在是：无此项")
    tablet.until(lambda: tablet.results()[:2] == ["not_applicable", "ok"])
    card.get_by_role("button", name="保留我的").click()
    tablet.waits(0)
    assert tablet.results()[0] == "defect"


def test_giving_in_shows_what_the_colleague_did(room: Room) -> None:
    tablet = Tablet(room)
    room.watch_of(tablet.page).expect(409)
    tablet.signal(False)
    tablet.tap(1, "不合格")
    mark_elsewhere(room, tablet.case, 1, "无此项")
    tablet.signal(True)
    tablet.page.locator(".clash").get_by_role("button", name="不要我的").click()
    tablet.waits(0)
    expect(tablet.page.locator(".item").first.locator("[aria-pressed=true]")).to_have_text("无此项")
    assert tablet.results()[0] == "not_applicable"


def test_two_tabs_send_each_of_it_once(room: Room) -> None:
    tablet = Tablet(room)
    second = tablet.page.context.new_page()
    tablet.open(second)
    tablet.signal(False)
    for position in range(1, 9):
        tablet.tap(position)
    tablet.waits(8)
    tablet.signal(True)
    second.evaluate("pmweb.sender.flush()")
    tablet.waits(0)
    tablet.waits(0, second)
    assert len(tablet.arrived()) == 8


def test_a_closed_tab_loses_nothing(room: Room) -> None:
    """In the middle of the sending; the next page goes on."""
    tablet = Tablet(room)

    def slowly(route: Route) -> None:
        time.sleep(0.5)
        route.continue_()

    tablet.page.route("**/items/*", slowly)
    tablet.tap(1)
    tablet.tap(2)
    tablet.page.locator("#pill[data-n='2'], #pill[data-n='1']").wait_for()
    context = tablet.page.context
    tablet.page.close()
    tablet.page = context.new_page()
    tablet.open()
    tablet.waits(0)
    assert tablet.results()[:2] == ["ok", "ok"]
    assert len(tablet.arrived()) == 2


def test_a_database_that_was_taken_away_is_opened_again(room: Room) -> None:
    """As iOS does with a tab in the background."""
    tablet = Tablet(room)
    tablet.page.evaluate(
        "() => { const whole = IDBDatabase.prototype.transaction;"
        " IDBDatabase.prototype.transaction = function () {"
        " IDBDatabase.prototype.transaction = whole; throw new DOMException('', 'InvalidStateError'); }; }"
    )
    tablet.tap(1)
    tablet.until(lambda: tablet.results()[0] == "ok")
    tablet.waits(0)


def test_a_full_device_sends_it_plainly(room: Room) -> None:
    """No room to write it down: it goes to the server as from a page without the outbox, or not at all."""
    tablet = Tablet(room)
    tablet.page.evaluate(
        "() => { IDBObjectStore.prototype.add = () => { throw new DOMException('', 'QuotaExceededError'); }; }"
    )
    tablet.tap(1)
    tablet.until(lambda: tablet.results()[0] == "ok")


def _take_along(tablet: Tablet) -> None:
    page = tablet.page
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready")
    page.get_by_role("button", name="带上离线包").click()
    expect(page.locator("[data-pack]")).to_contain_text("份已可离线")


def _in_the_package(tablet: Tablet) -> None:
    """The page of this sheet, beside what 今日 brings along."""
    _take_along(tablet)
    tablet.page.evaluate(
        "async (url) => (await caches.open('pages-' + pmweb.me)).put(url, await fetch(url))",
        f"/movein/{tablet.case}/acceptance",
    )


def test_a_page_that_was_taken_along_opens_without_a_server(room: Room) -> None:
    """What was tapped there is still shown after the page was opened again, and sent later."""
    tablet = Tablet(room)
    _in_the_package(tablet)
    room.server.stop()
    try:
        tablet.open()
        tablet.tap(4, "不合格")
        tablet.page.locator(".item").nth(3).get_by_label("说明", exact=True).fill("漆面划痕")
        tablet.waits(2)
        tablet.open()
        form = tablet.page.locator(".item").nth(3)
        expect(form.locator("[aria-pressed=true]").first).to_have_text("不合格")
        expect(form.get_by_label("说明", exact=True)).to_have_value("漆面划痕")
        expect(tablet.page.locator("#progress")).to_contain_text("不合格 1")
        tablet.page.goto("/estate/")
        expect(tablet.page.locator("h1")).to_have_text("待发送")
    finally:
        room.server.start()
    tablet.page.goto(f"/movein/{tablet.case}/acceptance")
    tablet.waits(0)
    assert line(room.server, tablet.case, 4)[1] == "漆面划痕"


def test_signing_out_takes_the_pages_away(room: Room) -> None:
    tablet = Tablet(room)
    _in_the_package(tablet)
    tablet.page.get_by_role("button", name="退出").click()
    tablet.page.wait_for_url("**/login*")
    kept = tablet.page.evaluate("caches.keys()")
    assert [name for name in kept if name.startswith("pages-")] == []


def test_signing_out_with_something_unsent_asks_what_becomes_of_it(room: Room) -> None:
    tablet = Tablet(room)
    tablet.page.goto("/")
    tablet.page.evaluate("navigator.serviceWorker.ready")
    tablet.open()
    portal = "**/session/ping"
    tablet.page.route(portal, lambda route: route.abort())
    tablet.tap(1)
    tablet.waits(1)
    tablet.page.goto("/offline")
    tablet.page.get_by_role("button", name="退出").click()
    dialog = tablet.page.get_by_role("dialog")
    expect(dialog).to_contain_text("还有 1 条没有发送")
    dialog.get_by_role("button", name="先发送").click()
    expect(dialog).to_have_count(0)
    tablet.page.get_by_role("button", name="退出").click()
    dialog.get_by_role("button", name="保留并退出").click()
    tablet.page.wait_for_url("**/login*")
    tablet.page.unroute(portal)
    sign_in(tablet.page, "repairer")
    tablet.until(lambda: tablet.results()[0] == "ok")


def test_no_post_goes_through_the_worker(room: Room) -> None:
    """WebKit has sent empty bodies for POSTs that a worker took."""
    tablet = Tablet(room)
    tablet.page.evaluate("navigator.serviceWorker.ready")
    tablet.open()
    taken: list[bool] = []
    tablet.page.on(
        "response",
        lambda answer: taken.append(answer.from_service_worker) if answer.request.method == "POST" else None,
    )
    tablet.tap(1)
    tablet.waits(0)
    tablet.until(lambda: bool(taken))
    assert taken == [False]


def test_what_waits_can_be_given_up_or_carried_out_by_hand(room: Room) -> None:
    """The page of the outbox: the last rescue is a file with everything in it."""
    tablet = Tablet(room)
    portal = "**/session/ping"
    tablet.page.route(portal, lambda route: route.abort())
    tablet.tap(1)
    tablet.tap(2)
    tablet.waits(2)
    tablet.page.goto("/offline")
    rows = tablet.page.locator("#waiting > li")
    expect(rows).to_have_count(2)
    with tablet.page.expect_download() as saved:
        tablet.page.get_by_role("button", name="导出备份").click()
    assert saved.value.suggested_filename.endswith(".json")
    assert f"/movein/{tablet.case}/items/" in saved.value.path().read_text(encoding="utf-8")
    room.watch_of(tablet.page).expect("dialog: confirm")
    rows.first.get_by_role("button", name="放弃").click()
    expect(rows).to_have_count(1)
    tablet.page.unroute(portal)
    tablet.page.locator("#send").dispatch_event("click")  # it may have gone out by itself a moment ago
    expect(tablet.page.get_by_text("没有待发送的内容")).to_be_visible()
    assert tablet.results()[:2] == ["not_tested", "ok"]


def test_what_was_typed_and_not_captured_is_there_after_a_reload(room: Room) -> None:
    """A reading that was half written down when the tablet ran out of power."""
    tablet = Tablet(room)
    tablet.page.goto(f"/movein/{tablet.case}/readings")
    meter = tablet.page.locator("#meter-2")
    meter.locator("[name=electricity_reading]").fill("1234.5")
    room.watch_of(tablet.page).expect("dialog: beforeunload")
    tablet.page.reload()
    expect(meter.locator("[name=electricity_reading]")).to_have_value("1234.5")


def test_the_check_waits_for_a_line_in_conflict(room: Room) -> None:
    """The parent lane goes only when nothing of its children is open (M-9)."""
    tablet = Tablet(room)
    room.watch_of(tablet.page).expect(409, 422)
    tablet.signal(False)
    tablet.tap(1, "不合格")
    mark_elsewhere(room, tablet.case, 1, "无此项")
    tablet.write_down(f"/movein/{tablet.case}/check", f"movein/{tablet.case}")
    tablet.signal(True)
    tablet.says("需处理 1")
    tablet.waits(2)
    tablet.page.locator(".clash").get_by_role("button", name="不要我的").click()
    tablet.says("需处理 1")  # the check is refused now, for nothing is complete: it has been sent
    tablet.waits(1)


def test_what_is_old_is_said(room: Room) -> None:
    tablet = Tablet(room)
    tablet.page.route("**/session/ping", lambda route: route.abort())
    tablet.tap(1)
    tablet.waits(1)
    tablet.page.evaluate(
        "async () => { const [one] = await pmweb.outbox.mine();"
        " await pmweb.store.change(one, { at: new Date(Date.now() - 25 * 3600e3).toISOString() }); }"
    )
    tablet.open()
    expect(tablet.page.locator(".flash")).to_contain_text("有内容一天多没有发送")


def test_a_key_with_another_body_is_refused_and_shown(room: Room) -> None:
    """422: it stays, to be put right or given up."""
    tablet = Tablet(room)
    room.watch_of(tablet.page).expect(422)
    tablet.tap(1)
    tablet.until(lambda: tablet.results()[0] == "ok")
    tablet.waits(0)
    with room.server.office():
        key = unit().scalar(select(Submission.key).order_by(Submission.id.desc()).limit(1))
    url = f"/movein/{tablet.case}/items/{line(room.server, tablet.case, 1)[0]}"
    tablet.write_down(url, url[1:], ["mark", "defect"], key=key)
    tablet.page.evaluate("pmweb.sender.flush()")
    tablet.says("需处理 1")
    assert tablet.results()[0] == "ok"
