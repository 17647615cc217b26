"""今日, search and the card of a home, one module each; all hang on one blueprint."""

from pmweb.blueprints.home.views import card, device, health, search, today
from pmweb.blueprints.home.views.base import bp

__all__ = ["bp", "card", "device", "health", "search", "today"]
