"""Where a home roll lies between its upload and its end: encrypted, in a folder of the instance.

Not in the session and not in the database: twenty thousand rows with their identity numbers. What is kept is
what was read, never the file itself. A folder belongs to one import and goes with it.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pmweb.models.vault import Sealed, vault

FOLDER = "imports"
FORMAT = 1
"""Grows when what lies on a tray changes its shape: a tray of an older pmweb is then gone."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Gone(LookupError):
    """What is asked for is no longer there, or cannot be opened with this key."""


@dataclass(frozen=True)
class Tray:
    """The folder of one import below ``place``."""

    place: Path
    name: str

    @classmethod
    def new(cls, place: Path) -> Tray:
        """A tray of its own, with a name that nobody guesses."""
        return cls(place, secrets.token_urlsafe(18))

    @property
    def folder(self) -> Path:
        """Where it lies. ValueError for a name that could lead out of its place."""
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a tray")
        return self.place / self.name

    def put(self, name: str, plain: Any) -> None:
        """Keep what JSON can say; a name on the tray is always a whole file. OSError when the disk is full."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sealed = vault().encrypt(
            json.dumps([FORMAT, plain], ensure_ascii=False, separators=(",", ":")).encode()
        )
        beside = self.folder / f".{name}.{secrets.token_hex(4)}"
        try:
            with beside.open("xb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.folder / name)
        finally:
            beside.unlink(missing_ok=True)

    def get(self, name: str) -> Any:
        """What was kept under ``name``. Raises Gone."""
        try:
            made, plain = json.loads(vault().decrypt((self.folder / name).read_bytes()))
        except (FileNotFoundError, Sealed, ValueError) as error:
            raise Gone(name) from error
        if made != FORMAT:
            raise Gone(name)
        return plain

    def drop(self, name: str) -> None:
        """Throw one thing away; nothing happens when it is not there."""
        (self.folder / name).unlink(missing_ok=True)

    def clear(self) -> None:
        """Throw everything away; nothing happens when there is nothing."""
        shutil.rmtree(self.folder, ignore_errors=True)


def sweep(place: Path, wanted: Collection[str], before: datetime) -> None:
    """Throw away the trays that nobody wants any more, and that nobody is filling: last touched ``before``."""
    if place.is_dir():
        for folder in place.iterdir():
            if folder.name not in wanted and folder.stat().st_mtime < before.timestamp():
                shutil.rmtree(folder, ignore_errors=True)
