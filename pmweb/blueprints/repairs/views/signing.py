"""签字: the work order is printed, and signed by the resident (M-18, FM-09)."""

from __future__ import annotations

import segno
from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb.blueprints.repairs import register, rules
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import signing
from pmweb.blueprints.repairs.operations.promises import nature_of
from pmweb.blueprints.repairs.price_forms import KIND_WORDS
from pmweb.blueprints.repairs.views.base import bp, rights
from pmweb.blueprints.repairs.views.estimates import costs_of
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.web.access import find, person, requires
from pmweb.web.nouns import RESPONSIBLES
from pmweb.web.pages import go, page
from pmweb.web.signing import SignForm, expect_as_shown, locale, refused_parts, remembered
from pmweb.web.unit_of_work import captured_at


@bp.get("/<int:repair_id>/print/work-order")
@requires(Permission.REPAIRS_READ)
def work_order(repair_id: int) -> Response:
    """The work order on A4, for the repairer to take along (R-6, FM-09)."""
    repair = find(Repair, repair_id)
    costs = costs_of(repair)
    lines = costs.done or costs.estimate
    heading = (_("费用") if costs.done else _("预估费用")) if costs.paid else _("领用材料")
    drawn = segno.make(repair.number, error="m", micro=False).svg_inline(scale=1, border=0, omitsize=True)
    return page(
        "repairs/work_order.html",
        repair=repair,
        qr=drawn,
        lines=lines,
        heading=heading,
        leak=nature_of(repair).leak,
        sum=rules.total(lines),
        people=register.people_to_call(repair.home_id),
        responsible=RESPONSIBLES,
    )


@bp.route("/<int:repair_id>/sign", methods=["GET", "POST"])
@requires(Permission.REPAIRS_WORK)
def sign(repair_id: int) -> Response:
    """The resident's page: what was done, and the pad. For repairs whose second acceptance will not come any more."""
    repair = find(Repair, repair_id)
    if not rules.may_ask_to_sign(rights(), own=repair.assignee_id == person().id):
        raise RuleBroken("repair.not_yours")
    moment = signing.moment_of(repair, locale())
    form = SignForm()
    if request.method == "POST":
        expect_as_shown(form, [moment.paper], moment.seen, lambda _change: _("工作单的内容有改动"))
    form.signer.choices = [(str(who.person_id), who.name) for who in moment.signers]
    form.signer.data = form.signer.data or form.signer.choices[0][0]

    def give() -> None:
        signing.sign_here(
            repair,
            form.how(),
            signer_id=int(form.signer.data),
            locale=locale(),
            device=request.user_agent.string,
            seen=form.seen.data or "",
            at=captured_at(),
        )

    if form.carried_out(give):
        flash(_("已记为拒签。") if form.manner.data == "refused" else _("已签字。"))
        return go("repairs.show", repair_id=repair.id)
    return page(
        "repairs/sign.html",
        *refused_parts(),
        form=form,
        repair=repair,
        moment=moment,
        costs=costs_of(repair),
        kinds=KIND_WORDS,
        shown=remembered([moment.paper]),
        who=moment.signers[0].name,
    )
