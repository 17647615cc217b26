"""The pages of complaints as the office uses them (P-4, P-11, P-14 to P-23)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from pmweb.blueprints.complaints.models import Complaint, SupervisorCall
from pmweb.blueprints.complaints.rules import ComplaintState, LevelId, Verb
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from tests.blueprints.complaints.cases import Cast
from tests.checking_client import CheckingClient
from tests.office import Office

ClientFor = Callable[..., CheckingClient]

SAID = {
    "caller": "other",
    "complainant_name": "王小二",
    "complainant_phone": "13900139000",
    "channel": "phone",
    "category": "noise",
    "description": "楼上中午电钻",
    "demand": "中午不要施工",
    "levels": "minor",
}


def only() -> Complaint:
    """The one complaint there is."""
    return unit().scalars(select(Complaint)).one()


def test_a_call_becomes_a_complaint_with_its_deadlines(office: Office, client_for: ClientFor) -> None:
    """P-4, P-16: what was typed is kept, and the page of the complaint says until when."""
    home = office.home()
    answer = client_for(Role.RECEPTIONIST).post(f"/complaints/new?home={home.id}", data=SAID)
    assert answer.status_code == 303
    complaint = only()
    assert (complaint.level, complaint.state) == (LevelId.MINOR, ComplaintState.RECEIVED)
    shown = client_for(Role.RECEPTIONIST).get(answer.location).text
    assert "2026-03-07" in shown
    assert "24:00" in shown
    assert "王**" in shown
    assert "王小二" not in shown


@pytest.mark.parametrize(
    ("levels", "wanted"),
    [
        (["minor", "major"], LevelId.MAJOR),
        (["important", "minor"], LevelId.IMPORTANT),
        (["minor"], LevelId.MINOR),
    ],
)
def test_the_highest_level_that_fits_wins(
    office: Office, client_for: ClientFor, levels: list[str], wanted: LevelId
) -> None:
    """A-28."""
    home = office.home()
    client_for(Role.RECEPTIONIST).post(f"/complaints/new?home={home.id}", data=SAID | {"levels": levels})
    assert only().level is wanted


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"levels": []}, "符合哪一项"),
        ({"harm": "y"}, "请填写已采取的止损措施"),
        ({"description": ""}, "请填写经过"),
        ({"demand": ""}, "请填写住户要求"),
        ({"complainant_phone": "123"}, "电话"),
        ({"happened_at": "2026-03-06T10:00"}, "晚于受理时间"),
        ({"received_at": "2026-03-06T10:00"}, "还没到"),
        ({"resident_deadline": "2026-03-01T10:00"}, "已经过去"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    office: Office, client_for: ClientFor, changes: dict[str, Any], sentence: str
) -> None:
    """P-4, P-16, P-22."""
    home = office.home()
    answer = client_for(Role.RECEPTIONIST).post(f"/complaints/new?home={home.id}", data=SAID | changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "王小二" in answer.text
    assert unit().scalar(select(Complaint.id)) is None


def test_the_supervisor_is_called_with_one_tap(office: Office, client_for: ClientFor) -> None:
    """P-11: above all else on 今日, and the call belongs to the complaint that is kept afterwards."""
    cast = Cast(office)
    desk = client_for(Role.RECEPTIONIST)
    answer = desk.post(f"/complaints/calm?home={cast.home.id}", data={"room": "meeting_room"})
    call = unit().scalars(select(SupervisorCall)).one()
    assert f"call={call.id}" in answer.location
    assert "已请主管到洽谈室" in desk.get(answer.location).text
    desk.post(f"/complaints/new?home={cast.home.id}", data=SAID | {"call": str(call.id)})
    unit().expire_all()
    assert call.complaint_id == only().id
    assert only().agitated
    lead = client_for(Role.DEPARTMENT_SUPERVISOR)
    assert "到洽谈室" in lead.get("/").text
    lead.post(f"/complaints/calls/{call.id}/came")
    unit().expire_all()
    assert call.came_at is not None
    assert "情绪激烈" not in lead.get("/").text


MOVES = [
    (ComplaintState.ESCALATED, Verb.ACKNOWLEDGE, Role.OFFICE_MANAGER, {}),
    (ComplaintState.IN_PROGRESS, Verb.WAIT, Role.OFFICE_MANAGER, {"reason": "等城管"}),
    (ComplaintState.WAITING_EXTERNAL, Verb.RESUME, Role.OFFICE_MANAGER, {}),
    (
        ComplaintState.IN_PROGRESS,
        Verb.REPORT,
        Role.OFFICE_MANAGER,
        {"fault": "company_fault", "steps": "company_fault:1", "root_cause": "门岗脱岗", "result": "已道歉"},
    ),
    (ComplaintState.RESULT_REPORTED, Verb.SEND_BACK, Role.RECEPTIONIST, {"reason": "没有说清原因"}),
    (
        ComplaintState.RESULT_REPORTED,
        Verb.INFORM,
        Role.RECEPTIONIST,
        {"channel": "phone", "accepted": "yes", "text": "已道歉"},
    ),
    (ComplaintState.RESIDENT_INFORMED, Verb.CLOSE, Role.OFFICE_MANAGER, {}),
    (ComplaintState.CLOSED, Verb.REOPEN, Role.OFFICE_MANAGER, {"reason": "又发生了"}),
    (ComplaintState.ASSIGNED, Verb.CONTACT, Role.OFFICE_MANAGER, {"channel": "phone", "said": "弄清了"}),
    (ComplaintState.ASSIGNED, Verb.PASS_UP, Role.OFFICE_MANAGER, {"reason": "要大修", "told": "电话说明"}),
    (ComplaintState.IN_PROGRESS, Verb.REPLY, Role.RECEPTIONIST, {"channel": "phone", "text": "明天答复"}),
    (ComplaintState.IN_PROGRESS, Verb.PLAN, Role.OFFICE_MANAGER, {"title": "加装隔音", "cost": "1200.50"}),
    (
        ComplaintState.IN_PROGRESS,
        Verb.MEET,
        Role.OFFICE_MANAGER,
        {"departments": ["repair", "security"], "meets_at": "2026-03-05T15:00", "place": "3 栋大堂"},
    ),
    (
        ComplaintState.IN_PROGRESS,
        Verb.LEVEL,
        Role.OFFICE_MANAGER,
        {"level": "minor", "reason": "查明只是一次"},
    ),
    (
        ComplaintState.IN_PROGRESS,
        Verb.INVALID,
        Role.RECEPTIONIST,
        {"doubt": "查无此事", "help_given": "陪同看了"},
    ),
]


@pytest.mark.parametrize(("state", "verb", "role", "data"), MOVES, ids=lambda one: getattr(one, "value", ""))
def test_every_form_does_what_it_says(
    office: Office, client_for: ClientFor, state: ComplaintState, verb: Verb, role: Role, data: dict[str, Any]
) -> None:
    """The page offers it, the form takes it, the timeline tells it."""
    cast = Cast(office)
    complaint = cast.in_state(state, LevelId.MAJOR)
    unit().commit()
    address = f"/complaints/{complaint.id}"
    client = client_for(role)
    page = client.get(f"{address}?do={verb.value}")
    assert page.status_code == 200
    assert f'action="{address}/{verb.value}"' in page.text
    version = complaint.version
    answer = client.post(f"{address}/{verb.value}", data=data | {"_version": version})
    assert answer.status_code == 303, answer.text[:4000]
    assert client.get(address).status_code == 200


def test_a_result_without_a_step_is_sent_back_with_the_steps_of_its_fault(
    office: Office, client_for: ClientFor
) -> None:
    """P-8, P-12: what was typed is kept, and the sentence stands at the steps."""
    cast = Cast(office)
    url = f"/complaints/{cast.in_state(ComplaintState.IN_PROGRESS).id}/report"
    said = {
        "fault": "company_fault",
        "root_cause": "门岗脱岗",
        "result": "已道歉",
        "_version": only().version,
    }
    answer = client_for(Role.OFFICE_MANAGER).post(url, data=said)
    assert answer.status_code == 422
    assert "请勾选做了哪几步，至少一步。" in answer.text
    assert 'id="steps"' in answer.text
    assert 'aria-describedby="e-steps"' in answer.text
    assert "门岗脱岗" in answer.text
