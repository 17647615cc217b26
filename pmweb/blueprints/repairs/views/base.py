"""What all pages of repairs share: the blueprint, its words, the rights of the person who looks."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.rules import RepairState, Verb
from pmweb.domain.permissions import Permission
from pmweb.web.access import allowed
from pmweb.web.wording import word

bp = Blueprint("repairs", __name__, url_prefix="/repairs")

word(
    {
        "repair.reason": _l("请写明原因，接手的人要看。"),
        "repair.work_done": _l("请写明做了什么。"),
        "repair.photo_after": _l("涉及安全或渗漏的维修，完工要拍照。请添加维修后的照片。"),
        "repair.recheck_first": _l("验房发现的问题要先经维修部复检合格，才能签字。"),
        "repair.leak_test_first": _l("渗漏维修要先试漏合格，才能签字。"),
        "repair.signature_of_another": _l("这个签名不是签在这张工作单上的。"),
        "repair.not_a_repairer": _l("%(name)s 不在本小区维修部，不能派单给他。请另选一位。"),
        "repair.appointment_past": _l("约定时间已经过去，请与住户重新约定。"),
        "repair.until_past": _l("预计日期已经过去，请填今天或以后。"),
        "repair.not_to_sign": _l("这张工作单现在不用在这里签字。入住还在办的，业主再次验收时一起签。"),
        "repair.nobody_signs": _l("住户登记里没有可以签字的人。请先登记业主或住在这里的成年人。"),
        "repair.not_yours": _l("这张工作单派给了别人。请由接单人办理，或请主管办理。"),
    }
)

TONES = {
    RepairState.REGISTERED: "wait",
    RepairState.REWORK: "wait",
    RepairState.DISPATCHED: "now",
    RepairState.ACCEPTED: "now",
    RepairState.ON_SITE: "now",
    RepairState.COMPLETED: "wait",
    RepairState.RECHECKED: "ok",
    RepairState.LEAK_TESTED: "ok",
    RepairState.SIGNED: "ok",
    RepairState.CANCELLED: "plain",
}


def rights() -> frozenset[Permission]:
    """Everything that this person may do here."""
    return frozenset(permission for permission in Permission if allowed(permission))


def forward(offered: tuple[Verb, ...]) -> Verb | None:
    """What brings the repair on, of what is offered: the page puts it first."""
    return next((verb for verb in offered if verb in rules.FORWARD), None)
