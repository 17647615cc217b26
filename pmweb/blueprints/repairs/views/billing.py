"""核定费用: the completion sheet of a paid repair, and what a free one used (X-6, FM-08, FM-09)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import billing
from pmweb.blueprints.repairs.operations import lines as kept
from pmweb.blueprints.repairs.operations.promises import nature_of
from pmweb.blueprints.repairs.price_forms import KIND_WORDS, LinesForm
from pmweb.blueprints.repairs.rules import Line, LineKind, LineStage
from pmweb.blueprints.repairs.views.base import bp
from pmweb.blueprints.repairs.views.estimates import costs_of, priced
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models import journal
from pmweb.web.access import requires
from pmweb.web.fields import Form
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at, expect
from pmweb.web.wording import word

word(
    {
        "repair.bill_now": _l("完工以后、签字以前才能核定费用、登记材料。"),
        "repair.over_estimate": _l(
            "合计 %(amount)s 超过住户确认的 %(estimate)s。请先改估价、请住户重新确认，再核定费用。"
        ),
        "repair.bill_paid": _l("这笔费用已经付了，不能再改。要更正请找财务。"),
        "repair.bill_instead": _l("有偿维修的材料写在费用里。"),
        "repair.materials_only": _l("不收费的维修只登记材料。"),
        "repair.amount_first": _l("有偿维修要先核定费用，才能请住户签字。"),
    }
)


@bp.get("/<int:repair_id>/bill")
@requires(Permission.REPAIRS_PRICE)
def bill(repair_id: int) -> Response:
    """What was done and used, beginning with the estimate."""
    repair = priced(repair_id)
    lines = kept.lines_of(repair, LineStage.DONE) or kept.lines_of(repair, LineStage.ESTIMATE)
    return _shown(repair, LinesForm(formdata=None, lines=[kept.as_typed(line) for line in lines]))


@bp.post("/<int:repair_id>/bill")
@requires(Permission.REPAIRS_PRICE)
def save_bill(repair_id: int) -> Response:
    """The amount stands, and the home owes it; a free repair keeps what was used."""
    repair = priced(repair_id)
    expect(repair, lambda: journal.last_actor(unit(), repair))
    paid = nature_of(repair).paid
    form = LinesForm()
    form.offer(_kinds(repair))

    def act(lines: Sequence[Line]) -> None:
        if paid:
            billing.bill(repair, lines, captured_at(), again=_("重新核定费用"))
        else:
            billing.note_materials(repair, lines, captured_at())

    if form.carried_out(lambda: act(form.said())):
        flash(_("费用 %(amount)s 已核定", amount=repair.amount) if paid else _("材料已登记"))
        return go("repairs.show", repair_id=repair.id)
    return _shown(repair, form, refused=form)


def _kinds(repair: Repair) -> tuple[LineKind, ...]:
    return tuple(KIND_WORDS) if nature_of(repair).paid else (LineKind.MATERIAL,)


def _shown(repair: Repair, form: LinesForm, refused: Form | None = None) -> Response:
    form.offer(_kinds(repair))
    return page(
        "repairs/bill.html",
        "step",
        form=refused,
        lines_form=form,
        repair=repair,
        costs=costs_of(repair),
        kinds=KIND_WORDS,
        open_now=repair.state in (rules.BILLED_IN if nature_of(repair).paid else rules.HAS_WORK),
    )
