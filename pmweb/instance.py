"""The instance folder: database, keys, files. Made at first run, safe to make again."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from pmweb.config import Settings

SIGNING_KEY = "secret.key"
DATA_KEY = "data.key"
DEMO = "demo"
"""The file that says: what is in here is made up. It names the sign-ins of the demo, one a line."""


class NotInitialised(RuntimeError):
    """The instance has no keys yet: ``pmweb init`` makes them."""


def prepare(settings: Settings) -> None:
    """Make the folder and the keys that are missing. An existing key is never replaced."""
    settings.instance.mkdir(parents=True, exist_ok=True)
    (settings.instance / "files").mkdir(mode=0o700, exist_ok=True)
    for name in (SIGNING_KEY, DATA_KEY):
        _make_key(settings.instance / name)


def secret_key(settings: Settings) -> str:
    """The key that signs sessions and tokens. Raises NotInitialised."""
    return settings.secret_key or _read(settings.instance / SIGNING_KEY)


def data_key(settings: Settings) -> bytes:
    """The key of the vault, 32 bytes. Raises NotInitialised."""
    return bytes.fromhex(settings.data_key or _read(settings.instance / DATA_KEY))


def mark_as_demo(folder: Path, usernames: Iterable[str]) -> None:
    """Say that this instance holds demo data, and who may sign in with one tap."""
    (folder / DEMO).write_text("".join(f"{name}\n" for name in usernames), encoding="utf-8")


def is_demo(folder: Path) -> bool:
    """Whether this instance holds demo data."""
    return (folder / DEMO).is_file()


def demo_usernames(folder: Path) -> list[str]:
    """The one-tap sign-ins, in their order; none where nothing says that this is demo data."""
    return (folder / DEMO).read_text(encoding="utf-8").split() if is_demo(folder) else []


def _make_key(path: Path) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError as error:
        raise NotInitialised("run `pmweb init` first: the instance has no keys") from error
