"""What the codes of the shared nouns are called on screens and papers, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from pmweb import clock
from pmweb.data import defaults
from pmweb.domain.defects import Responsible, Severity
from pmweb.domain.permissions import Role
from pmweb.domain.warranty import TermUnit
from pmweb.extensions import unit
from pmweb.models.estate import MECHANISM, rule_on
from pmweb.models.homes import Finish, HomeKind, MeterKind, Occupancy
from pmweb.models.people import AgeGroup, IdKind, PartyKind, TieKind
from pmweb.web.filters import named

ROLES = {
    Role.RECEPTIONIST: _l("客服"),
    Role.CASHIER: _l("收银员"),
    Role.DISPATCHER: _l("维修调度"),
    Role.REPAIRER: _l("维修人员"),
    Role.PATROLLER: _l("巡查员"),
    Role.GUARD: _l("安护员"),
    Role.DEPARTMENT_SUPERVISOR: _l("部门主管"),
    Role.OFFICE_MANAGER: _l("管理处主任"),
    Role.FINANCE: _l("财务"),
    Role.AUDITOR: _l("审计"),
    Role.ADMIN: _l("系统管理员"),
}
TIES = {
    TieKind.OWNER: _l("业主"),
    TieKind.CO_OWNER: _l("共有人"),
    TieKind.TENANT: _l("租户"),
    TieKind.USER: _l("使用人"),
    TieKind.FAMILY: _l("家庭成员"),
    TieKind.EMERGENCY: _l("紧急联系人"),
    TieKind.AGENT: _l("受托人"),
}
PARTIES = {PartyKind.PERSON: _l("个人"), PartyKind.COMPANY: _l("单位")}
IDENTITIES = {
    IdKind.ID_CARD: _l("身份证"),
    IdKind.PASSPORT: _l("护照"),
    IdKind.PERMIT: _l("通行证或居留证"),
    IdKind.USCC: _l("统一社会信用代码"),
    IdKind.OTHER: _l("其他证件"),
}
AGES = {
    AgeGroup.ADULT: _l("成年"),
    AgeGroup.SENIOR: _l("老年"),
    AgeGroup.MINOR: _l("14 至 17 岁"),
    AgeGroup.CHILD: _l("14 岁以下"),
}
TERM_UNITS = {TermUnit.YEAR: _l("年"), TermUnit.MONTH: _l("个月")}
"""In what an agreed warranty term is counted."""
OCCUPANCIES = {
    Occupancy.OWNER_OCCUPIED: _l("自住"),
    Occupancy.LET: _l("出租"),
    Occupancy.VACANT: _l("空置"),
    Occupancy.CUSTODY: _l("托管"),
    Occupancy.OTHER: _l("其他"),
}
HOME_KINDS = {
    HomeKind.RESIDENCE: _l("住宅"),
    HomeKind.SHOP: _l("商铺"),
    HomeKind.OFFICE: _l("办公"),
    HomeKind.OTHER: _l("其他"),
}
FINISHES = {Finish.BARE: _l("毛坯"), Finish.FURNISHED: _l("精装")}
SEVERITIES = {
    Severity.MINOR: _l("一般"),
    Severity.SERIOUS: _l("较重"),
    Severity.SAFETY: _l("涉及安全"),
}
RESPONSIBLES = {
    Responsible.DEVELOPER: _l("开发商"),
    Responsible.BUILDER: _l("施工单位"),
    Responsible.OFFICE: _l("物业管理处"),
    Responsible.RESIDENT: lazy_pgettext("one", "住户"),
    Responsible.UTILITY: _l("专业经营单位"),
}
METERS = {
    MeterKind.WATER: _l("水"),
    MeterKind.ELECTRICITY: _l("电"),
    MeterKind.GAS: _l("燃气"),
    MeterKind.HEAT: _l("热"),
}
METER_TITLES = {
    MeterKind.WATER: _l("水表"),
    MeterKind.ELECTRICITY: _l("电能表"),
    MeterKind.GAS: _l("燃气表"),
    MeterKind.HEAT: _l("热量表"),
}


def choices(words: dict[Any, Any]) -> list[tuple[str, Any]]:
    """The codes and their words as the choices of a field."""
    return [(code.value, word) for code, word in words.items()]


def building_title(building: str) -> str:
    """``3 栋``; a building with a name of its own stays as it is."""
    short = len(building) <= 3 and building.isascii()
    return _("%(building)s 栋", building=building) if short else building


def home_title(building: str, section: str, number: str) -> str:
    """A home as a heading: ``3 栋 1 单元 1201``; a building with a name of its own stays as it is."""
    place = building
    if len(building) <= 3 and building.isascii():
        place = _("%(building)s 栋", building=building)
    if section:
        place += " " + _("%(section)s 单元", section=section)
    return f"{place} {number}"


def mechanism() -> Mapping[str, str]:
    """``name`` and ``text`` of how the office coordinates complaints: its own words, else the shipped ones (A-25)."""
    shipped = defaults().complaints
    return rule_on(unit(), MECHANISM, clock.today()) or {
        "name": named(shipped.mechanism),
        "text": named(shipped.mechanism_text),
    }
