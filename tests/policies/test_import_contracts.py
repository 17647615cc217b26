"""Every import contract refuses what it is there to refuse: it is broken here, once each, in a copy of the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.policies.sources import PACKAGE, ROOT

# contract, the module that oversteps, what it must not import
FORBIDDEN_IMPORTS = [
    ("storeys", "pmweb/models/people.py", "pmweb.web.pages"),
    ("storeys", "pmweb/domain/money.py", "pmweb.models.people"),
    ("rooms", "pmweb/blueprints/movein/views/case.py", "pmweb.blueprints.repairs.models"),
    ("rooms", "pmweb/blueprints/fees/operations.py", "pmweb.blueprints.movein.operations"),
    ("inside-a-room", "pmweb/blueprints/repairs/models/repair.py", "pmweb.blueprints.repairs.operations"),
    ("inside-a-room", "pmweb/blueprints/repairs/rules/moves.py", "pmweb.blueprints.repairs.models"),
    ("pure", "pmweb/domain/warranty.py", "sqlalchemy"),
    ("pure", "pmweb/blueprints/home/rules.py", "pmweb.clock"),
    ("nouns-without-flask", "pmweb/models/tasks.py", "flask"),
    ("operations-without-http", "pmweb/blueprints/movein/operations/voiding.py", "werkzeug"),
]


def _checked(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache", "--contract", contract],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("contract", "module", "imported"), FORBIDDEN_IMPORTS)
def test_an_import_contract_refuses_what_it_is_there_for(
    tmp_path: Path, contract: str, module: str, imported: str
) -> None:
    shutil.copytree(
        PACKAGE, tmp_path / "pmweb", ignore=shutil.ignore_patterns("static", "templates", "__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    overstepping = tmp_path / module
    overstepping.write_text(f"{overstepping.read_text()}\nimport {imported}\n")

    said = _checked(tmp_path, contract)

    assert said.returncode == 1, said.stderr
    assert "0 kept, 1 broken" in said.stdout
    assert f"{module.removesuffix('.py').replace('/', '.')} -> {imported}" in said.stdout


def test_every_import_contract_is_proved() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert {one["id"] for one in contracts} == {contract for contract, _, _ in FORBIDDEN_IMPORTS}
