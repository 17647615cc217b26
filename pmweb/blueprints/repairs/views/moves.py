"""One repair, with the moves that this person may make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.repairs import asking, forms, register, rules
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import follow_ups, sources, work
from pmweb.blueprints.repairs.operations.moves import table
from pmweb.blueprints.repairs.operations.promises import nature_of
from pmweb.blueprints.repairs.price_forms import KIND_WORDS
from pmweb.blueprints.repairs.rules import RepairState, Verb
from pmweb.blueprints.repairs.views.base import TONES, bp, forward, rights
from pmweb.blueprints.repairs.views.estimates import costs_of
from pmweb.blueprints.repairs.views.judging import deciding, told_of
from pmweb.data import defaults
from pmweb.data.emergencies import Emergency
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal, shelf
from pmweb.models.files import Attachment, FileKind
from pmweb.models.staff import Staff
from pmweb.web import cards
from pmweb.web.access import allowed, find, person, requires
from pmweb.web.fields import Form
from pmweb.web.filters import listed, named
from pmweb.web.nouns import RESPONSIBLES
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at, expect

BACK = ("board", "mine")
"""Lists from which a job is moved on, and which are shown again afterwards."""


@bp.get("/<int:repair_id>")
@requires(Permission.REPAIRS_READ)
def show(repair_id: int) -> Response:
    """One repair: facts, photos, timeline, and the forms of the moves that this person may make."""
    return shown(find(Repair, repair_id))


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
    return _with_reason(repair_id, Verb.GIVE_BACK, work.give_back)


@bp.post("/<int:repair_id>/recall")
@requires(Permission.REPAIRS_DISPATCH)
def recall(repair_id: int) -> Response:
    """The dispatcher takes the job back."""
    return _with_reason(repair_id, Verb.RECALL, work.give_back)


@bp.post("/<int:repair_id>/accept")
@requires(Permission.REPAIRS_WORK)
def accept(repair_id: int) -> Response:
    """The repairer takes the job."""
    return _carry_out(repair_id, Verb.ACCEPT, lambda repair, _form, at: work.accept(repair, at))


@bp.post("/<int:repair_id>/arrive")
@requires(Permission.REPAIRS_WORK)
def arrive(repair_id: int) -> Response:
    """The repairer is on site."""
    return _carry_out(repair_id, Verb.ARRIVE, lambda repair, _form, at: work.arrive(repair, at))


@bp.post("/<int:repair_id>/wait")
@requires(Permission.REPAIRS_WORK)
def wait(repair_id: int) -> Response:
    """The work waits for something."""

    def act(repair: Repair, form: Any, at: datetime) -> None:
        work.wait(repair, form.kind.data, form.reason.data, at, form.until_on.data)

    return _carry_out(repair_id, Verb.WAIT, act)


@bp.post("/<int:repair_id>/resume")
@requires(Permission.REPAIRS_WORK)
def resume(repair_id: int) -> Response:
    """What it waited for is there."""

    def act(repair: Repair, form: Any, at: datetime) -> None:
        work.resume(repair, at, clock.instant(form.appointment_at.data))

    return _carry_out(repair_id, Verb.RESUME, act)


@bp.post("/<int:repair_id>/complete")
@requires(Permission.REPAIRS_WORK)
def complete(repair_id: int) -> Response:
    """The work is done, in words and photos."""

    def act(repair: Repair, form: Any, at: datetime) -> None:
        photos = [shelf.put(unit(), photo, FileKind.PHOTO, at=at).id for photo in form.photos.data]
        work.complete(repair, form.work_done.data, at, photos)

    return _carry_out(repair_id, Verb.COMPLETE, act)


@bp.post("/<int:repair_id>/recheck")
@requires(Permission.REPAIRS_RECHECK)
def recheck(repair_id: int) -> Response:
    """M-14: passed, or back to the dispatcher with the reason."""

    def act(repair: Repair, form: Any, at: datetime) -> None:
        work.recheck(repair, form.passed.data == "yes", form.note.data or "", at)

    return _carry_out(repair_id, Verb.RECHECK, act)


@bp.post("/<int:repair_id>/leak-test")
@requires(Permission.REPAIRS_WORK)
def leak_test(repair_id: int) -> Response:
    """A-21: passed, or back to the dispatcher with the reason."""

    def act(repair: Repair, form: Any, at: datetime) -> None:
        work.leak_test(repair, form.method.data, form.passed.data == "yes", form.note.data or "", at)

    return _carry_out(repair_id, Verb.LEAK_TEST, act)


@bp.post("/<int:repair_id>/follow-up")
@requires(Permission.REPAIRS_FOLLOW_UP)
def follow_up(repair_id: int) -> Response:
    """W-1 to W-6: what the resident said, or that nobody answered."""

    def act(repair: Repair, form: Any, at: datetime) -> None:
        follow_ups.follow_up(repair, form.heard(), person(), at)

    return _carry_out(repair_id, Verb.FOLLOW_UP, act)


@bp.post("/<int:repair_id>/check")
@requires(Permission.REPAIRS_CHECK)
def check(repair_id: int) -> Response:
    """The supervisor has looked at the follow-up."""

    def act(repair: Repair, form: Any, at: datetime) -> None:
        follow_ups.check(repair, form.note.data or "", person(), at)

    return _carry_out(repair_id, Verb.CHECK, act)


@bp.post("/<int:repair_id>/rework")
@requires(Permission.REPAIRS_RECHECK)
def rework(repair_id: int) -> Response:
    """The work did not hold: a new round."""
    return _with_reason(repair_id, Verb.REWORK, work.rework)


@bp.post("/<int:repair_id>/cancel")
@requires(Permission.REPAIRS_DISPATCH)
def cancel(repair_id: int) -> Response:
    """The repair is not to be made; the record stays."""
    return _with_reason(repair_id, Verb.CANCEL, work.cancel)


def _hand_over(repair_id: int, verb: Verb) -> Response:
    def act(repair: Repair, form: Any, at: datetime) -> None:
        reason = form.reason.data if verb is Verb.TRANSFER else ""
        when = clock.instant(form.appointment_at.data)
        work.dispatch(repair, find(Staff, form.staff_id.data), when, at, reason)

    return _carry_out(repair_id, verb, act)


def _with_reason(repair_id: int, verb: Verb, act: Callable[[Repair, str, datetime], None]) -> Response:
    return _carry_out(repair_id, verb, lambda repair, form, at: act(repair, form.reason.data, at))


def _carry_out(repair_id: int, verb: Verb, act: Callable[[Repair, Any, datetime], None]) -> Response:
    """Take one form: the move is made and the repair shown, or the reasons stand beside the fields."""
    repair = find(Repair, repair_id)
    expect(repair, lambda: journal.last_actor(unit(), repair))
    if not rules.may(verb, rights(), own=repair.assignee_id == person().id):
        raise RuleBroken("repair.not_yours")
    form, at = _form(verb, repair), captured_at()
    if not form.carried_out(lambda: act(repair, form, at)):
        return shown(repair, verb, form)
    name = repair.assignee.name if repair.assignee else ""
    flash(str(forms.DONE_WORDS[verb]) % {"number": repair.number, "name": name})
    if (back := request.form.get("back")) in BACK:
        return go(f"repairs.{back}", trade=request.form.get("trade") or None)
    return go("repairs.show", repair_id=repair.id)


def _form(verb: Verb, repair: Repair) -> Form:
    form = forms.FORMS[verb]()
    if isinstance(form, forms.DispatchForm):
        form.offer(register.workers(), repair.trade)
    if isinstance(form, asking.FollowUpForm):
        tried = [attempt.tried_at for attempt in follow_ups.attempts_of(repair)]
        days = rules.days_tried(tried, clock.zone())
        form.offer(follow_ups.askable(repair), repair.caller_name, days, late=_late(repair))
    return form


def shown(
    repair: Repair,
    verb: Verb | None = None,
    form: Form | None = None,
    refused: forms.DecideForm | None = None,
) -> Response:
    """The page of a repair; ``form`` is the refused form of the move ``verb``, ``refused`` that of the decision."""
    own = repair.assignee_id == person().id
    offered = rules.offered(table(), repair.state, rights(), own=own, nature=nature_of(repair))
    if verb is None:
        asked = request.args.get("do", "")
        verb = next((one for one in offered if one == asked), forward(offered))
    elif not offered:
        offered = (verb,)  # refused, and the page has to say why
    before, after = sources.photos_of([repair.id])[repair.id]
    source = cards.card_of(repair.source_kind) if repair.source_kind else None
    entries = register.timeline(repair)
    return page(
        "repairs/show.html",
        "matter",
        also=("dock", "log", "who"),
        form=form or refused,
        **deciding(repair, entries, refused),
        act=form or (_form(verb, repair) if verb else None),
        verb=verb,
        lane=f"repairs/{repair.id}" if verb and rules.on_site(verb) else None,
        ahead=_ahead(repair, verb, own=own),
        ahead_words=listed(forms.VERBS[one] for one in rules.AHEAD.get(verb, ())) if verb else "",
        offered=offered,
        verbs=forms.VERBS,
        reasons=forms.REASONS.get(verb, ()) if verb else (),
        own=own,
        next=forms.HINTS[verb] if verb in forms.HINTS else _what_next(repair),
        due_of=_due_words(repair),
        followed=register.followed(repair),
        asking=asking,
        follow_up_late=_late(repair),
        beside=register.to_dispatch_beside(repair) if allowed(Permission.REPAIRS_DISPATCH) else [],
        repair=repair,
        emergency=_emergency(repair),
        photo_needed=work.needs_photo(repair),
        tones=TONES,
        responsible=RESPONSIBLES,
        sources=forms.SOURCE_WORDS,
        judged=told_of(repair) if repair.verdict else None,
        photos=before,
        photos_after=_by_round(repair, after),
        people=register.people_to_call(repair.home_id),
        lines=[cards.told(entry) for entry in entries],
        source_url=source.subject_url[repair.source_kind or ""](repair.source_id or 0)
        if source and allowed(source.permission)
        else None,
        costs=costs_of(repair),
        kinds=KIND_WORDS,
        sign_url=_sign_url(repair, own=own),
        source_label=source.label if source else None,
    )


def _ahead(repair: Repair, verb: Verb | None, *, own: bool) -> list[tuple[Verb, Form]]:
    """What a repairer will record next: kept on the device while there is no signal, sent in order."""
    following = rules.AHEAD.get(verb, ()) if verb and own else ()
    return [(one, _form(one, repair)) for one in following]


def _emergency(repair: Repair) -> Emergency | None:
    """What is done first, as long as the work is still to be done."""
    going_on = repair.state in (*rules.GROUPS["dispatch"], *rules.TO_DO)
    return defaults().emergencies.by_category.get(repair.category or "") if going_on else None


def _sign_url(repair: Repair, *, own: bool) -> str | None:
    """Where this person asks the resident to sign, once the work order waits for nothing else (M-18)."""
    nature = nature_of(repair)
    owed = repair.amount is not None and repair.estimate_accepted_at is not None
    here = rules.signed_here(repair.state, nature) and (owed or not nature.paid)
    return (
        url_for("repairs.sign", repair_id=repair.id)
        if here and rules.may_ask_to_sign(rights(), own=own)
        else None
    )


def _late(repair: Repair) -> bool:
    return rules.is_follow_up_late(repair.follow_up_due_at, clock.now())


def _due_words(repair: Repair) -> dict[RepairState, Any]:
    """What is due at the repair: after the work it depends on its nature."""
    nature = nature_of(repair)
    if rules.may_follow_up(repair.state, nature):
        return {repair.state: forms.DUE_WORDS[RepairState.SIGNED]}
    if rules.signed_here(repair.state, nature):
        return {repair.state: forms.DUE_WORDS[RepairState.RECHECKED]}
    return forms.DUE_WORDS


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
        case RepairState.COMPLETED if nature_of(repair).leak:
            return _("等试漏")
        case state if rules.may_follow_up(state, nature_of(repair)):
            return _("等客服回访")
        case state if rules.signed_here(state, nature_of(repair)):
            return _("等 %(name)s 请业主在工作单上签字", name=name)
        case RepairState.RECHECKED:
            return _("等业主再次验收、签字")
        case RepairState.FOLLOWED_UP:
            return _("等主管看过回访结果")
    return named(defaults().repairs.states[repair.state])
