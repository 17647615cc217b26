"""The case itself: opened, and its identity papers checked (M-1 to M-4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, select

from pmweb import clock
from pmweb.blueprints.households import operations as households
from pmweb.blueprints.households.household import household_of
from pmweb.blueprints.movein.intake import Handler, Notice, Power
from pmweb.blueprints.movein.models import MoveIn, PaperSeen, PowerOfAttorney
from pmweb.blueprints.movein.rules import (
    ENDED,
    IDENTITY_PAPERS,
    NEVER_COPIED,
    Applicant,
    Paper,
    check_power,
    papers_needed,
)
from pmweb.domain.deadlines import same_day
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal, shelf, tasks
from pmweb.models.files import FileKind
from pmweb.models.homes import Home
from pmweb.models.numbering import NumberKind, next_number
from pmweb.models.people import IdKind, PartyKind, Person, Tie, TieKind
from pmweb.models.pictures import Prepared
from pmweb.models.session_rules import actor_of


def active_move_in(home_id: int) -> MoveIn | None:
    """The open case of a home, if it has one."""
    query = select(MoveIn).where(
        MoveIn.home_id == home_id,
        MoveIn.voided_at.is_(None),
        MoveIn.state.not_in([state.value for state in ENDED]),
    )
    return unit().scalar(query)


def move_in_of_the_owner(home_id: int) -> MoveIn | None:
    """The case of the present owner of a home, filed or not; a voided one does not count."""
    owner = owner_of(home_id)
    if owner is None:
        return None
    query = select(MoveIn).where(
        MoveIn.home_id == home_id, MoveIn.owner_id == owner.id, MoveIn.voided_at.is_(None)
    )
    return unit().scalar(query.order_by(MoveIn.id.desc()).limit(1))


def homes_to_move_in(limit: int) -> list[Row[Any]]:
    """The first homes that are sold and whose owner has neither moved in nor begun to: columns of the home and
    the name of its owner."""
    begun = select(MoveIn.id).where(
        MoveIn.home_id == Home.id, MoveIn.owner_id == Tie.person_id, MoveIn.voided_at.is_(None)
    )
    query = (
        select(Home.id, Home.label, Home.layout_type, Home.sold, Person.name, Person.kind.label("party"))
        .join(Tie, and_(Tie.home_id == Home.id, Tie.kind == TieKind.OWNER, Tie.until_on.is_(None)))
        .join(Person, Person.id == Tie.person_id)
        .where(~begun.exists())
        .order_by(Home.sort_key)
    )
    return list(unit().execute(query.limit(limit)))


def owner_of(home_id: int) -> Person | None:
    """Who owns the home today."""
    query = (
        select(Person)
        .join(Tie, Tie.person_id == Person.id)
        .where(Tie.home_id == home_id, Tie.kind == TieKind.OWNER, Tie.until_on.is_(None))
    )
    return unit().scalar(query.limit(1))


def open_move_in(home: Home, applicant: Applicant, handler: Handler | None, *, at: datetime) -> MoveIn:
    """Open the case of a home for its owner, an agent or a company (M-1).

    RuleBroken: ``movein.no_owner`` (unsold), ``movein.exists`` (this owner has one, be it filed), ``movein.company`` /
    ``movein.no_company`` when the kind of applicant does not fit the owner, ``movein.handler`` without name, mobile and
    number of who acts (M-3), ``movein.handler_known``.
    """
    owner = owner_of(home.id)
    if owner is None:
        raise RuleBroken("movein.no_owner", home=home.label)
    known = active_move_in(home.id) or move_in_of_the_owner(home.id)
    if known is not None:
        raise RuleBroken("movein.exists", number=known.number)
    if (owner.kind is PartyKind.COMPANY) != (applicant is Applicant.COMPANY):
        code = "movein.company" if owner.kind is PartyKind.COMPANY else "movein.no_company"
        raise RuleBroken(code, field="applicant")
    acting = None
    if applicant is not Applicant.OWNER:
        if handler is None or not (handler.name and handler.mobile and handler.id_number):
            raise RuleBroken("movein.handler", field=_first_gap(handler))
        acting = _acting_person(home, handler)
    session = unit()
    move_in = MoveIn(
        number=next_number(session, NumberKind.MOVE_IN, clock.local(at).year),
        home_id=home.id,
        home=home,
        owner_id=owner.id,
        owner=owner,
        handler_id=acting.id if acting else None,
        handler=acting,
        representative=bool(handler and handler.representative),
        applicant=applicant,
        opened_at=at,
        opened_by=actor_of(session).name,
    )
    session.add(move_in)
    session.flush()
    needed = papers_needed(applicant, representative=move_in.representative)
    session.add_all(PaperSeen(move_in_id=move_in.id, kind=kind) for kind in needed)
    journal.note(session, move_in, "movein.opened", at=at, home_id=home.id, number=move_in.number)
    tasks.promise(
        session,
        "movein.handle",
        "M-1",
        move_in,
        event_at=at,
        due_at=same_day(at, clock.zone()),
        role=Role.RECEPTIONIST,
        department="customer_service",
        home_id=home.id,
    )
    return move_in


def papers_of(move_in: MoveIn) -> dict[Paper, PaperSeen]:
    """The papers of the case by kind, in the order of the procedure."""
    query = select(PaperSeen).where(PaperSeen.move_in_id == move_in.id).order_by(PaperSeen.id)
    return {paper.kind: paper for paper in unit().scalars(query)}


def power_of(move_in: MoveIn) -> PowerOfAttorney | None:
    """The power of attorney of the case."""
    return unit().scalar(select(PowerOfAttorney).where(PowerOfAttorney.move_in_id == move_in.id))


def check_identity(
    move_in: MoveIn,
    notice: Notice,
    seen: Collection[Paper],
    scans: Mapping[Paper, Prepared],
    power: Power | None,
    *,
    at: datetime,
) -> tuple[Paper, ...]:
    """Check the papers (M-1 to M-4, FM-02) and return those that are missing; none missing: identity is checked.

    What was seen is kept either way. RuleBroken: ``notice.future``, ``power.*``, ``movein.ended``.
    """
    refuse_ended(move_in)
    today = clock.local(at).date()
    for field, day in (("issued_on", notice.issued_on), ("contract_on", notice.contract_on)):
        if day is not None and day > today:
            raise RuleBroken("notice.future", field=field)
    move_in.notice_no, move_in.notice_issued_by, move_in.notice_issued_on = (
        notice.notice_no,
        notice.issued_by,
        notice.issued_on,
    )
    move_in.contract_no, move_in.contract_on = notice.contract_no, notice.contract_on
    papers = papers_of(move_in)
    if Paper.POWER_OF_ATTORNEY in papers:
        _keep_power(move_in, power, today, needed=Paper.POWER_OF_ATTORNEY in seen)
    for kind, paper in papers.items():
        paper.seen_at = (paper.seen_at or at) if kind in seen else None
        if kind in scans and kind not in NEVER_COPIED:
            kept = FileKind.IDENTITY if kind in IDENTITY_PAPERS else FileKind.SCAN
            paper.file_id = shelf.put(unit(), scans[kind], kept, at=at).id
    missing = tuple(kind for kind, paper in papers.items() if paper.seen_at is None)
    _conclude(move_in, missing, at)
    return missing


def _conclude(move_in: MoveIn, missing: tuple[Paper, ...], at: datetime) -> None:
    session = unit()
    if missing:
        move_in.identity_checked_at = None
        tasks.promise(
            session,
            "movein.papers",
            "M-2",
            move_in,
            event_at=at,
            due_at=None,
            role=Role.RECEPTIONIST,
            department="customer_service",
            home_id=move_in.home_id,
            count=len(missing),
        )
    else:
        tasks.keep(session, "movein.papers", move_in, at=at)
        if move_in.identity_checked_at is None:
            journal.note(session, move_in, "movein.identity_checked", at=at, home_id=move_in.home_id)
            _call_the_repair_department(move_in, at)
        move_in.identity_checked_at = move_in.identity_checked_at or at
    session.flush()


def _call_the_repair_department(move_in: MoveIn, at: datetime) -> None:
    """M-9: it walks through the home with the owner, so it must hear that somebody is here to move in."""
    tasks.promise(
        unit(),
        "movein.inspect",
        "M-9",
        move_in,
        event_at=at,
        due_at=same_day(at, clock.zone()),
        role=Role.REPAIRER,
        department="repair",
        home_id=move_in.home_id,
    )


def _keep_power(move_in: MoveIn, power: Power | None, today: date, *, needed: bool) -> None:
    if power is None:
        if needed:
            raise RuleBroken("power.no_scope", field="scope")
        return
    check_power(power.scope, power.scope_other, power.valid_from, power.valid_to, today)
    kept = power_of(move_in)
    if kept is None:
        kept = PowerOfAttorney(move_in_id=move_in.id)
        unit().add(kept)
    kept.scope, kept.scope_other = list(power.scope), power.scope_other
    kept.valid_from, kept.valid_to, kept.sub_delegation = (
        power.valid_from,
        power.valid_to,
        power.sub_delegation,
    )


def _first_gap(handler: Handler | None) -> str:
    """The field of the first thing that is not known of who acts."""
    if handler is None or not handler.name:
        return "handler_name"
    return "handler_id_number" if handler.mobile else "handler_mobile"


def _acting_person(home: Home, handler: Handler) -> Person:
    """The agent or handler, known already or new, tied to the home as the one who acts.

    RuleBroken ``movein.handler_known`` when the number is somebody's of another name. A mobile that was not known, or
    is another one, is kept with the person.
    """
    person = households.find_by_identity(handler.id_number)
    if person is not None:
        if person.name != handler.name:
            raise RuleBroken("movein.handler_known", field="handler_name", name=households.masked(person))
        households.add_phone(person, handler.mobile)
    else:
        person = households.add_person(
            handler.name, mobile=handler.mobile, id_kind=IdKind.ID_CARD, id_number=handler.id_number
        )
    if all(agent.person_id != person.id for agent in household_of(home.id).agents):
        households.tie(home, person, TieKind.AGENT)
    return person


def refuse_ended(move_in: MoveIn) -> None:
    """Nothing is done in a case that was filed or voided. Raises RuleBroken ``movein.ended``."""
    if move_in.voided_at is not None or move_in.state in ENDED:
        raise RuleBroken("movein.ended")
