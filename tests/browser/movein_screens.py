"""The pages of a move-in, as the people of the office use them (M-1 to M-19)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from playwright.sync_api import Locator, expect

from pmweb.blueprints.movein.rules import Applicant
from tests.browser.screens import Screen, photo, scan, signed_page

APPLICANTS = {Applicant.OWNER: "业主本人", Applicant.AGENT: "委托他人", Applicant.COMPANY: "单位购房"}
PAPERS = {
    Applicant.OWNER: ("业主身份证",),
    Applicant.AGENT: ("业主身份证", "授权委托书", "受托人身份证"),
    Applicant.COMPANY: ("单位证明", "经办人身份证", "授权委托书"),
}
"""What lies on the desk besides the notice and the contract."""


class Desk(Screen):
    """The receptionist at the desk: M-1 to M-8, M-15, M-19."""

    def find_home(self, typed: str, place: str) -> None:
        """From 今日 to the card of the home."""
        self.page.goto("/")
        self.at("今日")
        box = self.page.locator("#q")
        self.taps += 1
        box.fill(typed)
        if not self.js:
            box.press("Enter")
            self.at("查找")
        self.touch(self.page.get_by_role("link", name=f"打开 {place}").first)
        self.at("栋")

    def open_case(self, applicant: Applicant, handler: tuple[str, str, str] | None) -> None:
        """M-1: whose move-in it is, and who acts."""
        self.tap("办理入住")
        self.at("办理入住")
        self.choose(APPLICANTS[applicant])
        if handler:
            for label, text in zip(("办理人姓名", "办理人手机", "办理人身份证号码"), handler, strict=True):
                self.write(label, text)
        self.tap("开始办理")
        self.at("核对业主与资料")

    def check_papers(self, applicant: Applicant, today: date) -> None:
        """M-2 to M-4: every paper is looked at and copied, but for the contract, which is only seen."""
        papers = PAPERS[applicant]
        self.choose("入住通知单", "房屋买卖契约", *papers)
        for paper in ("入住通知单", *papers):
            self.taps += 1
            line = self.page.locator("li.paper", has_text=paper)
            line.locator("input[type=file]").set_input_files([scan("paper")])
        self.write("通知单编号", "TZ-031")
        self.write("出具单位", "松涛置业")
        self.write("出具日期", str(today - timedelta(days=9)))
        self.write("购房契约编号", "HT-2024-1802")
        self.write("契约签订日期", str(today - timedelta(days=500)))
        if applicant is not Applicant.OWNER:
            self.choose("办理入住", "验收房屋", "领取钥匙物品")
            self.write("委托有效期自", str(today - timedelta(days=3)))
            self.write("委托有效期至", str(today + timedelta(days=180)))
        self.tap("保存核对结果")
        self.at("住户登记表")

    def fill_register(self, owner_id_number: str) -> None:
        """M-5: what is not known yet about the owner, whom to call, the car, how the home is used."""
        owner = self.unfold("补充或更正业主资料")
        self.write("业主证件号码", owner_id_number, owner)
        self.tap("保存业主资料", owner)
        self.says("已保存")
        expect(self.page.locator("#about-owner").get_by_text("未登记")).to_have_count(0)
        member = self.unfold("添加一位")
        self.choose("紧急联系人")
        self.write("姓名", "林芳", member)
        self.write("手机", "13700137000", member)
        self.write("与业主关系", "姐姐", member)
        self.tap("添加这一位", member)
        expect(self.page.locator("#people .people")).to_contain_text("林芳")
        car = self.unfold("添加车辆")
        self.write("车牌", "沪A12345", car)
        self.tap("添加这辆车", car)
        expect(self.page.locator("#things .people")).to_contain_text("沪A12345")
        self.choose("自住")
        self.tap("登记表已填好")
        self.at("协议签署")

    def choose_agreements(self) -> None:
        """M-6: all of them, as the page proposes."""
        self.tap("确定本次签署的文件")
        self.at("钥匙物品")

    def list_things(self) -> None:
        """M-7: keys, handbook, drawing; every key was tried."""
        self.write("入户门钥匙", "5")
        self.choose("每把钥匙已当面试开")
        self.tap("列好，去签字")
        self.at("请核对后签字")

    def charge_fee(self) -> None:
        """M-8: the first period becomes an open charge."""
        self.step("费用")
        self.at("费用")
        self.says("= ¥")
        self.tap("记入应收")
        self.at("入住")

    def appoint(self, at: datetime, companion: str) -> None:
        """M-15, M-16: when the owner comes again, and who comes along."""
        self.step("整改与再次验收")
        self.at("整改与再次验收")
        self.choose("电话")
        self.write("再次验收时间", at.strftime("%Y-%m-%dT%H:%M"))
        self.pick("陪同维修人员", companion)
        self.write("备注", "业主下班后到")
        self.tap("约好了")
        self.says("已约好")

    def file(self, applicant: Applicant) -> None:
        """M-19: where each paper lies, then the file is closed."""
        self.step("归档")
        self.at("归档")
        for paper in ("入住通知单", *PAPERS[applicant]):
            line = self.page.locator("li.paper", has_text=paper).first
            self.touch(line.locator("input[name$=place]"))
            line.locator("input[name$=place]").fill("3 柜 12 盒")
        self.tap("归入户档案")
        self.says("已归入户档案")


class Walk(Screen):
    """The repairer's tablet on the way through the home with the owner: M-9 to M-11, M-17."""

    def start(self, rooms: tuple[int, int, int]) -> None:
        """M-9: which rooms there are, who is there."""
        self.step("验房")
        self.at("开始验房")
        for label, number in zip(("卧室", "卫生间", "阳台"), rooms, strict=True):
            if self.page.get_by_label(label, exact=True).input_value() != str(number):
                self.write(label, str(number))
        self.tap("开始逐项查验")
        self.at("验房")

    def rooms(self) -> list[str]:
        """The names of the rooms on the sheet."""
        return self.page.locator("main section.sec h2").all_text_contents()

    def room(self, name: str) -> Locator:
        """The part of the page for one room."""
        heading = self.page.get_by_role("heading", level=2, name=name, exact=True)
        return self.page.locator("main section.sec", has=heading)

    def line(self, room: str, item: str) -> Locator:
        """One line of the sheet."""
        return self.room(room).locator("form.item", has=self.page.locator("h3", has_text=item))

    def mark(self, line: Locator, word: str) -> None:
        """One tap on one of the three buttons."""
        button = line.locator(".seg").get_by_role("button", name=word, exact=True)
        self.press(button)
        expect(button).to_have_attribute("aria-pressed", "true")

    def find_defect(self, room: str, item: str, chip: str, severity: str = "一般") -> None:
        """M-11: a line is not in order, in words and on a photo."""
        line = self.line(room, item)
        self.mark(line, "不合格")
        if self.js:
            self.tap(chip, line)
            expect(line.get_by_label("说明", exact=True)).to_have_value(chip)
        else:
            self.write("说明", chip, line)
        if severity != "一般":
            self.taps += 2
            line.get_by_label("严重程度", exact=True).select_option(label=severity)
        line.locator("input[type=file]").first.set_input_files([photo()])
        self.taps += 1
        self.press(line.get_by_role("button", name="保存说明和照片"))
        expect(line.locator("figure.photo a")).to_have_count(1)

    def rest_is_in_order(self, room: str) -> None:
        """其余全部合格, and one by one what needs an instrument."""
        part = self.room(room)
        rest = part.get_by_role("button", name="项全部合格")
        if rest.count():
            self.press(rest)
            expect(part.get_by_role("button", name="撤销全部合格")).to_be_visible()
        untouched = part.locator("form.item:not(:has([aria-pressed=true]))")
        while untouched.count():
            number = untouched.count()
            self.press(untouched.first.get_by_role("button", name="合格", exact=True))
            expect(untouched).to_have_count(number - 1)

    def read_meters(self) -> None:
        """M-10: number, reading, photo of the dial."""
        self.tap("水电气表", self.page.locator(".dock"))
        self.at("水电气表")
        for meter, number, reading in (
            ("水表", "W-1", "0.35"),
            ("电能表", "E-1", "12"),
            ("燃气表", "G-1", "0"),
        ):
            card = self.page.locator(
                "section.card", has=self.page.get_by_role("heading", name=meter, exact=True)
            )
            self.write("表号", number, card)
            self.write("底数", reading, card)
            self.attach(f"拍{meter}的表盘", photo(), within=card)
        self.tap("保存底数")
        self.at("核对")

    def check(self) -> None:
        """核对, where the meters lead: once more, then to the signature."""
        self.at("核对")
        self.tap("核对无误，去签字")
        self.at("请核对后签字")

    def look_again(self, defects: int) -> None:
        """M-17: the owner looks at each defect again; all of them are in order now."""
        self.step("整改与再次验收")
        self.at("整改与再次验收")
        self.tap("开始第 2 轮")
        again = self.page.locator(".item-again, form.item[id^=found], [id^=found-]:has(button)")
        expect(again).to_have_count(defects)
        for number in range(defects):
            button = again.nth(number).get_by_role("button", name="合格", exact=True)
            self.press(button)
            expect(again.nth(number).get_by_role("button", name="合格", exact=True)).to_have_attribute(
                "aria-pressed", "true"
            )
        self.tap("去核对")
        self.at("核对")
        self.tap("核对无误，去签字")
        self.at("请核对后签字")


