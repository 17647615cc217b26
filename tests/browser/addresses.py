"""The address of every page of the house, made from its own url map and from the rows that an office has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from flask import Flask, url_for
from sqlalchemy import func, select
from werkzeug.routing import Rule

from pmweb.blueprints.complaints.models import Complaint, JointMeeting, SupervisorCall
from pmweb.blueprints.complaints.views.links import token_of
from pmweb.blueprints.estate.models import RollImport
from pmweb.blueprints.fees.models import Charge
from pmweb.blueprints.movein.models import MoveIn
from pmweb.blueprints.repairs.models import MonthlyReport, Repair
from pmweb.data import defaults
from pmweb.demo import ACCOUNTS
from pmweb.domain.permissions import GRANTS, Permission
from pmweb.extensions import db
from pmweb.models.files import StoredFile
from pmweb.models.homes import Building, Home
from pmweb.models.people import Person, Tie
from pmweb.models.staff import Staff
from pmweb.rooms import ROOMS
from pmweb.web.access import PUBLIC, SIGNED_IN, access_of

MOST = 3
"""So many rows of a kind are opened on one page; a page that shows states in different ways names more below."""
_MORE = {
    "movein.show": 12,
    "repairs.show": 12,
    "complaints.show": 7,
    "movein.print_paper": 40,
    "archive.view": 4,
}

_SEARCHES = {
    "home.search": ("?q=1-0101", "?q=nothing+at+all", "?q=z"),
    "home.today": ("?of=all",),
    "movein.new": ("?q=101", "?home={home_id}"),
    "repairs.new": ("?part=common", "?part=common&place=nowhere", "?home={home_id}&category=gas_smell"),
    "repairs.places": ("?void=1",),
    "repairs.index": ("?group=done", "?group=sign", "?q=nobody", "?more=1"),
    "complaints.new": ("?part=common", "?q=101", "?home={home_id}"),
    "complaints.index": ("?group=done", "?q=nobody", "?more=1"),
    "complaints.clocks": ("?department=all", "?part=late&department=all", "?kind=reply&more=1"),
    "households.index": ("?q=nobody", "?more=1"),
    "desk.index": ("?on=2020-01-01",),
    "complaints.analysis": ("?from=2020-01-01&to=2020-01-31", "?from=2026-01-01&to=2026-12-31", "?from=x"),
    "fees.index": ("?q=nobody",),
    "estate.index": ("?q=nobody", "?sold=no", "?more=1"),
    "movein.index": ("?state=filed", "?q=nobody"),
    "staff.index": ("?q=nobody",),
}
"""What a page shows when something is asked of it."""

_SEEN_BY = {
    "repairs.show": ("repairer", "dispatcher", "repair-supervisor"),
    "home.today": ("manager", "repairer", "guard"),
    "complaints.show": ("manager",),
    "complaints.index": ("manager", "guard"),
    "complaints.clocks": ("supervisor",),
    "fees.new_tariff": ("finance",),
    "repairs.new_price": ("finance",),
    "complaints.analysis": ("manager",),
    "repairs.report": ("supervisor", "auditor"),
    "repairs.follow_ups": ("receptionist", "repairer"),
    "estate.index": ("admin", "guard"),
    "estate.settings": ("admin", "guard"),
}
"""Pages that look different to somebody else."""

_PAPERS = ("acceptance_sheet", "handover_receipt", "meter_readings", "household_file")


@dataclass(frozen=True)
class Address:
    """A page, and a member of the office who may open it (nobody: an empty name)."""

    url: str
    username: str


def bare_app() -> Flask:
    """The rooms without data, extensions or settings: enough for the url map."""
    app = Flask("pmweb")
    for room in ROOMS:
        app.register_blueprint(room)
    return app


def endpoints() -> list[str]:
    """Every endpoint that answers a GET, by name."""
    rules = bare_app().url_map.iter_rules()
    return sorted({rule.endpoint for rule in rules if rule.methods and "GET" in rule.methods} - {"static"})


def addresses(app: Flask, endpoint: str) -> list[Address]:
    """Where to look at this endpoint, with ids from the database of ``app``; needs its context."""
    access = access_of(app.view_functions[endpoint])
    usernames = list(_people(access))
    chosen = [name for name in _SEEN_BY.get(endpoint, ()) if name in usernames] or usernames[:1]
    with app.test_request_context():
        urls = [url for rule in app.url_map.iter_rules(endpoint) if _is_get(rule) for url in _urls(rule)]
    home_id = _ids()["home_id"][0]
    urls += [urls[0] + query.format(home_id=home_id) for query in _SEARCHES.get(endpoint, ())]
    return [Address(url, username) for username in chosen for url in urls]


def most_of(endpoint: str) -> int:
    """How many addresses of an endpoint are opened."""
    return _MORE.get(endpoint, MOST + len(_SEARCHES.get(endpoint, ())) + len(_SEEN_BY.get(endpoint, ())))


def _is_get(rule: Rule) -> bool:
    return bool(rule.methods and "GET" in rule.methods)


def _people(access: Permission | str | None) -> Iterator[str]:
    """The sign-ins that may open it, the receptionist first."""
    if access == PUBLIC:
        yield ""
    for username, _name, role, _department in ACCOUNTS:
        if access == SIGNED_IN or (isinstance(access, Permission) and access in GRANTS[role]):
            yield username


def _urls(rule: Rule) -> Iterator[str]:
    known = _ids()
    names = sorted(rule.arguments)
    for values in product(*(known[name] for name in names)):
        yield url_for(rule.endpoint, **dict(zip(names, values, strict=True)))


def _ids() -> dict[str, list[Any]]:
    """What stands for each argument of an address: one row of each look."""
    return {
        "move_in_id": _one_of_each(MoveIn.id, MoveIn.state, MoveIn.applicant, MoveIn.voided_at.is_(None)),
        "repair_id": _one_of_each(Repair.id, Repair.state, Repair.on_its_own),
        "complaint_id": _one_of_each(Complaint.id, Complaint.state, Complaint.link_serial.is_(None)),
        "home": _homes(),
        "building_id": _one_of_each(Building.id, Building.completed_on.is_(None)),
        "import_id": _one_of_each(RollImport.id, RollImport.state),
        "report_id": _one_of_each(MonthlyReport.id, MonthlyReport.month),
        "month": [f"{day:%Y-%m}" for day in db.session.scalars(select(MonthlyReport.month))],
        "call_id": _one_of_each(SupervisorCall.id),
        "meeting_id": _one_of_each(JointMeeting.id),
        "token": _tokens(),
        "charge_id": _one_of_each(Charge.id, Charge.item),
        "home_id": _homes(),
        "person_id": _one_of_each(Person.id, Person.kind),
        "tie_id": _one_of_each(Tie.id, Tie.kind),
        "file_id": _one_of_each(StoredFile.id, StoredFile.kind),
        "staff_id": _one_of_each(Staff.id, Staff.steward),
        "paper": [
            "acceptance_sheet",
            "handover_receipt",
            "meter_readings",
            "household_file",
            *defaults().movein.agreements,
        ],
    }


def _tokens() -> list[str]:
    """A link that opens a complaint, and one that opens nothing."""
    given = select(Complaint).where(Complaint.link_serial.is_not(None)).order_by(Complaint.id).limit(1)
    return [*(token_of(complaint) for complaint in db.session.scalars(given)), "nothing"]


def _one_of_each(column: Any, *kinds: Any) -> list[int]:
    """The last row of every kind, by id."""
    return sorted(db.session.scalars(select(func.max(column)).group_by(*kinds)))


def _homes() -> list[int]:
    """A home with a matter, one without, one that nobody bought."""
    with_matter = db.session.scalar(select(func.max(MoveIn.home_id)))
    without = db.session.scalar(select(func.max(Home.id)).where(Home.id.not_in(select(MoveIn.home_id))))
    unsold = db.session.scalar(select(func.max(Home.id)).where(Home.id.not_in(select(Tie.home_id))))
    return [home for home in (with_matter, without, unsold) if home is not None]
