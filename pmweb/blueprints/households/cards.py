"""What the register of households shows outside its own pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pmweb.domain.permissions import Permission
from pmweb.models.homes import Occupancy
from pmweb.models.people import TieKind
from pmweb.web import nouns
from pmweb.web.cards import Action, Card


def _tie(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": nouns.TIES[TieKind(facts["kind"])], "name": facts["name"]}


def _added(facts: Mapping[str, Any]) -> str:
    return _("登记%(kind)s %(name)s", **_tie(facts))


def _ended(facts: Mapping[str, Any]) -> str:
    return _("%(kind)s %(name)s 已迁出或变更", **_tie(facts))


def _owner(facts: Mapping[str, Any]) -> str:
    if facts["before"]:
        return _("业主变更：%(before)s → %(name)s", before=facts["before"], name=facts["name"])
    return _("登记业主 %(name)s", name=facts["name"])


def _occupancy(facts: Mapping[str, Any]) -> str:
    return _("使用情况改为%(use)s", use=nouns.OCCUPANCIES[Occupancy(facts["occupancy"])])


CARD = Card(
    room="households",
    label=_l("住户"),
    icon="users",
    permission=Permission.HOUSEHOLDS_READ,
    subject_url={
        "person": lambda person_id: url_for("households.show", person_id=person_id),
        "household": lambda home_id: url_for("households.home", home_id=home_id),
    },
    events={
        "tie.added": _added,
        "tie.ended": _ended,
        "owner.changed": _owner,
        "lease.changed": _l("%(name)s 的租期改到 %(until)s"),
        "vehicle.added": _l("登记车辆 %(plate)s"),
        "vehicle.ended": _l("注销车辆 %(plate)s"),
        "pet.added": _l("登记宠物：%(kind)s"),
        "pet.ended": _l("注销宠物：%(kind)s"),
        "occupancy.changed": _occupancy,
    },
    actions=(Action(_l("登记住户"), "user", "households.new", Permission.HOUSEHOLDS_CHANGE),),
)
