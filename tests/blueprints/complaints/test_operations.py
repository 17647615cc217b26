"""The way of a complaint through the office (P-4, P-12, P-14 to P-21)."""

from __future__ import annotations

import pytest

from pmweb.blueprints.complaints.rules import ClockKind, ComplaintState, LevelId
from tests.blueprints.complaints.cases import Cast, running
from tests.office import Office

WAY = [
    (level, state)
    for level in LevelId
    for state in ComplaintState
    if not (state is ComplaintState.RECEIVED and level is not LevelId.MINOR)
]


@pytest.mark.parametrize(("level", "state"), WAY)
def test_every_level_reaches_every_state(office: Office, level: LevelId, state: ComplaintState) -> None:
    cast = Cast(office)
    complaint = cast.in_state(state, level)
    assert complaint.state is state
    assert complaint.level is level


def test_a_major_complaint_lies_before_the_manager_as_soon_as_it_is_kept(office: Office) -> None:
    """P-14: three clocks run from the reception, and the manager has the promise to take it up."""
    complaint = Cast(office).take(levels=frozenset({LevelId.MAJOR, LevelId.MINOR}))
    assert complaint.state is ComplaintState.ESCALATED
    assert set(running(complaint)) == {ClockKind.ESCALATE, ClockKind.REPLY, ClockKind.RESOLVE}
