"""What these pages share: the blueprint."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("estate", __name__, url_prefix="/estate")
