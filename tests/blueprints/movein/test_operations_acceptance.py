"""What is marked, described and read during the walk through the home (M-9 to M-11, FM-05, FM-06)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb import clock
from pmweb.blueprints.movein import sheet as sheets
from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet
from pmweb.blueprints.movein.operations import acceptance, meters
from pmweb.blueprints.movein.operations.facts import progress_of
from pmweb.blueprints.movein.rules import Responsible, Result, Severity, State
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.homes import OPENING_METERS, Finish, MeterKind
from tests.blueprints.movein.journey import DATA, Journey
from tests.office import Office

OK, DEFECT, NONE, UNTESTED = Result.OK, Result.DEFECT, Result.NOT_APPLICABLE, Result.NOT_TESTED


@pytest.fixture
def sheet(journey: Journey) -> AcceptanceSheet:
    return journey.start_acceptance()


@pytest.fixture
def line(sheet: AcceptanceSheet) -> Callable[[str], AcceptanceItem]:
    """The line of an item of the checklist."""
    items = {item.code: item for item in acceptance.items_of(sheet)}
    return items.__getitem__


def broken(code: str) -> pytest.RaisesExc[RuleBroken]:
    """The rule with this code is broken."""
    return pytest.RaisesExc(RuleBroken, check=lambda error: error.code == code)


def mark(journey: Journey, sheet: AcceptanceSheet, item: AcceptanceItem, result: Result) -> None:
    acceptance.mark(journey.move_in, sheet, item, result, checklist=DATA.acceptance, at=journey.now())


def reading(
    journey: Journey, kind: MeterKind, value: str, *, photo: bool = True, seal_ok: bool = True
) -> None:
    meters.read_meter(
        journey.move_in,
        kind,
        meter_no="W-1",
        reading=Decimal(value),
        seal_ok=seal_ok,
        photo=journey.photo() if photo else None,
        at=journey.now(),
    )


# --- the sheet ---


@pytest.mark.parametrize(
    ("layout", "finish", "top_floor", "count"),
    [
        (sheets.Layout(2, 1, 1), Finish.BARE, False, 82),
        (sheets.Layout(2, 2, 2), Finish.BARE, False, 97),
        (sheets.Layout(4, 2, 2), Finish.FURNISHED, False, 125),
        (sheets.Layout(1, 1, 0), Finish.BARE, False, 70),
        (sheets.Layout(1, 1, 0), Finish.BARE, True, 71),
    ],
)
def test_the_sheet_has_the_lines_of_this_home(
    journey: Journey, layout: sheets.Layout, finish: Finish, top_floor: bool, count: int
) -> None:
    """M-9: repeatable rooms once each; what only a furnished or a top-floor home has stays away from others."""
    sheet = acceptance.start_acceptance(
        journey.move_in,
        layout,
        finish=finish,
        top_floor=top_floor,
        inspectors="周工",
        resident_present="周文博",
        checklist=DATA.acceptance,
        at=journey.now(),
    )
    items = acceptance.items_of(sheet)
    assert len(items) == count
    assert [item.position for item in items] == list(range(1, count + 1))
    assert {item.result for item in items} == {UNTESTED}
    assert journey.home.finish is finish
    assert journey.move_in.state is State.ACCEPTANCE_OPEN


def test_there_is_no_acceptance_before_the_papers(office: Office) -> None:
    """A-8: identity before everything."""
    with broken("movein.identity_first"):
        Journey(office).start_acceptance()


def test_the_acceptance_begins_once(journey: Journey, sheet: AcceptanceSheet) -> None:
    """Two tablets that begin at once make one sheet."""
    with pytest.raises(RuleBroken):
        journey.start_acceptance()
    assert acceptance.sheets_of(journey.move_in) == [sheet]


# --- marks ---


@pytest.mark.parametrize(("code", "severity"), [("LIV-07", Severity.SAFETY), ("LIV-05", Severity.MINOR)])
def test_a_defect_begins_with_what_the_checklist_says(
    journey: Journey,
    sheet: AcceptanceSheet,
    line: Callable[[str], AcceptanceItem],
    code: str,
    severity: Severity,
) -> None:
    """M-11, A-11: the developer, fifteen days."""
    item = line(code)
    mark(journey, sheet, item, DEFECT)
    assert item.severity is severity
    assert item.responsible is Responsible.DEVELOPER
    assert item.due_on == date(2026, 3, 20)


@pytest.mark.parametrize("after", [OK, NONE, UNTESTED])
def test_what_was_said_about_a_defect_goes_with_the_mark(
    journey: Journey, sheet: AcceptanceSheet, line: Callable[[str], AcceptanceItem], after: Result
) -> None:
    """A line that was marked by mistake is as if it had never been; the trail keeps it."""
    item = line("LIV-05")
    mark(journey, sheet, item, DEFECT)
    acceptance.describe(journey.move_in, sheet, item, note="空鼓", at=journey.now())
    mark(journey, sheet, item, after)
    assert (item.note, item.severity, item.responsible, item.due_on) == ("", None, None, None)
    assert progress_of([item]).waiting == 0


def test_the_reason_of_waiting_is_no_description_of_a_defect(
    journey: Journey, sheet: AcceptanceSheet, line: Callable[[str], AcceptanceItem]
) -> None:
    """decisions, 待测: the ponding was done, and it leaked."""
    item = line("BAT-01")
    later = clock.local(journey.at).date() + timedelta(days=1)
    acceptance.describe(journey.move_in, sheet, item, note="蓄水 24 小时", due_on=later, at=journey.now())
    assert progress_of([item]).waiting == 1
    mark(journey, sheet, item, DEFECT)
    assert item.note == ""
    assert item.due_on == date(2026, 3, 20)


def test_the_same_mark_again_loses_nothing(
    journey: Journey, sheet: AcceptanceSheet, line: Callable[[str], AcceptanceItem]
) -> None:
    """A double tap on 不合格."""
    item = line("LIV-05")
    mark(journey, sheet, item, DEFECT)
    acceptance.describe(
        journey.move_in, sheet, item, note="空鼓", severity=Severity.SERIOUS, at=journey.now()
    )
    mark(journey, sheet, item, DEFECT)
    assert (item.note, item.severity) == ("空鼓", Severity.SERIOUS)


def test_a_mark_takes_the_check_back(journey: Journey, sheet: AcceptanceSheet) -> None:
    """What was checked before is checked again before it is signed."""
    journey.walk(sheet, defects=0)
    journey.read_meters()
    acceptance.confirm_check(journey.move_in, at=journey.now())
    mark(journey, sheet, acceptance.items_of(sheet)[0], NONE)
    assert journey.move_in.checked_at is None


@pytest.mark.parametrize(
    ("note", "days", "code"),
    [
        ("", 1, "acceptance.wait_needs_reason_and_date"),
        ("蓄水", None, "acceptance.wait_needs_reason_and_date"),
        ("蓄水", -1, "acceptance.date_past"),
    ],
)
def test_a_line_waits_only_with_a_reason_and_a_day(
    journey: Journey,
    sheet: AcceptanceSheet,
    line: Callable[[str], AcceptanceItem],
    note: str,
    days: int | None,
    code: str,
) -> None:
    today = clock.local(journey.at).date()
    due_on = None if days is None else today + timedelta(days=days)
    with broken(code):
        acceptance.describe(
            journey.move_in, sheet, line("BAT-01"), note=note, due_on=due_on, at=journey.now()
        )


# --- the rest of a room ---


def test_the_rest_of_a_room_can_be_taken_back_but_for_what_was_touched_since(
    journey: Journey, sheet: AcceptanceSheet
) -> None:
    """decisions, 其余全部合格."""
    room = [item for item in acceptance.items_of(sheet) if item.room == "living"]
    mark(journey, sheet, room[4], DEFECT)
    batch, count = acceptance.mark_rest(
        journey.move_in, sheet, "living", 1, checklist=DATA.acceptance, at=journey.now()
    )
    touched = [item for item in room if item.result is OK]
    assert len(touched) == count
    assert room[4].result is DEFECT
    assert not any(sheets.on_its_own(DATA.acceptance, item.code) for item in touched)
    mark(journey, sheet, touched[0], NONE)
    assert acceptance.undo_rest(journey.move_in, sheet, batch, at=journey.now()) == count - 1
    assert touched[0].result is NONE
    assert {item.result for item in touched[1:]} == {UNTESTED}
    assert acceptance.undo_rest(journey.move_in, sheet, batch, at=journey.now()) == 0


def test_nobody_finds_the_lift_in_order_in_passing(journey: Journey, sheet: AcceptanceSheet) -> None:
    """What somebody's safety depends on is looked at on its own, though it needs no instrument (A-11)."""
    acceptance.mark_rest(journey.move_in, sheet, "lobby", 1, checklist=DATA.acceptance, at=journey.now())
    left = {
        item.code for item in acceptance.items_of(sheet) if item.room == "lobby" and item.result is not OK
    }
    assert left == {"LOB-02", "LOB-03", "LOB-04"}


