"""What the tests want from the machine beside Python: where it is, and how apt would bring it.

Tests import this too, so that a browser or a database server is looked for in one place.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: Names under which Chromium is installed; the first that exists is used. PMWEB_CHROMIUM overrides them.
#: Without its window it needs two thirds of the time.
_BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)

_CLUSTER_SETTINGS = Path("/etc/postgresql-common/createcluster.conf")


@dataclass(frozen=True)
class Tool:
    """Something that tests need: how to see it, and the Debian packages that bring it."""

    name: str
    present: Callable[[], bool]
    packages: tuple[str, ...]


def chromium() -> str | None:
    """The path of a Chromium that can be driven, or None."""
    named = os.environ.get("PMWEB_CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    return next((path for name in _BROWSERS if (path := shutil.which(name))), None)


def postgres_programs() -> Path | None:
    """The folder with ``initdb`` and ``postgres`` of the newest PostgreSQL here, or None."""
    folders = [initdb.parent for initdb in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: float(folder.parent.name))
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


@cache
def has_chinese_font() -> bool:
    """Whether a page in Chinese would show letters instead of boxes."""
    listing = shutil.which("fc-list")
    if not listing:
        return False
    fonts = subprocess.run([listing, ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(fonts.stdout.strip())


def _program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


CHROMIUM = Tool("Chromium", lambda: chromium() is not None, ("chromium-headless-shell",))
CHINESE_FONT = Tool("a Chinese font", has_chinese_font, ("fonts-noto-cjk", "fontconfig"))
ZBAR = Tool("zbarimg (reads QR codes)", _program("zbarimg"), ("zbar-tools",))
POPPLER = Tool("pdftotext (reads printed papers)", _program("pdftotext"), ("poppler-utils",))
POSTGRES = Tool("PostgreSQL server programs", lambda: postgres_programs() is not None, ("postgresql",))

TOOLS = (CHROMIUM, CHINESE_FONT, ZBAR, POPPLER, POSTGRES)


def missing(tools: Iterable[Tool]) -> list[Tool]:
    """Those of ``tools`` that are not here."""
    has_chinese_font.cache_clear()
    return [tool for tool in tools if not tool.present()]


def apt_allowed() -> bool:
    """Whether packages can be installed without asking anybody: root, or sudo without a password."""
    if not shutil.which("apt-get") or os.environ.get("PMWEB_NO_APT"):
        return False
    return os.geteuid() == 0 or _sudo() is not None


def apt_install(tools: Iterable[Tool]) -> None:
    """Install the packages of ``tools``. A failure is seen by looking for the tools again."""
    packages = [package for tool in tools for package in tool.packages]
    _apt("update", "-qq")
    if "postgresql" in packages and not _CLUSTER_SETTINGS.exists():
        # the package would start a database of its own; the tests make a throw-away one instead
        _apt("install", "-y", "-qq", "--no-install-recommends", "postgresql-common")
        _as_root(
            "sed", "-i", "s/^#* *create_main_cluster.*/create_main_cluster = false/", str(_CLUSTER_SETTINGS)
        )
    _apt("install", "-y", "-qq", "--no-install-recommends", *packages)


def _apt(*arguments: str) -> None:
    _as_root("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300", *arguments)


def _as_root(*command: str) -> None:
    prefix = [] if os.geteuid() == 0 else [_sudo() or "sudo", "-n"]
    subprocess.run([*prefix, *command], stdin=subprocess.DEVNULL, check=False)


@cache
def _sudo() -> str | None:
    sudo = shutil.which("sudo")
    if not sudo:
        return None
    asked = subprocess.run([sudo, "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return sudo if asked.returncode == 0 else None
