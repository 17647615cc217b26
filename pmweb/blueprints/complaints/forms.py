"""What is asked at a complaint, and its words (FM-23)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pmweb.blueprints.complaints.rules import WORD_LENGTH, AnswerChannel, ClockKind
from pmweb.web.fields import Form, note

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
STAGE_WORDS = {
    "received": _l("已受理"),
    "handled": _l("处理中"),
    "answered": _l("已有结果"),
    "closed": _l("已结案"),
}
"""How far it is, in the words for the resident."""
TOLD_WORDS = {
    ClockKind.REPLY: _l("答复您"),
    ClockKind.RESOLVE: _l("处理完毕"),
    ClockKind.FEEDBACK: _l("告诉您结果"),
}
"""What the resident is promised; the page says until when."""


class WordForm(Form):
    """What the resident writes through the link."""

    text = note(_l("给物业服务中心留言"), needed=None, longest=WORD_LENGTH)
