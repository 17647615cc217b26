"""A test client that fails a test on what no page may do (architecture.md, "Tests")."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import html5lib
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from pmweb.extensions import db
from pmweb.models.staff import StaffRole

WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
GETS_THAT_WRITE = {"archive.file"}
"""Opening an identity scan leaves a line in the access log (decisions.md); so does a workbook, see below."""


BEFORE_ANYTHING = (400, 404, 405, 413)
"""Refused before the view: no token, no such address, too large."""


class CheckingClient(FlaskClient):
    """Adds a fresh key to each POST; checks each page: title, one h1, unique ids, valid HTML, no writing GET."""

    statements: list[str]

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """As FlaskClient.open, with the checks."""
        method = kwargs.get("method", "GET")
        if method == "POST":
            data = kwargs.get("data")
            if data is None or isinstance(data, dict):
                kwargs["data"] = {"_key": secrets.token_hex(8)} | self.carried() | (data or {})
        db.session.commit()  # what the test laid down is there for the request
        before = len(self.statements)
        with self.application.app_context():  # a request of its own: nothing of the test's session or g
            response = _closed(super().open(*args, **{"buffered": True, **kwargs}))
        db.session.expire_all()  # and the test sees what the request did
        db.session.rollback()
        said = self.statements[before:]
        endpoint = response.request.path
        may_write = endpoint.endswith(".xlsx") or self._endpoint(endpoint) in GETS_THAT_WRITE
        if method == "GET" and not may_write:
            assert not [s for s in said if WRITES.match(s)], f"GET {endpoint} wrote to the database"
        if method == "POST" and said and response.status_code not in BEFORE_ANYTHING:
            assert said[0] == "BEGIN IMMEDIATE", f"POST {endpoint} read before it held the lock: {said[0]}"
        if response.mimetype == "text/html" and response.status_code != 303 and response.text:
            check_html(response.text, fragment="<!doctype html>" not in response.text[:200].lower())
        return response

    def carried(self) -> dict[str, Any]:
        """Each form carries the estate of its page: that in which the person works, else the first of his or hers."""
        with self.session_transaction() as session:
            estate_id, user = session.get("estate_id"), str(session.get("_user_id", ""))
        if estate_id is None and user:
            own = select(func.min(StaffRole.estate_id)).where(
                StaffRole.staff_id == int(user.split(":")[0]), StaffRole.ended_at.is_(None)
            )
            with self.application.app_context(), db.engine.connect() as connection:
                estate_id = connection.scalar(own)
        return {} if estate_id is None else {"_estate": estate_id}

    def _endpoint(self, path: str) -> str:
        try:
            return str(self.application.url_map.bind("localhost").match(path, "GET")[0])
        except (HTTPException, RequestRedirect):
            return ""

    def raw_post(self, path: str, data: dict[str, Any]) -> Any:
        """A POST without the checks, for several threads at once: each has its own request, session and connection."""
        with self.application.app_context():
            return _closed(super().open(path, method="POST", data=self.carried() | data, buffered=True))


def _closed(response: Any) -> Any:
    """The response after its files were closed, as a server does: what was opened for it, and what was sent."""
    response.close()
    response.request.environ["wsgi.input"].close()
    return response


def check_html(text: str, *, fragment: bool) -> None:
    """Fails when the page is not valid HTML, has no title, not exactly one h1, or an id twice."""
    bones = hash((_VARYING.sub("0", text), fragment))
    if bones not in _sound:
        errors = _faults(text, fragment=fragment)
        assert not errors, f"invalid HTML: {errors[:5]}"
        for form in forms_of(text):
            check_form(form)
        _sound.add(bones)
    ids = Counter(re.findall(r'\sid="([^"]*)"', text))
    twice = [name for name, times in ids.items() if times > 1]
    assert not twice, f"ids used twice: {twice}"
    assert "" not in ids, "an empty id"
    if not fragment:
        title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
        assert title is not None, "a page without a title"
        assert title[1].strip(), "an empty title"
        assert len(re.findall(r"<h1[\s>]", text)) == 1, "a page needs exactly one h1"


_VARYING = re.compile(r'(?<=value=")[\w.-]{16,}(?=")|(?<!<h)(?<!</h)[0-9]+')
"""Tokens and figures, in which most pages differ: a page with the same bones need not be read once more."""
_sound: set[int] = set()


def _faults(text: str, *, fragment: bool) -> list[Any]:
    """What a parser that forgives everything had to forgive."""
    parser = html5lib.HTMLParser(strict=False)
    if fragment:
        parser.parseFragment(text)
    else:
        parser.parse(text)
    return [e for e in parser.errors if e[1] != "expected-doctype-but-got-start-tag"]


@dataclass
class PageForm:
    """A form of a page: its attributes, and the names of its inputs."""

    attributes: dict[str, str]
    names: set[str] = field(default_factory=set)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[PageForm] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a form, or note an input of it."""
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(PageForm(said))
            self.inside = True
        elif self.inside and "name" in said:
            self.found[-1].names.add(said["name"])

    def handle_endtag(self, tag: str) -> None:
        """End the form."""
        self.inside = self.inside and tag != "form"


def forms_of(text: str) -> Iterator[PageForm]:
    """The forms of a page or of a part of one."""
    parser = _Forms()
    parser.feed(text)
    return iter(parser.found)


CARRIED = {"csrf_token", "_key", "_estate"}


def check_form(form: PageForm) -> None:
    """Fails when a form would not work without JavaScript, or lacks what a POST carries."""
    action = form.attributes.get("action")
    assert action, f"a form without an action: {form}"
    assert form.attributes.get("method", "get") in ("get", "post"), form
    if form.attributes.get("method") == "post" and form.names:  # else there is nothing to press
        missing = CARRIED - form.names
        assert not missing, f"the form of {action} does not carry {missing}"
    for verb in ("hx-post", "hx-get"):
        if verb in form.attributes:
            assert form.attributes[verb].partition("?")[0] == action.partition("?")[0], form
