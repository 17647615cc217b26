"""签字: one page lists every paper of the moment, one act signs them (M-6, M-7, M-9, M-10, M-18)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import pgettext
from flask_login import current_user
from werkzeug.wrappers import Response

from pmweb.blueprints.movein.models import AcceptanceItem, MoveIn
from pmweb.blueprints.movein.names import FACT_NAMES, RESULT_WORDS, paper_name
from pmweb.blueprints.movein.operations import acceptance, meters, papers, rounds, signing
from pmweb.blueprints.movein.operations.facts import progress_of, progress_of_round
from pmweb.blueprints.movein.operations.signing import Moment
from pmweb.blueprints.movein.rules import Result
from pmweb.blueprints.movein.views.base import bp, paper_room_names, room_names, the_case
from pmweb.blueprints.movein.views.rounds import repair_staff
from pmweb.data import defaults
from pmweb.domain.permissions import Permission
from pmweb.models.homes import METER_UNITS
from pmweb.models.signatures import SignerSide
from pmweb.models.signing import Change, Paper
from pmweb.web.access import requires
from pmweb.web.filters import day, named, quantity
from pmweb.web.nouns import METER_TITLES
from pmweb.web.pages import go, page
from pmweb.web.signing import SignForm, expect_as_shown, locale, refused_parts, remembered
from pmweb.web.unit_of_work import captured_at


class Waiting(NamedTuple):
    """A line that is signed untested: which, why, and when it is tested."""

    name: str
    note: str
    on: date | None


@bp.route("/<int:move_in_id>/sign", methods=["GET", "POST"])
@requires(Permission.MOVEIN_INSPECT)
def sign(move_in_id: int) -> Response:
    """The owner's page: what will be confirmed, and the pad; afterwards the repair department signs its part."""
    move_in = the_case(move_in_id)
    moment = _turn(move_in)
    form = SignForm()
    if request.method == "POST":
        expect_as_shown(form, _papers(moment), moment.seen, lambda change: _changed(move_in, moment, change))
    if not moment.owed:
        flash(_("没有待签的文件。"))
        return go("movein.show", move_in_id=move_in_id)
    _offer_signers(form, move_in, moment)
    if form.carried_out(lambda: _sign(move_in, moment, form)):
        flash(_said(move_in, moment, form))
        after = signing.moment_of(move_in, SignerSide.OFFICE, defaults(), locale())
        if moment.side is SignerSide.RESIDENT and after.owed:
            return go("movein.sign", move_in_id=move_in_id)
        return go("movein.show", move_in_id=move_in_id)
    return _sign_page(move_in, moment, form)


def _said(move_in: MoveIn, moment: Moment, form: SignForm) -> str:
    """What was done, and what comes next: the tablet goes back, the keys go out (M-7), the work orders begin (M-12)."""
    if form.manner.data == "refused":
        return _("已记为拒签。")
    if papers.HANDOVER in {paper.kind for paper in moment.owed}:
        return _("已签字。请收回平板，现在可以交钥匙和物品。")
    until = [row.due_on for row in rounds.repairs_of(move_in) if rounds.is_open(row.state) and row.due_on]
    if moment.side is SignerSide.OFFICE and until:
        return _(
            "两方都已签字。整改工作单 %(n)s 张，最晚 %(day)s 修好，请告诉业主。",
            n=len(until),
            day=day(max(until)),
        )
    return _("已签字。请收回平板。")


def _turn(move_in: MoveIn) -> Moment:
    """What is to be signed now, the resident's side first, unless the page or the form says whose turn it is."""
    said = request.values.get("side", "")
    named_side = SignerSide(said) if said in list(SignerSide) else None
    side = named_side or SignerSide.RESIDENT
    moment = signing.moment_of(move_in, side, defaults(), locale(), after_all=_after_all())
    if moment.owed or named_side:
        return moment
    return signing.moment_of(move_in, SignerSide.OFFICE, defaults(), locale())


def _after_all() -> bool:
    """Whether the page asks for what was refused before, too."""
    return "after_all" in request.args


def _papers(moment: Moment) -> list[Paper]:
    return [standing.paper for standing in moment.owed]


