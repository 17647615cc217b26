"""Only a person's own requests change the cookie of the session."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from pmweb.domain.permissions import Role
from tests.checking_client import CheckingClient

ClientFor = Callable[..., CheckingClient]
OWN = {"mobile": "13800138000", "locale": "en"}


def test_the_ping_of_a_tablet_leaves_the_cookie_alone(client_for: ClientFor) -> None:
    """It may be on its way while somebody signs out, or in: its answer brings nobody back."""
    answer = client_for(Role.REPAIRER).get("/session/ping")
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" in answer.headers["Vary"]


def test_the_ping_of_nobody_begins_no_session(app: Flask) -> None:
    """Else the token of the sign-in form beside it would be an old one."""
    answer = app.test_client().get("/session/ping")
    assert "Set-Cookie" not in answer.headers
    assert answer.get_json() == {"pmweb": 1, "uid": None, "csrf": None}


@pytest.mark.parametrize("by_outbox", [False, True])
def test_a_record_of_the_outbox_leaves_the_cookie_alone(client_for: ClientFor, by_outbox: bool) -> None:
    """What it would say in a notice of the next page is seen on the page that it leads to."""
    headers = {"Idempotency-Key": "k"} if by_outbox else {}
    answer = client_for(Role.RECEPTIONIST).post("/staff/me", data=OWN, headers=headers)
    assert ("Set-Cookie" in answer.headers) is not by_outbox
