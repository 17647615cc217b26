"""What is done at the desk: agreements, keys and things, the first charge (M-6 to M-8)."""

from __future__ import annotations

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.movein.flow import FLOW
from pmweb.blueprints.movein.forms.desk import (
    KEY_ACT_WORDS,
    AgreementsForm,
    FeeForm,
    KeyForm,
    ThingsForm,
)
from pmweb.blueprints.movein.models import MoveIn
from pmweb.blueprints.movein.operations import desk
from pmweb.blueprints.movein.rules import KeyAct, balance
from pmweb.blueprints.movein.views.base import bp, case_of, the_case
from pmweb.data import defaults
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.web.access import requires
from pmweb.web.fields import Form
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at, expect
from pmweb.web.wording import worded


@bp.route("/<int:move_in_id>/agreements", methods=["GET", "POST"])
@requires(Permission.MOVEIN_HANDLE)
def agreements(move_in_id: int) -> Response:
    """协议签署: which papers; they are signed together with the others."""
    move_in, facts = case_of(move_in_id)
    FLOW.open_step("agreements", facts)
    rules = defaults().movein
    if request.method == "POST":
        expect(move_in)
    form = AgreementsForm(data={"agreements": list(move_in.agreements) or list(rules.agreements)})
    if form.carried_out(lambda: desk.choose_agreements(move_in, form.chosen(), rules, at=captured_at())):
        flash(_("本次签署的文件已定。"))
        return go("movein.handover" if facts.registered else "movein.show", move_in_id=move_in_id)
    return page("movein/agreements.html", "step", form=form, move_in=move_in)


@bp.route("/<int:move_in_id>/handover", methods=["GET", "POST"])
@requires(Permission.MOVEIN_HANDLE)
def handover(move_in_id: int) -> Response:
    """钥匙物品: the list that is signed for."""
    move_in, facts = case_of(move_in_id)
    FLOW.open_step("handover", facts)
    entries = desk.key_entries(move_in)
    seen = entries[-1].id if entries else 0
    if request.method == "POST":
        expect(lambda: seen)  # the last line of the ledger stands for its version
    held = balance((entry.kind, entry.act, entry.quantity) for entry in entries)
    known = desk.what_else(entries)
    form = ThingsForm(data=held | {"tested": True, "other_what": known} if entries else None)

    def list_them() -> None:
        desk.list_things(
            move_in,
            form.counts(),
            other_what=form.other_what.data or "",
            tested=bool(form.tested.data),
            at=captured_at(),
        )

    if form.carried_out(list_them):
        return go("movein.sign", move_in_id=move_in_id)
    return page("movein/handover.html", "step", form=form, move_in=move_in, facts=facts, seen=seen)


@bp.route("/<int:move_in_id>/keys", methods=["GET", "POST"])
@requires(Permission.MOVEIN_HANDLE)
def keys(move_in_id: int) -> Response:
    """The key ledger: kept back for rework, given back, lost (M-7)."""
    move_in = the_case(move_in_id)
    if move_in.handover_at is None:
        raise RuleBroken("keys.before_handover")
    form = KeyForm()
    if form.carried_out(
        lambda: desk.move_keys(
            move_in,
            form.kind.data,
            KeyAct(form.act.data),
            form.quantity.data or 0,
            form.reason.data or "",
            at=captured_at(),
        )
    ):
        return go("movein.keys", move_in_id=move_in_id)
    entries = desk.key_entries(move_in)
    held = balance((entry.kind, entry.act, entry.quantity) for entry in entries)
    return page(
        "movein/keys.html",
        "step",
        form=form,
        move_in=move_in,
        entries=entries,
        held=held,
        other=desk.what_else(entries),
        act_words=KEY_ACT_WORDS,
    )


@bp.get("/<int:move_in_id>/fee")
@requires(Permission.MOVEIN_READ)
def fee(move_in_id: int) -> Response:
    """费用: the first period with its arithmetic. It never holds back the keys (A-9)."""
    move_in, facts = case_of(move_in_id)
    FLOW.open_step("fee", facts)
    return _fee_page(move_in)


@bp.post("/<int:move_in_id>/fee")
@requires(Permission.FEES_CHARGE)
def charge_fee(move_in_id: int) -> Response:
    """Keep the first period's fee as an open charge (M-8)."""
    move_in, facts = case_of(move_in_id)
    FLOW.open_step("fee", facts)
    form = FeeForm()
    if form.carried_out(lambda: desk.charge(move_in, seen=form.seen.data or "", at=captured_at())):
        flash(_("首期物业费已记入应收。"))
        return go("movein.show", move_in_id=move_in_id)
    return _fee_page(move_in, form)


def _fee_page(move_in: MoveIn, form: Form | None = None) -> Response:
    proposal, problem, charged = None, None, desk.is_charged(move_in)
    try:
        proposal = None if charged else desk.first_charge(move_in, at=clock.now())
    except RuleBroken as broken:
        problem = worded(broken)
    return page(
        "movein/fee.html",
        "step",
        form=form,
        move_in=move_in,
        charged=charged,
        proposal=proposal,
        prices=desk.prices_behind(proposal) if proposal else [],
        problem=problem,
    )
