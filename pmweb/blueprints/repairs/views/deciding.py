"""保修改判: the decision of the register is changed, with the reason (R-3, FM-07)."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb.blueprints.repairs.forms import DecideForm
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations.verdict import decide_again
from pmweb.blueprints.repairs.views.base import bp
from pmweb.blueprints.repairs.views.moves import shown
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models import journal
from pmweb.web.access import find, requires
from pmweb.web.pages import go
from pmweb.web.unit_of_work import captured_at, expect


@bp.post("/<int:repair_id>/decide")
@requires(Permission.REPAIRS_DISPATCH)
def decide(repair_id: int) -> Response:
    """R-3: free or paid after all, and why."""
    repair = find(Repair, repair_id)
    expect(repair, lambda: journal.last_actor(unit(), repair))
    form, at = DecideForm(), captured_at()
    if form.carried_out(
        lambda: decide_again(
            repair, form.verdict.data, form.reason.data or "", at, form.exclusion.data or None
        )
    ):
        flash(_("%(number)s：判定已更改", number=repair.number))
        return go("repairs.show", repair_id=repair.id)
    return shown(repair, refused=form)
