"""How the centre asks after a repair: the form of the follow-up and of its check (FM-10)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pmweb.blueprints.repairs.rules import ATTEMPTS, FollowUpChannel, FollowUpResult, Heard
from pmweb.data import defaults
from pmweb.domain.id_numbers import mask_name
from pmweb.web import fields
from pmweb.web.fields import Form
from pmweb.web.filters import named

CHANNEL_WORDS = {FollowUpChannel.PHONE: _l("电话"), FollowUpChannel.VISIT: _l("上门")}
"""How the centre asks (W-5); the phone comes first."""
SATISFACTION = {1: _l("1 很差"), 2: _l("2 较差"), 3: _l("3 一般"), 4: _l("4 较好"), 5: _l("5 很好")}

NO_ANSWER = "no_answer"
"""Not a result: nobody answered, and the follow-up stays owed (A-18)."""
RESULT_TONES = {
    FollowUpResult.SATISFIED: "ok",
    FollowUpResult.ACCEPTABLE: "ok",
    FollowUpResult.DISSATISFIED: "bad",
    FollowUpResult.PROBLEM_FOUND: "bad",
    FollowUpResult.UNREACHABLE: "wait",
}
PART_WORDS = {"all": _l("全部"), "late": _l("已逾期"), "today": _l("今天到期"), "check": _l("待主管查看")}
"""The parts of the queue."""
CALLER, OTHER = "caller", "other"
"""Who was asked, besides the people of the home."""
SPOKEN = "result=satisfied|acceptable|dissatisfied|problem_found"
"""Answers for which somebody was spoken to; the page shows the rest of the form for them."""


class FollowUpForm(Form):
    """FM-10: what came of it, whom the centre asked and how."""

    result = fields.choice(_l("回访结果"), coerce=str)
    problem = fields.note(_l("发现的问题"), needed=None, description=_l("写明哪里不好，维修人员照此整改"))
    person = fields.choice(_l("受访人"), coerce=str, needed=None)
    person_name = fields.text(_l("受访人姓名"), 40, needed=None)
    channel = fields.choice(
        _l("回访方式"), [(one.value, word) for one, word in CHANNEL_WORDS.items()], default="phone"
    )
    satisfaction = fields.choice(
        _l("满意度"), [(str(n), word) for n, word in SATISFACTION.items()], needed=False
    )
    late_reason = fields.text(_l("逾期原因"), 200, needed=None)
    note = fields.note(_l("说明"))

    def offer(self, people: Sequence[Any], caller: str, tried_on: Collection[Any], *, late: bool) -> None:
        """Who may be asked, the caller first; three days without an answer may end it (A-18)."""
        self._late = late
        results = defaults().repairs.follow_up_results
        answers = [one for one in FollowUpResult if one is not FollowUpResult.UNREACHABLE]
        self.result.choices = [(one.value, named(results[one])) for one in answers]
        self.result.choices.append((NO_ANSWER, _("没联系上，改天再试")))
        if len(tried_on) >= ATTEMPTS:
            self.result.choices.append((FollowUpResult.UNREACHABLE.value, _("三天都没联系上，结束回访")))
        known = sorted(people, key=lambda who: who.name != caller)
        self._names = {str(who.person_id): who.name for who in known}
        self.person.choices = [
            (str(who.person_id), mask_name(who.name, company=who.company)) for who in known
        ]
        if caller and caller not in self._names.values():
            self._names[CALLER] = caller
            self.person.choices.insert(0, (CALLER, mask_name(caller)))
        self.person.choices.append((OTHER, _("其他人")))
        self.person.data = self.person.data or self.person.choices[0][0]

    def validate(self, extra_validators: Any = None) -> bool:
        """Everything that this answer needs is asked for at once."""
        said = self.result.data
        if said == FollowUpResult.PROBLEM_FOUND:
            self.need("problem")
        if self.person.data == OTHER and said in SPOKEN.partition("=")[2].split("|"):
            self.need("person_name")
        if self._late and said != NO_ANSWER:
            self.need("late_reason")
        return bool(super().validate(extra_validators))

    def heard(self) -> Heard:
        """What was filled in, as the office's rules know it."""
        said = self.result.data
        stars = self.satisfaction.data
        return Heard(
            result=None if said == NO_ANSWER else FollowUpResult(said),
            channel=FollowUpChannel(self.channel.data),
            person_name=self._names.get(self.person.data, self.person_name.data or ""),
            satisfaction=int(stars) if stars and stars.isdecimal() else None,
            problem=self.problem.data or "",
            note=self.note.data or "",
            late_reason=self.late_reason.data or "",
        )


class CheckForm(Form):
    """The supervisor has looked at the follow-up."""

    note = fields.note(_l("意见"))
