"""报修登记: one screen from the call to the work order (R-1 to R-5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.repairs.forms import IntakeForm
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations.intake import Call, callers, facts_of, take_call
from pmweb.blueprints.repairs.operations.places import place_of
from pmweb.blueprints.repairs.rules import Part, RepairSource
from pmweb.blueprints.repairs.views.base import bp
from pmweb.blueprints.repairs.views.judging import Told, told
from pmweb.data import defaults
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models.homes import Home, homes_like
from pmweb.web.access import find, person, requires
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at


@dataclass(frozen=True)
class Scanned:
    """The code of a label, and what the place is called; nothing where no place has it."""

    code: str
    label: str


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.REPAIRS_REGISTER)
def new() -> Response:
    """The call: of a home (``?home=``), of a common part (``?part=common``), or the home is looked up first.

    ``&place=`` is the code of a label. A GET with a category answers what the warranty says of it, before anything is
    saved.
    """
    home_id, common = request.args.get("home", type=int), request.args.get("part") == Part.COMMON
    if home_id is None and not common:
        return page(
            "repairs/new.html", home=None, homes=homes_like(unit(), request.args.get("q", "")), form=None
        )
    home = find(Home, home_id) if home_id is not None else None
    people = callers(home) if home else []
    form, scanned = _form(common=common)
    form.offer(people, home=home is not None)
    made: list[Repair] = []
    if form.carried_out(
        lambda: made.append(take_call(_call(form, home, people), form.photos.data, at=captured_at()))
    ):
        repair = made[0]
        flash(_("%(number)s：已登记", number=repair.number))
        return go("repairs.show", repair_id=repair.id)
    return page(
        "repairs/new.html",
        "step",
        "verdict",
        form=form,
        home=home,
        scanned=scanned,
        homes=[],
        told=_told(form, home),
    )


def _form(*, common: bool) -> tuple[IntakeForm, Scanned | None]:
    """The form, and the public place whose label was scanned (``?place=<code>``): whoever scans it is on the way there.

    In an address ``place`` is the code, in the form it is what the office wrote.
    """
    code = request.args.get("place", "") if common else ""
    place = place_of(code) if code else None
    scanned = Scanned(code, place.label if place else "") if code else None
    if request.method == "POST":
        return IntakeForm(formdata=request.form), scanned
    asked = request.args.copy()
    asked.poplist("place")
    if place is not None:
        asked.setdefault("place", place.label)
        asked.setdefault("source", RepairSource.PATROL.value)
    return IntakeForm(formdata=asked), scanned


def _told(form: IntakeForm, home: Home | None) -> Told | None:
    """What the warranty says of what is chosen so far."""
    if form.category.data not in defaults().repairs.categories or form.part.data not in list(Part):
        return None
    exclusion = form.exclusion.data if form.exclusion.data in defaults().warranty.exclusions else None
    return told(facts_of(home, Part(form.part.data), form.category.data, exclusion, clock.today()))


def _call(form: IntakeForm, home: Home | None, people: Any) -> Call:
    who = next((one for one in people if str(one.person_id) == form.caller.data), None)
    source = RepairSource(form.source.data)
    reporter = person().name if source is RepairSource.PATROL else ""
    return Call(
        source=source,
        home=home,
        part=Part(form.part.data),
        place=form.place.data or "",
        category=form.category.data,
        description=form.description.data or "",
        caller_name=who.name if who else form.caller_name.data or reporter,
        caller_phone=who.mobile if who else form.caller_phone.data or "",
        exclusion=form.exclusion.data or None,
        preferred_from=clock.instant(form.preferred_from.data),
        preferred_to=clock.instant(form.preferred_to.data),
        entry_allowed=form.entry_allowed.data,
    )
