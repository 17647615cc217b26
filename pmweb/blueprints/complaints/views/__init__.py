"""The pages of complaints."""

from pmweb.blueprints.complaints.views import links, papers, resident
from pmweb.blueprints.complaints.views.base import bp

__all__ = ["bp", "links", "papers", "resident"]
