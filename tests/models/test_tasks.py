"""Promises have a due time and an owner, and stay as they were computed (promise 10, X-5, T-6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.base import Subject
from pmweb.models.homes import Home
from pmweb.models.tasks import Task, keep, keep_all, promise
from tests.office import MORNING, Office

REPAIR = Subject("repair", 12)
TOMORROW = MORNING + timedelta(days=1)


def _promise(due_at: datetime | None = TOMORROW, subject: Subject | Home = REPAIR, **kwargs: Any) -> Task:
    kwargs = {"role": Role.DISPATCHER} | kwargs
    return promise(unit(), "repair.dispatch", "R-6", subject, event_at=MORNING, due_at=due_at, **kwargs)


def _open() -> list[Task]:
    return list(unit().scalars(select(Task).where(Task.done_at.is_(None)).order_by(Task.id)))


def test_a_promise_keeps_the_event_the_rule_and_the_instant(office: Office) -> None:
    """T-6: a later change of the rule does not change old promises."""
    home = office.home()
    task = _promise(home_id=home.id, department="repair", number="BX-2026-000001")
    unit().commit()
    unit().expire_all()
    assert (task.event_at, task.rule, task.due_at) == (MORNING, "R-6", TOMORROW)
    assert (task.role, task.department, task.home_id) == (Role.DISPATCHER, "repair", home.id)
    assert task.facts == {"number": "BX-2026-000001"}
    assert task.next_reminder_at == TOMORROW


def test_a_promise_without_an_owner_is_none(office: Office) -> None:
    with pytest.raises(IntegrityError):
        _promise(role=None)


def test_a_promise_of_one_person_needs_no_role(office: Office) -> None:
    staff = office.staff(Role.REPAIRER)
    assert _promise(role=None, staff_id=staff.id).staff_id == staff.id


def test_a_promise_may_wait_for_somebody_else(office: Office) -> None:
    assert _promise(None).due_at is None


def test_the_same_promise_again_moves_it(office: Office) -> None:
    first = _promise()
    first.acknowledged_at, first.escalation = MORNING, 2
    again = _promise(TOMORROW + timedelta(days=1))
    assert again is first
    assert (again.due_at, again.acknowledged_at, again.escalation) == (TOMORROW + timedelta(days=1), None, 0)
    assert unit().scalar(select(func.count(Task.id))) == 1


def test_a_kept_promise_that_is_made_again_is_open_again(office: Office) -> None:
    _promise()
    keep(unit(), "repair.dispatch", REPAIR, at=MORNING)
    assert _open() == []
    assert [_promise()] == _open()


def test_each_round_has_its_own_promise(office: Office) -> None:
    first, second = _promise(), _promise(round=2)
    assert first is not second
    keep(unit(), "repair.dispatch", REPAIR, at=MORNING, round=1)
    assert _open() == [second]


def test_keeping_a_promise_leaves_the_others(office: Office) -> None:
    _promise()
    other = _promise(subject=Subject("repair", 13))
    elsewhere = _promise(subject=Subject("move_in", 12))
    keep(unit(), "repair.dispatch", REPAIR, at=MORNING)
    assert _open() == [other, elsewhere]


def test_a_promise_is_kept_once(office: Office) -> None:
    """The first time stands."""
    task = _promise()
    keep(unit(), "repair.dispatch", REPAIR, at=MORNING)
    keep(unit(), "repair.dispatch", REPAIR, at=TOMORROW)
    assert task.done_at == MORNING


def test_when_the_matter_ends_nothing_is_owed(office: Office) -> None:
    _promise()
    promise(unit(), "repair.visit", "R-6", REPAIR, event_at=MORNING, due_at=None, role=Role.REPAIRER)
    other = _promise(subject=Subject("repair", 13))
    keep_all(unit(), REPAIR, at=MORNING)
    assert _open() == [other]


def test_promises_of_another_estate_are_left_alone(office: Office) -> None:
    """Two estates may have a matter of the same kind and number in their tables."""
    _promise()
    unit().commit()
    office.enter(office.other_estate())
    mine = _promise()
    keep_all(unit(), REPAIR, at=MORNING)
    assert mine.done_at == MORNING
    unit().commit()
    office.enter(office.estate)
    assert len(_open()) == 1
