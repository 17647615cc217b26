"""A move-in for tests: each step as an operation, in the words of the procedure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from pmweb.blueprints.fees import operations as fees
from pmweb.blueprints.households import operations as households
from pmweb.blueprints.movein import sheet as sheets
from pmweb.blueprints.movein.intake import Handler, Notice
from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet, MoveIn
from pmweb.blueprints.movein.operations import acceptance, case, desk, filing, meters, rounds, signing
from pmweb.blueprints.movein.operations.facts import facts_of, open_case
from pmweb.blueprints.movein.rules import Applicant, Facts, Paper, Result
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import work as repairs
from pmweb.data import defaults
from pmweb.domain.permissions import Role
from pmweb.extensions import db
from pmweb.models import shelf
from pmweb.models.files import FileKind
from pmweb.models.homes import Finish, Home, MeterKind, Occupancy
from pmweb.models.people import IdKind, TieKind
from pmweb.models.pictures import Prepared, prepare, prepare_signature
from pmweb.models.signatures import SignerSide
from pmweb.models.signing import Manner, Pad
from pmweb.models.staff import Staff
from tests.office import MORNING, Office
from tests.pictures import drawing, jpeg, signature_png

DATA = defaults()
OWNER_ID = "110101198506150008"
AGENT_ID = "110101190001010006"
NOTICE = Notice("TZ-031", "松涛置业", date(2026, 2, 20), "HT-2024-1802", date(2024, 6, 18))


class Journey:
    """One home, one move-in, one repairer; the clock moves on by an hour with each step."""

    def __init__(self, office: Office, applicant: Applicant = Applicant.OWNER) -> None:
        self.office = office
        self.at: datetime = MORNING
        self.photos = 0
        self.repairer: Staff = office.staff(Role.REPAIRER, name="周工")
        office.act_as(Role.RECEPTIONIST)
        self.home: Home = office.home("1802", handed_over_on=date(2026, 3, 1))
        self.owner = office.owner(self.home)
        households.set_identity(self.owner, IdKind.ID_CARD, "440101202002290005")
        fees.set_tariff("property_fee", Decimal("3.60"), date(2024, 1, 1), basis="合同第 8 条", at=self.at)
        handler = None
        if applicant is Applicant.AGENT:
            handler = Handler("林小雨", "13900139000", AGENT_ID)
        self.move_in: MoveIn = case.open_move_in(self.home, applicant, handler, at=self.now())

    def now(self) -> datetime:
        """An hour later than the step before."""
        self.at += timedelta(hours=1)
        return self.at

    @property
    def facts(self) -> Facts:
        """Where the case stands."""
        return facts_of(self.move_in, DATA.movein)

    def photo(self) -> Prepared:
        """A real photo, another one each time."""
        self.photos += 1
        return prepare(jpeg(drawing((200 + self.photos, 150))))

    def check_identity(self, *missing: Paper) -> tuple[Paper, ...]:
        """The papers are on the desk, except these."""
        seen = [kind for kind in case.papers_of(self.move_in) if kind not in missing]
        return case.check_identity(self.move_in, NOTICE, seen, {}, None, at=self.now())

    def at_the_desk(self) -> None:
        """M-1 to M-8: everything at the desk up to the signature."""
        self.check_identity()
        sister = households.add_person("林芳", mobile="13700137000")
        households.tie(self.home, sister, TieKind.EMERGENCY, relation="姐姐")
        desk.confirm_register(self.move_in, Occupancy.OWNER_OCCUPIED, at=self.now())
        desk.choose_agreements(self.move_in, list(DATA.movein.agreements), DATA.movein, at=self.now())
        things = {"entrance_key": 5, "handbook": 1, "utility_drawing": 1}
        desk.list_things(self.move_in, things, tested=True, at=self.now())
        desk.charge(self.move_in, at=self.now())

    def start_acceptance(self) -> AcceptanceSheet:
        """M-9: the sheet of a bare home with one bedroom."""
        return acceptance.start_acceptance(
            self.move_in,
            sheets.Layout(1, 1, 1),
            finish=Finish.BARE,
            top_floor=False,
            inspectors="周工",
            resident_present=self.owner.name,
            checklist=DATA.acceptance,
            at=self.now(),
        )

    def walk(self, sheet: AcceptanceSheet, defects: int) -> list[AcceptanceItem]:
        """Every line is in order, except the first ``defects`` of them (M-11). Returns the defects."""
        at = self.now()
        items = acceptance.items_of(sheet)
        for item in items:
            acceptance.mark(self.move_in, sheet, item, Result.OK, checklist=DATA.acceptance, at=at)
        found = items[:defects]
        for item in found:
            acceptance.mark(self.move_in, sheet, item, Result.DEFECT, checklist=DATA.acceptance, at=at)
            acceptance.describe(self.move_in, sheet, item, note="关不严", at=at)
            acceptance.add_photos(self.move_in, sheet, item, [self.photo()], at=at)
        return found

    def read_meters(self) -> None:
        """M-10: the three meters, each with its photo."""
        for kind, reading in ((MeterKind.WATER, "0.35"), (MeterKind.ELECTRICITY, "12"), (MeterKind.GAS, "0")):
            meters.read_meter(
                self.move_in,
                kind,
                meter_no=f"{kind.value}-1",
                reading=Decimal(reading),
                seal_ok=True,
                photo=self.photo(),
                at=self.now(),
            )

    def sign(
        self,
        side: SignerSide = SignerSide.RESIDENT,
        manner: Manner | None = None,
        *,
        after_all: bool = False,
    ) -> None:
        """One act for everything that this side owes now; ``after_all`` with what was refused before."""
        names = {(room.id, n): room.name_zh for room in DATA.acceptance.rooms.values() for n in range(1, 7)}
        pad = Pad(prepare_signature(signature_png()), _strokes())
        signing.sign_moment(
            self.move_in,
            side,
            manner or pad,
            signer_id=None,
            data=DATA,
            places=names,
            locale="zh_CN",
            device="a tablet",
            seen=None,
            at=self.now(),
            after_all=after_all,
        )

    def checked(self, defects: int) -> AcceptanceSheet:
        """M-9 to M-11: the walk, the meters, the check; what is left are the signatures."""
        sheet = self.start_acceptance()
        self.walk(sheet, defects)
        self.read_meters()
        acceptance.confirm_check(self.move_in, at=self.now())
        return sheet

    def first_round(self, defects: int) -> AcceptanceSheet:
        """M-9 to M-12: the checked sheet with both signatures."""
        sheet = self.checked(defects)
        self.sign()
        self.sign(SignerSide.OFFICE)
        return sheet

    def put_right(self, *, passed: bool = True) -> None:
        """M-13, M-14: each open work order goes to the repairer and is rechecked."""
        for row in rounds.repairs_of(self.move_in):
            repair = db.session.get(Repair, row.id)
            assert repair is not None
            if repair.state.value in ("registered", "rework"):
                repairs.dispatch(repair, self.repairer, None, self.now())
                repairs.accept(repair, self.now())
                repairs.arrive(repair, self.now())
                photo = repairs_photo(self)
                repairs.complete(repair, "重新打胶", self.now(), photo_ids=[photo])
                repairs.recheck(repair, passed, "" if passed else "仍渗水", self.now())

    def next_round(self, failed: int = 0) -> AcceptanceSheet:
        """M-15 to M-18: appointment, the owner looks again, both sign."""
        rounds.appoint(
            self.move_in, self.at + timedelta(days=1), "phone", "", self.repairer.id, at=self.now()
        )
        sheet = rounds.open_round(self.move_in, self.facts, self.owner.name, "周工", at=self.now())
        for number, found in enumerate(rounds.defects_of_round(sheet)):
            passed = number >= failed
            rounds.mark_defect(
                self.move_in, sheet, found, passed, "" if passed else "还是关不严", at=self.now()
            )
        rounds.check_round(self.move_in, sheet, at=self.now())
        self.sign()
        self.sign(SignerSide.OFFICE)
        return sheet

    def complete_file(self) -> None:
        """M-19: the places of the papers that were brought."""
        for kind in case.papers_of(self.move_in):
            if kind is not Paper.CONTRACT:
                filing.keep_paper(self.move_in, kind, "3 柜 12 盒", None, at=self.now())

    def file(self, *, accept_open_defects: bool = False) -> None:
        """M-19."""
        opened = open_case(self.move_in, DATA.movein)
        filing.file(
            self.move_in,
            opened.facts,
            opened.file,
            accept_open_defects=accept_open_defects,
            at=self.now(),
        )


def _strokes() -> list[list[list[int]]]:
    """Strokes as the server keeps them."""
    return [[[60, 90, 0, 500], [80, 120, 16, 700]], [[120, 80, 200, 400], [140, 130, 216, 600]]]


def repairs_photo(journey: Journey) -> int:
    """A photo of the finished work, on the shelf."""
    return shelf.put(db.session(), journey.photo(), FileKind.PHOTO, at=journey.at).id
