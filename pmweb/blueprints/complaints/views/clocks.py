"""The running clocks of all complaints, and those of one: what has passed, and who was told (P-14 to P-21, T-6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import abort, flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.complaints import forms, rules, running
from pmweb.blueprints.complaints.models import Complaint, ComplaintClock
from pmweb.blueprints.complaints.operations import clocks as operations
from pmweb.blueprints.complaints.operations import resident
from pmweb.blueprints.complaints.rules import ClockKind, Held, Part
from pmweb.blueprints.complaints.running import Wanted
from pmweb.blueprints.complaints.views.base import LEVEL_TONES, bp, found, roles_held
from pmweb.data import defaults
from pmweb.domain.deadlines import is_late, part_of_the_way
from pmweb.domain.permissions import Permission, Role
from pmweb.web.access import allowed, person, requires
from pmweb.web.fields import labelled
from pmweb.web.filters import listed, named, until_stamp
from pmweb.web.pages import go, page
from pmweb.web.registers import asked, paged
from pmweb.web.unit_of_work import captured_at

_ORDER: tuple[InstrumentedAttribute[Any], ...] = (ComplaintClock.due_at, ComplaintClock.id)
MINE, ALL = "mine", "all"


@bp.get("/clocks")
@requires(Permission.COMPLAINTS_READ_ALL)
def clocks() -> Response:
    """Every clock that runs, the one that ends first on top; a supervisor sees the own department before all."""
    now = clock.now()
    wanted, form = _wanted()
    wanted = replace(wanted, not_against=person().id)
    shown = paged(running.listed(wanted, now), _ORDER)
    figures = running.counts(wanted, now)
    kept: dict[str, Any] = {name: request.args.get(name) for name in ("department", "kind")}
    parts = [
        {
            "url": url_for("complaints.clocks", **kept, part=part),
            "word": forms.PART_WORDS[part] if part else _("全部"),
            "n": figures[part],
            "current": part is wanted.part,
        }
        for part in (None, *Part)
    ]
    told = running.reminders([row.id for row in shown.rows])
    open_notices = running.unseen(row.complaint_id for row in shown.rows)
    mine = held()
    return page(
        "complaints/clocks.html",
        found=shown,
        filter=form,
        parts=parts,
        part=wanted.part,
        narrowed=bool(wanted.departments),
        late=figures[Part.LATE],
        kinds=forms.CLOCK_WORDS,
        level_tones=LEVEL_TONES,
        percents={row.id: rules.passed_percent(row.started_at, row.due_at, now) for row in shown.rows},
        told={row.id: _told(told.get(row.id, ())) for row in shown.rows},
        unseen={row.id: _unseen(open_notices.get((row.complaint_id, row.kind), ())) for row in shown.rows},
        mine={
            row.id
            for row in shown.rows
            if any(
                rules.is_told(one.role, one.department, mine)
                for one in open_notices.get((row.complaint_id, row.kind), ())
            )
        },
    )


@bp.post("/<int:complaint_id>/seen")
@requires(Permission.COMPLAINTS_HANDLE)
def seen(complaint_id: int) -> Response:
    """Take note of what one was told of the clocks, and of what the resident wrote; others' notices stay open."""
    complaint, at = found(complaint_id), captured_at()
    read = may_read(complaint) and resident.read(complaint, at)
    if operations.seen(complaint, held(), at) or read:
        flash(_("%(number)s：已知悉", number=complaint.number))
    if request.args.get("back") == "show":
        return go("complaints.show", complaint_id=complaint.id)
    return go("complaints.clocks", **asked("back", "complaint_id"))


def held() -> Held:
    """The roles of this person in this estate, each with its department."""
    return [(role.role, role.department) for role in roles_held()]


def told_of_here(complaint: Complaint) -> list[running.Notice]:
    """The notices of this complaint that nobody has taken note of."""
    return [one for notices in running.unseen([complaint.id]).values() for one in notices]


def may_read(complaint: Complaint) -> bool:
    """Whether what the resident wrote is this person's to read: the receiver's, or the desk's."""
    return complaint.receiver_id == person().id or allowed(Permission.COMPLAINTS_ASSIGN)


