"""The pages of repairs: the register, one repair with its moves, the printed work order."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import work
from pmweb.blueprints.repairs.operations.moves import table
from pmweb.blueprints.repairs.rules import RepairSource, RepairState, Verb
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models import shelf
from tests import pictures
from tests.blueprints.repairs.jobs import Jobs
from tests.office import Office, desk_of

S = RepairState
ClientFor = Callable[..., Any]
Queries = Callable[[Callable[[], Any]], int]
pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def jobs(office: Office) -> Jobs:
    return Jobs(office)


@pytest.fixture
def worker(app: Flask, office: Office, jobs: Jobs) -> Any:
    """The repairer's own tablet."""
    return desk_of(app, jobs.worker, office.estate)


def fresh(repair: Repair) -> Repair:
    unit().rollback()
    unit().refresh(repair)
    return repair


def answers(verb: Verb, jobs: Jobs) -> dict[str, Any]:
    """A good answer to the form of each verb."""
    known: dict[Verb, dict[str, Any]] = {
        Verb.DISPATCH: {"staff_id": jobs.worker.id},
        Verb.TRANSFER: {"staff_id": jobs.worker.id, "reason": "人员请假"},
        Verb.WAIT: {"kind": "parts", "reason": "等厂家发货"},
        Verb.COMPLETE: {"work_done": "疏通地漏"},
        Verb.RECHECK: {"passed": "yes"},
        Verb.FOLLOW_UP: {
            "result": "dissatisfied",
            "channel": "phone",
            "person": "other",
            "person_name": "周文博",
        },
    }
    return known.get(verb, {"reason": "工种不符"})


LEADS_TO = {
    Verb.DISPATCH: S.DISPATCHED,
    Verb.TRANSFER: S.DISPATCHED,
    Verb.GIVE_BACK: S.REGISTERED,
    Verb.RECALL: S.REGISTERED,
    Verb.ACCEPT: S.ACCEPTED,
    Verb.ARRIVE: S.ON_SITE,
    Verb.WAIT: S.WAITING_PARTS,
    Verb.RESUME: S.ACCEPTED,
    Verb.COMPLETE: S.COMPLETED,
    Verb.RECHECK: S.RECHECKED,
    Verb.FOLLOW_UP: S.FOLLOWED_UP,
    Verb.CHECK: S.CLOSED,
    Verb.REWORK: S.REWORK,
    Verb.CANCEL: S.CANCELLED,
}


@pytest.mark.parametrize("state", RepairState)
def test_the_verbs_follow_the_table_over_http_too(
    client_for: ClientFor, jobs: Jobs, state: RepairState
) -> None:
    """Every verb in every state: what the table allows is done, the rest is refused in words."""
    client = client_for(Role.DEPARTMENT_SUPERVISOR)
    for verb, to in LEADS_TO.items():
        repair = jobs.in_state(state, source=RepairSource.PHONE)
        data = {"_version": repair.version, **answers(verb, jobs)}
        response = client.post(f"/repairs/{repair.id}/{verb.value}", data=data)
        legal = table().allows(state, to) or (state is S.ACCEPTED and to is S.REGISTERED)
        if verb is Verb.DISPATCH and state is S.ACCEPTED:
            legal = False  # that is a transfer, which needs a reason
        if verb is Verb.FOLLOW_UP:
            legal = state is S.SIGNED  # of common parts nobody signs: those are asked after at once
        if verb is Verb.RESUME:
            legal = state in rules.WAITING_STATES
        assert response.status_code == (303 if legal else 422), (state, verb)
        assert fresh(repair).state is (to if legal else state), (state, verb)


@pytest.mark.parametrize("state", RepairState)
def test_a_leak_is_tested_where_the_table_allows_it(
    client_for: ClientFor, jobs: Jobs, state: RepairState
) -> None:
    """A-21: the same for the verb that only a leak has."""
    client = client_for(Role.DEPARTMENT_SUPERVISOR)
    repair = jobs.in_state(state, source=RepairSource.PHONE)
    repair.category = "bathroom_leak"
    unit().commit()
    data = {"_version": repair.version, "method": "rain", "passed": "yes"}
    response = client.post(f"/repairs/{repair.id}/leak-test", data=data)
    legal = table().allows(state, S.LEAK_TESTED)
    assert response.status_code == (303 if legal else 422)
    assert fresh(repair).state is (S.LEAK_TESTED if legal else state)


def test_the_register_shows_what_is_open_with_the_next_step(client_for: ClientFor, jobs: Jobs) -> None:
    jobs.in_state(S.REGISTERED)
    jobs.in_state(S.COMPLETED)
    jobs.in_state(S.CLOSED)
    page = client_for(Role.DISPATCHER).get("/repairs/").text
    assert "BX-2026-000001" in page
    assert "BX-2026-000003" not in page
    assert 'href="/repairs/1?do=dispatch"' in page
    assert "?do=recheck" not in page
    assert "?do=recheck" in client_for(Role.DEPARTMENT_SUPERVISOR).get("/repairs/?who=all").text


