"""Both samples taken over into the register: exact counts, twice, interrupted, and changed in between (item 3)."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from pmweb.blueprints.estate.operations.takeover import Source, Weighed, take_over, weigh
from pmweb.blueprints.estate.roll import (
    Imported,
    Known,
    Outcome,
    Piece,
    Refused,
    Roll,
    people_in,
    pieces_of,
    read_roll,
)
from pmweb.blueprints.households import operations as households
from pmweb.extensions import db, unit
from pmweb.models.audit import AuditEntry
from pmweb.models.engine import open_for_writing
from pmweb.models.homes import Building, Finish, Home, HomeKind, ParkingSpace
from pmweb.models.journal import JournalEntry
from pmweb.models.people import PartyKind, Person, Tie, TieKind, Vehicle
from tests.blueprints.estate.rolls import CARD, SAMPLES, TODAY
from tests.office import Office
from tests.workbooks import table, workbook

NOUNS = (Building, Home, Person, Tie, ParkingSpace, Vehicle, AuditEntry, JournalEntry)


def bring(pieces: Iterable[Piece], name: str = "roll.xlsx") -> tuple[list[Outcome], Counter[str]]:
    """Each piece in a transaction of its own, as the command and the page do it."""
    outcomes: list[Outcome] = []
    counts: Counter[str] = Counter()
    pieces = tuple(pieces)
    for number, piece in enumerate(pieces, 1):
        db.session.rollback()
        open_for_writing(unit())
        weighed, written = take_over(piece, Source(name, "0" * 64, number, len(pieces)))
        db.session.commit()
        outcomes += weighed.outcomes
        counts.update(written)
    return outcomes, counts


def sample(name: str) -> Roll:
    return read_roll(SAMPLES / name, TODAY)


def read(rows: str, spaces: str = "") -> Roll:
    sheets = {"Sheet1": table(rows)} | ({"车位": table(spaces)} if spaces else {})
    return read_roll(workbook(sheets), TODAY)


def rows_of(*nouns: type) -> dict[str, int]:
    return {
        noun.__name__: unit().scalar(select(func.count()).select_from(noun)) or 0 for noun in nouns or NOUNS
    }


def codes(outcome: Outcome) -> list[str]:
    reasons = outcome.reasons if isinstance(outcome, Refused) else getattr(outcome, "notes", ())
    return [reason.code for reason in reasons]


@pytest.fixture
def messy(office: Office) -> Roll:
    roll = sample("home-roll-messy.xlsx")
    bring(pieces_of(roll))
    return roll


class TestTheSamples:
    def test_the_messy_sample(self, messy: Roll) -> None:
        homes = unit().execute(select(Home.sold, func.count()).group_by(Home.sold)).all()
        assert {row[0]: row[1] for row in homes} == {True: 616, False: 32}
        assert rows_of(ParkingSpace, Vehicle) == {"ParkingSpace": 60, "Vehicle": 60}
        ties = unit().execute(select(Tie.kind, func.count()).group_by(Tie.kind)).all()
        assert {row[0]: row[1] for row in ties} == {
            TieKind.OWNER: 616,
            TieKind.CO_OWNER: 242,
            TieKind.EMERGENCY: 116,
        }
        assert rows_of(Person)["Person"] == people_in(messy.homes) == 608 + 242 + 116

    def test_the_company_of_the_messy_sample_is_one_row_with_nine_homes(self, messy: Roll) -> None:
        firms = unit().scalars(select(Person).where(Person.kind == PartyKind.COMPANY)).all()
        assert [(firm.name, firm.id_masked[:3]) for firm in firms] == [("某某科技有限公司", "913")]
        assert unit().scalar(select(func.count(Tie.id)).where(Tie.person_id == firms[0].id)) == 9

    def test_the_clean_sample(self, office: Office) -> None:
        outcomes, counts = bring(pieces_of(sample("home-roll.xlsx")))
        assert {type(outcome) for outcome in outcomes} == {Imported}
        assert (counts["homes"], counts["sold"], counts["people"], counts["ties"]) == (648, 589, 589, 589)

    @pytest.mark.parametrize("name", ["home-roll.xlsx", "home-roll-messy.xlsx"])
    def test_the_same_file_twice_changes_nothing(self, office: Office, name: str) -> None:
        pieces = pieces_of(sample(name))
        bring(pieces)
        before = rows_of()
        outcomes, counts = bring(pieces)
        assert rows_of() == before
        assert not counts
        assert {type(outcome) for outcome in outcomes} == {Known}
        assert not [code for outcome in outcomes for code in codes(outcome)]

    def test_weighing_says_what_taking_over_does(self, office: Office) -> None:
        roll = sample("home-roll-messy.xlsx")
        coming = {home.home for home in roll.homes}
        before = rows_of()
        weighed = [outcome for piece in pieces_of(roll) for outcome in weigh(piece, coming).outcomes]
        assert rows_of() == before
        assert weighed == bring(pieces_of(roll))[0]

    def test_a_home_of_the_roll(self, messy: Roll) -> None:
        home = unit().scalars(select(Home).where(Home.label == "1-1-0201")).one()
        assert (home.floor_area, home.chargeable_area) == (Decimal("68.5"), Decimal("68.5"))
        assert (home.kind, home.finish, home.sold, home.floor) == (
            HomeKind.RESIDENCE,
            Finish.BARE,
            True,
            2,
        )
        assert home.handed_over_on == date(2026, 9, 7)
        household = households.household_of(home.id)
        assert household is not None
        buildings = unit().execute(select(Building.name, Building.top_floor).order_by(Building.name)).all()
        assert [row.name for row in buildings] == ["1", "2", "3", "4", "5", "6"]
        assert {row.top_floor for row in buildings[1:]} == {18}


class TestTheTrail:
    def test_a_piece_leaves_one_line_with_its_source_and_counts(self, office: Office) -> None:
        before = rows_of(AuditEntry)["AuditEntry"]
        bring(pieces_of(sample("home-roll-messy.xlsx"), size=500), "花园.xlsx")
        lines = unit().scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[before:]
        assert [(line.action, line.subject_kind) for line in lines] == [("bulk", "home_roll")] * 3
        assert lines[0].changes["parameters"] == {
            "file": "花园.xlsx",
            "sha256": "0" * 64,
            "piece": 1,
            "of": 3,
        }
        assert lines[0].changes["counts"]["homes"] == 500
        assert lines[2].changes["counts"] == {"spaces": 60, "vehicles": 60}

    def test_nothing_goes_into_the_timelines(self, messy: Roll) -> None:
        assert rows_of(JournalEntry) == {"JournalEntry": 0}

    def test_numbers_lie_encrypted(self, messy: Roll) -> None:
        """PRI-3."""
        number = next(home.owner.id_number for home in messy.homes if home.owner)
        stored = " ".join(map(repr, db.session.execute(text("select * from person"))))
        trail = " ".join(map(repr, db.session.execute(text("select changes from audit_entry"))))
        assert number not in stored + trail
        assert households.find_by_identity(number) is not None


class TestAnInterruptedImport:
    def test_running_again_completes_it(self, office: Office) -> None:
        pieces = pieces_of(sample("home-roll-messy.xlsx"), size=200)
        bring(pieces[:2])
        open_for_writing(unit())
        take_over(pieces[2], Source("roll.xlsx", "", 3, len(pieces)))
        db.session.rollback()  # killed before the commit
        assert rows_of(Home) == {"Home": 400}
        outcomes, counts = bring(pieces)
        assert Counter(type(outcome) for outcome in outcomes) == {Known: 400, Imported: 248 + 60}
        assert counts["homes"] == 248
        office.enter(office.other_estate())
        bring(pieces)
        here = rows_of(Home, Person, Tie, ParkingSpace)
        office.enter(office.estate)
        assert rows_of(Home, Person, Tie, ParkingSpace) == here


class TestWhatTheRegisterSays:
    HEAD = "房号 | 业主 | 身份证号 | 手机 | 建筑面积 | 户型 | 收楼时间 | 共有人 | 紧急联系人 | 类别\n"
    ROW = (
        f"1-1-0201 | 王明 | {CARD} | 13800138000 | 89.5 | 两室 | 2026-09-01 | 李芳 | 张三 13900139000 | 住宅"
    )

    def again(self, row: str) -> Outcome:
        """The roll once as it is, then with this row instead."""
        bring(pieces_of(read(self.HEAD + self.ROW)))
        before = rows_of()
        (outcome,), counts = bring(pieces_of(read(self.HEAD + row)))
        assert rows_of() == before, "an import never changes what the register has"
        assert not counts
        return outcome

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("89.5", "90", "register.area"),
            ("两室", "三室", "register.text"),
            ("2026-09-01", "2026-09-02", "register.text"),
            ("住宅", "商铺", "register.differs"),
            ("王明", "赵六", "register.owner"),
            (CARD, "11010519491231002X", "register.owner"),
            ("李芳", "孙七", "register.co_owners"),
        ],
    )
    def test_other_facts_of_a_home_refuse_its_row(
        self, office: Office, old: str, new: str, expected: str
    ) -> None:
        outcome = self.again(self.ROW.replace(old, new))
        assert isinstance(outcome, Refused)
        assert codes(outcome) == [expected]

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("13800138000", "13700137000", ["register.phones"]),
            ("张三 13900139000", "钱八 13900139000", ["register.contact"]),
            ("王明", "王 明", []),
            (f"{CARD} | 13800138000 | 89.5 | 两室 | 2026-09-01 | 李芳", " | | 89.5 | | |", []),
            (f"王明 | {CARD} | 13800138000", "未售 | | ", ["register.sold_since"]),
        ],
    )
    def test_how_people_are_reached_is_only_doubted_and_a_blank_cell_agrees(
        self, office: Office, old: str, new: str, expected: list[str]
    ) -> None:
        row = self.ROW.replace(old, new)
        if "未售" in row:
            row = row.replace("李芳 | 张三 13900139000", " | ")
        outcome = self.again(row)
        assert isinstance(outcome, Known)
        assert codes(outcome) == expected

    def test_an_owner_for_a_home_without_one_is_left_to_the_household_register(self, office: Office) -> None:
        bring(pieces_of(read(self.HEAD + "1-1-0201 | 未售 | | | 89.5 | 两室 | 2026-09-01 | | | 住宅")))
        (outcome,), _counts = bring(pieces_of(read(self.HEAD + self.ROW)))
        assert isinstance(outcome, Refused)
        assert codes(outcome) == ["register.owner_missing"]

    def test_a_number_that_the_register_has_under_another_name_refuses_the_home(self, office: Office) -> None:
        bring(pieces_of(read(self.HEAD + self.ROW)))
        other = self.ROW.replace("1-1-0201", "1-1-0301").replace("王明", "赵六")
        (outcome,), _counts = bring(pieces_of(read(self.HEAD + other)))
        assert isinstance(outcome, Refused)
        assert codes(outcome) == ["register.id_of_another"]
        assert outcome.reasons[0].facts == {"name": "王**"}

    def test_an_owner_who_is_known_gets_the_further_home_and_stays_as_he_is(self, office: Office) -> None:
        bring(pieces_of(read(self.HEAD + self.ROW)))
        further = self.ROW.replace("1-1-0201", "1-1-0301").replace("13800138000", "13700137000")
        (outcome,), counts = bring(pieces_of(read(self.HEAD + further)))
        assert isinstance(outcome, Imported)
        assert codes(outcome) == ["register.phones"]
        assert (counts["homes"], counts["people"], counts["ties"]) == (1, 1, 3)  # 李芳 alone has no number
        person = households.find_by_identity(CARD)
        assert person is not None
        assert (person.mobile, person.other_phones) == ("13800138000", "")


class TestPeople:
    def test_one_person_with_two_homes_has_all_telephones_of_both_rows(self, office: Office) -> None:
        rows = (
            "房号 | 业主 | 身份证号 | 手机 | 建筑面积\n"
            f"1-1-0201 | 王明 | {CARD} | 021-58881234 | 89.5\n"
            f"1-1-0301 | 王明 | {CARD} | 13800138000 | 89.5"
        )
        bring(pieces_of(read(rows), size=1))
        person = unit().scalars(select(Person)).one()
        assert (person.mobile, person.mobile_reversed) == ("13800138000", "00083100831")
        assert person.other_phones.replace("-", "") == "02158881234"

    def test_the_same_name_without_number_or_telephone_is_not_the_same_person(self, office: Office) -> None:
        bring(pieces_of(read("房号 | 业主 | 建筑面积\n1-1-0201 | 王明 | 89\n1-1-0301 | 王明 | 89")))
        assert rows_of(Person) == {"Person": 2}

    def test_the_same_name_and_telephone_is(self, office: Office) -> None:
        rows = "房号 | 业主 | 手机 | 建筑面积\n"
        rows += "1-1-0201 | 王明 | 13800138000 | 89\n1-1-0301 | 王明 | 138-0013-8000 | 89"
        bring(pieces_of(read(rows), size=1))
        assert rows_of(Person, Tie) == {"Person": 1, "Tie": 2}

    def test_a_company_without_code_is_known_by_its_name(self, office: Office) -> None:
        rows = "房号 | 业主 | 建筑面积\n1-1-0201 | 松涛建材有限公司 | 89\n1-1-0301 | 松涛建材有限公司 | 89"
        bring(pieces_of(read(rows), size=1))
        assert rows_of(Person, Tie) == {"Person": 1, "Tie": 2}


class TestSpaces:
    HOMES = "房号 | 业主 | 建筑面积\n1-1-0201 | 王明 | 89.5\n1-1-0301 | 李芳 | 89.5"

    def weighed(self, spaces: str) -> list[list[str]]:
        outcomes, _counts = bring(pieces_of(read(self.HOMES, f"车位号 | 房号 | 车牌\n{spaces}")))
        return [codes(outcome) for outcome in outcomes[2:]]

    def test_a_space_of_a_home_that_nobody_knows_is_refused(self, office: Office) -> None:
        assert self.weighed("B1-01 | 9-1-0101 | 沪A12345") == [["roll.space_home_unknown"]]
        assert rows_of(ParkingSpace, Vehicle) == {"ParkingSpace": 0, "Vehicle": 0}

    def test_a_space_of_another_home_in_the_register_is_refused(self, office: Office) -> None:
        assert self.weighed("B1-01 | 1-1-0201 | 沪A12345") == [[]]
        assert self.weighed("B1-01 | 1-1-0301 | 沪A12345") == [["register.space"]]
        assert rows_of(ParkingSpace, Vehicle) == {"ParkingSpace": 1, "Vehicle": 1}

    def test_a_second_car_of_a_known_space_comes_in(self, office: Office) -> None:
        self.weighed("B1-01 | 1-1-0201 | 沪A12345")
        assert self.weighed("B1-01 | 1-1-0201 | 沪A54321") == [[]]
        assert rows_of(ParkingSpace, Vehicle) == {"ParkingSpace": 1, "Vehicle": 2}

    def test_a_car_that_was_given_up_does_not_come_back(self, office: Office) -> None:
        self.weighed("B1-01 | 1-1-0201 | 沪A12345")
        households.end_vehicle(unit().scalars(select(Vehicle)).one())
        db.session.commit()
        self.weighed("B1-01 | 1-1-0201 | 沪A12345")
        assert rows_of(Vehicle) == {"Vehicle": 1}

    def test_a_space_without_home_is_taken_and_its_plate_doubted(self, office: Office) -> None:
        assert self.weighed("B1-09 | | 沪A12345") == [["register.plate_without_home"]]
        assert rows_of(ParkingSpace, Vehicle) == {"ParkingSpace": 1, "Vehicle": 0}


def test_a_roll_of_which_nothing_can_be_taken_has_no_pieces(office: Office) -> None:
    roll = read("房号 | 业主 | 建筑面积\n1-1-0201 | 王明 | ")
    assert pieces_of(roll) == ()
    assert weigh(Piece()) == Weighed(())


def test_the_stream_of_an_upload_is_read_like_a_file(office: Office) -> None:
    stream = io.BytesIO((SAMPLES / "home-roll.xlsx").read_bytes())
    assert len(read_roll(stream, TODAY).homes) == 648
