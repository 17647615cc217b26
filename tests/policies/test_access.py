"""Who may open what: generated from the url map, every view for every role (promises 1 and 2).

A new view is tested without a line here. A new parameter needs a row in ``tests/policies/rows.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from pmweb.blueprints.staff import operations
from pmweb.domain.permissions import GRANTS, Permission, Role
from pmweb.extensions import db
from pmweb.models.staff import Staff
from pmweb.web.access import PUBLIC, SIGNED_IN, access_of, public, refuse_unmarked_views, requires, signed_in
from tests.checking_client import CheckingClient
from tests.office import MORNING, Office, desk_of, visitor
from tests.policies.rows import ROWS, VALUES, Rows

METHODS = ("GET", "POST")


@dataclass(frozen=True)
class Door:
    """One view under one method: its address needs these parameters."""

    endpoint: str
    method: str
    rule: Rule
    access: Permission | str | None

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that are ids of rows."""
        return tuple(sorted(self.rule.arguments & ROWS.keys()))

    def address(self, ids: dict[str, int]) -> str:
        """The address with these rows."""
        values = {name: ids[name] if name in ROWS else VALUES[name] for name in self.rule.arguments}
        _host, address = self.rule.build(values) or ("", "")
        assert address, f"{self.rule} takes none of {values}"
        return address

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"


@pytest.fixture
def doors(app: Flask) -> list[Door]:
    """Every view of the house."""
    return list(_doors(app))


def _doors(app: Flask) -> Iterator[Door]:
    for rule in app.url_map.iter_rules():
        for method in METHODS:
            if rule.endpoint != "static" and method in (rule.methods or ()):
                yield Door(rule.endpoint, method, rule, access_of(app.view_functions[rule.endpoint]))


ANY = dict.fromkeys(ROWS, 1)
"""Ids for doors that are to be refused before anything is looked up."""


def knock(client: Any, door: Door, ids: dict[str, int], **data: Any) -> Any:
    """Open the door, as a browser would."""
    answer = client.open(door.address(ids), method=door.method, data=data or None)
    answer.close()
    return answer


def browser(app: Flask, office: Office, *roles: Role) -> CheckingClient:
    """A browser of somebody who holds these roles in the first estate."""
    return desk_of(app, office.staff(*roles), office.estate)


def test_every_parameter_of_an_address_stands_for_a_row_or_a_value(doors: list[Door]) -> None:
    """Else nobody knows whether another estate's row is hidden behind it: add it to tests/policies/rows.py."""
    needed = {name for door in doors for name in door.rule.arguments}
    assert needed - ROWS.keys() - VALUES.keys() == set()
    assert not ROWS.keys() & VALUES.keys()


def test_every_number_in_an_address_is_declared_as_one(doors: list[Door]) -> None:
    """An id that is text would reach the database as somebody typed it."""
    for door in doors:
        for name in door.parameters:
            assert f"<int:{name}>" in door.rule.rule, str(door)


def test_every_view_says_who_may_use_it(doors: list[Door]) -> None:
    assert len(doors) > 80
    for door in doors:
        assert door.access in (PUBLIC, SIGNED_IN) or isinstance(door.access, Permission), str(door)


def test_an_unmarked_view_stops_the_start() -> None:
    app = Flask(__name__)
    for mark in (public, signed_in, requires(Permission.TODAY)):
        app.add_url_rule(f"/{id(mark)}", str(id(mark)), mark(lambda: ""))
    refuse_unmarked_views(app)
    app.add_url_rule("/bare", "bare", lambda: "")
    with pytest.raises(RuntimeError, match="bare"):
        refuse_unmarked_views(app)


@pytest.mark.parametrize("role", Role)
def test_what_a_role_is_not_granted_is_refused(
    app: Flask, office: Office, doors: list[Door], role: Role
) -> None:
    client = browser(app, office, role)
    refused = [
        door for door in doors if isinstance(door.access, Permission) and door.access not in GRANTS[role]
    ]
    assert refused, "there is a role that may do everything"
    answers = {str(door): knock(client, door, ANY).status_code for door in refused}
    assert {door: status for door, status in answers.items() if status != 403} == {}


def test_nobody_opens_anything_without_signing_in(app: Flask, doors: list[Door]) -> None:
    """A page leads to the sign-in and back; a form stays where it is, with all that was typed."""
    client = visitor(app)
    for door in doors:
        if door.access != PUBLIC:
            answer = knock(client, door, ANY)
            leads_away = door.method == "GET" or door.endpoint == "staff.logout"
            assert answer.status_code == (303 if leads_away else 401), str(door)
            assert not leads_away or str(answer.location).startswith("/login"), str(door)
            assert door.method == "POST" or "next=" in str(answer.location), str(door)


def test_the_outbox_of_nobody_is_told_so(app: Flask, doors: list[Door]) -> None:
    """A machine that sends later gets a status, not a page."""
    client = visitor(app)
    for door in doors:
        if door.access != PUBLIC and door.method == "POST":
            answer = client.post(door.address(ANY), headers={"Idempotency-Key": "k"})
            assert answer.status_code == 401, str(door)


