"""月报: the monthly report of repairs on the screen, on paper, as a workbook; written, closed, supplemented (R-8)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.repairs import figures
from pmweb.blueprints.repairs.forms import ReportForm
from pmweb.blueprints.repairs.models import ClosedReport, MonthlyReport
from pmweb.blueprints.repairs.operations.report import close_report, report_of, reports_of, write_report
from pmweb.blueprints.repairs.rules.report import Analysis, Month, Totals
from pmweb.blueprints.repairs.views import report_words as words
from pmweb.blueprints.repairs.views.base import bp
from pmweb.domain.deadlines import last_day
from pmweb.domain.permissions import Permission
from pmweb.web.access import find, person, requires
from pmweb.web.cards import timeline_of
from pmweb.web.pages import go, page
from pmweb.web.registers import Sheet, workbook_of
from pmweb.web.unit_of_work import captured_at, expect


@bp.get("/reports/")
@requires(Permission.REPAIRS_READ)
def reports() -> Response:
    """The months of a year (``?year=``) up to now, the latest first."""
    current = Month.of(clock.today())
    begun = figures.first_registered_at()
    first = Month.of(clock.local(begun).date()) if begun else current
    year = request.args.get("year", current.first.year, type=int)
    if not first.first.year <= year <= current.first.year:
        abort(404)
    months = [Month(date(year, number, 1)) for number in range(12, 0, -1)]
    months = [month for month in months if first <= month <= current]
    return page(
        "repairs/reports.html",
        months=months,
        current=current,
        registered=figures.registered_by_month(months, clock.zone()),
        known=reports_of(year),
        years=[
            {"url": url_for("repairs.reports", year=one), "word": one, "n": None, "current": one == year}
            for one in range(current.first.year, first.first.year - 1, -1)
        ],
    )


@bp.get("/reports/<int:report_id>")
@requires(Permission.REPAIRS_READ)
def open_report(report_id: int) -> Response:
    """From a task to the page of its month."""
    return redirect(url_for("repairs.report", month=Month(find(MonthlyReport, report_id).month)))


@bp.get("/reports/<month>")
@requires(Permission.REPAIRS_READ)
def report(month: str) -> Response:
    """One month: as it was closed (``?version=`` an older one), else as it stands now."""
    return _page(_month(month), None)


@bp.post("/reports/<month>/analysis")
@requires(Permission.REPAIRS_REPORT)
def analyse(month: str) -> Response:
    """Keep the analysis as a draft, or close the month with it.

    A plain form: its buttons stand in the dock, and htmx would not send which of them was pressed.
    """
    wanted = _month(month)
    known = report_of(wanted)
    expect(known or (lambda: 0))
    form = ReportForm()
    analysis = Analysis(
        causes=form.causes.data or "",
        measures=form.measures.data or "",
        responsible=form.responsible.data or "",
        until_on=form.until_on.data,
    )
    if request.form.get("act") == "close":
        if form.carried_out(
            lambda: close_report(wanted, analysis, form.reason.data or "", person(), captured_at())
        ):
            flash(_("%(month)s 月报已封存。", month=wanted))
            return go("repairs.report", month=wanted)
    elif form.carried_out(lambda: write_report(wanted, analysis, captured_at())):
        flash(_("草稿已保存。"))
        return go("repairs.report", month=wanted)
    return _page(wanted, form)


@bp.get("/reports/<month>/print/report")
@requires(Permission.REPAIRS_READ)
def report_paper(month: str) -> Response:
    """The report on A4 (FM-11)."""
    shown = _Shown(_month(month))
    return page("repairs/report_paper.html", at=clock.now(), **shown.context())


@bp.get("/reports/<month>/export.xlsx")
@requires(Permission.REPAIRS_READ)
def report_export(month: str) -> Response:
    """The report as a workbook: the headlines, a sheet for each table, what is named, the analysis."""
    shown = _Shown(_month(month))
    totals, analysis = shown.totals, shown.analysis
    named = [
        Sheet(str(one.title), (_("名称"), _("件数")), [row[:2] for row in one.rows]) for one in shown.tables()
    ]
    return workbook_of(
        _("维修月报 %(month)s", month=shown.month),
        [
            Sheet(_("汇总"), (_("项目"), _("数值"), _("说明")), words.as_cells(totals)),
            *named,
            Sheet(
                _("还没回访"),
                (_("单号"), _("房号"), _("位置"), _("回访期限")),
                [(one.number, one.home, one.place, _last_day(one.due_at)) for one in totals.open_follow_ups],
            ),
            Sheet(
                _("重复报修户"),
                (_("房号"), _("件数"), _("其中验房")),
                [(one.home, one.count, one.acceptance) for one in totals.repeated],
            ),
            Sheet(
                _("分析"),
                (_("项目"), _("内容")),
                [
                    (_("原因分析"), analysis.causes),
                    (_("改进措施"), analysis.measures),
                    (_("责任人"), analysis.responsible),
                    (_("完成日期"), analysis.until_on),
                    *((one, "") for one in words.HOW),
                ],
            ),
        ],
    )


def _last_day(due_at: datetime) -> date:
    """The day on which a follow-up can be made in time: 24:00 is written as its day."""
    return last_day(due_at, clock.zone())


def _month(text: str) -> Month:
    """The month of an address; 404 for one that is none, or still to come."""
    try:
        month = Month.read(text)
    except ValueError:
        abort(404)
    if month > Month.of(clock.today()):
        abort(404)
    return month


class _Shown:
    """What is shown of a month: the version that was asked for, the newest that was closed, or what is counted now."""

    def __init__(self, month: Month) -> None:
        self.month, self.report = month, report_of(month)
        self.versions = self.report.closed if self.report else []
        self.closed = self._asked_for()
        if self.closed is None:
            self.totals = figures.totals(month, clock.zone())
        else:
            self.totals = Totals.read(self.closed.totals)

    def _asked_for(self) -> ClosedReport | None:
        if "version" not in request.args:
            return self.versions[-1] if self.versions else None
        number = request.args.get("version", 0, type=int)
        return next((one for one in self.versions if one.version == number), None) or abort(404)

    @property
    def analysis(self) -> ClosedReport | MonthlyReport | Analysis:
        """The words: as they were closed, as they are being written, or none yet."""
        return self.closed or self.report or Analysis()

    def tables(self) -> list[words.Table]:
        """The counts by what is asked for."""
        return words.tables(self.totals)

    def context(self) -> dict[str, Any]:
        """What page and paper need."""
        return {
            "month": self.month,
            "totals": self.totals,
            "closed": self.closed,
            "analysis": self.analysis,
            "tables": self.tables(),
            "results": words.results(self.totals),
            "percent": words.percent,
            "tallied": words.tallied(self.totals),
            "headlines": words.in_full(self.totals),
            "how": words.HOW,
            "last_day": _last_day,
        }


def _page(month: Month, form: ReportForm | None) -> Response:
    shown = _Shown(month)
    closed, report = shown.closed, shown.report
    newest = bool(closed) and closed is shown.versions[-1]
    live = figures.totals(month, clock.zone()) if newest else shown.totals
    return page(
        "repairs/report.html",
        form=form,
        writing=form or ReportForm(obj=report),
        version=report.version if report else 0,
        versions=shown.versions,
        newest=newest,
        over=month.is_over(clock.now(), clock.zone()),
        differences=words.differences(shown.totals, live),
        lines=timeline_of(report) if report else [],
        **shown.context(),
    )
