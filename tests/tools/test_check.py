"""``make test``: what fails, what is skipped, and what may not be."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tools import check, machine

ABSENT = machine.Tool("a thing nobody has", lambda: False, ("nothing",))


def script(code: str, **more: Any) -> check.Check:
    return check.Check("sample", (sys.executable, "-c", code), **more)


def test_a_failed_check_shows_what_it_said_and_spoils_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    run = check.Run(no_skip=False)
    run.perform(script("pass"))
    run.perform(script("print('the reason'); raise SystemExit(3)"))
    assert [result.outcome for result in run.results] == ["ok", "FAILED"]
    assert run.summary() is False
    assert "    the reason" in capsys.readouterr().out


def test_what_needs_a_missing_program_is_skipped_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    run = check.Run(no_skip=False)
    run.perform(script("raise SystemExit(1)", needs=(ABSENT,)))
    assert run.summary() is True
    assert "skipped: sample (needs a thing nobody has)" in capsys.readouterr().out


def test_where_no_skip_is_allowed_a_missing_program_is_an_error() -> None:
    run = check.Run(no_skip=True)
    run.perform(script("pass", needs=(ABSENT,)))
    assert run.summary() is False


@pytest.mark.parametrize(("no_skip", "well"), [(False, True), (True, False)])
def test_skipped_tests_are_counted_and_refused_where_no_skip_is_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], no_skip: bool, well: bool
) -> None:
    report = tmp_path / "report.xml"
    suite = '<testsuites><testsuite tests="3" failures="0" errors="0" skipped="1"/></testsuites>'
    code = f"import pathlib; pathlib.Path({str(report)!r}).write_text({suite!r})"
    run = check.Run(no_skip=no_skip)
    run.perform(check.Check("sample", (sys.executable, "-c", code, f"--junitxml={report}"), tests=True))
    assert run.summary() is well
    assert "tests: 2 passed, 0 failed, 1 skipped" in capsys.readouterr().out


def test_a_tier_that_ran_nothing_does_not_count_as_well_where_no_skip_is_allowed(tmp_path: Path) -> None:
    nothing = (sys.executable, "-c", "raise SystemExit(5)", f"--junitxml={tmp_path / 'none.xml'}")
    for no_skip in (False, True):
        run = check.Run(no_skip=no_skip)
        run.perform(check.Check("sample", nothing, tests=True))
        assert run.summary() is not no_skip


def test_without_apt_the_missing_is_named_with_its_package(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PMWEB_NO_APT", "1")
    check.Run(no_skip=False).prepare_machine([script("pass", needs=(ABSENT,))])
    assert "missing: a thing nobody has – Debian, Ubuntu: apt install nothing" in capsys.readouterr().out


def test_every_program_of_the_tests_has_a_package_that_the_fresh_machine_installs_too() -> None:
    fresh = (check.ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for tool in machine.TOOLS:
        for package in tool.packages:
            assert package in fresh


SUITE = '<testsuites><testsuite tests="9" failures="2" errors="0" skipped="0"/></testsuites>'
FAILS = f"""
import pathlib, sys
if "--last-failed" in sys.argv:
    raise SystemExit(0 if "yes" in sys.argv else 1)
pathlib.Path(sys.argv[1].partition("=")[2]).write_text({SUITE!r})
raise SystemExit(1)
"""


@pytest.mark.parametrize(
    ("passes_then", "again", "well"), [("yes", 3, True), ("no", 3, False), ("yes", 1, False)]
)
def test_what_failed_is_looked_at_once_more_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], passes_then: str, again: int, well: bool
) -> None:
    """Only where little failed; what fails twice has failed."""
    command = (sys.executable, "-c", FAILS, f"--junitxml={tmp_path / 'report.xml'}", passes_then)
    run = check.Run(no_skip=True)
    run.perform(check.Check("sample", command, tests=True, again=again))
    assert run.summary() is well
    told = capsys.readouterr().out
    assert ("2 of them at a second look only" in told) is well
    assert ("9 passed, 0 failed" in told) is well