def test_a_repairer_sees_the_own_jobs_first(jobs: Jobs, worker: Any) -> None:
    jobs.in_state(S.DISPATCHED)
    jobs.in_state(S.REGISTERED)
    mine = worker.get("/repairs/").text
    assert "BX-2026-000001" in mine
    assert "BX-2026-000002" not in mine
    assert "BX-2026-000002" in worker.get("/repairs/?who=all").text


def test_the_register_turns_its_pages_without_losing_a_row(client_for: ClientFor, jobs: Jobs) -> None:
    for _ in range(53):
        jobs.defect()
    unit().commit()
    client = client_for(Role.DISPATCHER)
    first = client.get("/repairs/?trade=plumbing")
    following = (
        first.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    )
    second = client.get(following).text
    assert "trade=plumbing" in following
    assert first.text.count("<tr role=") == 51
    assert second.count("<tr role=") == 4
    assert "BX-2026-000053" in second


@pytest.mark.parametrize("address", ["/repairs/?group=nothing", "/repairs/?after=nonsense", "/repairs/99"])
def test_an_address_that_means_nothing_is_not_found(client_for: ClientFor, address: str) -> None:
    assert client_for(Role.DISPATCHER).get(address).status_code == 404


def test_the_register_asks_eight_questions_at_most(
    client_for: ClientFor, jobs: Jobs, queries: Queries
) -> None:
    jobs.in_state(S.ACCEPTED)
    client = client_for(Role.DEPARTMENT_SUPERVISOR)
    few = queries(lambda: client.get("/repairs/?q=0101"))
    for _ in range(40):
        jobs.in_state(S.DISPATCHED)
    assert queries(lambda: client.get("/repairs/?q=0101")) == few <= 8


def test_a_repair_asks_as_much_with_many_rounds_and_photos(
    client_for: ClientFor, jobs: Jobs, queries: Queries
) -> None:
    repair = jobs.in_state(S.COMPLETED)
    client = client_for(Role.DEPARTMENT_SUPERVISOR)
    few = queries(lambda: client.get(f"/repairs/{repair.id}"))
    for _ in range(4):
        work.recheck(repair, False, "仍然返臭", jobs.now())
        jobs.go_on(repair, S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED)
    assert queries(lambda: client.get(f"/repairs/{repair.id}")) == few <= 12


def test_the_workbook_has_the_rows_of_the_filter(client_for: ClientFor, jobs: Jobs) -> None:
    jobs.in_state(S.DISPATCHED)
    jobs.defect(description="=1+1", trade="electrical")
    response = client_for(Role.AUDITOR).get("/repairs/export.xlsx?trade=electrical")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(response.data)).get_sheet_by_index(0).to_python()
    assert [row[:4] for row in rows[1:]] == [["BX-2026-000002", "1-1-0101", "主卫", "=1+1"]]


def test_a_repair_shows_only_what_the_role_may_do(client_for: ClientFor, jobs: Jobs, worker: Any) -> None:
    repair = jobs.in_state(S.ACCEPTED)
    seen = {
        role: client_for(role).get(f"/repairs/{repair.id}").text
        for role in (Role.DISPATCHER, Role.REPAIRER, Role.AUDITOR)
    }
    own = worker.get(f"/repairs/{repair.id}").text
    assert f"/repairs/{repair.id}/arrive" in own
    assert "?do=transfer" in seen[Role.DISPATCHER]
    for text in (seen[Role.REPAIRER], seen[Role.AUDITOR]):
        assert 'method="post" action="/repairs/' not in text
    assert "等 周工 上门" in seen[Role.AUDITOR]


def test_another_repairer_may_not_work_on_the_job(client_for: ClientFor, jobs: Jobs) -> None:
    repair = jobs.in_state(S.DISPATCHED)
    response = client_for(Role.REPAIRER).post(
        f"/repairs/{repair.id}/accept", data={"_version": repair.version}
    )
    assert response.status_code == 422
    assert "派给了别人" in response.text
    assert fresh(repair).state is S.DISPATCHED


def test_what_somebody_else_changed_is_not_overwritten(client_for: ClientFor, jobs: Jobs) -> None:
    """Promise 6."""
    repair = jobs.in_state(S.REGISTERED)
    data = {"_version": repair.version - 1, "staff_id": jobs.worker.id}
    response = client_for(Role.DISPATCHER).post(f"/repairs/{repair.id}/dispatch", data=data)
    assert response.status_code == 409
    assert "改过它，所以这次没有保存" in response.text
    assert "系统 改过它" in response.text  # nobody of the office: the demo and the tests act as the system
    assert fresh(repair).state is S.REGISTERED


def test_a_repair_of_another_estate_is_not_found(office: Office, client_for: ClientFor, jobs: Jobs) -> None:
    repair = jobs.in_state(S.REGISTERED)
    stranger = client_for(Role.DISPATCHER, estate=office.other_estate())
    assert stranger.get(f"/repairs/{repair.id}").status_code == 404
    assert stranger.get(f"/repairs/{repair.id}/print/work-order").status_code == 404
    assert stranger.post(f"/repairs/{repair.id}/dispatch", data={}).status_code == 404


