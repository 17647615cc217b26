"""The rail shows the rooms that the person may enter, and no others (X-1)."""

from __future__ import annotations

import pytest
from flask import Flask, g

from pmweb.domain.permissions import GRANTS, Role
from pmweb.web.navigation import PLACES, places


@pytest.mark.parametrize("role", list(Role))
def test_the_rail_shows_what_the_role_may_enter(app: Flask, role: Role) -> None:
    with app.test_request_context("/"):
        g.rights = GRANTS[role]
        assert [p.endpoint for p in places()] == [p.endpoint for p in PLACES if p.permission in GRANTS[role]]


def test_every_place_is_a_room_that_is_built(app: Flask) -> None:
    assert not [place.endpoint for place in PLACES if place.endpoint not in app.view_functions]


def test_the_place_where_the_reader_is_is_marked(app: Flask) -> None:
    with app.test_request_context("/repairs/"):
        g.rights = frozenset(place.permission for place in PLACES)
        assert [place.endpoint for place in places() if place.current] == ["repairs.index"]


def test_somebody_without_a_role_sees_no_room(app: Flask) -> None:
    with app.test_request_context("/"):
        g.rights = frozenset()
        assert places() == []
