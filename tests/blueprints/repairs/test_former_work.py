"""The office stands for work that was paid for (X-6): the same again within three months costs nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.repairs.judging import Facts, Former, stands_for
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations.intake import take_call
from pmweb.blueprints.repairs.operations.verdict import decide_again
from pmweb.blueprints.repairs.rules import Part, RepairState, Responsible
from pmweb.blueprints.repairs.views.judging import told_of
from pmweb.domain.warranty import Verdict
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from tests.blueprints.repairs.jobs import Jobs
from tests.blueprints.repairs.paid import agreed, called, done
from tests.blueprints.repairs.test_intake import call
from tests.office import Office

DONE = date(2026, 11, 30)


@pytest.fixture
def jobs(office: Office) -> Jobs:
    return Jobs(office)


@pytest.mark.parametrize(
    ("done_on", "reported_on", "exclusion", "stands"),
    [
        (DONE, date(2026, 11, 30), None, True),
        (DONE, date(2027, 2, 28), None, True),  # February has no 30th (T-4)
        (DONE, date(2027, 3, 1), None, False),
        (DONE, date(2027, 2, 28), "improper_use", False),
        (DONE, date(2026, 11, 29), None, False),
        (date(2027, 11, 30), date(2028, 2, 29), None, True),  # a leap year
        (date(2027, 11, 30), date(2028, 3, 1), None, False),
    ],
)
def test_three_months_from_the_day_of_the_work(
    done_on: date, reported_on: date, exclusion: str | None, stands: bool
) -> None:
    facts = Facts("resident_item", Part.PRIVATE, reported_on, None, None, exclusion)
    assert stands_for(facts, Former(1, "YC-2026-000001", done_on)) is stands


def paid_work(jobs: Jobs) -> Repair:
    """An air conditioner that the resident had mended and pays for."""
    return done(jobs, agreed(jobs, called(jobs, category="air_conditioner", exclusion=None)))


def at_noon(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=clock.zone()) + timedelta(hours=12)


def test_the_same_again_is_put_right_by_the_office(jobs: Jobs, app: Flask) -> None:
    first = paid_work(jobs)
    assert first.completed_at is not None
    again = take_call(call(jobs.home, category="air_conditioner"), [], at=at_noon(date(2026, 6, 5)))
    assert (again.verdict, again.responsible) == (Verdict.WARRANTY, Responsible.OFFICE)
    assert (again.follows_id, again.warranty_ends_on) == (first.id, date(2026, 6, 5))
    assert again.number.startswith("BX-")
    with app.test_request_context():
        why = told_of(again).why
    assert f"{first.number} 完工 2026-03-05 + 3 个月 = 2026-06-05" in why


@pytest.mark.parametrize(
    ("category", "on"),
    [("air_conditioner", date(2026, 6, 6)), ("gas_appliance", date(2026, 3, 20))],
)
def test_later_or_something_else_is_paid_again(jobs: Jobs, category: str, on: date) -> None:
    paid_work(jobs)
    again = take_call(call(jobs.home, category=category), [], at=at_noon(on))
    assert (again.verdict, again.follows_id) == (Verdict.PAID, None)


def test_another_home_has_nothing_from_it(jobs: Jobs) -> None:
    paid_work(jobs)
    other = jobs.office.home("0909")
    again = take_call(call(other, category="air_conditioner"), [], at=at_noon(date(2026, 3, 20)))
    assert again.verdict is Verdict.PAID


def test_work_that_was_not_done_stands_for_nothing(jobs: Jobs) -> None:
    agreed(jobs, called(jobs, category="air_conditioner", exclusion=None))
    again = take_call(call(jobs.home, category="air_conditioner"), [], at=at_noon(date(2026, 3, 20)))
    assert again.verdict is Verdict.PAID


def test_what_somebody_broke_is_decided_anew(jobs: Jobs) -> None:
    paid_work(jobs)
    again = take_call(call(jobs.home, category="air_conditioner"), [], at=at_noon(date(2026, 3, 20)))
    decide_again(again, Verdict.PAID, "外机被住户拆动过", at_noon(date(2026, 3, 21)), "improper_use")
    assert (again.verdict, again.follows_id) == (Verdict.PAID, None)
    assert unit().scalar(select(Repair.responsible).where(Repair.id == again.id)) is Responsible.RESIDENT


def test_no_repair_stands_for_itself(jobs: Jobs) -> None:
    """Done on the day of the call, then found to be free for another reason."""
    first = paid_work(jobs)
    decide_again(first, Verdict.WARRANTY, "厂家说还在保修", jobs.now())
    assert (first.follows_id, first.responsible) == (None, Responsible.DEVELOPER)


def test_the_work_stands_while_it_is_being_done_again(jobs: Jobs, app: Flask) -> None:
    first = paid_work(jobs)
    again = take_call(call(jobs.home, category="air_conditioner"), [], at=at_noon(date(2026, 3, 20)))
    jobs.at = at_noon(date(2026, 3, 21))
    jobs.go_on(first, RepairState.REWORK)
    assert first.completed_at is None
    third = take_call(call(jobs.home, category="air_conditioner"), [], at=at_noon(date(2026, 3, 22)))
    assert (third.verdict, third.follows_id) == (Verdict.WARRANTY, first.id)
    with app.test_request_context():
        assert any("3 个月" in line for line in told_of(again).why)


def test_a_common_part_is_not_charged_to_whoever_reports_it(jobs: Jobs) -> None:
    """WAR-8: neither by the rules nor by hand."""
    lobby = take_call(
        call(jobs.home, category="air_conditioner", part=Part.COMMON, place="大堂"), [], at=jobs.now()
    )
    assert lobby.verdict is Verdict.PUBLIC
    with pytest.raises(RuleBroken, match=r"repair\.decided_common"):
        decide_again(lobby, Verdict.PAID, "住户撞坏", jobs.now(), "third_party")
