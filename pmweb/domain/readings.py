"""What is asked about a meter reading before it is kept (M-10, FM-06)."""

from __future__ import annotations

from decimal import Decimal

UNUSUAL_FACTOR = 3
"""A reading above so many times the last one is asked about once more (ours)."""


def unusual_reading(reading: Decimal, last: Decimal | None) -> bool:
    """Whether a reading should be asked about once more: below the last one, or above three times it (M-10)."""
    return last is not None and (reading < last or (last > 0 and reading > last * UNUSUAL_FACTOR))
