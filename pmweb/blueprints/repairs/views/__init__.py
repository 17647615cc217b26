"""The pages of repairs: the register, one repair with its moves, the work order and its signature."""

from pmweb.blueprints.repairs.views import moves, register, signing
from pmweb.blueprints.repairs.views.base import bp

__all__ = ["bp", "moves", "register", "signing"]
