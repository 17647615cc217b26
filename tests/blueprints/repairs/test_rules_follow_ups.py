"""Until when a repair is asked after, and what an answer has to say (W-1 to W-6, A-18, A-20, A-21, T-1 to T-6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.rules import (
    FollowUpChannel,
    FollowUpResult,
    Heard,
    Nature,
    Owed,
)
from pmweb.data import defaults
from pmweb.domain.workflow import RuleBroken

R = FollowUpResult
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = {kind.id: kind.days for kind in defaults().repairs.follow_up_kinds.values()}
DAY = timedelta(days=1)


def local(text: str) -> datetime:
    """An instant as the office reads it from the wall."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def owed(nature: Nature, completed: str, tested: str | None = None, signed: str | None = None) -> Owed | None:
    return rules.follow_up_owed(
        DAYS,
        nature,
        completed_at=local(completed),
        leak_tested_at=local(tested) if tested else None,
        signed_at=local(signed) if signed else None,
        zone=SHANGHAI,
    )


OWN = Nature(on_its_own=True)
SAFETY, LEAK = Nature(safety=True, on_its_own=True), Nature(leak=True, on_its_own=True)


@pytest.mark.parametrize(
    ("nature", "times", "rule", "last_day"),
    [
        # T-1: the day of the event does not count, 24:00 of the second day does
        (OWN, ("2026-03-05 09:00",), "W-4", date(2026, 3, 7)),
        (SAFETY, ("2026-03-05 09:00",), "W-2", date(2026, 3, 7)),
        (LEAK, ("2026-03-05 09:00", "2026-03-08 15:00"), "W-3", date(2026, 3, 11)),
        # around midnight, which is not midnight in UTC
        (OWN, ("2026-03-05 23:59",), "W-4", date(2026, 3, 7)),
        (OWN, ("2026-03-06 00:00",), "W-4", date(2026, 3, 8)),
        (OWN, ("2026-03-06 07:59",), "W-4", date(2026, 3, 8)),  # still the 5th in UTC
        # ends of months and of the year, and the 29th of February
        (OWN, ("2026-04-29 10:00",), "W-4", date(2026, 5, 1)),
        (OWN, ("2026-12-30 10:00",), "W-4", date(2027, 1, 1)),
        (OWN, ("2027-02-27 10:00",), "W-4", date(2027, 3, 1)),
        (OWN, ("2028-02-27 10:00",), "W-4", date(2028, 2, 29)),
        (LEAK, ("2028-02-20 10:00", "2028-02-27 10:00"), "W-3", date(2028, 3, 1)),
        # weekends and holidays count: nobody is bound but the office
        (OWN, ("2026-09-30 10:00",), "W-4", date(2026, 10, 2)),
        # what is signed later at the repair itself runs from the work all the same
        (OWN, ("2026-03-05 09:00", None, "2026-03-06 09:00"), "W-4", date(2026, 3, 7)),
        # a defect of the acceptance runs from the signature at the second one
        (Nature(rechecks=True), ("2026-03-05 09:00", None, "2026-03-09 09:00"), "W-4", date(2026, 3, 11)),
        # a safety matter and a leak: the earlier of the two
        (
            Nature(safety=True, leak=True, on_its_own=True),
            ("2026-03-05 09:00", "2026-03-05 20:00"),
            "W-2",
            date(2026, 3, 7),
        ),
    ],
)
def test_until_when_a_repair_is_asked_after(
    nature: Nature, times: tuple[str, ...], rule: str, last_day: date
) -> None:
    """W-2 to W-4, A-20, A-21, T-1 to T-6."""
    midnight = datetime.combine(last_day + DAY, datetime.min.time(), tzinfo=SHANGHAI)
    assert owed(nature, *times) == Owed(rule, midnight.astimezone(UTC))


def test_nothing_is_owed_before_the_work_nor_before_the_test_of_a_leak() -> None:
    never: dict[str, Any] = {"leak_tested_at": None, "signed_at": None, "zone": SHANGHAI}
    assert rules.follow_up_owed(DAYS, OWN, completed_at=None, **never) is None


@given(some.datetimes(datetime(2024, 1, 1), datetime(2031, 12, 31), timezones=some.just(UTC)))
def test_the_period_is_two_whole_days_whatever_the_moment(completed: datetime) -> None:
    """T-1: between two and three times 24 hours, and always at a local midnight."""
    made = rules.follow_up_owed(
        DAYS, OWN, completed_at=completed, leak_tested_at=None, signed_at=None, zone=SHANGHAI
    )
    assert made is not None
    assert 2 * DAY < made.due_at - completed <= 3 * DAY
    assert made.due_at.astimezone(SHANGHAI).time() == datetime.min.time()


def test_two_tries_on_one_day_are_one_day_as_the_office_counts_it() -> None:
    """A-18: 23:30 and 00:30 are two days here, though one in UTC."""
    same = [local("2026-03-05 08:30"), local("2026-03-05 17:00")]
    night = [local("2026-03-05 23:30"), local("2026-03-06 00:30")]
    assert rules.days_tried(same, SHANGHAI) == (date(2026, 3, 5),)
    assert rules.days_tried(night, SHANGHAI) == (date(2026, 3, 5), date(2026, 3, 6))


@pytest.mark.parametrize(
    ("said", "days", "late", "code"),
    [
        ({}, 0, False, None),
        ({"person_name": " "}, 0, False, "repair.person"),
        ({}, 0, True, "repair.late_reason"),
        ({"late_reason": "住户出差"}, 0, True, None),
        ({"result": R.PROBLEM_FOUND}, 0, False, "repair.problem"),
        ({"result": R.PROBLEM_FOUND, "problem": "又漏了"}, 0, False, None),
        ({"result": R.UNREACHABLE}, 2, False, "repair.attempts"),
        ({"result": R.UNREACHABLE, "person_name": ""}, 3, False, None),
        ({"result": None, "person_name": ""}, 0, True, None),
    ],
)
def test_what_a_follow_up_has_to_say(said: dict[str, Any], days: int, late: bool, code: str | None) -> None:
    """FM-10."""
    usual: dict[str, Any] = {"result": R.SATISFIED, "channel": FollowUpChannel.PHONE, "person_name": "周文博"}
    heard, tried = Heard(**(usual | said)), [date(2026, 3, 5) + n * DAY for n in range(days)]
    if code is None:
        rules.refuse_heard(heard, tried_on=tried, late=late)
        return
    with pytest.raises(RuleBroken) as broken:
        rules.refuse_heard(heard, tried_on=tried, late=late)
    assert broken.value.code == code


def test_every_tenth_is_drawn_and_99_of_a_hundred_are_not_all() -> None:
    assert [n for n in range(1, 31) if rules.is_sampled(n)] == [10, 20, 30]
    assert rules.handled_percent(199, 200) == 99
    assert rules.handled_percent(200, 200) == 100
    assert rules.handled_percent(0, 0) is None
