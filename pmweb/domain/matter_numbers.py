"""The numbers of matters as people say them: ``RZ-2026-33``, ``rz2026000033``, ``BX-62`` (promise 9, X-12)."""

from __future__ import annotations

import re
import unicodedata

_NUMBER = re.compile(r"([A-Z]{2})-?(?:(20[0-9]{2})(?:-?([0-9]{0,6}))|([0-9]{1,6}))")
"""The kind, then year and serial, or a serial of this year alone."""


def matter_number(text: str, this_year: int) -> str | None:
    """As it is printed, or as much of it: ``rz-2026-1`` and ``RZ-1`` are ``RZ-2026-000001``; None for what is none."""
    number = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).upper().replace(" ", ""))
    if number is None:
        return None
    kind, year, serial, alone = number.groups()
    if alone:
        return f"{kind}-{this_year}-{alone:0>6}"
    if not serial:
        return f"{kind}-{year}"
    return f"{kind}-{year}-{serial if serial.startswith('0') else serial.zfill(6)}"