def _changed(move_in: MoveIn, moment: Moment, change: Change) -> str:
    """What the owner is shown before signing anew, as far as one sentence can say it."""
    paper = paper_name(change.paper)
    if not change.fact and change.paper in {standing.kind for standing in moment.owed}:
        return _("%(paper)s：新加的，要一起签", paper=paper)
    if not change.fact:
        return _("%(paper)s：已经签过，或内容改动后要重新核对", paper=paper)
    if change.fact != "lines" or change.entry is None:
        return _("%(paper)s：%(what)s有改动", paper=paper, what=FACT_NAMES.get(change.fact, _("内容")))
    sheet = acceptance.first_sheet(move_in)
    item = acceptance.items_of(sheet)[change.entry]
    where = f"{room_names(sheet)[item.room, item.room_no]} · {named(defaults().acceptance.items[item.code])}"
    now = " · ".join(filter(None, [str(RESULT_WORDS[item.result]), item.note]))
    return _("第 %(n)s 项 %(where)s：现在是 %(now)s", n=item.position, where=where, now=now)


def _offer_signers(form: SignForm, move_in: MoveIn, moment: Moment) -> None:
    if moment.side is SignerSide.OFFICE:
        staff = _who_came_along(move_in) or [current_user.name]
        form.signer.choices = [(name, name) for name in staff]
        usual = current_user.name if current_user.name in staff else staff[0]
    else:
        form.signer.choices = [(str(person.person_id), person.name) for person in moment.signers]
        usual = form.signer.choices[0][0]
    form.signer.data = form.signer.data or usual


def _who_came_along(move_in: MoveIn) -> list[str]:
    """Of the repair department those who stand on the sheet and whoever holds the tablet; else all of it (M-9)."""
    sheet = acceptance.sheet_of(move_in)
    staff = [name for _id, name in repair_staff()]
    present = [name for name in staff if name == current_user.name or (sheet and name in sheet.inspectors)]
    return present or staff


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
        seen=form.seen.data or "",
        at=captured_at(),
        after_all=_after_all(),
    )


def _sign_page(move_in: MoveIn, moment: Moment, form: SignForm) -> Response:
    office = moment.side is SignerSide.OFFICE
    names: list[Any] = list(form.signer.choices or ())
    name = names[0][1]
    return page(
        "movein/sign.html",
        *refused_parts(),
        form=form,
        move_in=move_in,
        moment=moment,
        office=office,
        after_all=_after_all() or None,
        shown=remembered(_papers(moment)),
        who=_("维修 %(name)s", name=name) if office else name,
        **_confirmed(move_in, {paper.kind for paper in moment.owed}),
    )


def _confirmed(move_in: MoveIn, kinds: set[str]) -> dict[str, Any]:
    """What is confirmed, loud: the counts of the sheet and the readings; then what stays to be done."""
    sheet = acceptance.sheet_of(move_in) if papers.ACCEPTANCE in kinds else None
    items = acceptance.items_of(sheet) if sheet is not None and sheet.round == 1 else []
    later = rounds.defects_of_round(sheet) if sheet is not None and sheet.round > 1 else []
    progress = progress_of_round(later) if later else progress_of(items)
    counts = [
        (_("合格"), progress.ok, _("项")),
        (_("仍不合格") if later else pgettext("many", "不合格"), progress.defects, _("项")),
        (_("无此项"), progress.not_applicable, _("项")),
        (_("待测"), progress.waiting, _("项")),
    ]
    taken = meters.readings_of(move_in) if papers.READINGS in kinds else []
    dials = [(METER_TITLES[r.meter.kind], quantity(r.reading), METER_UNITS[r.meter.kind]) for r in taken]
    names = room_names(sheet) if sheet is not None else {}
    return {
        "figures": [*(figure for figure in counts if figure[1]), *dials],
        "defects": progress.defects,
        "until": _until(items),
        "waiting": [
            Waiting(
                f"{names[i.room, i.room_no]} · {named(defaults().acceptance.items[i.code])}", i.note, i.due_on
            )
            for i in items
            if i.result is Result.NOT_TESTED
        ],
    }


def _until(items: Sequence[AcceptanceItem]) -> date | None:
    """By when the last defect is put right."""
    days = [item.due_on for item in items if item.result is Result.DEFECT and item.due_on is not None]
    return max(days, default=None)
