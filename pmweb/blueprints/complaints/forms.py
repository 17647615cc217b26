"""What is asked at a complaint, and its words (FM-23)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pmweb.blueprints.complaints.rules import AnswerChannel, ClockKind, Part, Verb
from pmweb.web import fields
from pmweb.web.fields import Form

CHANNELS = {AnswerChannel.PHONE: _l("电话"), AnswerChannel.VISIT: _l("当面")}
CLOCK_WORDS = {
    ClockKind.ESCALATE: _l("呈报"),
    ClockKind.REPLY: _l("明确答复"),
    ClockKind.RESOLVE: _l("处理完毕"),
    ClockKind.FIRST_CONTACT: _l("首次联系"),
    ClockKind.FEEDBACK: _l("当日通报"),
}
GROUP_WORDS = {
    "open": _l("全部在办"),
    "route": _l("待派责任人"),
    "handle": _l("处理中"),
    "inform": _l("待通报"),
    "close": _l("待结案"),
    "done": _l("已结案"),
}
PART_WORDS = {
    Part.LATE: _l("已逾期"),
    Part.LAST: _l("剩两成以内"),
    Part.HALF: _l("已过半"),
    Part.REST: _l("未过半"),
}
"""How much of its time a clock has used up."""
TOLD_WORDS = {
    "responsible_person": _l("责任人"),
    "department_supervisor": _l("部门主管"),
    "office_manager": _l("管理处主任"),
}
"""Who is told of a clock, by the names of the data."""
NEXT_WORDS = {
    Verb.ACKNOWLEDGE: _l("知悉"),
    Verb.ASSIGN: _l("派责任人"),
    Verb.CONTACT: _l("记联系"),
    Verb.VALIDITY: _l("复核"),
    Verb.MINUTES: _l("记决定"),
    Verb.CHOOSE: _l("选方案"),
    Verb.REPORT: _l("报结果"),
    Verb.INFORM: _l("记通报"),
    Verb.CLOSE: _l("结案"),
    Verb.RESUME: _l("继续"),
}
"""The next step of a row, where it is this person's: short, beside the deadline."""


class FilterForm(Form):
    """What the register is narrowed down to."""

    class Meta:
        csrf = False

    q = fields.text(_l("房号或单号"))
    level = fields.select(_l("级别"), needed=False)
    category = fields.select(_l("类别"), needed=False)
    department = fields.select(_l("责任部门"), needed=False)


class ClockFilterForm(Form):
    """Which running clocks are wanted."""

    class Meta:
        csrf = False

    department = fields.select(_l("责任部门"), needed=False)
    kind = fields.select(_l("期限"), needed=False)
