"""Which rooms the house has: their views, and what they show elsewhere. The order is that of the rail."""

from __future__ import annotations

from flask import Blueprint

from pmweb.blueprints.archive.views import archive
from pmweb.web.cards import Card

ROOMS: tuple[Blueprint, ...] = (archive,)
CARDS: tuple[Card, ...] = ()
