"""What each answer tells the browser: strict content, nothing sniffed, nothing kept (ux.md, "The bar")."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.office import Office
from tests.policies.pages import addresses, everybody

KEEPS = {"archive.file": "a photo never changes", "archive.thumbnail": "nor does its small copy"}
"""What the browser may keep, for this person only."""
SANDBOXED = {"archive.file", "archive.thumbnail"}
"""Bytes from outside: a policy of their own without any origin; the inline style is the browser's PDF viewer."""


def _policy(answer: Any) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, _, sources in parts}


def test_every_answer_is_strict(app: Flask, office: Office) -> None:
    client = everybody(app, office)
    for endpoint, address in addresses(app, office):
        answer = client.get(address)
        assert answer.status_code in (200, 302, 303, 422), address
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address
        assert answer.headers["Referrer-Policy"] == "same-origin", address
        policy = _policy(answer)
        if endpoint in SANDBOXED:
            assert policy["default-src"] == "'none'", address
            assert "sandbox" in policy, address
            assert "script-src" not in policy, address
        else:
            assert policy["default-src"] == "'self'", address
            assert "unsafe" not in answer.headers["Content-Security-Policy"], address
            assert "script-src" not in policy or policy["script-src"] == "'self'", address
            assert policy["object-src"] == policy["base-uri"] == "'none'", address
            assert policy["form-action"] == "'self'", address
            assert policy["frame-ancestors"] == "'none'", address


def test_no_page_stays_in_the_browser(app: Flask, office: Office) -> None:
    """A shared tablet shows nothing to the next person, nor to a proxy."""
    client = everybody(app, office)
    for endpoint, address in addresses(app, office):
        kept = client.get(address).headers["Cache-Control"]
        assert "private" in kept, address
        assert "no-store" in kept or endpoint in KEEPS, address


@pytest.mark.parametrize("address", ["/login", "/no/such/page", "/repairs/999999"])
def test_pages_of_nobody_and_errors_are_as_strict(app: Flask, address: str) -> None:
    answer = app.test_client().get(address)
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_our_own_files_may_be_kept_and_are_as_strict(app: Flask) -> None:
    answer = app.test_client().get("/static/app.css")
    assert answer.status_code == 200
    assert "no-store" not in answer.headers.get("Cache-Control", "")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_cookie_of_a_session_is_out_of_reach(app: Flask, office: Office) -> None:
    """No script reads it, no other site sends it along."""
    assert app.config["SESSION_COOKIE_HTTPONLY"] is True
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
    client = everybody(app, office)
    client.get("/")
    cookie = client.get_cookie("session")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
