"""One request, one transaction, one effect (promises 2, 4, 5 and 6).

Before a view runs: the body is read, uploads are examined, a POST opens its write transaction, the person and the
estate are chosen, and the POST claims its key: a second one with the same key waits for the first and is answered
without doing it again. ``settle`` ends the transaction; only ``pages`` calls it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Flask, abort, g, get_flashed_messages, redirect, render_template, request, session
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import db, unit
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
_CARRIED = {KEY, "csrf_token"}
_LONGEST_KEY = 64
_LONGEST_ADDRESS = 300


class Stale(Exception):
    """Somebody else changed the record since the page was made (promise 6); shown as 409, with the name if known.

    ``changed`` says in sentences what reads otherwise now.
    """

    def __init__(self, who: str = "", changed: Sequence[str] = ()) -> None:
        super().__init__(who)
        self.who = who
        self.changed = changed


def install(app: Flask) -> None:
    """Wrap every request of the app into its unit of work."""
    app.before_request(_begin)
    app.after_request(_name_the_key)
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


def from_outbox() -> bool:
    """Whether the outbox of a device sent this POST: its key is a header, and it follows no redirect."""
    return "Idempotency-Key" in request.headers


def seen_version() -> int | None:
    """The version of the record that the page showed when the form was made."""
    value = request.form.get(VERSION, "")
    return int(value) if value.isascii() and value.isdigit() else None


def by_token() -> bool:
    """Whether the address itself says who acts (a resident's link), whoever is signed in on the device."""
    return "token" in (request.view_args or {})


def work_for(actor: Actor, estate_id: int) -> None:
    """What the token of this address says: who acts, and in which estate."""
    open_session(unit(), actor=actor, estate_id=estate_id, reason=request.endpoint)


def sent_key() -> str:
    """The key of this POST; without a usable one the request ends with 400.

    Where a token acts there is nobody to claim it for: what is written keeps it.
    """
    key = _key()
    if not key or len(key) > _LONGEST_KEY or not key.isprintable():
        abort(400)
    return key


class _Record(Protocol):
    """A row that counts its changes."""

    __tablename__: str

    @property
    def id(self) -> Any: ...
    @property
    def version(self) -> Any: ...


def expect(
    guarded: _Record | Callable[[], int], who: Callable[[], str] | None = None, *, own: bool = False
) -> None:
    """Raises Stale unless the form saw the version as it is now; ``who`` says who changed it.

    ``guarded`` is the record, or what counts the version of several. A device without signal goes on from what it
    sent itself: the version that its former POST (``X-Prev-Key``) left is as good as one that the page showed.
    ``own``: the last change was this person's, who overrides it knowingly.
    """
    label, current = _named(guarded)
    g.guarded = (label, current)
    now = current()
    if not own and seen_version() != now and not _left_by_the_former(label, now):
        raise Stale(who() if who else "")


def _named(guarded: _Record | Callable[[], int]) -> tuple[str, Callable[[], int]]:
    if callable(guarded):
        return _short(request.path), guarded
    return f"{guarded.__tablename__}:{guarded.id}", lambda: int(guarded.version)


def _left_by_the_former(label: str, version: int) -> bool:
    former = request.headers.get("X-Prev-Key")
    if not former:
        return False
    left = select(Submission.guarded, Submission.left).where(
        Submission.staff_id == current_user.id, Submission.key == former
    )
    return unit().execute(left).first() == (label, version)


def settle(accepted: bool, see: str = "") -> None:
    """End the transaction of this request: keep what was done, or nothing of it.

    ``see`` is where the same POST leads when it comes again; else where the form stood.
    """
    if not g.get("writing"):
        return
    g.writing = False
    claim: Submission | None = g.pop("claim", None)
    if not accepted:
        db.session.rollback()
        return
    if claim is not None:
        claim.see = _short(see or _where_the_form_stood())
        if from_outbox() and "guarded" in g:
            db.session.flush()
            label, current = g.guarded
            claim.guarded, claim.left = label, current()
    db.session.commit()
    g.kept = True


def write_in_a_get() -> None:
    """Open the write transaction in a GET: only to log what is seen (an identity scan, a workbook; PRI-5)."""
    write_again()


def write_again() -> None:
    """Open a second write transaction after ``settle``: only where something slow (a password) stands between.

    The key is claimed again when the first transaction was not kept.
    """
    kept, g.kept = g.get("kept", False), False
    db.session.commit()  # the end of the reading: a reader on SQLite cannot become a writer
    open_for_writing(unit())
    g.writing = True
    if request.method == "POST" and current_user.is_authenticated and not by_token() and not kept:
        _claim()


@contextmanager
def without_lock() -> Iterator[None]:
    """Do something slow (a password) while the rest of the office may write. Only before anything is written.

    What was read before may have changed meanwhile: read again what the change depends on.
    """
    settle(accepted=False)
    yield
    write_again()


def _begin() -> None:
    if request.endpoint == "static":
        return
    if any("\0" in value for _name, values in request.args.lists() for value in values):
        abort(400)  # no text, and PostgreSQL takes none
    writes = request.method == "POST" and request.endpoint is not None
    if writes:
        files = request.files  # reads the whole body: a torn upload fails here, before the lock is taken
        g.uploads = uploads.examine(files) if session.get("_user_id") else {}
        db.session.rollback()  # who asked for the person before us asks again
        open_for_writing(unit())
        g.writing = True
    _choose_estate()
    if writes and current_user.is_authenticated and not by_token():
        if request.headers.get("X-Uid", str(current_user.id)) != str(current_user.id):
            abort(401)  # captured by somebody else on the same device
        _claim()


def _choose_estate() -> None:
    g.estate = None
    if by_token() or not current_user.is_authenticated:
        open_session(unit(), actor=SYSTEM if request.endpoint == "staff.login" else None, estate_id=None)
        return
    staff: Staff = current_user._get_current_object()
    mine = {role.estate_id: role.estate for role in staff.roles if role.ended_at is None}
    wanted = _estate_of_the_page()
    if wanted is not None and wanted not in mine:
        abort(404)
    if wanted is None and mine and request.method == "POST":
        abort(400)  # a form of ours says for which estate it speaks; what does not is not one of ours
    chosen = wanted or session.get("estate_id")
    if chosen not in mine:
        chosen = min(mine, default=None)
    g.estate = mine.get(chosen) if chosen is not None else None
    actor = Actor.staff(staff.id, staff.name)
    open_session(unit(), actor=actor, estate_id=chosen, reason=request.endpoint)
    if wanted is not None and wanted != session.get("estate_id") and not from_outbox():
        session["estate_id"] = wanted  # the page that follows is one of the same estate


def _estate_of_the_page() -> int | None:
    """The estate that the form carries; the session's is only the default of a fresh page (decisions)."""
    said = request.form.get(ESTATE, "") if request.method == "POST" else ""
    if not said:
        return None
    if not (said.isascii() and said.isdigit()):
        abort(400)
    return int(said)


def _key() -> str | None:
    return request.headers.get("Idempotency-Key") or request.form.get(KEY)


def _body_digest() -> str:
    """What was sent, without what the page adds by itself; file contents included. Keyed: it may be a password."""
    digest = hashlib.sha256(request.query_string)
    for name, values in sorted(request.form.lists()):
        if name not in _CARRIED:
            digest.update(repr((name, values)).encode())
    for name, prepared in sorted(g.uploads.items()):
        digest.update(repr((name, [p.arrived for p in prepared if not isinstance(p, RuleBroken)])).encode())
    return vault().fingerprint(digest.hexdigest())


def _claim() -> None:
    """Take the key of this POST before anything is done.

    Who had it before has done the work: the same is shown again, without doing it twice. Somebody who has it at
    this moment is waited for. Ends the request with 400 (no key), 303 (done already), 422 (another body).
    """
    key = sent_key()
    staff_id: int = current_user.id
    g.claim = Submission(
        key=key,
        staff_id=staff_id,
        estate_id=g.estate.id if g.get("estate") else None,
        path=_short(request.path),
        body_sha256=_body_digest(),
        see="",
        captured_at=captured_at(),
        received_at=clock.now(),
    )
    db.session.add(g.claim)
    try:
        db.session.flush()
    except IntegrityError:
        settle(accepted=False)
        _answer_again(staff_id, key)


def _answer_again(staff_id: int, key: str) -> None:
    known = (Submission.staff_id == staff_id, Submission.key == key)
    done = db.session.scalars(select(Submission).where(*known)).one()
    if done.path != _short(request.path) or done.body_sha256 != _body_digest():
        raise RuleBroken("submission.reused")
    abort(shown_at(done.see or "/"))


def shown_at(url: str) -> Response:
    """Leads to a page of ours: 303, which XHR follows into the block it asked for; another page opens as a whole.

    The outbox is told where (``X-See``), and what to say there: it may have more to send before anything is shown.
    """
    if from_outbox():
        said = get_flashed_messages()  # a cookie would not keep it (web/cookies.py)
        notice = render_template("shared/_flash.html") if said else ""
        return Response(notice, status=200 if said else 204, headers={"X-See": url})
    stood = _where_the_form_stood()
    if getattr(request, "htmx", None) and stood and urlsplit(stood).path != urlsplit(url).path:
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)


def _where_the_form_stood() -> str:
    """The page of ours from which the POST came, as an address without the host."""
    came = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    if came.netloc != request.host or not came.path.startswith("/") or came.path.startswith("//"):
        return ""
    return came.path + (f"?{came.query}" if came.query else "")


def _name_the_key(response: Response) -> Response:
    """The outbox sees that the office has answered, and not something on the way."""
    if from_outbox():
        response.headers["X-Key"] = request.headers["Idempotency-Key"]
    return response


def _short(address: str) -> str:
    return address if len(address) <= _LONGEST_ADDRESS else address.partition("?")[0][:_LONGEST_ADDRESS]


def _forget(_error: BaseException | None) -> None:
    """A unit of work that nobody settled is undone."""
    if db.session.registry.has():
        db.session.rollback()
