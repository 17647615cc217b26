"""The register of repairs on the screen and as a workbook."""

from __future__ import annotations

from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.repairs import forms, register, rules
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations.moves import table
from pmweb.blueprints.repairs.operations.promises import nature_of
from pmweb.blueprints.repairs.register import Wanted
from pmweb.blueprints.repairs.rules import Verb
from pmweb.blueprints.repairs.views.base import TONES, bp, forward, rights
from pmweb.data import defaults
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models.matters import ALL_OPEN
from pmweb.web.access import allowed, person, requires
from pmweb.web.fields import labelled
from pmweb.web.filters import named
from pmweb.web.nouns import RESPONSIBLES
from pmweb.web.pages import page
from pmweb.web.registers import paged, workbook

_ORDER: tuple[InstrumentedAttribute[Any], ...] = (Repair.queue_at, Repair.id)


@bp.get("/")
@requires(Permission.REPAIRS_READ)
def index() -> Response:
    """The register: what is open by its deadline, what is done newest first."""
    workers = register.workers()
    wanted, form = _wanted(workers)
    found = paged(register.listed(wanted), _ORDER, descending=wanted.group == "done")
    figures = register.counts(clock.now(), wanted)
    kept: dict[str, Any] = {name: request.args.get(name) for name in ("q", "trade", "who")}
    groups = [
        {
            "url": url_for("repairs.index", **kept, group=None if group == ALL_OPEN else group),
            "word": forms.GROUP_WORDS[group],
            "n": None if group == "done" else figures.groups[group],
            "current": group == wanted.group,
        }
        for group in register.GROUPS
    ]
    return page(
        "repairs/index.html",
        found=found,
        filter=form,
        groups=groups,
        group=wanted.group,
        figures=figures,
        tones=TONES,
        responsible=RESPONSIBLES,
        next_verb=_next_verb,
        verbs=forms.VERBS,
    )


@bp.get("/export.xlsx")
@requires(Permission.REPAIRS_READ)
def export() -> Response:
    """The register as a workbook, with the same filters."""
    wanted, _form = _wanted(register.workers())
    data = defaults()
    heads = (
        *(_("单号"), _("房号"), _("位置"), _("内容"), _("工种"), _("优先级"), _("严重程度"), _("责任单位")),
        *(_("来源"), _("状态"), _("轮次"), _("维修人员"), _("登记时间"), _("约定上门"), _("完工时间")),
        *(_("约定完成"), _("当前期限")),
    )
    rows = unit().execute(register.listed(wanted).order_by(*_ORDER))
    lines = (
        (
            *(row.number, row.home, row.place, row.description, named(data.repairs.trades[row.trade])),
            named(data.repairs.priorities[row.priority]),
            named(data.acceptance.severities[row.severity]) if row.severity else None,
            *(RESPONSIBLES[row.responsible], forms.SOURCE_WORDS[row.source]),
            *(named(data.repairs.states[row.state]), row.round, row.assignee, row.registered_at),
            *(row.appointment_at, row.completed_at, row.due_on, row.due_at),
        )
        for row in rows
    )
    return workbook(_("报修登记"), heads, lines)


def _wanted(workers: list[Any]) -> tuple[Wanted, forms.FilterForm]:
    """The filters of the address. Who only works on own jobs sees these first."""
    mine = allowed(Permission.REPAIRS_WORK)
    only_mine = mine and not allowed(Permission.REPAIRS_DISPATCH)
    who = request.args.get("who", "mine" if only_mine else "all")
    form = forms.FilterForm(formdata=request.args, data={"who": who})
    form.trade.choices = [("", _("全部")), *labelled(defaults().repairs.trades.values())]
    people = [(str(worker.id), worker.name) for worker in workers]
    form.who.choices = [("all", _("全部")), *([("mine", _("我的"))] if mine else []), *people]
    group = request.args.get("group", ALL_OPEN)
    if group not in register.GROUPS:
        abort(404)
    assignee_id = person().id if who == "mine" else int(who) if who.isdecimal() and len(who) < 10 else None
    words = (form.q.data or "").strip()
    return Wanted(group, form.trade.data or "", assignee_id, words), form


def _next_verb(row: Any) -> Verb | None:
    """What this person may do next to a row of the register."""
    own = row.assignee_id == person().id
    return forward(rules.offered(table(), row.state, rights(), own=own, nature=nature_of(row)))
