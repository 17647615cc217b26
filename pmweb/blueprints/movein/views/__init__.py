"""The pages of a move-in, one module per part of the procedure; all hang on one blueprint."""

from pmweb.blueprints.movein.views import (
    acceptance,
    case,
    desk,
    filing,
    prints,
    readings,
    register,
    retests,
    rounds,
    signing,
)
from pmweb.blueprints.movein.views.base import bp

__all__ = [
    "acceptance",
    "bp",
    "case",
    "desk",
    "filing",
    "prints",
    "readings",
    "register",
    "retests",
    "rounds",
    "signing",
]
