"""What staff show elsewhere: the words of their timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pmweb.data import defaults
from pmweb.domain.permissions import Permission, Role
from pmweb.models.staff import Staff
from pmweb.web.cards import Card
from pmweb.web.filters import named
from pmweb.web.nouns import ROLES


def role_title(role: Role, department: str | None) -> str:
    """A role with its department: ``维修部 · 维修人员``; a supervisor is named by the department."""
    known = defaults().complaints.departments.get(department or "")
    if known is None:
        return str(ROLES[role])
    if role is Role.DEPARTMENT_SUPERVISOR:
        return _("%(department)s主管", department=named(known))
    return _("%(department)s · %(role)s", department=named(known), role=ROLES[role])


def _granted(facts: Mapping[str, Any]) -> str:
    return _("担任%(role)s", role=role_title(Role(facts["role"]), facts.get("department")))


def _ended(facts: Mapping[str, Any]) -> str:
    return _("不再担任%(role)s", role=role_title(Role(facts["role"]), facts.get("department")))


CARD = Card(
    room="staff",
    label=_l("人员"),
    icon="users",
    permission=Permission.STAFF_READ,
    subject_url={Staff.__tablename__: lambda staff_id: url_for("staff.show", staff_id=staff_id)},
    events={
        "staff.added": _l("建立账号"),
        "staff.changed": _l("更改资料"),
        "staff.role_granted": _granted,
        "staff.role_ended": _ended,
        "staff.password_reset": _l("重设密码"),
        "staff.disabled": _l("停用账号"),
        "staff.enabled": _l("重新启用账号"),
    },
)
