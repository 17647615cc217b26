"""``pmweb run-due`` as contract.md promises it: everything whose time has come, as often as one likes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from pmweb import cli
from pmweb.blueprints.home.rules import escalations
from pmweb.domain.permissions import Role
from pmweb.extensions import db, unit
from pmweb.models import tasks
from pmweb.models.base import Subject
from pmweb.models.journal import JournalEntry
from pmweb.models.session_rules import SYSTEM, close_session, open_session
from tests.blueprints.home.letters import CARD, promise
from tests.office import MORNING, Office
from tests.races import at_once

Run = Callable[..., Result]
DAYS = 60
OWNERS = (
    (Role.RECEPTIONIST, "customer_service"),
    (Role.DISPATCHER, "repair"),
    (Role.DEPARTMENT_SUPERVISOR, "repair"),
    (Role.OFFICE_MANAGER, None),
)


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command as a person types it, in the app of the test."""
    monkeypatch.setattr(cli, "ready_app", lambda: app)

    def invoke(*args: str) -> Result:
        close_session(unit())
        db.session.remove()
        result = CliRunner().invoke(cli.main, ["run-due", *args])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def told(estate_id: int) -> Counter[tuple[int, str]]:
    """How often whom was told of which matter, in one estate."""
    close_session(unit())
    open_session(unit(), actor=SYSTEM, estate_id=estate_id)
    query = select(JournalEntry).where(
        JournalEntry.event == tasks.PASSED_UP, JournalEntry.subject_kind == "letter"
    )
    return Counter((entry.subject_id, entry.facts["to"]) for entry in unit().scalars(query))


class Promises:
    """A hundred promises over sixty days: some are kept in time, some late, some never."""

    def __init__(self, office: Office) -> None:
        draw = Random(20261201)
        self.office = office
        self.kept: dict[int, datetime] = {}
        self.owed: dict[int, tuple[Role, str | None, datetime]] = {}
        for number in range(100):
            role, department = draw.choice(OWNERS)
            due_at = MORNING + timedelta(minutes=draw.randrange(DAYS * 24 * 60))
            self.owed[number] = (role, department, due_at)
            if draw.random() < 0.7:
                self.kept[number] = due_at + timedelta(minutes=draw.randrange(-4000, 3000))
            tasks.promise(
                unit(), "letter.send", "X-5", Subject("letter", number), event_at=MORNING, due_at=due_at,
                role=role, department=department,
            )  # fmt: skip
        db.session.commit()

    def keep(self, until: datetime) -> None:
        """What was kept until then."""
        close_session(unit())
        open_session(unit(), actor=SYSTEM, estate_id=self.office.estate.id)
        for number, at in self.kept.items():
            if at <= until:
                tasks.keep_all(unit(), Subject("letter", number), at=at)
        db.session.commit()

    def late(self, looks: list[datetime]) -> Counter[tuple[int, str]]:
        """Who is to be told of what, by a person who goes through the list with a calendar."""
        wanted: Counter[tuple[int, str]] = Counter()
        for number, (role, department, due_at) in self.owed.items():
            kept_at = self.kept.get(number)
            for time, step in escalations(role, department, due_at):
                first = next((look for look in looks if look >= time), None)
                if first is not None and (kept_at is None or kept_at > first):
                    wanted[(number, step.to.value)] += 1
        return wanted


def test_over_sixty_days_exactly_what_is_late_is_passed_up_once(
    run: Run, office: Office, letters: None
) -> None:
    estate_id, promises = office.estate.id, Promises(office)
    looks = [MORNING + timedelta(hours=7 * n) for n in range(DAYS * 24 // 7 + 8)]
    for number, look in enumerate(looks):
        promises.keep(look)
        assert run("--now", look.isoformat()).exit_code == 0
        if number % 20 == 0:  # again, and with a clock that went back: nothing changes
            assert run("--now", look.isoformat()).stdout == "passed up 0\n"
            assert run("--now", (look - timedelta(days=2)).isoformat()).stdout == "passed up 0\n"
    wanted = promises.late(looks)
    assert told(estate_id) == wanted
    assert set(wanted.values()) == {1}
    assert len(wanted) > 30


def test_two_nodes_at_once_tell_each_of_it_once(run: Run, app: Flask, office: Office, letters: None) -> None:
    from pmweb.blueprints.home.commands import run as everything

    estate_id, promises = office.estate.id, Promises(office)
    close_session(unit())
    db.session.remove()
    at = MORNING + timedelta(days=DAYS + 3)

    def node() -> tuple[int, int]:
        with app.test_request_context():
            return everything(at)

    assert sum(passed for passed, _failed in at_once(node, node, node)) >= len(promises.owed)
    assert set(told(estate_id).values()) == {1}


def test_every_estate_is_looked_after(run: Run, office: Office, letters: None) -> None:
    other = office.other_estate().id
    for estate_id in (office.estate.id, other):
        close_session(unit())
        open_session(unit(), actor=SYSTEM, estate_id=estate_id)
        tasks.promise(
            unit(), "letter.send", "X-5", Subject("letter", 7), event_at=MORNING, due_at=MORNING,
            role=Role.RECEPTIONIST,
        )  # fmt: skip
        db.session.commit()
    here = office.estate.id
    assert run("--now", MORNING.isoformat()).stdout == "passed up 2\n"
    assert [sum(told(estate_id).values()) for estate_id in (here, other)] == [1, 1]


def test_a_local_time_is_understood_and_nonsense_is_not(run: Run, office: Office) -> None:
    assert run("--now", "2026-03-05T09:00").exit_code == 0
    wrong = run("--now", "tomorrow")
    assert wrong.exit_code == 2
    assert "2026-12-01T08:00+08:00" in wrong.stderr


def test_what_fails_keeps_nothing_else_from_being_done(
    run: Run, app: Flask, office: Office, letters: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One room of one estate: the late promises of all estates are passed up all the same."""

    def broken(_at: datetime) -> None:
        raise RuntimeError("the register of letters cannot be read")

    monkeypatch.setitem(app.extensions["cards"], "letters", replace(CARD, when_due=broken))
    promise(MORNING)
    result = run("--now", MORNING.isoformat())
    assert (result.exit_code, result.stdout) == (1, "passed up 1\n")
    assert "failed 1" in result.stderr
