"""Long lists in pages: forwards and back again, nothing twice, nothing left out."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, request
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from pmweb.domain.permissions import Role
from pmweb.extensions import db
from pmweb.models.audit import AuditEntry
from pmweb.models.people import Person
from pmweb.web.registers import paged, workbook
from tests.office import Office


def people(app: Flask, query: dict[str, Any], descending: bool = False) -> tuple[list[str], Any]:
    with app.test_request_context("/healthz", query_string=query):
        request.url_rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == "static")
        request.view_args = {"filename": "x"}
        order = (Person.initials, Person.id)
        page = paged(select(Person.name, *order), order, descending=descending, size=4)
        return [row.name for row in page.rows], page


def follow(url: str | None) -> dict[str, Any]:
    assert url is not None
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.mark.parametrize("descending", [False, True])
def test_the_pages_lead_forwards_and_back(app: Flask, office: Office, descending: bool) -> None:
    for number in range(10):
        db.session.add(Person(name=f"P{number}", initials="" if number < 2 else "ab" if number < 7 else "c"))
    db.session.commit()
    order = [f"P{number}" for number in range(10)]
    if descending:
        order.reverse()
    first, page = people(app, {"kind": "owner"}, descending)
    assert (first, page.previous_url) == (order[:4], None)
    assert follow(page.next_url)["kind"] == "owner"
    second, page = people(app, follow(page.next_url), descending)
    assert second == order[4:8]
    last, end = people(app, follow(page.next_url), descending)
    assert (last, end.next_url) == (order[8:], None)
    back, page = people(app, follow(page.previous_url), descending)
    assert (back, page.previous_url) == (order[:4], None)


@pytest.mark.parametrize(
    "keys",
    [b"x", b"12", b'["a"]', b'["a","b"]', b'["a",true]', b'["a",1e999]', b'["\\ud800",1]', b"[null,1]"],
)
def test_an_address_that_somebody_made_up_is_not_found(app: Flask, office: Office, keys: bytes) -> None:
    with pytest.raises(NotFound):
        people(app, {"after": base64.urlsafe_b64encode(keys).decode()})


def test_a_workbook_leaves_one_line_in_the_trail(office: Office, client_for: Any) -> None:
    """PRI-5: who, which register, filters, how many rows."""
    for number in ("0101", "0201", "0301"):
        office.home(number)
    client_for(Role.GUARD).get("/estate/export.xlsx?building=1&after=xyz&_scheme=x")
    line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "export")).one()
    assert line.reason == line.subject_kind == "estate.export"
    assert line.changes == {"parameters": {"building": ["1"]}, "counts": {"rows": 3}}


def test_a_workbook_that_cannot_be_written_leaves_no_line_and_no_open_file(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows() -> Iterator[tuple[str]]:
        yield ("a",)
        raise RuntimeError("the disk is full")

    with tempfile.TemporaryFile() as file:
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda: file)
        with app.test_request_context("/healthz"), pytest.raises(RuntimeError, match="the disk is full"):
            workbook("x", ("head",), rows())
        assert file.closed
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "export")).all() == []
