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


def compare(url: str, instance: Path) -> None:
    """Migrate up, compare, down, up, compare. Exits with Alembic's own message on a difference."""
    os.environ |= {"PMWEB_DATABASE_URL": url, "PMWEB_INSTANCE": str(instance)}
    from flask_migrate import check, downgrade, upgrade

    from pmweb import create_app
    from pmweb.config import Settings
    from pmweb.instance import prepare

    prepare(Settings.from_environment())
    with create_app().app_context():
        upgrade()
        check()
        downgrade(revision="base")
        upgrade()
        check()


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
