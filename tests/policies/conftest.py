"""Policies that open pages lay their files into a folder of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmweb.models import shelf


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(shelf, "_folder", tmp_path)
    return tmp_path
