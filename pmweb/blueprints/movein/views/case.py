"""The register of move-ins, a new case, the case with its steps, the check of the papers (M-1 to M-4)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, false, select
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.movein.flow import FLOW
from pmweb.blueprints.movein.forms.case import (
    APPLICANT_WORDS,
    IdentityForm,
    OpenForm,
    VoidForm,
    identity_answers,
)
from pmweb.blueprints.movein.models import MoveIn
from pmweb.blueprints.movein.names import PAPER_NAMES, STATES
from pmweb.blueprints.movein.operations import case, rounds, voiding
from pmweb.blueprints.movein.rules import NEVER_COPIED, Applicant, Paper, State
from pmweb.blueprints.movein.views.base import bp, case_of, opened_case, the_case
from pmweb.domain.matter_numbers import matter_number
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models.homes import Home, homes_like, meant_by
from pmweb.models.people import PartyKind, Person
from pmweb.web.access import allowed, find, requires
from pmweb.web.cards import timeline_of
from pmweb.web.filters import listed
from pmweb.web.pages import go, page
from pmweb.web.registers import name_taken_out, paged, workbook
from pmweb.web.unit_of_work import captured_at, expect

STATE_TONES = {
    State.OPEN: "now",
    State.ACCEPTANCE_OPEN: "now",
    State.RECTIFYING: "wait",
    State.ACCEPTANCE_PASSED: "ok",
    State.FILED: "",
    State.FILED_WITH_OPEN_DEFECTS: "wait",
}


VOIDED = "voided"
"""The filter of the register for the cases that should not have been."""
FIRST_HOMES = 20


@bp.get("/")
@requires(Permission.MOVEIN_READ)
def index() -> Response:
    """The register: the newest first, by state or by home."""
    found = paged(_filtered(), (MoveIn.id,), descending=True)
    states = [
        {
            "url": url_for(
                "movein.index", state=state.value if state else None, q=request.args.get("q") or None
            ),
            "word": STATES[state] if state else _("全部"),
            "n": None,
            "current": request.args.get("state", "") == (state.value if state else ""),
        }
        for state in (None, *State)
    ]
    states.append(
        {
            "url": url_for("movein.index", state=VOIDED, q=request.args.get("q") or None),
            "word": _("已作废"),
            "n": None,
            "current": request.args.get("state") == VOIDED,
        }
    )
    return page(
        "movein/index.html", found=found, states=states, words=STATES, tones=STATE_TONES, who=APPLICANT_WORDS
    )


@bp.get("/export.xlsx")
@requires(Permission.MOVEIN_READ)
def export() -> Response:
    """The register as a workbook, with the same filters; names in full for who may have them all (PRI-5)."""
    rows = unit().execute(_filtered().order_by(MoveIn.id.desc()))
    heads = (_("单号"), _("房号"), _("业主"), _("办理人身份"), _("状态"), _("开始"), _("归档"))
    lines = (
        (
            *(
                r.number,
                r.label,
                name_taken_out(r.name, company=r.party is PartyKind.COMPANY),
            ),
            *(APPLICANT_WORDS[r.applicant], STATES[r.state], r.opened_at, r.filed_at),
        )
        for r in rows
    )
    return workbook(_("入住登记"), heads, lines)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.MOVEIN_HANDLE)
def new() -> Response:
    """Open the case of a home; the home comes with the address (``?home=``) or is looked up first."""
    home_id = request.args.get("home", type=int)
    if home_id is None:
        wanted = request.args.get("q", "")
        homes = homes_like(unit(), wanted) if wanted else case.homes_to_move_in(FIRST_HOMES)
        return page("movein/new.html", homes=homes, home=None)
    home = find(Home, home_id)
    owner = case.owner_of(home.id)
    company = owner is not None and owner.kind is PartyKind.COMPANY
    form = OpenForm(
        data={"applicant": "company" if company else "owner"} if request.method == "GET" else None
    )
    made: list[MoveIn] = []

    def open_case() -> None:
        made.append(case.open_move_in(home, Applicant(form.applicant.data), form.handler(), at=captured_at()))

    if form.carried_out(open_case):
        return go("movein.identity", move_in_id=made[0].id)
    known = case.move_in_of_the_owner(home.id)
    return page(
        "movein/new.html", "open", form=form, home=home, owner=owner, company=company, known=known, homes=[]
    )


@bp.get("/<int:move_in_id>")
@requires(Permission.MOVEIN_READ)
def show(move_in_id: int) -> Response:
    """The case: its steps, what is missing, what is signed, what happened."""
    return _show(move_in_id)


def _show(move_in_id: int, refused: VoidForm | None = None) -> Response:
    opened = opened_case(move_in_id)
    move_in, facts = opened.records.move_in, opened.facts
    rows = FLOW.rows(move_in, facts)
    return page(
        "movein/show.html",
        move_in=move_in,
        facts=facts,
        steps=rows,
        done=sum(row.state == "done" for row in rows),
        next_step=FLOW.next_row(move_in, facts),
        standings=opened.papers,
        appointment=rounds.appointment_of(move_in),
        log=timeline_of(move_in),
        state_word=_("已作废") if facts.voided else STATES[move_in.state],
        state_tone="bad" if facts.voided else STATE_TONES[move_in.state],
        works_on_it=any(
            map(allowed, (Permission.MOVEIN_HANDLE, Permission.MOVEIN_INSPECT, Permission.MOVEIN_FILE))
        ),
        who=APPLICANT_WORDS,
        form=refused,
        void_form=refused or VoidForm(formdata=None),
    )


@bp.post("/<int:move_in_id>/void")
@requires(Permission.MOVEIN_HANDLE)
def void(move_in_id: int) -> Response:
    """End a case that should not have been opened."""
    move_in = the_case(move_in_id)
    form = VoidForm()
    expect(move_in)
    if form.carried_out(lambda: voiding.void(move_in, form.reason.data or "", at=captured_at())):
        flash(_("已作废，记录保留。"))
        return go("movein.show", move_in_id=move_in_id)
    return _show(move_in_id, form)


@bp.route("/<int:move_in_id>/identity", methods=["GET", "POST"])
@requires(Permission.MOVEIN_HANDLE)
def identity(move_in_id: int) -> Response:
    """核对业主与资料: the papers on the desk."""
    move_in, facts = case_of(move_in_id)
    FLOW.open_step("identity", facts)
    kept = case.papers_of(move_in)
    seen = [kind for kind, paper in kept.items() if paper.seen_at is not None]
    form = IdentityForm(data=identity_answers(move_in, seen, case.power_of(move_in)))
    form.ask_for(list(kept))
    if request.method == "POST":
        expect(move_in)
    missing: list[tuple[Paper, ...]] = []

    def check() -> None:
        missing.append(
            case.check_identity(
                move_in, form.notice(), form.papers_seen(), form.scans(), form.power(), at=captured_at()
            )
        )

    if form.carried_out(check):
        if missing[0]:
            names = listed(PAPER_NAMES[kind.value] for kind in missing[0])
            flash(_("已保存。还缺：%(names)s，补齐后再核对。", names=names), "wait")
            return go("movein.show", move_in_id=move_in_id)
        flash(_("身份与资料已核对。"))
        return go("movein.register", move_in_id=move_in_id)
    return page(
        "movein/identity.html",
        "step",
        form=form,
        move_in=move_in,
        kept=kept,
        words=PAPER_NAMES,
        never_copied=NEVER_COPIED,
        today=clock.today(),
    )


def _filtered() -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            MoveIn.id,
            MoveIn.number,
            MoveIn.applicant,
            MoveIn.state,
            MoveIn.opened_at,
            MoveIn.opened_by,
            MoveIn.filed_at,
            MoveIn.voided_at,
            Home.label,
            Person.name,
            Person.kind.label("party"),
        )
        .join(Home, Home.id == MoveIn.home_id)
        .join(Person, Person.id == MoveIn.owner_id)
    )
    state = request.args.get("state", "")
    if state == VOIDED:
        query = query.where(MoveIn.voided_at.is_not(None))
    elif state:
        if state not in [known.value for known in State]:
            abort(404)
        query = query.where(MoveIn.state == State(state), MoveIn.voided_at.is_(None))
    wanted = request.args.get("q", "").strip()
    number = matter_number(wanted, clock.today().year)
    if number is not None:
        query = query.where(MoveIn.number.startswith(number, autoescape=True))
    elif wanted:
        condition = meant_by(wanted)
        query = query.where(condition if condition is not None else false())
    return query
