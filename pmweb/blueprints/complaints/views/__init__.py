"""The pages of complaints."""

from pmweb.blueprints.complaints.views import analysis
from pmweb.blueprints.complaints.views.base import bp

__all__ = ["analysis", "bp"]
