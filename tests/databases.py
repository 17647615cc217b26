"""Where tests keep their rows: one database per xdist worker, on SQLite and – where marked – PostgreSQL.

A test that asks for ``database_url`` runs once on each; ``sqlite_url`` and ``postgres_url`` name one.
"""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A SQLite file of this worker's own, the same through the whole run; not made yet."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    return f"sqlite:///{tmp_path_factory.mktemp('database') / f'pmweb-{worker}.db'}"


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database, on each kind that pmweb promises to run on."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
