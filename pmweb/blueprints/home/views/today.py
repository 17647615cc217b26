"""今日: what this person has to do, and how the office stands (X-5). Reads only the table of tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.home.rules import Bounds, Section, roles_of_department
from pmweb.blueprints.home.views.base import bp, owners_of
from pmweb.domain.permissions import Permission, Role
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.staff import StaffRole
from pmweb.models.tasks import Task
from pmweb.web import cards
from pmweb.web.access import estate, person, requires
from pmweb.web.filters import due, lateness
from pmweb.web.pages import page
from pmweb.web.registers import paged

PER_SECTION = 30
WORDS = {
    Section.PRESSING: _l("紧急"),
    Section.LATE: _l("已逾期"),
    Section.TODAY: _l("今天"),
    Section.SOON: _l("48 小时内"),
    Section.WAITING: _l("等待他人"),
    Section.LATER: _l("以后"),
}
ICONS = {
    Section.PRESSING: "alert",
    Section.LATE: "alert",
    Section.TODAY: "clock",
    Section.SOON: "today",
    Section.WAITING: "user",
    Section.LATER: "calendar",
}
_BY_EVENT = {Section.PRESSING, Section.WAITING}
"""Sections with promises that nobody has a time for."""
_COLUMNS = (
    Task.id,
    Task.kind,
    Task.facts,
    Task.subject_kind,
    Task.subject_id,
    Task.home_id,
    Task.event_at,
    Task.due_at,
    Home.label,
)


@dataclass(frozen=True)
class Line:
    """One promise as a row."""

    url: str
    icon: str
    place: str
    name: str
    room: str
    what: str
    due: str
    when: str


@bp.get("/")
@requires(Permission.TODAY)
def today() -> Response:
    """Search first, then what is late, due today, due within 48 hours, and what waits for others."""
    bounds = Bounds.at(clock.now(), clock.zone())
    mine = open_promises()
    rows = _first_rows(mine, bounds)
    lines = _lines(rows)
    sections = [
        {
            "id": section.value,
            "title": WORDS[section],
            "icon": ICONS[section],
            "n": here[0].n if here else 0,
            "lines": [line for row, line in zip(rows, lines, strict=True) if row.section == section.value],
            "more": url_for("home.tasks", when=section.value) if here and here[0].n > len(here) else None,
        }
        for section in Section
        if section is not Section.LATER
        for here in [[row for row in rows if row.section == section.value]]
    ]
    leads = _leads()
    counters = _counters(mine, bounds) if leads else []
    return page(
        "home/today.html",
        sections=sections,
        nothing=not rows,
        counters=counters,
        in_hand=sum(counter["n"] for counter in counters if not counter.get("escalated")),
        everything=Role.OFFICE_MANAGER in leads,
        at_search=True,
    )


@bp.get("/tasks")
@requires(Permission.TODAY)
def tasks() -> Response:
    """One section of 今日 in full, in pages."""
    try:
        section = Section(request.args.get("when", Section.TODAY))
    except ValueError:
        abort(404)
    bounds = Bounds.at(clock.now(), clock.zone())
    mine = open_promises()
    query = select(*_COLUMNS).outerjoin(Home, Home.id == Task.home_id).where(mine, _within(section, bounds))
    order = (Task.event_at if section in _BY_EVENT else Task.due_at, Task.id)
    found = paged(query, order)
    named = _section_of(bounds).label("section")
    counts = {
        row.section: row.n
        for row in unit().execute(select(named, func.count().label("n")).where(mine).group_by(named))
    }
    chips = [
        {
            "url": url_for("home.tasks", when=other.value),
            "word": WORDS[other],
            "n": counts.get(other.value, 0),
            "current": other is section,
        }
        for other in Section
    ]
    return page(
        "home/tasks.html",
        found=found,
        lines=_lines(found.rows),
        chips=chips,
        section_word=WORDS[section],
    )


# --- Whose work it is ---


def _my_roles() -> list[StaffRole]:
    return [role for role in person().roles if role.estate_id == estate().id and role.ended_at is None]


def _leads() -> set[Role]:
    return {role.role for role in _my_roles()} & {Role.DEPARTMENT_SUPERVISOR, Role.OFFICE_MANAGER}


def open_promises() -> ColumnElement[bool]:
    """The open promises of this person: own ones, those of the roles, of the department, or all of them."""
    roles = _my_roles()
    mine = and_(Task.done_at.is_(None), cards.shown_to_me(Task.subject_kind, Task.subject_id))
    if any(role.role is Role.OFFICE_MANAGER for role in roles):
        return mine
    me = person().id
    parts: list[ColumnElement[bool]] = [Task.staff_id == me]
    for role in roles:
        anybody = or_(Task.staff_id.is_(None), Task.staff_id == me)
        here = or_(Task.department.is_(None), Task.department == role.department)
        parts.append(and_(Task.role == role.role, anybody, here))
        if role.role is Role.DEPARTMENT_SUPERVISOR and role.department is not None:
            parts.append(_of_department(role.department))
    return and_(mine, or_(*parts))


def _of_department(department: str) -> ColumnElement[bool]:
    """What the supervisor of a department answers for: its promises, those of its roles and of its people."""
    people = select(StaffRole.staff_id).where(
        StaffRole.estate_id == estate().id, StaffRole.department == department, StaffRole.ended_at.is_(None)
    )
    unnamed = Task.department.is_(None)
    return or_(
        Task.department == department,
        and_(unnamed, Task.role.in_(roles_of_department(department))),
        and_(unnamed, Task.role.is_(None), Task.staff_id.in_(people)),
    )


# --- When it is due ---


def _section_of(bounds: Bounds) -> ColumnElement[str]:
    return case(
        (Task.pressing, Section.PRESSING.value),
        (Task.due_at.is_(None), Section.WAITING.value),
        (Task.due_at <= bounds.now, Section.LATE.value),
        (Task.due_at <= bounds.midnight, Section.TODAY.value),
        (Task.due_at <= bounds.soon, Section.SOON.value),
        else_=Section.LATER.value,
    )


def _within(section: Section, bounds: Bounds) -> ColumnElement[bool]:
    if section is Section.PRESSING:
        return Task.pressing.is_(True)
    time = {
        Section.WAITING: Task.due_at.is_(None),
        Section.LATE: Task.due_at <= bounds.now,
        Section.TODAY: and_(Task.due_at > bounds.now, Task.due_at <= bounds.midnight),
        Section.SOON: and_(Task.due_at > bounds.midnight, Task.due_at <= bounds.soon),
        Section.LATER: Task.due_at > max(bounds.midnight, bounds.soon),
    }[section]
    return and_(Task.pressing.is_(False), time)


def _first_rows(mine: ColumnElement[bool], bounds: Bounds) -> Sequence[Row[*tuple[Any, ...]]]:
    """The first rows of every section and how many each has, in one query."""
    section = _section_of(bounds)
    first = func.coalesce(Task.due_at, Task.event_at)
    numbered = (
        select(
            *_COLUMNS,
            section.label("section"),
            func.row_number().over(partition_by=section, order_by=(first, Task.id)).label("place"),
            func.count().over(partition_by=section).label("n"),
        )
        .outerjoin(Home, Home.id == Task.home_id)
        .where(
            mine,
            or_(Task.pressing, Task.due_at.is_(None), Task.due_at <= max(bounds.midnight, bounds.soon)),
        )
        .subquery()
    )
    query = (
        select(numbered).where(numbered.c.place <= PER_SECTION).order_by(numbered.c.section, numbered.c.place)
    )
    return unit().execute(query).all()


def _lines(rows: Sequence[Any]) -> list[Line]:
    """The promises as rows; whose home it is, and what the matters add, in a query each."""
    owners = owners_of(row.home_id for row in rows)
    return [_line(row, owners, what) for row, what in zip(rows, cards.asked_in_full(rows), strict=True)]


def _line(row: Any, owners: dict[int, str], what: str) -> Line:
    card = cards.card_of(row.subject_kind)
    return Line(
        url=cards.task_url(row),
        icon=card.icon if card else "info",
        place=row.label or row.facts.get("place") or row.facts.get("number") or "–",
        name=owners.get(row.home_id, ""),
        room=str(card.label) if card else "",
        what=what,
        due=due(row.due_at) if row.due_at else waited(row.event_at),
        when=lateness(row.due_at),
    )


def waited(since: datetime) -> str:
    """How long somebody else has had the next move."""
    span = clock.now() - since
    if span.days:
        return ngettext("已等 %(num)s 天", "已等 %(num)s 天", span.days)
    hours = max(span.seconds // 3600, 1)
    return ngettext("已等 %(num)s 小时", "已等 %(num)s 小时", hours)


# --- How the office stands ---


def _counters(mine: ColumnElement[bool], bounds: Bounds) -> list[dict[str, Any]]:
    """Matters with an open promise by room, how many are late, and what was passed up; one query."""
    late = func.count(case((Task.due_at <= bounds.now, Task.subject_id)).distinct())
    later = and_(Task.due_at > bounds.now, Task.due_at <= bounds.midnight)
    today_too = func.count(case((later, Task.subject_id)).distinct())
    rows = unit().execute(
        select(
            Task.subject_kind,
            func.count(Task.subject_id.distinct()).label("n"),
            late.label("late"),
            today_too.label("today"),
            func.count(case((Task.escalation > 0, 1))).label("escalated"),
        )
        .where(mine)
        .group_by(Task.subject_kind)
    )
    return list(_by_room(rows))


def _by_room(rows: Iterable[Any]) -> Iterable[dict[str, Any]]:
    known = list(rows)
    for card in cards.cards():
        of_room = [row for row in known if row.subject_kind in card.subject_url]
        index = f"{card.room}.index"
        if not of_room or index not in current_app.view_functions:
            continue
        late, here = sum(row.late for row in of_room), sum(row.today for row in of_room)
        note = _("逾期 %(n)s", n=late) if late else _("今天 %(n)s", n=here) if here else ""
        yield {
            "n": sum(row.n for row in of_room),
            "word": card.label,
            "url": url_for(index),
            "note": note,
            "late": bool(late),
        }
    escalated = sum(row.escalated for row in known)
    if escalated:
        yield {
            "n": escalated,
            "word": _("已上报"),
            "escalated": True,
            "url": url_for("home.tasks", when="late"),
            "note": "",
            "late": False,
        }
