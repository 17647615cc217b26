"""The nouns that all rooms share. Importing this package maps every one of them."""

from pmweb.models import (
    audit,
    estate,
    files,
    homes,
    journal,
    numbering,
    people,
    signatures,
    staff,
    submissions,
    tasks,
)

__all__ = [
    "audit",
    "estate",
    "files",
    "homes",
    "journal",
    "numbering",
    "people",
    "signatures",
    "staff",
    "submissions",
    "tasks",
]
