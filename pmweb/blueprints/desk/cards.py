"""What the desk shows elsewhere: so far nothing but its name."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pmweb.domain.permissions import Permission
from pmweb.web.cards import Card

CARD = Card(room="desk", label=_l("值班"), icon="board", permission=Permission.DESK_READ)