# --- the lines of the meters ---


def met(sheet: AcceptanceSheet) -> dict[str, Result]:
    """What stands at the lines that ask for the meters."""
    unit().expire_all()
    return {item.code: item.result for item in acceptance.items_of(sheet) if item.room == "meters"}


def test_the_reading_answers_the_line_of_its_meter(journey: Journey, sheet: AcceptanceSheet) -> None:
    """M-10: nobody ticks a reading that nobody has taken; a broken seal is for somebody to describe."""
    lines = {meter: DATA.acceptance.items[code] for meter, code in sheets.METER_LINES.items()}
    assert [lines[meter].method for meter in OPENING_METERS] == ["read"] * 3
    reading(journey, MeterKind.WATER, "1")
    assert met(sheet) == {"MET-01": OK, "MET-02": UNTESTED, "MET-03": UNTESTED}
    reading(journey, MeterKind.WATER, "1", seal_ok=False)
    assert met(sheet)["MET-01"] is UNTESTED
    (water,) = [item for item in acceptance.items_of(sheet) if item.code == "MET-01"]
    mark(journey, sheet, water, DEFECT)
    reading(journey, MeterKind.WATER, "1")
    assert met(sheet)["MET-01"] is DEFECT


def test_meters_that_were_read_first_stand_on_the_new_sheet(journey: Journey) -> None:
    reading(journey, MeterKind.WATER, "1")
    assert met(journey.start_acceptance())["MET-01"] is OK


