"""A reading that looks wrong is asked about, never refused (M-10; ux.md)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pmweb.domain.readings import unusual_reading


@pytest.mark.parametrize(
    ("value", "last", "asks"),
    [
        ("1", None, False),
        ("5", "5", False),
        ("4.999", "5", True),
        ("15", "5", False),
        ("15.001", "5", True),
        ("9", "0", False),
    ],
)
def test_a_reading_below_the_last_or_above_three_times_is_asked_about(
    value: str, last: str | None, asks: bool
) -> None:
    """ux.md: a soft warning, no refusal."""
    assert unusual_reading(Decimal(value), None if last is None else Decimal(last)) is asks
