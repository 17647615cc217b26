"""The locks: ``check`` that they fit the project and name no host, or ``refresh`` them.

Every machine asks the registries that it is configured for; the hashes make sure that it gets the same files.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
NODE_LOCK = ROOT / "requirements-node.lock"
FRONTEND = ROOT / "frontend"

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
#: An address, an option that names an index, or a file of this machine.
_HOST = re.compile(r"://|^--|@ file|\bresolved\b|\b(?:registry|pypi|npmjs)\.[a-z]+", re.MULTILINE)


def faults() -> list[str]:
    """What is wrong with the locks, one sentence each."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    wanted = project["project"]["dependencies"] + [line for extra in extras.values() for line in extra]
    found = _unpinned(wanted, LOCK) + _unpinned(project["dependency-groups"]["node"], NODE_LOCK)
    for path in (LOCK, NODE_LOCK, FRONTEND / "package-lock.json"):
        text = path.read_text(encoding="utf-8")
        found += [
            f"{path.name} names a host: {line.strip()}" for line in text.splitlines() if _HOST.search(line)
        ]
    return found + _npm_faults()


def _unpinned(wanted: list[str], lock: Path) -> list[str]:
    pins: dict[str, list[str]] = {}
    text = lock.read_text(encoding="utf-8")
    for name, version in _PIN.findall(text):
        pins.setdefault(canonicalize_name(name), []).append(version)
    found = []
    for line in wanted:
        need = Requirement(line)
        versions = pins.get(canonicalize_name(need.name), [])
        if not any(need.specifier.contains(Version(version), prereleases=True) for version in versions):
            found.append(f"{lock.name} has no version that satisfies {line!r}: run `make lock`")
    return found


def _npm_faults() -> list[str]:
    package = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    lock: dict[str, Any] = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))[
        "packages"
    ]
    found = []
    for name, version in (package["dependencies"] | package["devDependencies"]).items():
        held = lock.get(f"node_modules/{name}", {})
        if held.get("version") != version:
            found.append(
                f"package-lock.json holds {name} {held.get('version')}, package.json wants {version}"
            )
    found += [
        f"{place} has no integrity hash" for place, held in lock.items() if place and "integrity" not in held
    ]
    return found


def refresh() -> None:
    """Resolve anew within the bounds of ``pyproject.toml`` and ``package.json``, and write the locks."""
    common = ["--universal", "--python-version", "3.11", "--generate-hashes"]
    common += ["--upgrade", "--quiet", "--custom-compile-command", "make lock"]
    uv = [str(Path(sys.executable).with_name("uv")), "pip", "compile", *common]
    extras = ["pyproject.toml", "--extra", "postgres", "--extra", "dev"]
    subprocess.run([*uv, *extras, "-o", LOCK.name], cwd=ROOT, check=True)
    subprocess.run([*uv, "--group", "pyproject.toml:node", "-o", NODE_LOCK.name], cwd=ROOT, check=True)
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("the Python locks are written; frontend/package-lock.json needs Node.js and npm")
    subprocess.run([npm, "install", "--package-lock-only", "--loglevel=error"], cwd=FRONTEND, check=True)


def main() -> None:
    """``python -m tools.locks check|refresh``."""
    if sys.argv[1:] == ["refresh"]:
        refresh()
    elif sys.argv[1:] != ["check"]:
        sys.exit("usage: python -m tools.locks check|refresh")
    found = faults()
    if found:
        sys.exit("\n".join(found))
    print("the locks fit the project and name no host")


if __name__ == "__main__":
    main()
