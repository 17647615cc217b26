"""What is asked before a move of a repair (FM-09)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from pmweb.blueprints.repairs.rules import RepairSource, RepairState, Verb, WaitKind
from pmweb.web import fields
from pmweb.web.fields import Form
from pmweb.web.file_fields import PhotosField

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
    Verb.RECHECK: _l("复检"),
    Verb.REWORK: _l("返修"),
    Verb.CANCEL: _l("取消工单"),
}
HINTS = {
    Verb.DISPATCH: _l("选好维修人员，再派单。"),
    Verb.ACCEPT: _l("接单后，调度就知道有人去修。"),
    Verb.ARRIVE: _l("到了现场再点。"),
    Verb.COMPLETE: _l("修好了，写明做了什么。"),
    Verb.RECHECK: _l("到现场看过，再记结果。"),
    Verb.RESUME: _l("等的东西到了，接着修。"),
    Verb.CANCEL: _l("取消后不再维修，记录还在。"),
}
"""What the page says to the person whose move it is, beside the button."""
DUE_WORDS = {
    RepairState.REGISTERED: _l("派单期限"),
    RepairState.REWORK: _l("派单期限"),
    RepairState.DISPATCHED: _l("接单期限"),
    RepairState.ACCEPTED: _l("上门期限"),
    RepairState.ON_SITE: _l("完工期限"),
    RepairState.COMPLETED: _l("复检期限"),
    RepairState.RECHECKED: _l("签字期限"),
    RepairState.LEAK_TESTED: _l("签字期限"),
}
"""What is due next at a repair in this state; one that waits is due to go on."""
DONE_WORDS = {
    Verb.DISPATCH: _l("%(number)s：已派单"),
    Verb.TRANSFER: _l("%(number)s：已转派"),
    Verb.GIVE_BACK: _l("%(number)s：已退回，等重新派单"),
    Verb.RECALL: _l("%(number)s：已收回，等重新派单"),
    Verb.ACCEPT: _l("%(number)s：已接单"),
    Verb.ARRIVE: _l("%(number)s：已记下到场时间"),
    Verb.WAIT: _l("%(number)s：已记下等待原因"),
    Verb.RESUME: _l("%(number)s：已恢复维修"),
    Verb.COMPLETE: _l("%(number)s：已完工"),
    Verb.RECHECK: _l("%(number)s：已记下复检结果"),
    Verb.REWORK: _l("%(number)s：已转返修"),
    Verb.CANCEL: _l("%(number)s：已取消"),
}
"""What the notice says when the move was made."""
GROUP_WORDS = {
    "open": _l("全部在办"),
    "dispatch": _l("待派单"),
    "visit": _l("待上门"),
    "work": _l("维修中"),
    "recheck": _l("待复检"),
    "sign": _l("待签字"),
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
    RepairSource.COMPLAINT: _l("投诉"),
}


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


class ReasonForm(Form):
    """A move that needs its reason said."""

    reason = fields.note(_l("原因"), needed=True)


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
    note = fields.note(_l("说明"), description=_l("不合格的，写明哪里不合格"))


REASONS: dict[Verb, tuple[Any, ...]] = {
    Verb.GIVE_BACK: (_l("工种不符"), _l("时间冲突"), _l("联系不上住户")),
    Verb.RECALL: (_l("改派他人"), _l("住户改期")),
    Verb.TRANSFER: (_l("工种不符"), _l("时间冲突"), _l("人员请假")),
    Verb.RECHECK: (_l("没有修完"), _l("修后仍有问题"), _l("现场没有清理")),
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
    Verb.RECHECK: RecheckForm,
    Verb.REWORK: ReworkForm,
    Verb.CANCEL: CancelForm,
}
