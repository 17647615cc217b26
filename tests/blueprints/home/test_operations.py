"""Late promises are passed up (X-5): at the step and the time that the rules say, and once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from pmweb.blueprints.home.operations import AT_ONCE, pass_up_late
from pmweb.blueprints.home.rules import PATIENCE, escalations
from pmweb.domain.permissions import Role
from pmweb.extensions import db, unit
from pmweb.models import tasks
from pmweb.models.base import Subject
from pmweb.models.journal import JournalEntry
from tests.blueprints.home.letters import promise
from tests.office import MORNING, Office

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("role", "department", "told"),
    [
        (
            Role.RECEPTIONIST,
            "customer_service",
            [(0, Role.DEPARTMENT_SUPERVISOR, "customer_service"), (1, Role.OFFICE_MANAGER, None)],
        ),
        (
            Role.REPAIRER,
            "repair",
            [(0, Role.DEPARTMENT_SUPERVISOR, "repair"), (1, Role.OFFICE_MANAGER, None)],
        ),
        (None, None, [(0, Role.DEPARTMENT_SUPERVISOR, None), (1, Role.OFFICE_MANAGER, None)]),
        (Role.DEPARTMENT_SUPERVISOR, "repair", [(0, Role.OFFICE_MANAGER, None)]),
        (Role.OFFICE_MANAGER, None, []),
    ],
)
def test_who_is_told_of_a_late_promise(role: Role | None, department: str | None, told: list[Any]) -> None:
    found = escalations(role, department, MORNING)
    assert [((at - MORNING) / PATIENCE, one.to, one.department) for at, one in found] == told
    assert [one.step for _at, one in found] == list(range(1, len(told) + 1))


def told_of(task: tasks.Task) -> list[tuple[str, str | None, datetime]]:
    """Who was told of it, in which department, and when."""
    entries = unit().query(JournalEntry).filter_by(event=tasks.PASSED_UP, subject_id=task.subject_id)
    return [(e.facts["to"], e.facts["department"], e.at) for e in entries.order_by(JournalEntry.id)]


def test_nothing_is_passed_up_before_it_is_late(office: Office) -> None:
    task = promise(MORNING)
    assert pass_up_late(MORNING - timedelta(microseconds=1)) == 0
    assert (task.escalation, told_of(task)) == (0, [])
    assert pass_up_late(MORNING) == 1
    assert (task.escalation, len(told_of(task))) == (1, 1)


def test_each_step_is_told_once(office: Office) -> None:
    task = promise(MORNING)
    for hours in (0, 0, 3, 23, 24, 24, 25, 400):
        pass_up_late(MORNING + timedelta(hours=hours))
    assert told_of(task) == [
        ("department_supervisor", "customer_service", MORNING),
        ("office_manager", None, MORNING + DAY),
    ]
    assert (task.escalation, task.next_reminder_at) == (2, None)


def test_what_was_missed_while_nobody_looked_is_caught_up_in_order(office: Office) -> None:
    task = promise(MORNING)
    pass_up_late(MORNING + 5 * DAY)
    assert [to for to, _department, _at in told_of(task)] == ["department_supervisor", "office_manager"]


def test_what_was_kept_is_told_to_nobody(office: Office) -> None:
    task = promise(MORNING)
    tasks.keep_all(unit(), Subject(task.subject_kind, task.subject_id), at=MORNING)
    assert pass_up_late(MORNING + 9 * DAY) == 0
    assert told_of(task) == []


def test_a_promise_that_moved_begins_anew(office: Office) -> None:
    task = promise(MORNING)
    pass_up_late(MORNING)
    tasks.promise(
        unit(), task.kind, task.rule, Subject(task.subject_kind, task.subject_id), event_at=MORNING,
        due_at=MORNING + 3 * DAY, role=Role.RECEPTIONIST,
    )  # fmt: skip
    assert pass_up_late(MORNING + 2 * DAY) == 0
    assert pass_up_late(MORNING + 3 * DAY) == 1
    assert len(told_of(task)) == 2


def test_a_promise_without_a_time_is_never_late(office: Office) -> None:
    task = promise(None)
    assert pass_up_late(MORNING + 900 * DAY) == 0
    assert told_of(task) == []


@pytest.mark.parametrize(
    ("roles", "to", "department"),
    [
        ((Role.REPAIRER,), "department_supervisor", "repair"),
        ((Role.REPAIRER, Role.DEPARTMENT_SUPERVISOR), "office_manager", None),
        ((), "department_supervisor", None),
    ],
)
def test_the_promise_of_a_person_goes_to_who_leads_the_department(
    office: Office, roles: tuple[Role, ...], to: str, department: str | None
) -> None:
    worker = office.staff(*roles)
    task = promise(MORNING, role=None, staff_id=worker.id)
    pass_up_late(MORNING)
    assert told_of(task) == [(to, department, MORNING)]


def test_a_role_elsewhere_does_not_count(office: Office) -> None:
    other = office.other_estate()
    worker = office.staff(Role.DEPARTMENT_SUPERVISOR, estate=other)
    task = promise(MORNING, role=None, staff_id=worker.id)
    pass_up_late(MORNING)
    assert told_of(task)[0][:2] == ("department_supervisor", None)


def test_many_late_promises_are_told_of_in_several_transactions(office: Office) -> None:
    for number in range(AT_ONCE + 5):
        tasks.promise(
            unit(), "letter.send", "X-5", Subject("letter", 500_000 + number), event_at=MORNING,
            due_at=MORNING, role=Role.RECEPTIONIST,
        )  # fmt: skip
    db.session.commit()
    assert [pass_up_late(MORNING), pass_up_late(MORNING), pass_up_late(MORNING)] == [AT_ONCE, 5, 0]
