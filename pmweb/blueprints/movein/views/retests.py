"""待测项补测: what was signed untested is tested on its day (M-9)."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb.blueprints.movein.forms.retests import RetestForm
from pmweb.blueprints.movein.models import AcceptanceItem, MoveIn
from pmweb.blueprints.movein.operations import acceptance, retests
from pmweb.blueprints.movein.rules import Severity
from pmweb.blueprints.movein.views.base import bp, paper_room_names, room_names, the_case
from pmweb.data import defaults
from pmweb.domain.permissions import Permission
from pmweb.web.access import requires
from pmweb.web.fields import Together
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at, expect

Forms = dict[int, RetestForm]


@bp.get("/<int:move_in_id>/retests", endpoint="retests")
@requires(Permission.MOVEIN_READ)
def show_retests(move_in_id: int) -> Response:
    """Each line that was signed untested: why, until when, and what came of it."""
    move_in = the_case(move_in_id)
    lines = _lines(move_in)
    return _page(move_in, lines, _forms(lines))


@bp.post("/<int:move_in_id>/retests")
@requires(Permission.MOVEIN_INSPECT)
def settle_retests(move_in_id: int) -> Response:
    """Take what was said about any of them; a line that failed becomes a work order (M-12)."""
    move_in = the_case(move_in_id)
    lines = _lines(move_in)
    expect(lambda: _version(lines))
    forms = _forms(lines)
    said = {item: forms[item.id] for item in lines if item.id in forms and forms[item.id].filled()}
    fits = Together(list(said.values())).validate()
    if fits and all(form.carried_out(_settle(move_in, item, form)) for item, form in said.items()):
        flash(_("补测结果已记下。") if said else _("还没有写补测结果。"), "message" if said else "wait")
        return go("movein.show" if len(said) == len(forms) else "movein.retests", move_in_id=move_in_id)
    return _page(move_in, lines, forms)


def _lines(move_in: MoveIn) -> list[AcceptanceItem]:
    """None before the first signature: until then they are lines of the sheet like all others."""
    sheet = acceptance.sheet_of(move_in, 1)
    return (
        retests.untested(acceptance.items_of(sheet))
        if sheet is not None and sheet.closed_at is not None
        else []
    )


def _forms(lines: list[AcceptanceItem]) -> Forms:
    """A form for each line that waits, named by its place on the sheet."""
    return {item.id: RetestForm(prefix=f"line-{item.position}-") for item in retests.waiting(lines)}


def _version(lines: list[AcceptanceItem]) -> int:
    """How many wait: a line that a colleague has settled meanwhile makes the page an old one."""
    return len(retests.waiting(lines))


def _settle(move_in: MoveIn, item: AcceptanceItem, form: RetestForm) -> Callable[[], None]:
    def act() -> None:
        retests.settle(
            move_in,
            item,
            passed=form.passed.data == "yes",
            note=form.note.data or "",
            severity=Severity(form.severity.data),
            photos=form.photos.data,
            places=paper_room_names(acceptance.first_sheet(move_in)),
            checklist=defaults().acceptance,
            at=captured_at(),
        )

    return act


def _page(move_in: MoveIn, lines: list[AcceptanceItem], forms: Forms) -> Response:
    return page(
        "movein/retests.html",
        "step",
        form=Together(list(forms.values())) if request.method == "POST" else None,
        move_in=move_in,
        lines=lines,
        forms=forms,
        version=_version(lines),
        names=room_names(acceptance.first_sheet(move_in)) if lines else {},
    )
