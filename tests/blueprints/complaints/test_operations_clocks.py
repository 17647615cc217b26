"""Who is told while a clock runs, and what a clock leaves behind (P-14 to P-21, T-6, X-5)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from pmweb.blueprints.complaints.models import Complaint, ComplaintReminder
from pmweb.blueprints.complaints.operations import answers, clocks, handling, routing
from pmweb.blueprints.complaints.rules import AnswerChannel, ClockKind, ComplaintState, LevelId
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from tests.blueprints.complaints.cases import SECURITY, Cast, all_clocks, found, owed, told_of
from tests.office import MORNING, Office

S, L, K = ComplaintState, LevelId, ClockKind
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PERSON, SUPERVISOR, MANAGER = "responsible_person", "department_supervisor", "office_manager"


@pytest.fixture
def cast(office: Office) -> Cast:
    return Cast(office)


def reminders(kind: ClockKind) -> list[ComplaintReminder]:
    query = select(ComplaintReminder).join(ComplaintReminder.clock).order_by(ComplaintReminder.id)
    return [one for one in unit().scalars(query) if one.clock.kind is kind]


def told(kind: ClockKind) -> list[tuple[int, str]]:
    return [(one.percent, one.to) for one in reminders(kind)]


def look(at: datetime) -> None:
    while clocks.remind(at):
        pass


def contact_late(cast: Cast) -> Complaint:
    """Given to the guard in the morning, who does not call."""
    return cast.take(responsible=cast.guard)


def test_the_half_hour_of_the_first_contact(cast: Cast) -> None:
    """P-19: the guard after 15 minutes, the supervisor as well after 24, the manager at the end."""
    complaint = contact_late(cast)
    for minutes, wanted in (
        (14.99, []),
        (15, [(50, PERSON)]),
        (23.99, [(50, PERSON)]),
        (24, [(50, PERSON), (80, PERSON), (80, SUPERVISOR)]),
        (29.99, [(50, PERSON), (80, PERSON), (80, SUPERVISOR)]),
        (30, [(50, PERSON), (80, PERSON), (80, SUPERVISOR), (100, SUPERVISOR), (100, MANAGER)]),
    ):
        look(MORNING + minutes * MINUTE)
        assert told(K.FIRST_CONTACT) == wanted
    guard, *_rest, supervisor, manager = reminders(K.FIRST_CONTACT)
    assert (guard.staff_id, guard.role) == (cast.guard.id, None)
    assert (supervisor.role, supervisor.department) == (Role.DEPARTMENT_SUPERVISOR, SECURITY)
    assert (manager.role, manager.department) == (Role.OFFICE_MANAGER, None)
    assert [facts["clock"] for facts in told_of(complaint, "late")] == ["first_contact"]


def test_the_supervisor_has_a_task_of_it_and_the_manager_at_the_end(cast: Cast) -> None:
    """X-5: it says how much of the time has passed, passes up no further, and ends with the clock."""
    complaint = contact_late(cast)
    look(MORNING + 24 * MINUTE)
    task = owed(complaint)["told.first_contact.supervisor"]
    assert (task.facts["percent"], task.rule, task.next_reminder_at) == (80, "P-19", None)
    assert "told.first_contact.manager" not in owed(complaint)
    look(MORNING + 30 * MINUTE)
    assert owed(complaint)["told.first_contact.supervisor"].facts["percent"] == 100
    assert owed(complaint)["told.first_contact.manager"].facts["percent"] == 100
    handling.contact(complaint, AnswerChannel.PHONE, "", cast.guard, MORNING + 31 * MINUTE)
    assert set(owed(complaint)) == {"resolve"}


def test_whoever_looks_late_is_told_everything_once(cast: Cast) -> None:
    contact_late(cast)
    for _ in range(3):
        look(MORNING + DAY)
        look(MORNING)
    assert len(told(K.FIRST_CONTACT)) == 5
    assert {one.told_at for one in reminders(K.FIRST_CONTACT)} == {MORNING + DAY}


def test_where_nobody_is_responsible_the_supervisor_is_told_instead(cast: Cast) -> None:
    """P-15: the hour of an important complaint that nobody has yet."""
    cast.take(levels=frozenset({L.IMPORTANT}))
    look(MORNING + 30 * MINUTE)
    (first,) = reminders(K.ESCALATE)
    assert (first.to, first.staff_id, first.role, first.department) == (
        *(PERSON, None, Role.DEPARTMENT_SUPERVISOR),
        SECURITY,
    )


def test_of_the_feedback_the_receiver_is_told(cast: Cast) -> None:
    """P-21: it is the receiver's to tell the resident, whoever handled it."""
    cast.in_state(S.RESULT_REPORTED)
    look(MORNING + 8 * 60 * MINUTE)
    (first,) = reminders(K.FEEDBACK)
    assert first.staff_id == cast.receiver.id


