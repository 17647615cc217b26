"""``make setup``: clear words where it cannot go on, nothing to do the second time."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tools import setup

MAKE = shutil.which("make") or ""


def test_a_folder_that_holds_no_running_python_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "PYTHON", tmp_path / "python")
    assert not setup._venv_runs()
    torn = tmp_path / "python"
    torn.write_text("#!/nowhere/python\n", encoding="utf-8")
    torn.chmod(0o755)
    assert not setup._venv_runs()


def test_the_stamp_changes_with_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = setup._fingerprint()
    lock = tmp_path / "requirements.lock"
    lock.write_text("flask==3.1.3", encoding="utf-8")
    monkeypatch.setattr(setup, "LOCK", lock)
    assert setup._fingerprint() != before


@pytest.mark.skipif(not MAKE, reason="make is missing")
def test_a_machine_with_an_old_python_is_told_what_is_needed(tmp_path: Path) -> None:
    for name in ("python", "python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        old = tmp_path / name
        old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        old.chmod(0o755)
    told = subprocess.run(
        [MAKE, "setup", "PYTHON="],
        cwd=setup.ROOT,
        env={"PATH": f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode != 0
    assert "pmweb needs Python 3.11 or newer" in told.stderr
