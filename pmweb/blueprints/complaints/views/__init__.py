"""The pages of complaints: intake, one complaint with its moves."""

from pmweb.blueprints.complaints.views import intake, moves, show
from pmweb.blueprints.complaints.views.base import bp

__all__ = ["bp", "intake", "moves", "show"]
