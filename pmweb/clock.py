"""The only reader of time.

Instants are aware and in UTC; dates are local to the instance (one time zone for the whole instance,
Asia/Shanghai unless it is set otherwise). Rules never call this module: they take the moment as an argument.
Tests and the demo data stop the clock with ``standing_still_at``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DEFAULT_ZONE = "Asia/Shanghai"

_zone = ZoneInfo(DEFAULT_ZONE)
_standing_still_at: datetime | None = None


def set_zone(name: str) -> None:
    """Choose the time zone of the instance, once, at start-up; ``ValueError`` if the name is unknown."""
    global _zone
    try:
        _zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise ValueError(f"there is no time zone called {name!r}") from unknown


def zone() -> ZoneInfo:
    """The time zone of the instance, to be handed to the rules of ``pmweb.domain.deadlines``."""
    return _zone


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _standing_still_at or datetime.now(UTC)


def today(tz: ZoneInfo | None = None) -> date:
    """The present local date in ``tz``, or in the zone of the instance."""
    return local(now(), tz).date()


def local(instant: datetime, tz: ZoneInfo | None = None) -> datetime:
    """The same instant on the clocks of ``tz``, or of the instance; ``ValueError`` if it has no zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(tz or _zone)


@contextmanager
def standing_still_at(instant: datetime) -> Iterator[None]:
    """Stop the clock at ``instant`` for the whole process, for demo data and tests; may be nested.

    ``ValueError`` for an instant without a zone. The clock runs again afterwards, whatever happened inside.
    """
    global _standing_still_at
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    before = _standing_still_at
    _standing_still_at = instant.astimezone(UTC)
    try:
        yield
    finally:
        _standing_still_at = before


def instant(local: datetime | None) -> datetime | None:
    """A time as somebody typed it, on the clocks of the instance; None where nothing was typed."""
    return local.replace(tzinfo=zone()) if local else None
