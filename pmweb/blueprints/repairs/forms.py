"""What is asked before a move of a repair (FM-09)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from pmweb.blueprints.repairs.asking import CheckForm, FollowUpForm
from pmweb.blueprints.repairs.rules import EMERGENCY, RepairSource, RepairState, Verb, WaitKind
from pmweb.data import defaults
from pmweb.domain.id_numbers import mask_name
from pmweb.domain.warranty import Verdict
from pmweb.web import fields
from pmweb.web.fields import Form
from pmweb.web.file_fields import PhotosField
from pmweb.web.filters import named

WAITS = {
    WaitKind.PARTS: _l("待料"),
    WaitKind.EXTERNAL: _l("待外部单位"),
    WaitKind.RESIDENT: _l("待住户"),
}

VERBS = {
    Verb.DISPATCH: _l("派单"),
    Verb.TRANSFER: _l("转派"),
    Verb.GIVE_BACK: _l("退回工单"),
    Verb.RECALL: _l("收回工单"),
    Verb.ACCEPT: _l("接单"),
    Verb.ARRIVE: _l("到场"),
    Verb.WAIT: _l("等待"),
    Verb.RESUME: _l("继续维修"),
    Verb.COMPLETE: _l("完工"),
    Verb.LEAK_TEST: _l("试漏"),
    Verb.RECHECK: _l("复检"),
    Verb.FOLLOW_UP: _l("回访"),
    Verb.CHECK: _l("看过并关闭"),
    Verb.REWORK: _l("返修"),
    Verb.CANCEL: _l("取消工单"),
}
HINTS = {
    Verb.DISPATCH: _l("选好维修人员，再派单。"),
    Verb.ACCEPT: _l("接单后，调度就知道有人去修。"),
    Verb.ARRIVE: _l("到了现场再点。"),
    Verb.COMPLETE: _l("修好了，写明做了什么。"),
    Verb.RECHECK: _l("到现场看过，再记结果。"),
    Verb.LEAK_TEST: _l("试漏合格，才能请住户签字。"),
    Verb.RESUME: _l("等的东西到了，接着修。"),
    Verb.FOLLOW_UP: _l("问过住户，选好结果再记。"),
    Verb.CHECK: _l("看过回访结果，没有问题就关闭；有问题转返修。"),
    Verb.CANCEL: _l("取消后不再维修，记录还在。"),
}
"""What the page says to the person whose move it is, beside the button."""
DUE_WORDS = {
    RepairState.REGISTERED: _l("派单期限"),
    RepairState.REWORK: _l("派单期限"),
    RepairState.DISPATCHED: _l("接单期限"),
    RepairState.ACCEPTED: _l("上门期限"),
    RepairState.ON_SITE: _l("完工期限"),
    RepairState.COMPLETED: _l("复检、试漏期限"),
    RepairState.RECHECKED: _l("签字期限"),
    RepairState.LEAK_TESTED: _l("签字期限"),
    RepairState.SIGNED: _l("回访期限"),
    RepairState.FOLLOWED_UP: _l("查看期限"),
}
"""What is due next at a repair in this state; one that waits is due to go on."""
DONE_WORDS = {
    Verb.DISPATCH: _l("%(number)s：已派给 %(name)s"),
    Verb.TRANSFER: _l("%(number)s：已转派给 %(name)s"),
    Verb.GIVE_BACK: _l("%(number)s：已退回，等重新派单"),
    Verb.RECALL: _l("%(number)s：已收回，等重新派单"),
    Verb.ACCEPT: _l("%(number)s：已接单"),
    Verb.ARRIVE: _l("%(number)s：已记下到场时间"),
    Verb.WAIT: _l("%(number)s：已记下等待原因"),
    Verb.RESUME: _l("%(number)s：已恢复维修"),
    Verb.COMPLETE: _l("%(number)s：已完工"),
    Verb.RECHECK: _l("%(number)s：已记下复检结果"),
    Verb.LEAK_TEST: _l("%(number)s：已记下试漏结果"),
    Verb.FOLLOW_UP: _l("%(number)s：已记下回访结果"),
    Verb.CHECK: _l("%(number)s：已看过，已关闭"),
    Verb.REWORK: _l("%(number)s：已转返修"),
    Verb.CANCEL: _l("%(number)s：已取消"),
}
"""What the notice says when the move was made."""
GROUP_WORDS = {
    "open": _l("全部在办"),
    "dispatch": _l("待派单"),
    "visit": _l("待上门"),
    "work": _l("维修中"),
    "recheck": _l("已完工"),
    "sign": _l("待签字"),
    "follow_up": _l("待回访"),
    "done": _l("已办结"),
}
SOURCE_WORDS = {
    RepairSource.VISIT: _l("来访"),
    RepairSource.PHONE: _l("来电"),
    RepairSource.ONLINE: _l("网上"),
    RepairSource.LETTER: _l("来信"),
    RepairSource.PATROL: _l("巡查"),
    RepairSource.ACCEPTANCE: _l("验房"),
    RepairSource.DECORATION_INSPECTION: _l("装修验收"),
    RepairSource.COMPLAINT: lazy_pgettext("one", "投诉"),
}


CALLS = (
    RepairSource.PHONE,
    RepairSource.VISIT,
    RepairSource.ONLINE,
    RepairSource.LETTER,
    RepairSource.PATROL,
)
"""How a repair comes to the desk; the others come from a room of their own."""
OTHER = "other"


class FilterForm(Form):
    """What the register is narrowed down to."""

    class Meta:
        csrf = False

    q = fields.text(_l("房号或单号"))
    trade = fields.select(_l("工种"), needed=False)
    who = fields.select(_l("维修人员"), needed=False)


class NothingForm(Form):
    """The move needs nothing but the button."""


class DispatchForm(Form):
    """R-6: who goes, and when the resident expects them."""

    staff_id = fields.select(_l("维修人员"), coerce=int, description=_l("后面是还没修好的单数"))
    appointment_at = fields.moment(_l("约定上门时间"), description=_l("与住户约好后填"))

    def offer(self, workers: Sequence[Any], trade: str) -> None:
        """The repairers, those of the trade first, each with the jobs that they have."""
        able = sorted(workers, key=lambda worker: trade not in worker.trades.split(","))
        self.staff_id.choices = [
            (worker.id, _("%(name)s · %(n)s 单", name=worker.name, n=worker.load)) for worker in able
        ]


class TransferForm(DispatchForm):
    """An accepted job goes to another repairer."""

    reason = fields.note(_l("转派原因"), needed=True)


class GiveBackForm(Form):
    """The repairer gives the job back."""

    reason = fields.note(_l("退回原因"), needed=True)


class RecallForm(Form):
    """The dispatcher takes the job back."""

    reason = fields.note(_l("收回原因"), needed=True)


class ReworkForm(Form):
    """The work did not hold."""

    reason = fields.note(_l("返修原因"), needed=True)


class CancelForm(Form):
    """The repair is not to be made."""

    reason = fields.note(_l("取消原因"), needed=True)


class WaitForm(Form):
    """For what it waits, why, and until when."""

    kind = fields.choice(_l("等什么"), [(kind.value, word) for kind, word in WAITS.items()])
    reason = fields.note(_l("说明"), needed=True)
    until_on = fields.day(_l("预计到哪天"))


class ResumeForm(Form):
    """Going on, with a new appointment if one was agreed."""

    appointment_at = fields.moment(_l("新约定的上门时间"))


class CompleteForm(Form):
    """The work in words, and photos of it."""

    work_done = fields.note(_l("维修内容"), needed=True)
    photos = PhotosField(_l("维修后照片"))


class RecheckForm(Form):
    """M-14: it holds, or it does not and why."""

    passed = fields.choice(_l("复检结果"), [("yes", _l("合格")), ("no", lazy_pgettext("recheck", "不合格"))])
    note = fields.note(_l("说明"), needed=None, description=_l("不合格的，写明哪里不合格"))


class LeakTestForm(Form):
    """A-21: how it was tested, and what came of it."""

    method = fields.select(_l("试漏方法"))
    passed = fields.choice(_l("试漏结果"), [("yes", _l("不渗漏")), ("no", _l("仍渗漏"))])
    note = fields.note(_l("说明"), needed=None, description=_l("仍渗漏的，写明哪里渗漏"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.method.choices = fields.labelled(defaults().repairs.leak_test_methods.values())


class IntakeForm(Form):
    """R-1: who calls, what is to be repaired and where, when a visit suits."""

    source = fields.choice(
        _l("来源"), [(source.value, SOURCE_WORDS[source]) for source in CALLS], default="phone"
    )
    caller = fields.choice(_l("报修人"), coerce=str)
    caller_name = fields.text(_l("报修人姓名"), 40, needed=None)
    caller_phone = fields.mobile(_l("联系电话"), needed=None)
    part = fields.choice(_l("部位"), coerce=str)
    place = fields.text(_l("具体位置"), 40)
    category = fields.select(lazy_pgettext("matter", "类别"))
    description = fields.note(_l("报修内容"), needed=True)
    photos = PhotosField(_l("照片"))
    exclusion = fields.select(_l("不属于保修的原因"), needed=False)
    preferred_from = fields.moment(_l("方便时间从"))
    preferred_to = fields.moment(_l("方便时间到"))
    entry_allowed = fields.tick(_l("家里没人也可以进门"))

    def offer(self, people: Sequence[Any], *, home: bool) -> None:
        """The words of the office: categories by trade, and who of the home may be calling."""
        data, other = defaults(), _("其他人")
        known = [(str(who.person_id), mask_name(who.name, company=who.company)) for who in people]
        self.caller.choices = [*known, (OTHER, other)]
        self.caller.data = self.caller.data or self.caller.choices[0][0]
        self.part.choices = fields.labelled(
            data.repairs.places.values() if home else [data.repairs.places["common"]]
        )
        self.part.data = self.part.data or self.part.choices[0][0]
        groups: dict[str, list[tuple[str, str]]] = {"": [("", _("请选择"))]}
        groups[named(data.repairs.priorities[EMERGENCY])] = []  # what cannot wait is found first
        for category in data.repairs.categories.values():
            group = named(data.repairs.trades[category.trade])
            if category.priority == EMERGENCY:
                group = named(data.repairs.priorities[EMERGENCY])
            groups.setdefault(group, []).append((category.id, named(category)))
        self.category.choices = groups
        self.exclusion.choices = [("", _("没有")), *fields.labelled(data.warranty.exclusions.values())]

    def validate(self, extra_validators: Any = None) -> bool:
        """Somebody who is not of the home gives name and number; on a patrol it is the office itself."""
        if self.caller.data == OTHER and self.source.data != RepairSource.PATROL:
            self.need("caller_name", "caller_phone")
        return bool(super().validate(extra_validators))


class DecideForm(Form):
    """R-3: what it is after all, and why."""

    verdict = fields.choice(_l("改为"))
    exclusion = fields.select(_l("不属于保修的原因"), needed=False)
    reason = fields.note(_l("理由"), needed=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="judge-", **kwargs)  # another form of the page asks for a reason, too
        data = defaults().warranty
        decided = [verdict for verdict in data.verdicts.values() if verdict.id != Verdict.UNDECIDED]
        self.verdict.choices = fields.labelled(decided)
        self.exclusion.choices = [("", _("没有")), *fields.labelled(data.exclusions.values())]


class PlaceForm(Form):
    """A public place of the estate."""

    building = fields.select(_l("楼栋"), needed=False)
    name = fields.text(_l("部位名称"), 24, needed=True, description=_l("例如 1 单元大堂、地下车库 B 区"))


class VoidPlaceForm(Form):
    """Why its label leads nowhere any more."""

    reason = fields.text(_l("停用原因"), 200, needed=True)


REASONS: dict[Verb, tuple[Any, ...]] = {
    Verb.GIVE_BACK: (_l("工种不符"), _l("时间冲突"), _l("联系不上住户")),
    Verb.RECALL: (_l("改派他人"), _l("住户改期")),
    Verb.TRANSFER: (_l("工种不符"), _l("时间冲突"), _l("人员请假")),
    Verb.RECHECK: (_l("没有修完"), _l("修后仍有问题"), _l("现场没有清理")),
    Verb.LEAK_TEST: (_l("原处仍渗漏"), _l("旁边渗漏")),
    Verb.FOLLOW_UP: (_l("原来的问题又出现"), _l("没有修好"), _l("现场没有清理")),
    Verb.REWORK: (_l("没有修完"), _l("修后仍有问题"), _l("业主不认可")),
    Verb.CANCEL: (_l("重复登记"), _l("业主撤回"), _l("登记有误")),
}
"""What is often said, to be put into the reason with a tap."""

FORMS: dict[Verb, type[Form]] = {
    Verb.DISPATCH: DispatchForm,
    Verb.TRANSFER: TransferForm,
    Verb.GIVE_BACK: GiveBackForm,
    Verb.RECALL: RecallForm,
    Verb.ACCEPT: NothingForm,
    Verb.ARRIVE: NothingForm,
    Verb.WAIT: WaitForm,
    Verb.RESUME: ResumeForm,
    Verb.COMPLETE: CompleteForm,
    Verb.LEAK_TEST: LeakTestForm,
    Verb.RECHECK: RecheckForm,
    Verb.FOLLOW_UP: FollowUpForm,
    Verb.CHECK: CheckForm,
    Verb.REWORK: ReworkForm,
    Verb.CANCEL: CancelForm,
}


class ReportForm(Form):
    """FM-11: what the centre writes of the month. Only closing needs all of it."""

    causes = fields.note(_l("原因分析"), needed=None, description=_l("哪些多、为什么"))
    measures = fields.note(_l("改进措施"), needed=None)
    responsible = fields.text(_l("责任人"), 80, needed=None)
    until_on = fields.day(_l("完成日期"))
    reason = fields.text(_l("补充原因"), 200, needed=None, description=_l("原来的一版照样保留"))