def _wanted() -> tuple[Wanted, forms.ClockFilterForm]:
    """The filters of the address; what somebody made up asks for nothing in particular."""
    departments = defaults().complaints.departments
    mine = held()
    own = tuple(of for role, of in mine if role is Role.DEPARTMENT_SUPERVISOR and of is not None)
    first = MINE if own and not any(role is Role.OFFICE_MANAGER for role, _of in mine) else ALL
    form = forms.ClockFilterForm(
        formdata=request.args, data={"department": request.args.get("department", first)}
    )
    form.department.choices = [
        (ALL, _("全部")),
        *([(MINE, _("本部门"))] if own else []),
        *labelled(departments.values()),
    ]
    form.kind.choices = [("", _("全部")), *[(kind.value, str(forms.CLOCK_WORDS[kind])) for kind in ClockKind]]
    part = request.args.get("part")
    if part is not None and part not in list(Part):
        abort(404)
    which, kind = request.args.get("department", first), form.kind.data
    narrowed = own if which == MINE else (which,) if which in departments else ()
    return (
        Wanted(Part(part) if part else None, narrowed, ClockKind(kind) if kind in list(ClockKind) else None),
        form,
    )


# --- Who was told ---


def _whom(role: Role | None, department: str | None, name: str | None = None) -> str:
    """A person by name, or the role that was told."""
    if name:
        return name
    if role is Role.OFFICE_MANAGER:
        return _("管理处主任")
    return _(
        "%(department)s主管", department=named(defaults().complaints.departments[department or rules.DESK])
    )


def _told(rows: Iterable[Any]) -> list[str]:
    """``50%：赵勇``, ``80%：赵勇、安护部主管``, …."""
    parts: dict[int, list[str]] = {}
    for row in rows:
        parts.setdefault(row.percent, []).append(_whom(row.role, row.department, row.name))
    return [
        _("%(percent)s%%：%(who)s", percent=percent, who=listed(people)) for percent, people in parts.items()
    ]


def _unseen(notices: Iterable[running.Notice]) -> list[str]:
    return [_("%(who)s未知悉", who=_whom(one.role, one.department)) for one in notices]


# --- The clocks of one complaint ---


@dataclass(frozen=True)
class Step:
    """A part of the way: when it is reached, and who was told then, or will be."""

    percent: int
    at: datetime
    who: str
    told: bool


@dataclass(frozen=True)
class Shown:
    """One clock, worded: from which event by which rule until when (T-6), and how far it is."""

    id: int
    what: Any
    event: str
    started_at: datetime
    rule: str
    level: str
    until: str
    due_at: datetime
    percent: int
    runs: bool
    ended_at: datetime | None
    word: str
    tone: str


def card_of(complaint: Complaint, now: datetime) -> tuple[list[Shown], Mapping[int, Sequence[Step]]]:
    """What ``clock_list`` of ``complaints/_clocks.html`` shows: the clocks of a complaint, and who is told of each."""
    every = running.clocks_of(complaint)
    told = running.reminders([one.id for one in every])
    return (
        [_shown(complaint, one, now) for one in every],
        {one.id: _steps(one, told.get(one.id, ())) for one in every},
    )


def _shown(complaint: Complaint, one: ComplaintClock, now: datetime) -> Shown:
    until = one.ended_at or now
    word, tone = _how_it_went(one, now)
    return Shown(
        id=one.id,
        what=forms.CLOCK_WORDS[one.kind],
        event=_event(complaint, one),
        started_at=one.started_at,
        rule=one.rule,
        level=named(defaults().complaints.levels[one.level]),
        until=until_stamp(one.due_at),
        due_at=one.due_at,
        percent=rules.passed_percent(one.started_at, one.due_at, until),
        runs=one.ended_at is None,
        ended_at=one.ended_at,
        word=word,
        tone=tone,
    )


def _how_it_went(one: ComplaintClock, now: datetime) -> tuple[str, str]:
    if one.withdrawn:
        return _("不再计"), "plain"
    if one.ended_at is not None:
        return (_("逾期完成"), "bad") if is_late(one.due_at, one.ended_at) else (_("按时完成"), "ok")
    return (_("已逾期"), "bad") if is_late(one.due_at, now) else (_("在计"), "now")


def _event(complaint: Complaint, one: ComplaintClock) -> str:
    """What the clock runs from (T-6)."""
    match one.kind:
        case ClockKind.FIRST_CONTACT:
            return _("派责任人")
        case ClockKind.FEEDBACK:
            return _("部门报结果")
    return _("受理") if one.started_at == complaint.received_at else _("重开")


def _steps(one: ComplaintClock, told: Iterable[Any]) -> list[Step]:
    """Whoever was told, at the time; what is still to come, while the clock runs."""
    rows = list(told)
    steps = []
    for step in defaults().complaints.reminders:
        mine = [row for row in rows if row.percent == step.at_percent]
        if mine:
            who = listed(_whom(row.role, row.department, row.name) for row in mine)
            steps.append(Step(step.at_percent, mine[0].told_at, who, True))
        elif one.ended_at is None:
            at = part_of_the_way(one.started_at, one.due_at, step.at_percent)
            steps.append(Step(step.at_percent, at, listed(forms.TOLD_WORDS[to] for to in step.notify), False))
    return steps
