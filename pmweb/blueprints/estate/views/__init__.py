"""The pages of the estate: its homes and buildings, its settings, the import of a home roll; one blueprint."""

from pmweb.blueprints.estate.views import estates, homes, roll, terms
from pmweb.blueprints.estate.views.base import bp

__all__ = ["bp", "estates", "homes", "roll", "terms"]
