"""The access log of identity scans (PRI-5)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from pmweb.blueprints.archive.operations import log_look
from pmweb.blueprints.archive.rules import Purpose
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.audit import AccessEntry
from pmweb.models.files import FileKind
from pmweb.models.pictures import prepare
from pmweb.models.session_rules import NoActor
from pmweb.models.watermarks import Mark
from tests import pictures
from tests.office import MORNING, Office

MARK = Mark.of("入住办理", "moving in", date(2026, 3, 5))


def test_a_look_is_written_down_with_who_when_what_and_why(office: Office) -> None:
    staff = office.act_as(Role.RECEPTIONIST)
    scan = shelf.put(unit(), prepare(pictures.jpeg(), mark=MARK), FileKind.IDENTITY, at=MORNING)
    log_look(unit(), scan, Purpose.CHECK, at=MORNING)
    unit().commit()
    entry = unit().scalars(select(AccessEntry)).one()
    assert (entry.at, entry.actor, entry.estate_id) == (MORNING, f"staff:{staff.id}", office.estate.id)
    assert (entry.subject_kind, entry.subject_id) == ("stored_file", scan.id)
    assert (entry.what, entry.purpose) == ("identity_scan", "check")


def test_nobody_looks_without_a_name(office: Office) -> None:
    scan = shelf.put(unit(), prepare(pictures.jpeg(), mark=MARK), FileKind.IDENTITY, at=MORNING)
    unit().info["actor"] = None
    with pytest.raises(NoActor):
        log_look(unit(), scan, Purpose.CHECK, at=MORNING)
