"""A real pmweb for browser tests: an instance folder of its own, and the process that serves it.

The test's process opens the same database beside it (``inside``): to lay the data of a test with the builders,
and to read afterwards what has come of it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from pmweb import create_app, demo, instance
from pmweb.blueprints.staff.operations import hashed
from pmweb.config import Settings
from pmweb.extensions import db, unit
from pmweb.models import shelf, vault
from pmweb.models.engine import open_for_writing
from pmweb.models.estate import Estate
from pmweb.models.homes import Building, Home
from pmweb.models.session_rules import SYSTEM, close_session, open_session
from pmweb.models.staff import Staff, StaffRole
from tests.office import Office

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "daily bread 4711"  # of every member of the test's office
PATIENCE = 40
"""Seconds for a server to answer its first request on a busy machine."""


class OpenOffice(Office):
    """The builders of ``tests.office`` on the estate of a running server, and its members by their user names."""

    def __init__(self) -> None:
        self._serial = 0
        open_session(unit(), actor=SYSTEM, estate_id=None)
        estate = db.session.scalar(select(Estate).order_by(Estate.id).limit(1))
        assert estate is not None
        self.estate = estate
        self.enter(estate)
        building = db.session.scalar(select(Building).order_by(Building.id).limit(1))
        assert building is not None
        self.building = building

    def home_of(self, home_id: int) -> Home:
        """The home with this id."""
        return db.session.scalars(select(Home).where(Home.id == home_id)).one()

    def member(self, username: str) -> Staff:
        """The member of the office with this user name."""
        found = db.session.scalar(select(Staff).where(Staff.username == username))
        assert found is not None, username
        return found


class OfficeServer:
    """One instance and the process that serves it on a port of this machine's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.password = PASSWORD
        self.log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._app: Flask | None = None
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]

    @property
    def url(self) -> str:
        """Where it serves, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def app(self) -> Flask:
        """The app of this instance in the test's own process."""
        if self._app is None:
            settings = Settings(self.folder, f"sqlite:///{self.folder / 'pmweb.db'}")
            instance.prepare(settings)
            self._app = create_app(
                {
                    "TESTING": True,
                    "INSTANCE": self.folder,
                    "SECRET_KEY": instance.secret_key(settings),
                    "DATA_KEY": instance.data_key(settings),
                    "SQLALCHEMY_DATABASE_URI": settings.database_url,
                }
            )
        return self._app

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Work in the instance from the test's process; what other apps of this process opened comes back after."""
        app = self.app
        before = vault._open, shelf._folder
        vault.unlock(app.config["DATA_KEY"])
        shelf.shelve_at(self.folder / "files")
        try:
            with app.app_context():
                yield
                close_session(db.session())
                db.session.remove()
        finally:
            vault._open, shelf._folder = before

    @contextmanager
    def office(self, *, writes: bool = False) -> Iterator[OpenOffice]:
        """The builders, on the estate that is there already. Who writes waits for the server before it reads."""
        with self.inside():
            if writes:
                open_for_writing(unit())
            yield OpenOffice()

    def furnish(self) -> None:
        """An estate with one building, and one member for each sign-in of the contract."""
        with self.inside():
            upgrade()
            office = Office()
            kept = hashed(PASSWORD)
            for username, name, role, department in demo.ACCOUNTS:
                staff = Staff(username=username, name=name, password_hash=kept, session_epoch=0)
                db.session.add(staff)
                staff.roles.append(StaffRole(estate_id=office.estate.id, role=role, department=department))
            db.session.commit()

    def furnish_with_demo(self, homes: int) -> None:
        """The demo estate: weeks of history in every part."""
        self.password = demo.PASSWORD
        with self.inside():
            upgrade()
            demo.build(homes=homes)
            db.engine.dispose()

    def start(self) -> None:
        """Serve, and come back when the first page is there."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pmweb.cli", "serve", "--port", str(self.port)],
                cwd=ROOT,
                env={**os.environ, "PMWEB_INSTANCE": str(self.folder), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that its workers can be ended together with it
            )
        until = time.monotonic() + PATIENCE
        while not self.answers():
            assert self._process.poll() is None, f"the server ended:\n{self.said()}"
            assert time.monotonic() < until, f"the server does not answer:\n{self.said()}"
            time.sleep(0.1)

    def answers(self) -> bool:
        """Whether somebody signs in there now."""
        try:
            with urllib.request.urlopen(f"{self.url}/login", timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it as an administrator would; with SIGKILL, as a power cut would."""
        if self._process is None:
            return
        group = self._process.pid
        try:
            os.killpg(group, how)
            self._process.wait(20)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(group, signal.SIGKILL)
            self._process.wait(20)
        self._process = None

    def said(self) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-40:])
