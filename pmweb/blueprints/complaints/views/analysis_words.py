"""The analysis in words: its rates, the names of what is counted, its tables as rows, its charts (P-14 to P-21)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pmweb.blueprints.complaints import figures
from pmweb.blueprints.complaints.rules import ClockKind, LevelId
from pmweb.blueprints.complaints.rules.analysis import (
    BANDS,
    Against,
    Dimension,
    Figures,
    Offer,
    Span,
)
from pmweb.data import defaults
from pmweb.domain.id_numbers import mask_name
from pmweb.domain.share import Share
from pmweb.web import charts
from pmweb.web.charts import Drawn
from pmweb.web.filters import named
from pmweb.web.nouns import building_title
from pmweb.web.wording import word

NOTHING = "–"
"""What stands where there is nothing to reckon from; a sentence beside it says so."""

word(
    {
        "analysis.order": _l("结束日期早于开始日期，请核对。"),
        "analysis.too_long": _l("一次最多看两年，请选短一些的时间。"),
    }
)
OFFERS = {
    Offer.MONTH: _l("本月"),
    Offer.LAST_MONTH: _l("上月"),
    Offer.QUARTER: _l("本季度"),
    Offer.YEAR: _l("今年"),
}
DIMENSIONS = {
    Dimension.CATEGORY: _l("按类别"),
    Dimension.TIME: _l("按发生时段"),
    Dimension.LEVEL: _l("按级别"),
    Dimension.DEPARTMENT: _l("按被投诉部门"),
    Dimension.BUILDING: _l("按楼栋"),
    Dimension.CHANNEL: _l("按渠道"),
    Dimension.VALIDITY: _l("是否有效"),
    Dimension.STATE: _l("是否结案"),
}
"""In the order of the page."""
DRAWN = (Dimension.CATEGORY, Dimension.TIME)
IN_ORDER = (Dimension.LEVEL, Dimension.TIME, Dimension.STATE)
"""Shown in their own order and in full; the others begin with the most frequent."""
STATES = {figures.OPEN: _l("在办"), figures.CLOSED: _l("已结案")}
_WITHOUT = {Dimension.BUILDING: _l("不分房号"), Dimension.VALIDITY: _l("未认定")}
_MOST_BARS = 12
HOW = (
    _l("受理：受理时间在这段日子里的投诉。下面各表和各项比率都按这些投诉算，数字是打开页面时的。"),
    _l("按时：期限到之前办到的。已办到的和已经逾期的都算在内；还在期限内、没有办到的不算。"),
    _l("期限因改级别、另约日期、换责任人或重开而重新计算的，按新的期限算一次。"),
    _l("重开率：已通报住户或已结案的投诉里，重开过的占多少。"),
    _l("满意率：住户打了分的，4 分和 5 分占多少；重开的，每一轮的分都算。"),
    _l("首次联系：从派给责任人到联系上住户。中位数是说，一半比它快，一半比它慢。"),
    _l("再次投诉：同一户、同一类，离上一次不超过 30 天；上一次可以在这段日子之前。"),
    _l("时段按事情发生的时间，不按受理的时间。"),
    _l("没有可算的，写 –，不算作全部按时，也不算作全部逾期。"),
)
"""The definitions of ``rules.analysis``, for whoever reads the page."""


def percent(share: Share) -> str:
    """``96.6%``, or a dash."""
    return NOTHING if share.percent is None else f"{share.percent}%"


def part_of(share: Share) -> str:
    """``28/29``, or that there is nothing to reckon from."""
    return f"{share.part}/{share.whole}" if share.whole else _("没有可算的")


def minutes(seconds: int | None) -> Decimal | None:
    """Seconds as minutes with one place."""
    if seconds is None:
        return None
    return (Decimal(seconds) / 60).quantize(Decimal("0.1"), ROUND_HALF_UP)


def rates(found: Figures) -> list[tuple[Any, Share]]:
    """The metrics of the data file and what else has a clock of its own."""
    known = defaults().complaints.metrics
    named_ones = [(named(known[name]), getattr(found, name)) for name in known]
    target = defaults().complaints.first_contact_minutes
    return [
        *named_ones,
        (_("按时答复率（重大投诉）"), found.share(ClockKind.REPLY)),
        (_("首次联系在 %(n)s 分钟内", n=target), found.share(ClockKind.FIRST_CONTACT)),
    ]


def tallied(found: Figures) -> list[tuple[Any, str, str]]:
    """The headlines of a page: label, figure, unit."""
    states = found.counts.get(Dimension.STATE, {})
    median = minutes(found.first_contact)
    handled, marked = found.on_time_rate, found.satisfaction_rate
    known = defaults().complaints.metrics
    return [
        (_("受理"), str(found.received), _("件")),
        (_("在办"), str(states.get(figures.OPEN, 0)), _("件")),
        (named(known["on_time_rate"]), percent(handled), part_of(handled)),
        (named(known["satisfaction_rate"]), percent(marked), part_of(marked)),
        (
            _("首次联系中位数"),
            NOTHING if median is None else str(median),
            _("没有可算的") if median is None else _("分钟"),
        ),
        (_("再次投诉"), str(found.again_homes), _("户")),
    ]


def in_full(found: Figures) -> list[tuple[Any, str]]:
    """All headlines and rates, as the paper has them."""
    tops = [(label, f"{number} {unit}".strip()) for label, number, unit in tallied(found)]
    known = {str(label) for label, _text in tops}
    more = [(label, f"{percent(share)} {part_of(share)}") for label, share in rates(found)]
    return [*tops, *(pair for pair in more if str(pair[0]) not in known)]


def as_cells(found: Figures) -> list[tuple[Any, Any, Any, Any]]:
    """The headlines for a workbook: label, number, so many of so many."""
    return [
        (_("受理"), found.received, None, None),
        (_("首次联系中位数（分钟）"), minutes(found.first_contact), None, None),
        (_("再次投诉（户）"), found.again_homes, None, None),
        *((label, share.percent, share.part, share.whole) for label, share in rates(found)),
    ]


@dataclass(frozen=True)
class Line:
    """What was counted under one name: how often, which share of all, how much of it was handled in time."""

    name: str
    number: int
    share: Share
    resolved: Share | None = None


@dataclass(frozen=True)
class Table:
    """The counts of one dimension and, for some, their chart; ``rated`` where a column says what was in time."""

    id: str
    title: Any
    lines: list[Line]
    chart: Drawn | None
    rated: bool


def tables(found: Figures) -> list[Table]:
    """The tables of the page."""
    return [_table(found, by) for by in DIMENSIONS]


def _table(found: Figures, by: Dimension) -> Table:
    counts = found.counts.get(by, {})
    ranked = [(code, counts.get(code, 0)) for code in _codes(by)] if by in IN_ORDER else found.ranked(by)
    rated = found.resolved.get(by)
    lines = [
        Line(
            name_of(by, code),
            number,
            Share(number, found.received),
            rated.get(code, Share(0, 0)) if rated is not None else None,
        )
        for code, number in ranked
    ]
    drawn = charts.bars([(line.name, line.number) for line in lines[:_MOST_BARS]]) if by in DRAWN else None
    return Table(by.value, DIMENSIONS[by], lines, drawn, rated is not None)


def _codes(by: Dimension) -> list[str]:
    known = {
        Dimension.LEVEL: [level.value for level in LevelId],
        Dimension.TIME: [str(hour) for hour in BANDS],
        Dimension.STATE: list(STATES),
    }
    return known[by]


def name_of(by: Dimension, code: str) -> str:
    """The name of a code, or the code itself where the data of today do not have it any more."""
    if not code:
        return str(_WITHOUT.get(by, NOTHING))
    if by is Dimension.BUILDING:
        return building_title(code)
    if by is Dimension.TIME:
        begin = int(code)
        ends = dict(zip(BANDS, (*BANDS[1:], 24), strict=True))
        return _("%(begin)s–%(end)s 点", begin=begin, end=ends[begin])
    if by is Dimension.STATE:
        return str(STATES[code])
    data = defaults().complaints
    names: Mapping[Dimension, Mapping[str, Any]] = {
        Dimension.LEVEL: data.levels,
        Dimension.CATEGORY: data.categories,
        Dimension.DEPARTMENT: data.departments,
        Dimension.CHANNEL: data.channels,
        Dimension.VALIDITY: data.validity,
    }
    return named(names[by][code]) if code in names[by] else code


@dataclass(frozen=True)
class OverTime:
    """The complaints of each week or month by level, and all of them."""

    title: Any
    heads: list[str]
    rows: list[tuple[str, list[int], int]]
    chart: Drawn | None


def over_time(found: Figures, span: Span, today: date) -> OverTime:
    """By weeks, or by months for what is longer than a quarter; what has not begun yet is left out."""
    levels = [name_of(Dimension.LEVEL, level.value) for level in LevelId]
    rows = []
    for step in (step for step in span.steps if step.first <= today):
        counts = found.over_time.get(step.first, {})
        numbers = [counts.get(level.value, 0) for level in LevelId]
        rows.append((step_name(step, span), numbers, sum(numbers)))
    drawn = charts.stacked([(name, numbers) for name, numbers, _sum in rows], levels)
    return OverTime(_("按月、按级别") if span.by_month else _("按周、按级别"), levels, rows, drawn)


def step_name(step: Span, span: Span) -> str:
    """``2026-03`` of a month; ``03-02 – 03-08`` of a week."""
    if span.by_month:
        return f"{step.first:%Y-%m}"
    return f"{step.first:%m-%d}" if step.days == 1 else f"{step.first:%m-%d} – {step.last:%m-%d}"


def against(found: Figures, *, in_full: bool) -> list[tuple[str, int]]:
    """People of the office, masked unless ``in_full``; others and nobody only as a number."""
    rest = [(_("不是本管理处的人"), found.against_others), (_("没有指明是谁"), found.against_nobody)]
    people = [(called(one, in_full=in_full), one.number) for one in found.against]
    return [*people, *((label, number) for label, number in rest if number)]


def called(one: Against, *, in_full: bool) -> str:
    """The name of somebody complained about."""
    return one.name if in_full else mask_name(one.name)


def days(first: date, last: date) -> str:
    """``2026-03-01 – 2026-03-31``."""
    return f"{first.isoformat()} – {last.isoformat()}"
