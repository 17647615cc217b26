"""What a month is, how rates are written, what closing needs (R-8, R-9, FM-11)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.blueprints.repairs.rules.report import (
    HEADLINES,
    Analysis,
    Dimension,
    Month,
    OpenFollowUp,
    RepeatHome,
    Totals,
    changed,
    months_owed,
    refuse_closing,
)
from pmweb.domain.money import Money
from pmweb.domain.workflow import RuleBroken

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOVEMBER = Month.read("2026-11")
MIDNIGHT = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""2026-12-01 00:00 in Shanghai."""
SECOND = timedelta(seconds=1)
WRITTEN = Analysis("雨季渗漏多", "检修屋面", "赵铁山", date(2026, 12, 20))


def totals(**facts: Any) -> Totals:
    known: dict[str, Any] = {"counts": {}, "results": {}, "cost": Money(0), "materials": Money(0)}
    return Totals(**(known | facts))


FULL = totals(
    registered=4,
    counts={Dimension.TRADE: {"plumbing": 3, "": 1}},
    results={"satisfied": 2},
    cost=Money(12345),
    materials=Money(678),
    repeated=(RepeatHome(7, "1-1-0101", 3, 1),),
    open_follow_ups=(OpenFollowUp(9, "BX-2026-000009", "1-1-0101", "主卫", MIDNIGHT),),
)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-1", "2026-00", "0999-01", "2026-11-01", "2０26-11", "x"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text or "^$"):
        Month.read(text)


def test_a_month_begins_and_ends_at_midnight_of_the_office() -> None:
    assert str(NOVEMBER) == "2026-11"
    assert NOVEMBER.begins(SHANGHAI) == datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
    assert NOVEMBER.ends(SHANGHAI) == MIDNIGHT
    days = NOVEMBER.days(SHANGHAI)
    assert (len(days), days[0], days[-1]) == (
        30,
        (date(2026, 11, 1), datetime(2026, 10, 31, 16, 0, tzinfo=UTC)),
        (date(2026, 11, 30), datetime(2026, 11, 29, 16, 0, tzinfo=UTC)),
    )
    assert Month.of(date(2026, 12, 31)).later(1) == Month.read("2027-01")


@given(st.integers(0, 50 * 366 * 86400))
def test_every_instant_is_in_one_month(seconds: int) -> None:
    at = MIDNIGHT + seconds * SECOND
    month = Month.of(at.astimezone(SHANGHAI).date())
    assert month.begins(SHANGHAI) <= at < month.ends(SHANGHAI) == month.later(1).begins(SHANGHAI)


def test_satisfaction_is_an_average_or_nothing() -> None:
    assert totals(rated=3, stars=13).satisfaction == Decimal("4.33")
    assert totals().satisfaction is None


def test_what_is_kept_reads_as_it_was() -> None:
    assert Totals.read(json.loads(json.dumps(FULL.kept()))) == FULL


def test_what_would_read_differently_is_named() -> None:
    plain = FULL.kept()
    assert changed(FULL, Totals.read(plain)) == ()
    assert changed(FULL, Totals.read(plain | {"follow_ups_due": 2, "registered": 5})) == (
        "registered",
        "follow_up_rate",
        "follow_up_on_time_rate",
    )
    assert changed(FULL, Totals.read(plain | {"counts": {"trade": {"plumbing": 4}}})) == ("tables",)
    assert all(hasattr(FULL, name) for name in HEADLINES)


CLOSING: list[tuple[str, dict[str, Any], str, str]] = [
    ("still running", {"at": MIDNIGHT - SECOND}, "report.month_not_over", ""),
    (
        "no causes",
        {"analysis": Analysis("", "检修", "赵铁山", date(2026, 12, 20))},
        "report.analysis",
        "causes",
    ),
    ("no measures", {"analysis": Analysis("雨季")}, "report.analysis", "measures"),
    ("nobody", {"analysis": Analysis("雨季", "检修")}, "report.analysis", "responsible"),
    ("no day", {"analysis": Analysis("雨季", "检修", "赵铁山")}, "report.analysis", "until_on"),
    ("nothing to do, no word", {"analysis": Analysis(), "totals": totals()}, "report.analysis", "causes"),
    ("supplement without a reason", {"versions": 1}, "report.reason", "reason"),
]


@pytest.mark.parametrize(("said", "facts", "code", "field"), CLOSING, ids=[case[0] for case in CLOSING])
def test_closing_is_refused(said: str, facts: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        close(**facts)
    assert (broken.value.code, broken.value.facts.get("field", "")) == (code, field)


def close(**facts: Any) -> None:
    known: dict[str, Any] = {"at": MIDNIGHT, "analysis": WRITTEN, "totals": FULL, "versions": 0, "reason": ""}
    known |= facts
    refuse_closing(NOVEMBER, known.pop("totals"), known.pop("analysis"), zone=SHANGHAI, **known)


def test_measures_do_not_end_before_the_month() -> None:
    with pytest.raises(RuleBroken, match=r"report\.until_past"):
        close(analysis=replace(WRITTEN, until_on=date(2026, 10, 31)))
    close(analysis=replace(WRITTEN, until_on=date(2026, 11, 1)))


def test_closing_is_allowed() -> None:
    """Open follow-ups do not forbid it, and a month without repairs needs a word only."""
    close()
    close(versions=2, reason="漏记一件")
    close(totals=totals(), analysis=Analysis("本月没有报修"))


@pytest.mark.parametrize(
    ("at", "since", "latest", "owed"),
    [
        (MIDNIGHT, "2026-01-01", None, ["2026-11"]),
        (MIDNIGHT - SECOND, "2026-01-01", None, ["2026-10"]),
        (MIDNIGHT, "2026-01-01", "2026-10", ["2026-11"]),
        (MIDNIGHT, "2026-01-01", "2026-11", []),
        (MIDNIGHT + timedelta(days=70), "2026-01-01", "2026-11", ["2026-12", "2027-01"]),
        (MIDNIGHT, "2026-11-30", None, ["2026-11"]),
        (MIDNIGHT, "2026-12-01", None, []),
    ],
)
def test_which_reports_are_owed(at: datetime, since: str, latest: str | None, owed: list[str]) -> None:
    begun = datetime.fromisoformat(since).replace(tzinfo=SHANGHAI)
    known = Month.read(latest) if latest else None
    assert [str(one) for one in months_owed(at=at, zone=SHANGHAI, since=begun, latest=known)] == owed


def test_the_report_is_owed_until_the_end_of_the_fifth() -> None:
    assert NOVEMBER.report_due(SHANGHAI) == datetime(2026, 12, 5, 16, 0, tzinfo=UTC)
