"""A newcomer opens any room and knows where everything is (architecture.md, "The plan")."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.policies.sources import PACKAGE, TESTS, modules

ROOMS = sorted(path.parent.name for path in (PACKAGE / "blueprints").glob("*/__init__.py"))
NEEDED = {"__init__", "rules", "views"}
USUAL = NEEDED | {"models", "operations", "forms", "flow", "cards"}
MORE = {
    "register": "what the lists of the room read, as columns",
    "commands": "the room's part of the command line",
    "complaints/running": "what the page of the running clocks reads, as columns",
    "complaints/figures": "the numbers of the analysis, in grouped queries",
    "estate/roll": "the reading of a home roll: pure, and large",
    "estate/tray": "where an uploaded roll lies until it is taken over",
    "households/household": "who belongs to a home, for the rooms that may ask",
    "movein/intake": "what comes to the desk, as plain values",
    "movein/names": "what papers and rooms are called",
    "complaints/moving": "what is asked before each move, and the words of the moves",
    "repairs/asking": "how the centre asks after a repair: its form and its words",
    "repairs/queue": "what the queue of the follow-ups and the rate read, as columns",
    "repairs/board": "what the dispatch board and a repairer's own list read",
    "repairs/figures": "the numbers of a month, in grouped queries",
    "repairs/judging": "free or paid: the warranty and what follows from it, pure",
    "repairs/price_forms": "what is asked about prices: lines, consents, the price list",
    "movein/sheet": "which lines the acceptance sheet of a home has",
}
"""A file appears with its second reason; here is the first."""
PROVED_BY = {
    "archive": {},
    "complaints": {
        "cards": "test_timeline",
        "figures": "test_operations_figures",
        "forms": "test_views",
        "models": "test_operations",
        "moving": "test_views",
        "running": "test_operations_running",
    },
    "desk": {
        "cards": "test_views",
        "forms": "test_views",
        "models": "test_operations",
        "register": "test_views",
    },
    "estate": {
        "commands": "test_operations_commands",
        "forms": "test_views",
        "cards": "test_views",
        "register": "test_views",
        "models": "test_operations",
        "tray": "test_views_roll",
    },
    "fees": {},
    "home": {"commands": "test_operations_commands"},
    "households": {"cards": "test_homes", "forms": "test_people", "household": "test_homes"},
    "movein": {
        "cards": "test_views",
        "flow": "test_views",
        "forms": "test_views",
        "intake": "test_operations",
        "models": "test_operations",
        "names": "test_views",
        "sheet": "test_operations_acceptance",
    },
    "repairs": {"figures": "test_operations_figures"},
    "staff": {
        "commands": "test_operations_commands",
        "forms": "test_views",
        "cards": "test_views",
        "register": "test_views",
    },
}
"""A module that has no test of its own, and the test that goes through it."""


def _files(room: str) -> set[str]:
    folder = PACKAGE / "blueprints" / room
    return {
        path.stem if path.is_file() else path.name
        for path in folder.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_the_usual_files(room: str) -> None:
    files = _files(room)
    assert files >= NEEDED
    strange = {name for name in files - USUAL if name not in MORE and f"{room}/{name}" not in MORE}
    assert not strange, "say in MORE what it is for"


def test_every_further_file_is_still_there() -> None:
    gone = [name for name in MORE if "/" in name and name.split("/")[1] not in _files(name.split("/")[0])]
    assert not gone


@pytest.mark.parametrize("room", ROOMS)
def test_the_room_says_what_it_is_for_and_nothing_else(room: str) -> None:
    """Its docstring names the ids of the procedure that it keeps."""
    tree = modules()[f"blueprints/{room}/__init__.py"]
    assert len(tree.body) == 1
    said = ast.get_docstring(tree)
    assert said is not None
    assert any(word.strip(".,;()")[:2].rstrip("-0123456789") for word in said.split() if "-" in word), said


@pytest.mark.parametrize("room", ROOMS)
def test_a_package_of_a_room_only_gathers(room: str) -> None:
    """``views/__init__`` names its modules; the work is in them."""
    for path, tree in modules().items():
        if path.startswith(f"blueprints/{room}/") and path.count("/") > 2 and path.endswith("__init__.py"):
            for node in tree.body:
                allowed = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr)
                assert isinstance(node, allowed), f"{path}:{node.lineno}"


@pytest.mark.parametrize("room", ROOMS)
def test_each_module_has_its_twin_in_the_tests(room: str) -> None:
    folder = TESTS / "blueprints" / room
    tests = {path.stem for path in folder.glob("test_*.py")}
    for name in _files(room) - {"__init__"}:
        wanted = PROVED_BY[room].get(name, f"test_{name}")
        parts = {f"test_{path.stem}" for path in (PACKAGE / "blueprints" / room / name).glob("*.py")}
        assert any(test == wanted or test.startswith(f"{wanted}_") for test in tests) or parts & tests, (
            f"{room}/{name}: no tests/blueprints/{room}/{wanted}*.py"
        )


SHARED_TWINS = {
    "data/moves.py": "data/test_repairs.py",
    "models/audit.py": "models/test_session_rules.py",
    "models/estate.py": "models/test_base.py",
    "models/files.py": "models/test_shelf.py",
    "models/homes.py": "models/test_base.py",
    "models/people.py": "models/test_session_rules.py",
    "models/staff.py": "web/test_access.py",
    "web/nouns.py": "web/test_wording.py",
    "factory.py": "web/test_access.py",
    "extensions.py": "models/test_session_rules.py",
    "rooms.py": "policies/test_access.py",
    "config.py": "test_instance.py",
    "cli.py": "test_cli.py",
}
"""Where a shared module is proved that has no test of its own name."""


@pytest.mark.parametrize("storey", ["domain", "models", "web", "data"])
def test_each_shared_module_has_its_twin(storey: str) -> None:
    for path in modules():
        parts = Path(path).parts
        if parts[0] == storey and len(parts) == 2 and parts[1] != "__init__.py":
            twin = SHARED_TWINS.get(path, f"{storey}/test_{parts[1]}")
            assert (TESTS / twin).is_file(), f"{path}: there is no tests/{twin}"


def test_no_file_is_two_things() -> None:
    """A file over 400 lines is two things; a package of the house has no drawer for leftovers."""
    long = {}
    for path in modules():
        lines = (PACKAGE / path).read_text(encoding="utf-8").count("\n")
        if lines > 400:
            long[path] = lines
    assert not long
    drawers = {"utils", "helpers", "common", "misc", "services", "managers"}
    assert not [path for path in modules() if Path(path).stem in drawers]


def test_every_public_thing_says_what_it_promises() -> None:
    """ruff asks for docstrings (D1); here is that nobody switched it off for the house."""
    for path in modules():
        source = (PACKAGE / path).read_text(encoding="utf-8")
        assert "noqa: D" not in source, path
