"""Files of a request, examined once before anything is written (called by ``unit_of_work``).

Decoding and scaling photos takes a second or two; it must not happen under the write lock. What a form field
finds afterwards in ``g.uploads`` is ready for the shelf, or says why it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeAlias

from flask import g, request
from werkzeug.datastructures import FileStorage, MultiDict

from pmweb import clock
from pmweb.domain.workflow import RuleBroken
from pmweb.models.pictures import LIMIT_MB, MEGABYTE, Prepared, prepare
from pmweb.models.watermarks import Mark


class Brought(Protocol):
    """What a reader of ``read_with`` makes of a file; ``arrived`` is the SHA-256 of what was sent."""

    @property
    def arrived(self) -> str:
        """The same at each resending."""
        ...


Upload: TypeAlias = Prepared | Brought | RuleBroken
Reader: TypeAlias = Callable[[FileStorage], Brought | RuleBroken]

_readers: dict[tuple[str, str], Reader] = {}

IDENTITY_NAME = "id_copy"
"""A field whose name ends so holds identity scans (FM-02): their purpose is burnt in on arrival (PRI-3)."""

_PURPOSES = {
    "movein": ("入住办理", "moving in"),
    "custody": ("空房代管", "home custody"),
    "decoration": ("装修办理", "decoration"),
    "households": ("住户登记", "the household register"),
}
_OTHER = ("登记", "registration")


def examine(files: MultiDict[str, FileStorage]) -> dict[str, list[Upload]]:
    """Each of the files of the request by its field, in the order in which it came; empty inputs are left out."""
    found: dict[str, list[Upload]] = {}
    for name, came in files.lists():
        reader = _readers.get((request.endpoint or "", name)) or partial(
            _examined, identity=is_identity(name)
        )
        uploads = [reader(file) for file in came if not _is_empty_input(file)]
        if uploads:
            found[name] = uploads
    return found


def read_with(endpoint: str, name: str, reader: Reader) -> None:
    """Files of this field are no pictures: ``reader`` examines them. Called once, where the view is."""
    _readers[endpoint, name] = reader


def is_identity(name: str) -> bool:
    """Whether the files of this field are identity scans."""
    return name.endswith(IDENTITY_NAME)


def taken(name: str) -> list[Prepared]:
    """What came in the field and can be kept."""
    return [upload for upload in _came(name) if isinstance(upload, Prepared)]


def brought(name: str) -> list[Any]:
    """What came in the field and its reader could read."""
    return [upload for upload in _came(name) if not isinstance(upload, Prepared | RuleBroken)]


def refused(name: str) -> list[RuleBroken]:
    """Why the others of the field cannot be kept."""
    return [upload for upload in _came(name) if isinstance(upload, RuleBroken)]


def _came(name: str) -> list[Upload]:
    uploads: dict[str, list[Upload]] = g.get("uploads", {})
    return uploads.get(name, [])


def _is_empty_input(file: FileStorage) -> bool:
    """A browser sends an untouched file input as a part without a name and without content."""
    if file.filename:
        return False
    beginning = file.stream.read(1)
    file.stream.seek(0)
    return not beginning


def _examined(file: FileStorage, identity: bool) -> Upload:
    name = bare_name(file.filename or "")
    mark = Mark.of(*_PURPOSES.get(request.blueprint or "", _OTHER), clock.today()) if identity else None
    try:
        return prepare(file.stream.read(LIMIT_MB * MEGABYTE + 1), name=name, mark=mark)
    except RuleBroken as broken:
        return broken


def bare_name(name: str) -> str:
    """The name of a file for a message: without folders and control characters, not endlessly long."""
    return "".join(c for c in name.rpartition("/")[2] if c.isprintable())[-60:]
