"""What complaints show elsewhere: on a home's card, in search, in the timeline, on 今日."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.complaints import register, rules
from pmweb.blueprints.complaints.forms import CHANNELS, CLOCK_WORDS
from pmweb.blueprints.complaints.models import Complaint, ComplaintClock
from pmweb.blueprints.complaints.operations.clocks import remind
from pmweb.blueprints.complaints.rules import ClockKind
from pmweb.data import defaults
from pmweb.domain.permissions import Permission, Role
from pmweb.extensions import unit
from pmweb.models.matters import ALL_OPEN
from pmweb.web.access import allowed
from pmweb.web.cards import Action, Card, Matter
from pmweb.web.filters import day, listed, named, until, when

Facts = Mapping[str, Any]


def _received(facts: Facts) -> str:
    data = defaults().complaints
    level, channel = named(data.levels[facts["level"]]), named(data.channels[facts["channel"]])
    return _("受理%(level)s，%(channel)s", level=level, channel=channel)


def _escalated(facts: Facts) -> str:
    to = (
        _("管理处主任")
        if facts["to"] == Role.OFFICE_MANAGER
        else _("%(department)s主管", department=_department(facts))
    )
    if reason := facts.get("reason"):
        return _("呈报%(to)s：%(reason)s", to=to, reason=reason)
    return _("呈报%(to)s", to=to)


def _department(facts: Facts) -> str:
    return named(defaults().complaints.departments[facts["department"]])


def _assigned(facts: Facts) -> str:
    return _("由%(department)s %(name)s 负责", department=_department(facts), name=facts["name"])


def _reassigned(facts: Facts) -> str:
    return _(
        "改由%(department)s %(name)s 负责：%(reason)s",
        department=_department(facts),
        name=facts["name"],
        reason=facts["reason"],
    )


def _contacted(facts: Facts) -> str:
    words = {"name": facts["name"], "how": CHANNELS[facts["channel"]]}
    if said := facts.get("said"):
        return _("%(name)s %(how)s联系了住户：%(said)s", said=said, **words)
    return _("%(name)s %(how)s联系了住户", **words)


def _waiting(facts: Facts) -> str:
    if until_on := facts.get("until_on"):
        return _(
            "等外部单位：%(reason)s，预计 %(day)s",
            reason=facts["reason"],
            day=day(date.fromisoformat(until_on)),
        )
    return _("等外部单位：%(reason)s", reason=facts["reason"])


def _result(facts: Facts) -> str:
    fault = named(defaults().complaints.faults[facts["fault"]])
    return _("报结果，%(fault)s：%(result)s", fault=fault, result=facts["result"])


def _replied(facts: Facts) -> str:
    return _("%(how)s答复住户：%(text)s", how=CHANNELS[facts["channel"]], text=facts["text"])


def _informed(facts: Facts) -> str:
    how = CHANNELS[facts["channel"]]
    verdict = {"yes": _("住户认可"), "no": _("住户不认可")}.get(facts.get("accepted", ""), "")
    text = _("%(how)s通报住户处理结果", how=how)
    return "，".join(part for part in (text, verdict, facts.get("said", "")) if part)


def _level(facts: Facts) -> str:
    levels = defaults().complaints.levels
    return _(
        "级别由%(was)s改为%(level)s，期限从受理时重新计算：%(reason)s",
        was=named(levels[facts["was"]]),
        level=named(levels[facts["level"]]),
        reason=facts["reason"],
    )


def _agreed(facts: Facts) -> str:
    day_of = until(datetime.fromisoformat(facts["until"]))
    return _("与住户重新约定期限 %(until)s：%(said)s", until=day_of, said=facts["said"])


def _looked_again(facts: Facts) -> str:
    word = named(defaults().complaints.validity[facts["found"]])
    note = facts.get("note")
    return _("复核：%(word)s，%(note)s", word=word, note=note) if note else _("复核：%(word)s", word=word)


def _meeting(facts: Facts) -> str:
    at = when(datetime.fromisoformat(facts["meets_at"]))
    return _("请各部门负责人 %(at)s 到%(place)s共同商定", at=at, place=facts["place"])


def _plan(facts: Facts) -> str:
    return _with_cost(_("草拟补救方案：%(title)s", title=facts["title"]), facts)


def _chosen(facts: Facts) -> str:
    return _with_cost(_("选定补救方案：%(title)s", title=facts["title"]), facts)


def _with_cost(text: str, facts: Facts) -> str:
    return _("%(text)s，结算费用 %(cost)s", text=text, cost=facts["cost"]) if facts.get("cost") else text


def _closed(facts: Facts) -> str:
    return _("结案：%(note)s", note=facts["note"]) if facts.get("note") else _("结案")


def _resumed(facts: Facts) -> str:
    return _("继续处理：%(note)s", note=facts["note"]) if facts.get("note") else _("继续处理")


def _late(facts: Facts) -> str:
    return _("%(what)s逾期，已报主管和管理处主任", what=CLOCK_WORDS[ClockKind(facts["clock"])])


def _seen(facts: Facts) -> str:
    return _("知悉期限提醒：%(what)s", what=listed(CLOCK_WORDS[ClockKind(kind)] for kind in facts["clocks"]))


def _link(facts: Facts) -> str:
    ends = until(datetime.fromisoformat(facts["until"]))
    return _("给住户查询链接，有效到 %(until)s", until=ends)


def _came(facts: Facts) -> str:
    room = named(defaults().complaints.meeting_rooms[facts["room"]])
    return _("%(name)s 到场，在%(room)s单独接待住户", name=facts["name"], room=room)


EVENTS: Mapping[str, Any] = {
    "complaint.received": _received,
    "complaint.escalated": _escalated,
    "complaint.acknowledged": _l("已知悉，启动处理"),
    "complaint.assigned": _assigned,
    "complaint.reassigned": _reassigned,
    "complaint.contacted": _contacted,
    "complaint.waiting": _waiting,
    "complaint.resumed": _resumed,
    "complaint.told_why": _l("向住户讲明暂时不能解决的原因：%(told)s"),
    "complaint.result": _result,
    "complaint.sent_back": _l("结果退回：%(reason)s"),
    "complaint.replied": _replied,
    "complaint.informed": _informed,
    "complaint.closed": _closed,
    "complaint.reopened": _l("重开，第 %(round)s 轮：%(reason)s"),
    "complaint.level": _level,
    "complaint.agreed": _agreed,
    "complaint.doubted": _l("提出无效：%(doubt)s；为住户做了：%(help)s"),
    "complaint.looked_again": _looked_again,
    "complaint.plan": _plan,
    "complaint.chosen": _chosen,
    "complaint.meeting": _meeting,
    "complaint.minutes": _l("共同商定：%(decision)s"),
    "complaint.linked": _l("关联 %(matter)s"),
    "complaint.late": _late,
    "complaint.seen": _seen,
    "complaint.link": _link,
    "complaint.link_withdrawn": _l("收回住户查询链接"),
    "complaint.word": _l("住户留言：%(text)s"),
    "complaint.came": _came,
}


def _told(kind: ClockKind) -> Callable[[Facts], str]:
    def say(facts: Facts) -> str:
        words = {"what": CLOCK_WORDS[kind], "percent": facts["percent"], "of": facts["what"]}
        if facts["percent"] >= 100:
            return _("知悉：%(what)s已逾期 · %(of)s", **words)
        return _("知悉：%(what)s时间已过 %(percent)s%% · %(of)s", **words)

    return say


def _calm(facts: Facts) -> str:
    room = named(defaults().complaints.meeting_rooms[facts["room"]])
    return _("住户情绪激烈，%(by)s 请您到%(room)s", by=facts["by"], room=room)


TASKS: Mapping[str, Any] = {
    "complaint.assign": _l("派责任人：%(what)s"),
    "complaint.acknowledge": _l("知悉并启动处理：%(what)s"),
    "complaint.contact": _l("联系住户：%(what)s"),
    "complaint.resolve": _l("处理投诉：%(what)s"),
    "complaint.reply": _l("明确答复住户：%(what)s"),
    "complaint.inform": _l("当日通报住户结果：%(what)s"),
    "complaint.close": _l("结案：%(what)s"),
    "complaint.validity": _l("复核无效投诉：%(what)s"),
    "complaint.plan": _l("选定补救方案：%(what)s"),
    "complaint.meeting": _l("到场共同商定（%(place)s）：%(what)s"),
    "complaint.word": _l("看住户留言：%(what)s"),
    "complaint.calm": _calm,
    **{
        f"complaint.told.{kind.value}.{to}": _told(kind)
        for kind in ClockKind
        for to in ("supervisor", "manager")
    },
}


def _url(complaint_id: int) -> str:
    return url_for("complaints.show", complaint_id=complaint_id)


def _call_url(call_id: int) -> str:
    return url_for("complaints.call", call_id=call_id)


def _meeting_url(meeting_id: int) -> str:
    return url_for("complaints.meeting", meeting_id=meeting_id)


def _passed(clock_kind: ClockKind) -> Callable[[Collection[int]], Mapping[int, str]]:
    """How much of the time of this clock has passed, where somebody was told of it."""

    def tell(ids: Collection[int]) -> Mapping[int, str]:
        query = select(ComplaintClock.complaint_id, ComplaintClock.told_percent).where(
            ComplaintClock.complaint_id.in_(ids),
            ComplaintClock.kind == clock_kind,
            ComplaintClock.ended_at.is_(None),
            ComplaintClock.told_percent > 0,
        )
        return {
            complaint_id: _("时间已过 %(percent)s%%", percent=percent)
            for complaint_id, percent in unit().execute(query)
        }

    return tell


CLOCK_OF = {
    "acknowledge": ClockKind.ESCALATE,
    "assign": ClockKind.RESOLVE,
    "contact": ClockKind.FIRST_CONTACT,
    "resolve": ClockKind.RESOLVE,
    "reply": ClockKind.REPLY,
    "inform": ClockKind.FEEDBACK,
}
"""Which clock runs for what is owed."""


def _on_site(ids: Collection[int]) -> dict[str, str]:
    """What is taken along where there is no signal: what is being handled, or to be told."""
    query = select(Complaint.id, Complaint.version).where(
        Complaint.id.in_(ids), Complaint.state.in_((*rules.GROUPS["handle"], *rules.GROUPS["inform"]))
    )
    return {_url(row.id): f"{row.version}" for row in unit().execute(query)}


def _at_hand() -> dict[str, str]:
    """What is everybody's is complained of at the gate and in the garage (A-27)."""
    if not allowed(Permission.COMPLAINTS_REGISTER):
        return {}
    return {url_for("complaints.new", part="common"): ""}


