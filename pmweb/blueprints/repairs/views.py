"""The register of repairs, one repair with the moves that this person may make, its printed work order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import segno
from flask import Blueprint, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.repairs import forms, operations, register, rules
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.register import Wanted
from pmweb.blueprints.repairs.rules import RepairState, Verb
from pmweb.data import defaults
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.files import Attachment, FileKind
from pmweb.models.staff import Staff
from pmweb.web import cards
from pmweb.web.access import allowed, find, person, requires
from pmweb.web.fields import Form, labelled
from pmweb.web.filters import named
from pmweb.web.nouns import RESPONSIBLES
from pmweb.web.pages import go, page
from pmweb.web.registers import paged, workbook
from pmweb.web.unit_of_work import captured_at, expect
from pmweb.web.wording import word

bp = Blueprint("repairs", __name__, url_prefix="/repairs")

word(
    {
        "repair.reason": _l("请写明原因，接手的人要看。"),
        "repair.work_done": _l("请写明做了什么。"),
        "repair.photo_after": _l("涉及安全或渗漏的维修，完工要拍照。请添加维修后的照片。"),
        "repair.recheck_first": _l("验房发现的问题要先经维修部复检合格，才能签字。"),
        "repair.leak_test_first": _l("渗漏维修要先试漏合格，才能签字。"),
        "repair.signature_of_another": _l("这个签名不是签在这张工作单上的。"),
        "repair.not_a_repairer": _l("%(name)s 在本小区不是维修人员，不能派单给他。请另选一位。"),
        "repair.appointment_past": _l("约定时间已经过去，请与住户重新约定。"),
        "repair.until_past": _l("预计日期已经过去，请填今天或以后。"),
        "repair.not_yours": _l("这张工作单派给了别人。请由接单人办理，或请主管办理。"),
    }
)

TONES = {
    RepairState.REGISTERED: "wait",
    RepairState.REWORK: "wait",
    RepairState.DISPATCHED: "now",
    RepairState.ACCEPTED: "now",
    RepairState.ON_SITE: "now",
    RepairState.COMPLETED: "wait",
    RepairState.RECHECKED: "ok",
    RepairState.LEAK_TESTED: "ok",
    RepairState.SIGNED: "ok",
    RepairState.CANCELLED: "plain",
}
_ORDER: tuple[InstrumentedAttribute[Any], ...] = (Repair.queue_at, Repair.id)


@bp.get("/")
@requires(Permission.REPAIRS_READ)
def index() -> Response:
    """The register: what is open by its deadline, what is done newest first."""
    workers = register.workers()
    wanted, form = _wanted(workers)
    found = paged(register.listed(wanted), _ORDER, descending=wanted.group == "done")
    figures = register.counts(clock.now(), wanted)
    kept: dict[str, Any] = {name: request.args.get(name) for name in ("q", "trade", "who")}
    groups = [
        {
            "url": url_for("repairs.index", **kept, group=None if group == register.ALL_OPEN else group),
            "word": forms.GROUP_WORDS[group],
            "n": None if group == "done" else figures.groups[group],
            "current": group == wanted.group,
        }
        for group in register.GROUPS
    ]
    return page(
        "repairs/index.html",
        "register",
        found=found,
        filter=form,
        groups=groups,
        group=wanted.group,
        figures=figures,
        tones=TONES,
        responsible=RESPONSIBLES,
        next_verb=_next_verb,
        verbs=forms.VERBS,
    )


@bp.get("/export.xlsx")
@requires(Permission.REPAIRS_READ)
def export() -> Response:
    """The register as a workbook, with the same filters."""
    wanted, _form = _wanted(register.workers())
    data = defaults()
    heads = (
        *(_("单号"), _("房号"), _("位置"), _("内容"), _("工种"), _("优先级"), _("严重程度"), _("责任方")),
        *(_("来源"), _("状态"), _("轮次"), _("维修人员"), _("登记时间"), _("约定上门"), _("完工时间")),
        *(_("约定完成"), _("当前期限")),
    )
    rows = unit().execute(register.listed(wanted).order_by(*_ORDER))
    lines = (
        (
            *(row.number, row.home, row.place, row.description, named(data.repairs.trades[row.trade])),
            named(data.repairs.priorities[row.priority]),
            named(data.acceptance.severities[row.severity]) if row.severity else None,
            *(RESPONSIBLES[row.responsible], forms.SOURCE_WORDS[row.source]),
            *(named(data.repairs.states[row.state]), row.round, row.assignee, row.registered_at),
            *(row.appointment_at, row.completed_at, row.due_on, row.due_at),
        )
        for row in rows
    )
    return workbook(_("报修登记"), heads, lines)


@bp.get("/<int:repair_id>")
@requires(Permission.REPAIRS_READ)
def show(repair_id: int) -> Response:
    """One repair: facts, photos, timeline, and the forms of the moves that this person may make."""
    return _shown(find(Repair, repair_id))


@bp.get("/<int:repair_id>/print/work-order")
@requires(Permission.REPAIRS_READ)
def work_order(repair_id: int) -> Response:
    """The work order on A4, for the repairer to take along (R-6, FM-09)."""
    repair = find(Repair, repair_id)
    drawn = segno.make(repair.number, error="m").svg_inline(scale=1, border=0, omitsize=True)
    return page(
        "repairs/work_order.html",
        repair=repair,
        qr=drawn,
        people=register.people_to_call(repair.home_id),
        responsible=RESPONSIBLES,
    )


@bp.post("/<int:repair_id>/dispatch")
@requires(Permission.REPAIRS_DISPATCH)
def dispatch(repair_id: int) -> Response:
    """R-6: give the job to a repairer."""
    return _hand_over(repair_id, Verb.DISPATCH)


@bp.post("/<int:repair_id>/transfer")
@requires(Permission.REPAIRS_DISPATCH)
def transfer(repair_id: int) -> Response:
    """Give an accepted job to another repairer, with the reason."""
    return _hand_over(repair_id, Verb.TRANSFER)


@bp.post("/<int:repair_id>/give-back")
@requires(Permission.REPAIRS_WORK)
def give_back(repair_id: int) -> Response:
    """The repairer gives the job back."""
    return _with_reason(repair_id, Verb.GIVE_BACK, operations.give_back)


@bp.post("/<int:repair_id>/recall")
@requires(Permission.REPAIRS_DISPATCH)
def recall(repair_id: int) -> Response:
    """The dispatcher takes the job back."""
    return _with_reason(repair_id, Verb.RECALL, operations.give_back)


@bp.post("/<int:repair_id>/accept")
@requires(Permission.REPAIRS_WORK)
def accept(repair_id: int) -> Response:
    """The repairer takes the job."""
    return _carry_out(repair_id, Verb.ACCEPT, lambda repair, _form, at: operations.accept(repair, at))


@bp.post("/<int:repair_id>/arrive")
@requires(Permission.REPAIRS_WORK)
def arrive(repair_id: int) -> Response:
    """The repairer is on site."""
    return _carry_out(repair_id, Verb.ARRIVE, lambda repair, _form, at: operations.arrive(repair, at))


@bp.post("/<int:repair_id>/wait")
@requires(Permission.REPAIRS_WORK)
def wait(repair_id: int) -> Response:
    """The work waits for something."""

    def act(repair: Repair, form: Any, at: datetime) -> None:
        operations.wait(repair, form.kind.data, form.reason.data, at, form.until_on.data)

    return _carry_out(repair_id, Verb.WAIT, act)


@bp.post("/<int:repair_id>/resume")
@requires(Permission.REPAIRS_WORK)
def resume(repair_id: int) -> Response:
    """What it waited for is there."""

    def act(repair: Repair, form: Any, at: datetime) -> None:
        operations.resume(repair, at, _instant(form.appointment_at.data))

    return _carry_out(repair_id, Verb.RESUME, act)


@bp.post("/<int:repair_id>/complete")
@requires(Permission.REPAIRS_WORK)
def complete(repair_id: int) -> Response:
    """The work is done, in words and photos."""

    def act(repair: Repair, form: Any, at: datetime) -> None:
        photos = [shelf.put(unit(), photo, FileKind.PHOTO, at=at).id for photo in form.photos.data]
        operations.complete(repair, form.work_done.data, at, photos)

    return _carry_out(repair_id, Verb.COMPLETE, act)


@bp.post("/<int:repair_id>/recheck")
@requires(Permission.REPAIRS_RECHECK)
def recheck(repair_id: int) -> Response:
    """M-14: passed, or back to the dispatcher with the reason."""

    def act(repair: Repair, form: Any, at: datetime) -> None:
        operations.recheck(repair, form.passed.data == "yes", form.note.data or "", at)

    return _carry_out(repair_id, Verb.RECHECK, act)


@bp.post("/<int:repair_id>/rework")
@requires(Permission.REPAIRS_RECHECK)
def rework(repair_id: int) -> Response:
    """The work did not hold: a new round."""
    return _with_reason(repair_id, Verb.REWORK, operations.rework)


@bp.post("/<int:repair_id>/cancel")
@requires(Permission.REPAIRS_DISPATCH)
def cancel(repair_id: int) -> Response:
    """The repair is not to be made; the record stays."""
    return _with_reason(repair_id, Verb.CANCEL, operations.cancel)


def _hand_over(repair_id: int, verb: Verb) -> Response:
    def act(repair: Repair, form: Any, at: datetime) -> None:
        reason = form.reason.data if verb is Verb.TRANSFER else ""
        when = _instant(form.appointment_at.data)
        operations.dispatch(repair, find(Staff, form.staff_id.data), when, at, reason)

    return _carry_out(repair_id, verb, act)


def _with_reason(repair_id: int, verb: Verb, act: Callable[[Repair, str, datetime], None]) -> Response:
    return _carry_out(repair_id, verb, lambda repair, form, at: act(repair, form.reason.data, at))


def _carry_out(repair_id: int, verb: Verb, act: Callable[[Repair, Any, datetime], None]) -> Response:
    """Take one form: the move is made and the repair shown, or the reasons stand beside the fields."""
    repair = find(Repair, repair_id)
    expect(repair.version)
    if not rules.may(verb, _rights(), own=repair.assignee_id == person().id):
        raise RuleBroken("repair.not_yours")
    form, at = _form(verb, repair), captured_at()
    if not form.carried_out(lambda: act(repair, form, at)):
        return _shown(repair, verb, form)
    flash(str(forms.DONE_WORDS[verb]) % {"number": repair.number})
    return go("repairs.show", repair_id=repair.id)


def _form(verb: Verb, repair: Repair) -> Form:
    form = forms.FORMS[verb]()
    if isinstance(form, forms.DispatchForm):
        form.offer(register.workers(), repair.trade)
    return form


def _shown(repair: Repair, verb: Verb | None = None, form: Form | None = None) -> Response:
    own = repair.assignee_id == person().id
    offered = rules.offered(operations.moves(), repair.state, _rights(), own=own)
    if verb is None:
        asked = request.args.get("do", "")
        verb = next((one for one in offered if one == asked), _forward(offered))
    photos = shelf.attachments(unit(), Repair.__tablename__, [repair.id])[repair.id]
    source = cards.card_of(repair.source_kind) if repair.source_kind else None
    return page(
        "repairs/show.html",
        "matter",
        also=("dock", "log"),
        form=form,
        act=form or (_form(verb, repair) if verb else None),
        verb=verb,
        offered=offered,
        verbs=forms.VERBS,
        reasons=forms.REASONS.get(verb, ()) if verb else (),
        own=own,
        next=_what_next(repair),
        repair=repair,
        tones=TONES,
        responsible=RESPONSIBLES,
        sources=forms.SOURCE_WORDS,
        photos=[photo for photo in photos if photo.caption != operations.AFTER],
        photos_after=_by_round(repair, [photo for photo in photos if photo.caption == operations.AFTER]),
        people=register.people_to_call(repair.home_id),
        lines=[cards.told(entry) for entry in register.timeline(repair)],
        source_url=source.subject_url[repair.source_kind or ""](repair.source_id or 0)
        if source and allowed(source.permission)
        else None,
        source_label=source.label if source else None,
    )


def _by_round(repair: Repair, photos: Iterable[Attachment]) -> dict[int, list[Attachment]]:
    """The photos of the work by the round in which they were taken."""
    ends = [(ended.ended_at, ended.round) for ended in repair.rounds]
    found: dict[int, list[Attachment]] = defaultdict(list)
    for photo in photos:
        number = next((number for end, number in ends if photo.attached_at <= end), repair.round)
        found[number].append(photo)
    return found


def _what_next(repair: Repair) -> str:
    """Whose turn it is, in words."""
    name = repair.assignee.name if repair.assignee else ""
    match repair.state:
        case RepairState.REGISTERED | RepairState.REWORK:
            return _("等维修调度派单")
        case RepairState.DISPATCHED:
            return _("等 %(name)s 接单", name=name)
        case RepairState.ACCEPTED:
            return _("等 %(name)s 上门", name=name)
        case RepairState.ON_SITE:
            return _("%(name)s 正在维修", name=name)
        case RepairState.COMPLETED if rules.needs_recheck(repair.source):
            return _("等维修部主管复检")
        case RepairState.RECHECKED:
            return _("等业主再次验收、签字")
    return named(defaults().repairs.states[repair.state])


def _wanted(workers: list[Any]) -> tuple[Wanted, forms.FilterForm]:
    """The filters of the address. Who only works on own jobs sees these first."""
    mine = allowed(Permission.REPAIRS_WORK)
    only_mine = mine and not allowed(Permission.REPAIRS_DISPATCH)
    who = request.args.get("who", "mine" if only_mine else "all")
    form = forms.FilterForm(formdata=request.args, data={"who": who})
    form.trade.choices = [("", _("全部")), *labelled(defaults().repairs.trades.values())]
    people = [(str(worker.id), worker.name) for worker in workers]
    form.who.choices = [("all", _("全部")), *([("mine", _("我的"))] if mine else []), *people]
    group = request.args.get("group", register.ALL_OPEN)
    if group not in register.GROUPS:
        abort(404)
    assignee_id = person().id if who == "mine" else int(who) if who.isdigit() and len(who) < 10 else None
    words = (form.q.data or "").strip()
    return Wanted(group, form.trade.data or "", assignee_id, words), form


def _rights() -> frozenset[Permission]:
    return frozenset(permission for permission in Permission if allowed(permission))


def _next_verb(row: Any) -> Verb | None:
    """What this person may do next to a row of the register."""
    own = row.assignee_id == person().id
    return _forward(rules.offered(operations.moves(), row.state, _rights(), own=own))


def _forward(offered: tuple[Verb, ...]) -> Verb | None:
    return next((verb for verb in offered if verb in rules.FORWARD), None)


def _instant(local: datetime | None) -> datetime | None:
    """A time as somebody typed it, on the clocks of the instance."""
    return local.replace(tzinfo=clock.zone()) if local else None