class Signature(Screen):
    """The tablet in the hands of the person who signs: M-6, M-7, M-9, M-10, M-18."""

    def sign(self) -> None:
        """On the pad; where the device cannot do that, on paper."""
        if self.js:
            self.draw_on_pad()
            with self.page.expect_navigation():
                self.tap("确认签字")
        else:
            part = self.unfold("改为纸上签字并拍照")
            self.attach("拍签名页", signed_page(), within=part)
            self.tap("保存纸上签字", part)
        expect(self.page.locator("#flash")).to_contain_text("已签字")


class Works(Screen):
    """A work order on its way: M-12 to M-14."""

    def open_order(self, number: str) -> None:
        """From the register of repairs."""
        self.page.goto(f"/search?q={number}")
        self.touch(self.page.locator("#results a.row, #results a.btn").first)
        self.says(number)

    def dispatch(self, worker: str) -> None:
        """R-6: who goes."""
        self.choose(worker)
        self.tap("派单")
        self.says("已派单")

    def accept_and_arrive(self) -> None:
        """The repairer takes it, and is on site."""
        self.tap("接单")
        self.says("已接单")
        self.tap("到场")
        self.says("已记下到场时间")

    def complete(self, work: str) -> None:
        """M-13: what was done, with a photo."""
        self.write("维修内容", work)
        self.page.locator("#photos").set_input_files([photo()])
        self.tap("完工")
        self.says("已完工")

    def recheck(self) -> None:
        """M-14: it holds."""
        self.choose("合格")
        self.tap("复检")
        self.says("已记下复检结果")
