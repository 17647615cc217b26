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
        "repair.leak_test_early": _l(
            "这种试漏要在完工 %(hours)s 小时以后才能记不渗漏；已经看到渗漏的，随时可记。"
        ),
        "repair.leak_test_first": _l("渗漏维修要先试漏合格，才能签字、回访。"),
        "repair.signature_of_another": _l("这个签名不是签在这张工作单上的。"),
        "repair.not_a_repairer": _l("%(name)s 不在本小区维修部，不能派单给他。请另选一位。"),
        "repair.appointment_past": _l("约定时间已经过去，请与住户重新约定。"),
        "repair.until_past": _l("预计日期已经过去，请填今天或以后。"),
        "repair.not_to_sign": _l("这张工作单现在不用在这里签字。入住还在办的，业主再次验收时一起签。"),
        "repair.where": _l("户内的报修要先选房屋。"),
        "repair.place": _l("公共部位要写明具体位置，维修人员才找得到。"),
        "repair.preferred_past": _l("方便时间已经过去，请再问一下住户。"),
        "repair.preferred": _l("方便时间的结束早于开始，请再看一下。"),
        "repair.nobody_signs": _l("住户登记里没有可以签字的人。请先登记业主或住在这里的成年人。"),
        "repair.nobody_signs_here": _l("公共部位和专业单位的维修不用住户签字，完工后由客服回访。"),
        "repair.sign_first": _l("住户还没有在工作单上签字，不能回访。"),
        "repair.attempts": _l("要在不同的三天都联系过才能结束，现在是 %(n)s 天。"),
        "repair.problem": _l("请写明发现的问题，维修人员照此整改。"),
        "repair.person": _l("请写明问的是谁。"),
        "repair.late_reason": _l("已过回访期限，请写明逾期原因。"),
        "repair.follow_up_own": _l("您修过这一单，不能自己回访。请由客服回访。"),
        "repair.follow_up_first": _l("这一单还没有回访，不能关闭。"),
        "repair.check_own": _l("这次回访是您做的，请由另一位主管查看。"),
        "repair.decided_common": _l("公共部位的维修不向报修的住户收费，不能改为有偿。"),
        "repair.decided_late": _l("工作单已签字或已办结，判定不能再改。"),
        "repair.decided_same": _l("判定没有变化，请另选一项。"),
        "place.long": _l("楼栋和部位名称合起来不能超过 %(most)s 个字，请写短一些。"),
        "repair.decided_rechecked": _l(
            "这一单已复检合格，要由住户签字了结，不能改为不用签字的判定。确实要改，请先转返修。"
        ),
        "place.exists": _l("已经有这个部位，请看下面的清单。"),
        "place.voided": _l("这个部位已经停用，请刷新页面。"),
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
    RepairState.FOLLOWED_UP: "ok",
    RepairState.CLOSED: "ok",
    RepairState.CANCELLED: "plain",
}


def rights() -> frozenset[Permission]:
    """Everything that this person may do here."""
    return frozenset(permission for permission in Permission if allowed(permission))


def forward(offered: tuple[Verb, ...]) -> Verb | None:
    """What brings the repair on, of what is offered: the page puts it first."""
    return next((verb for verb in offered if verb in rules.FORWARD), None)
