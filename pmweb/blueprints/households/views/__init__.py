"""The pages of the register: people, their ties, the household of a home, its printed paper; one blueprint."""

from pmweb.blueprints.households.views import homes, papers, people, register, ties
from pmweb.blueprints.households.views.base import bp

__all__ = ["bp", "homes", "papers", "people", "register", "ties"]
