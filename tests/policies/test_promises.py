"""Promises that can be read off the source: moves by their table, one clock, no float, nothing unmarked."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator

from flask import Flask

from tests.policies.sources import ROOT, calls, modules, name_of

FLOATS = {
    "web/registers.py": "a cell of Excel is a float; what is read back never is",
    "factory.py": "the time of the sign-in in the cookie",
}
FLOATING_POINT = {
    "models/pictures.py": "how a picture is scaled",
    "blueprints/estate/roll/cells.py": "how Excel rounds long numbers away",
}


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _sets_state(function: ast.FunctionDef) -> bool:
    targets = [
        target
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for one in node.targets
        for target in (one.elts if isinstance(one, ast.Tuple) else [one])
    ]
    return any(isinstance(target, ast.Attribute) and target.attr == "state" for target in targets)


def test_a_state_changes_only_through_its_table() -> None:
    """Promise 7: whoever sets a state asks ``Workflow.move`` in the same function."""
    bold = [
        f"{path}: {function.name}"
        for path, tree in modules().items()
        for function in _functions(tree)
        if _sets_state(function) and not any(name_of(call) == "move" for call in calls(function))
    ]
    assert not bold


def test_no_state_is_set_by_name() -> None:
    found = [
        f"{path}: {ast.unparse(call)}"
        for path, tree in modules().items()
        for call in calls(tree)
        if name_of(call) == "setattr" and "state" in ast.unparse(call)
    ]
    assert not found


def test_only_the_clock_reads_the_time() -> None:
    """Promise 11: ruff refuses every other reader, and nobody switches it off."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    banned = rules["flake8-tidy-imports"]["banned-api"]
    assert {"datetime.datetime.now", "datetime.date.today", "time.time", "time.localtime"} <= banned.keys()
    assert [place for place, codes in rules["per-file-ignores"].items() if "TID251" in codes] == [
        "pmweb/clock.py"
    ]
    excused = [path for path in modules() if "TID251" in (ROOT / "pmweb" / path).read_text(encoding="utf-8")]
    assert not excused


def test_no_float_is_made() -> None:
    """Promise 12: money is whole fen, quantities are Decimal."""
    found = {
        path for path, tree in modules().items() if any(name_of(call) == "float" for call in calls(tree))
    }
    assert found <= FLOATS.keys()
    literals = {
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        if path.startswith(("domain/", "models/", "blueprints/")) and path not in FLOATING_POINT
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    }
    assert not literals


def test_addresses_are_read_and_sent_in_two_ways_only(app: Flask) -> None:
    """A view answers GET or POST; the unit of work knows no third."""
    strange = {
        rule.rule: rule.methods
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS", "POST"}
    }
    assert not strange
