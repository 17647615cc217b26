"""What is written into the work log, and that it stands (R-2, FM-31)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pmweb.blueprints.desk.models import WorkLogEntry
from pmweb.blueprints.desk.operations import log
from pmweb.blueprints.desk.rules import LogKind
from pmweb.blueprints.repairs.operations.intake import Call, take_call
from pmweb.blueprints.repairs.rules import Part, RepairSource
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.session_rules import EvidenceStands, NothingIsDeleted
from tests.office import MORNING, Office


def test_a_line_names_its_day_and_who_was_at_the_desk(office: Office) -> None:
    """T-6: one o'clock at night in Shanghai is still yesterday in UTC."""
    office.act_as(Role.RECEPTIONIST)
    entry = log("event", " 送来锦旗 ", datetime(2026, 3, 5, 17, 0, tzinfo=UTC), name="周文博")
    assert (entry.logged_on, entry.text, entry.kind) == (date(2026, 3, 6), "送来锦旗", LogKind.EVENT)
    assert (entry.by_name, entry.subject_kind) == ("林静", None)


def test_a_line_that_says_nothing_is_refused(office: Office) -> None:
    with pytest.raises(RuleBroken, match=r"desk\.text"):
        log("event", " ", MORNING)


def test_every_call_stands_in_the_log(office: Office) -> None:
    """R-2: with its number, its place and a way to the repair; the name lies apart, to be masked."""
    home = office.home("0202")
    call = Call(
        source=RepairSource.PHONE,
        home=home,
        part=Part.PRIVATE,
        place="主卫",
        category="toilet",
        description="水箱不停上水",
        caller_name="周文博",
        caller_phone="13800138000",
    )
    repair = take_call(call, [], at=MORNING)
    entry = unit().scalars(select(WorkLogEntry)).one()
    assert entry.text == f"{repair.number} 1-1-0202 主卫 水箱不停上水"
    assert (entry.kind, entry.name, entry.at) == (LogKind.REPAIR, "周文博", MORNING)
    assert (entry.subject_kind, entry.subject_id) == ("repair", repair.id)


def test_what_is_written_stands(office: Office) -> None:
    """A correction is another line."""
    entry = log("event", "送来锦旗", MORNING)
    unit().commit()
    entry.text = "没有送来"
    with pytest.raises(EvidenceStands):
        unit().flush()
    unit().rollback()
    unit().delete(entry)
    with pytest.raises(NothingIsDeleted):
        unit().flush()
    unit().rollback()


def test_the_database_takes_no_half_subject(office: Office) -> None:
    line = WorkLogEntry(at=MORNING, logged_on=date(2026, 3, 5), kind=LogKind.EVENT, text="-")
    line.by, line.by_name, line.subject_kind = "system", "系统", "repair"
    unit().add(line)
    with pytest.raises(IntegrityError, match="subject_is_whole"):
        unit().flush()
    unit().rollback()
