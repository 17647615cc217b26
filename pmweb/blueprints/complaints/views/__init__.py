"""The pages of complaints: the register, the clocks that run, intake, one complaint with its moves, the analysis, and
what the resident sees of it.
"""

from pmweb.blueprints.complaints.views import (
    analysis,
    clocks,
    intake,
    links,
    moves,
    papers,
    register,
    resident,
    show,
)
from pmweb.blueprints.complaints.views.base import bp

__all__ = [
    "analysis",
    "bp",
    "clocks",
    "intake",
    "links",
    "moves",
    "papers",
    "register",
    "resident",
    "show",
]
