"""The monthly report in words: its headlines, the names of what is counted, its tables as rows (FM-11, A-19)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from pmweb.blueprints.repairs.forms import SOURCE_WORDS
from pmweb.blueprints.repairs.rules import RepairSource
from pmweb.blueprints.repairs.rules.report import HEADLINES, TABLES, Dimension, Totals, changed
from pmweb.data import defaults
from pmweb.domain.money import Money
from pmweb.domain.share import Share
from pmweb.web import charts
from pmweb.web.charts import Drawn
from pmweb.web.filters import named
from pmweb.web.nouns import building_title
from pmweb.web.wording import word

NOTHING = "–"
"""What stands where there is nothing to reckon from."""

word(
    {
        "report.month_not_over": _l("这个月还没过完，月底以后才能封存。写的分析可以先存草稿。"),
        "report.analysis": _l("封存前请写上这一项。"),
        "report.until_past": _l("完成日期早于这个月，请再看一下。"),
        "report.reason": _l("已经封存过，请写明为什么补充。"),
    }
)

HEADLINE_WORDS = {
    "registered": _l("本月登记"),
    "cancelled": _l("本月取消"),
    "completed": _l("本月完工"),
    "on_time_rate": _l("及时率"),
    "rework_rate": _l("返修率"),
    "follow_up_rate": _l("回访率"),
    "follow_up_on_time_rate": _l("按期回访率"),
    "unreachable": _l("未联系上"),
    "satisfaction": _l("平均满意度"),
    "repeat_homes": _l("重复报修户"),
    "cost": _l("有偿金额"),
    "priced": _l("有偿完工"),
    "materials": _l("材料费"),
    TABLES: _l("下面的分类表"),
}
UNITS = {
    "registered": _l("件"),
    "cancelled": _l("件"),
    "completed": _l("次"),
    "unreachable": _l("户次"),
    "satisfaction": _l("分"),
    "repeat_homes": _l("户"),
    "priced": _l("件"),
}
ON_TOP = ("registered", "completed", "on_time_rate", "rework_rate", "follow_up_rate", "repeat_homes")
"""What a page shows largest."""
DIMENSIONS = {
    Dimension.TRADE: _l("按工种"),
    Dimension.CATEGORY: _l("按类别"),
    Dimension.BUILDING: _l("按楼栋"),
    Dimension.PART: _l("按部位"),
    Dimension.VERDICT: _l("免费或有偿"),
    Dimension.SOURCE: _l("按来源"),
}
"""In the order of the report."""
DRAWN = (Dimension.TRADE, Dimension.CATEGORY, Dimension.BUILDING)
_MOST_BARS = 10
_WITHOUT = {
    Dimension.CATEGORY: _l("没有分类"),
    Dimension.BUILDING: _l("不分房号"),
    Dimension.VERDICT: _l("没有判定"),
}
HOW = (
    _l("登记：登记时间在本月的。取消的不算，另列。下面各表都按登记算。"),
    _l("完工：完工时间在本月的。返修重做的，每一轮各算一次。"),
    _l("及时：约好上门的，当天 24:00 前修好；没有约的，看约定完成的日期；都没有的，看到场当天。"),
    _l("返修率：完工以后没有通过、转返修的，占完工的多少。"),
    _l("回访率：回访期限在本月的，已回访的占多少，要全部回访。未联系上算已回访，另列。"),
    _l("平均满意度：这些回访里住户打的分，1 到 5 分。"),
    _l("重复报修户：同一户本月登记 3 件以上。"),
    _l("有偿金额：本月完工的有偿维修，金额合计。"),
    _l("材料费：本月登记的领用材料，免费和有偿的都算。"),
    _l("没有可算的，写 –。"),
)
"""The definitions of ``rules.report``, for whoever reads the page."""


def percent(share: Share) -> str:
    """``96.6%``, or a dash."""
    return NOTHING if share.percent is None else f"{share.percent}%"


def said(value: Any) -> str:
    """A headline as it is written."""
    if isinstance(value, Share):
        return percent(value)
    return NOTHING if value is None else str(value)


def small(name: str, value: Any) -> str:
    """What stands small behind a headline: its unit, or so many of so many."""
    if isinstance(value, Share):
        return f"{value.part}/{value.whole}"
    return "" if value is None or isinstance(value, Money) else str(UNITS.get(name, ""))


def tallied(totals: Totals) -> list[tuple[Any, str, str]]:
    """The headlines of a page: label, figure, unit."""
    values = [(name, getattr(totals, name)) for name in ON_TOP]
    return [(HEADLINE_WORDS[name], said(value), small(name, value)) for name, value in values]


def in_full(totals: Totals) -> list[tuple[Any, str]]:
    """All headlines, as the paper has them."""
    values = [(name, getattr(totals, name)) for name in HEADLINES]
    return [(HEADLINE_WORDS[name], f"{said(value)} {small(name, value)}".strip()) for name, value in values]


def as_cells(totals: Totals) -> list[tuple[Any, Any, str]]:
    """All headlines for a workbook: label, number, unit."""
    values = [(name, getattr(totals, name)) for name in HEADLINES]
    return [
        (HEADLINE_WORDS[name], value.percent, f"% · {small(name, value)}")
        if isinstance(value, Share)
        else (HEADLINE_WORDS[name], value, small(name, value))
        for name, value in values
    ]


def differences(closed: Totals, now: Totals) -> list[tuple[Any, str, str]]:
    """What would read differently today: label, then, now."""
    return [
        (
            HEADLINE_WORDS[name],
            "" if name == TABLES else _with_small(name, closed),
            "" if name == TABLES else _with_small(name, now),
        )
        for name in changed(closed, now)
    ]


def _with_small(name: str, totals: Totals) -> str:
    value = getattr(totals, name)
    return f"{said(value)} ({small(name, value)})" if isinstance(value, Share) else said(value)


@dataclass(frozen=True)
class Table:
    """The counts of one dimension: code's name, number, share of all; a chart of the most frequent ones."""

    id: str
    title: Any
    rows: list[tuple[str, int, str]]
    chart: Drawn | None


def tables(totals: Totals) -> list[Table]:
    """The tables of the report, each with the most frequent first."""
    return [_table(totals, by) for by in DIMENSIONS]


def _table(totals: Totals, by: Dimension) -> Table:
    counts = [(_named(by, code), number) for code, number in totals.ranked(by)]
    rows = [(name, number, percent(Share(number, totals.registered))) for name, number in counts]
    drawn = charts.bars(counts[:_MOST_BARS]) if by in DRAWN else None
    return Table(by.value, DIMENSIONS[by], rows, drawn)


def _named(by: Dimension, code: str) -> str:
    """The name of a code, or the code itself where the data of today do not have it any more."""
    if not code:
        return str(_WITHOUT.get(by, NOTHING))
    data = defaults()
    names: Mapping[Dimension, Mapping[str, Any]] = {
        Dimension.CATEGORY: data.repairs.categories,
        Dimension.TRADE: data.repairs.trades,
        Dimension.PART: data.repairs.places,
        Dimension.VERDICT: data.warranty.verdicts,
    }
    if by is Dimension.BUILDING:
        return building_title(code)
    if by is Dimension.SOURCE:
        return str(SOURCE_WORDS[RepairSource(code)]) if code in list(RepairSource) else code
    return named(names[by][code]) if code in names[by] else code


def results(totals: Totals) -> list[tuple[str, int]]:
    """What the residents said, in the order of the data file."""
    known = defaults().repairs.follow_up_results
    return [
        (named(choice), totals.results[code]) for code, choice in known.items() if totals.results.get(code)
    ]
