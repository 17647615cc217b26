"""The pages of repairs: the register, one repair with its moves, the work order and its signature, the reports."""

from pmweb.blueprints.repairs.views import (
    billing,
    board,
    deciding,
    estimates,
    follow_ups,
    intake,
    moves,
    places,
    prices,
    register,
    reports,
    signing,
)
from pmweb.blueprints.repairs.views.base import bp

__all__ = [
    "billing",
    "board",
    "bp",
    "deciding",
    "estimates",
    "follow_ups",
    "intake",
    "moves",
    "places",
    "prices",
    "register",
    "reports",
    "signing",
]
