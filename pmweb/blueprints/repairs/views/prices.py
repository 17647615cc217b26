"""价目: the published prices of paid services, read by trade, set from a day on (G-7, FEE-1, FEE-2, FM-33)."""

from __future__ import annotations

from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.repairs import register, rules
from pmweb.blueprints.repairs.models import ServicePrice
from pmweb.blueprints.repairs.operations import pricing
from pmweb.blueprints.repairs.price_forms import PriceForm, VoidPriceForm
from pmweb.blueprints.repairs.views.base import bp
from pmweb.data import defaults
from pmweb.domain.money import Money
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.web.access import allowed, find, requires, roles_here
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at
from pmweb.web.wording import word

word(
    {
        "repair.price_category": _l("这一类不公布单价，由维修人员现场报价。请重新选择。"),
        "repair.price_negative": _l("单价不能小于 0。"),
        "repair.price_basis": _l("请写明定价依据：价目文件，或合同条款。"),
        "repair.price_exists": _l("%(day)s 起已经有一个单价。要更正，请先把它作废。"),
        "repair.price_not_yours": _l("单价由管理处主任或财务设定和作废，请找他们。"),
    }
)


@bp.get("/prices")
@requires(Permission.REPAIRS_READ)
def prices() -> Response:
    """The price list: what holds today, what comes, what held before."""
    return _price_list(VoidPriceForm())


@bp.get("/prices/print")
@requires(Permission.REPAIRS_READ)
def print_prices() -> Response:
    """FM-33: the prices in force on a sheet to be put up."""
    return page("repairs/print_prices.html", trades=_by_trade(_holding(register.service_prices())))


@bp.route("/prices/new", methods=["GET", "POST"])
@requires(Permission.FEES_CHARGE)
def new_price() -> Response:
    """A price from a day on. Estimates that were made before keep theirs."""
    _only_who_sets_prices()
    form = PriceForm(data={"valid_from": clock.today()} if request.method == "GET" else None)
    form.offer()

    def act() -> None:
        assert form.unit_price.data is not None
        assert form.valid_from.data is not None
        pricing.set_price(
            form.category.data,
            Money.from_yuan(form.unit_price.data),
            form.valid_from.data,
            basis=form.basis.data or "",
            at=captured_at(),
        )

    if form.carried_out(act):
        flash(_("单价已录入"))
        return go("repairs.prices")
    return page("repairs/new_price.html", "new", form=form)


@bp.post("/prices/<int:price_id>/void")
@requires(Permission.FEES_CHARGE)
def void_price(price_id: int) -> Response:
    """A price was entered wrongly."""
    _only_who_sets_prices()
    price, form = find(ServicePrice, price_id), VoidPriceForm()
    if form.carried_out(lambda: pricing.void_price(price, form.reason.data or "", captured_at())):
        flash(_("单价已作废"))
        return go("repairs.prices")
    return _price_list(form, refused=price)


def _price_list(form: VoidPriceForm, *, refused: ServicePrice | None = None) -> Response:
    known = register.service_prices()
    voiding = refused.id if refused else request.args.get("void", type=int)
    return page(
        "repairs/prices.html",
        "prices",
        form=form if refused else None,
        void_form=form,
        trades=_by_trade(known),
        holding={price.id for price in _holding(known)},
        voiding=next((price for price in known if price.id == voiding and price.voided_at is None), None),
        may_set=allowed(Permission.FEES_CHARGE) and rules.may_set_prices(roles_here()),
        hourly=pricing.hourly_price(clock.today()),
    )


def _holding(known: list[ServicePrice]) -> list[ServicePrice]:
    """The prices that are in force today, one for each category."""
    found: dict[str, ServicePrice] = {}
    for price in sorted(known, key=lambda price: price.valid_from):
        if price.voided_at is None and price.valid_from <= clock.today():
            found[price.category] = price
    return list(found.values())


def _by_trade(known: list[ServicePrice]) -> dict[str, list[ServicePrice]]:
    """By trade in the order of the office's data, each category with its newest price first."""
    categories = list(defaults().repairs.categories.values())
    order: dict[str, Any] = {category.id: place for place, category in enumerate(categories)}
    found: dict[str, list[ServicePrice]] = {trade: [] for trade in defaults().repairs.trades}
    for price in sorted(known, key=lambda price: order[price.category]):
        found[defaults().repairs.categories[price.category].trade].append(price)
    return {trade: prices for trade, prices in found.items() if prices}


def _only_who_sets_prices() -> None:
    if not rules.may_set_prices(roles_here()):
        raise RuleBroken("repair.price_not_yours")
