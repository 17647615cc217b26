"""One request, one transaction, one effect (promises 2, 4, 5 and 6).

Before a view runs: the body is read, uploads are examined, a POST opens its write transaction, the person and the
estate are chosen, and a POST that was sent before is answered without doing it again. ``settle`` ends the
transaction; only ``pages`` calls it.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from flask import Flask, abort, g, redirect, request, session
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import db, login, unit
from pmweb.models.engine import open_for_writing
from pmweb.models.session_rules import SYSTEM, Actor, open_session
from pmweb.models.staff import Staff
from pmweb.models.submissions import Submission
from pmweb.models.vault import vault
from pmweb.web import uploads

KEY = "_key"
ESTATE = "_estate"
VERSION = "_version"
SESSION_HOURS = 12
CAPTURED_AT_MOST = timedelta(days=30)
_CARRIED = {KEY, ESTATE, "csrf_token"}


class Stale(Exception):
    """Somebody else changed the record since the page was made (promise 6); shown as 409."""


def install(app: Flask) -> None:
    """Wrap every request of the app into its unit of work."""
    app.before_request(_begin)
    app.teardown_appcontext(_forget)
    app.add_template_global(new_key)


def new_key() -> str:
    """A fresh key for one submission of one form."""
    return secrets.token_urlsafe(18)


def captured_at() -> datetime:
    """When the person did it: what the device says, clamped to [received − 30 days, received]."""
    received = clock.now()
    said = request.headers.get("X-Captured-At")
    if not said:
        return received
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return received
    if at.tzinfo is None:
        return received
    return min(max(at, received - CAPTURED_AT_MOST), received)


def seen_version() -> int | None:
    """The version of the record that the page showed when the form was made."""
    value = request.form.get(VERSION, "")
    return int(value) if value.isdigit() else None


def expect(version: int) -> None:
    """Raises Stale unless the form saw this version of the record."""
    if seen_version() != version:
        raise Stale


def settle(accepted: bool, see: str = "") -> None:
    """End the transaction of this request: keep what was done, or nothing of it."""
    if not g.get("writing"):
        return
    g.writing = False
    if not accepted:
        db.session.rollback()
        return
    key = _key()
    if key and current_user.is_authenticated:
        db.session.add(
            Submission(
                key=key,
                staff_id=current_user.id,
                estate_id=g.estate.id if g.get("estate") else None,
                path=request.path,
                body_sha256=_body_digest(),
                see=see,
                captured_at=captured_at(),
                received_at=clock.now(),
            )
        )
    db.session.commit()


def write_in_a_get() -> None:
    """Open the write transaction in a GET: only for the log of a look at an identity scan (decisions)."""
    write_again()


def write_again() -> None:
    """Open a second write transaction after ``settle``: only where something slow (a password) stands between."""
    db.session.commit()  # the end of the reading: a reader on SQLite cannot become a writer
    open_for_writing(unit())
    g.writing = True


def _begin() -> Response | None:
    if request.endpoint == "static":
        return None
    if request.method == "POST":
        request.form  # noqa: B018 - reads the whole body: a torn upload fails here, before the lock is taken
        g.uploads = uploads.examine() if login._load_user is not None and session.get("_user_id") else {}
        open_for_writing(unit())
        g.writing = True
    _choose_estate()
    if request.method == "POST" and current_user.is_authenticated:
        return _already_done()
    return None


def _choose_estate() -> None:
    g.estate = None
    if not current_user.is_authenticated:
        open_session(unit(), actor=SYSTEM if request.endpoint == "staff.login" else None, estate_id=None)
        return
    staff: Staff = current_user._get_current_object()
    mine = {role.estate_id: role.estate for role in staff.roles if role.ended_at is None}
    wanted = request.form.get(ESTATE, type=int) if request.method == "POST" else None
    if wanted is not None and wanted not in mine:
        abort(404)
    chosen = wanted or session.get("estate_id")
    if chosen not in mine:
        chosen = min(mine, default=None)
    g.estate = mine.get(chosen) if chosen is not None else None
    open_session(unit(), actor=Actor.staff(staff.id, staff.name), estate_id=chosen)


def _key() -> str | None:
    return request.headers.get("Idempotency-Key") or request.form.get(KEY)


def _body_digest() -> str:
    """What was sent, without what the page adds by itself; file contents included. Keyed: it may be a password."""
    digest = hashlib.sha256()
    for name, values in sorted(request.form.lists()):
        if name not in _CARRIED:
            digest.update(repr((name, values)).encode())
    for name, prepared in sorted(g.uploads.items()):
        digest.update(repr((name, [p.arrived for p in prepared if not isinstance(p, RuleBroken)])).encode())
    return vault().fingerprint(digest.hexdigest())


def _already_done() -> Response | None:
    """The same key again changes nothing and shows the same result; with another body it is refused."""
    key = _key()
    if not key:
        abort(400)
    done = db.session.scalar(select(Submission).where(Submission.staff_id == current_user.id, Submission.key == key))
    if done is None:
        return None
    if done.path != request.path or done.body_sha256 != _body_digest():
        raise RuleBroken("submission.reused")
    settle(accepted=False)
    return redirect(done.see or "/", 303)


def _forget(_error: BaseException | None) -> None:
    """A unit of work that nobody settled is undone."""
    if db.session.registry.has():
        db.session.rollback()
