"""What repairs show elsewhere: on a home's card, in search, in the timeline, on 今日."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pmweb import clock
from pmweb.blueprints.repairs import register
from pmweb.blueprints.repairs.forms import WAITS
from pmweb.blueprints.repairs.rules import WaitKind
from pmweb.data import defaults
from pmweb.domain.id_numbers import mask_name
from pmweb.domain.permissions import Permission
from pmweb.web.cards import Card, Matter
from pmweb.web.filters import day, named, when

Facts = Mapping[str, Any]


def _agreed(facts: Facts) -> str:
    """The appointment of an entry in words, or nothing."""
    said = facts.get("appointment_at")
    return when(datetime.fromisoformat(said)) if said else ""


def _dispatched(facts: Facts) -> str:
    if at := _agreed(facts):
        return _("派给 %(to)s，约 %(at)s 上门", to=facts["to"], at=at)
    return _("派给 %(to)s", to=facts["to"])


def _transferred(facts: Facts) -> str:
    words = {"to": facts["to"], "reason": facts["reason"]}
    if at := _agreed(facts):
        return _("转派给 %(to)s，约 %(at)s 上门：%(reason)s", at=at, **words)
    return _("转派给 %(to)s：%(reason)s", **words)


def _given_back(facts: Facts) -> str:
    return _(
        "%(name)s 的工作单退回，等重新派单：%(reason)s", name=facts.get("name", ""), reason=facts["reason"]
    )


def _resumed(facts: Facts) -> str:
    at = _agreed(facts)
    return _("恢复维修，约 %(at)s 上门", at=at) if at else _("恢复维修")


def _waiting(facts: Facts) -> str:
    words = {"what": WAITS[WaitKind(facts["for_"])], "reason": facts["reason"]}
    if until := facts.get("until_on"):
        return _("%(what)s：%(reason)s，预计 %(day)s", day=day(date.fromisoformat(until)), **words)
    return _("%(what)s：%(reason)s", **words)


def _rechecked(facts: Facts) -> str:
    note = facts.get("note")
    return _("复检合格：%(note)s", note=note) if note else _("复检合格")


def _signed(facts: Facts) -> str:
    """The name masked, as everywhere until somebody asks for it (PRI-5); older entries hold it in full."""
    name = mask_name(facts["name"])
    if facts.get("method") == "refused":
        return _("%(name)s 拒绝在工作单上签字，已由见证人记录", name=name)
    return _("%(name)s 在工作单上签字", name=name)


EVENTS = {
    "repair.registered": _l("登记报修，开出工作单"),
    "repair.dispatched": _dispatched,
    "repair.transferred": _transferred,
    "repair.given_back": _given_back,
    "repair.accepted": _l("已接单"),
    "repair.arrived": _l("已到场"),
    "repair.waiting": _waiting,
    "repair.resumed": _resumed,
    "repair.completed": _l("完工：%(work_done)s"),
    "repair.rechecked": _rechecked,
    "repair.recheck_failed": _l("复检不合格，转第 %(round)s 轮返修：%(reason)s"),
    "repair.rework": _l("转第 %(round)s 轮返修：%(reason)s"),
    "repair.on_its_own": _l("入住已归档或作废，由维修人员请业主在工作单上签字"),
    "repair.signed": _signed,
    "repair.cancelled": _l("取消：%(reason)s"),
}
TASKS = {
    "repair.dispatch": _l("派单：%(place)s %(what)s"),
    "repair.accept": _l("接单：%(place)s %(what)s"),
    "repair.visit": _l("上门：%(place)s %(what)s"),
    "repair.complete": _l("修好：%(place)s %(what)s"),
    "repair.resume": _l("继续：%(place)s %(what)s"),
    "repair.recheck": _l("复检：%(place)s %(what)s"),
    "repair.sign": _l("请业主签字：%(place)s %(what)s"),
}


def _url(repair_id: int) -> str:
    return url_for("repairs.show", repair_id=repair_id)


def _open_matters(home_ids: Iterable[int]) -> list[Matter]:
    states = defaults().repairs.states
    return [
        Matter(
            url=_url(row.id),
            title=f"{row.place} {row.description}",
            number=row.number,
            state=named(states[row.state]),
            due_at=row.due_at,
            home_id=row.home_id,
        )
        for row in register.open_of_homes(tuple(home_ids))
    ]


def _search(text: str) -> list[Matter]:
    states = defaults().repairs.states
    if sum(sign.isdigit() for sign in text) < 3:
        return []
    return [
        Matter(
            url=_url(row.id),
            title=f"{row.home or ''} {row.description}".strip(),
            number=row.number,
            state=named(states[row.state]),
        )
        for row in register.numbered(text)
    ]


def _count_open() -> int:
    return register.counts(clock.now()).groups[register.ALL_OPEN]


CARD = Card(
    room="repairs",
    label=_l("报修"),
    icon="wrench",
    permission=Permission.REPAIRS_READ,
    subject_url={"repair": _url},
    events=EVENTS,
    tasks=TASKS,
    open_matters=_open_matters,
    search=_search,
    count_open=_count_open,
)
