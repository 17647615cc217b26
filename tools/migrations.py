"""Whether the migrations make the tables that the models describe, on SQLite and on PostgreSQL.

An empty database is migrated to the newest step and compared with the models; a difference is a missing
migration. Then every step is undone and done again, so that a broken way back shows itself here.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, inspect
from sqlalchemy.engine.interfaces import ReflectedIndex

from tests import postgres


@contextlib.contextmanager
def empty_database(kind: str) -> Iterator[str]:
    """The URL of an empty database of this kind (``sqlite`` or ``postgres``), gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="pmweb-migrations-") as folder:
        if kind == "sqlite":
            yield f"sqlite:///{Path(folder) / 'pmweb.db'}"
        else:
            with postgres.cluster() as url:
                yield postgres.fresh_database(url, "pmweb_migrations")


def described(engine: Engine) -> dict[str, list[str]]:
    """Each table as lines that say everything about it, in an order that no database chooses."""
    seen = inspect(engine)
    return {
        table: sorted(
            [
                *(f"column {c['name']} {c['type']} {c['nullable']}" for c in seen.get_columns(table)),
                *(f"key {seen.get_pk_constraint(table)}",),
                *(f"reference {key}" for key in seen.get_foreign_keys(table)),
                *(f"unique {c['name']} {c['column_names']}" for c in seen.get_unique_constraints(table)),
                *(f"check {c['name']} {c['sqltext']}" for c in seen.get_check_constraints(table)),
                *(_index(index) for index in seen.get_indexes(table)),
            ]
        )
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


def _index(index: ReflectedIndex) -> str:
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return f"index {index['name']} {index['unique']} {index['column_names']} {sorted(options.items())}"


def compare(url: str, instance: Path) -> None:
    """Migrate up, compare, down, up, compare. Exits with Alembic's own message on a difference."""
    os.environ |= {"PMWEB_DATABASE_URL": url, "PMWEB_INSTANCE": str(instance)}
    from flask_migrate import check, downgrade, upgrade

    from pmweb import create_app
    from pmweb.config import Settings
    from pmweb.extensions import db
    from pmweb.instance import prepare

    prepare(Settings.from_environment())
    with create_app().app_context():
        upgrade()
        check()
        made = described(db.engine)
        downgrade(revision="base")
        db.create_all()  # what Alembic does not compare: checks, the conditions of indexes
        if made != described(db.engine):
            sys.exit(_differences(made, described(db.engine)))
        db.drop_all()
        upgrade()
        check()


def _differences(made: dict[str, list[str]], wanted: dict[str, list[str]]) -> str:
    lines = []
    for table in sorted(made.keys() | wanted.keys()):
        have, want = set(made.get(table, ())), set(wanted.get(table, ()))
        lines += [f"{table}: too much: {line}" for line in sorted(have - want)]
        lines += [f"{table}: missing: {line}" for line in sorted(want - have)]
    return "\n".join(lines)


def main() -> None:
    """``python -m tools.migrations sqlite|postgres``."""
    if sys.argv[1:] not in (["sqlite"], ["postgres"]):
        sys.exit("usage: python -m tools.migrations sqlite|postgres")
    with (
        tempfile.TemporaryDirectory(prefix="pmweb-instance-") as instance,
        empty_database(sys.argv[1]) as url,
    ):
        compare(url, Path(instance))
    print(f"the migrations make what the models describe ({sys.argv[1]})")


if __name__ == "__main__":
    main()