def test_a_refused_form_keeps_what_was_typed(client_for: ClientFor, jobs: Jobs) -> None:
    repair = jobs.in_state(S.COMPLETED)
    client = client_for(Role.DEPARTMENT_SUPERVISOR)
    data = {"_version": repair.version, "passed": "no", "note": ""}
    response = client.post(f"/repairs/{repair.id}/recheck", data=data)
    assert response.status_code == 422
    assert "请写明原因" in response.text
    assert 'value="no" id="passed-1" checked' in response.text


def test_a_safety_matter_is_completed_with_a_photo(jobs: Jobs, worker: Any) -> None:
    """FM-09."""
    repair = jobs.in_state(S.ON_SITE, severity="safety")
    address = f"/repairs/{repair.id}/complete"
    bare = worker.post(address, data={"_version": repair.version, "work_done": "加固栏杆"})
    assert bare.status_code == 422
    assert "完工要拍照" in bare.text
    photo = (io.BytesIO(pictures.jpeg()), "after.jpg")
    data = {"_version": repair.version, "work_done": "加固栏杆", "photos": [photo]}
    done = worker.post(address, data=data, content_type="multipart/form-data")
    assert done.status_code == 303
    (attached,) = shelf.attachments(unit(), "repair", [repair.id])[repair.id]
    assert attached.caption == work.AFTER
    assert f"/archive/files/{attached.file_id}/thumbnail" in worker.get(f"/repairs/{repair.id}").text


def test_htmx_gets_the_matter_and_its_dock(client_for: ClientFor, jobs: Jobs) -> None:
    repair = jobs.in_state(S.REGISTERED)
    client = client_for(Role.DISPATCHER)
    htmx = {"HX-Request": "true", "HX-Target": "matter"}
    swapped = client.get(f"/repairs/{repair.id}?do=cancel", headers=htmx).text
    assert swapped.lstrip().startswith('<div class="col" id="matter">')
    assert 'id="dock"' in swapped
    assert swapped.count('hx-swap-oob="true"') == 4  # the dock, the timeline, who answers for it, the notice
    data = {"_version": repair.version, "staff_id": ""}
    refused = client.post(f"/repairs/{repair.id}/dispatch", data=data, headers=htmx)
    assert refused.status_code == 422
    assert 'id="errs"' in refused.text


def test_the_work_order_can_be_taken_along(office: Office, client_for: ClientFor, jobs: Jobs) -> None:
    """R-6, FM-09: what to mend, where, whom to ring, and where to sign."""
    office.owner(jobs.home)
    repair = jobs.in_state(S.ACCEPTED)
    paper = client_for(Role.REPAIRER).get(f"/repairs/{repair.id}/print/work-order").text
    for said in (
        "维修工作单",
        repair.number,
        "1-1-0101",
        "周文博",
        "138 0013 8000",
        "周工",
        "业主（住户）签字",
        "<svg",
    ):
        assert said in paper


def test_one_button_makes_the_move_and_the_others_are_named_in_full(
    client_for: ClientFor, jobs: Jobs, worker: Any
) -> None:
    """A chip that only chose the form looked like the button itself."""
    repair = jobs.in_state(S.DISPATCHED)
    page = worker.get(f"/repairs/{repair.id}").text
    assert re.findall(r">\s*接单\s*</", page) == [">接单</"] * 2  # the heading and the button
    assert "<h3>接单</h3>" in page
    waiting = jobs.in_state(S.REGISTERED)
    page = client_for(Role.DISPATCHER).get(f"/repairs/{waiting.id}").text
    assert ">取消工单</a>" in page
    assert "选好维修人员，再派单。" in page
    assert "等维修调度派单" not in page


def test_a_deadline_says_what_it_is_for_and_an_item_has_its_name(client_for: ClientFor, jobs: Jobs) -> None:
    repair = jobs.in_state(S.REGISTERED, due_on=date(2026, 12, 15), item_code="ENT-01")
    page = client_for(Role.AUDITOR).get(f"/repairs/{repair.id}").text
    assert "派单期限" in page
    assert re.search(r'整改期限</dt>\s*<dd><span class="nw">2026-12-15', page)
    assert "入户门扇与门框" in page
    assert "ENT-01" not in page
    assert "等维修调度派单" in page


def test_what_else_waits_in_the_same_home_is_one_tap_away(client_for: ClientFor, jobs: Jobs) -> None:
    """R-6: several defects of one acceptance are handed out one after the other."""
    first, second, _done = jobs.defect(), jobs.defect(place="次卫"), jobs.in_state(S.ACCEPTED)
    unit().commit()
    client = client_for(Role.DISPATCHER)
    assert "同一户还有 1 张待派" in client.get(f"/repairs/{first.id}").text
    data = {"_version": first.version, "staff_id": jobs.worker.id}
    given = client.post(f"/repairs/{first.id}/dispatch", data=data, follow_redirects=True).text
    dock = given[given.index('<section class="dock"') :]
    assert f'class="btn primary" href="/repairs/{second.id}"' in dock
    assert "再派同户 1 张" in dock
    assert "张待派" not in client_for(Role.AUDITOR).get(f"/repairs/{first.id}").text
