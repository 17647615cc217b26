"""The room of letters, for those tests that need a matter to show."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.blueprints.home.letters import CARD


@pytest.fixture
def letters(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The room of letters is one of the house."""
    monkeypatch.setitem(app.extensions["cards"], CARD.room, CARD)
