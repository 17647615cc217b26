"""公共部位二维码: the public places of the estate, and their labels on paper (R-1, FM-07)."""

from __future__ import annotations

from typing import Any

import segno
from flask import flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from pmweb.blueprints.repairs.forms import PlaceForm, VoidPlaceForm
from pmweb.blueprints.repairs.models import PublicPlace
from pmweb.blueprints.repairs.operations import places as operations
from pmweb.blueprints.repairs.rules import Part
from pmweb.blueprints.repairs.views.base import bp
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models.homes import Building
from pmweb.web.access import find, requires
from pmweb.web.nouns import building_title
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at, expect


@bp.get("/places")
@requires(Permission.REPAIRS_READ)
def places() -> Response:
    """The places, and where a new one is added."""
    return _shown(_place_form())


@bp.post("/places")
@requires(Permission.REPAIRS_DISPATCH)
def add_place() -> Response:
    """A place with its code."""
    form, at = _place_form(), captured_at()

    def act() -> None:
        building = find(Building, int(form.building.data)) if form.building.data else None
        operations.add_place(form.name.data or "", building, at)

    if form.carried_out(act):
        flash(_("已添加，打印标签后贴到现场"))
        return go("repairs.places")
    return _shown(form, refused=form)


@bp.post("/places/<int:place_id>/void")
@requires(Permission.REPAIRS_DISPATCH)
def void_place(place_id: int) -> Response:
    """A place that is no more: its label leads nowhere."""
    place, form, at = find(PublicPlace, place_id), VoidPlaceForm(), captured_at()
    expect(place)
    if form.carried_out(lambda: operations.void_place(place, form.reason.data or "", at)):
        flash(_("已停用，请把现场的标签撕掉"))
        return go("repairs.places")
    return _shown(_place_form(), refused=form, voiding=place)


@bp.get("/places/labels")
@requires(Permission.REPAIRS_READ)
def place_labels() -> Response:
    """The labels on A4, to be cut out: whoever of the office scans one reports what is broken there."""
    labels = [(place, _drawn(place)) for place in operations.places()]
    return page("repairs/place_labels.html", labels=labels)


def _drawn(place: PublicPlace) -> str:
    """The QR of the intake of this place, as SVG; the address is that under which the office is open now."""
    address = url_for("repairs.new", part=Part.COMMON.value, place=place.code, _external=True)
    return segno.make(address, error="m").svg_inline(scale=1, border=0, omitsize=True)


def _place_form() -> PlaceForm:
    form = PlaceForm(formdata=request.form if request.endpoint == "repairs.add_place" else None)
    buildings = unit().execute(select(Building.id, Building.name).order_by(Building.name)).all()
    form.building.choices = [
        ("", _("不分楼栋")),
        *((str(row.id), building_title(row.name)) for row in buildings),
    ]
    return form


def _shown(form: PlaceForm, refused: Any = None, voiding: PublicPlace | None = None) -> Response:
    found = operations.places()
    asked = request.args.get("void", type=int)
    return page(
        "repairs/places.html",
        "places",
        form=refused,
        add=form,
        voiding=voiding or next((place for place in found if place.id == asked), None),
        void_form=refused if isinstance(refused, VoidPlaceForm) else VoidPlaceForm(formdata=None),
        places=found,
        building_title=building_title,
    )
