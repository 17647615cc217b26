"""What is asked for a line of the work log (FM-31)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from pmweb.blueprints.desk.rules import BY_HAND, LogKind
from pmweb.web import fields
from pmweb.web.fields import Form

KIND_WORDS = {
    LogKind.REPAIR: _l("报修"),
    LogKind.COMPLAINT: lazy_pgettext("one", "投诉"),
    LogKind.EVENT: _l("事项"),
    LogKind.INCIDENT: _l("突发事件"),
}
TONES = {LogKind.REPAIR: "now", LogKind.COMPLAINT: "wait", LogKind.EVENT: "plain", LogKind.INCIDENT: "bad"}


class EntryForm(Form):
    """A line that the desk writes by hand."""

    kind = fields.choice(
        _l("类型"), [(kind.value, KIND_WORDS[kind]) for kind in BY_HAND], default=LogKind.EVENT.value
    )
    text = fields.note(_l("记什么"), needed=True)
