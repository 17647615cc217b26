"""The walk through the home and the check, through a client (M-9 to M-12)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet
from pmweb.blueprints.movein.operations import acceptance
from pmweb.blueprints.movein.rules import Result
from pmweb.domain.permissions import Role
from pmweb.extensions import db
from tests.blueprints.movein.journey import Journey
from tests.checking_client import CheckingClient
from tests.office import MORNING, Office
from tests.pictures import jpeg

ClientFor = Callable[..., CheckingClient]
HTMX = {"HX-Request": "true", "HX-Boosted": "true"}


@pytest.fixture
def sheet(journey: Journey) -> AcceptanceSheet:
    made = journey.start_acceptance()
    db.session.commit()
    return made


def line(sheet: AcceptanceSheet, code: str) -> AcceptanceItem:
    query = select(AcceptanceItem).where(AcceptanceItem.sheet_id == sheet.id, AcceptanceItem.code == code)
    return db.session.scalars(query).one()


def say(client: CheckingClient, sheet: AcceptanceSheet, code: str, **data: Any) -> Any:
    """Send one line, as the browser does."""
    item = line(sheet, code)
    url = f"/movein/{sheet.move_in_id}/items/{item.id}"
    sent = {"_version": item.version, **data}
    headers = HTMX | {"HX-Target": f"item-{item.id}"}
    return client.post(url, data=sent, headers=headers, follow_redirects=True)


def photo() -> tuple[io.BytesIO, str]:
    return io.BytesIO(jpeg()), "a.jpg"


# --- beginning ---


def test_the_page_says_how_many_lines_the_sheet_will_have(journey: Journey, repairer: CheckingClient) -> None:
    """M-9: proposed from the layout as sold; another answer is counted at once."""
    url = f"/movein/{journey.move_in.id}/acceptance/start"
    assert "82 <small>" in repairer.get(url).text
    answers = {"finish": "furnished", "bedrooms": 4, "bathrooms": 2, "balconies": 2}
    counted = repairer.get(url, query_string=answers, headers={"HX-Request": "true", "HX-Target": "count"})
    assert counted.text.lstrip().startswith('<section class="card" id="count"')
    assert "125 <small>" in counted.text
    odd = repairer.get(url, query_string=answers | {"bedrooms": "many"})
    assert odd.status_code == 200
    assert "— <small>" in odd.text


def test_the_walk_begins_with_somebody_of_the_repair_department(
    journey: Journey, repairer: CheckingClient
) -> None:
    """FM-05: at least one inspector; who is signed in is proposed."""
    url = f"/movein/{journey.move_in.id}/acceptance/start"
    assert re.search(r'value="周志强" id="\S+" checked', repairer.get(url).text)
    rooms = {"finish": "bare", "bedrooms": 2, "bathrooms": 1, "balconies": 1, "resident_present": "周文博"}
    refused = repairer.post(url, data=rooms)
    assert refused.status_code == 422
    assert "请选择陪验人员" in refused.text
    begun = repairer.post(url, data=rooms | {"inspectors": ["周志强", "周工"]})
    assert begun.location == f"/movein/{journey.move_in.id}/acceptance"
    made = acceptance.first_sheet(journey.move_in)
    assert made.inspectors == "周志强、周工"
    assert repairer.get(url).location == f"/movein/{journey.move_in.id}/acceptance"
    assert repairer.post(url, data=rooms | {"inspectors": ["周工"]}).status_code == 422


def test_without_a_repair_department_the_page_says_what_to_do(
    office: Office, journey: Journey, client_for: ClientFor
) -> None:
    for role in journey.repairer.roles:
        role.ended_at = MORNING
    db.session.commit()
    page = client_for(Role.RECEPTIONIST).get(f"/movein/{journey.move_in.id}/acceptance/start")
    assert "维修部还没有人员" in page.text


def test_who_only_reads_is_led_to_the_case_before_the_walk_has_begun(
    journey: Journey, client_for: ClientFor
) -> None:
    page = client_for(Role.AUDITOR).get(f"/movein/{journey.move_in.id}/acceptance")
    assert page.location == f"/movein/{journey.move_in.id}"


def test_there_is_no_walk_and_no_reading_before_the_papers(office: Office, client_for: ClientFor) -> None:
    """A-8."""
    journey = Journey(office)
    db.session.commit()
    client = client_for(Role.REPAIRER)
    for path in ("acceptance/start", "readings"):
        page = client.get(f"/movein/{journey.move_in.id}/{path}")
        assert page.status_code == 422
        assert "核对业主与资料" in page.text


# --- lines ---


def test_what_is_said_about_a_defect_is_kept_little_by_little(
    sheet: AcceptanceSheet, repairer: CheckingClient
) -> None:
    """M-11: the photo first, then the words; what is missing stands beside the line."""
    assert "缺说明" in say(repairer, sheet, "LIV-07", mark="defect").text
    shown = say(repairer, sheet, "LIV-07", note="", severity="safety", photos=photo())
    assert shown.status_code == 200
    assert "缺说明" in shown.text
    assert "缺照片" not in shown.text
    shown = say(repairer, sheet, "LIV-07", note="裂纹", severity="serious", responsible="builder")
    assert "缺说明" not in shown.text
    kept = line(sheet, "LIV-07")
    assert (kept.note, kept.severity, kept.responsible) == ("裂纹", "serious", "builder")


def test_a_second_tap_on_defect_keeps_the_words_of_the_page(
    sheet: AcceptanceSheet, repairer: CheckingClient
) -> None:
    """Nothing typed is ever cleared."""
    say(repairer, sheet, "LIV-05", mark="defect")
    say(repairer, sheet, "LIV-05", mark="defect", note="空鼓两处")
    assert line(sheet, "LIV-05").note == "空鼓两处"


def test_a_measured_value_belongs_to_what_is_measured(
    sheet: AcceptanceSheet, repairer: CheckingClient
) -> None:
    """FM-05: a field that the page does not show keeps what it had."""
    say(repairer, sheet, "LIV-04", mark="defect")
    say(repairer, sheet, "LIV-04", note="偏低", value="2.61 m")
    say(repairer, sheet, "LIV-04", note="净高偏低")
    kept = line(sheet, "LIV-04")
    assert (kept.note, kept.value) == ("净高偏低", "2.61 m")


def test_a_photo_of_another_line_is_taken_off(sheet: AcceptanceSheet, repairer: CheckingClient) -> None:
    say(repairer, sheet, "LIV-07", mark="defect")
    shown = say(repairer, sheet, "LIV-07", photos=photo())
    remove = re.search(r'formaction="([^"]+/remove)"', shown.text)
    assert remove is not None
    item = line(sheet, "LIV-07")
    headers = HTMX | {"HX-Target": f"item-{item.id}"}
    assert "缺照片" in repairer.post(remove[1], headers=headers, follow_redirects=True).text
    elsewhere = remove[1].replace(f"/items/{item.id}/", f"/items/{line(sheet, 'LIV-08').id}/")
    assert repairer.post(elsewhere).status_code == 404


def test_a_file_that_is_no_photo_holds_nothing_up(sheet: AcceptanceSheet, repairer: CheckingClient) -> None:
    """FM-05: the words and the good photo are kept, and each bad file is named with its reason."""
    say(repairer, sheet, "LIV-07", mark="defect")
    files = [(io.BytesIO(b"no photo"), "bad.txt"), photo(), (io.BytesIO(b"\xff\xd8\xff torn"), "torn.jpg")]
    shown = say(repairer, sheet, "LIV-07", note="裂纹", severity="safety", photos=files)
    assert shown.status_code == 200
    assert "缺照片" not in shown.text
    notices = shown.text[shown.text.index('id="flash"') :]
    assert "bad.txt：" in notices
    assert "torn.jpg：" in notices
    assert line(sheet, "LIV-07").note == "裂纹"


def test_a_line_says_why_it_waits(sheet: AcceptanceSheet, repairer: CheckingClient) -> None:
    """decisions, 待测: asked first, kept with a reason and a day; refused without."""
    opened = say(repairer, sheet, "BAT-01", wait="1")
    assert "今天测不了的原因" in opened.text
    assert line(sheet, "BAT-01").marked_at is None
    refused = say(repairer, sheet, "BAT-01", note="蓄水 24 小时")
    assert refused.status_code == 422
    assert "蓄水 24 小时" in refused.text
    tomorrow = (MORNING + timedelta(days=1)).date().isoformat()
    kept = say(repairer, sheet, "BAT-01", note="蓄水 24 小时", due_on=tomorrow)
    assert "待测" in kept.text
    assert "已检 <b>1/" in kept.text


def test_a_line_keeps_its_number_when_a_tap_replaces_it_or_its_room(
    sheet: AcceptanceSheet, repairer: CheckingClient
) -> None:
    """The number that people say aloud is the one of the printed sheet, whatever part of the page is new."""
    numbers = {item.id: item.position for item in acceptance.items_of(sheet)}
    assert list(numbers.values()) == list(range(1, len(numbers) + 1))

    def shown(text: str) -> dict[int, int]:
        found = re.findall(r'id="item-(\d+)".*?<h3><i>(\d+)</i>', text, re.DOTALL)
        return {int(item_id): int(number) for item_id, number in found}

    case = f"/movein/{sheet.move_in_id}"
    assert shown(repairer.get(f"{case}/acceptance").text) == numbers
    kitchen = line(sheet, "KIT-01")
    assert shown(say(repairer, sheet, "KIT-01", mark="ok").text) == {kitchen.id: kitchen.position}
    headers = HTMX | {"HX-Target": "room-2"}
    room = shown(repairer.post(f"{case}/rooms/2/rest", headers=headers, follow_redirects=True).text)
    assert room
    assert room.items() <= numbers.items()
    assert min(room.values()) > 1


def test_without_javascript_a_line_says_why_it_waits(
    sheet: AcceptanceSheet, repairer: CheckingClient
) -> None:
    item = line(sheet, "BAT-01")
    asked = repairer.post(f"/movein/{sheet.move_in_id}/items/{item.id}", data={"wait": "1"})
    assert asked.status_code == 303
    assert asked.location.endswith(f"?wait={item.id}#item-{item.id}")
    assert "今天测不了的原因" in repairer.get(asked.location).text


def test_the_same_tap_twice_is_one(sheet: AcceptanceSheet, repairer: CheckingClient) -> None:
    """Promise 5: a lost answer, sent again."""
    for _ in range(2):
        assert say(repairer, sheet, "LIV-05", mark="ok", _key="the same", _version=1).status_code == 200
    assert line(sheet, "LIV-05").version == 2


@pytest.mark.parametrize("mark", ["perfect", "0"])
def test_an_unknown_mark_is_no_mark(sheet: AcceptanceSheet, repairer: CheckingClient, mark: str) -> None:
    assert say(repairer, sheet, "LIV-05", mark=mark).status_code == 400
    assert line(sheet, "LIV-05").result is Result.NOT_TESTED


def test_a_line_of_another_case_is_unknown_here(
    office: Office, sheet: AcceptanceSheet, repairer: CheckingClient
) -> None:
    item = line(sheet, "LIV-05")
    url = f"/movein/{sheet.move_in_id + 1}/items/{item.id}"
    assert repairer.post(url, data={"mark": "ok"}).status_code == 404
    assert repairer.post(f"/movein/{sheet.move_in_id}/rooms/99/rest").status_code == 404


def test_a_sheet_of_a_voided_case_is_left_alone(
    journey: Journey, sheet: AcceptanceSheet, repairer: CheckingClient
) -> None:
    """Promise 8."""
    journey.move_in.voided_at, journey.move_in.void_reason = MORNING, "重复"
    db.session.commit()
    assert say(repairer, sheet, "LIV-05", mark="ok").status_code == 422
    assert line(sheet, "LIV-05").result is Result.NOT_TESTED


def test_a_line_of_a_meter_leads_to_the_meters(
    journey: Journey, sheet: AcceptanceSheet, repairer: CheckingClient
) -> None:
    """M-10: it is answered by the reading, and so is the sheet when nothing else is open."""
    url = f"/movein/{sheet.move_in_id}/acceptance"
    item = line(sheet, "MET-01")
    page = repairer.get(url).text
    shown = page[page.index(f'id="item-{item.id}"') :]
    shown = shown[: shown.index("</form>")]
    assert f'href="/movein/{sheet.move_in_id}/readings"' in shown
    assert "抄好底数就记为合格" in shown
    assert 'name="wait"' not in shown
    for each in acceptance.items_of(sheet):
        each.result = Result.NOT_TESTED if each.room == "meters" else Result.OK
    db.session.commit()
    assert "只剩水电气表" in repairer.get(url).text
    journey.read_meters()
    db.session.commit()
    page = repairer.get(url).text
    assert "每项都有结果了" in page
    assert "抄好底数就记为合格" not in page


# --- the check ---


def test_the_owner_sees_what_will_be_ordered_before_he_signs(ready: Journey, client_for: ClientFor) -> None:
    """M-11, M-12: severity, who answers for it, until when, and the photos stand with each defect."""
    (defect,) = [i for i in acceptance.items_of(acceptance.first_sheet(ready.move_in)) if i.due_on]
    page = client_for(Role.REPAIRER).get(f"/movein/{ready.move_in.id}/check").text
    assert "第 1 项 · 公共部位与电梯厅 · 单元门" in page
    assert f"整改期限 {defect.due_on}" in page
    said = page[page.index("关不严") :]
    assert said.index("一般") < said.index("开发商") < said.index("/thumbnail")
