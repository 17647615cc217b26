"""Every page of a small office, opened by somebody who may do everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask

from pmweb.domain.permissions import Role
from tests.checking_client import CheckingClient
from tests.office import Office, desk_of
from tests.policies.rows import ROWS, VALUES, Rows, a_token

NO_PAGES = ("archive.file", "archive.thumbnail")


def everybody(app: Flask, office: Office) -> CheckingClient:
    """The browser of somebody with every role."""
    return desk_of(app, office.staff(*Role), office.estate)


def addresses(app: Flask, office: Office) -> Iterator[tuple[str, str]]:
    """(endpoint, address) of everything that is opened by a GET, with rows of the estate of the office."""
    rows = Rows(office, office.estate).ids()
    ids = rows | VALUES | {"token": a_token(rows["complaint_id"])}
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static" and "GET" in (rule.methods or ()):
            _host, address = rule.build({name: ids[name] for name in rule.arguments}) or ("", "")
            yield rule.endpoint, address


def opened(app: Flask, office: Office) -> Iterator[tuple[str, str, Any]]:
    """(endpoint, address, answer) of every page: what answers with HTML."""
    client = everybody(app, office)
    for endpoint, address in addresses(app, office):
        if endpoint not in NO_PAGES:
            answer = client.get(address)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                yield endpoint, address, answer


__all__ = ["NO_PAGES", "ROWS", "addresses", "everybody", "opened"]
