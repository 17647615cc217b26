"""Whatever happens to a complaint can be read in both languages, on the timeline and on 今日 (X-5, FM-23)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from pmweb.blueprints.complaints.cards import CARD
from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.operations import (
    answers,
    clocks,
    handling,
    intake,
    remedies,
    resident,
    routing,
)
from pmweb.blueprints.complaints.rules import AnswerChannel, ComplaintState, LevelId, Validity
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.journal import JournalEntry
from pmweb.models.tasks import Task
from pmweb.web.cards import _say
from tests.blueprints.complaints.cases import HOUR, SECURITY, Cast
from tests.blueprints.complaints.test_operations_remedies import PLAN
from tests.office import MORNING, Office

S, L = ComplaintState, LevelId
LATER = MORNING + HOUR


def everything_happens(cast: Cast) -> None:
    """Every entry and every promise that the room can make."""
    call = intake.call_supervisor("meeting_room", cast.home, cast.receiver, "customer_service", MORNING)
    complaint = cast.take(call_id=call.id)
    intake.came(call, cast.service, MORNING)
    resident.write(complaint, "今天又开始了", MORNING)
    routing.change_level(complaint, L.MAJOR, "有人受伤", cast.supervisor, MORNING)
    routing.acknowledge(complaint, cast.manager, MORNING)
    cast.bring(complaint, S.ASSIGNED)
    routing.reassign(complaint, cast.supervisor, SECURITY, "换班", MORNING)
    remedies.draft(complaint, PLAN, cast.guard, MORNING)
    remedies.choose(complaint, remedies.plans_of(complaint)[0].id, "", cast.service, MORNING)
    remedies.call_meeting(complaint, ["repair", SECURITY], LATER, "大堂", cast.guard, MORNING)
    remedies.minutes(complaint, ["repair"], "", "换门", cast.guard, MORNING)
    remedies.order_repair(complaint, "lamp", "灯不亮", MORNING)
    cast._contact(complaint, MORNING)
    cast._wait(complaint, MORNING)
    handling.resume(complaint, "", MORNING)
    routing.pass_up(complaint, "要外墙施工", "已说明", MORNING)
    cast.bring(complaint, S.RESULT_REPORTED)
    handling.send_back(complaint, "没有说清楚", MORNING)
    cast._report(complaint, MORNING)
    answers.reply(complaint, AnswerChannel.PHONE, "明天上门", cast.receiver, MORNING)
    resident.issue_link(complaint, MORNING)
    resident.withdraw_link(complaint, MORNING)
    cast._inform(complaint, MORNING)
    cast._close(complaint, MORNING)
    cast._reopen(complaint, MORNING)
    minor = cast.take()
    answers.agree(minor, LATER, "住户同意", MORNING)
    answers.find_invalid(minor, "没有施工", "陪同查看", cast.guard, MORNING)
    answers.look_again(minor, Validity.VALID, "", cast.service, MORNING)
    for state in S:
        cast.in_state(state, L.MAJOR if state is S.ESCALATED else L.MINOR)
    while clocks.remind(MORNING + timedelta(days=40)):
        pass
    told = select(Complaint).where(Complaint.state == S.ASSIGNED).limit(1)
    assert clocks.seen(unit().scalars(told).one(), [(Role.OFFICE_MANAGER, None)], LATER)


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_entry_and_every_promise_has_its_words(app: Flask, office: Office, locale: str) -> None:
    everything_happens(Cast(office))
    entries = list(unit().scalars(select(JournalEntry).where(JournalEntry.event.startswith("complaint."))))
    assert {entry.event for entry in entries} == set(CARD.events)
    promises = list(unit().scalars(select(Task).where(Task.kind.startswith("complaint."))))
    assert {task.kind for task in promises} <= set(CARD.tasks)
    with app.test_request_context(), force_locale(locale):
        said = [_say(CARD.events, entry.event, entry.facts) for entry in entries]
        said += [_say(CARD.tasks, task.kind, task.facts) for task in promises]
    assert all(said)
    assert not [text for text in said if "%(" in text or text.startswith("complaint.")]
    left_open = [text for text in said if text.rstrip().endswith(("：", ":", "，", ","))]
    assert left_open == []


def test_a_complaint_that_was_closed_without_a_word_reads_so(app: Flask, office: Office) -> None:
    """P-12."""
    Cast(office).in_state(S.CLOSED)
    entry = unit().scalars(select(JournalEntry).where(JournalEntry.event == "complaint.closed")).one()
    with app.test_request_context(), force_locale("zh"):
        assert _say(CARD.events, entry.event, entry.facts) == "结案"
