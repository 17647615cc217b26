"""A complaint as it is taken down, on whichever way it comes (P-4, P-18, P-22, P-24, A-27)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, true

from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.operations import intake
from pmweb.blueprints.complaints.rules import ClockKind, ComplaintState, LevelId
from pmweb.blueprints.desk.models import WorkLogEntry
from pmweb.data import defaults
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.pictures import prepare
from tests import pictures
from tests.blueprints.complaints.cases import HOUR, Cast, all_clocks, running, told_of
from tests.office import MORNING, Office

pytestmark = pytest.mark.usefixtures("folder")
L = LevelId


@pytest.fixture
def cast(office: Office) -> Cast:
    return Cast(office)


def test_what_was_said_is_kept_in_detail(cast: Cast) -> None:
    """P-4: time, place, person and department complained about, what happened, what is asked."""
    complaint = cast.take(against=cast.guard, against_name="夜班门岗", place="北门")
    assert (complaint.number, complaint.receiver_id, complaint.home_id) == (
        *("TS-2026-000001", cast.receiver.id),
        cast.home.id,
    )
    assert (complaint.against_department, complaint.against_staff_id, complaint.against_name) == (
        *("security", cast.guard.id),
        "夜班门岗",
    )
    assert (complaint.happened_at, complaint.received_at) == (MORNING - HOUR, MORNING)
    assert (complaint.place, complaint.demand) == ("北门", "中午不要施工")
    assert told_of(complaint, "received")[0]["channel"] == "phone"


@pytest.mark.parametrize("channel", list(defaults().complaints.channels))
def test_every_way_in_leads_into_the_same_register(cast: Cast, channel: str) -> None:
    """P-24, A-26, A-27: letters, online and gates as calls and visits."""
    complaint = cast.take(channel=channel, station="north_gate")
    assert (complaint.channel, complaint.state) == (channel, ComplaintState.RECEIVED)
    assert set(running(complaint)) == {ClockKind.RESOLVE}
    (entry,) = unit().scalars(select(WorkLogEntry))
    assert complaint.number in entry.text


def test_a_letter_runs_from_the_minute_it_came_in(cast: Cast) -> None:
    """P-24, A-28: however much later it is written down."""
    came = MORNING - timedelta(days=1)
    complaint = cast.take(
        channel="letter", received_at=came, happened_at=came, levels=frozenset({L.IMPORTANT})
    )
    assert complaint.entered_at == MORNING
    assert {one.started_at for one in all_clocks(complaint)} == {came}
    assert running(complaint)[ClockKind.ESCALATE] == came + HOUR


def test_a_scan_of_the_letter_hangs_on_it(cast: Cast) -> None:
    """P-24."""
    heard = cast.heard(channel="letter")
    complaint = intake.take(heard, (prepare(pictures.jpeg()),), cast.receiver, at=MORNING)
    ((attachment,),) = shelf.attachments(unit(), "complaint", [complaint.id]).values()
    assert attachment.caption == intake.PAPER


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"levels": frozenset()}, "complaint.level"),
    ({"home": None, "place": ""}, "complaint.place"),
    ({"anonymous": True}, "complaint.anonymous"),
    ({"received_at": MORNING + HOUR}, "complaint.received_later"),
    ({"happened_at": MORNING + HOUR}, "complaint.happened_later"),
    ({"harm": True}, "complaint.measure"),
    ({"harm": True, "measure": "关总阀"}, "complaint.measured_at"),
    ({"harm": True, "measure": "关总阀", "measured_at": MORNING + HOUR}, "complaint.measured_later"),
    ({"resident_deadline": MORNING}, "complaint.deadline_past"),
]


@pytest.mark.parametrize(("changes", "code"), BROKEN)
def test_a_record_that_does_not_do_is_not_kept(cast: Cast, changes: dict[str, Any], code: str) -> None:
    """P-4, P-16, P-22."""
    with pytest.raises(RuleBroken) as refused:
        cast.take(**changes)
    assert refused.value.code == code
    assert unit().scalar(select(func.count()).select_from(Complaint)) == 0


def test_harm_that_goes_on_is_stopped_before_anything_else(cast: Cast) -> None:
    """P-22: how and when stands in the record."""
    complaint = cast.take(harm=True, measure="关总阀", measured_at=MORNING, levels=frozenset({L.MAJOR}))
    assert (complaint.harm_in_progress, complaint.immediate_measure, complaint.measured_at) == (
        *(True, "关总阀"),
        MORNING,
    )
    quiet = cast.take(harm=False, measure="关总阀", measured_at=MORNING)
    assert (quiet.immediate_measure, quiet.measured_at) == ("", None)


def test_of_an_anonymous_caller_nothing_is_kept(cast: Cast) -> None:
    """P-4: who wants no name has none here."""
    complaint = cast.take(home=None, place="北门", anonymous=True, name="王小二", phone="13900139000")
    assert (complaint.complainant_name, complaint.complainant_phone) == ("", "")


def test_what_the_same_home_said_lately_is_a_hint(cast: Cast) -> None:
    old = cast.take(received_at=MORNING - timedelta(days=31), happened_at=MORNING - timedelta(days=31))
    lately = cast.take(received_at=MORNING - timedelta(days=30), happened_at=MORNING - timedelta(days=30))
    hinted = intake.similar(cast.home.id, MORNING, true())
    assert hinted == [lately]
    assert old not in hinted
