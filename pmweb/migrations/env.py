"""How a migration meets the database: in one transaction, and on SQLite without foreign keys in force.

A batch migration rebuilds a table; with ``foreign_keys=ON`` the rebuilding deletes the rows that point at it. So they
are off on this connection, and checked afterwards.
"""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection, TypeDecorator, create_engine

from pmweb import rooms
from pmweb.extensions import db

assert rooms.ROOMS  # every table is mapped


def render_item(kind: str, item: object, autogen_context: object) -> str | bool:
    """A type of ours is written as what it is in the database: old migrations must not depend on new code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def run(connection: Connection) -> None:
    """Bring the database of this connection to the wanted step."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")  # nothing happens inside a transaction: end it
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration left rows that point at nothing: {broken[:5]}")


# an engine of its own: the app's begins transactions in its own way
engine = create_engine(current_app.config["SQLALCHEMY_DATABASE_URI"])
try:
    with engine.connect() as connection:
        run(connection)
finally:
    engine.dispose()
