"""The page of the running clocks: sections, whose they are, and 知悉 (P-14 to P-21, X-5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask, render_template_string
from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.operations import clocks, handling, routing
from pmweb.blueprints.complaints.rules import AnswerChannel, ComplaintState, LevelId
from pmweb.blueprints.complaints.views.clocks import card_of
from pmweb.domain.deadlines import part_of_the_way
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.tasks import Task
from tests.blueprints.complaints.cases import SECURITY, Cast, all_clocks
from tests.checking_client import CheckingClient
from tests.office import MORNING, Office, desk_of

S = ComplaintState
ClientFor = Callable[..., CheckingClient]


@pytest.fixture
def cast(office: Office) -> Cast:
    return Cast(office)


@pytest.fixture
def late(cast: Cast) -> Complaint:
    """A complaint whose time is over, and everybody was told."""
    complaint = cast.in_state(S.IN_PROGRESS)
    _remind(due_of(complaint))
    unit().commit()
    return complaint


def due_of(complaint: Complaint) -> datetime:
    return clocks.running(complaint)[-1].due_at


def _remind(at: datetime) -> None:
    while clocks.remind(at):
        pass


def open_notices(complaint: Complaint) -> set[str]:
    query = select(Task.kind).where(
        Task.subject_id == complaint.id, Task.kind.in_(rules.TOLD), Task.done_at.is_(None)
    )
    return {kind.rpartition(".")[2] for kind in unit().scalars(query)}


def chips(shown: str) -> dict[str, int]:
    """What stands in the chips of the sections."""
    found = re.findall(r'<a class="chip"[^>]*>([^<]+?) <span>(\d+)</span>', shown)
    return {word: int(number) for word, number in found}


def rows(shown: str) -> list[str]:
    return re.findall(r'id="(clock-\d+)"', shown)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        *[(role, 200) for role in (Role.RECEPTIONIST, Role.AUDITOR, Role.OFFICE_MANAGER)],
        (Role.DEPARTMENT_SUPERVISOR, 200),
        *[(role, 403) for role in (Role.GUARD, Role.REPAIRER, Role.CASHIER, Role.FINANCE, Role.ADMIN)],
    ],
)
def test_who_reads_all_complaints_sees_the_clocks(
    cast: Cast, client_for: ClientFor, role: Role, status: int
) -> None:
    cast.in_state(S.IN_PROGRESS)
    assert client_for(role).get("/complaints/clocks").status_code == status


@pytest.mark.parametrize(
    ("percent", "word"), [(0, "未过半"), (50, "已过半"), (80, "剩两成以内"), (100, "已逾期")]
)
def test_the_sections_change_at_exactly_fifty_eighty_and_a_hundred(
    cast: Cast, client_for: ClientFor, percent: int, word: str
) -> None:
    complaint = cast.in_state(S.IN_PROGRESS)
    (one,) = clocks.running(complaint)
    with clock.standing_still_at(part_of_the_way(one.started_at, one.due_at, percent)):
        client = client_for(Role.OFFICE_MANAGER)
        shown = client.get("/complaints/clocks").text
        found = chips(shown)
        part = next(part for part, least in rules.FROM_PERCENT.items() if least == percent)
        assert rows(client.get(f"/complaints/clocks?part={part}").text) == rows(shown) != []
    assert found.pop("全部") == 1
    assert {name for name, number in found.items() if number} == {word}
    assert f'value="{percent}"' in shown


def test_a_row_says_what_runs_out_whose_it_is_and_who_was_told(
    cast: Cast, late: Complaint, app: Flask
) -> None:
    with clock.standing_still_at(due_of(late) + timedelta(hours=2)):
        shown = desk_of(app, cast.manager, cast.office.estate).get("/complaints/clocks").text
    for said in (
        "处理完毕 · 赵勇 · 安护部",
        "50%：赵勇",
        "80%：赵勇、安护部主管",
        "100%：安护部主管、管理处主任",
    ):
        assert said in shown, said
    for said in ("轻微投诉", "逾期 2 小时", "安护部主管未知悉", "管理处主任未知悉", "1-1-0101"):
        assert said in shown, said
    assert 'class="bad" max="100" value="100"' in shown
    assert "王" not in shown
    assert "style=" not in shown


def test_a_supervisor_sees_the_own_department_first_and_all_with_one_tap(cast: Cast, app: Flask) -> None:
    cast.in_state(S.IN_PROGRESS)
    cast.take(category="facility", department="repair")
    client = desk_of(app, cast.supervisor, cast.office.estate)
    own = client.get("/complaints/clocks").text
    assert chips(own)["全部"] == len(rows(own)) == 1
    everything = re.search(r'href="([^"]+department=all[^"]*)"', own)
    assert everything
    assert len(rows(client.get(everything[1].replace("&amp;", "&")).text)) == 2
    assert len(rows(client.get("/complaints/clocks?department=repair").text)) == 1
    assert len(rows(client.get("/complaints/clocks?department=made-up").text)) == 2
    manager = desk_of(app, cast.manager, cast.office.estate)
    assert len(rows(manager.get("/complaints/clocks").text)) == 2


def test_the_kinds_of_clocks_are_told_apart(cast: Cast, client_for: ClientFor) -> None:
    cast.take(levels=frozenset({LevelId.MAJOR}))
    client = client_for(Role.OFFICE_MANAGER)
    for kind, number in (("escalate", 1), ("reply", 1), ("first_contact", 0), ("made-up", 3), ("", 3)):
        shown = client.get("/complaints/clocks", query_string={"kind": kind}).text
        assert chips(shown)["全部"] == len(rows(shown)) == number, kind
    assert client.get("/complaints/clocks?part=made-up").status_code == 404


def test_noting_is_for_whom_the_notice_is_addressed_to(cast: Cast, late: Complaint, app: Flask) -> None:
    manager = desk_of(app, cast.manager, cast.office.estate)
    service = desk_of(app, cast.service, cast.office.estate)
    address = f"/complaints/{late.id}/seen"
    assert address in manager.get("/complaints/clocks").text
    assert address not in service.get("/complaints/clocks?department=all").text
    assert service.post(address).status_code == 303
    assert open_notices(late) == {"supervisor", "manager"}
    assert manager.post(address).location == "/complaints/clocks"
    assert open_notices(late) == {"supervisor"}
    shown = manager.get("/complaints/clocks").text
    assert "管理处主任未知悉" not in shown
    assert "安护部主管未知悉" in shown
    assert address not in shown
    supervisor = desk_of(app, cast.supervisor, cast.office.estate)
    assert supervisor.post(f"{address}?back=show").location == f"/complaints/{late.id}"
    assert open_notices(late) == set()


def test_after_noting_the_list_stands_as_it_was_narrowed(cast: Cast, late: Complaint, app: Flask) -> None:
    manager = desk_of(app, cast.manager, cast.office.estate)
    asked = "department=security&part=late&endpoint=evil&_scheme=x&complaint_id=7"
    answer = manager.post(f"/complaints/{late.id}/seen?{asked}")
    assert answer.location == "/complaints/clocks?department=security&part=late"
    assert manager.get("/complaints/clocks?complaint_id=7").status_code == 200


@pytest.mark.parametrize(
    ("role", "status"), [(Role.RECEPTIONIST, 303), (Role.AUDITOR, 403), (Role.GUARD, 404)]
)
def test_who_decides_nothing_notes_nothing(
    late: Complaint, client_for: ClientFor, role: Role, status: int
) -> None:
    """The desk may have read what the resident wrote; what the clocks say is for others to note."""
    assert client_for(role).post(f"/complaints/{late.id}/seen").status_code == status
    assert open_notices(late) == {"supervisor", "manager"}


def test_another_estate_never_sees_nor_notes(late: Complaint, office: Office, client_for: ClientFor) -> None:
    client = client_for(Role.OFFICE_MANAGER, estate=office.other_estate())
    assert rows(client.get("/complaints/clocks?department=all").text) == []
    assert client.post(f"/complaints/{late.id}/seen").status_code == 404
    assert open_notices(late) == {"supervisor", "manager"}


# --- the clocks of one complaint ---


def test_the_card_of_a_complaint_tells_each_clock_from_its_event_to_its_end(app: Flask, cast: Cast) -> None:
    """T-6: event, rule and computed instant; met in time, met late, reckoned anew, still running."""
    complaint = cast.take(levels=frozenset({LevelId.IMPORTANT}))
    late = MORNING + timedelta(hours=2)
    _remind(late)
    routing.acknowledge(complaint, cast.supervisor, late)
    routing.assign(complaint, cast.guard, SECURITY, cast.supervisor, late)
    routing.change_level(complaint, LevelId.MINOR, "查明是偶发", cast.supervisor, late)
    handling.contact(complaint, AnswerChannel.PHONE, "听住户说了经过", cast.guard, late)
    unit().commit()
    with app.test_request_context():
        shown, steps = card_of(complaint, late)
    told = {(str(one.what), one.word, one.rule, one.until) for one in shown}
    assert told == {
        ("呈报", "逾期完成", "P-15", "2026-03-05 10:00"),
        ("处理完毕", "不再计", "P-15", "2026-03-08 24:00"),
        ("首次联系住户", "按时完成", "P-19", "2026-03-05 11:30"),
        ("处理完毕", "在计", "P-16", "2026-03-07 24:00"),
    }
    assert {str(one.what): one.event for one in shown} == {
        "呈报": "受理",
        "处理完毕": "受理",
        "首次联系住户": "派责任人",
    }
    by_kind = {one.kind: one for one in all_clocks(complaint)}
    escalate = steps[by_kind[rules.ClockKind.ESCALATE].id]
    assert [(step.percent, step.told) for step in escalate] == [(50, True), (80, True), (100, True)]
    assert escalate[2].who == "安护部主管、管理处主任"
    runs = steps[by_kind[rules.ClockKind.RESOLVE].id]
    assert [(step.percent, step.who, step.told) for step in runs] == [
        (50, "责任人", False),
        (80, "责任人、部门主管", False),
        (100, "部门主管、管理处主任", False),
    ]


def test_the_card_draws_what_it_is_given(app: Flask, cast: Cast) -> None:
    complaint = cast.in_state(S.RESULT_REPORTED)
    with app.test_request_context():
        shown, steps = card_of(complaint, MORNING)
        html: Any = render_template_string(
            '{% from "complaints/_clocks.html" import clock_list %}{{ clock_list(clocks, reminders) }}',
            clocks=shown,
            reminders=steps,
        )
    assert html.count("<progress") == 1
    for said in ("当日通报住户", "P-21", "按时完成", "在计", "24:00"):
        assert said in html
