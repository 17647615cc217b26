"""Looking at photos and scans: the bytes come from the shelf, after the right has been checked."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.archive import operations, rules
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.files import Attachment, StoredFile
from pmweb.models.pictures import JPEG, PDF, PNG
from pmweb.web import cards
from pmweb.web.access import allowed, find, requires
from pmweb.web.pages import page
from pmweb.web.unit_of_work import settle, write_in_a_get

archive = Blueprint("archive", __name__, url_prefix="/archive")

PURPOSES = {
    rules.Purpose.CHECK: _l("核对证件"),
    rules.Purpose.FILING: _l("整理归档"),
    rules.Purpose.REQUEST: _l("应本人要求"),
    rules.Purpose.AUTHORITY: _l("有关机关调取"),
}
_ENDINGS = {JPEG: "jpg", PNG: "png", PDF: "pdf"}
_SANDBOX = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"
"""What came from outside gets no origin, no scripts, no forms; styles are those of the browser's viewer."""
_KEPT_BY_THE_BROWSER = "private, max-age=31536000, immutable"
_ASKED_EACH_TIME = "private, no-cache"
_NEVER_KEPT = "private, no-store"


@archive.get("/files/<int:file_id>")
@requires(Permission.TODAY)
def file(file_id: int) -> Response:
    """The file itself. An identity scan asks for a purpose first, and the look is logged (PRI-5)."""
    stored = _openable(file_id)
    if not rules.is_logged(stored.kind):
        return _sent(stored, stored.media_type, shelf.read)
    purpose = rules.purpose(request.args.get("purpose"))
    if purpose is None:
        return redirect(url_for("archive.view", file_id=file_id))
    response = _sent(stored, stored.media_type, shelf.read)
    write_in_a_get()
    operations.log_look(unit(), stored, purpose, at=clock.now())
    settle(accepted=True)
    return response


@archive.get("/files/<int:file_id>/thumbnail")
@requires(Permission.TODAY)
def thumbnail(file_id: int) -> Response:
    """A small JPEG for lists; 404 for what has none. Never logged, never of an identity scan."""
    stored = _openable(file_id)
    if not rules.has_thumbnail(stored.kind):
        abort(404)
    return _sent(stored, JPEG, shelf.read_thumbnail, "-small")


@archive.get("/files/<int:file_id>/view")
@requires(Permission.TODAY)
def view(file_id: int) -> Response:
    """The file on a page with a way back; for an identity scan, the question what it is opened for."""
    stored = _openable(file_id)
    return page(
        "archive/view.html",
        file=stored,
        is_logged=rules.is_logged(stored.kind),
        purposes=PURPOSES,
        back=_back(),
    )


def _openable(file_id: int) -> StoredFile:
    """The file of this estate, if the person may open it: 404 or 403 otherwise."""
    stored = find(StoredFile, file_id)
    said = _said_by_its_room(stored)
    if said is None and not (allowed(Permission.FILES_READ) and rules.may_open(stored.kind, allowed)):
        abort(403)
    if said is False:
        abort(404)
    return stored


def _said_by_its_room(stored: StoredFile) -> bool | None:
    """What the room says of whose matter the file is; None where it leaves that to the right to read files."""
    query = select(Attachment.subject_kind, Attachment.subject_id).where(Attachment.file_id == stored.id)
    said = None
    for kind, subject_id in unit().execute(query):
        card = cards.card_of(kind)
        opens = card.opens.get(kind) if card else None
        if opens is not None:
            said = bool(said) or opens(subject_id)
    return said


def _sent(
    stored: StoredFile, media_type: str, read: Callable[[StoredFile], bytes | None], suffix: str = ""
) -> Response:
    """The bytes with the headers that fit their kind, or 304 when the browser has them already."""
    tag = stored.sha256 + suffix
    logged = rules.is_logged(stored.kind)
    if not logged and request.if_none_match.contains(tag):
        response = Response(status=304)
    else:
        response = Response(_read(stored, read), mimetype=media_type)
        name = f"{stored.kind}-{stored.id}{suffix}.{_ENDINGS[media_type]}"
        response.headers["Content-Disposition"] = f'inline; filename="{name}"'
        response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = _SANDBOX
    if logged:
        response.headers["Cache-Control"] = _NEVER_KEPT
        return response
    response.set_etag(tag)
    kept = stored.kind == rules.PHOTO
    response.headers["Cache-Control"] = _KEPT_BY_THE_BROWSER if kept else _ASKED_EACH_TIME
    return response


def _read(stored: StoredFile, read: Callable[[StoredFile], bytes | None]) -> bytes:
    try:
        data = read(stored)
    except shelf.Unreadable as fault:
        current_app.logger.exception("file %s of estate %s is unreadable", stored.id, stored.estate_id)
        raise RuleBroken("file.unreadable") from fault
    if data is None:
        abort(404)
    return data


def _back() -> str:
    """Where the person came from, if that was a page of ours; else 今日."""
    came = request.referrer or ""
    ours = came.startswith(request.host_url) and not came.startswith(request.base_url)
    return came if ours else "/"
