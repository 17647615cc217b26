"""Each requirement that is built has code and test, and the page that says so is fresh."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import traceability
from tools.traceability import BUILT, CHAPTERS, cited, faults, page, requirements, trace


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one module and one test."""
    for name in ("pmweb", "tests"):
        (tmp_path / name).mkdir()
    (tmp_path / "pmweb" / "keys.py").write_text('"""Keys (M-7, A-8)."""\n', encoding="utf-8")
    (tmp_path / "tests" / "test_keys.py").write_text('"""M-7."""\n', encoding="utf-8")
    (tmp_path / "tests" / "journey.py").write_text('"""M-8."""\n', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("keeps M-7 and A-10.", {"M-7", "A-10"}),
        ("(M-7, FM-06)", {"M-7"}),
        ("UTF-8, SIG-2, BX-2026-000001, M-70x, T-0", set()),
        ("M-1 to M-19, A-8", {"A-8"}),
    ],
)
def test_ids_are_found_one_by_one(text: str, ids: set[str]) -> None:
    """A range says what a room is about and proves nothing of one of them."""
    assert cited(text) == ids


def test_the_list_is_the_whole_procedure() -> None:
    known = requirements()
    counts = {prefix: sum(name.startswith(f"{prefix}-") for name in known) for prefix in CHAPTERS}
    assert counts == {
        "G": 7,
        "M": 19,
        "H": 6,
        "V": 6,
        "C": 4,
        "R": 9,
        "W": 6,
        "F": 11,
        "D": 13,
        "P": 24,
        "T": 6,
        "A": 40,
        "X": 12,
    }
    assert known.keys() >= BUILT
    assert all(one.title for one in known.values())


def test_code_and_tests_are_told_apart(project: Path) -> None:
    found = trace(project)
    assert (found["M-7"].code, found["M-7"].tests) == (["pmweb/keys.py"], ["tests/test_keys.py"])
    assert (found["A-8"].code, found["A-8"].tests) == (["pmweb/keys.py"], [])
    assert (found["M-8"].code, found["M-8"].tests) == ([], [])


def test_what_is_built_without_code_or_test_is_named(project: Path) -> None:
    said = faults(trace(project))
    assert not [line for line in said if line.startswith("M-7 ")]
    assert [line for line in said if line.startswith("A-8 ")] == [
        "A-8 (The order is a default; three hard rules): no test cites it"
    ]
    assert len([line for line in said if line.startswith("M-8 ")]) == 2
    assert not [line for line in said if line.startswith("P-")]


def test_the_page_names_places_and_what_comes_later(project: Path) -> None:
    lines = page(trace(project)).splitlines()
    assert (
        "| M-7 | Keys, handbook and drawing are handed out against a receipt | `keys.py` | `test_keys.py` |"
        in lines
    )
    assert "| P-6 | Complaints: never argue | *later* | |" in lines


def test_the_check_fails_when_the_page_is_old(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(traceability, "trace", lambda: trace(project))
    monkeypatch.setattr(traceability, "faults", lambda found: [])
    monkeypatch.setattr(traceability, "ROOT", project)
    monkeypatch.setattr(traceability, "PAGE", project / "traceability.md")
    monkeypatch.setattr("sys.argv", ["traceability", "check"])
    with pytest.raises(SystemExit) as ended:
        traceability.main()
    assert ended.value.code == 1
    assert "is old" in capsys.readouterr().out
    (project / "traceability.md").write_text(page(trace(project)), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        traceability.main()
    assert ended.value.code == 0
