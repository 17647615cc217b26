"""The pages of complaints: the register, the clocks that run, intake, one complaint with its moves."""

from pmweb.blueprints.complaints.views import clocks, intake, moves, register, show
from pmweb.blueprints.complaints.views.base import bp

__all__ = ["bp", "clocks", "intake", "moves", "register", "show"]
