"""Who may look at which file (PRI-3, PRI-5). Kinds are the values of ``FileKind``."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from pmweb.domain.permissions import Permission

IDENTITY = "identity"
"""Sensitive: its own right, a purpose, a line in the log, no thumbnail, no copy in the browser."""
PHOTO = "photo"
"""Defects, meters, rooms: may stay in the browser's own cache, for nothing in it changes."""


class Purpose(StrEnum):
    """Why somebody opens an identity scan (PRI-1: a clear purpose)."""

    CHECK = "check"
    FILING = "filing"
    REQUEST = "request"
    AUTHORITY = "authority"


def right_to_open(kind: str) -> Permission:
    """The right that a file of this kind needs."""
    return Permission.IDENTITY_SCANS_READ if kind == IDENTITY else Permission.FILES_READ


def may_open(kind: str, allowed: Callable[[Permission], bool]) -> bool:
    """Whether somebody with these rights may open a file of this kind; views and templates ask the same."""
    return allowed(Permission.FILES_READ) and allowed(right_to_open(kind))


def is_logged(kind: str) -> bool:
    """Whether each opening of such a file is written down."""
    return kind == IDENTITY


def has_thumbnail(kind: str) -> bool:
    """Whether lists may show a small picture of it."""
    return kind != IDENTITY


def purpose(word: str | None) -> Purpose | None:
    """The purpose that was named, or None if it is none of ours."""
    return Purpose(word) if word in set(Purpose) else None
