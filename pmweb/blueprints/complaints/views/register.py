"""The register of complaints on the screen and as a workbook."""

from __future__ import annotations

from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.complaints import forms, register, rules
from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.operations.moves import table
from pmweb.blueprints.complaints.register import Wanted, seen_by_me
from pmweb.blueprints.complaints.rules import Case, LevelId, Verb
from pmweb.blueprints.complaints.views.base import LEVEL_TONES, TONES, bp, leads_department, rights
from pmweb.data import defaults
from pmweb.domain.id_numbers import mask_name
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models.matters import ALL_OPEN
from pmweb.web.access import person, requires
from pmweb.web.fields import labelled
from pmweb.web.filters import named
from pmweb.web.pages import page
from pmweb.web.registers import paged, workbook

_ORDER: tuple[InstrumentedAttribute[Any], ...] = (Complaint.queue_at, Complaint.id)
_FILTERS = ("q", "level", "category", "department")


@bp.get("/")
@requires(Permission.COMPLAINTS_READ)
def index() -> Response:
    """The register: what is open by its deadline, what is done newest first; only what this person may see."""
    wanted, form = _wanted()
    seen = seen_by_me()
    found = paged(register.listed(wanted, seen), _ORDER, descending=wanted.group == "done")
    figures = register.counts(clock.now(), seen, wanted)
    kept: dict[str, Any] = {name: request.args.get(name) for name in _FILTERS}
    groups = [
        {
            "url": url_for("complaints.index", **kept, group=None if group == ALL_OPEN else group),
            "word": forms.GROUP_WORDS[group],
            "n": figures.groups[group],
            "current": group == wanted.group,
        }
        for group in register.GROUPS
    ]
    cases = register.cases(found.rows)
    return page(
        "complaints/index.html",
        found=found,
        filter=form,
        groups=groups,
        group=wanted.group,
        figures=figures,
        tones=TONES,
        level_tones=LEVEL_TONES,
        next_of={row.id: _next_verb(row, cases[row.id]) for row in found.rows},
        verbs=forms.NEXT_WORDS,
    )


@bp.get("/export.xlsx")
@requires(Permission.COMPLAINTS_READ)
def export() -> Response:
    """The register as a workbook, with the same filters; who complained is masked as on the screen."""
    wanted, _form = _wanted()
    data = defaults().complaints
    heads = (
        *(
            _("单号"),
            _("房号"),
            _("地点"),
            _("投诉人"),
            _("渠道"),
            _("级别"),
            pgettext("matter", "类别"),
            _("责任部门"),
        ),
        *(
            _("内容"),
            _("诉求"),
            _("状态"),
            _("轮次"),
            _("责任人"),
            _("受理时间"),
            _("当前期限"),
            _("结案时间"),
        ),
    )
    rows = unit().execute(register.listed(wanted, seen_by_me()).order_by(*_ORDER))
    lines = (
        (
            *(row.number, row.home, row.place),
            _("匿名") if row.anonymous else mask_name(row.complainant_name),
            *(named(data.channels[row.channel]), named(data.levels[row.level])),
            *(named(data.categories[row.category]), named(data.departments[row.department])),
            *(row.description, row.demand, named(data.states[row.state]), row.round, row.assignee),
            *(row.received_at, row.due_at, row.closed_at),
        )
        for row in rows
    )
    return workbook(_("投诉登记"), heads, lines)


def _wanted() -> tuple[Wanted, forms.FilterForm]:
    """The filters of the address; what somebody made up asks for nothing in particular."""
    data = defaults().complaints
    form = forms.FilterForm(formdata=request.args)
    everything = ("", _("全部"))
    form.level.choices = [everything, *labelled(data.levels.values())]
    form.category.choices = [everything, *labelled(data.categories.values())]
    form.department.choices = [everything, *labelled(data.departments.values())]
    group = request.args.get("group", ALL_OPEN)
    if group not in register.GROUPS:
        abort(404)
    level, category, department = (form.level.data, form.category.data, form.department.data)
    wanted = Wanted(
        group,
        LevelId(level) if level in data.levels else None,
        category if category in data.categories else "",
        department if department in data.departments else "",
        (form.q.data or "").strip(),
    )
    return wanted, form


def _next_verb(row: Any, case: Case) -> Verb | None:
    """What this person may do next to a row of the register."""
    me = person().id
    offered = rules.offered(
        table(),
        row.state,
        rights(),
        responsible=row.assignee_id == me,
        receiver=row.receiver_id == me,
        case=case,
        of_department=leads_department(row.department),
    )
    return next((verb for verb in rules.FORWARD if verb in offered), None)
