"""A room of one table and a few acts, to try the house itself: each view does one thing that views do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, abort, flash, request, session
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from pmweb.domain.permissions import Permission, Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import db, unit
from pmweb.models.homes import Building, Home
from pmweb.models.numbering import NumberKind, next_number
from pmweb.models.staff import Staff
from pmweb.web import fields
from pmweb.web.access import estate, find, public, requires, signed_in
from pmweb.web.fields import Form
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at, expect
from tests.checking_client import CheckingClient
from tests.databases import beside, write_down
from tests.office import Office, desk_of

toy = Blueprint("toy", __name__, url_prefix="/toy")


class RemarkForm(Form):
    remark = fields.text("备注", 20, needed=True)


def _shown(home: Home, form: Form | None = None, status: int | None = None) -> Response:
    shown = form or RemarkForm(formdata=None, data={"remark": home.remark})
    line = request.args.get("line", 1)
    return page(
        "toy/show.html",
        *("matter", "line"),
        also=("dock",),
        form=form,
        status=status,
        home=home,
        kept=unit().scalar(select(Home.remark).where(Home.id == home.id)),
        shown=shown,
        line=line,
        lines=[1, 2],
    )


@toy.get("/<int:home_id>")
@requires(Permission.HOUSEHOLDS_READ)
def show(home_id: int) -> Response:
    return _shown(find(Home, home_id))


@toy.get("/elsewhere/<int:home_id>")
@requires(Permission.HOUSEHOLDS_READ)
def elsewhere(home_id: int) -> Response:
    return _shown(find(Home, home_id))


@toy.post("/<int:home_id>/rename")
@requires(Permission.HOUSEHOLDS_CHANGE)
def rename(home_id: int) -> Response:
    home = find(Home, home_id)
    expect(home)
    form = RemarkForm()

    def act() -> None:
        home.remark = form.remark.data or ""
        unit().flush()
        if form.remark.data == "禁止":
            raise RuleBroken("move.illegal", field="remark")

    if form.carried_out(act):
        flash("已改")
        return go("toy.show", home_id=home_id)
    return _shown(home, form)


@toy.post("/<int:home_id>/number")
@requires(Permission.HOUSEHOLDS_CHANGE)
def number(home_id: int) -> Response:
    """Takes a number, slowly, so that two at once meet."""
    home = find(Home, home_id)
    home.remark = next_number(unit(), NumberKind.REPAIR, 2026)
    unit().flush()
    time.sleep(0.05)
    return go("toy.show", home_id=home_id)


@toy.post("/<int:home_id>/stays")
@requires(Permission.HOUSEHOLDS_CHANGE)
def stays(home_id: int) -> Response:
    """Answers with a page and not with a redirect."""
    home = find(Home, home_id)
    home.remark = f"{captured_at():%d %H:%M}"
    return _shown(home, status=200)


@toy.post("/<int:home_id>/second-thoughts")
@requires(Permission.HOUSEHOLDS_CHANGE)
def second_thoughts(home_id: int) -> Response:
    """Writes, and then answers with a refusal of its own."""
    home = find(Home, home_id)
    home.remark = "half"
    unit().flush()
    return _shown(home, status=int(request.form["status"]))


@toy.post("/<int:home_id>/fault")
@requires(Permission.HOUSEHOLDS_CHANGE)
def fault(home_id: int) -> Response:
    """Changes the home, then breaks as ``how`` says."""
    home = find(Home, home_id)
    home.remark = "half"
    unit().flush()
    how = request.form["how"]
    if how == "rule":
        raise RuleBroken("move.illegal")
    if how == "late":
        go("toy.show", home_id=home_id)
    if how == "twin":
        unit().add(Building(name="1"))
        unit().flush()
    if how == "stale":
        raise StaleDataError
    if how.isdigit():
        abort(int(how))
    raise ZeroDivisionError


@toy.get("/error/<int:status>")
@public
def error(status: int) -> Response:
    abort(status)


@toy.get("/broken")
@signed_in
def broken() -> Response:
    raise ZeroDivisionError


@toy.get("/where")
@signed_in
def where() -> Response:
    return Response(f"{estate().code}", mimetype="text/plain")


@toy.post("/where")
@signed_in
def where_post() -> Response:
    return Response(f"{estate().code} {session.get('estate_id')}", mimetype="text/plain")


Sender = Callable[..., CheckingClient]


@pytest.fixture
def toy_app(app: Flask, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An app with the toy room on the database of ``app``; faults are answered, as on a server.

    Settings for one test: ``@pytest.mark.parametrize("toy_app", [{"WTF_CSRF_ENABLED": True}], indirect=True)``.
    """
    more: dict[str, Any] = getattr(request, "param", {})
    with beside(app, **{"PROPAGATE_FAULTS": False, **more}) as made:
        assert made.jinja_loader is not None
        made.jinja_loader = ChoiceLoader([made.jinja_loader, FileSystemLoader(Path(__file__).parent)])
        made.register_blueprint(toy)
        with made.app_context():
            write_down(db.engine)
        yield made


@pytest.fixture
def at_desk(toy_app: Flask, office: Office) -> Sender:
    """A signed-in client in the toy room: ``at_desk()``, ``at_desk(Role.GUARD)``, ``at_desk(staff=somebody)``."""

    def make(*roles: Role, staff: Staff | None = None) -> CheckingClient:
        return desk_of(toy_app, staff or office.staff(*(roles or (Role.RECEPTIONIST,))), office.estate)

    return make
