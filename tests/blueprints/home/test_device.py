"""What a device asks for by itself."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from pmweb.domain.permissions import Role
from tests.checking_client import CheckingClient

ClientFor = Callable[..., CheckingClient]


def test_the_ping_says_who_is_signed_in_and_with_which_token(client_for: ClientFor) -> None:
    """The outbox sends only under the name of who captured it, with a token of this session."""
    client = client_for(Role.REPAIRER)
    answer = client.get("/session/ping")
    said = answer.get_json()
    assert said["pmweb"] == 1
    assert isinstance(said["uid"], int)
    assert said["csrf"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_ping_answers_who_is_not_signed_in(app: Flask) -> None:
    """The bar then says 请登录; nothing is sent."""
    answer = app.test_client().get("/session/ping")
    assert (answer.status_code, answer.get_json()["uid"]) == (200, None)


def test_the_page_on_which_a_common_part_is_reported_is_taken_along(client_for: ClientFor) -> None:
    """A patrol has no task, and reports where there is no signal; always fresh. Not with the package of one matter."""
    common = {"url": "/repairs/new?part=common", "version": ""}
    assert common in client_for(Role.PATROLLER).get("/offline/package").get_json()
    assert common not in client_for(Role.REPAIRER).get("/offline/package").get_json()
    assert client_for(Role.PATROLLER).get("/offline/package?kind=repair&id=1").get_json() == []
