"""估价: what a paid repair is expected to cost, and the resident's consent before the work (X-6, FM-08)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import Repair, RepairLine
from pmweb.blueprints.repairs.operations import lines as kept
from pmweb.blueprints.repairs.operations import pricing
from pmweb.blueprints.repairs.operations.intake import callers
from pmweb.blueprints.repairs.operations.promises import nature_of
from pmweb.blueprints.repairs.price_forms import KIND_WORDS, ConsentForm, LinesForm, unit_word
from pmweb.blueprints.repairs.rules import Line, LineKind, LineStage
from pmweb.blueprints.repairs.views.base import bp, rights
from pmweb.data import defaults
from pmweb.domain.money import Money
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal
from pmweb.web.access import find, person, requires
from pmweb.web.filters import named
from pmweb.web.pages import go, page
from pmweb.web.signing import SignForm, expect_as_shown, locale, refused_parts, remembered
from pmweb.web.unit_of_work import captured_at, expect
from pmweb.web.wording import word

word(
    {
        "repair.not_paid": _l("这张工作单不收费，不用估价。"),
        "repair.lines": _l("请至少写一行：名称、数量、单价。"),
        "repair.too_many_lines": _l("最多 %(most)s 行，请合并。"),
        "repair.estimate_late": _l("工作单已经签字或结束，不能再改估价。"),
        "repair.estimate_first": _l("有偿维修要先估价，住户确认费用后才能上门、完工、核定费用。"),
        "repair.no_estimate": _l("还没有估价。请先填好每一行，保存估价。"),
        "repair.consent_who": _l("请写明是谁同意的。"),
        "repair.consent_phone": _l("请写明拨打的号码。"),
        "repair.estimate_signed": _l("上一轮的费用住户已签字，返修不另收费，估价不能再改。"),
        "repair.consent_future": _l("通话时间还没有到，请核对。"),
        "repair.consent_before_call": _l("通话时间早于报修登记，请核对。"),
        "repair.consent_before_estimate": _l("通话时间早于现在这份估价。请按这份估价问过住户再记。"),
    }
)


@dataclass(frozen=True)
class Costs:
    """What the page of a repair says of money: the lines that stand, and what is to be done next."""

    estimate: list[RepairLine]
    done: list[RepairLine]
    paid: bool
    accepted: bool
    billed: bool
    may: bool
    may_bill: bool

    @property
    def used(self) -> Money:
        """What was used, in money."""
        return rules.total(self.done)

    @property
    def first(self) -> bool:
        """Whether the resident has still to agree before anybody comes (X-6)."""
        return self.paid and not self.accepted

    @property
    def to_bill(self) -> bool:
        """Whether the amount is to be confirmed now, before anybody signs."""
        return self.paid and self.may_bill and self.accepted and not self.billed


def costs_of(repair: Repair) -> Costs:
    """The costs of a repair as the person who looks may change them; one query."""
    lines = kept.all_lines(repair)
    may = rules.may_price(rights(), own=repair.assignee_id == person().id)
    paid = nature_of(repair).paid
    return Costs(
        [line for line in lines if line.stage is LineStage.ESTIMATE],
        [line for line in lines if line.stage is LineStage.DONE],
        paid,
        repair.estimate_accepted_at is not None,
        repair.amount is not None,
        may and repair.state in rules.TO_MEND,
        may and repair.state in (rules.BILLED_IN if paid else rules.HAS_WORK),
    )


@bp.get("/<int:repair_id>/estimate")
@requires(Permission.REPAIRS_PRICE)
def estimate(repair_id: int) -> Response:
    """The estimate: its lines, and how the resident agrees."""
    repair = priced(repair_id)
    rules.refuse_estimate(repair.state, nature_of(repair))
    lines = [kept.as_typed(line) for line in kept.lines_of(repair, LineStage.ESTIMATE)]
    return _shown(repair, LinesForm(formdata=None, lines=lines or proposed(repair)))


@bp.post("/<int:repair_id>/estimate")
@requires(Permission.REPAIRS_PRICE)
def save_estimate(repair_id: int) -> Response:
    """Write the lines; another sum than before needs another consent."""
    repair = priced(repair_id)
    expect(repair, lambda: journal.last_actor(unit(), repair))
    form = LinesForm()
    form.offer(tuple(KIND_WORDS))
    if form.carried_out(lambda: pricing.estimate(repair, form.said(), captured_at(), again=_("改了估价"))):
        flash(_("估价 %(amount)s 已保存", amount=repair.estimate))
        return go("repairs.estimate", repair_id=repair.id)
    return _shown(repair, form, refused=form)


@bp.post("/<int:repair_id>/estimate/phone")
@requires(Permission.REPAIRS_PRICE)
def accept_by_phone(repair_id: int) -> Response:
    """The resident agreed on the phone."""
    repair = priced(repair_id)
    expect(repair, lambda: journal.last_actor(unit(), repair))
    form = _consent_form(repair)

    def act() -> None:
        name, phone = form.said()
        called_at = clock.instant(form.called_at.data)
        pricing.accept_by_phone(
            repair, name, phone, form.note.data or "", by=person(), at=captured_at(), called_at=called_at
        )

    if form.carried_out(act):
        flash(_("%(number)s：住户已确认费用", number=repair.number))
        return go("repairs.show", repair_id=repair.id)
    lines = [kept.as_typed(line) for line in kept.lines_of(repair, LineStage.ESTIMATE)]
    return _shown(repair, LinesForm(formdata=None, lines=lines), consent=form, refused=form)


@bp.route("/<int:repair_id>/estimate/sign", methods=["GET", "POST"])
@requires(Permission.REPAIRS_PRICE)
def sign_estimate(repair_id: int) -> Response:
    """The resident's page: the lines and their sum, and the pad."""
    repair = priced(repair_id)
    moment = pricing.moment_of(repair, locale())
    form = SignForm()
    if request.method == "POST":
        expect_as_shown(form, [moment.paper], moment.seen, lambda _change: _("估价的内容有改动"))
    form.signer.choices = [(str(who.person_id), who.name) for who in moment.signers]
    form.signer.data = form.signer.data or form.signer.choices[0][0]

    def give() -> None:
        pricing.accept_by_signature(
            repair,
            form.how(),
            signer_id=int(form.signer.data),
            by=person(),
            locale=locale(),
            device=request.user_agent.string,
            seen=form.seen.data or "",
            at=captured_at(),
            again=_("住户不同意估价"),
        )

    if form.carried_out(give):
        refused = form.manner.data == "refused"
        flash(
            _("已记为不同意。住户重新确认以前，不能上门、完工。")
            if refused
            else _("%(number)s：住户已确认费用", number=repair.number)
        )
        return go("repairs.show", repair_id=repair.id)
    return page(
        "repairs/sign_estimate.html",
        *refused_parts(),
        form=form,
        repair=repair,
        moment=moment,
        lines=kept.lines_of(repair, LineStage.ESTIMATE),
        kinds=KIND_WORDS,
        shown=remembered([moment.paper]),
        who=moment.signers[0].name,
    )


