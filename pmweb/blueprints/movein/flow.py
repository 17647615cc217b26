"""The steps of a move-in as data: what the task list shows, what locks a step, where it goes on (A-8)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pmweb.blueprints.movein import rules
from pmweb.blueprints.movein.names import paper_name
from pmweb.blueprints.movein.rules import Facts
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.web.filters import listed
from pmweb.web.flow import Flow, Step


def _to(endpoint: str) -> Any:
    return lambda move_in: url_for(f"movein.{endpoint}", move_in_id=move_in.id)


def _identity(facts: Facts) -> str:
    if facts.papers_missing:
        return _("还缺：%(names)s", names=listed(paper_name(kind) for kind in facts.papers_missing))
    return _("证件、通知单、契约已核") if facts.identity_checked else _("资料核齐，才能办后面的事")


def _register(facts: Facts) -> str:
    return _("住户资料已登记") if facts.registered else _("业主、紧急联系人、同住人、车辆")


def _agreements(facts: Facts) -> str:
    return (
        _("%(n)s 份协议与规定", n=len(facts.agreements))
        if facts.agreements
        else _("告知同意书、管理规约、服务协议")
    )


def _handover(facts: Facts) -> str:
    if not facts.things_listed:
        return _("钥匙、住户手册、房屋水电图")
    return _("清单已列，签字后交付") if "handover_receipt" in facts.unsigned else _("已签字领取")


def _fee(facts: Facts) -> str:
    return _("首期物业费已记入应收") if facts.charged else _("首期物业费；不影响交钥匙")


def _acceptance(facts: Facts) -> str:
    progress = facts.progress
    if not facts.round:
        return _("维修人员陪同，逐项查验")
    if facts.round > 1:
        return _(
            "第 1 轮不合格 %(found)s 处 · 第 %(round)s 轮复验 %(done)s/%(total)s，仍不合格 %(bad)s",
            found=facts.found,
            round=facts.round,
            done=progress.done,
            total=progress.total,
            bad=progress.defects,
        )
    return _(
        "第 %(round)s 轮 · %(done)s/%(total)s · 不合格 %(bad)s",
        round=facts.round,
        done=progress.done,
        total=progress.total,
        bad=progress.defects,
    )


def _readings(facts: Facts) -> str:
    if facts.readings >= facts.meters:
        return _("底数已抄，双方确认")
    return _("已抄 %(n)s/%(all)s 只，要拍表盘", n=facts.readings, all=facts.meters)


def _sign(facts: Facts) -> str:
    if facts.unsigned:
        return _("待签 %(n)s 份", n=len(facts.unsigned))
    if not facts.ready:
        return _("填好的文件一次签完")
    if facts.checked or facts.round_closed:
        return _("%(n)s 份已签", n=len(facts.ready))
    return _("已签 %(n)s 份；验房后再签一次", n=len(facts.ready))


def _rounds(facts: Facts) -> str:
    if not facts.open_defects:
        return _("问题已全部整改并签字")
    if facts.rechecked_defects == facts.open_defects:
        return _("%(ok)s 处都已复检合格，等业主再次验收", ok=facts.rechecked_defects)
    return _(
        "整改中 %(n)s 处，复检合格 %(ok)s 处",
        n=facts.open_defects - facts.rechecked_defects,
        ok=facts.rechecked_defects,
    )


def _whose_round(facts: Facts) -> tuple[Permission, ...]:
    """Until something is rechecked, only the repair department can bring it on (M-12 to M-14)."""
    waits = facts.round_closed and facts.open_defects and not facts.rechecked_defects
    return (Permission.REPAIRS_DISPATCH, Permission.REPAIRS_RECHECK) if waits else ()


def _retests(facts: Facts) -> str:
    if facts.to_retest:
        return _("还有 %(n)s 项没有补测，等维修人员", n=facts.to_retest)
    return _("%(n)s 项都已补测", n=facts.retests)


def _filing(facts: Facts) -> str:
    if facts.voided:
        return _("已作废，不归档")
    if facts.ended:
        return _("已归入户档案")
    return _("还缺 %(n)s 份", n=len(facts.missing)) if facts.missing else _("资料已齐")


FLOW: Flow[Facts] = Flow(
    (
        Step(
            "identity",
            _l("核对业主与资料"),
            needs=Permission.MOVEIN_HANDLE,
            done=lambda f: f.identity_checked,
            summary=_identity,
            url=_to("identity"),
            locked=rules.locked_by_end,
            begun=lambda f: bool(f.papers_missing),
        ),
        Step(
            "register",
            _l("住户登记表"),
            needs=Permission.MOVEIN_HANDLE,
            done=lambda f: f.registered,
            summary=_register,
            url=_to("register"),
            locked=rules.locked_by_identity,
        ),
        Step(
            "agreements",
            _l("协议签署"),
            needs=Permission.MOVEIN_HANDLE,
            done=lambda f: bool(f.agreements),
            summary=_agreements,
            url=_to("agreements"),
            locked=rules.locked_by_identity,
        ),
        Step(
            "handover",
            _l("钥匙物品"),
            needs=Permission.MOVEIN_HANDLE,
            done=lambda f: f.things_listed,
            summary=_handover,
            url=_to("handover"),
            locked=rules.locked_handover,
        ),
        Step(
            "fee",
            _l("费用"),
            done=lambda f: f.charged,
            summary=_fee,
            url=_to("fee"),
            locked=rules.locked_by_identity,
        ),
        Step(
            "acceptance",
            _l("验房"),
            done=lambda f: f.progress.complete or f.round_closed,
            summary=_acceptance,
            url=_to("acceptance"),
            locked=rules.locked_by_identity,
            begun=lambda f: f.round > 0,
        ),
        Step(
            "readings",
            _l("水电气表"),
            done=lambda f: f.readings >= f.meters,
            summary=_readings,
            url=_to("readings"),
            locked=rules.locked_by_identity,
            begun=lambda f: f.readings > 0,
        ),
        Step(
            "check",
            _l("核对"),
            done=lambda f: f.checked or f.round_closed,
            summary=lambda f: _("签字前再看一遍"),
            url=_to("check"),
            locked=rules.locked_check,
        ),
        Step(
            "sign",
            _l("签字"),
            needs=Permission.MOVEIN_INSPECT,
            done=lambda f: bool(f.ready) and not f.unsigned and (f.checked or f.round_closed),
            summary=_sign,
            url=_to("sign"),
            locked=rules.locked_sign,
            begun=lambda f: bool(f.ready),
        ),
        Step(
            "rounds",
            _l("整改与再次验收"),
            done=lambda f: not f.open_defects and f.round_closed,
            summary=_rounds,
            url=_to("rounds"),
            when=rules.has_rounds,
            locked=rules.locked_rounds,
            begun=lambda f: f.round_closed,
            problem=lambda f: f.open_defects > f.rechecked_defects,
            turn=_whose_round,
        ),
        Step(
            "filing",
            _l("归档"),
            needs=Permission.MOVEIN_FILE,
            done=lambda f: f.state in rules.ENDED,
            summary=_filing,
            url=_to("filing"),
            locked=rules.locked_filing,
        ),
        Step(
            "retests",
            _l("待测项补测"),
            done=lambda f: not f.to_retest,
            summary=_retests,
            url=_to("retests"),
            when=lambda f: f.retests > 0,
            locked=lambda f: RuleBroken("movein.ended") if f.voided else None,  # a filed case goes on here
        ),
    )
)
