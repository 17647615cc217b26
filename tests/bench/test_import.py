"""How long 20,000 homes take (bar: ≤ 60 s, ≤ 300 MB, no write lock over 5 s), by command and in the browser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("way", ["command", "pages"])
def test_twenty_thousand_homes(way: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bench.bring_a_roll", way, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    sys.stdout.write(f"\n{done.stdout.strip()}\n")
