"""The pages of complaints: the register, the clocks that run, intake, one complaint with its moves, the analysis."""

from pmweb.blueprints.complaints.views import analysis, clocks, intake, moves, register, show
from pmweb.blueprints.complaints.views.base import bp

__all__ = ["analysis", "bp", "clocks", "intake", "moves", "register", "show"]
