"""Policies that open pages lay their files into a folder of their own."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def files_apart(request: pytest.FixtureRequest) -> None:
    """Only where there is an app: most policies read sources."""
    if "app" in request.fixturenames:
        request.getfixturevalue("folder")
