"""What repairs show elsewhere: on a home's card, in search, in the timeline, on 今日."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.repairs import register, rules
from pmweb.blueprints.repairs.asking import CHANNEL_WORDS
from pmweb.blueprints.repairs.forms import WAITS
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations.report import owe_reports
from pmweb.blueprints.repairs.rules import ATTEMPTS, FollowUpChannel, Part, WaitKind
from pmweb.data import defaults
from pmweb.domain.id_numbers import mask_name
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models.matters import ALL_OPEN
from pmweb.web.access import allowed
from pmweb.web.cards import Action, Card, Matter
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


def _leak_tested(facts: Facts) -> str:
    return _("试漏合格：%(method)s", method=named(defaults().repairs.leak_test_methods[facts["method"]]))


def _signed(facts: Facts) -> str:
    """The name masked, as everywhere until somebody asks for it (PRI-5); older entries hold it in full."""
    name = mask_name(facts["name"])
    if facts.get("method") == "refused":
        return _("%(name)s 拒绝在工作单上签字，已由见证人记录", name=name)
    return _("%(name)s 在工作单上签字", name=name)


def _followed_up(facts: Facts) -> str:
    result = named(defaults().repairs.follow_up_results[facts["result"]])
    return _("%(how)s回访：%(result)s", how=CHANNEL_WORDS[FollowUpChannel(facts["channel"])], result=result)


def _tried(facts: Facts) -> str:
    how = CHANNEL_WORDS[FollowUpChannel(facts["channel"])]
    return _("%(how)s回访，没联系上（第 %(n)s 天，共 %(of)s 天）", how=how, n=facts["n"], of=ATTEMPTS)


def _checked(facts: Facts) -> str:
    note = facts.get("note")
    return _("主管看过回访，已关闭：%(note)s", note=note) if note else _("主管看过回访，已关闭")


def _estimated(facts: Facts) -> str:
    return _("估价 %(amount)s，等住户确认", amount=facts["amount"])


def _estimated_again(facts: Facts) -> str:
    return _("改估价为 %(amount)s，要住户重新确认", amount=facts["amount"])


def _accepted_estimate(facts: Facts) -> str:
    words = {"name": mask_name(facts["name"]), "amount": facts["amount"]}
    if facts["manner"] == "phone":
        return _("%(name)s 在电话里同意费用 %(amount)s", **words)
    return _("%(name)s 签字同意费用 %(amount)s", **words)


def _price_set(facts: Facts) -> str:
    name = named(defaults().repairs.categories[facts["category"]])
    return _("%(name)s：%(day)s 起单价 %(price)s", name=name, day=facts["day"], price=facts["price"])


def _price_voided(facts: Facts) -> str:
    name = named(defaults().repairs.categories[facts["category"]])
    return _("%(name)s 单价作废：%(reason)s", name=name, reason=facts["reason"])


def _decided(facts: Facts) -> str:
    verdicts = defaults().warranty.verdicts
    words = {"old": named(verdicts[facts["old"]]), "new": named(verdicts[facts["new"]])}
    return _("保修判定由“%(old)s”改为“%(new)s”：%(reason)s", **words, reason=facts["reason"])


EVENTS = {
    "repair.registered": _l("登记报修，开出工作单"),
    "repair.decided": _decided,
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
    "repair.leak_tested": _leak_tested,
    "repair.leak_test_failed": _l("试漏仍渗漏，转第 %(round)s 轮返修：%(reason)s"),
    "repair.rework": _l("转第 %(round)s 轮返修：%(reason)s"),
    "repair.on_its_own": _l("入住已归档或作废，由维修人员请业主在工作单上签字"),
    "repair.signed": _signed,
    "repair.followed_up": _followed_up,
    "repair.follow_up_tried": _tried,
    "repair.follow_up_failed": _l("回访发现问题，转第 %(round)s 轮返修：%(reason)s"),
    "repair.checked": _checked,
    "repair.cancelled": _l("取消：%(reason)s"),
    "repair.estimated": _estimated,
    "repair.estimated_again": _estimated_again,
    "repair.estimate_accepted": _accepted_estimate,
    "repair.estimate_refused": _l("%(name)s 不同意费用 %(amount)s：%(reason)s"),
    "repair.billed": _l("核定费用 %(amount)s"),
    "repair.materials": _l("登记领用材料 %(count)s 项，%(amount)s"),
    "repair.price_set": _price_set,
    "repair.price_voided": _price_voided,
}
TASKS = {
    "repair.decide": _l("判定保修：%(place)s %(what)s"),
    "repair.dispatch": _l("派单：%(place)s %(what)s"),
    "repair.accept": _l("接单：%(place)s %(what)s"),
    "repair.visit": _l("上门：%(place)s %(what)s"),
    "repair.complete": _l("修好：%(place)s %(what)s"),
    "repair.resume": _l("继续：%(place)s %(what)s"),
    "repair.recheck": _l("复检：%(place)s %(what)s"),
    "repair.leak_test": _l("试漏：%(place)s %(what)s"),
    "repair.estimate": _l("请住户确认费用：%(place)s %(what)s"),
    "repair.sign": _l("请业主签字：%(place)s %(what)s"),
    "repair.follow_up": _l("回访：%(place)s %(what)s"),
    "repair.check": _l("看回访结果：%(place)s %(what)s"),
}
REPORT_EVENTS = {
    "report.written": _l("写月报分析"),
    "report.closed": _l("封存月报"),
    "report.supplemented": _l("补充月报，第 %(version)s 版：%(reason)s"),
}
REPORT_TASKS = {"repair.report": _l("写 %(month)s 维修月报，封存")}


def _url(repair_id: int) -> str:
    return url_for("repairs.show", repair_id=repair_id)


def _doing(verb: str) -> Callable[[int], str]:
    """The page of a repair with the form of this verb open."""
    return lambda repair_id: url_for("repairs.show", repair_id=repair_id, do=verb)


def _estimate_url(repair_id: int) -> str:
    return url_for("repairs.estimate", repair_id=repair_id)


def _prices_url(_price_id: int) -> str:
    return url_for("repairs.prices")


def _report_url(report_id: int) -> str:
    return url_for("repairs.open_report", report_id=report_id)


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
    return register.counts(clock.now()).groups[ALL_OPEN]


def _on_site(ids: Collection[int]) -> dict[str, str]:
    """What a repairer takes along: the own list, and each work order with what is recorded on site (R-6)."""
    query = select(Repair.id, Repair.version).where(Repair.id.in_(ids), Repair.state.in_(rules.TO_MEND))
    pages = {_url(row.id): f"{row.version}" for row in unit().execute(query)}
    if pages and allowed(Permission.REPAIRS_WORK):
        pages[url_for("repairs.mine")] = ""
    return pages


def _at_hand() -> dict[str, str]:
    """A common part is reported where it breaks, in a garage or a shaft (FM-07)."""
    if not allowed(Permission.REPAIRS_REGISTER):
        return {}
    return {url_for("repairs.new", part=Part.COMMON.value): ""}


CARD = Card(
    room="repairs",
    label=_l("报修"),
    icon="wrench",
    permission=Permission.REPAIRS_READ,
    subject_url={"repair": _url, "service_price": _prices_url, "monthly_report": _report_url},
    task_url={
        "repair.estimate": _estimate_url,
        "repair.follow_up": _doing("follow-up"),
        "repair.check": _doing("check"),
    },
    actions=(Action(_l("登记报修"), "wrench", "repairs.new", Permission.REPAIRS_REGISTER),),
    events=EVENTS | REPORT_EVENTS,
    tasks=TASKS | REPORT_TASKS,
    open_matters=_open_matters,
    search=_search,
    count_open=_count_open,
    on_site=_on_site,
    at_hand=_at_hand,
    when_due=owe_reports,
)
