"""The pages of the people: signing in, one's own account, the people of an estate, the rights; one blueprint."""

from pmweb.blueprints.staff.views import account, own, people, sign_in
from pmweb.blueprints.staff.views.base import bp

__all__ = ["account", "bp", "own", "people", "sign_in"]