def test_whoever_holds_no_role_sees_the_own_page_only(app: Flask, office: Office, doors: list[Door]) -> None:
    client = browser(app, office)
    for door in doors:
        if isinstance(door.access, Permission):
            answer = knock(client, door, ANY, _estate="")
            assert (answer.status_code, answer.location) == (303, "/staff/me"), str(door)


def test_a_role_that_has_ended_and_a_closed_account_open_nothing(
    app: Flask, office: Office, doors: list[Door]
) -> None:
    staff = office.staff(Role.RECEPTIONIST)
    operations.end_role(staff.roles[0], by=None, at=MORNING)
    closed = office.staff(Role.RECEPTIONIST, disabled_at=MORNING)
    db.session.commit()
    ended, gone = desk_of(app, staff, office.estate), desk_of(app, closed, office.estate)
    for door in doors:
        if isinstance(door.access, Permission):
            assert knock(ended, door, ANY, _estate="").location == "/staff/me", str(door)
            assert knock(gone, door, ANY).status_code == (303 if door.method == "GET" else 401), str(door)


# --- estates


@pytest.fixture
def two_estates(app: Flask, office: Office) -> tuple[Any, dict[str, int], dict[str, int]]:
    """The browser of somebody with every role in the first estate, the rows there, and those of the other one."""
    first, other = office.estate, office.other_estate()
    foreign = Rows(office, other).ids()
    own = Rows(office, first).ids()
    return browser(app, office, *Role), own, foreign


def test_the_rows_of_another_estate_look_like_unknown_ones(
    two_estates: tuple[Any, dict[str, int], dict[str, int]], doors: list[Door]
) -> None:
    """Each id by itself and all of them together, in pages and in forms."""
    client, own, foreign = two_estates
    assert all(own[name] != foreign[name] for name in ROWS)
    found = {}
    for door in doors:
        for chosen in product((False, True), repeat=len(door.parameters)):
            if any(chosen):
                strangers = [name for name, strange in zip(door.parameters, chosen, strict=True) if strange]
                status = knock(client, door, own | {name: foreign[name] for name in strangers}).status_code
                if status != 404:
                    found[f"{door} with another estate's {', '.join(strangers)}"] = status
    assert found == {}


def test_unknown_ids_are_unknown(
    two_estates: tuple[Any, dict[str, int], dict[str, int]], doors: list[Door]
) -> None:
    """Those that no table can hold too (405 where the address takes another method): they are no fault of ours."""
    client, own, _foreign = two_estates
    for door in doors:
        for name in door.parameters:
            address = door.address(own | {name: 777_777})
            assert client.open(address, method=door.method).status_code == 404, f"{door} {name}"
            large = address.replace("777777", str(10**30))
            assert client.open(large, method=door.method).status_code in (404, 405), f"{door} {name}"


def test_ones_own_rows_are_found_there(
    two_estates: tuple[Any, dict[str, int], dict[str, int]], doors: list[Door]
) -> None:
    """What proves that the 404s above are about the estate: here is none, and none is forbidden."""
    client, own, _foreign = two_estates
    for method in METHODS:
        for door in doors:
            if door.method == method and door.parameters:
                assert knock(client, door, own).status_code not in (401, 403, 404), str(door)


def test_a_form_of_another_estate_is_not_taken(
    two_estates: tuple[Any, dict[str, int], dict[str, int]], office: Office, doors: list[Door]
) -> None:
    """The page carries its estate; one that is not the person's own does not exist."""
    client, own, foreign = two_estates
    theirs = db.session.get(Staff, foreign["staff_id"])
    assert theirs is not None
    for door in doors:
        if door.method == "POST":
            answer = knock(client, door, own, _estate=theirs.roles[0].estate_id)
            assert answer.status_code == 404, str(door)


@pytest.mark.parametrize("role", Role)
def test_what_a_role_is_granted_is_open(app: Flask, office: Office, doors: list[Door], role: Role) -> None:
    """Every page that GRANTS names for the role, with rows of the own estate."""
    own = Rows(office, office.estate).ids()
    client = browser(app, office, role)
    for door in doors:
        if door.method == "GET" and isinstance(door.access, Permission) and door.access in GRANTS[role]:
            assert knock(client, door, own).status_code in _expected(door, GRANTS[role]), str(door)


def _expected(door: Door, rights: frozenset[Permission]) -> tuple[int, ...]:
    """Who complained stays with whom it concerns; a file says itself who may open it, by the matter that it is of."""
    if {"complaint_id", "call_id"} & set(door.parameters) and Permission.COMPLAINTS_READ_ALL not in rights:
        return (404,)
    if "file_id" in door.parameters and Permission.FILES_READ not in rights:
        return (403,)
    return (200, 302, 303, 422)
