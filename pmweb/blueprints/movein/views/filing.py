"""归档: the list of what the household file needs, what is missing, and the filing (M-19)."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
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
from pmweb.domain.workflow import RuleBroken
from pmweb.web.access import requires
from pmweb.web.fields import Together
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at, expect
from pmweb.web.wording import worded

Places = dict[Paper, PlaceForm]


@bp.route("/<int:move_in_id>/filing", methods=["GET", "POST"], endpoint="filing")
@requires(Permission.MOVEIN_FILE)
def filing_page(move_in_id: int) -> Response:
    """归档: where each paper lies; allowed when nothing is missing, open defects are asked about.

    Both buttons keep the places that were written; one of them also files.
    """
    opened = opened_case(move_in_id)
    if request.method == "GET" and (why := FLOW.reason("filing", opened.facts)):
        flash(worded(why), "wait")  # 今日 leads here, whatever happened since
        return redirect(url_for("movein.show", move_in_id=move_in_id))
    FLOW.open_step("filing", opened.facts)
    places, form = _places(opened), FileForm()
    if request.method == "POST":
        expect(lambda: _version(opened))
        if _kept(opened, places, form):
            return _go_on(move_in_id, form)
    return page(
        "movein/filing.html",
        "step",
        form=Together([*places.values(), form]) if request.method == "POST" else None,
        file_form=form,
        places={paper.value: place for paper, place in places.items()},
        version=_version(opened),
        move_in=opened.records.move_in,
        facts=opened.facts,
        lines=opened.file,
        words=PAPER_NAMES,
        brought=[paper.value for paper in Paper],
        identity_papers=IDENTITY_PAPERS,
    )


def _go_on(move_in_id: int, form: FileForm) -> Response:
    """The places are kept; then the other button has done its work, and the one of the dock files.

    What a rule says against the filing is said on a fresh page, for the places stay where they were written.
    """
    if "button" in request.form:
        flash(_("已保存。"))
        return go("movein.filing", move_in_id=move_in_id)
    try:
        _file(move_in_id, form)
    except RuleBroken as broken:
        flash(_("还没有归档：%(why)s", why=worded(broken)), "bad")
        return go("movein.filing", move_in_id=move_in_id)
    flash(_("已归入户档案。"))
    return go("movein.show", move_in_id=move_in_id)


def _version(opened: CaseFile) -> int:
    """Of the papers that were brought: versions only grow."""
    return sum(paper.version for paper in opened.records.brought.values())


def _places(opened: CaseFile) -> Places:
    """A form for each paper that was brought and goes into the file."""
    known = {line.kind: line.place for line in opened.file}
    return {
        paper: PlaceForm(prefix=f"{paper.value}-", data={"place": known[paper.value]})
        for paper in Paper
        if paper.value in known
    }


def _kept(opened: CaseFile, places: Places, form: FileForm) -> bool:
    """Keep everything that was written about the papers, or nothing of it."""
    filled = {paper: place for paper, place in places.items() if place.filled()}
    if not Together([*filled.values(), form]).validate():
        return False
    return all(place.carried_out(_keep(opened, paper, place)) for paper, place in filled.items())


def _keep(opened: CaseFile, paper: Paper, place: PlaceForm) -> Callable[[], None]:
    move_in, said = opened.records.move_in, place.place.data or ""
    return lambda: filing.keep_paper(move_in, paper, said, place.the_scan(), at=captured_at())


def _file(move_in_id: int, form: FileForm) -> None:
    """File what lies there now, with the places that were just written."""
    opened = opened_case(move_in_id)
    filing.file(
        opened.records.move_in,
        opened.facts,
        opened.file,
        accept_open_defects=bool(form.accept_open_defects.data),
        at=captured_at(),
    )
