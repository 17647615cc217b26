"""One complaint: its clocks, what was said and done, and what this person may do now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.complaints import moving, rules, running
from pmweb.blueprints.complaints.forms import CHANNELS, CLOCK_WORDS
from pmweb.blueprints.complaints.models import (
    Complaint,
    ComplaintLink,
    JointMeeting,
    SupervisorCall,
)
from pmweb.blueprints.complaints.operations import handling, remedies
from pmweb.blueprints.complaints.operations.handling import AFTER
from pmweb.blueprints.complaints.operations.moves import called_meeting, case_of, open_plans, table
from pmweb.blueprints.complaints.operations.promises import is_promised
from pmweb.blueprints.complaints.operations.routing import handlers
from pmweb.blueprints.complaints.rules import ComplaintState, Verb
from pmweb.blueprints.complaints.views import clock_bars
from pmweb.blueprints.complaints.views.base import LEVEL_TONES, TONES, bp, found, leads, rights
from pmweb.blueprints.complaints.views.clocks import card_of, held, may_read, told_of_here
from pmweb.data import defaults
from pmweb.domain.permissions import Permission, Role
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.staff import Staff
from pmweb.web import cards, nouns
from pmweb.web.access import allowed, find, person, requires
from pmweb.web.fields import Form
from pmweb.web.filters import listed, named
from pmweb.web.pages import go, page


@bp.get("/<int:complaint_id>")
@requires(Permission.COMPLAINTS_READ)
def show(complaint_id: int) -> Response:
    """One complaint, for whoever it concerns."""
    return shown(found(complaint_id))


@bp.get("/meetings/<int:meeting_id>")
@requires(Permission.COMPLAINTS_READ)
def meeting(meeting_id: int) -> Response:
    """The complaint for which a joint meeting was called: the head of another department sees it, too (P-10)."""
    return go("complaints.show", complaint_id=find(JointMeeting, meeting_id).complaint_id)


def form_of(verb: Verb, complaint: Complaint) -> Form:
    """The form of a verb, with what it has to choose from."""
    form = moving.FORMS[verb]()
    match form:
        case moving.AssignForm():
            form.offer(handlers(), complaint.department)
        case moving.InformForm() if request.method == "GET":
            form.text.data = complaint.result
        case moving.ChooseForm():
            form.offer(open_plans(complaint))
        case moving.MinutesForm():
            meeting = called_meeting(complaint)
            form.offer(rules.chosen(meeting.departments) if meeting else ())
    return form


def offered_to_me(complaint: Complaint) -> tuple[Verb, ...]:
    """What this person may do to the complaint now."""
    me = person().id
    return rules.offered(
        table(),
        complaint.state,
        rights(),
        responsible=complaint.assignee_id == me,
        receiver=complaint.receiver_id == me,
        case=case_of(complaint),
        of_department=leads(complaint),
    )


def shown(complaint: Complaint, verb: Verb | None = None, form: Form | None = None) -> Response:
    """The page of a complaint; ``form`` is the refused form of ``verb``."""
    offered = offered_to_me(complaint)
    if verb is None:
        asked = request.args.get("do", "")
        verb = next((one for one in offered if one == asked), None) or _forward(offered)
    elif verb not in offered:
        offered = (verb, *offered)  # refused, and the page has to say why
    pictures = shelf.attachments(unit(), Complaint.__tablename__, [complaint.id]).get(complaint.id, [])
    names = _names(complaint)
    present, past = clock_bars.bars(complaint, running.clocks_of(complaint))
    reckoned, reminders = card_of(complaint, clock.now())
    return page(
        "complaints/show.html",
        "matter",
        also=("dock", "log", "who"),
        form=form,
        complaint=complaint,
        act=form or (form_of(verb, complaint) if verb else None),
        verb=verb,
        verbs=moving.VERBS,
        offered=offered,
        reasons=moving.REASONS.get(verb, ()) if verb else (),
        next=moving.HINTS.get(verb, "") if verb else _waits_for(complaint),
        lane=f"complaints/{complaint.id}" if verb in rules.ON_SITE else None,
        bars=present,
        past=past,
        reckoned=reckoned,
        reminders=reminders,
        clock_words=CLOCK_WORDS,
        channels=CHANNELS,
        payers=moving.PAYERS,
        tones=TONES,
        level_tones=LEVEL_TONES,
        before=[one for one in pictures if one.caption != AFTER],
        after=[one for one in pictures if one.caption == AFTER],
        names=names,
        plans=remedies.plans_of(complaint),
        meetings=remedies.meetings_of(complaint),
        links=[(one.number, _link_url(one)) for one in remedies.links_of(complaint)],
        words=handling.words(complaint),
        unread=may_read(complaint) and is_promised(complaint, rules.WORD),
        may_note=any(rules.is_told(one.role, one.department, held()) for one in told_of_here(complaint)),
        calls=_calls(complaint),
        lines=cards.timeline_of(complaint, limit=100),
        mechanism=nouns.mechanism(),
        chosen=rules.chosen,
        among=_among,
    )


def _among(ids: str, known: Mapping[str, Any]) -> str:
    """Ids that were kept as one text, in words."""
    return listed(named(known[one]) for one in rules.chosen(ids))


def _forward(offered: tuple[Verb, ...]) -> Verb | None:
    """What brings the complaint on, of what is offered: the page puts it first."""
    return next((verb for verb in rules.FORWARD if verb in offered), None)


def _calls(complaint: Complaint) -> list[SupervisorCall]:
    return list(unit().scalars(select(SupervisorCall).where(SupervisorCall.complaint_id == complaint.id)))


def _names(complaint: Complaint) -> dict[int, str]:
    """The names of everybody of the office who did something here: one query."""
    ids = {
        complaint.receiver_id,
        complaint.assignee_id,
        complaint.acknowledged_by_id,
        complaint.against_staff_id,
        complaint.informed_by_id,
        complaint.closed_by_id,
        complaint.doubted_by_id,
        complaint.validity_by_id,
        *(plan.drafted_by_id for plan in remedies.plans_of(complaint)),
    } - {None}
    query = select(Staff.id, Staff.name).where(Staff.id.in_(ids))
    return dict(iter(unit().execute(query)))


def _link_url(one: ComplaintLink) -> str | None:
    """Where the linked matter is shown, for who may see it."""
    card = cards.card_of(one.subject_kind)
    if card is None or not allowed(card.permission):
        return None
    return card.subject_url[one.subject_kind](one.subject_id)


def _waits_for(complaint: Complaint) -> str:
    """Whose move it is, where it is not this person's."""
    data = defaults().complaints
    match complaint.state:
        case ComplaintState.CLOSED:
            return _("已结案。")
        case ComplaintState.ESCALATED if complaint.escalated_to is Role.OFFICE_MANAGER:
            return _("下一步由管理处主任办理。")
        case ComplaintState.RECEIVED | ComplaintState.ESCALATED | ComplaintState.REOPENED:
            department = named(data.departments[complaint.department])
            return _("下一步由%(department)s主管办理。", department=department)
        case ComplaintState.RESULT_REPORTED:
            return _("下一步由接待人 %(name)s 通报住户。", name=complaint.receiver.name)
        case ComplaintState.RESIDENT_INFORMED:
            return _("下一步由主管结案。")
    return _("下一步由 %(name)s 完成。", name=complaint.assignee.name if complaint.assignee else "")
