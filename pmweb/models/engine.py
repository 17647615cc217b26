"""How a database is opened so that nobody loses data (architecture.md, "Data stores").

SQLite: WAL, ``synchronous=FULL`` (a tablet deletes its copy on our word), foreign keys on, a busy timeout, and
write transactions that take the lock before anything is read.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

WRITE = "pmweb_write"
"""Execution option of a connection whose transaction is opened for writing."""


def prepare(engine: Engine) -> None:
    """Install what this database needs. Call once per engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def open_for_writing(session: Session) -> None:
    """Begin the write transaction now, before anything is read.

    RuntimeError when the session is in a transaction already: on SQLite a reader cannot become a writer.
    """
    if session.in_transaction():
        raise RuntimeError("the write transaction would begin after something was read")
    session.connection(execution_options={WRITE: True})


def _open_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get(WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
