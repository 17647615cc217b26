"""Every view says who may use it, or the app does not start (promise 1, X-1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, g
from werkzeug.exceptions import NotFound

from pmweb import clock
from pmweb.domain.permissions import GRANTS, Permission, Role
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.staff import Staff, StaffRole
from pmweb.web.access import allowed, find, public, refuse_unmarked_views, requires, signed_in
from tests.office import MORNING, Office, visitor

Sender = Callable[..., Any]


def _view() -> str:
    return "secret"


def test_the_app_does_not_start_with_a_view_that_says_nothing(toy_app: Flask) -> None:
    refuse_unmarked_views(toy_app)
    toy_app.add_url_rule("/bare", "toy.bare", _view)
    with pytest.raises(RuntimeError, match=r"toy\.bare"):
        refuse_unmarked_views(toy_app)


@pytest.mark.parametrize("mark", [public, signed_in, requires(Permission.TODAY)])
def test_each_mark_lets_the_app_start(toy_app: Flask, mark: Callable[[Any], Any]) -> None:
    toy_app.add_url_rule("/marked", "toy.marked", mark(lambda: "secret"))
    refuse_unmarked_views(toy_app)


def test_a_mark_below_the_route_is_no_mark(toy_app: Flask) -> None:
    """``@requires`` above ``@bp.get`` guards nothing: the app says so at the start."""
    requires(Permission.TODAY)(toy_app.get("/upside-down")(_view))
    with pytest.raises(RuntimeError, match="_view"):
        refuse_unmarked_views(toy_app)


@pytest.mark.parametrize("role", list(Role))
def test_a_view_answers_only_who_holds_its_permission(at_desk: Sender, office: Office, role: Role) -> None:
    home = office.home()
    expected = 200 if Permission.HOUSEHOLDS_READ in GRANTS[role] else 403
    assert at_desk(role).get(f"/toy/{home.id}").status_code == expected


def test_roles_add_up_and_an_ended_one_does_not_count(at_desk: Sender, office: Office) -> None:
    home, staff = office.home(), office.staff(Role.GUARD, Role.REPAIRER)
    client = at_desk(staff=staff)
    assert client.get(f"/toy/{home.id}").status_code == 200
    next(role for role in staff.roles if role.role is Role.REPAIRER).ended_at = MORNING
    unit().commit()
    assert client.get(f"/toy/{home.id}").status_code == 403


def test_a_role_in_another_estate_opens_nothing_here(at_desk: Sender, office: Office) -> None:
    home, staff = office.home(), office.staff(Role.GUARD)
    there = office.other_estate().id
    unit().add(StaffRole(staff_id=staff.id, estate_id=there, role=Role.OFFICE_MANAGER))
    unit().commit()
    client = at_desk(staff=staff)
    assert client.get(f"/toy/{home.id}").status_code == 403
    answer = client.post(f"/toy/{home.id}/rename", data={"_estate": there, "_version": 1, "remark": "x"})
    assert answer.status_code == 404


def test_nobody_enters_without_signing_in(toy_app: Flask, office: Office) -> None:
    client = visitor(toy_app)
    assert client.get("/toy/where").location == "/login?next=/toy/where"
    path = f"/toy/{office.home().id}/rename"
    assert client.post(path, data={"_key": "k"}).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        lambda staff: setattr(staff, "disabled_at", MORNING),
        lambda staff: setattr(staff, "session_epoch", staff.session_epoch + 1),
    ],
    ids=["account closed", "password changed elsewhere"],
)
def test_a_session_ends_at_once(at_desk: Sender, office: Office, change: Callable[[Staff], None]) -> None:
    staff = office.staff(Role.GUARD)
    client = at_desk(staff=staff)
    assert client.get("/toy/where").status_code == 200
    change(staff)
    unit().commit()
    assert client.get("/toy/where").status_code == 303


def test_a_session_ends_twelve_hours_after_the_sign_in(at_desk: Sender) -> None:
    """Whatever was done meanwhile."""
    client = at_desk()
    for hours, status in ((6, 200), (11.9, 200), (12, 303)):
        with clock.standing_still_at(MORNING + timedelta(hours=hours)):
            assert client.get("/toy/where").status_code == status


def test_a_forged_session_is_none(toy_app: Flask, office: Office) -> None:
    client = visitor(toy_app)
    client.set_cookie("session", "eyJfdXNlcl9pZCI6IjE6MSJ9.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert client.get("/toy/where").status_code == 303


@pytest.mark.parametrize("row_id", [0, 999, 2**31, 2**63, 10**30])
def test_an_unknown_id_is_a_404(at_desk: Sender, row_id: int) -> None:
    assert at_desk().get(f"/toy/{row_id}").status_code == 404


def test_another_estates_id_is_a_404(at_desk: Sender, office: Office) -> None:
    client = at_desk()
    other = office.other_estate()
    office.enter(other)
    building = type(office.building)(name="9")
    unit().add(building)
    unit().flush()
    here, office.building = office.building, building
    there = office.home("0909").id
    office.building = here
    office.enter(office.estate)
    assert client.get(f"/toy/{there}").status_code == 404
    assert client.post(f"/toy/{there}/rename", data={"_version": 1, "remark": "x"}).status_code == 404


@pytest.mark.parametrize("row_id", [2**31, 2**70, -1])
def test_an_id_from_a_form_is_looked_up_as_safely(app: Flask, office: Office, row_id: int) -> None:
    with pytest.raises(NotFound):
        find(Home, row_id)


def test_templates_ask_the_same_question_as_views(app: Flask, office: Office) -> None:
    with app.test_request_context("/"):
        assert not any(allowed(permission) for permission in Permission)
        g.rights = frozenset({Permission.TODAY})
        assert allowed(Permission.TODAY)
