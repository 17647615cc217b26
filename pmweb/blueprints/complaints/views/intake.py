"""登记投诉: one page from the first word to clocks that run (P-4, P-11, P-14 to P-18, P-22, P-24)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.forms import CallForm, IntakeForm
from pmweb.blueprints.complaints.models import Complaint, SupervisorCall
from pmweb.blueprints.complaints.operations import intake
from pmweb.blueprints.complaints.operations.intake import Heard, callers
from pmweb.blueprints.complaints.operations.routing import handlers
from pmweb.blueprints.complaints.register import seen_by_me
from pmweb.blueprints.complaints.rules import ANONYMOUS, LevelId
from pmweb.blueprints.complaints.views.base import bp, roles_held
from pmweb.data import defaults
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models.homes import Home, homes_like
from pmweb.models.staff import Staff
from pmweb.web.access import allowed, find, person, requires
from pmweb.web.filters import named, until
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.COMPLAINTS_REGISTER)
def new() -> Response:
    """A complaint of a home (``?home=``), of what is everybody's (``?part=common``), or the home is looked up first.

    A GET with levels answers which deadlines would run, before anything is saved.
    """
    home_id, common = request.args.get("home", type=int), request.args.get("part") == "common"
    if home_id is None and not common:
        return page(
            "complaints/new.html", home=None, homes=homes_like(unit(), request.args.get("q", "")), form=None
        )
    home = find(Home, home_id) if home_id is not None else None
    known = home is not None and allowed(Permission.HOUSEHOLDS_READ)
    people, staff = callers(home) if home and known else [], handlers()
    form = IntakeForm(formdata=request.form if request.method == "POST" else request.args)
    form.offer(people, staff, home=home is not None)
    if request.method == "GET":  # what is measured is mostly measured now
        form.measured_at.data = form.measured_at.data or clock.local(clock.now()).replace(tzinfo=None)
    made: list[Complaint] = []

    def take() -> None:
        # received when it was written down; before whom it belongs learns of it when it arrives
        heard = _heard(form, home, people, captured_at())
        made.append(intake.take(heard, form.pictures.data, person(), at=clock.now()))

    if form.carried_out(take):
        flash(_("%(number)s：已登记，期限从受理时算起", number=made[0].number))
        return go("complaints.show", complaint_id=made[0].id)
    return page(
        "complaints/new.html",
        "step",
        "calm",
        "applies",
        form=form,
        home=home,
        homes=[],
        calm=CallForm(),
        call=_call_of(request.values.get("call", type=int)),
        similar=intake.similar(home.id, clock.now(), seen_by_me()) if home else [],
        preview=preview(form),
        rooms=defaults().complaints.meeting_rooms,
    )


@bp.post("/calm")
@requires(Permission.COMPLAINTS_REGISTER)
def calm() -> Response:
    """P-11: one tap calls the supervisor to a room apart; what is being written meanwhile stays as it is."""
    home_id = request.args.get("home", type=int)
    home = find(Home, home_id) if home_id is not None else None
    form = CallForm()
    made: list[SupervisorCall] = []

    def call() -> None:
        made.append(intake.call_supervisor(form.room.data, home, person(), _department(), captured_at()))

    if form.carried_out(call):
        return go(
            "complaints.new",
            home=home.id if home else None,
            part=None if home else "common",
            call=made[0].id,
        )
    return page("complaints/new.html", "calm", form=form, home=home, homes=[], calm=form, call=None)


@bp.post("/calls/<int:call_id>/came")
@requires(Permission.COMPLAINTS_DECIDE)
def came(call_id: int) -> Response:
    """P-11: the supervisor takes the resident to the room."""
    call = find(SupervisorCall, call_id)
    intake.came(call, person(), captured_at())
    flash(_("已记下您到场的时间"))
    if call.complaint_id is not None:
        return go("complaints.show", complaint_id=call.complaint_id)
    return go("complaints.call", call_id=call.id)


@bp.get("/calls/<int:call_id>")
@requires(Permission.COMPLAINTS_READ)
def call(call_id: int) -> Response:
    """Where the supervisor is awaited, and by whom (P-11)."""
    one = find(SupervisorCall, call_id)
    if one.called_by_id != person().id and not allowed(Permission.COMPLAINTS_READ_ALL):
        abort(404)
    return page(
        "complaints/call.html",
        call=one,
        room=defaults().complaints.meeting_rooms[one.room],
        home=find(Home, one.home_id) if one.home_id else None,
        called_by=unit().get(Staff, one.called_by_id),
        steps=defaults().complaints.agitated,
    )


def _department() -> str:
    """Whose supervisor is called: that of the station at which the resident stands."""
    return next((role.department for role in roles_held() if role.department), None) or rules.DESK


def _call_of(call_id: int | None) -> SupervisorCall | None:
    return find(SupervisorCall, call_id) if call_id is not None else None


@dataclass(frozen=True)
class Row:
    """One level before anything is saved: what it is for, and until when what would have to be done."""

    level: Any
    applies: bool
    facts: list[tuple[str, str]]


def preview(form: IntakeForm) -> list[Row]:
    """P-14 to P-16: the deadlines of every level from the reception; the gravest that was chosen applies (A-28)."""
    chosen = form.chosen_levels()
    gravest = rules.highest(chosen) if chosen else None
    received = clock.instant(form.received_at.data) or clock.now()
    own = clock.instant(form.resident_deadline.data)
    rows = []
    for level in defaults().complaints.levels.values():
        periods = {one.id: one for one in level.deadlines.values()}
        wanted = own if LevelId(level.id) is LevelId.MINOR else None
        due = rules.deadlines(periods.values(), received, clock.zone(), wanted)
        facts = [(named(periods[one.kind.value]), until(one.due_at)) for one in due]
        rows.append(Row(level, level.id == gravest, facts))
    return rows


def _heard(form: IntakeForm, home: Home | None, people: Sequence[Any], at: datetime) -> Heard:
    data = defaults().complaints
    who = next((one for one in people if str(one.person_id) == form.caller.data), None)
    named_department, _colon, staff_id = (form.responsible.data or "").partition(":")
    department = form.department.data or named_department or data.categories[form.category.data].department
    received = clock.instant(form.received_at.data) or at
    return Heard(
        channel=form.channel.data,
        station=_department(),
        home=home,
        place=form.place.data or "",
        anonymous=form.caller.data == ANONYMOUS,
        name=who.name if who else form.complainant_name.data or "",
        phone=who.mobile if who else form.complainant_phone.data or "",
        happened_at=clock.instant(form.happened_at.data) or received,
        received_at=received,
        category=form.category.data,
        department=department,
        against=find(Staff, int(form.against.data)) if form.against.data else None,
        against_name=form.against_name.data or "",
        description=form.description.data or "",
        demand=form.demand.data or "",
        levels=form.chosen_levels(),
        resident_deadline=clock.instant(form.resident_deadline.data),
        harm=form.harm.data,
        measure=form.immediate_measure.data or "",
        measured_at=clock.instant(form.measured_at.data),
        call_id=request.form.get("call", type=int),
        responsible=find(Staff, int(staff_id)) if staff_id else None,
    )
