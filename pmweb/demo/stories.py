"""Move-ins of the demo: each home's story, told through the operations of the rooms, step by step in its own time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from pmweb import clock
from pmweb.blueprints.households import operations as households
from pmweb.blueprints.households.household import household_of
from pmweb.blueprints.movein import sheet as sheets
from pmweb.blueprints.movein.intake import Handler, Notice, Power
from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet, MoveIn
from pmweb.blueprints.movein.operations import (
    acceptance,
    case,
    desk,
    filing,
    meters,
    rounds,
    signing,
    voiding,
)
from pmweb.blueprints.movein.operations.facts import facts_of, open_case
from pmweb.blueprints.movein.rules import Applicant, KeyAct, Paper, Result, Severity
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import work as repairs
from pmweb.data import defaults
from pmweb.demo import pictures
from pmweb.demo.people import People
from pmweb.demo.plot import CHAPTERS, PUTTING_RIGHT, Story
from pmweb.extensions import db, unit
from pmweb.models import shelf
from pmweb.models.files import FileKind
from pmweb.models.homes import Home, MeterKind, Occupancy
from pmweb.models.people import PartyKind, TieKind
from pmweb.models.pictures import Prepared
from pmweb.models.session_rules import Actor
from pmweb.models.signatures import SignerSide
from pmweb.models.signing import Manner, OnPaper, Pad, Refused
from pmweb.models.staff import Staff

DATA = defaults()


class Player:
    """Plays stories: moves the clock, changes the person who acts, keeps each step."""

    def __init__(self, people: People, random: Random, team: dict[str, Staff], today: datetime) -> None:
        self.people, self.random, self.team = people, random, team
        self.present = today
        self.at = today

    def play(self, home: Home, story: Story) -> MoveIn:
        """Play one story on a home and keep it."""
        early = clock.local(self.present).hour < 11
        started = clock.local(self.present - timedelta(days=story.days_ago + early)).replace(hour=9, minute=0)
        self.at = started + timedelta(minutes=self.random.randrange(0, 90))
        with self.acting("receptionist"):
            move_in = self.open(home, story)
        last = CHAPTERS.index(story.until)
        for chapter in CHAPTERS[1 : last + 1]:
            if chapter in PUTTING_RIGHT and not story.defects:
                continue
            getattr(self, f"_{chapter}")(move_in, story)
        if story.odd == "voided":
            with self.acting("supervisor"):
                voiding.void(move_in, "业主改为委托办理，重新登记", at=self.now())
        db.session.commit()
        return move_in

    @contextmanager
    def acting(self, username: str) -> Iterator[None]:
        """Somebody else acts, at the time of the story."""
        staff = self.team[username]
        before = unit().info["actor"]
        unit().info["actor"] = Actor.staff(staff.id, staff.name)
        with clock.standing_still_at(self.at):
            try:
                yield
            finally:
                unit().info["actor"] = before

    def now(self, minutes: int = 12) -> datetime:
        """A little later; never later than the present."""
        self.at = min(self.at + timedelta(minutes=minutes), self.present - timedelta(minutes=1))
        return self.at

    def next_day(self, days: int = 1) -> None:
        """The morning of a later day, or the present if that is earlier."""
        morning = clock.local(self.at + timedelta(days=days)).replace(
            hour=9, minute=self.random.randrange(60)
        )
        self.at = min(morning, self.present - timedelta(minutes=5))

    def open(self, home: Home, story: Story) -> MoveIn:
        """M-1."""
        handler = None
        if story.applicant is not Applicant.OWNER:
            handler = Handler(self.people.name(), self.people.mobile(), self.people.id_card())
        return case.open_move_in(home, story.applicant, handler, at=self.now())

    def _identity(self, move_in: MoveIn, story: Story) -> None:
        """M-2 to M-4."""
        with self.acting("receptionist"):
            day = clock.local(self.at).date()
            notice = Notice(
                f"TZ-{move_in.id:04d}",
                "某某置业有限公司",
                day - timedelta(days=9),
                f"HT-{2024}-{move_in.id:05d}",
                day - timedelta(days=500),
            )
            papers = case.papers_of(move_in)
            seen = [kind for kind in papers if not (story.odd == "papers_missing" and kind is Paper.CONTRACT)]
            scans: dict[Paper, Prepared] = {}
            for kind in (Paper.NOTICE, Paper.UNIT_CERTIFICATE, Paper.POWER_OF_ATTORNEY):
                if kind in papers:
                    scans[kind] = pictures.scan("NOTICE " + move_in.home.label)
            power = None
            if Paper.POWER_OF_ATTORNEY in papers:
                scope = ("move_in", "acceptance", "key_receipt")
                power = Power(scope, "", day - timedelta(days=5), day + timedelta(days=180))
            case.check_identity(move_in, notice, seen, scans, power, at=self.now())

    def _desk(self, move_in: MoveIn, _story: Story) -> None:
        """M-5 to M-8."""
        with self.acting("receptionist"):
            self._household(move_in)
            desk.choose_agreements(move_in, list(DATA.movein.agreements), DATA.movein, at=self.now())
            things = {thing.id: thing.usual for thing in DATA.movein.things.values()}
            desk.list_things(move_in, things, tested=True, at=self.now())
            if self.random.random() < 0.85:
                desk.charge(move_in, at=self.now(3))

    def _household(self, move_in: MoveIn) -> None:
        home, household = move_in.home, household_of(move_in.home_id)
        if not household.emergency:
            person = households.add_person(self.people.name(), mobile=self.people.mobile())
            households.tie(home, person, TieKind.EMERGENCY, relation="亲属")
        for relation in ("配偶", "子女")[: self.random.randrange(3)]:
            if move_in.owner.kind is PartyKind.PERSON:
                person = households.add_person(self.people.name(), mobile=self.people.mobile())
                households.tie(home, person, TieKind.FAMILY, relation=relation)
        if self.random.random() < 0.4 and not household.vehicles:
            households.add_vehicle(home, self.people.plate())
        if self.random.random() < 0.15:
            households.add_pet(home, "猫", name="年糕")
        desk.confirm_register(move_in, Occupancy.OWNER_OCCUPIED, at=self.now(20))

    def _desk_signed(self, move_in: MoveIn, _story: Story) -> None:
        """M-6: one act signs the papers of the desk."""
        with self.acting("receptionist"):
            self._sign(move_in, SignerSide.RESIDENT)

    def _walking(self, move_in: MoveIn, story: Story) -> None:
        """M-9, M-11: some of the rooms."""
        with self.acting("repairer"):
            sheet = self._start(move_in)
            items = acceptance.items_of(sheet)
            stop = len(items) if story.until != "walking" else len(items) * 2 // 5
            self._mark(move_in, sheet, items[:stop], story)

    def _walked(self, move_in: MoveIn, story: Story) -> None:
        """M-10: the meters."""
        with self.acting("repairer"):
            for kind, top in ((MeterKind.WATER, 3), (MeterKind.ELECTRICITY, 40), (MeterKind.GAS, 1)):
                reading = Decimal(self.random.randrange(0, top * 1000)) / 1000
                meters.read_meter(
                    move_in,
                    kind,
                    meter_no=f"{kind.value[0].upper()}{20260000 + move_in.home_id}",
                    reading=reading,
                    seal_ok=True,
                    photo=pictures.dial(f"{reading:.2f}", self.random),
                    at=self.now(4),
                )
            acceptance.confirm_check(move_in, at=self.now(3))

    def _signed(self, move_in: MoveIn, story: Story) -> None:
        """M-9 to M-12: both sides sign, defects become work orders."""
        with self.acting("repairer"):
            manner: Manner | None = None
            if story.odd == "refused":
                manner = Refused("客厅窗户渗水严重，先修好再签", "前台 林静")
            elif story.odd == "paper_signature":
                manner = OnPaper(pictures.scan("SIGNED BY HAND"))
            self._sign(move_in, SignerSide.RESIDENT, manner)
            self._sign(move_in, SignerSide.OFFICE)

    def _dispatched(self, move_in: MoveIn, story: Story) -> None:
        """R-6: to the repairer."""
        self.next_day()
        with self.acting("dispatcher"):
            for repair in self._open_repairs(move_in):
                self._hand_out(repair)
        if story.odd == "keys_retained":
            with self.acting("receptionist"):
                desk.move_keys(
                    move_in, "entrance_key", KeyAct.RETAINED, 1, "整改期间维修部进门用", at=self.now()
                )

    def _working(self, move_in: MoveIn, story: Story) -> None:
        """M-13: some are done, some under way."""
        self.next_day(2)
        with self.acting("repairer"):
            found = self._open_repairs(move_in)
            unfinished = len(found) // 2 if story.until == "working" else 0
            for number, repair in enumerate(found):
                repairs.accept(repair, self.now(5))
                if number < unfinished:
                    continue
                repairs.arrive(repair, self.now(20))
                photo = shelf.put(unit(), pictures.wall(self.random), FileKind.PHOTO, at=self.at)
                repairs.complete(repair, "已拆除重做，打胶、清理完毕", self.now(35), photo_ids=[photo.id])

    def _rechecked(self, move_in: MoveIn, _story: Story) -> None:
        """M-14."""
        self.next_day()
        with self.acting("repair-supervisor"):
            for repair in self._open_repairs(move_in):
                repairs.recheck(repair, True, "", self.now(8))

    def _appointed(self, move_in: MoveIn, story: Story) -> None:
        """M-15, M-16."""
        self.next_day()
        with self.acting("receptionist"):
            moment = self.at + timedelta(days=1, hours=2)
            if story.until == "appointed":
                later = clock.local(self.present + timedelta(days=self.random.choice((1, 1, 2, 3))))
                moment = later.replace(hour=self.random.choice((9, 10, 14, 16)), minute=30)
            staff = self.team["repairer"]
            rounds.appoint(move_in, moment, "phone", "业主下班后到", staff.id, at=self.now())

    def _second(self, move_in: MoveIn, story: Story) -> None:
        """M-17: the owner looks again."""
        self.next_day()
        with self.acting("repairer"):
            facts = facts_of(move_in, DATA.movein)
            sheet = rounds.open_round(move_in, facts, move_in.owner.name, "周工", at=self.now())
            found = rounds.defects_of_round(sheet)
            for number, defect in enumerate(found):
                if story.until == "second" and number >= len(found) // 2:
                    break
                failed = number == 0 and story.odd in ("third_round", "open_defects")
                note = "胶条仍有缝隙" if failed else ""
                rounds.mark_defect(move_in, sheet, defect, not failed, note, at=self.now(6))

    def _passed(self, move_in: MoveIn, story: Story) -> None:
        """M-18: signed off; a third round where something failed."""
        if story.defects:
            self._sign_round(move_in)
            if story.odd == "third_round":
                self._once_more(move_in)

    def _filed(self, move_in: MoveIn, story: Story) -> None:
        """M-19."""
        self.next_day()
        with self.acting("receptionist"):
            for kind in case.papers_of(move_in):
                if kind is not Paper.CONTRACT:
                    filing.keep_paper(
                        move_in, kind, f"{move_in.id % 6 + 1} 柜 {move_in.id} 盒", None, at=self.now(2)
                    )
            opened = open_case(move_in, DATA.movein)
            accept = story.odd == "open_defects"
            filing.file(move_in, opened.facts, opened.file, accept_open_defects=accept, at=self.now())
        if accept:
            self._put_right_once_more(move_in)

    def _put_right_once_more(self, move_in: MoveIn) -> Story:
        """M-13, M-14 of a later round; after the filing the signature is still owed (M-18)."""
        with self.acting("dispatcher"):
            for repair in self._open_repairs(move_in):
                self._hand_out(repair)
        story = Story(0, "rechecked")
        self._working(move_in, story)
        self._rechecked(move_in, story)
        return story

    def _once_more(self, move_in: MoveIn) -> None:
        story = self._put_right_once_more(move_in)
        self._appointed(move_in, story)
        self._second(move_in, story)
        self._sign_round(move_in)

    def _sign_round(self, move_in: MoveIn) -> None:
        with self.acting("repairer"):
            sheet = acceptance.sheet_of(move_in)
            assert sheet is not None
            rounds.check_round(move_in, sheet, at=self.now())
            self._sign(move_in, SignerSide.RESIDENT)
            self._sign(move_in, SignerSide.OFFICE)

    def _start(self, move_in: MoveIn) -> AcceptanceSheet:
        return acceptance.start_acceptance(
            move_in,
            sheets.layout_of(move_in.home.layout_type),
            finish=move_in.home.finish,
            top_floor=move_in.home.floor == 18,
            inspectors="周工",
            resident_present=(move_in.handler or move_in.owner).name,
            checklist=DATA.acceptance,
            at=self.now(25),
        )

    def _mark(
        self, move_in: MoveIn, sheet: AcceptanceSheet, items: list[AcceptanceItem], story: Story
    ) -> None:
        wrong = set(self.random.sample(range(5, len(items)), story.defects))
        with unit().no_autoflush:
            for number, item in enumerate(items):
                result = Result.DEFECT if number in wrong else Result.OK
                if number not in wrong and self.random.random() < 0.05:
                    result = Result.NOT_APPLICABLE
                acceptance.mark(move_in, sheet, item, result, checklist=DATA.acceptance, at=self.at)
            self.now(50)
            for number in sorted(wrong):
                self._describe(move_in, sheet, items[number], story)
            if story.odd == "waiting_pond":
                self._wait_for_pond(move_in, sheet, items)

    def _describe(self, move_in: MoveIn, sheet: AcceptanceSheet, item: AcceptanceItem, story: Story) -> None:
        about = DATA.acceptance.items[item.code]
        reason = self.random.choice(DATA.movein.reasons_of(about).zh)
        severity = (
            item.severity if item.severity is Severity.SAFETY else self.random.choice(list(Severity)[:2])
        )
        note = self.random.choice((reason, f"{reason}，约 3 cm", f"南侧{reason}，请开发商处理"))
        acceptance.describe(move_in, sheet, item, note=note, severity=severity, at=self.at)
        photos = [pictures.wall(self.random) for _ in range(story.photos)]
        acceptance.add_photos(move_in, sheet, item, photos, at=self.at)

    def _wait_for_pond(self, move_in: MoveIn, sheet: AcceptanceSheet, items: list[AcceptanceItem]) -> None:
        pond = next((i for i in items if DATA.acceptance.items[i.code].method == "pond"), None)
        if pond is not None:
            acceptance.mark(move_in, sheet, pond, Result.NOT_TESTED, checklist=DATA.acceptance, at=self.at)
            due = self._date(1)
            acceptance.describe(move_in, sheet, pond, note="要蓄水 24 小时再看", due_on=due, at=self.at)

    def _date(self, later: int) -> date:
        return clock.local(self.present + timedelta(days=later)).date()

    def _hand_out(self, repair: Repair) -> None:
        when = self.at + timedelta(days=1, hours=self.random.randrange(1, 7))
        repairs.dispatch(repair, self.team["repairer"], when, self.now(4))

    def _open_repairs(self, move_in: MoveIn) -> list[Repair]:
        query = db.select(Repair).where(
            Repair.source_kind == MoveIn.__tablename__,
            Repair.source_id == move_in.id,
            Repair.signed_at.is_(None),
            Repair.cancelled_at.is_(None),
        )
        return list(unit().scalars(query.order_by(Repair.id)))

    def _sign(self, move_in: MoveIn, side: SignerSide, manner: Manner | None = None) -> None:
        drawing, strokes = pictures.signature(self.random)
        names = {(room.id, n): room.name_zh for room in DATA.acceptance.rooms.values() for n in range(1, 9)}
        signing.sign_moment(
            move_in,
            side,
            manner or Pad(drawing, strokes),
            signer_id=None,
            data=DATA,
            places=names,
            locale="zh_CN",
            device="pmweb demo",
            seen=None,
            at=self.now(6),
        )
