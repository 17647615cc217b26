"""Promises that can be read off the source: moves by their table, one clock, no float, nothing unmarked."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator

from flask import Flask

import pmweb.rooms  # noqa: F401 - brings the tables of every room
from pmweb.models.base import Base
from tests.policies.sources import ROOT, calls, modules, name_of, templates

FLOATS = {
    "web/registers.py": "a cell of Excel is a float; what is read back never is",
    "factory.py": "the time of the sign-in in the cookie",
}
NUMBERED = {
    mapper.class_.__name__: mapper.columns["state"].default.arg.name  # type: ignore[union-attr]
    for mapper in Base.registry.mappers
    if {"state", "number"} <= set(mapper.columns.keys())
}
"""Records with a number of their own (a move-in, a repair, a charge) and the state in which each begins."""
READINGS = ("blueprints/estate/roll/", "domain/id_numbers.py")
"""Where a number is read in one way after the other."""
ZONES = {"clock.py": "the zone of the instance", "config.py": "its default"}
"""Who names a time zone."""
DATABASE_CLOCKS = ("now", "current_timestamp", "current_date", "localtimestamp", "sysdate")
INSTANTS = ("at", "now")
"""What an instant is called, besides ``*_at``."""
PARTS = ("date", "time", "year", "month", "day", "hour", "minute", "weekday", "isoweekday", "strftime")
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


def _made(tree: ast.Module, keyword: str) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Each record with a number of its own that is made here, and what it gets as ``keyword``."""
    for call in calls(tree):
        if name_of(call) in NUMBERED:
            yield from ((call, one.value) for one in call.keywords if one.arg == keyword)


def test_a_record_begins_in_its_first_state() -> None:
    """Promise 7: the table of moves begins there; nothing is made as if it were done already."""
    bold = [
        f"{path}:{call.lineno}: {ast.unparse(state)}"
        for path, tree in modules().items()
        for call, state in _made(tree, "state")
        if ast.unparse(state).rpartition(".")[2] != NUMBERED[name_of(call)]
    ]
    assert not bold


def test_a_number_comes_from_numbering() -> None:
    """Promise 9: whoever counts rows gives a number twice."""
    made = [(path, value) for path, tree in modules().items() for _call, value in _made(tree, "number")]
    assert len(made) >= len(NUMBERED)
    assert not [
        f"{path}:{value.lineno}"
        for path, value in made
        if not (isinstance(value, ast.Call) and name_of(value) == "next_number")
    ]


def test_no_broken_rule_is_dropped() -> None:
    """Promise 7: whoever catches one says which, or raises another; reading a roll tries several readings."""
    dropped = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.ExceptHandler) and _catches(node.type) and not _uses(node))
        or (isinstance(node, ast.Call) and name_of(node) == "suppress" and any(map(_catches, node.args)))
    }
    assert {path for path in dropped if not path.startswith(READINGS)} == set()


def _catches(caught: ast.expr | None) -> bool:
    return caught is None or "RuleBroken" in ast.unparse(caught)


def _uses(handler: ast.ExceptHandler) -> bool:
    """Whether the error is named and spoken of, or raised again."""
    inside = [node for part in handler.body for node in ast.walk(part)]
    return any(isinstance(node, ast.Raise) and node.exc is None for node in inside) or any(
        isinstance(node, ast.Name) and node.id == handler.name for node in inside
    )


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


def test_only_the_clock_knows_the_zone() -> None:
    """T-6: the zone is a setting; a rule gets it as an argument, a view asks ``clock.zone()``."""
    found = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Call) and name_of(node) in ("ZoneInfo", "timezone"))
        or (isinstance(node, ast.Constant) and str(node.value).startswith(("Asia/", "Etc/", "UTC+")))
    }
    assert found <= ZONES.keys()


def test_the_database_is_not_asked_for_the_time() -> None:
    """Its clock is another one, and its hour has no zone."""
    found = {
        f"{path}: {ast.unparse(node)}"
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if (
            isinstance(node, ast.Attribute)
            and node.attr in DATABASE_CLOCKS
            and "func" in ast.unparse(node.value)
        )
        or (isinstance(node, ast.keyword) and node.arg in ("server_default", "onupdate", "server_onupdate"))
    }
    assert not found


def _is_instant(node: ast.expr) -> bool:
    """By its name: ``at``, ``signed_at``, ``repair.moved_at``, ``clock.now()``."""
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) == "clock.now"
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name in INSTANTS or name.endswith("_at")


def test_the_day_of_an_instant_is_the_local_one() -> None:
    """T-6: an instant is in UTC, where the day begins eight hours later; ``clock.local`` comes first."""
    read = {
        f"{path}:{node.lineno}: {ast.unparse(node)}"
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in PARTS and _is_instant(node.value)
    }
    written = {
        f"{path}:{node.lineno}: {ast.unparse(node)}"
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FormattedValue) and node.format_spec and _is_instant(node.value)
    }
    assert not read | written


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


def test_an_amount_is_divided_by_money_only() -> None:
    """``fen / 100`` is a float; ``Money`` prints itself, ``share`` divides without losing a fen."""
    divided = {
        f"{path}:{node.lineno}: {ast.unparse(node)}"
        for path, tree in modules().items()
        if path != "domain/money.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mult)
        and any(isinstance(part, ast.Attribute) and part.attr == "fen" for part in ast.walk(node))
    }
    assert not divided
    reckoned = {
        name
        for name, source in templates().items()
        if re.search(r"\.fen\b|\|\s*(float|round|filesizeformat)\b", source)
    }
    assert not reckoned, "a page shows an amount with |money"


def test_addresses_are_read_and_sent_in_two_ways_only(app: Flask) -> None:
    """A view answers GET or POST; the unit of work knows no third."""
    strange = {
        rule.rule: rule.methods
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS", "POST"}
    }
    assert not strange
