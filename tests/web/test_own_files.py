"""Style sheets and scripts: kept by the browser, never older than the page; everything that is text is packed."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from pmweb.domain.permissions import Role

PACKED = {"Accept-Encoding": "gzip"}


def _browser(app: Flask) -> FlaskClient:
    """A client that looks at bytes, not at pages."""
    return FlaskClient(app, app.response_class)


def _address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return url_for("static", filename=name)


def test_a_script_that_changed_has_another_address(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a tablet would go on with the script of last month."""
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    (tmp_path / "field.js").write_text("one", encoding="utf-8")
    before = _address(app, "field.js")
    (tmp_path / "field.js").write_text("another", encoding="utf-8")
    assert re.fullmatch(r"/static/field\.js\?v=[0-9a-f]{10}", before)
    assert _address(app, "field.js") != before


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/static/field.js?v=1", "max-age=2592000"),
        ("/static/field.js", "no-cache"),
        ("/static/icons.svg", "no-cache"),
    ],
)
def test_what_names_no_version_is_asked_for_again(app: Flask, address: str, kept: str) -> None:
    with app.test_client().get(address) as answer:
        assert kept in answer.headers["Cache-Control"]


@pytest.mark.parametrize("address", ["/login", "/static/field.js", "/static/icons.svg"])
def test_text_is_packed_for_who_can_unpack_it(app: Flask, address: str) -> None:
    client = _browser(app)
    with client.get(address) as plain, client.get(address, headers=PACKED) as packed:
        whole, small = plain.data, packed.data
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(small) < len(whole) / 2
    assert len(gzip.decompress(small)) == len(whole)


def test_a_packed_file_is_not_sent_twice(app: Flask) -> None:
    client = _browser(app)
    with client.get("/static/icons.svg", headers=PACKED) as first:
        known = {"If-None-Match": first.headers["ETag"]}
    with client.get("/static/icons.svg", headers=PACKED | known) as again:
        assert (again.status_code, again.data) == (304, b"")


def test_a_workbook_is_sent_as_it_is(client_for: Any) -> None:
    """It is packed already, as a photo is."""
    answer = client_for(Role.RECEPTIONIST).get("/movein/export.xlsx", headers=PACKED)
    assert "Content-Encoding" not in answer.headers
    assert answer.data[:2] == b"PK"
