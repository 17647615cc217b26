"""How registers find and count their matters (X-12)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.rules import ComplaintState as S
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.matters import ALL_OPEN, called, count_groups
from tests.blueprints.complaints.cases import Cast
from tests.office import MORNING, Office


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("TS-2026-000001", True),
        ("ts-1", True),
        ("ts2026000001", True),
        ("1-1-0101", True),
        ("1栋1单元101", True),
        ("10101", True),
        ("ts-2", False),
        ("TS-2025-000001", False),
        ("1-1-0102", False),
        ("%", False),
    ],
)
def test_a_matter_is_found_by_its_number_or_its_home(office: Office, words: str, found: bool) -> None:
    """X-12: as people say it."""
    complaint = Cast(office).take()
    query = select(Complaint.id).join(Home, Home.id == Complaint.home_id)
    assert list(unit().scalars(query.where(called(Complaint.number, words, 2026)))) == (
        [complaint.id] if found else []
    )


def test_what_is_done_is_neither_open_nor_late(office: Office) -> None:
    """One query, whatever the states."""
    cast = Cast(office)
    for state in (S.RECEIVED, S.IN_PROGRESS, S.IN_PROGRESS, S.CLOSED):
        cast.in_state(state)
    counts = count_groups(
        unit(),
        select().select_from(Complaint),
        Complaint.state,
        Complaint.due_at,
        rules.GROUPS,
        MORNING + timedelta(days=60),
    )
    assert counts.groups == {ALL_OPEN: 3, "route": 1, "handle": 2, "inform": 0, "close": 0, "done": 1}
    assert counts.late == 3
