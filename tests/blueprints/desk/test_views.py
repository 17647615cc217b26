"""The page of the work log: a day, the days beside it, a line added (R-2, FM-31)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.desk import forms
from pmweb.blueprints.desk.models import WorkLogEntry
from pmweb.blueprints.desk.operations import log
from pmweb.blueprints.desk.rules import LogKind
from pmweb.blueprints.repairs.operations.intake import Call, take_call
from pmweb.blueprints.repairs.rules import Part, RepairSource
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from tests.office import Office, desk_of

ClientFor = Callable[..., Any]


def take(office: Office) -> None:
    home = office.home()
    call = Call(
        source=RepairSource.PHONE,
        home=home,
        part=Part.PRIVATE,
        place="主卫",
        category="toilet",
        description="水箱不停上水",
        caller_name="周文博",
        caller_phone="13800138000",
    )
    take_call(call, [], at=clock.now())


def test_the_log_of_today_with_the_way_to_the_matter(client_for: ClientFor, office: Office) -> None:
    """PRI-5: the name is masked."""
    take(office)
    page = client_for(Role.RECEPTIONIST).get("/desk/").text
    assert "水箱不停上水" in page
    assert 'href="/repairs/1"' in page
    assert "周**" in page or "周*" in page
    assert "周文博" not in page


def test_another_day_and_the_days_beside_it(client_for: ClientFor, office: Office) -> None:
    yesterday = clock.today() - timedelta(days=1)
    log("event", "送来锦旗", clock.now() - timedelta(days=1))
    desk = client_for(Role.RECEPTIONIST)
    assert "送来锦旗" not in desk.get("/desk/").text
    page = desk.get(f"/desk/?on={yesterday.isoformat()}").text
    assert "送来锦旗" in page
    assert f"on={(yesterday - timedelta(days=1)).isoformat()}" in page
    assert "记一笔" not in page


@pytest.mark.parametrize("on", ["9999-12-31", "0001-01-01", "soon", "2026-02-30"])
def test_a_day_that_is_none_has_no_log(client_for: ClientFor, on: str) -> None:
    assert client_for(Role.RECEPTIONIST).get(f"/desk/?on={on}").status_code == 404


def test_the_desk_writes_a_line(client_for: ClientFor, office: Office) -> None:
    desk = client_for(Role.RECEPTIONIST)
    assert desk.post("/desk/entries", data={"kind": "incident", "text": "电梯困人"}).status_code == 303
    entry = unit().scalars(select(WorkLogEntry)).one()
    assert (entry.kind, entry.text, entry.logged_on) == (LogKind.INCIDENT, "电梯困人", clock.today())
    assert "电梯困人" in desk.get("/desk/").text


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"kind": "event", "text": ""}, "请填写记什么"),
        ({"kind": "repair", "text": "马桶坏了"}, "请从列出的选项里选"),
    ],
)
def test_what_is_missing_is_said_beside_it(client_for: ClientFor, said: dict[str, str], word: str) -> None:
    answer = client_for(Role.RECEPTIONIST).post("/desk/entries", data=said)
    assert answer.status_code == 422
    assert word in answer.text
    assert said["text"] in answer.text


def test_who_only_reads_is_offered_no_form(client_for: ClientFor) -> None:
    reader = client_for(Role.AUDITOR)
    assert "记一笔" not in reader.get("/desk/").text
    assert reader.post("/desk/entries", data={"kind": "event", "text": "-"}).status_code == 403


def test_the_day_on_paper(client_for: ClientFor, office: Office) -> None:
    take(office)
    log("event", "送来锦旗", clock.now())
    paper = client_for(Role.RECEPTIONIST).get("/desk/print").text
    assert "客户服务中心工作日志" in paper
    assert paper.index("水箱不停上水") < paper.index("送来锦旗")
    assert "周文博" not in paper


def test_a_full_day_has_pages_and_few_questions(
    app: Flask, office: Office, queries: Callable[[Callable[[], Any]], int]
) -> None:
    desk = desk_of(app, office.staff(Role.RECEPTIONIST), office.estate)
    few = queries(lambda: desk.get("/desk/"))
    for number in range(60):
        log("event", f"第 {number} 件", clock.now())
    answers: list[str] = []
    assert queries(lambda: answers.append(desk.get("/desk/").text)) <= few + 1
    assert "下一页" in answers[0]


def test_every_kind_has_its_word() -> None:
    assert set(forms.KIND_WORDS) == set(forms.TONES) == set(LogKind)
