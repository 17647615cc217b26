"""Fixtures for the whole house: one database per worker, laid anew before each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from pmweb import clock, create_app
from pmweb.domain.permissions import Role
from pmweb.extensions import db
from pmweb.models.session_rules import close_session
from tests.checking_client import CheckingClient
from tests.office import MORNING, Office, sign_in

pytest_plugins = ["tests.databases", "tests.postgres", "tests.tiers"]

DATA_KEY = bytes(range(32))


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> tuple[Flask, Path, Path]:
    """The app of this worker, and an empty database that each test starts from."""
    folder = tmp_path_factory.mktemp("instance")
    database = folder / "pmweb.db"
    app = create_app(
        {
            "TESTING": True,
            "INSTANCE": folder,
            "SECRET_KEY": "a test",
            "DATA_KEY": DATA_KEY,
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{database}",
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
        }
    )
    app.test_client_class = CheckingClient
    CheckingClient.statements = []
    with app.app_context():
        db.create_all()
        event.listen(
            db.engine,
            "before_cursor_execute",
            lambda _c, _cur, statement, *_more: CheckingClient.statements.append(statement),
        )
        db.engine.dispose()
    original = folder / "blank.db"
    shutil.copyfile(database, original)
    return app, database, original


@pytest.fixture
def app(blank: tuple[Flask, Path, Path]) -> Iterator[Flask]:
    """The app on an empty database, with the clock at MORNING."""
    app, database, original = blank
    with app.app_context():
        db.engine.dispose()
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(original, database)
    CheckingClient.statements.clear()
    with clock.standing_still_at(MORNING), app.app_context():
        yield app
        close_session(db.session())
        db.session.remove()


@pytest.fixture
def office(app: Flask) -> Office:
    """A small office: one estate, one building."""
    return Office()


@pytest.fixture
def client_for(app: Flask, office: Office) -> Callable[..., CheckingClient]:
    """A signed-in client for a role: ``client_for(Role.RECEPTIONIST)``."""

    def make(*roles: Role, **kwargs: Any) -> CheckingClient:
        client = app.test_client()
        sign_in(client, office.staff(*roles, **kwargs), kwargs.get("estate") or office.estate)
        return client  # type: ignore[return-value]

    return make


@pytest.fixture
def queries(app: Flask) -> Callable[[Callable[[], Any]], int]:
    """How many statements a piece of work sends to the database."""

    def count(work: Callable[[], Any]) -> int:
        before = len(CheckingClient.statements)
        work()
        ignored = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")
        return len(
            [s for s in CheckingClient.statements[before:] if not s.lstrip().upper().startswith(ignored)]
        )

    return count
