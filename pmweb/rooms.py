"""Which rooms the house has: their views, and what they show elsewhere. The order is that of the rail."""

from __future__ import annotations

from flask import Blueprint

from pmweb.blueprints.archive.views import archive
from pmweb.blueprints.complaints import cards as complaints_cards
from pmweb.blueprints.complaints.views import bp as complaints
from pmweb.blueprints.desk import cards as desk_cards
from pmweb.blueprints.desk.views import bp as desk
from pmweb.blueprints.estate import cards as estate_cards
from pmweb.blueprints.estate.views import bp as estate
from pmweb.blueprints.fees import cards as fees_cards
from pmweb.blueprints.fees.views import bp as fees
from pmweb.blueprints.home.views import bp as home
from pmweb.blueprints.households import cards as households_cards
from pmweb.blueprints.households.views import bp as households
from pmweb.blueprints.movein import cards as movein_cards
from pmweb.blueprints.movein.views import bp as movein
from pmweb.blueprints.repairs import cards as repairs_cards
from pmweb.blueprints.repairs.views import bp as repairs
from pmweb.blueprints.staff import cards as staff_cards
from pmweb.blueprints.staff.views import bp as staff
from pmweb.web.cards import Card

ROOMS: tuple[Blueprint, ...] = (
    home,
    households,
    movein,
    repairs,
    complaints,
    desk,
    fees,
    estate,
    staff,
    archive,
)
CARDS: tuple[Card, ...] = (
    repairs_cards.CARD,
    complaints_cards.CARD,
    fees_cards.CARD,
    households_cards.CARD,
    movein_cards.CARD,
    staff_cards.CARD,
    estate_cards.CARD,
    desk_cards.CARD,
)
