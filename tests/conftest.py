"""Fixtures for the whole house: a small office, signed-in clients, the counting of queries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings

from pmweb import assets
from pmweb.domain.permissions import Role
from pmweb.models import shelf
from tests.checking_client import CheckingClient
from tests.office import Office, desk_of

# nothing asserts how long it takes: a busy machine is slow without anything being wrong
settings.register_profile(
    "pmweb", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("pmweb")

pytest_plugins = ["tests.tiers", "tests.postgres", "tests.databases"]


def pytest_configure() -> None:
    """The pages are measured with the style sheets as they are now."""
    assets.join()


@pytest.fixture
def office(app: Flask) -> Office:
    """A small office: one estate, one building."""
    return Office()


@pytest.fixture
def client_for(app: Flask, office: Office) -> Callable[..., CheckingClient]:
    """A signed-in client for a role: ``client_for(Role.RECEPTIONIST)``."""

    def make(*roles: Role, **kwargs: Any) -> CheckingClient:
        return desk_of(app, office.staff(*roles, **kwargs), kwargs.get("estate") or office.estate)

    return make


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files of this test lie, and none of another. After ``app``, which says where they lie otherwise."""
    place = tmp_path / "files"
    monkeypatch.setattr(shelf, "_folder", place)
    return place


@pytest.fixture
def queries(app: Flask) -> Callable[[Callable[[], Any]], int]:
    """How many statements a piece of work sends to the database."""

    def count(work: Callable[[], Any]) -> int:
        before = len(CheckingClient.statements)
        work()
        ignored = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")
        return len(
            [s for s in CheckingClient.statements[before:] if not s.lstrip().upper().startswith(ignored)]
        )

    return count
