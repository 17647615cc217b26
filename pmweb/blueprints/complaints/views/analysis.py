"""The analysis of complaints on the screen, on paper and as a workbook: how many, of what, how fast (P-14 to P-21)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.complaints import figures
from pmweb.blueprints.complaints.forms import SpanForm
from pmweb.blueprints.complaints.rules.analysis import Dimension, Figures, Span, span_asked_for, spans_offered
from pmweb.blueprints.complaints.views import analysis_words as words
from pmweb.blueprints.complaints.views.base import bp
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.web.access import allowed, requires
from pmweb.web.pages import page
from pmweb.web.registers import Sheet, workbook_of
from pmweb.web.wording import worded


@bp.get("/analysis")
@requires(Permission.COMPLAINTS_READ_ALL)
def analysis() -> Response:
    """The figures of the days that the address names (``?from=&to=``), else of the running month."""
    span, form = _asked_for()
    context = _context(span) if span else {}
    return page("complaints/analysis.html", asking=form, span=span, offers=_offers(span), **context)


@bp.get("/analysis/print/report")
@requires(Permission.COMPLAINTS_READ_ALL)
def analysis_paper() -> Response:
    """The same on A4."""
    span, _form = _asked_for()
    if span is None:
        return _back()
    return page("complaints/analysis_paper.html", span=span, at=clock.now(), **_context(span))


@bp.get("/analysis/export.xlsx")
@requires(Permission.COMPLAINTS_READ_ALL)
def analysis_export() -> Response:
    """The same as a workbook: the rates, a sheet for each table, what came again."""
    span, _form = _asked_for()
    if span is None:
        return _back()
    found = _figures(span)
    return workbook_of(_("投诉分析 %(days)s", days=words.days(span.first, span.last)), _sheets(found, span))


def _asked_for() -> tuple[Span | None, SpanForm]:
    """The days of the address; None where they cannot be read, which the form then says beside the field."""
    form = SpanForm(formdata=request.args)
    if not form.validate():
        return None, form
    try:
        span = span_asked_for(form.first.data, form.last.data, clock.today())
    except RuleBroken as broken:
        form.last.errors = [worded(broken)]
        return None, form
    form.first.data, form.last.data = span.first, span.last
    form.first.raw_data = form.last.raw_data = None
    return span, form


def _back() -> Response:
    """To the page, which says what is wrong with the days."""
    said: dict[str, Any] = {name: request.args[name] for name in ("from", "to") if name in request.args}
    return redirect(url_for("complaints.analysis", **said))


def _figures(span: Span) -> Figures:
    return figures.figures(span, clock.zone(), clock.now())


def _names_in_full() -> bool:
    """Who leads, or only looks on, reads whom a complaint was about; who takes complaints oneself sees it masked."""
    return allowed(Permission.COMPLAINTS_DECIDE) or not allowed(Permission.COMPLAINTS_REGISTER)


def _context(span: Span) -> dict[str, Any]:
    """What page and paper need."""
    found, in_full = _figures(span), _names_in_full()
    return {
        "found": found,
        "tallied": words.tallied(found),
        "rates": words.rates(found),
        "headlines": words.in_full(found),
        "tables": words.tables(found),
        "over_time": words.over_time(found, span, clock.today()),
        "against": words.against(found, in_full=in_full),
        "again": [(one, words.name_of(Dimension.CATEGORY, one.category)) for one in found.again],
        "repeated_staff": [(words.called(one, in_full=in_full), one.number) for one in found.repeated_staff],
        "percent": words.percent,
        "part_of": words.part_of,
        "how": words.HOW,
    }


def _offers(span: Span | None) -> list[dict[str, Any]]:
    return [
        {"url": _address(one.first, one.last), "word": words.OFFERS[offer], "n": None, "current": one == span}
        for offer, one in spans_offered(clock.today()).items()
    ]


def _address(first: date, last: date) -> str:
    said: dict[str, Any] = {"from": first.isoformat(), "to": last.isoformat()}
    return url_for("complaints.analysis", **said)


def _sheets(found: Figures, span: Span) -> list[Sheet]:
    over_time, in_full = words.over_time(found, span, clock.today()), _names_in_full()
    counted = (_("名称"), _("件数"), _("占比 %"), _("按时处理 %"))
    return [
        Sheet(_("汇总"), (_("项目"), _("数值或 %"), _("其中"), _("总数")), words.as_cells(found)),
        *(
            Sheet(
                str(one.title),
                counted if one.rated else counted[:3],
                [
                    (line.name, line.number, line.share.percent, line.resolved and line.resolved.percent)
                    for line in one.lines
                ],
            )
            for one in words.tables(found)
        ),
        Sheet(
            over_time.title,
            (_("时间"), *over_time.heads, _("合计")),
            [(name, *numbers, total) for name, numbers, total in over_time.rows],
        ),
        Sheet(_("被投诉人"), (_("姓名"), _("件数")), words.against(found, in_full=in_full)),
        Sheet(
            _("再次投诉"),
            (_("房号"), pgettext("matter", "类别"), _("再次投诉次数")),
            [(one.home, words.name_of(Dimension.CATEGORY, one.category), one.number) for one in found.again],
        ),
        Sheet(_("怎么算的"), (_("说明"),), [(line,) for line in words.HOW]),
    ]
