"""Estates themselves: what is known of this one, its own rules, a new one."""

from __future__ import annotations

from typing import Any

from flask import flash, request, session
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb.blueprints.estate.forms import BillingForm, EstateForm, MechanismForm, NewEstateForm
from pmweb.blueprints.estate.operations import estates
from pmweb.blueprints.estate.views.base import bp
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models.estate import BILLING, MECHANISM, Estate, rules_of
from pmweb.web import nouns
from pmweb.web.access import estate, person, requires
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import expect


@bp.get("/settings")
@requires(Permission.ESTATE_READ)
def settings() -> Response:
    """What is known of the estate, and the rules that it has made for itself."""
    return _settings()


@bp.post("/settings/billing")
@requires(Permission.ESTATE_MANAGE)
def set_billing() -> Response:
    """How long a billing period is, from which day on."""
    form = BillingForm()

    def change() -> None:
        assert form.valid_from.data is not None
        estates.set_billing_months(int(form.months.data), form.valid_from.data)

    if form.carried_out(change):
        flash(_("计费周期已保存，从 %(day)s 起按新周期出账。", day=form.valid_from.data))
        return go("estate.settings")
    return _settings(billing=form)


@bp.post("/settings/mechanism")
@requires(Permission.ESTATE_MANAGE)
def set_mechanism() -> Response:
    """What the pages of the complaints say of how the office coordinates them (A-25)."""
    form = MechanismForm()
    expect(lambda: len(rules_of(unit(), MECHANISM)))

    def change() -> None:
        said = {"name": form.name.data or "", "text": form.text.data or ""}
        if said != nouns.mechanism():
            estates.set_mechanism(**said)

    if form.carried_out(change):
        flash(_("已保存，投诉页面从现在起显示新的说明。"))
        return go("estate.settings")
    return _settings(mechanism=form)


@bp.route("/edit", methods=["GET", "POST"])
@requires(Permission.ESTATE_MANAGE)
def edit() -> Response:
    """Correct what is known of the estate."""
    here = estate()
    form = EstateForm(obj=here if request.method == "GET" else None)
    if request.method == "POST":
        expect(here)
    if form.carried_out(lambda: estates.change_estate(here, **_facts(form))):
        flash(_("已保存小区资料。"))
        return go("estate.settings")
    return page("estate/edit.html", "entry", form=form)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.ESTATE_MANAGE)
def new() -> Response:
    """A further estate; who founds it is its administrator and works there from now on."""
    form = NewEstateForm()
    made: list[Estate] = []

    def found() -> None:
        made.append(estates.found_estate(form.code.data or "", **_facts(form), founder=person()))

    if form.carried_out(found):
        session["estate_id"] = made[0].id
        flash(_("已建立 %(estate)s，现在就在这个小区办理。下一步：导入房产台账。", estate=made[0].name))
        return go("estate.index")
    return page("estate/new.html", "entry", form=form)


def _settings(billing: BillingForm | None = None, mechanism: MechanismForm | None = None) -> Response:
    """The page, with the one form of it that was refused."""
    current = nouns.mechanism()
    return page(
        "estate/settings.html",
        *("billing", "mechanism"),
        also=("mechanism",)
        if billing
        else ("billing",),  # the other form's refusal, if there was one, is over
        form=billing or mechanism,
        billing=billing or BillingForm(formdata=None),
        periods=rules_of(unit(), BILLING),
        mechanism=mechanism or MechanismForm(formdata=None, data=current),
        current=current,
        mechanisms=rules_of(unit(), MECHANISM),
    )


def _facts(form: EstateForm) -> dict[str, Any]:
    return {name: form[name].data or "" for name in ("name", "company", "developer", "phone")}
