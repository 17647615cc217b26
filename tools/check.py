"""Every check of the project, with the time each took: what ``make test`` runs.

Programs that the tests want (Chromium, a Chinese font, zbarimg, pdftotext, PostgreSQL) are installed through
apt where that needs no password; otherwise they are named, and the checks that lean on them are skipped and
listed at the end. With ``PMWEB_NO_SKIP=1`` or ``CI=true`` nothing may be skipped: what is missing is an
error.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

# for the reports of pytest only, see _count
from xml.etree import ElementTree as ET  # nosec B405

from tools import machine

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
REPORTS = ROOT / "test-results"
LONGEST = 30 * 60
"""Seconds after which a check is taken to hang."""
OUTPUT = 100
"""Lines shown of what a failed check said; its own command shows all."""


@dataclass(frozen=True)
class Check:
    """One command that must end with status 0. A tier of tests (``tests=True``) also counts its tests.

    Where at most ``again`` of them failed, these alone are run once more, and the summary says so: a browser on a busy
    machine can be late without anything being wrong, what is wrong fails twice.
    """

    name: str
    command: tuple[str, ...]
    needs: tuple[machine.Tool, ...] = ()
    tests: bool = False
    slow: bool = False
    again: int = 0


@dataclass
class Result:
    """How a check ended: ``ok``, ``FAILED`` or ``skipped``, and what there is to say about it."""

    check: Check
    outcome: str
    seconds: float = 0.0
    remark: str = ""
    counts: dict[str, int] = field(default_factory=dict)


def _program(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(BIN / name), *arguments)


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)


def _tier(
    name: str, marker: str, *arguments: str, needs: tuple[machine.Tool, ...] = (), again: int = 0
) -> Check:
    report = REPORTS / f"{name.split()[0]}.xml"
    command = _module("pytest", "-q", "-m", marker, f"--junitxml={report}", *arguments)
    return Check(f"tests: {name}", command, needs, tests=True, slow=bool(needs), again=again)


_SHARED = ("-n", "auto", "--maxprocesses=4", "--dist=worksteal")
_WAITING = ("-n", str(min(4, (os.cpu_count() or 1) + 1)), "--dist=worksteal")
"""One worker more than cores: who waits for a page leaves its core to another."""
QUICK_TIERS = "not browser and not postgres and not faults and not bench"
BROWSER = (machine.CHROMIUM, machine.CHINESE_FONT, machine.ZBAR, machine.POPPLER)

STATIC = (
    Check("ruff", _program("ruff", "check", "--quiet", ".")),
    Check("ruff format", _program("ruff", "format", "--check", "--quiet", ".")),
    Check("mypy --strict", _program("mypy")),
    Check("import contracts", _program("lint-imports", "--no-logo", "--no-cache")),
    Check("djlint", _program("djlint", "pmweb/templates", "--lint", "--quiet")),
    Check("bandit", _program("bandit", "-c", "pyproject.toml", "-r", "pmweb", "tools", "-q")),
    Check("locks", _module("tools.locks", "check")),
    Check("catalogue", _module("tools.catalogue", "check")),
    Check("traceability", _module("tools.traceability", "check")),
    Check("migrations (SQLite)", _module("tools.migrations", "sqlite")),
    Check(
        "migrations (PostgreSQL)",
        _module("tools.migrations", "postgres"),
        needs=(machine.POSTGRES,),
        slow=True,
    ),
)

TIERS = (
    _tier("rules operations views policies", QUICK_TIERS, *_SHARED),
    _tier("postgres", "postgres", *_SHARED, needs=(machine.POSTGRES,)),
    _tier("browser", "browser", "tests/browser", *_WAITING, needs=BROWSER, again=3),
    *(
        [_tier("faults", "faults", "tests/faults", needs=BROWSER)]
        if any(ROOT.glob("tests/faults/**/test_*.py"))
        else ()
    ),
)


class Run:
    """One run of the checks: remembers the results and keeps the printing in order."""

    def __init__(self, *, no_skip: bool) -> None:
        self.no_skip = no_skip
        self.results: list[Result] = []
        self._lock = threading.Lock()

    def prepare_machine(self, checks: list[Check]) -> None:
        """Install what the checks need and the machine lacks, where nobody has to be asked."""
        needed = list(dict.fromkeys(tool for check in checks for tool in check.needs))
        lacking = machine.missing(needed)
        if lacking and machine.apt_allowed():
            print("installing: " + ", ".join(tool.name for tool in lacking), flush=True)
            machine.apt_install(lacking)
            lacking = machine.missing(needed)
        for tool in lacking:
            print(f"missing: {tool.name} – Debian, Ubuntu: apt install {' '.join(tool.packages)}", flush=True)

    def perform(self, check: Check) -> None:
        """Run one check, or say why not."""
        lacking = machine.missing(check.needs)
        if lacking:
            self._keep(Result(check, "skipped", remark="needs " + ", ".join(tool.name for tool in lacking)))
            return
        started = time.perf_counter()
        try:
            status, output = self._run(check)
        except subprocess.TimeoutExpired:
            status, output = 1, f"still running after {LONGEST} s\n"
        result = Result(check, "ok" if status == 0 else "FAILED", time.perf_counter() - started)
        if check.tests:
            self._count(result, status)
            self._look_again(result)
        self._keep(result, output)

    def _look_again(self, result: Result) -> None:
        """Run alone what failed, if that is little enough; what passes now is told, not hidden."""
        failed = result.counts.get("failures", 0) + result.counts.get("errors", 0)
        if result.outcome != "FAILED" or not 0 < failed <= result.check.again:
            return
        once_more = replace(
            result.check,
            name=f"{result.check.name}, what failed once more",
            command=(
                *(part for part in result.check.command if "--junitxml=" not in part),
                "--last-failed",
                "-n0",
            ),
        )
        if self._run(once_more)[0] == 0:
            result.outcome = "ok"
            result.remark += f", {failed} of them at a second look only"
            result.counts |= {"failures": 0, "errors": 0}

    def _run(self, check: Check) -> tuple[int, str]:
        if check.tests:  # their progress is worth seeing
            print(f"\n{check.name}", flush=True)
        done = subprocess.run(
            check.command,
            cwd=ROOT,
            env={**os.environ, **({"PMWEB_NO_SKIP": "1"} if self.no_skip else {})},
            stdin=subprocess.DEVNULL,
            stdout=None if check.tests else subprocess.PIPE,
            stderr=None if check.tests else subprocess.STDOUT,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        return done.returncode, done.stdout or ""

    def _count(self, result: Result, status: int) -> None:
        report = next(
            part.partition("=")[2] for part in result.check.command if part.startswith("--junitxml=")
        )
        if status == 5:  # nothing collected
            result.outcome, result.remark = "skipped", "there are no such tests yet"
            return
        if not Path(report).is_file():
            return
        # pytest wrote this file a moment ago: it cannot hold anything hostile
        for suite in ET.parse(report).iter("testsuite"):  # nosec B314
            for key in ("tests", "failures", "errors", "skipped"):
                result.counts[key] = result.counts.get(key, 0) + int(suite.get(key, "0"))
        skipped = result.counts["skipped"]
        result.remark = f"{result.counts['tests'] - skipped} tests" + (
            f", {skipped} skipped" if skipped else ""
        )
        if skipped and self.no_skip and result.outcome == "ok":
            result.outcome = "FAILED"
            result.remark += " where none may be"

    def _keep(self, result: Result, output: str = "") -> None:
        if result.outcome == "skipped" and self.no_skip:
            result.outcome = "FAILED"
        with self._lock:
            self.results.append(result)
            if not result.check.tests or result.outcome == "skipped":
                print(_line(result), flush=True)
            if result.outcome == "FAILED" and output.strip():
                print(f"    $ {_shown(result.check.command)}")
                lines = output.rstrip().splitlines()
                more = [f"… {len(lines) - OUTPUT} more lines"] if len(lines) > OUTPUT else []
                print("\n".join(f"    {line}" for line in lines[:OUTPUT] + more), flush=True)

    def summary(self) -> bool:
        """Print how everything ended; whether all is well."""
        print("\nsummary")
        for result in self.results:
            print(_line(result))
        gone = [result for result in self.results if result.outcome == "skipped"]
        if gone:
            print("skipped: " + "; ".join(f"{result.check.name} ({result.remark})" for result in gone))
        failed = [result for result in self.results if result.outcome == "FAILED"]
        if failed:
            print("failed: " + ", ".join(result.check.name for result in failed))
        total = {key: sum(result.counts.get(key, 0) for result in self.results) for key in _COUNTED}
        bad = total["failures"] + total["errors"]
        passed = total["tests"] - bad - total["skipped"]
        print(f"tests: {passed} passed, {bad} failed, {total['skipped']} skipped", flush=True)
        return not failed


_COUNTED = ("tests", "failures", "errors", "skipped")


def _line(result: Result) -> str:
    remark = f"  {result.remark}" if result.remark else ""
    return f"{result.outcome:<8}{result.check.name:<42}{result.seconds:>7.1f} s{remark}"


def _shown(command: tuple[str, ...]) -> str:
    return shlex.join(part.removeprefix(f"{ROOT}/") for part in command)


def main() -> None:
    """``python -m tools.check [--quick] [--only WORD]``; status 1 when a check failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.check", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out what needs a browser or PostgreSQL")
    parser.add_argument("--only", metavar="WORD", help="only checks whose name contains WORD")
    options = parser.parse_args()
    no_skip = os.environ.get("PMWEB_NO_SKIP", "") not in ("", "0") or os.environ.get("CI", "") == "true"

    def chosen(checks: tuple[Check, ...]) -> list[Check]:
        return [
            check
            for check in checks
            if not (options.quick and check.slow) and (not options.only or options.only in check.name)
        ]

    static, tiers = chosen(STATIC), chosen(TIERS)
    REPORTS.mkdir(exist_ok=True)
    run = Run(no_skip=no_skip)
    started = time.perf_counter()
    run.prepare_machine([*static, *tiers])
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(run.perform, static))
    for tier in tiers:
        run.perform(tier)
    well = run.summary()
    print(f"{'all well' if well else 'NOT WELL'} after {time.perf_counter() - started:.0f} s", flush=True)
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
