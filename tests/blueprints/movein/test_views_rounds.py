"""整改与再次验收: the one thing to do next stands in the dock, by the state of the repairs (M-12 to M-17)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from pmweb import clock
from pmweb.blueprints.movein.operations import rounds
from pmweb.domain.permissions import Role
from pmweb.extensions import db
from tests.blueprints.movein.journey import Journey
from tests.checking_client import CheckingClient
from tests.office import Office

ClientFor = Callable[..., CheckingClient]


@pytest.fixture
def journey(office: Office) -> Journey:
    """Both sides have signed the first round, with two defects."""
    made = Journey(office)
    made.at_the_desk()
    made.sign()
    made.first_round(defects=2)
    db.session.commit()
    return made


def shown(client: CheckingClient, journey: Journey) -> tuple[str, str]:
    """The page, and its dock."""
    page = client.get(f"/movein/{journey.move_in.id}/rounds").text
    return page, page[page.index('<section class="dock"') :].partition("</section>")[0]


def test_while_nothing_is_dispatched_the_dispatcher_is_led_to_the_first_work_order(
    client_for: ClientFor, journey: Journey
) -> None:
    """R-6: and nobody is asked for an appointment."""
    first = rounds.repairs_of(journey.move_in)[0]
    page, dock = shown(client_for(Role.DISPATCHER), journey)
    assert "还有 2 张工作单，等维修调度派单" in dock
    assert f'class="btn primary" href="/repairs/{first.id}"' in dock
    assert "等前台与业主约时间" in page
    page, dock = shown(client_for(Role.RECEPTIONIST), journey)
    assert "btn primary" not in dock
    assert "要等维修部复检合格" in page
    assert "<details>" in page
    assert "开始第 2 轮" not in page


def test_the_case_sends_nobody_to_a_round_that_waits_for_the_repair_department(
    client_for: ClientFor, journey: Journey
) -> None:
    """M-12 to M-14: the dispatcher is led there, the repairer is not, and both may look."""
    url = f"/movein/{journey.move_in.id}"
    dock = 'class="btn primary" href="' + url + '/rounds"'
    page = client_for(Role.REPAIRER).get(url).text
    assert f'href="{url}/rounds"' in page
    assert dock not in page
    assert dock in client_for(Role.DEPARTMENT_SUPERVISOR).get(url).text


def test_the_owner_compares_with_the_photos_from_before_the_repair(
    client_for: ClientFor, journey: Journey
) -> None:
    """M-17: beside each defect of the round stand the photos of both days; step 6 keeps the figures of round 1."""
    journey.put_right()
    rounds.open_round(journey.move_in, journey.facts, "林先生", "周工", at=journey.now())
    db.session.commit()
    client = client_for(Role.REPAIRER)
    page, _dock = shown(client, journey)
    assert page.count("<figcaption>维修前</figcaption>") == 2
    assert page.count("<figcaption>维修后</figcaption>") == 2
    assert "第 1 轮不合格 2 处 · 第 2 轮复验 0/2" in client.get(f"/movein/{journey.move_in.id}").text


def test_once_rechecked_the_time_is_agreed_and_then_the_round_begins(
    client_for: ClientFor, journey: Journey
) -> None:
    """M-15, M-17: one button at a time."""
    journey.put_right()
    db.session.commit()
    client = client_for(Role.RECEPTIONIST)
    page, dock = shown(client, journey)
    assert "约好了" in dock
    assert page.count("约好了") == 1
    assert page.index("约再次验收") < page.index("开始下一轮验收")
    _page, dock = shown(client_for(Role.REPAIRER), journey)
    assert "开始第 2 轮" in dock
    at = journey.at + timedelta(days=1)
    rounds.appoint(journey.move_in, at, "phone", "", journey.repairer.id, at=journey.now())
    db.session.commit()
    page, dock = shown(client, journey)
    assert page.count("开始第 2 轮") == 1
    assert page.index("开始下一轮验收") < page.index("约再次验收")
    assert "btn primary" not in dock  # a second tap on the same spot begins nothing
    assert "业主到场时再开始" in dock
    with clock.standing_still_at(at):
        _page, dock = shown(client_for(Role.REPAIRER), journey)
    assert "开始第 2 轮" in dock


def test_who_says_not_in_order_without_words_finds_the_answer_still_pressed(
    client_for: ClientFor, journey: Journey
) -> None:
    """M-17: only the words are missing."""
    journey.put_right()
    sheet = rounds.open_round(journey.move_in, journey.facts, "林先生", "周工", at=journey.now())
    found = rounds.defects_of_round(sheet)[0]
    db.session.commit()
    url = f"/movein/{journey.move_in.id}/rounds/defects/{found.id}"
    refused = client_for(Role.REPAIRER).post(
        url, data={"passed": "no", "note": "", "_version": found.version}
    )
    assert refused.status_code == 422
    pressed = re.search(rf'id="found-{found.id}-h-no"\s+aria-pressed="(\w+)"', refused.text)
    assert pressed is not None
    assert pressed[1] == "true"


def test_the_next_round_is_accompanied_by_the_repair_department(
    client_for: ClientFor, journey: Journey
) -> None:
    """M-17: chosen as in the first round, who came then is proposed; whom to ring stands beside the appointment."""
    journey.put_right()
    db.session.commit()
    page, _dock = shown(client_for(Role.RECEPTIONIST), journey)
    assert re.search(r'name="inspectors" value="周工" id="\S+" checked', page)
    assert "138 0013 8000" in page[page.index("约再次验收") : page.index("开始下一轮验收")]


def test_a_refused_appointment_stays_open_with_its_button(client_for: ClientFor, journey: Journey) -> None:
    """Nothing typed is ever cleared: agreed before the recheck, with a time that has passed."""
    client = client_for(Role.RECEPTIONIST)
    answers = {"moment": "2020-01-01T10:00", "agreed_by": "phone", "remark": "下班后", "_version": 0}
    refused = client.post(f"/movein/{journey.move_in.id}/appointment", data=answers)
    assert refused.status_code == 422
    assert "<details open>" in refused.text
    assert 'value="下班后"' in refused.text
    assert "约好了" in refused.text


def test_a_stale_page_answers_for_nobody(client_for: ClientFor, journey: Journey) -> None:
    """M-17: 仍不合格 on one tablet is not turned into 合格 by an old page on another."""
    journey.put_right()
    sheet = rounds.open_round(journey.move_in, journey.facts, "林先生", "周工", at=journey.now())
    found = rounds.defects_of_round(sheet)[0]
    db.session.commit()
    url, client = f"/movein/{journey.move_in.id}/rounds/defects/{found.id}", client_for(Role.REPAIRER)
    seen = found.version
    assert client.post(url, data={"passed": "no", "note": "还漏", "_version": seen}).status_code == 303
    assert client.post(url, data={"passed": "yes", "_version": seen}).status_code == 409
    db.session.expire_all()
    assert (found.passed, found.note) == (False, "还漏")


def test_who_goes_on_too_early_is_told_what_is_missing(client_for: ClientFor, journey: Journey) -> None:
    """M-17: on the page where it is missing, by its name; not on a page that only says no."""
    journey.put_right()
    rounds.open_round(journey.move_in, journey.facts, "林先生", "周工", at=journey.now())
    db.session.commit()
    client = client_for(Role.REPAIRER)
    answer = client.get(f"/movein/{journey.move_in.id}/check")
    assert (answer.status_code, answer.location) == (302, f"/movein/{journey.move_in.id}/rounds")
    assert "处没有结果：" in client.get(answer.location).text
