"""What watches over the machine asks whether the office answers, and whether it can work (contract.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_migrate import stamp

from pmweb.blueprints.home.views import health
from tests.office import visitor


def test_the_process_answers_without_a_sign_in(app: Flask) -> None:
    answer = visitor(app).get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"ok": True})


def test_what_can_work_is_ready(app: Flask) -> None:
    answer = visitor(app).get("/readyz")
    assert (answer.status_code, answer.json) == (
        200,
        {"ok": True, "database": True, "migrations": True, "disk": True},
    )


@pytest.fixture
def older(app: Flask) -> Iterator[Flask]:
    """The database says of itself that it is of another version."""
    stamp(revision="base")
    yield app
    stamp()


def test_tables_of_another_version_are_not_ready(older: Flask) -> None:
    answer: Any = visitor(older).get("/readyz")
    assert (answer.status_code, answer.json["migrations"]) == (503, False)


def test_a_full_disk_is_not_ready(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "ROOM", 10**18)  # more than this machine has
    full: Any = visitor(app).get("/readyz")
    assert (full.status_code, full.json["disk"]) == (503, False)
