"""``pmweb run-due`` every five minutes of a month: everybody is told once, nobody early, nobody forgotten (X-5, P-14).

The whole bar, by hand: ``PMWEB_COMPLAINTS=3000 PMWEB_DAYS=30 python -m pytest
tests/blueprints/complaints/test_run_due.py``.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pmweb.blueprints.complaints.models import ComplaintClock, ComplaintReminder
from pmweb.blueprints.complaints.operations import clocks
from pmweb.blueprints.home.commands import run
from pmweb.extensions import db, unit
from pmweb.models import tasks
from pmweb.models.journal import JournalEntry
from pmweb.models.session_rules import SYSTEM, close_session, open_session
from tests.blueprints.complaints.month import Month
from tests.databases import KINDS, beside
from tests.office import MORNING, Office
from tests.races import at_once

COMPLAINTS = int(os.environ.get("PMWEB_COMPLAINTS", "50"))
DAYS = int(os.environ.get("PMWEB_DAYS", "3"))
STEP = timedelta(minutes=5)
Node = Callable[[datetime], None]
Known = Counter[tuple[object, ...]]


@pytest.fixture
def node(app: Flask) -> Node:
    """One machine that runs the command."""

    def look(at: datetime) -> None:
        with app.test_request_context():
            _passed, failed = run(at)
            assert failed == 0

    return look


@pytest.fixture
def restarted(app: Flask) -> Iterator[Node]:
    """A process that was started anew on the same database."""
    with ExitStack() as stack:
        other = stack.enter_context(beside(app))

        def look(at: datetime) -> None:
            with other.app_context():
                _passed, failed = run(at)
                assert failed == 0

        yield look


def told(month: Month) -> tuple[Known, Known]:
    """Whom the office has told of which clock, and what was passed up, as the database has it."""
    session = unit()
    session.rollback()
    close_session(session)
    open_session(session, actor=SYSTEM, estate_id=month.estate_id)
    query = select(ComplaintReminder, ComplaintClock).join(ComplaintReminder.clock)
    reminders: Known = Counter(
        (
            *(clock.complaint_id, clock.kind.value, clock.started_at, clock.due_at),
            *(reminder.percent, reminder.to, reminder.staff_id, reminder.told_at),
        )
        for reminder, clock in session.execute(query)
    )
    entries = session.scalars(select(JournalEntry).where(JournalEntry.event == tasks.PASSED_UP))
    passed: Known = Counter(
        (
            *(entry.subject_id, entry.facts["kind"]),
            *(datetime.fromisoformat(entry.facts["due_at"]), entry.facts["to"], entry.at),
        )
        for entry in entries
    )
    return reminders, passed


def agree(month: Month) -> tuple[int, int]:
    """The office and the calendar say the same; how often somebody was told, and passed up."""
    reminders, passed = told(month)
    wanted, wanted_up = month.ledger.reminders(), month.ledger.passed_up()
    assert not reminders - wanted, "told twice, early or of what had ended"
    assert not wanted - reminders, "not told"
    assert not passed - wanted_up, "passed up twice, early or though it was kept"
    assert not wanted_up - passed, "not passed up"
    return reminders.total(), passed.total()


def looks(days: int, every: timedelta = STEP) -> list[datetime]:
    """Every so often, through the days and one more, in which what is late becomes known."""
    return [MORNING + number * every for number in range(int((days + 1) * timedelta(days=1) / every))]


def test_through_the_days_everybody_is_told_once_and_in_time(office: Office, node: Node) -> None:
    """X-5, P-14 to P-16, P-19, P-21."""
    month = Month(office, COMPLAINTS, DAYS)
    for at in looks(DAYS):
        month.go_on(at)
        month.ledger.looks.append(at)
        node(at)
    reminders, passed = agree(month)
    print(f"{COMPLAINTS} complaints, {month.done} acts, {reminders} told, {passed} passed up")  # noqa: T201
    assert reminders > COMPLAINTS
    assert passed > COMPLAINTS / 10


@pytest.mark.parametrize("database_kind", KINDS, indirect=True)
def test_restarts_pauses_a_clock_set_back_and_two_nodes_change_nothing(
    office: Office, node: Node, restarted: Node
) -> None:
    """X-5: what was missed is caught up at the next look, once."""
    month = Month(office, 20, 3, seed=7)
    ledger = month.ledger
    for number, at in enumerate(looks(3, timedelta(minutes=40))):
        month.go_on(at)
        if number % 40 in range(11, 17):
            continue  # nobody looked
        ledger.looks.append(at)
        match number % 10:
            case 3:  # three at once
                at_once(*[lambda at=at: node(at)] * 3)
            case 5:
                node(at)
                node(at)
            case 7:
                restarted(at)
            case 9:
                node(at)
                ledger.looks.append(at - timedelta(days=2))
                node(at - timedelta(days=2))
            case _:
                node(at)
    reminders, passed = agree(month)
    assert reminders > 20
    assert passed


@pytest.mark.parametrize("database_kind", KINDS, indirect=True)
def test_a_machine_that_dies_in_the_middle_leaves_nothing_half_told(
    office: Office, app: Flask, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some of it was told and committed; the rest is, when the command runs again."""
    month = Month(office, 20, 2, seed=11)
    at = MORNING + timedelta(days=30)
    month.go_on(at - timedelta(days=26))
    month.ledger.looks.append(at)
    tell, alive = clocks._tell, iter(range(15))

    def die(*args: Any) -> None:
        if next(alive, None) is None:
            raise RuntimeError("the machine lost its power")
        tell(*args)

    monkeypatch.setattr(clocks, "AT_ONCE", 3)
    monkeypatch.setattr(clocks, "_tell", die)
    with app.test_request_context():
        assert run(at)[1] == 1
    reminders, _passed = told(month)
    assert 0 < reminders.total() <= 15
    assert not reminders - month.ledger.reminders()
    monkeypatch.setattr(clocks, "_tell", tell)
    node(at)
    agree(month)


@pytest.mark.parametrize("database_kind", KINDS, indirect=True)
def test_many_nodes_at_once_share_what_is_due(office: Office, app: Flask, node: Node) -> None:
    month = Month(office, 20, 2, seed=13)
    at = MORNING + timedelta(days=9)
    month.go_on(at)
    close_session(unit())
    db.session.remove()
    month.ledger.looks.append(at)
    at_once(*[lambda: node(at)] * 4)
    reminders, passed = agree(month)
    assert reminders > 20
    assert passed


def test_a_look_with_nothing_due_asks_little(
    office: Office, node: Node, queries: Callable[[Callable[[], Any]], int]
) -> None:
    """It asks once in an estate for each kind of thing, however many complaints there are."""
    month = Month(office, 20, 1, seed=17)
    at = MORNING + timedelta(days=1)
    month.go_on(at)
    node(at)
    before = queries(lambda: node(at))
    assert before <= 12
