"""What the estate shows on the card of a home: what was added or corrected, and the way to correct it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pmweb.domain.permissions import Permission
from pmweb.web.cards import Action, Card
from pmweb.web.filters import listed

FIELDS = {
    "kind": _l("用途"),
    "layout_type": _l("户型"),
    "finish": _l("交付标准"),
    "floor_area": _l("建筑面积"),
    "chargeable_area": _l("计费面积"),
    "sold": _l("销售状态"),
    "handed_over_on": _l("交付日期"),
    "remark": _l("备注"),
}


def _added(_facts: Mapping[str, Any]) -> str:
    return _("新增房屋")


def _described(facts: Mapping[str, Any]) -> str:
    return _("更正房屋资料：%(fields)s", fields=listed(FIELDS.get(name, name) for name in facts["fields"]))


CARD = Card(
    room="estate",
    label=_l("房产"),
    icon="building",
    permission=Permission.ESTATE_READ,
    subject_url={"home": lambda home_id: url_for("home.show", home_id=home_id)},
    events={"home.added": _added, "home.described": _described},
    actions=(Action(_l("更正房屋资料"), "pen", "estate.home", Permission.ESTATE_IMPORT),),
)
