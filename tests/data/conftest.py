"""A copy of the data files with one slip in it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pmweb.data import BrokenData, load
from pmweb.data.loader import FOLDER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the data files that a test may change."""
    for file in FOLDER.glob("*.yaml"):
        shutil.copy(file, tmp_path)
    return tmp_path


@pytest.fixture
def slip(folder: Path) -> Callable[[str, str, str], str]:
    """Change the first occurrence of a text in a file, and give back the complaint of the loader."""

    def complain(file: str, old: str, new: str) -> str:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(BrokenData) as fault:
            load(folder)
        complaint = str(fault.value)
        assert re.match(rf"{re.escape(file)}, line \d+: .+\.$", complaint)
        return complaint

    return complain
