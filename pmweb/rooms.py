"""Which rooms the house has: their views, and what they show elsewhere. The order is that of the rail."""

from __future__ import annotations

from flask import Blueprint

from pmweb.blueprints.archive.views import archive
from pmweb.blueprints.repairs import cards as repairs_cards
from pmweb.blueprints.repairs.views import bp as repairs
from pmweb.web.cards import Card

ROOMS: tuple[Blueprint, ...] = (repairs, archive)
CARDS: tuple[Card, ...] = (repairs_cards.CARD,)
