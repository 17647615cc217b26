"""Fixtures that every test may ask for; the databases and the tiers live beside this file."""

from __future__ import annotations

pytest_plugins = ["tests.databases", "tests.postgres", "tests.tiers"]
