"""The locks fit the project and name no host."""

from __future__ import annotations

import pytest

from tools import locks


def test_the_locks_of_the_project_are_in_order() -> None:
    assert locks.faults() == []


@pytest.mark.parametrize(
    "line",
    [
        "--find-links somewhere",
        "flask @ file.example://flask.whl",
        '      "resolved": "idb.tgz",',
        "    # from pypi.org",
    ],
)
def test_a_line_that_names_a_host_is_seen(line: str) -> None:
    assert locks._HOST.search(line)


def test_ordinary_lines_name_no_host() -> None:
    for line in ("flask==3.1.3 \\", "    --hash=sha256:0123 \\", "    # via pmweb (pyproject.toml)"):
        assert not locks._HOST.search(line)


def test_a_bound_that_the_lock_does_not_meet_is_named() -> None:
    assert locks._unpinned(["Flask~=3.1.0"], locks.LOCK) == []
    found = locks._unpinned(["Flask>=99", "not-there"], locks.LOCK)
    assert [fault.split("satisfies ")[1] for fault in found] == [
        "'Flask>=99': run `make lock`",
        "'not-there': run `make lock`",
    ]
