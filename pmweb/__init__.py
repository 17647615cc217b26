"""pmweb: the office of a residential estate, from move-in to the household file.

Rules are pure functions and tables, operations say what a member of staff does, views are thin.
``docs/architecture.md`` is the map of the house.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

__version__ = "0.1.0"


def create_app(settings: dict[str, Any] | None = None) -> Flask:
    """Assemble the application; imported lazily so that rules never load Flask."""
    from pmweb.factory import build_app

    return build_app(settings)
