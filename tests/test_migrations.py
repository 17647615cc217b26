"""How a migration meets a database that holds the records of an office (promise 8; architecture, "Data stores")."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from pmweb import create_app
from pmweb.extensions import db
from tests.databases import DATA_KEY, KINDS
from tools.migrations import described, empty_database

MIGRATIONS = Path(__file__).resolve().parents[1] / "pmweb" / "migrations"
STEP = '''"""A later step.

Revision ID: later
Revises: {before}
"""
from alembic import op
import sqlalchemy as sa

revision, down_revision, branch_labels, depends_on = "later", "{before}", None, None


def upgrade():
{up}


def downgrade():
{down}
'''
ANEW = 'recreate="always" if op.get_bind().dialect.name == "sqlite" else "never"'
REBUILD = f"""    with op.batch_alter_table("building", {ANEW}) as table:
        table.add_column(sa.Column("nickname", sa.String(20), nullable=True))"""
UNDO = f"""    with op.batch_alter_table("building", {ANEW}) as table:
        table.drop_column("nickname")"""

Later = Callable[..., str]


@pytest.fixture(params=KINDS)
def office_database(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """An app on a migrated database with an estate, a building and a home."""
    with empty_database(request.param) as url:
        app = create_app(
            {
                "TESTING": True,
                "INSTANCE": tmp_path,
                "SECRET_KEY": "a test",
                "DATA_KEY": DATA_KEY,
                "SQLALCHEMY_DATABASE_URI": url,
            }
        )
        with app.app_context():
            upgrade()
            _settle_in()
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def later(tmp_path: Path) -> Later:
    """A copy of the migrations with one more step; gives back its folder."""

    def add(up: str, down: str = "    pass") -> str:
        folder = tmp_path / "migrations"
        shutil.copytree(MIGRATIONS, folder, dirs_exist_ok=True)
        newest = max(MIGRATIONS.glob("versions/*.py")).name.partition("_")[0]
        step = STEP.format(before=newest, up=up, down=down)
        (folder / "versions" / "later.py").write_text(step, encoding="utf-8")
        return str(folder)

    return add


def _settle_in() -> None:
    """Rows of today's shape, written without the models: they may have moved on when the step is old."""
    with db.engine.begin() as connection:
        for table, known in (
            ("estate", {"code": "A", "name": "松涛苑"}),
            ("building", {"estate_id": 1, "name": "1"}),
            ("home", {"estate_id": 1, "building_id": 1, "number": "0101"}),
        ):
            values = {
                column["name"]: known.get(column["name"], _anything(column["type"]))
                for column in inspect(connection).get_columns(table)
                if column["name"] != "id" and (column["name"] in known or not column["nullable"])
            }
            names = ", ".join(values)
            places = ", ".join(f":{name}" for name in values)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)


def _anything(kind: Any) -> Any:
    if kind.python_type is bool:
        return False
    return {int: 1, str: "x"}.get(kind.python_type, "2026-03-05 00:00:00")


def _count(table: str) -> int:
    with db.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_table_that_is_built_anew_keeps_the_rows_that_point_at_it(
    office_database: Flask, later: Later
) -> None:
    """With foreign keys in force SQLite silently deleted the homes of a building that was rebuilt."""
    folder = later(REBUILD, UNDO)
    upgrade(directory=folder)
    assert (_count("building"), _count("home")) == (1, 1)
    downgrade(directory=folder, revision="-1")
    assert (_count("building"), _count("home")) == (1, 1)


def test_a_step_that_leaves_rows_without_their_parent_is_undone(office_database: Flask, later: Later) -> None:
    """Foreign keys are off while a step runs on SQLite; it is checked before it is kept."""
    with pytest.raises((SystemExit, IntegrityError)):
        upgrade(directory=later('    op.execute("DELETE FROM building")'))
    assert (_count("building"), _count("home")) == (1, 1)


def test_a_step_that_breaks_in_the_middle_leaves_nothing_behind(office_database: Flask, later: Later) -> None:
    """Tables too: half a step could be neither repeated nor undone."""
    up = """    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("UPDATE home SET number = 'half'")
    raise ZeroDivisionError"""
    with pytest.raises(ZeroDivisionError):
        upgrade(directory=later(up))
    with db.engine.connect() as connection:
        assert not inspect(connection).has_table("half")
        assert connection.execute(text("SELECT number FROM home")).scalar_one() == "0101"
    upgrade()


@pytest.mark.parametrize("kind", KINDS)
def test_servers_that_start_at_once_migrate_once(kind: str, tmp_path: Path) -> None:
    with empty_database(kind) as url:
        environment = os.environ | {"PMWEB_INSTANCE": str(tmp_path), "PMWEB_DATABASE_URL": url}
        start = "from pmweb.cli import ready_app; ready_app()"
        servers = [subprocess.Popen([sys.executable, "-c", start], env=environment) for _ in range(3)]
        assert [server.wait(120) for server in servers] == [0, 0, 0]


def test_the_file_of_the_office_may_be_opened_meanwhile(office_database: Flask, later: Later) -> None:
    """A reader sees the tables of before or of after."""
    url = str(office_database.config["SQLALCHEMY_DATABASE_URI"])
    if not url.startswith("sqlite:///"):
        assert _count("home") == 1
        return
    reader = sqlite3.connect(url.removeprefix("sqlite:///"))
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM home").fetchone() == (1,)
    upgrade(directory=later(REBUILD, UNDO))
    assert reader.execute("SELECT count(*) FROM home").fetchone() == (1,)
    reader.close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_steps_make_the_very_tables_of_the_models(kind: str, tmp_path: Path) -> None:
    """Checks, partial indexes and what a foreign key does too: Alembic's own comparison looks at none of them."""
    with empty_database(kind) as migrated:
        settings = {"TESTING": True, "INSTANCE": tmp_path, "SECRET_KEY": "a test", "DATA_KEY": DATA_KEY}
        app = create_app(settings | {"SQLALCHEMY_DATABASE_URI": migrated})
        with app.app_context():
            upgrade()
            by_steps = described(db.engine)
            downgrade(revision="base")
            db.create_all()
            by_models = described(db.engine)
            db.engine.dispose()
    assert by_steps == by_models
    assert any("voided_at" in index for index in by_steps["move_in"] if "uq_move_in_active" in index)
