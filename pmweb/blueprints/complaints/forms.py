"""What is asked when a complaint is taken down, and the words of the room (FM-23)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from pmweb.blueprints.complaints.rules import (
    ANONYMOUS,
    OTHER,
    WORD_LENGTH,
    AnswerChannel,
    ClockKind,
    LevelId,
    Part,
    Verb,
)
from pmweb.data import defaults
from pmweb.domain.id_numbers import mask_name
from pmweb.web import fields
from pmweb.web.fields import Form
from pmweb.web.file_fields import PhotosField
from pmweb.web.filters import named

CHANNELS: Mapping[str, Any] = {AnswerChannel.PHONE: _l("电话"), AnswerChannel.VISIT: _l("当面")}
"""How a resident is told (P-21)."""
CLOCK_WORDS = {
    ClockKind.ESCALATE: _l("呈报"),
    ClockKind.REPLY: _l("明确答复"),
    ClockKind.RESOLVE: _l("处理完毕"),
    ClockKind.FIRST_CONTACT: _l("首次联系住户"),
    ClockKind.FEEDBACK: _l("当日通报住户"),
}
GROUP_WORDS = {
    "open": _l("全部在办"),
    "route": _l("待派责任人"),
    "handle": _l("处理中"),
    "inform": _l("待通报"),
    "close": _l("待结案"),
    "done": _l("已结案"),
}


class IntakeForm(Form):
    """P-4: who complains, of whom and what, what happened, what is asked for; P-22: whether harm is going on."""

    harm = fields.tick(_l("损害正在发生"), description=_l("先止损，再登记其余"))
    immediate_measure = fields.note(_l("已采取的止损措施"), needed=None)
    measured_at = fields.moment(_l("采取时间"), needed=None)
    caller = fields.choice(_l("谁来反映"), coerce=str)
    complainant_name = fields.text(_l("投诉人姓名"), 40, needed=None)
    complainant_phone = fields.mobile(_l("联系电话"), needed=None)
    channel = fields.choice(_l("来源"), coerce=str, default="phone")
    pictures = PhotosField(_l("照片或来信"), description=_l("来信请逐页拍下"))
    category = fields.choice(lazy_pgettext("matter", "类别"), coerce=str)
    place = fields.text(_l("地点"), 60, needed=None)
    description = fields.note(lazy_pgettext("heard", "经过"), needed=True)
    demand = fields.note(_l("住户要求"), needed=True)
    levels = fields.several(_l("级别"))
    resident_deadline = fields.moment(_l("住户要求的期限"))
    department = fields.select(_l("被投诉部门"), needed=False)
    against = fields.select(_l("被投诉人"), needed=False)
    against_name = fields.text(_l("被投诉人（不是本处员工）"), 60)
    happened_at = fields.moment(_l("发生时间"))
    received_at = fields.moment(_l("受理时间"))
    responsible = fields.select(_l("直接责任人"), needed=False)

    def offer(self, people: Sequence[Any], staff: Sequence[Any], *, home: bool) -> None:
        """The words of the office, who of the home may be complaining, and who works here."""
        data = defaults().complaints
        known = [(str(who.person_id), mask_name(who.name, company=who.company)) for who in people]
        self.caller.choices = [*known, (OTHER, _("其他人")), *([] if home else [(ANONYMOUS, _("匿名"))])]
        self.caller.data = self.caller.data or self.caller.choices[0][0]
        self.channel.choices = fields.labelled(data.channels.values())
        self.category.choices = fields.labelled(data.categories.values())
        self.levels.choices = fields.labelled(data.levels.values())
        self.department.choices = [("", _("按类别")), *fields.labelled(data.departments.values())]
        self.against.choices = [("", _("没有说到人")), *((str(one.id), one.name) for one in staff)]
        self.responsible.choices = by_department(staff, _("由主管派"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Somebody who is not of the home gives name and number; harm asks for the measure and its time (P-22)."""
        if self.caller.data == OTHER:
            self.need("complainant_name", "complainant_phone")
        if self.harm.data:
            self.need("immediate_measure", "measured_at")
        return bool(super().validate(extra_validators))

    def chosen_levels(self) -> frozenset[LevelId]:
        """The levels whose criteria fit, as far as they are levels."""
        return frozenset(LevelId(level) for level in self.levels.data or () if level in list(LevelId))


def by_department(staff: Sequence[Any], first: str) -> dict[str, list[tuple[str, str]]]:
    """People to choose from, by the department that they are of."""
    groups: dict[str, list[tuple[str, str]]] = {"": [("", first)]}
    departments = defaults().complaints.departments
    for one in staff:
        for department in one.departments:
            group = groups.setdefault(named(departments[department]), [])
            group.append((f"{department}:{one.id}", one.name))
    return groups


class CallForm(Form):
    """P-11: to which room the supervisor is called."""

    room = fields.choice(_l("到哪里"), coerce=str)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.room.choices = fields.labelled(defaults().complaints.meeting_rooms.values())


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
    Verb.ACKNOWLEDGE: lazy_pgettext("do", "知悉"),
    Verb.ASSIGN: _l("派人"),
    Verb.CONTACT: _l("记联系"),
    Verb.VALIDITY: _l("复核"),
    Verb.MINUTES: _l("记决定"),
    Verb.CHOOSE: _l("选方案"),
    Verb.REPORT: lazy_pgettext("do", "报结果"),
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
    category = fields.select(lazy_pgettext("matter", "类别"), needed=False)
    department = fields.select(_l("责任部门"), needed=False)


class ClockFilterForm(Form):
    """Which running clocks are wanted."""

    class Meta:
        csrf = False

    department = fields.select(_l("责任部门"), needed=False)
    kind = fields.select(_l("期限"), needed=False)


class SpanForm(Form):
    """Over which days the analysis looks; the address calls them ``from`` and ``to``."""

    class Meta:
        csrf = False

    first = fields.day(_l("从"), name="from")
    last = fields.day(_l("到"), name="to")


STAGE_WORDS = {
    "received": _l("已受理"),
    "handled": _l("处理中"),
    "answered": _l("已有结果"),
    "closed": _l("已结案"),
}
"""How far it is, in the words for the resident."""
PROMISED_WORDS = {
    ClockKind.REPLY: _l("答复您"),
    ClockKind.RESOLVE: _l("处理完毕"),
    ClockKind.FEEDBACK: _l("告诉您结果"),
}
"""What the resident is promised; the page says until when."""


class WordForm(Form):
    """What the resident writes through the link."""

    text = fields.note(_l("给物业服务中心留言"), needed=None, longest=WORD_LENGTH)
