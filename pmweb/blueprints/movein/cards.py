"""What a move-in shows elsewhere: on a home's card, on 今日, in search, in the timeline – and its words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import func, select

from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet, MoveIn
from pmweb.blueprints.movein.names import MISSING_WORDS, STATES, paper_name
from pmweb.blueprints.movein.rules import ENDED
from pmweb.data import defaults
from pmweb.domain.id_numbers import mask_name
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.people import Tie, TieKind
from pmweb.web.cards import Action, Card, Matter
from pmweb.web.filters import day, listed, named
from pmweb.web.wording import word


def _papers(facts: Mapping[str, Any]) -> str:
    return _("档案还缺：%(names)s。", names=listed(paper_name(kind) for kind in facts["papers"]))


def _lacking(facts: Mapping[str, Any]) -> str:
    return _("登记表还缺：%(names)s。", names=listed(MISSING_WORDS[name] for name in facts["what"]))


def _things(facts: Mapping[str, Any]) -> str:
    names = listed(named(defaults().movein.things[kind]) for kind in facts["kinds"])
    return _("清单上必须有：%(names)s。", names=names)


def _key(words: Any) -> Any:
    def say(facts: Mapping[str, Any]) -> str:
        thing = defaults().movein.things[facts["kind"]]
        said = {"act": words, "thing": named(thing), "n": facts["quantity"]}
        if facts.get("reason"):
            return _("%(act)s：%(thing)s %(n)s（%(reason)s）", reason=facts["reason"], **said)
        return _("%(act)s：%(thing)s %(n)s", **said)

    return say


def _signed_resident(facts: Mapping[str, Any]) -> str:
    """The name masked, as everywhere until somebody asks for it (PRI-5); older entries hold it in full."""
    return _("%(name)s 签字，共 %(count)s 份", name=mask_name(facts["name"]), count=facts["count"])


def _at_lines(sentence: Any) -> Any:
    def say(facts: Mapping[str, Any]) -> str:
        return str(sentence) % {**facts, "lines": listed(facts["lines"].split("、"))}

    return say


word(
    {
        "movein.no_owner": _l("%(home)s 还没有登记业主，不能办理入住。请先在住户里登记业主。"),
        "movein.exists": _l("这套房已有办理中的入住（%(number)s），请接着办。"),
        "movein.company": _l("业主是单位，请选“单位购房”。"),
        "movein.no_company": _l("业主是个人，不能选“单位购房”。"),
        "movein.handler_known": _l("这个身份证号码登记的是 %(name)s，和填的姓名不符。请对照证件再看一遍。"),
        "movein.handler": _l("请填写办理人的姓名、手机和身份证号码。"),
        "movein.ended": _l("这次入住已经归档或作废，不能再改。"),
        "movein.owner_changed": _l(
            "登记的业主已经变了，这次入住是为原业主办的，不能再签。请先在住户里更正；确已变更的，作废后重新办理。"
        ),
        "movein.void_reason": _l("请写明作废的原因。"),
        "movein.identity_first": _l("先完成“核对业主与资料”"),
        "movein.register_first": _l("先完成“住户登记表”，再交钥匙"),
        "movein.acceptance_first": _l("等“验房”每项都有结果"),
        "movein.readings_first": _l("等“水电气表”三只表都抄完"),
        "movein.nothing_to_sign": _l("等有填好的文件"),
        "movein.sign_first": _l("等“签字”全部完成"),
        "notice.future": _l("日期不能晚于今天。"),
        "power.no_scope": _l("请登记委托书：委托事项和有效期。"),
        "power.not_for_move_in": _l("委托事项里没有“办理入住”，受托人不能代办。"),
        "power.other": _l("请写明其他委托事项。"),
        "power.order": _l("有效期的截止日不能早于起始日。"),
        "power.too_long": _l("委托书的有效期最长 %(months)s 个月。"),
        "power.not_yet": _l("委托书还没有生效。"),
        "power.expired": _l("委托书已于 %(on)s 到期，请业主重新出具。"),
        "power.scope": _l("委托书没有授权办理这一项，请业主本人签字或补充委托。"),
        "register.missing": _lacking,
        "agreements.mandatory": _l("必签的协议不能取消。"),
        "things.missing": _things,
        "things.other": _l("请写明其他物品是什么，签字的人要看得懂。"),
        "things.untested": _l("请当面试开每把钥匙后再勾选。"),
        "keys.before_handover": _l("还没有发放钥匙物品。"),
        "keys.voided": _l("这次入住已作废，不能再发放；可以登记交回或遗失。"),
        "keys.too_many": _l("住户手里只有 %(held)s 件，数量不对。"),
        "keys.reason": _l("请写明原因。"),
        "charge.changed": _l("您看过之后金额有变化，现在是 %(amount)s，还没有记账。请业主按新金额再看一遍。"),
        "charge.exists": _l("首期物业费已经记过了。"),
        "acceptance.not_begun": _l("验房还没有开始。"),
        "acceptance.begun": _l("验房已经开始。请回到验房页接着查验。"),
        "acceptance.closed": _l("本轮验收已签字，不能再改。"),
        "acceptance.untested": _at_lines(_l("还有 %(count)s 项没有结果：第 %(lines)s 项。")),
        "acceptance.undescribed": _at_lines(_l("不合格项还没有写问题：第 %(lines)s 项。")),
        "acceptance.no_photo": _at_lines(_l("较重或涉及安全的问题要拍照：第 %(lines)s 项。")),
        "acceptance.wait_needs_reason_and_date": _l("待测要写明原因和日期。"),
        "acceptance.date_past": _l("日期不能早于今天。"),
        "meter.photo": _l("请拍下表盘。"),
        "meter.nothing": _l("还没有填底数。请至少填一只表，再保存。"),
        "meter.unusual": _l("和上次读数 %(last)s 相比不寻常，请再看一遍；没错就勾选“读数无误”。"),
        "meter.closed": _l("底数已签字确认，不能再改。"),
        "sign.nothing": _l("没有待签的文件。"),
        "sign.office_refuses": _l("拒签只用于业主一方。维修部不能签时，请先改好文件再签。"),
        "rounds.not_rectifying": _l("现在没有待整改的问题。"),
        "rounds.recheck_first": _l("还没有复检合格的问题，不能再次验收。"),
        "rounds.failed_needs_note": _l("请写明仍存在的问题。"),
        "rounds.moved_on": _l(
            "工作单 %(number)s 在复检合格之后又被退回返修，不能签收。请把这一处记为“仍不合格”。"
        ),
        "rounds.unanswered": _l("还有问题没有写复验结果。"),
        "retest.not_waiting": _l("这一项不用补测，或者已经有人记过结果。"),
        "retest.note": _l("请写明哪里不合格。"),
        "retest.photo": _l("较重或涉及安全的问题要拍照。"),
        "appointment.past": _l("约定的时间要晚于现在。"),
        "filing.missing": _papers,
        "filing.open_defects": _l("还有 %(count)s 处整改未了。确实要归档，请勾选下面一项。"),
        "filing.unknown_paper": _l("这次入住不需要这份文件。"),
        "filing.identity_scan": _l("证件的复印件请在“核对业主与资料”里拍照上传，系统会加印用途。"),
        "filing.place": _l("请写明存放位置，或上传扫描件。"),
    }
)


def _open_matters(home_ids: Iterable[int]) -> list[Matter]:
    query = select(MoveIn.id, MoveIn.number, MoveIn.state, MoveIn.home_id).where(
        MoveIn.home_id.in_(list(home_ids)), MoveIn.voided_at.is_(None), MoveIn.state.not_in(list(ENDED))
    )
    return [
        Matter(_url(row.id), _("办理入住"), row.number, str(STATES[row.state]), home_id=row.home_id)
        for row in unit().execute(query)
    ]


def _search(text: str) -> list[Matter]:
    if not text.upper().startswith("RZ-"):
        return []
    query = (
        select(MoveIn.id, MoveIn.number, MoveIn.state, MoveIn.home_id, Home.label)
        .join(Home, Home.id == MoveIn.home_id)
        .where(MoveIn.number.startswith(text.upper(), autoescape=True))
        .limit(8)
    )
    return [
        Matter(
            _url(row.id),
            _("%(home)s 入住", home=row.label),
            row.number,
            str(STATES[row.state]),
            home_id=row.home_id,
        )
        for row in unit().execute(query)
    ]


def _of_home(home_id: int) -> str:
    """Whether the present owner has moved in."""
    known = _latest(home_id)
    if known is None:
        return _("还没有办理")
    if known.state in ENDED:
        return _("已入住，%(day)s 归档", day=day(known.filed_at))
    return str(STATES[known.state])


def _may_begin(home_id: int) -> bool:
    """Sold, and its owner has neither moved in nor begun to."""
    sold = unit().scalar(select(Home.sold).where(Home.id == home_id))
    return bool(sold) and _latest(home_id) is None


def _latest(home_id: int) -> Any:
    """The case of the present owner, as columns."""
    owner = select(Tie.person_id).where(
        Tie.home_id == home_id, Tie.kind == TieKind.OWNER, Tie.until_on.is_(None)
    )
    query = (
        select(MoveIn.state, MoveIn.filed_at)
        .where(MoveIn.home_id == home_id, MoveIn.voided_at.is_(None), MoveIn.owner_id.in_(owner))
        .order_by(MoveIn.id.desc())
        .limit(1)
    )
    return unit().execute(query).one_or_none()


_STEPS = (
    (MoveIn.identity_checked_at, _l("下一步：核对业主与资料")),
    (MoveIn.registered_at, _l("下一步：住户登记表")),
    (MoveIn.agreements_at, _l("下一步：协议签署")),
    (MoveIn.handover_at, _l("下一步：钥匙物品")),
    (MoveIn.checked_at, _l("下一步：验房与抄表")),
)


def _next_steps(ids: Collection[int]) -> dict[int, str]:
    """Which step of each case comes next: the first of those that build on each other."""
    query = select(MoveIn.id, *(column for column, _word in _STEPS)).where(MoveIn.id.in_(ids))
    words = [word for _column, word in _STEPS]
    return {
        move_in_id: str(
            next((word for at, word in zip(done, words, strict=True) if at is None), _("下一步：签字"))
        )
        for move_in_id, *done in unit().execute(query)
    }


def _count_open() -> int:
    query = select(func.count(MoveIn.id)).where(MoveIn.voided_at.is_(None), MoveIn.state.not_in(list(ENDED)))
    return unit().scalar(query) or 0


def _url(move_in_id: int) -> str:
    return url_for("movein.show", move_in_id=move_in_id)


def _step(name: str) -> Callable[[int], str]:
    """Where a task is done that belongs to one step."""
    return lambda move_in_id: url_for(f"movein.{name}", move_in_id=move_in_id)


def _on_site(ids: Collection[int]) -> dict[str, str]:
    """What is done in the home: the case, its sheet with all rooms, the meters, the rounds (M-9 to M-17)."""
    marked = (
        select(func.sum(AcceptanceItem.version))
        .join(AcceptanceSheet, AcceptanceSheet.id == AcceptanceItem.sheet_id)
        .where(AcceptanceSheet.move_in_id == MoveIn.id)
        .scalar_subquery()
    )
    rounds = (
        select(func.max(AcceptanceSheet.round))
        .where(AcceptanceSheet.move_in_id == MoveIn.id)
        .scalar_subquery()
    )
    query = select(MoveIn.id, MoveIn.version, marked.label("marked"), rounds.label("round")).where(
        MoveIn.id.in_(ids), MoveIn.identity_checked_at.is_not(None)
    )
    pages: dict[str, str] = {}
    for row in unit().execute(query):
        names = ["show", "acceptance" if row.round else "acceptance_start", "readings"]
        if row.round:
            names.append("rounds")
        version = f"{row.version}-{row.marked or 0}-{row.round or 0}"
        pages |= {url_for(f"movein.{name}", move_in_id=row.id): version for name in names}
    return pages


CARD = Card(
    room="movein",
    label=_l("入住"),
    icon="key",
    permission=Permission.MOVEIN_READ,
    subject_url={MoveIn.__tablename__: _url},
    on_site=_on_site,
    events={
        "movein.opened": _l("开始办理入住 %(number)s"),
        "movein.identity_checked": _l("身份与资料已核对"),
        "movein.registered": _l("住户登记表已登记"),
        "movein.keys_handed_out": _key(_l("发放")),
        "movein.keys_retained": _key(_l("留存")),
        "movein.keys_returned": _key(_l("交回")),
        "movein.keys_lost": _key(_l("遗失")),
        "movein.charged": _l("首期物业费 %(amount)s 记入应收（%(number)s）"),
        "movein.acceptance_started": _l("开始验房，陪验：%(inspectors)s"),
        "movein.signed_resident": _signed_resident,
        "movein.signed_office": _l("%(name)s 代表维修部签字，共 %(count)s 份"),
        "movein.refused": _l("拒签：%(reason)s"),
        "movein.round_accepted": _l("第 %(round)s 轮验收合格"),
        "movein.round_accepted_with_defects": _l("第 %(round)s 轮验收签字，问题转整改"),
        "movein.round_refused": _l("第 %(round)s 轮验收被拒：%(reason)s"),
        "movein.round_opened": _l("开始第 %(round)s 轮验收"),
        "movein.appointed": _l("约定 %(when)s 第 %(round)s 轮验收"),
        "movein.filed": _l("已归入户档案"),
        "movein.filed_with_open_defects": _l("已归入户档案，%(count)s 处整改继续跟踪"),
        "movein.retest_passed": _l("补测合格：%(place)s %(item)s"),
        "movein.retest_failed": _l("补测不合格，开出工作单：%(place)s %(item)s，%(note)s"),
        "movein.voided": _l("作废：%(reason)s"),
    },
    tasks={
        "movein.handle": _l("接着办理入住"),
        "movein.inspect": _l("陪业主验房、抄表"),
        "movein.retest": _l("补测 %(count)s 项：签字时待测"),
        "movein.papers": _l("等业主补齐 %(count)s 份资料"),
        "movein.appoint": _l("复检合格，约业主再次验收"),
        "movein.accompany": _l("带工具陪同业主再次验收"),
        "movein.file": _l("验收合格，资料归档"),
    },
    task_url={
        "movein.papers": _step("identity"),
        "movein.inspect": _step("acceptance"),
        "movein.retest": _step("retests"),
        "movein.appoint": _step("rounds"),
        "movein.accompany": _step("rounds"),
        "movein.file": _step("filing"),
    },
    task_more={"movein.handle": _next_steps},
    of_home=_of_home,
    actions=(
        Action(
            lazy_pgettext("start", "办理入住"),
            "key",
            "movein.new",
            Permission.MOVEIN_HANDLE,
            offered=_may_begin,
        ),
    ),
    open_matters=_open_matters,
    search=_search,
    count_open=_count_open,
)
