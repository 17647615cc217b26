"""One person: written down, changed, shown; the full number to those who say what for (PRI-5)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy import String, cast, literal, select
from werkzeug.wrappers import Response

from pmweb.blueprints.households import operations
from pmweb.blueprints.households.forms import PURPOSES, HomeForm, PersonForm, RevealForm
from pmweb.blueprints.households.views.base import bp, known_by_number, known_people, typed
from pmweb.domain.id_numbers import mask_name
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models.audit import AccessEntry
from pmweb.models.homes import Home
from pmweb.models.people import Consent, IdKind, PartyKind, Person, Tie, TieKind
from pmweb.models.staff import Staff
from pmweb.web import nouns
from pmweb.web.access import allowed, estate, find, requires
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import expect

LOOKS = 20


def asked_kind() -> TieKind | None:
    """The kind of tie in the address: ``?kind=family``; 404 for one that does not exist."""
    code = request.args.get("kind", "")
    if not code:
        return None
    try:
        return TieKind(code)
    except ValueError:
        abort(404)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.HOUSEHOLDS_CHANGE)
def new() -> Response:
    """Write somebody down, and tie him or her to a home when the address names one (``?home=5&kind=family``)."""
    home_id = request.args.get("home", type=int)
    home = find(Home, home_id) if home_id is not None else None
    asked = asked_kind()
    kind = asked or TieKind.OWNER if home else None
    form = PersonForm()
    form.for_tie(kind)
    made: list[Person] = []

    def write() -> None:
        made.append(operations.add_person(**form.person_facts()))
        if home is not None and kind is not None:
            operations.tie(home, made[0], kind, **form.tie_facts())

    if form.carried_out(write):
        flash(_("已登记 %(name)s。", name=operations.masked(made[0])))
        return go("households.home", home_id=home.id) if home else go("households.show", person_id=made[0].id)
    text = typed()
    return page(
        "households/new.html",
        "entry",
        form=form,
        home=home,
        kind=kind,
        chips=_kinds("households.new", kind, home=home.id) if home else [],
        q=text,
        found=known_people(text),
        known=known_by_number() if request.method == "POST" else None,
        choose=lambda person_id: url_for(
            "households.tie", person_id=person_id, home=home_id, kind=kind.value if kind else None
        ),
        action=url_for("households.new", home=home_id, kind=kind.value if kind else None),
    )


@bp.get("/<int:person_id>")
@requires(Permission.HOUSEHOLDS_READ)
def show(person_id: int) -> Response:
    """What is known: contact and document masked, homes with their history, who looked at the number."""
    return _show(find(Person, person_id))


@bp.post("/<int:person_id>/names")
@requires(Permission.HOUSEHOLDS_READ)
def names(person_id: int) -> Response:
    """Show name and contact in full once, and write down who looked (PRI-5)."""
    person = find(Person, person_id)
    operations.show_names(person, "households.show")
    return _show(person, full=True)


@bp.post("/<int:person_id>/reveal")
@requires(Permission.IDENTITY_REVEAL)
def reveal(person_id: int) -> Response:
    """Show the full number once, for a purpose that is written down (PRI-3, PRI-5)."""
    person = find(Person, person_id)
    form = RevealForm()
    shown: list[str] = []
    if form.carried_out(lambda: shown.append(operations.reveal_identity(person, form.said()))):
        return _show(person, number=shown[0])
    return _show(person, form=form)


@bp.route("/<int:person_id>/edit", methods=["GET", "POST"])
@requires(Permission.HOUSEHOLDS_CHANGE)
def edit(person_id: int) -> Response:
    """Correct what is known of a person; an empty number keeps the one that is stored."""
    person = find(Person, person_id)
    form = PersonForm(obj=person if request.method == "GET" else None)
    form.for_tie(None)
    del form["kind"]
    if request.method == "GET":
        form.id_number.data = ""
        form.id_kind.data = (person.id_kind or _usual(person)).value
    else:
        expect(person)

    def change() -> None:
        facts = form.person_facts()
        if form.id_number.data:
            operations.set_identity(person, form.document(person.kind), form.id_number.data)
        operations.change_person(
            person, **{name: facts[name] for name in ("name", "mobile", "other_phones", "address", "email")}
        )

    if form.carried_out(change):
        flash(_("已保存。"))
        return go("households.show", person_id=person.id)
    return page("households/edit.html", "entry", form=form, who=person)


@bp.route("/<int:person_id>/tie", methods=["GET", "POST"])
@requires(Permission.HOUSEHOLDS_CHANGE)
def tie(person_id: int) -> Response:
    """Tie somebody who is known to a home; home and kind may come with the address."""
    person = find(Person, person_id)
    home_id = request.args.get("home", type=int)
    home = find(Home, home_id) if home_id is not None else None
    kind = asked_kind() or TieKind.OWNER
    form = HomeForm(data={"home": home.label} if home and request.method == "GET" else None)
    form.for_tie(kind, person=False)
    met: list[Home] = []

    def write() -> None:
        met.append(operations.home_meant(form.home.data or ""))
        operations.tie(met[0], person, kind, **form.tie_facts())

    if form.carried_out(write):
        flash(_("已登记到 %(home)s。", home=met[0].label))
        return go("households.home", home_id=met[0].id)
    return page(
        "households/tie.html",
        "entry",
        form=form,
        who=person,
        chips=_kinds("households.tie", kind, person_id=person.id, home=home_id),
        kind_word=nouns.TIES[kind],
        action=url_for("households.tie", person_id=person.id, home=home_id, kind=kind.value),
    )


def _kinds(endpoint: str, chosen: TieKind | None, **address: Any) -> list[dict[str, Any]]:
    """The kinds of ties as chips; each leads to the form that asks for just what that kind needs."""
    return [
        {
            "url": url_for(endpoint, kind=code.value, **address),
            "word": word,
            "n": None,
            "current": code is chosen,
        }
        for code, word in nouns.TIES.items()
    ]


def _usual(person: Person) -> IdKind:
    return IdKind.USCC if person.kind is PartyKind.COMPANY else IdKind.ID_CARD


def _show(
    person: Person, *, full: bool = False, number: str | None = None, form: RevealForm | None = None
) -> Response:
    may_reveal = allowed(Permission.IDENTITY_REVEAL)
    ties = unit().execute(
        select(
            Tie.id,
            Tie.kind,
            Tie.relation,
            Tie.share_permille,
            Tie.age_group,
            Tie.lease_until,
            Tie.since_on,
            Tie.until_on,
            Home.id.label("home_id"),
            Home.label,
        )
        .join(Home, Home.id == Tie.home_id)
        .where(Tie.person_id == person.id)
        .order_by(Tie.until_on.is_not(None), Tie.until_on.desc(), Home.sort_key, Tie.id)
    )
    return page(
        "households/show.html",
        "contact",
        "identity",
        see=url_for("households.show", person_id=person.id),
        status=422 if form is not None and form.errors else 200,
        form=form if form is not None else RevealForm(formdata=None),
        who=person,
        name=person.name if full else mask_name(person.name, company=person.kind is PartyKind.COMPANY),
        full=full,
        number=number,
        ties=ties.all(),
        looks=_looks(person) if may_reveal else [],
        consents=unit()
        .execute(
            select(Consent.purposes, Consent.sensitive, Consent.text_version, Consent.agreed_at)
            .where(Consent.person_id == person.id, Consent.withdrawn_at.is_(None))
            .order_by(Consent.agreed_at.desc())
            .limit(LOOKS)
        )
        .all(),
        purposes=PURPOSES,
        words=nouns,
    )


def _looks(person: Person) -> list[dict[str, Any]]:
    """Who looked at what of this person, the latest first."""
    rows = (
        unit()
        .execute(
            select(AccessEntry.at, AccessEntry.actor, AccessEntry.what, AccessEntry.purpose, Staff.name)
            .outerjoin(Staff, AccessEntry.actor == literal("staff:") + cast(Staff.id, String))
            .where(
                AccessEntry.estate_id == estate().id,
                AccessEntry.subject_kind == person.__tablename__,
                AccessEntry.subject_id == person.id,
            )
            .order_by(AccessEntry.at.desc(), AccessEntry.id.desc())
            .limit(LOOKS)
        )
        .all()
    )
    words = {"id_number": _("证件号码"), "names": _("姓名和联系方式")}
    return [
        {
            "at": row.at,
            "who": row.name or row.actor,
            "what": words.get(row.what, row.what),
            "purpose": PURPOSES.get(row.purpose, "" if row.what == "names" else row.purpose),
        }
        for row in rows
    ]
