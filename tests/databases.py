"""Where tests keep their rows: one database per xdist worker, on SQLite and – where marked – PostgreSQL.

A test that asks for ``database_url`` runs once on each; ``sqlite_url`` and ``postgres_url`` name one. So does a
test of the tier ``operations`` that asks for ``app`` or for anything that stands on it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import stamp
from sqlalchemy import Engine, event

from pmweb import clock, create_app
from pmweb.extensions import db
from pmweb.models.session_rules import close_session
from tests.checking_client import CheckingClient
from tests.office import MORNING
from tests.postgres import fresh_database
from tests.tiers import tier_of

DATA_KEY = bytes(range(32))
ONLY_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For a test of what only SQLite needs."""
KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What staff do is tested on both databases."""
    root = metafunc.config.rootpath / "tests"
    path = metafunc.definition.path
    asks = "database_kind" in metafunc.fixturenames and path.is_relative_to(root)
    chosen = [
        mark for mark in metafunc.definition.iter_markers("parametrize") if mark.args[0] == "database_kind"
    ]
    if asks and not chosen and tier_of(path.relative_to(root)) == "operations":
        metafunc.parametrize("database_kind", KINDS, indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgres``: on which database ``app`` stands."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="session")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A SQLite file of this worker's own, the same through the whole run; not made yet."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    return f"sqlite:///{tmp_path_factory.mktemp('database') / f'pmweb-{worker}.db'}"


@pytest.fixture(scope="session", params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database, on each kind that pmweb promises to run on."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def app_on(url: str, folder: Path) -> Flask:
    """The app of this worker on an empty database with all tables."""
    app = create_app(
        {
            "TESTING": True,
            "INSTANCE": folder,
            "SECRET_KEY": "a test",
            "DATA_KEY": DATA_KEY,
            "SQLALCHEMY_DATABASE_URI": url,
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
        }
    )
    app.test_client_class = CheckingClient
    CheckingClient.statements = []
    with app.app_context():
        db.create_all()
        stamp()  # the tables are those of the newest migration (tests/test_migrations.py)
        write_down(db.engine)
        db.engine.dispose()
    return app


def write_down(engine: Engine) -> None:
    """From now on ``CheckingClient.statements`` holds what is sent to this database."""
    event.listen(
        engine,
        "before_cursor_execute",
        lambda _c, _cur, statement, *_more: CheckingClient.statements.append(statement),
    )


@contextlib.contextmanager
def beside(app: Flask, **settings: Any) -> Iterator[Flask]:
    """Another app on the instance and the database of ``app``, with further settings; no rate limits unless asked."""
    names = ("TESTING", "INSTANCE", "SECRET_KEY", "DATA_KEY", "SQLALCHEMY_DATABASE_URI", "WTF_CSRF_ENABLED")
    made = create_app({name: app.config[name] for name in names} | {"RATELIMIT_ENABLED": False} | settings)
    made.test_client_class = CheckingClient
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> tuple[Flask, Callable[[], None]]:
    """The app on SQLite, and what empties its database."""
    folder = tmp_path_factory.mktemp("instance")
    database, original = folder / "pmweb.db", folder / "blank.db"
    app = app_on(f"sqlite:///{database}", folder)
    shutil.copyfile(database, original)

    def empty() -> None:
        for suffix in ("-wal", "-shm"):
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(original, database)

    return app, empty


@pytest.fixture(scope="session")
def on_postgres(
    postgres_cluster: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Flask, Callable[[], None]]:
    """The app on PostgreSQL, and what empties its database."""
    name = f"office_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    app = app_on(fresh_database(postgres_cluster, name), tmp_path_factory.mktemp("instance"))
    rows = "".join(f'DELETE FROM "{table.name}";' for table in db.metadata.sorted_tables)
    numbers = "".join(f'ALTER SEQUENCE "{table.name}_id_seq" RESTART;' for table in db.metadata.sorted_tables)

    def empty() -> None:
        with app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql(f"SET LOCAL session_replication_role = replica; {rows} {numbers}")

    return app, empty


@pytest.fixture
def app(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Flask]:
    """The app on an empty database, with the clock at MORNING; what staff do is tested on both databases."""
    app, empty = request.getfixturevalue(f"on_{database_kind}")
    with app.app_context():
        db.engine.dispose()
    empty()
    CheckingClient.statements.clear()
    with clock.standing_still_at(MORNING), app.app_context():
        yield app
        close_session(db.session())
        db.session.remove()
        db.engine.dispose()
