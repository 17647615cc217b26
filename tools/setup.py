"""Set the project up in ``.venv``: locked dependencies, pmweb itself, front-end files, catalogues.

Runs on a bare Python 3.11 or newer: nothing but the standard library is used here. A second run compares
one stamp and takes a fraction of a second. Everything downloaded is checked against a hash of the locks.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / ".pmweb-setup"
LOCK = ROOT / "requirements.lock"
NODE_LOCK = ROOT / "requirements-node.lock"
OLDEST = (3, 11)

PIP = ["-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]


def main() -> None:
    """Bring ``.venv`` to the state that the locks describe; exit with a sentence if that cannot be done."""
    if sys.version_info < OLDEST:
        sys.exit(f"pmweb needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).")
    if not _venv_runs():
        _say("making .venv")
        _make_venv()
    wanted = _fingerprint()
    if not STAMP.is_file() or STAMP.read_text(encoding="ascii") != wanted:
        _say("installing the locked dependencies (about a minute the first time)")
        _install()
        STAMP.write_text(wanted, encoding="ascii")
    _run([str(PYTHON), "-m", "pmweb.assets"], "the front-end files could not be prepared")


def _venv_runs() -> bool:
    """Whether ``.venv`` holds a Python that starts and is new enough (a moved or torn folder does not)."""
    if not PYTHON.exists():
        return False
    probe = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.run([str(PYTHON), "-c", probe], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _make_venv() -> None:
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False)
    if made.returncode:
        sys.exit(
            "`python -m venv` failed. On Debian and Ubuntu it is a package of its own: "
            "apt install python3-venv (the same version as this Python)."
        )


def _install() -> None:
    hashed = ["--require-hashes", "-r"]
    _run([str(PYTHON), *PIP, "install", *hashed, str(LOCK)], "the dependencies could not be installed")
    if not (shutil.which("node") and shutil.which("npm")):
        _say("no Node.js here: npm comes from PyPI")
        _run([str(PYTHON), *PIP, "install", *hashed, str(NODE_LOCK)], "npm could not be installed")
    # hatchling and editables are in the lock: nothing is fetched to build the editable install
    editable = ["install", "--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT)]
    _run([str(PYTHON), *PIP, *editable], "pmweb could not be installed into .venv")


def _fingerprint() -> str:
    """Changes with the locks, the project's metadata and the place of the folder."""
    digest = hashlib.sha256(f"{ROOT}\n".encode())
    for path in (LOCK, NODE_LOCK, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _run(command: list[str], otherwise: str) -> None:
    if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode:
        sys.exit(f"set-up stopped: {otherwise} (see above).")


def _say(what: str) -> None:
    print(f"set-up: {what}", flush=True)


if __name__ == "__main__":
    main()