@given(st.lists(st.tuples(st.sampled_from(list(Result)), st.booleans()), max_size=140))
def test_progress_counts_each_line_once(marks: list[tuple[Result, bool]]) -> None:
    """M-9: what is done and what is open make up the whole, whatever was marked."""
    due = date(2026, 3, 6)
    items = [
        AcceptanceItem(result=result, note="蓄水" if waits else "", due_on=due if waits else None)
        for result, waits in marks
    ]
    progress = progress_of(items)
    untouched = sum(result is UNTESTED and not waits for result, waits in marks)
    assert progress.total == len(marks)
    assert progress.done == len(marks) - untouched
    assert progress.complete == (bool(marks) and not untouched)
    assert progress.defects == sum(result is DEFECT for result, _ in marks)


# --- closed ---


def test_nothing_is_changed_on_a_signed_sheet(journey: Journey) -> None:
    """Promise 8."""
    sheet = journey.first_round(defects=1)
    item = acceptance.items_of(sheet)[0]
    attempts: list[Callable[[], object]] = [
        lambda: mark(journey, sheet, item, OK),
        lambda: acceptance.describe(journey.move_in, sheet, item, note="别的", at=journey.now()),
        lambda: acceptance.add_photos(journey.move_in, sheet, item, [journey.photo()], at=journey.now()),
        lambda: acceptance.mark_rest(
            journey.move_in, sheet, item.room, 1, checklist=DATA.acceptance, at=journey.now()
        ),
        lambda: acceptance.undo_rest(journey.move_in, sheet, "b", at=journey.now()),
    ]
    for attempt in attempts:
        with broken("acceptance.closed"):
            attempt()
    with broken("meter.closed"):
        reading(journey, MeterKind.WATER, "1")


# --- meters ---


def test_a_meter_is_read_with_its_photo(journey: Journey, sheet: AcceptanceSheet) -> None:
    """M-10, FM-06."""
    with broken("meter.photo"):
        reading(journey, MeterKind.WATER, "0.35", photo=False)


def test_a_second_reading_voids_the_first_and_keeps_its_photo(
    journey: Journey, sheet: AcceptanceSheet
) -> None:
    """A slip in the figure: the dial need not be photographed again."""
    reading(journey, MeterKind.WATER, "35")
    reading(journey, MeterKind.WATER, "0.35", photo=False)
    (taken,) = meters.readings_of(journey.move_in)
    assert taken.reading == Decimal("0.35")
    assert len(shelf.attachments(unit(), taken.__tablename__, [taken.id])[taken.id]) == 1
