"""What is asked before each move of a complaint, and the words of the moves (P-8 to P-23)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pmweb.blueprints.complaints.forms import CHANNELS, by_department
from pmweb.blueprints.complaints.rules import Verb
from pmweb.data import defaults
from pmweb.domain.money import Money
from pmweb.web import fields
from pmweb.web.fields import Form
from pmweb.web.file_fields import PhotosField
from pmweb.web.filters import named

VERBS: Mapping[Verb, Any] = {
    Verb.ACKNOWLEDGE: _l("已知悉，启动处理"),
    Verb.ASSIGN: _l("派责任人"),
    Verb.REASSIGN: _l("改派责任人"),
    Verb.CONTACT: _l("记录首次联系"),
    Verb.REPORT: _l("报处理结果"),
    Verb.WAIT: _l("等外部单位"),
    Verb.RESUME: _l("继续处理"),
    Verb.PASS_UP: _l("暂不能解决，上报"),
    Verb.SEND_BACK: _l("退回结果"),
    Verb.INFORM: _l("记录已通报住户"),
    Verb.CLOSE: _l("结案"),
    Verb.REOPEN: _l("重开"),
    Verb.REPLY: _l("记录答复"),
    Verb.PLAN: _l("拟补救方案"),
    Verb.CHOOSE: _l("选定方案"),
    Verb.MEET: _l("请各部门到场"),
    Verb.MINUTES: _l("记共同商定的办法"),
    Verb.LEVEL: _l("改级别"),
    Verb.AGREE: _l("重新约定期限"),
    Verb.INVALID: _l("提出无效"),
    Verb.VALIDITY: _l("复核"),
    Verb.LINK: _l("关联报修、收费"),
    Verb.REPAIR: _l("登记维修"),
}
HINTS: Mapping[Verb, Any] = {
    Verb.ACKNOWLEDGE: _l("点下面的按钮，就记下您接手的时间。"),
    Verb.ASSIGN: _l("选好部门和直接责任人，再派。"),
    Verb.CONTACT: _l("第一时间联系住户，先听完，弄清原因；适时道谢、致歉、安慰，不争辩。"),
    Verb.REPORT: _l("查明责任，写清起因、经过、结果，接待人照此通报住户。"),
    Verb.INFORM: _l("当天用电话或上门通报住户，记下住户的态度。"),
    Verb.CLOSE: _l("看过住户的态度，没有问题就结案；还有问题就重开。"),
    Verb.VALIDITY: _l("提出无效的要由另一位主管复核；无效也要尽力帮忙。"),
    Verb.MINUTES: _l("谁到了场、定了什么办法，当场记下。"),
    Verb.CHOOSE: _l("看清费用和风险，选一个方案。"),
}
"""What the page says to the person whose move it is, beside the button."""
DONE_WORDS: Mapping[Verb, Any] = {
    Verb.ACKNOWLEDGE: _l("%(number)s：已知悉"),
    Verb.ASSIGN: _l("%(number)s：已派给 %(name)s"),
    Verb.REASSIGN: _l("%(number)s：已改派给 %(name)s"),
    Verb.CONTACT: _l("%(number)s：已记下首次联系"),
    Verb.REPORT: _l("%(number)s：已报结果，请接待人今天通报住户"),
    Verb.WAIT: _l("%(number)s：已记下等谁，期限照常计算"),
    Verb.RESUME: _l("%(number)s：继续处理"),
    Verb.PASS_UP: _l("%(number)s：已上报"),
    Verb.SEND_BACK: _l("%(number)s：结果已退回，期限照旧"),
    Verb.INFORM: _l("%(number)s：已记下通报"),
    Verb.CLOSE: _l("%(number)s：已结案"),
    Verb.REOPEN: _l("%(number)s：已重开，等派责任人"),
    Verb.REPLY: _l("%(number)s：已记下答复"),
    Verb.PLAN: _l("%(number)s：已加方案，等主管选定"),
    Verb.CHOOSE: _l("%(number)s：已选定方案"),
    Verb.MEET: _l("%(number)s：已请各部门负责人到场"),
    Verb.MINUTES: _l("%(number)s：已记下决定"),
    Verb.LEVEL: _l("%(number)s：级别已改，期限从受理时重新计算"),
    Verb.AGREE: _l("%(number)s：期限已重新约定"),
    Verb.INVALID: _l("%(number)s：已提出，等主管复核"),
    Verb.VALIDITY: _l("%(number)s：已复核"),
    Verb.LINK: _l("%(number)s：已关联"),
    Verb.REPAIR: _l("%(number)s：已登记维修，并关联"),
}
"""What the notice says when it was done."""
REASONS: Mapping[Verb, tuple[Any, ...]] = {
    Verb.REASSIGN: (_l("不属于本部门"), _l("人员请假"), _l("需要更有经验的人")),
    Verb.WAIT: (_l("等自来水公司"), _l("等供电公司"), _l("等开发商"), _l("等施工单位"), _l("等街道或城管")),
    Verb.SEND_BACK: (_l("没有说清原因"), _l("住户的要求没有答复"), _l("现场没有改观")),
    Verb.REOPEN: (_l("住户不认可结果"), _l("同样的事又发生"), _l("答应的没有做到")),
    Verb.LEVEL: (_l("影响扩大"), _l("查明只是单一事项"), _l("登记时选错")),
}
"""What is often said, to be put into the reason with a tap."""
PAYERS: Mapping[str, Any] = {
    "company": _l("物业公司"),
    "developer": _l("开发商"),
    "resident": _l("住户"),
    "fund": _l("维修资金"),
    "third": _l("第三方"),
}


class NothingForm(Form):
    """The move needs nothing but the button."""


class AssignForm(Form):
    """P-18, P-19: who answers for it; the department comes with the person."""

    staff_id = fields.select(_l("直接责任人"))

    def offer(self, staff: Sequence[Any], department: str) -> None:
        """Who may answer for it, the department concerned first."""
        first = sorted(staff, key=lambda one: department not in one.departments)
        self.staff_id.choices = by_department(first, _("请选择"))


class ReassignForm(AssignForm):
    """Another person answers for it."""

    reason = fields.note(_l("改派原因"), needed=True)


class ContactForm(Form):
    """P-19: how the resident was reached, and what was said."""

    channel = fields.choice(_l("怎样联系"), list(CHANNELS.items()), default="phone")
    said = fields.note(_l("弄清了什么"), needed=True)


class WaitForm(Form):
    """For whom it waits; the clocks run on."""

    reason = fields.text(_l("等谁、等什么"), 200, needed=True)
    until_on = fields.day(_l("预计到哪天"))


class ResumeForm(Form):
    """Going on."""

    note = fields.text(_l("外部单位做了什么"), 200)


class PassUpForm(Form):
    """P-13: why it cannot be solved now, and how the resident was told so."""

    reason = fields.note(_l("为什么现在不能解决"), needed=True)
    told = fields.note(_l("怎样向住户讲明的"), needed=True)


class ReportForm(Form):
    """P-8 to P-12, P-20: whose fault, which steps were taken, on which grounds, what came of it."""

    fault = fields.choice(_l("责任归属"))
    steps = fields.several(_l("做了哪几步"))
    root_cause = fields.note(_l("起因和经过"), needed=True)
    result = fields.note(_l("处理结果"), needed=True)
    bases = fields.several(_l("处理依据"))
    pictures = PhotosField(_l("处理后照片"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        data = defaults().complaints
        self.fault.choices = fields.labelled(data.faults.values())
        self.bases.choices = fields.labelled(data.bases.values())
        self.steps.choices = [
            (f"{fault.id}:{step.id}", named(step)) for fault in data.faults.values() for step in fault.steps
        ]

    def taken(self) -> list[str]:
        """The steps of the fault that was chosen; those of another one do not count."""
        return [
            step
            for fault, _colon, step in (one.partition(":") for one in self.steps.data or ())
            if fault == self.fault.data
        ]


class SendBackForm(Form):
    """What the result lacks."""

    reason = fields.note(_l("退回原因"), needed=True)


class InformForm(Form):
    """P-21: how the resident was told, and the verdict."""

    channel = fields.choice(_l("怎样通报"), list(CHANNELS.items()), default="phone")
    accepted = fields.choice(
        _l("住户态度"), [("yes", _l("认可")), ("no", _l("不认可")), ("none", _l("没有表态"))]
    )
    satisfaction = fields.choice(
        _l("满意度"),
        [(str(n), str(n)) for n in range(1, 6)],
        needed=None,
        description=_l("5 分最满意，住户不评可以不选"),
    )
    text = fields.note(
        _l("告诉住户的话"), needed=True, description=_l("住户在查询链接里看得到，不要写别人的姓名电话")
    )
    said = fields.note(_l("住户说了什么"))


class CloseForm(Form):
    """The end of it; a note where the resident does not accept the result."""

    note = fields.note(_l("结案说明"), needed=None)


class ReopenForm(Form):
    """Why it did not hold: everybody sees it."""

    reason = fields.note(_l("重开原因"), needed=True)


class ReplyForm(Form):
    """P-14: a clear answer."""

    channel = fields.choice(_l("怎样答复"), list(CHANNELS.items()), default="phone")
    text = fields.note(
        _l("答复内容"), needed=True, description=_l("住户在查询链接里看得到，不要写别人的姓名电话")
    )


class PlanForm(Form):
    """P-13: one way to make it good."""

    title = fields.text(_l("方案"), 80, needed=True)
    description = fields.note(_l("怎么做"))
    cost = fields.number(_l("结算费用"), places=2)
    payer = fields.select(_l("谁出钱"), [("", _l("未定")), *PAYERS.items()], needed=False)
    duration_days = fields.count(_l("需要几天"), least=1, most=3650)
    risk = fields.text(_l("风险"), 200)

    @property
    def money(self) -> Money | None:
        """The settlement cost in fen, where one was estimated."""
        return Money.from_yuan(self.cost.data) if self.cost.data is not None else None


class ChooseForm(Form):
    """P-13: which plan is carried out."""

    plan = fields.choice(_l("方案"), coerce=int)
    note = fields.text(_l("说明"), 200)

    def offer(self, plans: Sequence[Any]) -> None:
        """The plans that stand open."""
        self.plan.choices = [(plan.id, plan.title) for plan in plans]


class MeetForm(Form):
    """P-10: whom to call, where and when."""

    departments = fields.several(_l("请哪些部门负责人"), needed=True)
    meets_at = fields.moment(_l("时间"), needed=True)
    place = fields.text(_l("地点"), 60, needed=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.departments.choices = fields.labelled(defaults().complaints.departments.values())


class MinutesForm(Form):
    """P-10: who came, what was decided."""

    came = fields.several(_l("到场的部门负责人"), needed=True)
    others = fields.text(_l("还有谁在场"), 120)
    decision = fields.note(_l("共同商定的办法"), needed=True)

    def offer(self, departments: Sequence[str]) -> None:
        """The departments that were called."""
        known = defaults().complaints.departments
        self.came.choices = fields.labelled(known[one] for one in departments)


class LevelForm(Form):
    """Another level, and why."""

    level = fields.choice(_l("改为哪一级"))
    reason = fields.note(_l("改级原因"), needed=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level.choices = fields.labelled(defaults().complaints.levels.values())


class AgreeForm(Form):
    """P-16: the deadline that was agreed anew."""

    until = fields.moment(_l("新的期限"), needed=True)
    said = fields.note(_l("住户怎么说"), needed=True)


class InvalidForm(Form):
    """P-23: why there is nothing in it, and how the resident was helped all the same."""

    doubt = fields.note(_l("为什么无效"), needed=True)
    help_given = fields.note(_l("为住户做了什么"), needed=True)


class ValidityForm(Form):
    """P-23: the second look."""

    passed = fields.choice(_l("复核结果"))
    note = fields.note(_l("向住户的解释"), needed=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.passed.choices = fields.labelled(defaults().complaints.validity.values())


class LinkForm(Form):
    """The number of another matter."""

    number = fields.text(_l("报修单号或收费单号"), 20, needed=True)


class RepairForm(Form):
    """P-7: what is to be mended."""

    category = fields.select(_l("维修类别"))
    description = fields.note(_l("维修内容"), needed=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {"": [("", _("请选择"))]}
        data = defaults().repairs
        for category in data.categories.values():
            group = groups.setdefault(named(data.trades[category.trade]), [])
            group.append((category.id, named(category)))
        self.category.choices = groups


FORMS: Mapping[Verb, type[Form]] = {
    Verb.ACKNOWLEDGE: NothingForm,
    Verb.ASSIGN: AssignForm,
    Verb.REASSIGN: ReassignForm,
    Verb.CONTACT: ContactForm,
    Verb.REPORT: ReportForm,
    Verb.WAIT: WaitForm,
    Verb.RESUME: ResumeForm,
    Verb.PASS_UP: PassUpForm,
    Verb.SEND_BACK: SendBackForm,
    Verb.INFORM: InformForm,
    Verb.CLOSE: CloseForm,
    Verb.REOPEN: ReopenForm,
    Verb.REPLY: ReplyForm,
    Verb.PLAN: PlanForm,
    Verb.CHOOSE: ChooseForm,
    Verb.MEET: MeetForm,
    Verb.MINUTES: MinutesForm,
    Verb.LEVEL: LevelForm,
    Verb.AGREE: AgreeForm,
    Verb.INVALID: InvalidForm,
    Verb.VALIDITY: ValidityForm,
    Verb.LINK: LinkForm,
    Verb.REPAIR: RepairForm,
}
