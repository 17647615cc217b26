"""From the call to the work order, and from the work to the signature: R-1 to R-6, A-16, A-21."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import signing, work
from pmweb.blueprints.repairs.operations.intake import Call, take_call
from pmweb.blueprints.repairs.rules import Part, RepairSource, RepairState, Responsible
from pmweb.domain.permissions import Role
from pmweb.domain.warranty import Verdict
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import db, unit
from pmweb.models import shelf
from pmweb.models.files import FileKind
from pmweb.models.homes import Home
from pmweb.models.people import Tie
from pmweb.models.pictures import prepare
from pmweb.models.tasks import Task
from tests.blueprints.repairs.jobs import Jobs
from tests.office import MORNING, Office, desk_of
from tests.pictures import jpeg, phone_photo

S = RepairState
ClientFor = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def home(office: Office) -> Home:
    """Handed over in March of the year after its building was completed."""
    made = office.home("0202", handed_over_on=date(2026, 3, 1))
    office.owner(made)
    return made


def call(home: Home | None, **more: Any) -> Call:
    asked: dict[str, Any] = {
        "source": RepairSource.PHONE,
        "home": home,
        "part": Part.PRIVATE,
        "place": "主卫",
        "category": "bathroom_leak",
        "description": "楼下说天花板滴水",
        "caller_name": "周文博",
        "caller_phone": "13800138000",
    }
    return Call(**(asked | more))


def owed(repair: Repair) -> set[str]:
    """What the office owes to this repair now."""
    query = select(Task.kind).where(
        Task.subject_kind == "repair", Task.subject_id == repair.id, Task.done_at.is_(None)
    )
    return set(unit().scalars(query))


def test_a_leak_under_warranty_goes_into_the_free_register(home: Home) -> None:
    """R-3, R-4: the developer sees to it; the dispatcher is to hand it out (R-6)."""
    repair = take_call(call(home), [], at=MORNING)
    assert repair.number.startswith("BX-2026-")
    assert (repair.verdict, repair.responsible) == (Verdict.WARRANTY, Responsible.DEVELOPER)
    assert (repair.trade, repair.priority, repair.on_its_own) == ("waterproofing", "urgent", True)
    assert (repair.completed_on, repair.handed_over_on) == (date(2025, 6, 30), date(2026, 3, 1))
    assert repair.warranty_ends_on == date(2030, 6, 30)
    assert owed(repair) == {"repair.dispatch"}


def test_what_the_resident_has_broken_goes_into_the_register_of_paid_repairs(home: Home) -> None:
    repair = take_call(call(home, exclusion="improper_use"), [], at=MORNING)
    assert repair.number.startswith("YC-2026-")
    assert (repair.verdict, repair.responsible) == (Verdict.PAID, Responsible.RESIDENT)


def test_a_common_part_needs_no_home_and_is_nobodys_bill(office: Office) -> None:
    """WAR-8: it says where it is, for nobody else can."""
    repair = take_call(call(None, part=Part.COMMON, place="2 单元 5 层走廊", category="lamp"), [], at=MORNING)
    assert (repair.home_id, repair.verdict) == (None, Verdict.PUBLIC)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param({"home": None}, "repair.where", id="a part of no home"),
        pytest.param({"part": Part.COMMON, "place": ""}, "repair.place", id="a common part somewhere"),
        pytest.param(
            {"preferred_from": MORNING, "preferred_to": MORNING - timedelta(hours=1)},
            "repair.preferred",
            id="a time that ends before it begins",
        ),
    ],
)
def test_what_nobody_could_find_is_asked_for(home: Home, more: dict[str, Any], code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        take_call(call(**({"home": home} | more)), [], at=MORNING)
    assert refused.value.code == code
    assert unit().scalars(select(Repair)).all() == []


# --- what follows: a leak is tested, anything else is signed when it is done


def done(jobs: Jobs, home: Home, category: str) -> Repair:
    repair = take_call(call(home, category=category), [], at=jobs.now())
    for step in (S.DISPATCHED, S.ACCEPTED, S.ON_SITE):
        jobs.move(repair, step)
    photo = shelf.put(unit(), prepare(phone_photo()), FileKind.PHOTO, at=jobs.at)
    work.complete(repair, "更换密封圈", jobs.now(), [photo.id])
    return repair


def test_what_leaks_is_tested_before_anybody_signs(office: Office, home: Home) -> None:
    """A-21: without a passed test it cannot be signed."""
    jobs = Jobs(office)
    repair = done(jobs, home, "bathroom_leak")
    assert owed(repair) == {"repair.leak_test"}
    with pytest.raises(RuleBroken, match=r"repair\.not_to_sign"):
        signing.moment_of(repair, "zh_CN")
    with pytest.raises(RuleBroken, match=r"repair\.leak_test_early"):
        work.leak_test(repair, "ponding", True, "", jobs.now())
    jobs.at += timedelta(days=1)
    work.leak_test(repair, "ponding", True, "", jobs.now())
    assert (repair.state, repair.leak_test_method, owed(repair)) == (
        S.LEAK_TESTED,
        "ponding",
        {"repair.sign"},
    )
    moment = signing.moment_of(repair, "zh_CN")
    assert moment.signers[0].name == "周文博"
    assert moment.paper.facts["leak_test_method"] == "ponding", "the resident signs for the test, too"


def test_what_leaks_again_is_rework_in_a_new_round(office: Office, home: Home) -> None:
    jobs = Jobs(office)
    repair = done(jobs, home, "bathroom_leak")
    with pytest.raises(RuleBroken, match=r"repair\.reason"):
        work.leak_test(repair, "ponding", False, " ", jobs.now())
    work.leak_test(repair, "ponding", False, "地漏旁仍渗", jobs.now())
    assert (repair.state, repair.round, repair.leak_tested_at) == (S.REWORK, 2, None)
    assert repair.rounds[0].reason == "地漏旁仍渗"


def test_what_does_not_leak_is_signed_when_it_is_done(office: Office, home: Home) -> None:
    repair = done(Jobs(office), home, "inner_door")
    assert owed(repair) == {"repair.sign"}
    assert signing.moment_of(repair, "zh_CN").signers[0].name == "周文博"


# --- the page


def answers(**more: Any) -> dict[str, Any]:
    said = {"source": "phone", "part": "private", "place": "主卫", "category": "bathroom_leak"}
    return said | {"description": "楼下说天花板滴水"} | more


def test_one_screen_from_the_call_to_the_work_order(client_for: ClientFor, home: Home) -> None:
    """R-1 to R-5: who of the home calls is known already; the register and the reason are shown."""
    desk = client_for(Role.RECEPTIONIST)
    owner = unit().scalar(select(Tie.person_id).where(Tie.home_id == home.id))
    said = answers(caller=owner, photos=(io.BytesIO(jpeg()), "leak.jpg"))
    made = desk.post(f"/repairs/new?home={home.id}", data=said, content_type="multipart/form-data")
    assert made.status_code == 303
    repair = unit().scalars(select(Repair)).one()
    assert (repair.caller_name, repair.caller_phone) == ("周文博", "13800138000")
    shown = desk.get(made.location).text
    assert "竣工" in shown
    assert "在保修期内" in shown
    assert 'alt="维修前照片' in shown or "维修前照片" in shown


def test_the_warranty_is_explained_before_anything_is_saved(client_for: ClientFor, home: Home) -> None:
    headers = {"HX-Request": "true", "HX-Target": "verdict"}
    answer = client_for(Role.RECEPTIONIST).get(
        f"/repairs/new?home={home.id}&category=bathroom_leak&part=private", headers=headers
    )
    assert answer.text.lstrip().startswith('<section class="card" id="verdict"')
    assert "2025-06-30 + 5 年 = 2030-06-30" in re.sub(r"<[^>]+>", "", answer.text)
    assert unit().scalars(select(Repair)).all() == []


def test_somebody_else_says_name_and_number(client_for: ClientFor, home: Home) -> None:
    desk = client_for(Role.RECEPTIONIST)
    refused = desk.post(f"/repairs/new?home={home.id}", data=answers(caller="other"))
    assert refused.status_code == 422
    assert "楼下说天花板滴水" in refused.text
    taken = answers(caller="other", caller_name="快递员", caller_phone="13900139000")
    assert desk.post(f"/repairs/new?home={home.id}", data=taken).status_code == 303
    assert unit().scalars(select(Repair.caller_name)).all() == ["快递员"]


def test_the_home_is_looked_up_first(client_for: ClientFor, home: Home) -> None:
    page = client_for(Role.RECEPTIONIST).get(f"/repairs/new?q={home.number}").text
    assert f"home={home.id}" in page
    assert "part=common" in page


def test_a_leak_test_is_written_down_by_whoever_repaired_it(office: Office, home: Home, app: Flask) -> None:
    jobs = Jobs(office)
    repair = done(jobs, home, "bathroom_leak")
    db.session.commit()
    tablet = desk_of(app, jobs.worker, office.estate)
    assert "试漏" in tablet.get(f"/repairs/{repair.id}").text
    said = {"method": "rain", "passed": "yes", "_version": repair.version}
    assert tablet.post(f"/repairs/{repair.id}/leak-test", data=said).status_code == 303
    db.session.expire_all()
    assert repair.state is S.LEAK_TESTED


# --- an emergency: first the harm is stopped


def told_first(page: str) -> list[str]:
    """The emergencies whose steps can be read on the page of the intake."""
    parts = re.findall(r'<div data-if="category=([^"]*)" role="alert"( hidden)?>', page)
    return [categories for categories, hidden in parts if not hidden]


def test_an_emergency_says_what_is_done_first(client_for: ClientFor, home: Home) -> None:
    """The steps are on the page already, in their order, and shown as soon as the category is chosen: also without
    signal. Nothing of it for anything else.
    """
    desk, asked = client_for(Role.RECEPTIONIST), f"/repairs/new?home={home.id}&category="
    page = desk.get(asked + "gas_smell").text
    assert told_first(page) == ["gas_smell"]
    assert page.index("不用明火") < page.index("关上燃气总阀") < page.index("通风") < page.index("人到室外")
    assert told_first(desk.get(asked + "lamp").text) == []


def test_without_javascript_it_is_said_when_something_is_missing(client_for: ClientFor, home: Home) -> None:
    said = answers(caller="other", category="water_pipe_burst")
    refused = client_for(Role.RECEPTIONIST).post(f"/repairs/new?home={home.id}", data=said)
    assert refused.status_code == 422
    assert told_first(refused.text) == ["water_pipe_burst"]


def test_the_repair_says_it_until_the_work_is_done(client_for: ClientFor, office: Office, home: Home) -> None:
    jobs, desk = Jobs(office), client_for(Role.RECEPTIONIST)
    repair = take_call(call(home, category="electric_leakage"), [], at=jobs.now())
    assert "先止损" in desk.get(f"/repairs/{repair.id}").text
    for step in (S.DISPATCHED, S.ACCEPTED, S.ON_SITE):
        jobs.move(repair, step)
    assert "先止损" in desk.get(f"/repairs/{repair.id}").text
    photo = shelf.put(unit(), prepare(phone_photo()), FileKind.PHOTO, at=jobs.at)
    work.complete(repair, "更换线路", jobs.now(), [photo.id])
    assert "先止损" not in desk.get(f"/repairs/{repair.id}").text
