"""Fixtures for the whole house: a small office, signed-in clients, the counting of queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from pmweb import assets
from pmweb.domain.permissions import Role
from tests.checking_client import CheckingClient
from tests.office import Office, sign_in

pytest_plugins = ["tests.tiers", "tests.postgres", "tests.databases"]


def pytest_configure() -> None:
    """The pages are measured with the style sheets as they are now."""
    assets.join_styles()


@pytest.fixture
def office(app: Flask) -> Office:
    """A small office: one estate, one building."""
    return Office()


@pytest.fixture
def client_for(app: Flask, office: Office) -> Callable[..., CheckingClient]:
    """A signed-in client for a role: ``client_for(Role.RECEPTIONIST)``."""

    def make(*roles: Role, **kwargs: Any) -> CheckingClient:
        client = app.test_client()
        sign_in(client, office.staff(*roles, **kwargs), kwargs.get("estate") or office.estate)
        return client  # type: ignore[return-value]

    return make


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
