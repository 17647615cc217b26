"""What a device asks for by itself: who is signed in, what to take along, what runs without signal (offline.md)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from flask import current_app, jsonify, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from pmweb import assets
from pmweb.blueprints.home.views.base import bp
from pmweb.blueprints.home.views.today import open_promises
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models.tasks import Task
from pmweb.web import cards
from pmweb.web.access import allowed, public, requires
from pmweb.web.pages import page

MATTERS = 30
"""So many are taken along at most, those that are due first."""


@bp.get("/session/ping")
@public
def ping() -> Response:
    """``{pmweb, uid, csrf}``: the body is checked, so that the page of a captive portal does not count as signal.

    ``uid`` is the member of the office who is signed in, ``csrf`` the token of that session as it is now; null where
    nobody is.
    """
    known = bool(current_user.is_authenticated)
    return jsonify(pmweb=1, uid=current_user.id if known else None, csrf=generate_csrf() if known else None)


@bp.get("/offline")
@public
def offline() -> Response:
    """待发送: what waits on this device; also what stands in for a page that cannot be reached."""
    return page("home/offline.html")


@bp.get("/offline/package")
@requires(Permission.TODAY)
def package() -> Response:
    """``[{url, version}]``: the pages that this person takes along, of one matter (``?kind=…&id=…``) or of 今日.

    A version that the device has already is not fetched again; an empty one always is.
    """
    wanted = _wanted()
    pages = {} if "kind" in request.args else {"/": "", url_for("home.offline"): ""}
    if "kind" not in request.args:
        for at_hand in [one.at_hand for one in cards.cards() if one.at_hand is not None]:
            pages |= at_hand()
    for kind, ids in wanted.items():
        card = cards.card_of(kind)
        if card is not None and card.on_site is not None and allowed(card.permission):
            pages |= card.on_site(ids)
    ours = _version_of([_address(name) for name in _SHELL])  # a page names the scripts of its day
    return jsonify(
        [{"url": url, "version": version and f"{version} {ours}"} for url, version in pages.items()]
    )


def _wanted() -> dict[str, list[int]]:
    """The matters by kind."""
    kind, matter = request.args.get("kind"), request.args.get("id", type=int)
    if kind is not None:
        return {kind: [matter] if matter is not None else []}
    query = (
        select(Task.subject_kind, Task.subject_id)
        .where(open_promises())
        .group_by(Task.subject_kind, Task.subject_id)
        .order_by(func.min(Task.due_at), Task.subject_kind, Task.subject_id)
        .limit(MATTERS)
    )
    found: dict[str, list[int]] = {}
    for subject_kind, subject_id in unit().execute(query):
        found.setdefault(subject_kind, []).append(subject_id)
    return found


@bp.get("/sw.js")
@public
def worker() -> Response:
    """The service worker, with the addresses of the files that it keeps; another list is another version of it."""
    folder = Path(current_app.static_folder or "")
    kept = [_address(name) for name in _SHELL]
    text = (folder / "sw.js").read_text(encoding="utf-8")
    head = f"const VERSION = {json.dumps(_version_of([*kept, text]))}, SHELL = {json.dumps(kept)};\n"
    answer = current_app.response_class(head + text, mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _address(name: str) -> str:
    return url_for("static", filename=name)


def _version_of(parts: list[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


_VENDOR = ("htmx.min.js", "signature_pad.min.js")
_SHELL = (
    *(f"built/{name}" for name in assets.JOINED),
    *(f"vendor/{name}" for name in _VENDOR),
    *("icons.svg", "favicon.svg"),
)


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """So that the office is opened from the start screen of the tablet."""
    answer = jsonify(
        name=_("物业服务中心"),
        short_name=_("物业"),
        start_url="/",
        display="standalone",
        background_color="#f4f6f8",
        theme_color="#f4f6f8",
        icons=[{"src": url_for("static", filename="favicon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    )
    answer.mimetype = "application/manifest+json"
    return answer
