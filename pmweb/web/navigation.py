"""The rail: the rooms that the signed-in person may enter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l

from pmweb.domain.permissions import Permission
from pmweb.web.access import allowed


@dataclass(frozen=True)
class Place:
    """One entry of the rail."""

    endpoint: str
    label: Any
    icon: str
    permission: Permission

    @property
    def endpoint_url(self) -> str:
        """Where it leads."""
        return url_for(self.endpoint)

    @property
    def current(self) -> bool:
        """Whether the reader is in that room now."""
        return request.blueprint == self.endpoint.partition(".")[0]


PLACES = (
    Place("home.today", _l("今日"), "today", Permission.TODAY),
    Place("households.index", _l("住户"), "home", Permission.HOUSEHOLDS_READ),
    Place("movein.index", _l("入住"), "key", Permission.MOVEIN_READ),
    Place("repairs.index", _l("报修"), "wrench", Permission.REPAIRS_READ),
    Place("complaints.index", _l("投诉"), "word", Permission.COMPLAINTS_READ),
    Place("desk.index", _l("值班"), "board", Permission.DESK_READ),
    Place("fees.index", _l("收费"), "yuan", Permission.FEES_READ),
    Place("estate.index", _l("房产"), "building", Permission.ESTATE_READ),
    Place("staff.index", _l("人员"), "users", Permission.STAFF_READ),
)


def places() -> list[Place]:
    """What the rail shows to this person."""
    return [p for p in PLACES if p.endpoint in current_app.view_functions and allowed(p.permission)]
