"""A number is found as people say it (X-12)."""

from __future__ import annotations

import pytest

from pmweb.domain.matter_numbers import matter_number


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("RZ-2026-000033", "RZ-2026-000033"),
        ("rz2026000033", "RZ-2026-000033"),
        ("rz-2026-33", "RZ-2026-000033"),
        ("ＲＺ－33", "RZ-2026-000033"),
        ("bx 62", "BX-2026-000062"),
        ("RZ-2025", "RZ-2025"),
        ("RZ-2025-0000", "RZ-2025-0000"),
        ("3-1201", None),
        ("陈建国", None),
        ("", None),
    ],
)
def test_a_number_as_it_is_said(text: str, printed: str | None) -> None:
    assert matter_number(text, 2026) == printed
