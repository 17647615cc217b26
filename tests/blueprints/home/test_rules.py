"""When a promise is due, whose it is, and what a typed text may mean (X-5, X-12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pmweb.blueprints.home.rules import Bounds, Section, Wanted, read_search, roles_of_department
from pmweb.domain.permissions import ROLES_WITHOUT_DEPARTMENT, Role

NOW = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai; the day ends at 16:00 UTC."""


@pytest.mark.parametrize(
    ("due_at", "section"),
    [
        (None, Section.WAITING),
        (NOW, Section.LATE),
        (NOW + timedelta(minutes=1), Section.TODAY),
        (datetime(2026, 3, 5, 16, 0, tzinfo=UTC), Section.TODAY),
        (datetime(2026, 3, 5, 16, 1, tzinfo=UTC), Section.SOON),
        (NOW + timedelta(hours=48), Section.SOON),
        (NOW + timedelta(hours=48, minutes=1), Section.LATER),
    ],
)
def test_a_deadline_at_24_o_clock_still_belongs_to_today(due_at: datetime | None, section: Section) -> None:
    """T-3."""
    assert Bounds.at(NOW, ZoneInfo("Asia/Shanghai")).section(due_at) is section


def test_every_role_with_a_department_is_seen_by_its_supervisor() -> None:
    led = {
        role for d in ("customer_service", "repair", "security", "finance") for role in roles_of_department(d)
    }
    assert led == set(Role) - ROLES_WITHOUT_DEPARTMENT - {Role.DEPARTMENT_SUPERVISOR}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3-1201", {"home": "3-1201"}),
        ("3栋2单元1201", {"home": "3栋2单元1201"}),
        ("31201", {"home": "31201", "phone_end": "31201", "plate": "31201"}),
        ("101", {"home": "101"}),
        ("8000", {"home": "8000", "phone_end": "8000", "plate": "8000"}),
        ("138 0013 8000", {"phone_end": "13800138000"}),
        ("+8613800138000", {"phone_end": "8613800138000"}),
        ("cjg", {"initials": "cjg", "name": "cjg"}),
        ("CJG", {"initials": "cjg", "name": "CJG"}),
        ("陈建国", {"name": "陈建国"}),
        ("陈 建国", {"name": "陈 建国"}),
        ("闽A12345", {"plate": "闽A12345"}),
        ("闽 a·12345", {"plate": "闽A12345"}),
        ("d12345", {"plate": "D12345"}),
        ("RZ-2026-000001", {"number": "RZ-2026-000001"}),
        ("rz2026000001", {"number": "RZ-2026-000001"}),
        ("bx-2026", {"number": "BX-2026"}),
        ("rz-2026-33", {"number": "RZ-2026-000033"}),
        ("RZ-2026-0000", {"number": "RZ-2026-0000"}),
        ("BX-62", {"number": "BX-2026-000062"}),
        ("bx 147", {"number": "BX-2026-000147"}),
        ("", {}),
        ("   ", {}),
        ("%_", {}),
        ("\0", {}),
        ("陈\0建国", {"name": "陈建国"}),
    ],
)
def test_what_a_typed_text_may_mean(text: str, meant: dict[str, Any]) -> None:
    wanted = read_search(text, {"RZ", "BX"}, 2026)
    assert wanted == Wanted(wanted.text, **meant)
    assert wanted.nothing is not bool(meant)
