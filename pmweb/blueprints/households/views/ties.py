"""One tie between a person and a home: its details change, it ends."""

from __future__ import annotations

from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb.blueprints.households import operations
from pmweb.blueprints.households.forms import EndForm, PersonForm
from pmweb.blueprints.households.views.base import bp
from pmweb.domain.permissions import Permission
from pmweb.models.people import Tie
from pmweb.web import nouns
from pmweb.web.access import find, requires
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import expect


@bp.route("/ties/<int:tie_id>/edit", methods=["GET", "POST"])
@requires(Permission.HOUSEHOLDS_CHANGE)
def tie_edit(tie_id: int) -> Response:
    """Change the details that FM-01 knows of this tie: a share, a relation, a lease that was renewed."""
    tie = find(Tie, tie_id)
    form = PersonForm()
    form.for_tie(tie.kind, person=False)
    del form["since_on"]
    if request.method == "GET":
        form.show_tie(tie)
    else:
        expect(tie)
    if form.carried_out(lambda: operations.change_tie(tie, **form.tie_facts())):
        flash(_("已保存。"))
        return go("households.home", home_id=tie.home_id)
    return page("households/tie_edit.html", "entry", form=form, tie=tie, **_who(tie))


@bp.route("/ties/<int:tie_id>/end", methods=["GET", "POST"])
@requires(Permission.HOUSEHOLDS_CHANGE)
def tie_end(tie_id: int) -> Response:
    """Somebody left the home; the tie stays as history."""
    tie = find(Tie, tie_id)
    form = EndForm()
    if request.method == "POST":
        expect(tie)
    if form.carried_out(lambda: operations.end_tie(tie, form.on.data)):
        flash(_("已结束，历史保留。"))
        return go("households.home", home_id=tie.home_id)
    return page("households/tie_end.html", "entry", form=form, tie=tie, **_who(tie))


def _who(tie: Tie) -> dict[str, Any]:
    return {
        "home": tie.home,
        "kind_word": nouns.TIES[tie.kind],
    }
