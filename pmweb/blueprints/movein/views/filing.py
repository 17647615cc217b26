"""归档: the list of what the household file needs, what is missing, and the filing (M-19)."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb.blueprints.movein.flow import FLOW
from pmweb.blueprints.movein.forms.filing import FileForm, PlaceForm
from pmweb.blueprints.movein.names import PAPER_NAMES
from pmweb.blueprints.movein.operations import filing
from pmweb.blueprints.movein.operations.facts import CaseFile
from pmweb.blueprints.movein.rules import IDENTITY_PAPERS, Paper
from pmweb.blueprints.movein.views.base import bp, opened_case
from pmweb.domain.permissions import Permission
from pmweb.web.access import requires
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at


@bp.route("/<int:move_in_id>/filing", methods=["GET", "POST"], endpoint="filing")
@requires(Permission.MOVEIN_FILE)
def filing_page(move_in_id: int) -> Response:
    """归档: allowed when nothing is missing; open defects are asked about."""
    opened = opened_case(move_in_id)
    move_in, facts = opened.records.move_in, opened.facts
    FLOW.open_step("filing", facts)
    form = FileForm()

    def file() -> None:
        filing.file(
            move_in,
            facts,
            opened.file,
            accept_open_defects=bool(form.accept_open_defects.data),
            at=captured_at(),
        )

    if form.carried_out(file):
        flash(_("已归入户档案。"))
        return go("movein.show", move_in_id=move_in_id)
    return _filing_page(opened, form)


@bp.post("/<int:move_in_id>/filing/place")
@requires(Permission.MOVEIN_FILE)
def place(move_in_id: int) -> Response:
    """Say where the original or copy of a paper lies, or add its scan."""
    opened = opened_case(move_in_id)
    move_in = opened.records.move_in
    FLOW.open_step("filing", opened.facts)
    form = PlaceForm()

    def keep() -> None:
        scan = form.scan.data[0] if form.scan.data else None
        filing.keep_paper(move_in, Paper(form.kind.data), form.place.data or "", scan, at=captured_at())

    if form.carried_out(keep):
        return go("movein.filing", move_in_id=move_in_id)
    return _filing_page(opened, FileForm(formdata=None), place_form=form)


def _filing_page(opened: CaseFile, form: FileForm, place_form: PlaceForm | None = None) -> Response:
    return page(
        "movein/filing.html",
        "step",
        form=place_form or form,
        file_form=form,
        place_form=place_form,
        move_in=opened.records.move_in,
        facts=opened.facts,
        lines=opened.file,
        words=PAPER_NAMES,
        brought=[paper.value for paper in Paper],
        identity_papers=IDENTITY_PAPERS,
    )
