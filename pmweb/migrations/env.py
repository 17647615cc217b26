"""How a migration meets the database: in one transaction, alone, and on SQLite without foreign keys in force.

A batch migration rebuilds a table; with ``foreign_keys=ON`` the rebuilding deletes the rows that point at it. So they
are off on this connection, and what points at nothing afterwards undoes everything. Two servers that start at once
migrate one after the other.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection, NullPool, TypeDecorator, create_engine, event, func, select

from pmweb import rooms
from pmweb.extensions import db

assert rooms.ROOMS  # every table is mapped
MIGRATING = 20260305
"""The lock of a migration on PostgreSQL: any number that nobody else takes."""


def render_item(kind: str, item: object, autogen_context: object) -> str | Literal[False]:
    """A type of ours is written as what it is in the database: old migrations must not depend on new code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def open_sqlite(connection: Any, _record: Any) -> None:
    """Transactions that hold tables too, begun by ``begin_sqlite``; foreign keys are off from the beginning."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA busy_timeout=60000")


def begin_sqlite(connection: Connection) -> None:
    """Wait for whoever migrates at this moment, before the present step is read."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def run(connection: Connection) -> None:
    """Bring the database of this connection to the wanted step."""
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.execute(select(func.pg_advisory_lock(MIGRATING)))  # until the connection is closed
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        if sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration left rows that point at nothing: {broken[:5]}")


# an engine of its own: the app's has foreign keys in force
engine = create_engine(current_app.config["SQLALCHEMY_DATABASE_URI"], poolclass=NullPool)
if engine.dialect.name == "sqlite":
    event.listen(engine, "connect", open_sqlite)
    event.listen(engine, "begin", begin_sqlite)
with engine.connect() as connection:
    run(connection)