def priced(repair_id: int) -> Repair:
    """A repair that this person may price: ``RuleBroken("repair.not_yours")`` for a job of another repairer."""
    repair = find(Repair, repair_id)
    if not rules.may_price(rights(), own=repair.assignee_id == person().id):
        raise RuleBroken("repair.not_yours")
    return repair


def proposed(repair: Repair) -> list[Line]:
    """What the page begins with: the published price of the category, and the working hour of the price list.

    Where the category has a price, the hours are there but count for nothing until somebody writes how many.
    """
    category = defaults().repairs.categories[repair.category or "other"]
    today = clock.today()
    price, hourly = pricing.price_of(category.id, today), pricing.hourly_price(today)
    units = defaults().repairs.price_units
    lines = []
    if price:
        said = (named(category), unit_word(units[price.price_unit]))
        lines.append(Line(LineKind.SERVICE, *said, rules.ONE, price.unit_price))
    if hourly:
        quantity = rules.ONE * 0 if price else rules.ONE
        said = (str(_("人工费")), unit_word(units["per_hour"]))
        lines.append(Line(LineKind.LABOUR, *said, quantity, hourly))
    return lines


def _consent_form(repair: Repair) -> ConsentForm:
    form = ConsentForm(formdata=request.form if request.endpoint == "repairs.accept_by_phone" else None)
    form.offer(callers(repair.home) if repair.home else [])
    return form


def _shown(
    repair: Repair, form: LinesForm, *, consent: ConsentForm | None = None, refused: Any = None
) -> Response:
    form.offer(tuple(KIND_WORDS))
    category = defaults().repairs.categories[repair.category or "other"]
    price = pricing.price_of(category.id, clock.today())
    return page(
        "repairs/estimate.html",
        "step",
        form=refused,
        lines_form=form,
        consent=consent or _consent_form(repair),
        consents=pricing.consents_of(repair),
        repair=repair,
        costs=costs_of(repair),
        kinds=KIND_WORDS,
        category=category,
        price=price,
        back=url_for("repairs.show", repair_id=repair.id),
    )
