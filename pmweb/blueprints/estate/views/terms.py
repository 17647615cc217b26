"""约定保修期: what the quality guarantee book of a building promises (WAR-4)."""

from __future__ import annotations

from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb.blueprints.estate.forms import TermForm, VoidTermForm
from pmweb.blueprints.estate.operations import terms as operations
from pmweb.blueprints.estate.views.base import bp
from pmweb.domain.permissions import Permission
from pmweb.models.homes import AgreedTerm, Building
from pmweb.web import nouns
from pmweb.web.access import find, requires
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at


@bp.get("/buildings/<int:building_id>/terms")
@requires(Permission.ESTATE_READ)
def terms(building_id: int) -> Response:
    """The terms that were agreed for a building."""
    return _shown(find(Building, building_id), TermForm(formdata=None))


@bp.post("/buildings/<int:building_id>/terms")
@requires(Permission.ESTATE_MANAGE)
def add_term(building_id: int) -> Response:
    """A term of the book."""
    building, form, at = find(Building, building_id), TermForm(), captured_at()
    if form.carried_out(
        lambda: operations.agree_term(
            building, form.category.data, int(form.value.data or 0), form.unit.data, at
        )
    ):
        flash(_("已记下，以后的报修按它判定"))
        return go("estate.terms", building_id=building.id)
    return _shown(building, form, refused=form)


@bp.post("/terms/<int:term_id>/void")
@requires(Permission.ESTATE_MANAGE)
def void_term(term_id: int) -> Response:
    """A term that was entered wrongly."""
    term, form, at = find(AgreedTerm, term_id), VoidTermForm(), captured_at()
    building = find(Building, term.building_id)
    if form.carried_out(lambda: operations.void_term(term, form.reason.data or "", at)):
        flash(_("已作废"))
        return go("estate.terms", building_id=building.id)
    return _shown(building, TermForm(formdata=None), refused=form, voiding=term)


def _shown(
    building: Building, form: TermForm, refused: Any = None, voiding: AgreedTerm | None = None
) -> Response:
    found = operations.terms_of(building)
    asked = request.args.get("void", type=int)
    return page(
        "estate/terms.html",
        "terms",
        form=refused,
        add=form,
        void_form=refused if isinstance(refused, VoidTermForm) else VoidTermForm(formdata=None),
        voiding=voiding or next((term for term in found if term.id == asked), None),
        terms=found,
        units=nouns.TERM_UNITS,
        building=building,
        title=nouns.building_title(building.name),
    )
