"""The owner signs where there is no signal: once, on what was shown, after everything below it (SIG-2, M-9, M-18)."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from sqlalchemy import select

from pmweb.extensions import unit
from pmweb.models.signatures import Signature, SignerSide
from tests.browser.cases import a_case_to_sign
from tests.browser.conftest import Room
from tests.browser.movein_screens import Signature as Pad
from tests.browser.office_server import OfficeServer
from tests.browser.tablet import Tablet, line


class SignPage(Tablet):
    """The tablet in the owner's hands."""

    def __init__(self, room: Room) -> None:
        super().__init__(room, case=a_case_to_sign(room.server))

    def open(self, page: Page | None = None) -> None:
        (page or self.page).goto(f"/movein/{self.case}/sign")
        expect((page or self.page).locator("#pill")).to_be_visible()

    def write(self) -> None:
        Pad(self.page).draw_on_pad()

    def confirm(self) -> None:
        self.page.get_by_role("button", name="确认签字").click()

    def decline(self) -> None:
        """The owner refuses before a witness."""
        Pad(self.page).unfold("业主拒签，写明原因")
        self.page.get_by_label("拒签原因").fill("渗水没有修")
        self.page.get_by_label("在场见证人").fill("周工")
        self.page.get_by_role("button", name="记为拒签").click()

    def heading(self, words: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)


def signatures(server: OfficeServer, case: int) -> list[Signature]:
    """What the owner has signed."""
    with server.office():
        query = select(Signature).where(
            Signature.subject_kind == "move_in",
            Signature.subject_id == case,
            Signature.side == SignerSide.RESIDENT,
        )
        return list(unit().scalars(query))


def test_a_signature_without_signal_is_sent_once_and_at_its_time(room: Room) -> None:
    """It waits on the tablet, which can be given back meanwhile; the office signs next."""
    tablet = SignPage(room)
    tablet.signal(False)
    tablet.write()
    tablet.confirm()
    expect(tablet.page.locator("#signed")).to_contain_text("已签字")
    expect(tablet.page.locator("[data-sign]")).to_be_hidden()
    tablet.waits(1)
    assert signatures(room.server, tablet.case) == []
    tablet.signal(True)
    tablet.heading("请维修人员签字")
    expect(tablet.page.locator("#flash")).to_contain_text("已签字。请收回平板")
    tablet.waits(0)
    signed = signatures(room.server, tablet.case)
    assert {row.paper for row in signed} == {"acceptance_sheet", "meter_readings"}
    assert len({row.act for row in signed}) == 1


def test_the_pad_and_the_page_are_there_again_after_a_reload_without_signal(room: Room) -> None:
    tablet = SignPage(room)
    tablet.page.evaluate("navigator.serviceWorker.ready")
    tablet.until(lambda: tablet.page.evaluate("caches.match(location.href).then(Boolean)"))
    tablet.write()
    room.server.stop()
    try:
        tablet.page.reload()
        expect(tablet.page.locator(".pad")).to_have_attribute("aria-label", "签名区，已有笔迹")
        tablet.confirm()
        tablet.waits(1)
        tablet.page.reload()
        expect(tablet.page.locator("#signed")).to_be_visible()
        expect(tablet.page.locator("[data-sign]")).to_be_hidden()
    finally:
        room.server.start()
    tablet.page.reload()
    tablet.waits(0)
    assert len(signatures(room.server, tablet.case)) == 2


def test_an_owner_is_shown_what_changed_before_signing_anew(room: Room) -> None:
    """409: somebody has changed a line meanwhile; nothing was signed unseen."""
    tablet = SignPage(room)
    room.watch_of(tablet.page).expect(409)
    tablet.signal(False)
    tablet.write()
    tablet.confirm()
    tablet.waits(1)
    other = Tablet(room, "repair-supervisor", tablet.case)
    other.tap(2, "无此项")
    other.until(lambda: other.results()[1] == "not_applicable")
    other.page.goto(f"/movein/{tablet.case}/check")
    other.page.get_by_role("button", name="核对无误，去签字").click()
    expect(other.page.get_by_role("heading", level=1)).to_have_text("请核对后签字")
    tablet.signal(True)
    card = tablet.page.locator(".clash")
    expect(card).to_contain_text("第 2 项")
    expect(card).to_contain_text("现在是 无此项")
    expect(card.get_by_role("button", name="保留我的")).to_be_hidden()
    assert signatures(room.server, tablet.case) == []
    card.get_by_role("button", name="重新签字").click()
    expect(tablet.page.locator(".pad")).to_have_attribute("aria-label", "签名区，还没有笔迹")
    tablet.write()
    tablet.confirm()
    tablet.heading("请维修人员签字")
    assert len(signatures(room.server, tablet.case)) == 2