def test_of_what_has_ended_nobody_is_told(cast: Cast) -> None:
    complaint = cast.in_state(S.CLOSED, L.MAJOR)
    look(MORNING + 30 * DAY)
    assert unit().scalars(select(ComplaintReminder)).all() == []
    assert all(one.ended_at == MORNING for one in all_clocks(complaint))


def test_a_level_that_rises_tells_of_the_new_clock(cast: Cast) -> None:
    """A-28: each clock has its own; what was told of the old one stays in the record."""
    complaint = cast.in_state(S.IN_PROGRESS)
    look(MORNING + 2 * DAY)
    assert told(K.RESOLVE) == [(50, PERSON), (80, PERSON), (80, SUPERVISOR)][: len(told(K.RESOLVE))]
    before = len(told(K.RESOLVE))
    routing.change_level(complaint, L.MAJOR, "有人受伤", cast.supervisor, MORNING + 2 * DAY)
    assert "told.resolve.supervisor" not in owed(complaint)
    look(MORNING + 20 * DAY)
    assert len(told(K.RESOLVE)) == before + 5
    assert len({one.clock_id for one in reminders(K.RESOLVE)}) == 2


def test_a_result_that_was_sent_back_tells_nobody_twice(cast: Cast) -> None:
    """P-20: the parts that had been told are told, the others follow."""
    complaint = cast.in_state(S.IN_PROGRESS)
    look(MORNING + 1.6 * DAY)
    assert told(K.RESOLVE) == [(50, PERSON)]
    handling.report(complaint, found(), (), MORNING + 1.7 * DAY)
    look(MORNING + 2.5 * DAY)
    assert told(K.RESOLVE) == [(50, PERSON)]
    handling.send_back(complaint, "没有说清楚", MORNING + 2.5 * DAY)
    look(MORNING + 2.5 * DAY)
    assert told(K.RESOLVE) == [(50, PERSON), (80, PERSON), (80, SUPERVISOR)]
    look(MORNING + 4 * DAY)
    assert len(told(K.RESOLVE)) == 5


def test_a_clock_keeps_event_rule_and_end(cast: Cast) -> None:
    """T-6, P-14, P-15, P-16: a later change of the rules changes no old promise."""
    for level, rule in ((L.MAJOR, "P-14"), (L.IMPORTANT, "P-15"), (L.MINOR, "P-16")):
        complaint = cast.take(levels=frozenset({level}))
        assert {(one.rule, one.level, one.started_at) for one in all_clocks(complaint)} == {
            (rule, level, MORNING)
        }


def test_in_a_second_round_everybody_is_told_anew(cast: Cast) -> None:
    complaint = cast.bring(cast.take(), S.CLOSED)
    answers.reopen(complaint, "又施工", MORNING + 9 * DAY)
    look(MORNING + 9 * DAY)
    assert told(K.RESOLVE) == []
    look(MORNING + 20 * DAY)
    assert len(told(K.RESOLVE)) == 5
    assert {one.clock.round for one in reminders(K.RESOLVE)} == {2}


def test_the_register_knows_what_ends_first(cast: Cast) -> None:
    """The queue stands by the deadline that comes first."""
    complaint = cast.take(levels=frozenset({L.IMPORTANT}))
    assert complaint.due_at == complaint.queue_at == MORNING + 60 * MINUTE
    routing.assign(complaint, cast.guard, SECURITY, cast.supervisor, MORNING)
    assert complaint.due_at == MORNING + 30 * MINUTE
