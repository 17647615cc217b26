"""The clocks of a complaint in words and figures, as a page draws them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.forms import CLOCK_WORDS
from pmweb.blueprints.complaints.models import Complaint, ComplaintClock
from pmweb.web.filters import until, when


@dataclass(frozen=True)
class Bar:
    """One clock: what it waits for, how it stands (``ok``, ``late``, ``run``, ``off``), and how much has passed."""

    word: Any
    state: str
    left: str
    percent: int
    began: str
    until: str
    told: int


def bars(complaint: Complaint, clocks: Iterable[ComplaintClock]) -> tuple[list[Bar], list[Bar]]:
    """The clocks of the present round, those that run on top; and what was before: other rounds, withdrawn ones."""
    present: list[Bar] = []
    past: list[Bar] = []
    now = clock.now()
    for one in sorted(clocks, key=lambda one: (one.ended_at is not None, one.due_at, one.id)):
        here = one.round == complaint.round and not one.withdrawn
        (present if here else past).append(bar(one, now))
    return present, past


def bar(one: ComplaintClock, now: datetime) -> Bar:
    """One clock as it stands at ``now``, or stood when it ended."""
    at = one.ended_at or now
    percent = min(100, max(0, rules.passed_percent(one.started_at, one.due_at, at)))
    late = at >= one.due_at
    if one.withdrawn:
        state, left = "off", _("不再计算")
    elif one.ended_at is not None:
        state = "late" if late else "ok"
        spent = span(at - one.started_at)
        left = _("逾期 %(span)s", span=span(at - one.due_at)) if late else _("%(span)s，按时", span=spent)
    else:
        state = "late" if late else "run"
        left = (
            _("逾期 %(span)s", span=span(at - one.due_at))
            if late
            else _("还剩 %(span)s", span=span(one.due_at - at))
        )
    began = _("从 %(at)s", at=when(one.started_at))
    ends = _("期限 %(at)s", at=until(one.due_at))
    return Bar(CLOCK_WORDS[one.kind], state, left, percent, began, ends, one.told_percent)


def span(length: timedelta) -> str:
    """A length of time in its two largest parts, down to minutes."""
    minutes = int(length.total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return (
            _("%(days)s 天 %(hours)s 小时", days=days, hours=hours) if hours else _("%(days)s 天", days=days)
        )
    if hours:
        return (
            _("%(hours)s 小时 %(minutes)s 分", hours=hours, minutes=rest)
            if rest
            else _("%(hours)s 小时", hours=hours)
        )
    return _("%(minutes)s 分钟", minutes=rest)
