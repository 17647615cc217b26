"""The files that pmweb ships are sound, and what cannot be read is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmweb.data import BrokenData, defaults, load


def test_the_shipped_files_are_read_once() -> None:
    assert defaults() is defaults()


def test_a_missing_or_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenData, match=r"warranty.yaml, line 1: the file is missing\."):
        load(tmp_path)
    (tmp_path / "warranty.yaml").write_bytes("kind: 保修".encode("gbk"))
    with pytest.raises(BrokenData, match="not written in UTF-8"):
        load(tmp_path)
