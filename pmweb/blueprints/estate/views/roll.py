"""The import of a home roll: upload, look at what was read, confirm, written piece by piece, done.

Each piece is a POST of its own. htmx sends the next one when the answer to the last is on the screen; without it
there is a button. What was written stays, whatever happens to the rest.
"""

from __future__ import annotations

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import pgettext
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.estate import register, rules
from pmweb.blueprints.estate.forms import UploadForm
from pmweb.blueprints.estate.models import RollImport
from pmweb.blueprints.estate.operations import imports
from pmweb.blueprints.estate.roll.report import HEADS, report_rows
from pmweb.blueprints.estate.rules import ImportState
from pmweb.blueprints.estate.tray import Gone
from pmweb.blueprints.estate.views import reading
from pmweb.blueprints.estate.views.base import bp
from pmweb.domain.permissions import Permission
from pmweb.web import nouns, uploads
from pmweb.web.access import find, requires
from pmweb.web.pages import go, page
from pmweb.web.registers import workbook
from pmweb.web.unit_of_work import expect

SHOWN = 100
"""Rows of one kind that the page shows; the report has all."""
FIRST = 8
"""Homes that the preview shows, as they would be written."""

uploads.read_with("estate.upload", "workbook", reading.read_upload)


@bp.route("/import", methods=["GET", "POST"])
@requires(Permission.ESTATE_IMPORT)
def upload() -> Response:
    """Bring a workbook: it is read at once, nothing is written before somebody has seen what was read."""
    form = UploadForm()
    made: list[RollImport] = []

    def keep() -> None:
        assert form.workbook.data is not None
        made.append(reading.keep(form.workbook.data))

    if form.carried_out(keep):
        return go("estate.roll", import_id=made[0].id)
    return page("estate/upload.html", "entry", form=form, imports=register.imports(), state=_state)


@bp.get("/import/<int:import_id>")
@requires(Permission.ESTATE_IMPORT)
def roll(import_id: int) -> Response:
    """One import as far as it is: the preview, the progress, or what came of it."""
    brought = find(RollImport, import_id)
    running = brought.state is ImportState.RUNNING
    told: reading.Told | None = None
    over = brought.state is ImportState.WAITING and _is_over(brought)
    if not running and not over and brought.state is not ImportState.DROPPED:
        try:
            told = reading.tell(brought)
        except Gone:
            over = brought.state is ImportState.WAITING
    return page(
        "estate/roll.html",
        *(["progress"] if running else []),
        brought=brought,
        told=told,
        over=over,
        rows=told.figures if told else None,
        language=reading.language(),
        shown=SHOWN,
        first=told.first.homes[:FIRST] if told else (),
        state=_state,
        words=nouns,
    )


@bp.post("/import/<int:import_id>/start")
@requires(Permission.ESTATE_IMPORT)
def start(import_id: int) -> Response:
    """Somebody has looked at the preview and says yes."""
    brought = find(RollImport, import_id)
    expect(brought)
    imports.start(brought)
    return go("estate.roll", import_id=brought.id)


@bp.post("/import/<int:import_id>/next")
@requires(Permission.ESTATE_IMPORT)
def go_on(import_id: int) -> Response:
    """Write the next piece; one that is written already, by another page of this import, is only passed over."""
    brought = find(RollImport, import_id)
    number = brought.done
    if brought.state is not ImportState.RUNNING or request.form.get("piece") != str(number):
        return go("estate.roll", import_id=brought.id)
    tray = reading.tray_of(brought)
    try:
        piece = reading.piece_on(tray, number)
    except Gone:
        imports.drop(brought)
        flash(
            _("这份文件的内容已经不在服务器上，没有继续。请重新上传同一个文件，会从断的地方接着导入。"), "bad"
        )
        return go("estate.roll", import_id=brought.id)
    reading.keep_result(tray, number, imports.go_on(brought, piece).outcomes)
    pieces = brought.pieces if brought.done == brought.pieces else 0
    answer = go("estate.roll", import_id=brought.id)
    reading.forget_pieces(tray, pieces)
    return answer


@bp.post("/import/<int:import_id>/drop")
@requires(Permission.ESTATE_IMPORT)
def drop(import_id: int) -> Response:
    """Nobody wants the file, or the rest of it; what was written stays."""
    brought = find(RollImport, import_id)
    expect(brought)
    imports.drop(brought)
    flash(_("已作废，已经写入的内容保留。") if brought.done else _("已作废，什么都没有写入。"))
    tray = reading.tray_of(brought)
    answer = go("estate.upload")
    tray.clear()
    return answer


@bp.get("/import/<int:import_id>/report.xlsx")
@requires(Permission.ESTATE_IMPORT)
def report(import_id: int) -> Response:
    """What became of every row, in both languages, as long as it is kept."""
    brought = find(RollImport, import_id)
    try:
        told = reading.tell(brought)
    except Gone:
        flash(_("逐行结果只保留 7 天，这份已经没有了。"), "bad")
        return go("estate.roll", import_id=brought.id)
    return workbook(_("逐行结果"), HEADS, report_rows([*told.lines, *told.others]))


def _is_over(brought: RollImport) -> bool:
    return rules.is_over(brought.state, brought.uploaded_at, clock.now())


def _state(brought: RollImport) -> tuple[str, str]:
    """The state of an import in a word, with its tone."""
    if brought.state is ImportState.WAITING and _is_over(brought):
        return _("已过期"), "plain"
    return {
        ImportState.WAITING: (_("待确认"), "wait"),
        ImportState.RUNNING: (_("导入中"), "now"),
        ImportState.DONE: (_("已完成"), "ok"),
        ImportState.DROPPED: (pgettext("import", "已作废"), "plain"),
    }[brought.state]
