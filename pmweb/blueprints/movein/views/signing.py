"""签字: one page lists every paper of the moment, one act signs them (M-6, M-7, M-9, M-10, M-18)."""

from __future__ import annotations

from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb.blueprints.movein.forms.signing import SignForm
from pmweb.blueprints.movein.models import MoveIn
from pmweb.blueprints.movein.operations import acceptance, papers, signing
from pmweb.blueprints.movein.operations.facts import progress_of
from pmweb.blueprints.movein.operations.signing import Moment
from pmweb.blueprints.movein.views.base import bp, locale, paper_room_names
from pmweb.blueprints.movein.views.rounds import repair_staff
from pmweb.data import defaults
from pmweb.domain.permissions import Permission
from pmweb.models.homes import METER_UNITS
from pmweb.models.signatures import SignerSide
from pmweb.web.access import find, requires
from pmweb.web.filters import quantity
from pmweb.web.nouns import METER_TITLES
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at


@bp.route("/<int:move_in_id>/sign", methods=["GET", "POST"])
@requires(Permission.MOVEIN_INSPECT)
def sign(move_in_id: int) -> Response:
    """The owner's page: what will be confirmed, and the pad; afterwards the repair department signs its part."""
    move_in = find(MoveIn, move_in_id)
    side = _side(move_in)
    if side is None:
        flash(_("没有待签的文件。"))
        return go("movein.show", move_in_id=move_in_id)
    moment = signing.moment_of(move_in, side, defaults(), locale())
    form = _form(moment)
    if form.carried_out(lambda: _sign(move_in, moment, form)):
        flash(_("已签字。"))
        after = signing.moment_of(move_in, SignerSide.OFFICE, defaults(), locale())
        if side is SignerSide.RESIDENT and after.owed:
            return go("movein.sign", move_in_id=move_in_id)
        return go("movein.show", move_in_id=move_in_id)
    return _sign_page(move_in, moment, form)


def _side(move_in: MoveIn) -> SignerSide | None:
    """Whose turn it is; a form that was sent says so itself."""
    said = request.form.get("side")
    if said in list(SignerSide):
        return SignerSide(said)
    for side in SignerSide:
        if signing.moment_of(move_in, side, defaults(), locale()).owed:
            return side
    return None


def _form(moment: Moment) -> SignForm:
    form = SignForm()
    if moment.side is SignerSide.OFFICE:
        form.signer.choices = [(name, name) for _id, name in repair_staff()]
    else:
        form.signer.choices = [(str(person.person_id), person.name) for person in moment.signers]
    if form.signer.data is None and form.signer.choices:
        form.signer.data = form.signer.choices[0][0]
    return form


def _sign(move_in: MoveIn, moment: Moment, form: SignForm) -> None:
    office = moment.side is SignerSide.OFFICE
    first = acceptance.sheet_of(move_in, 1)
    signing.sign_moment(
        move_in,
        moment.side,
        form.how(),
        signer_id=None if office else int(form.signer.data),
        office_signer=form.signer.data if office else None,
        data=defaults(),
        places=paper_room_names(first) if first is not None else {},
        locale=locale(),
        device=request.user_agent.string,
        seen=form.seen.data or None,
        at=captured_at(),
    )


def _sign_page(move_in: MoveIn, moment: Moment, form: SignForm) -> Response:
    office = moment.side is SignerSide.OFFICE
    kinds = {paper.kind for paper in moment.owed}
    figures, defects = _figures(move_in, kinds)
    names: list[Any] = list(form.signer.choices or ())
    name = names[0][1] if names else ""
    return page(
        "movein/sign.html",
        form=form,
        move_in=move_in,
        moment=moment,
        office=office,
        figures=figures,
        defects=defects,
        who=_("维修 %(name)s", name=name) if office else name,
    )


def _figures(move_in: MoveIn, kinds: set[str]) -> tuple[list[Any], int]:
    """The numbers that are confirmed, loud: counts of the sheet and the readings."""
    sheet = acceptance.sheet_of(move_in)
    if sheet is None or sheet.round > 1 or papers.ACCEPTANCE not in kinds:
        return [], 0
    progress = progress_of(acceptance.items_of(sheet))
    counts = [
        (_("合格"), progress.ok, _("项")),
        (_("不合格"), progress.defects, _("项")),
        (_("无此项"), progress.not_applicable, _("项")),
        (_("待测"), progress.waiting, _("项")),
    ]
    meters = [
        (METER_TITLES[reading.meter.kind], quantity(reading.reading), METER_UNITS[reading.meter.kind])
        for reading in acceptance.readings_of(move_in)
    ]
    return [*(figure for figure in counts if figure[1]), *meters], progress.defects
