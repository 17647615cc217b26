"""How figures, dates and names are written on screen and paper (ux.md, "Words")."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale
from markupsafe import Markup

from pmweb import clock
from pmweb.domain.money import Money
from pmweb.web import filters
from tests.office import MORNING

MIDNIGHT = datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
"""24:00 of Thursday, 2026-03-05, in Shanghai."""


@pytest.fixture(autouse=True)
def words(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("户档案目录 3-2-1003", ["3-2-1003"]),
        ("记入应收（SF-2026-000019），2026-11-10 起", ["SF-2026-000019", "2026-11-10"]),
        ("021-50001234", ["021-50001234"]),
        ("330*************01 · 186 **** 7330", ["330*************01", "****"]),
        ("home-roll.xlsx, k3pw-2345-6789", []),
        (None, []),
    ],
)
def test_a_number_does_not_break_at_its_hyphens(text: str | None, kept: list[str]) -> None:
    marked = filters.whole(text)
    assert [part.partition("</span>")[0] for part in marked.split('<span class="nw">')[1:]] == kept


def test_a_number_in_the_address_of_a_link_stays_as_it_is() -> None:
    link = Markup('<a href="/q/3-2-1003">3-2-1003</a>')
    assert filters.whole(link) == '<a href="/q/3-2-1003"><span class="nw">3-2-1003</span></a>'
    assert filters.whole("<b>") == "&lt;b&gt;"


def test_a_day_stands_with_its_weekday() -> None:
    assert filters.day(date(2026, 3, 5)) == "2026-03-05 周四"
    assert filters.day(MIDNIGHT) == "2026-03-06 周五"
    assert filters.day(None) == ""
    with force_locale("en"):
        assert filters.day(date(2026, 3, 5)) == "2026-03-05 Thu"


def test_a_deadline_on_paper_names_its_day() -> None:
    """T-3: midnight is 24:00 of the day before."""
    assert filters.until_stamp(MIDNIGHT) == "2026-03-05 24:00"
    assert filters.until_stamp(MIDNIGHT + timedelta(minutes=90)) == "2026-03-06 01:30"
    assert filters.until_stamp(None) == ""


@pytest.mark.parametrize(
    ("shift", "said"),
    [
        (timedelta(0), "今天 09:00"),
        (timedelta(hours=14, minutes=59), "今天 23:59"),
        (timedelta(hours=15), "明天 00:00"),
        (timedelta(hours=-10), "昨天 23:00"),
        (timedelta(days=5), "2026-03-10 周二 09:00"),
        (timedelta(days=-400), "2025-01-29 周三 09:00"),
    ],
)
def test_an_instant_is_said_in_the_words_of_the_day(shift: timedelta, said: str) -> None:
    assert filters.when(MORNING + shift) == said


@pytest.mark.parametrize(
    ("shift", "said"),
    [
        (timedelta(hours=3), "今天 12:00 前"),
        (timedelta(hours=15), "今天 24:00 前"),
        (timedelta(hours=39), "明天 24:00 前"),
        (timedelta(days=5), "2026-03-10 周二 09:00 前"),
        (timedelta(0), "逾期 1 分钟"),
        (timedelta(minutes=-59), "逾期 59 分钟"),
        (timedelta(hours=-5), "逾期 5 小时"),
        (timedelta(days=-2, hours=-5), "逾期 2 天"),
    ],
)
def test_a_deadline_is_said_in_words(shift: timedelta, said: str) -> None:
    """T-1, T-3: the end of a day is its 24:00."""
    assert filters.due(MORNING + shift) == said


@pytest.mark.parametrize(
    ("shift", "said"),
    [
        (timedelta(hours=3), "Today by 12:00"),
        (timedelta(hours=15), "Today by 24:00"),
        (timedelta(hours=39), "Tomorrow by 24:00"),
        (timedelta(days=5), "2026-03-10 Tue by 09:00"),
        (timedelta(0), "1 minute overdue"),
        (timedelta(hours=-5), "5 hours overdue"),
        (timedelta(days=-1), "1 day overdue"),
        (timedelta(days=-2), "2 days overdue"),
    ],
)
def test_a_deadline_is_said_in_english(shift: timedelta, said: str) -> None:
    with force_locale("en"):
        assert filters.due(MORNING + shift) == said


def test_several_words_have_the_comma_of_the_language() -> None:
    assert filters.listed(["水", "电"]) == "水、电"
    assert filters.listed([]) == ""
    with force_locale("en"):
        assert filters.listed(["water", "power"]) == "water, power"


def test_a_paper_says_the_day_itself() -> None:
    """A paper is read years later: no 今天 on it."""
    assert filters.stamp(MORNING) == "2026-03-05 09:00"
    assert filters.stamp(None) == ""


def test_an_instant_is_said_in_english() -> None:
    with force_locale("en"):
        said = [filters.when(MORNING + timedelta(days=days)) for days in (-1, 0, 1)]
    assert said == ["Yesterday 09:00", "Today 09:00", "Tomorrow 09:00"]


def test_what_waits_for_somebody_else_has_no_deadline() -> None:
    assert filters.due(None) == "等待他人"
    assert filters.lateness(None) == ""


@pytest.mark.parametrize(
    ("at", "kind"),
    [
        (MORNING, "late"),
        (MORNING + timedelta(minutes=1), "soon"),
        (MIDNIGHT, "soon"),
        (MIDNIGHT + timedelta(seconds=1), ""),
    ],
)
def test_late_begins_at_the_deadline_and_soon_is_today(at: datetime, kind: str) -> None:
    assert filters.lateness(at) == kind


def test_late_follows_the_clock() -> None:
    with clock.standing_still_at(MIDNIGHT - timedelta(seconds=1)):
        assert filters.lateness(MIDNIGHT) == "soon"
    with clock.standing_still_at(MIDNIGHT):
        assert filters.lateness(MIDNIGHT) == "late"


def test_money_and_areas_have_two_places() -> None:
    assert filters.money(Money(123450)) == "¥1,234.50"
    assert filters.money(None) == ""
    assert filters.area(Decimal("1089.4")) == "1,089.40 m²"
    assert filters.area(None) == ""


@pytest.mark.parametrize(
    ("value", "said"), [("0.35", "0.35"), ("8905", "8,905.00"), ("1.125", "1.125"), ("0.100", "0.10")]
)
def test_a_reading_shows_what_was_read(value: str, said: str) -> None:
    assert filters.quantity(Decimal(value)) == said


def test_a_thing_of_the_data_files_speaks_the_language_of_the_reader() -> None:
    class Thing:
        name_zh, name_en = "水电", "plumbing"

    assert filters.named(Thing()) == "水电"
    with force_locale("en"):
        assert filters.named(Thing()) == "plumbing"


def test_templates_know_every_filter(app: Flask) -> None:
    names = (
        "day",
        "when",
        "due",
        "lateness",
        "phone",
        "masked_name",
        "masked_phone",
        "money",
        "area",
        "quantity",
    )
    assert not [name for name in names if name not in app.jinja_env.filters]
    text = app.jinja_env.from_string("{{ '13800138000'|masked_phone }} {{ '周文博'|masked_name }}").render()
    assert "13800138000" not in text
    assert "周文博" not in text
