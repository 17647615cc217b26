"""The timeline: what happened, when, by whom, in codes and facts (X-2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.base import Subject
from pmweb.models.journal import JournalEntry, note
from pmweb.models.session_rules import NoActor
from tests.office import MORNING, Office


def test_an_entry_says_what_happened_when_and_by_whom(office: Office) -> None:
    home = office.home()
    staff = office.act_as(Role.RECEPTIONIST)
    note(unit(), home, "movein.opened", at=MORNING, home_id=home.id, number="RZ-2026-000001")
    unit().flush()
    (entry,) = unit().scalars(select(JournalEntry))
    assert (entry.subject_kind, entry.subject_id, entry.home_id) == ("home", home.id, home.id)
    assert (entry.event, entry.facts) == ("movein.opened", {"number": "RZ-2026-000001"})
    assert (entry.actor, entry.actor_name) == (f"staff:{staff.id}", staff.name)
    assert entry.estate_id == office.estate.id


def test_what_was_learnt_later_keeps_both_times(office: Office) -> None:
    """A sheet that was filled in without signal happened when it was tapped."""
    entry = note(unit(), Subject("repair", 1), "x", at=MORNING, recorded_at=MORNING + timedelta(hours=3))
    assert (entry.at, entry.recorded_at) == (MORNING, MORNING + timedelta(hours=3))
    assert note(unit(), Subject("repair", 1), "x", at=MORNING).recorded_at == MORNING


def test_nobody_notes_without_a_name(office: Office) -> None:
    unit().info["actor"] = None
    with pytest.raises(NoActor):
        note(unit(), Subject("repair", 1), "x", at=MORNING)