def test_a_signature_waits_for_a_line_in_conflict(room: Room) -> None:
    """The parent lane goes only when nothing of its children is open."""
    tablet = SignPage(room)
    room.watch_of(tablet.page).expect(409)
    tablet.signal(False)
    item = f"movein/{tablet.case}/items/{line(room.server, tablet.case, 1)[0]}"
    tablet.write_down(f"/{item}", item, ["mark", "defect"], ["_version", "1"])
    tablet.write()
    tablet.confirm()
    tablet.waits(2)
    tablet.signal(True)
    tablet.says("需处理 1")
    tablet.waits(2)
    assert signatures(room.server, tablet.case) == []
    tablet.page.evaluate(
        "async () => { await pmweb.store.drop((await pmweb.store.all())[0]); pmweb.sender.flush(); }"
    )
    tablet.heading("请维修人员签字")
    assert len(signatures(room.server, tablet.case)) == 2


def test_a_double_tap_signs_once(room: Room) -> None:
    """The page makes one record, whatever the finger does."""
    tablet = SignPage(room)
    tablet.signal(False)
    tablet.write()
    button = tablet.page.get_by_role("button", name="确认签字")
    button.evaluate("(button) => { button.click(); setTimeout(() => button.click(), 700); }")
    tablet.page.wait_for_timeout(1000)
    tablet.waits(1)
    tablet.signal(True)
    tablet.heading("请维修人员签字")
    assert len(signatures(room.server, tablet.case)) == 2


def test_a_refusal_is_written_down_and_can_be_signed_after_all(room: Room) -> None:
    """SIG-4: the reason and who was there; later, on the address that asks for what was refused, too."""
    tablet = SignPage(room)
    tablet.decline()
    expect(tablet.page.get_by_role("heading", level=1)).not_to_have_text("请核对后签字")
    refused = signatures(room.server, tablet.case)
    assert {(row.method, row.reason) for row in refused} == {("refused", "渗水没有修")}
    tablet.page.goto(f"/movein/{tablet.case}/sign?after_all=1")
    tablet.write()
    tablet.confirm()
    tablet.until(lambda: len(signatures(room.server, tablet.case)) == len(refused) + 1)
    tablet.waits(0)


def test_a_refusal_that_was_not_taken_says_so_and_leaves_the_way_open(room: Room) -> None:
    tablet = SignPage(room)
    room.watch_of(tablet.page).expect(409)
    tablet.signal(False)
    tablet.decline()
    expect(tablet.page.locator("#declined")).to_contain_text("拒签已记下")
    expect(tablet.page.locator("#signed")).to_be_hidden()
    other = Tablet(room, "repair-supervisor", tablet.case)
    other.tap(2, "无此项")
    other.until(lambda: other.results()[1] == "not_applicable")
    tablet.signal(True)
    card = tablet.page.locator("#refusal .clash")
    expect(card).to_contain_text("要重新核对")
    card.get_by_role("button", name="重新签字").click()
    tablet.waits(0)


def test_what_paper_and_refusal_need_is_asked_for_on_the_spot(room: Room) -> None:
    """Without signal nobody else would ask before the owner has gone."""
    tablet = SignPage(room)
    tablet.signal(False)
    Pad(tablet.page).unfold("改为纸上签字并拍照")
    tablet.page.get_by_role("button", name="保存纸上签字").click()
    Pad(tablet.page).unfold("业主拒签，写明原因")
    tablet.page.get_by_role("button", name="记为拒签").click()
    tablet.waits(0)
    expect(tablet.page.get_by_role("button", name="确认签字")).to_be_visible()


def test_strokes_are_those_of_the_person_who_wrote_them(room: Room) -> None:
    """Given back unsigned, nothing of them is left for the next one."""
    tablet = SignPage(room)
    tablet.write()
    kept = "Object.keys(localStorage).filter((key) => key.startsWith('strokes ')).length"
    assert tablet.page.evaluate(kept) == 1
    tablet.page.get_by_role("link", name="交还").click()
    tablet.open()
    expect(tablet.page.locator(".pad")).to_have_attribute("aria-label", "签名区，还没有笔迹")
    assert tablet.page.evaluate(kept) == 0
