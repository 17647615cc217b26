"""Only the clock knows the time, and it can be stopped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pmweb import clock

LATE_EVENING = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)


@pytest.fixture(autouse=True)
def zone_is_put_back() -> Iterator[None]:
    """Leave the zone of the instance as it was found."""
    before = clock.zone().key
    yield
    clock.set_zone(before)


def test_now_is_in_utc_and_runs() -> None:
    first = clock.now()
    assert first.utcoffset() == timedelta(0)
    assert clock.now() >= first


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        (LATE_EVENING, None, date(2026, 3, 1)),
        (LATE_EVENING + timedelta(minutes=1), None, date(2026, 3, 2)),
        (LATE_EVENING, "Asia/Tokyo", date(2026, 3, 2)),
        (LATE_EVENING + timedelta(minutes=1), "UTC", date(2026, 3, 1)),
    ],
)
def test_today_is_the_local_day(instant: datetime, zone: str | None, day: date) -> None:
    with clock.standing_still_at(instant):
        assert clock.today(ZoneInfo(zone) if zone else None) == day


def test_the_zone_of_the_instance_can_be_set() -> None:
    clock.set_zone("Asia/Urumqi")
    assert clock.local(LATE_EVENING).hour == 21
    with pytest.raises(ValueError, match="Shanghai/Asia"):
        clock.set_zone("Shanghai/Asia")
    assert clock.zone().key == "Asia/Urumqi"


def test_the_clock_stands_still_and_runs_again() -> None:
    later = LATE_EVENING + timedelta(days=1)
    with clock.standing_still_at(LATE_EVENING):
        assert clock.now() == clock.now() == LATE_EVENING
        with clock.standing_still_at(later):
            assert clock.now() == later
        assert clock.now() == LATE_EVENING
    assert clock.now() != LATE_EVENING


def test_the_clock_runs_again_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), clock.standing_still_at(LATE_EVENING):
        _ = 1 / 0
    assert clock.now() != LATE_EVENING


def test_a_stopped_clock_still_speaks_utc() -> None:
    noon = datetime(2026, 3, 1, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    with clock.standing_still_at(noon):
        assert clock.now().isoformat() == "2026-03-01T04:00:00+00:00"


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.local(datetime(2026, 3, 1))
    with pytest.raises(ValueError, match="time zone"), clock.standing_still_at(datetime(2026, 3, 1)):
        pass
