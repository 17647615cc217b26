"""What is asked at a complaint, and its words (FM-23)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pmweb.blueprints.complaints.rules import AnswerChannel, ClockKind
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


class SpanForm(Form):
    """Over which days the analysis looks; the address calls them ``from`` and ``to``."""

    class Meta:
        csrf = False

    first = fields.day(_l("从"), name="from")
    last = fields.day(_l("到"), name="to")
