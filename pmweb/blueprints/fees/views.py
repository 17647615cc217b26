"""The register of charges, one charge with its arithmetic, and the price list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.fees import forms, operations, register, rules
from pmweb.blueprints.fees.models import Charge, Tariff
from pmweb.blueprints.fees.register import Wanted
from pmweb.blueprints.fees.rules import ChargeState, Step
from pmweb.data import defaults
from pmweb.domain.deadlines import end_of
from pmweb.domain.money import Money
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.people import PartyKind
from pmweb.web import cards
from pmweb.web.access import allowed, find, requires, roles_here
from pmweb.web.fields import labelled
from pmweb.web.filters import named
from pmweb.web.pages import go, page
from pmweb.web.registers import name_taken_out, paged, workbook
from pmweb.web.unit_of_work import captured_at, expect
from pmweb.web.wording import word

bp = Blueprint("fees", __name__, url_prefix="/fees")

word(
    {
        "charge.item": _l("没有这个费目，请刷新页面后再选。"),
        "charge.period": _l("计费期间的终止日早于起始日，请检查交付日期。"),
        "charge.negative": _l("应收金额不能小于 0；要退费请用冲销。"),
        "charge.sum": _l("明细之和与应收金额不符，没有保存。请刷新页面重新计算。"),
        "charge.twice": _l("这一期间已经收过这项费用（%(number)s），不能重复收。"),
        "charge.reason": _l("请写明作废原因，审计要看。"),
        "fees.not_yours": _l("单价和作废由管理处主任或财务办理，请找他们。"),
        "tariff.missing": _l("%(day)s 没有可用的物业服务费单价，算不出应收。请财务先在价目里录入单价。"),
        "tariff.item": _l("没有这个费目，请重新选择。"),
        "tariff.basis": _l("请写明收费依据：合同条款，或批准文件。"),
        "tariff.exists": _l("%(day)s 起已经有一个单价。要更正，请先把它作废。"),
    }
)

ALL = "all"


@bp.get("/")
@requires(Permission.FEES_READ)
def index() -> Response:
    """The register: what is owed by the day on which it is due, the rest newest first, with the sum."""
    wanted, form = _wanted()
    if wanted.state is ChargeState.OPEN:
        found = paged(register.listed(wanted), (Charge.due_on, Charge.id))
    else:
        found = paged(register.listed(wanted), (Charge.id,), descending=True)
    totals = register.totals(wanted)
    kept: dict[str, Any] = {name: request.args.get(name) for name in ("q", "item")}
    states = [
        {
            "url": url_for("fees.index", **kept, state=None if state is ChargeState.OPEN else state or ALL),
            "word": forms.STATE_WORDS[state] if state else _("全部"),
            "n": totals[state].count if state else None,
            "current": state == wanted.state,
        }
        for state in (*ChargeState, None)
    ]
    shown = [totals[wanted.state]] if wanted.state else list(totals.values())
    return page(
        "fees/index.html",
        found=found,
        filter=form,
        states=states,
        state=wanted.state,
        count=sum(total.count for total in shown),
        amount=Money.total(total.amount for total in shown),
        words=forms.STATE_WORDS,
        tones=forms.TONES,
        due_at=_due_at,
    )


@bp.get("/export.xlsx")
@requires(Permission.FEES_READ)
def export() -> Response:
    """The register as a workbook, with the same filters; names as the list shows them (PRI-5)."""
    wanted, _form = _wanted()
    items = defaults().fees.items
    heads = (
        *(_("单号"), _("房号"), _("付款人"), _("费目"), _("起"), _("止"), _("金额（元）")),
        *(_("应付日"), _("状态"), _("开单时间"), _("作废原因")),
    )
    rows = unit().execute(register.listed(wanted).order_by(Charge.id))
    lines = (
        (
            *(row.number, row.home, name_taken_out(row.payer, company=row.payer_kind is PartyKind.COMPANY)),
            *(named(items[row.item]), row.period_from, row.period_to),
            *(row.amount, row.due_on, forms.STATE_WORDS[row.state], row.charged_at, row.void_reason),
        )
        for row in rows
    )
    return workbook(_("收费登记"), heads, lines)


@bp.get("/<int:charge_id>")
@requires(Permission.FEES_READ)
def show(charge_id: int) -> Response:
    """One charge: how it was reckoned, who owes it until when, what happened to it."""
    return _shown(find(Charge, charge_id), forms.VoidForm())


@bp.post("/<int:charge_id>/void")
@requires(Permission.FEES_CHARGE)
def void(charge_id: int) -> Response:
    """A charge was wrong: it stays, with the reason."""
    _only_who_sets_prices()
    charge = find(Charge, charge_id)
    expect(charge)
    form, at = forms.VoidForm(), captured_at()
    if form.carried_out(lambda: operations.void_charge(charge, form.reason.data or "", at)):
        flash(_("%(number)s 已作废", number=charge.number))
        return go("fees.show", charge_id=charge.id)
    return _shown(charge, form, refused=True)


@bp.get("/tariffs")
@requires(Permission.FEES_READ)
def tariffs() -> Response:
    """The price list: what holds today, what comes, what held before (FEE-1)."""
    return _price_list(forms.VoidForm())


@bp.route("/tariffs/new", methods=["GET", "POST"])
@requires(Permission.FEES_CHARGE)
def new_tariff() -> Response:
    """A price from a day on. Charges that were made before keep theirs."""
    _only_who_sets_prices()
    form = forms.TariffForm(data={"valid_from": clock.today()} if request.method == "GET" else None)
    form.offer([item for item in defaults().fees.items.values() if item.enabled])

    def act() -> None:
        assert form.unit_price.data is not None
        assert form.valid_from.data is not None
        operations.set_tariff(
            form.item.data,
            form.unit_price.data,
            form.valid_from.data,
            basis=form.basis.data or "",
            document_no=form.document_no.data or "",
            at=captured_at(),
        )

    if form.carried_out(act):
        flash(_("单价已录入"))
        return go("fees.tariffs")
    return page("fees/new_tariff.html", "new", form=form)


@bp.post("/tariffs/<int:tariff_id>/void")
@requires(Permission.FEES_CHARGE)
def void_tariff(tariff_id: int) -> Response:
    """A price was entered wrongly."""
    _only_who_sets_prices()
    tariff, form = find(Tariff, tariff_id), forms.VoidForm()
    if form.carried_out(lambda: operations.void_tariff(tariff, form.reason.data or "", captured_at())):
        flash(_("单价已作废"))
        return go("fees.tariffs")
    return _price_list(form, refused=tariff)


def _shown(charge: Charge, form: forms.VoidForm, *, refused: bool = False) -> Response:
    source = cards.card_of(charge.source_kind) if charge.source_kind else None
    may_void = charge.state is ChargeState.OPEN and rules.may_change_prices(roles_here())
    return page(
        "fees/show.html",
        form=form if refused else None,
        void_form=form,
        may_void=may_void and allowed(Permission.FEES_CHARGE),
        charge=charge,
        item=defaults().fees.items[charge.item],
        steps=[Step.read(step) for step in charge.arithmetic],
        words=forms.STATE_WORDS,
        tones=forms.TONES,
        due_at=_due_at(charge.due_on),
        lines=[cards.told(entry) for entry in register.timeline(charge)],
        source_url=source.subject_url[charge.source_kind or ""](charge.source_id or 0)
        if source and allowed(source.permission)
        else None,
        source_label=source.label if source else None,
    )


def _price_list(form: forms.VoidForm, *, refused: Tariff | None = None) -> Response:
    prices, today = register.prices(), clock.today()
    holding: dict[str, int] = {}
    for price in sorted(prices, key=lambda price: price.valid_from):
        if price.voided_at is None and price.valid_from <= today:
            holding[price.item] = price.id
    voiding = refused.id if refused else request.args.get("void", type=int)
    return page(
        "fees/tariffs.html",
        "prices",
        form=form if refused else None,
        void_form=form,
        prices=prices,
        holding=set(holding.values()),
        voiding=next((price for price in prices if price.id == voiding and price.voided_at is None), None),
        may_set=allowed(Permission.FEES_CHARGE) and rules.may_change_prices(roles_here()),
        unit_words=forms.unit_words,
    )


def _wanted() -> tuple[Wanted, forms.FilterForm]:
    form = forms.FilterForm(formdata=request.args)
    form.item.choices = [("", _("全部")), *labelled(defaults().fees.items.values())]
    asked = request.args.get("state", ChargeState.OPEN)
    if asked != ALL and asked not in list(ChargeState):
        abort(404)
    state = None if asked == ALL else ChargeState(asked)
    return Wanted(state, form.item.data or "", (form.q.data or "").strip()), form


def _only_who_sets_prices() -> None:
    if not rules.may_change_prices(roles_here()):
        raise RuleBroken("fees.not_yours")


def _due_at(day: Any) -> Any:
    return end_of(day, clock.zone())
