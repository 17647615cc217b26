"""A throw-away PostgreSQL for the tests marked ``postgres``: a Unix socket, no network, gone afterwards.

``cluster()`` starts one in under a second, also as root (PostgreSQL itself then runs as ``postgres``).
``PMWEB_TEST_POSTGRES_URL`` points to a server that already runs; its user must be allowed to create
databases.
Without PostgreSQL the tests are skipped, or fail where no skip is allowed (``PMWEB_NO_SKIP``).
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from tools import machine

#: Made for speed: what a test writes need not survive a power cut.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "timezone": "Pacific/Auckland",  # far from the office's: a query that leans on it shows itself
}


class PostgresUnavailable(RuntimeError):
    """No PostgreSQL server programs here, or they did not start; the message says which."""


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """A running, empty cluster; its URL, with a user who may do everything."""
    given = os.environ.get("PMWEB_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    programs = machine.postgres_programs()
    if programs is None:
        raise PostgresUnavailable("PostgreSQL is not installed (Debian: apt install postgresql)")
    # a short path: the name of a Unix socket may have 107 bytes
    base = Path(tempfile.mkdtemp(prefix="pmpg-", dir="/tmp"))
    try:
        with _server(programs, base):
            yield f"postgresql+psycopg://office@/postgres?host={base}"
    finally:
        shutil.rmtree(base, ignore_errors=True)


@contextlib.contextmanager
def _server(programs: Path, base: Path) -> Iterator[None]:
    options: dict[str, Any] = {"cwd": base, "env": {**os.environ, "HOME": str(base), "LC_ALL": "C.UTF-8"}}
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(base, account.pw_uid, account.pw_gid)
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    data = base / "data"
    layout = ["-U", "office", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    made = subprocess.run(
        [programs / "initdb", "-D", data, *layout], capture_output=True, text=True, check=False, **options
    )
    if made.returncode:
        raise PostgresUnavailable(f"initdb failed: {made.stderr.strip()}")
    settings = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
    log = (base / "log").open("wb")
    server = subprocess.Popen(
        [programs / "postgres", "-D", data, "-k", base, *settings], stdout=log, stderr=log, **options
    )
    try:
        _wait_until_ready(programs, base, server)
        yield
    finally:
        if server.poll() is None:
            server.send_signal(signal.SIGINT)
            server.wait(20)
        log.close()


def _wait_until_ready(programs: Path, base: Path, server: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        if server.poll() is not None:
            break
        asked = subprocess.run([programs / "pg_isready", "-q", "-h", base, "-U", "office"], check=False)
        if asked.returncode == 0:
            return
        time.sleep(0.05)
    raise PostgresUnavailable("PostgreSQL did not start: " + (base / "log").read_text(errors="replace"))


def fresh_database(cluster_url: str, name: str, template: str = "template0") -> str:
    """Make database ``name`` anew, as a copy of ``template`` (which nobody may be using); its URL."""
    engine = create_engine(cluster_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    engine.dispose()
    return make_url(cluster_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    """The URL of this worker's cluster. Only tests marked ``postgres`` may ask for it."""
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(cluster())
        except PostgresUnavailable as problem:
            if os.environ.get("PMWEB_NO_SKIP"):
                pytest.fail(str(problem))
            pytest.skip(str(problem))
        yield url


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: str) -> str:
    """An empty database of this worker's own, the same through the whole run."""
    return fresh_database(postgres_cluster, f"pmweb_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