def _open_matters(home_ids: Iterable[int]) -> list[Matter]:
    states = defaults().complaints.states
    return [
        Matter(
            url=_url(row.id),
            title=" ".join(part for part in (row.place, row.description) if part),
            number=row.number,
            state=named(states[row.state]),
            due_at=row.due_at,
            home_id=row.home_id,
        )
        for row in register.open_of_homes(tuple(home_ids), register.seen_by_me())
    ]


def _search(text: str) -> list[Matter]:
    states = defaults().complaints.states
    if sum(sign.isdigit() for sign in text) < 3:
        return []
    return [
        Matter(
            url=_url(row.id),
            title=f"{row.home or row.place} {row.description}".strip(),
            number=row.number,
            state=named(states[row.state]),
        )
        for row in register.numbered(text, register.seen_by_me())
    ]


def _count_open() -> int:
    return register.counts(clock.now(), register.seen_by_me()).groups[ALL_OPEN]


CARD = Card(
    room="complaints",
    label=_l("投诉"),
    icon="word",
    permission=Permission.COMPLAINTS_READ,
    subject_url={"complaint": _url, "supervisor_call": _call_url, "joint_meeting": _meeting_url},
    actions=(Action(_l("登记投诉"), "word", "complaints.new", Permission.COMPLAINTS_REGISTER),),
    events=EVENTS,
    tasks=TASKS,
    task_more={f"complaint.{kind}": _passed(of) for kind, of in CLOCK_OF.items()},
    open_matters=_open_matters,
    search=_search,
    count_open=_count_open,
    when_due=remind,
    log_permission=Permission.COMPLAINTS_READ_ALL,
    hidden={"complaint": register.against_me},
    opens={"complaint": register.opens},
    on_site=_on_site,
    at_hand=_at_hand,
)
