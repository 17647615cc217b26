"""The pages of complaints."""

from pmweb.blueprints.complaints.views import clocks, register
from pmweb.blueprints.complaints.views.base import bp

__all__ = ["bp", "clocks", "register"]
