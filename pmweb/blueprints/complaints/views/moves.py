"""What a person does to a complaint: one address for every verb, and the operation behind it (P-8 to P-23)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import flash
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.complaints import moving, rules
from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.operations import answers, handling, remedies, routing
from pmweb.blueprints.complaints.operations.answers import Told
from pmweb.blueprints.complaints.operations.handling import Found
from pmweb.blueprints.complaints.operations.moves import case_of
from pmweb.blueprints.complaints.operations.remedies import Remedy
from pmweb.blueprints.complaints.rules import AnswerChannel, FaultId, LevelId, Validity, Verb
from pmweb.blueprints.complaints.views.base import bp, found, leads, rights
from pmweb.blueprints.complaints.views.show import form_of, shown
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal
from pmweb.models.staff import Staff
from pmweb.web.access import find, person, requires
from pmweb.web.pages import go
from pmweb.web.unit_of_work import captured_at, expect

Act = Callable[[Complaint, Any, datetime], Any]


_WORDS = ", ".join(f'"{verb.value}"' for verb in Verb)


@bp.post(f"/<int:complaint_id>/<any({_WORDS}):word>")
@requires(Permission.COMPLAINTS_HANDLE)
def act(complaint_id: int, word: str) -> Response:
    """Take one form: it is done and the complaint shown, or the reasons stand beside the fields."""
    verb, complaint = Verb(word), found(complaint_id)
    expect(complaint, lambda: journal.last_actor(unit(), complaint))
    me = person().id
    if not rules.may(
        verb,
        rights(),
        responsible=complaint.assignee_id == me,
        receiver=complaint.receiver_id == me,
        state=complaint.state,
        case=case_of(complaint),
        of_department=leads(complaint),
    ):
        raise RuleBroken("complaint.not_yours")
    form, at = form_of(verb, complaint), captured_at()
    if not form.carried_out(lambda: ACTS[verb](complaint, form, at)):
        return shown(complaint, verb, form)
    name = complaint.assignee.name if complaint.assignee else ""
    flash(str(moving.DONE_WORDS[verb]) % {"number": complaint.number, "name": name})
    return go("complaints.show", complaint_id=complaint.id)


def _handler(form: Any) -> tuple[Staff, str]:
    """The chosen person and the department that was chosen with it."""
    department, _colon, staff_id = form.staff_id.data.partition(":")
    return find(Staff, int(staff_id)), department


def _acknowledge(complaint: Complaint, _form: Any, at: datetime) -> None:
    routing.acknowledge(complaint, person(), at)


def _assign(complaint: Complaint, form: Any, at: datetime) -> None:
    routing.assign(complaint, *_handler(form), person(), at)


def _reassign(complaint: Complaint, form: Any, at: datetime) -> None:
    routing.reassign(complaint, *_handler(form), form.reason.data, at)


def _contact(complaint: Complaint, form: Any, at: datetime) -> None:
    handling.contact(complaint, AnswerChannel(form.channel.data), form.said.data, person(), at)


def _report(complaint: Complaint, form: Any, at: datetime) -> None:
    said = Found(
        fault=FaultId(form.fault.data),
        steps=form.taken(),
        cause=form.root_cause.data,
        bases=form.bases.data or [],
        result=form.result.data,
    )
    handling.report(complaint, said, form.pictures.data, at)


def _wait(complaint: Complaint, form: Any, at: datetime) -> None:
    handling.wait(complaint, form.reason.data, at, form.until_on.data)


def _resume(complaint: Complaint, form: Any, at: datetime) -> None:
    handling.resume(complaint, form.note.data or "", at)


def _pass_up(complaint: Complaint, form: Any, at: datetime) -> None:
    routing.pass_up(complaint, form.reason.data, form.told.data, at)


def _send_back(complaint: Complaint, form: Any, at: datetime) -> None:
    handling.send_back(complaint, form.reason.data, at)


def _inform(complaint: Complaint, form: Any, at: datetime) -> None:
    said = Told(
        channel=AnswerChannel(form.channel.data),
        text=form.text.data or "",
        accepted={"yes": True, "no": False}.get(form.accepted.data),
        satisfaction=int(form.satisfaction.data) if form.satisfaction.data else None,
        said=form.said.data or "",
    )
    answers.inform(complaint, said, person(), at)


def _close(complaint: Complaint, form: Any, at: datetime) -> None:
    answers.close(complaint, form.note.data or "", person(), at)


def _reopen(complaint: Complaint, form: Any, at: datetime) -> None:
    answers.reopen(complaint, form.reason.data, at)


def _reply(complaint: Complaint, form: Any, at: datetime) -> None:
    answers.reply(complaint, AnswerChannel(form.channel.data), form.text.data, person(), at)


def _plan(complaint: Complaint, form: Any, at: datetime) -> None:
    remedy = Remedy(
        title=form.title.data,
        description=form.description.data or "",
        cost=form.money,
        payer=form.payer.data or "",
        days=form.duration_days.data,
        risk=form.risk.data or "",
    )
    remedies.draft(complaint, remedy, person(), at)


def _choose(complaint: Complaint, form: Any, at: datetime) -> None:
    remedies.choose(complaint, form.plan.data, form.note.data or "", person(), at)


def _meet(complaint: Complaint, form: Any, at: datetime) -> None:
    meets_at = clock.instant(form.meets_at.data)
    assert meets_at is not None
    remedies.call_meeting(complaint, form.departments.data, meets_at, form.place.data, person(), at)


def _minutes(complaint: Complaint, form: Any, at: datetime) -> None:
    remedies.minutes(complaint, form.came.data, form.others.data or "", form.decision.data, person(), at)


def _level(complaint: Complaint, form: Any, at: datetime) -> None:
    routing.change_level(complaint, LevelId(form.level.data), form.reason.data, person(), at)


def _agree(complaint: Complaint, form: Any, at: datetime) -> None:
    until = clock.instant(form.until.data)
    assert until is not None
    answers.agree(complaint, until, form.said.data, at)


def _invalid(complaint: Complaint, form: Any, at: datetime) -> None:
    answers.find_invalid(complaint, form.doubt.data, form.help_given.data, person(), at)


def _validity(complaint: Complaint, form: Any, at: datetime) -> None:
    answers.look_again(complaint, Validity(form.passed.data), form.note.data or "", person(), at)


def _link(complaint: Complaint, form: Any, at: datetime) -> None:
    remedies.link(complaint, form.number.data, at)


def _repair(complaint: Complaint, form: Any, at: datetime) -> None:
    remedies.order_repair(complaint, form.category.data, form.description.data, at)


ACTS: Mapping[Verb, Act] = {
    Verb.ACKNOWLEDGE: _acknowledge,
    Verb.ASSIGN: _assign,
    Verb.REASSIGN: _reassign,
    Verb.CONTACT: _contact,
    Verb.REPORT: _report,
    Verb.WAIT: _wait,
    Verb.RESUME: _resume,
    Verb.PASS_UP: _pass_up,
    Verb.SEND_BACK: _send_back,
    Verb.INFORM: _inform,
    Verb.CLOSE: _close,
    Verb.REOPEN: _reopen,
    Verb.REPLY: _reply,
    Verb.PLAN: _plan,
    Verb.CHOOSE: _choose,
    Verb.MEET: _meet,
    Verb.MINUTES: _minutes,
    Verb.LEVEL: _level,
    Verb.AGREE: _agree,
    Verb.INVALID: _invalid,
    Verb.VALIDITY: _validity,
    Verb.LINK: _link,
    Verb.REPAIR: _repair,
}
"""The operation behind each verb."""
