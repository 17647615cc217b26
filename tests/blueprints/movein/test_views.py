"""The pages of a move-in: what they cost, what they refuse, and that they work without JavaScript."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pmweb
from pmweb.blueprints.movein import sheet as sheets
from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet, MoveIn
from pmweb.blueprints.movein.operations import acceptance, meters
from pmweb.blueprints.movein.rules import Responsible, Result, Severity
from pmweb.domain.id_numbers import mask_phone
from pmweb.domain.permissions import Role
from pmweb.extensions import db
from pmweb.models.homes import Finish
from tests.blueprints.movein.journey import DATA, Journey
from tests.checking_client import CheckingClient
from tests.office import Office
from tests.pictures import jpeg

ClientFor = Callable[..., CheckingClient]
Queries = Callable[[Callable[[], Any]], int]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def journey(office: Office) -> Journey:
    """An owner who comes in person, with the desk done."""
    made = Journey(office)
    made.at_the_desk()
    db.session.commit()
    return made


@pytest.fixture
def sheet(journey: Journey) -> AcceptanceSheet:
    """The sheet of a four-bedroom furnished home: 125 lines."""
    made = acceptance.start_acceptance(
        journey.move_in,
        sheets.Layout(4, 2, 2),
        finish=Finish.FURNISHED,
        top_floor=False,
        inspectors="周工",
        resident_present="周文博",
        checklist=DATA.acceptance,
        at=journey.now(),
    )
    db.session.commit()
    return made


def line(sheet: AcceptanceSheet, code: str) -> AcceptanceItem:
    """The line of an item."""
    return next(item for item in acceptance.items_of(sheet) if item.code == code)


def tap(client: CheckingClient, item: AcceptanceItem, sheet: AcceptanceSheet, **data: Any) -> Any:
    """Tap on a line, with htmx."""
    headers = HTMX | {"HX-Boosted": "true", "HX-Target": f"item-{item.id}"}
    url = f"/movein/{sheet.move_in_id}/items/{item.id}"
    return client.post(url, data={"_version": item.version, **data}, headers=headers, follow_redirects=True)


def test_the_acceptance_page_costs_eight_queries_at_most(
    client_for: ClientFor, sheet: AcceptanceSheet, queries: Queries
) -> None:
    """M-9: 125 lines, and not one query more than for one defect."""
    client = client_for(Role.REPAIRER)
    url = f"/movein/{sheet.move_in_id}/acceptance"
    assert len(acceptance.items_of(sheet)) == 125
    items = acceptance.items_of(sheet)
    items[0].result = Result.DEFECT
    db.session.commit()
    one = queries(lambda: client.get(url))
    for item in items[:40]:
        item.result = Result.DEFECT
    db.session.commit()
    assert one <= 8
    assert queries(lambda: client.get(url)) == one


@pytest.mark.parametrize("defects", [0, 6])
def test_the_acceptance_page_with_its_css_and_js_is_small(
    client_for: ClientFor, sheet: AcceptanceSheet, defects: int
) -> None:
    """ux.md: 40 KB gz with all its CSS and JS, also of a home that is not quite ready."""
    for item in acceptance.items_of(sheet)[:defects]:
        item.result, item.note = Result.DEFECT, "密封胶缺失，南侧两处，约 3 cm"
        item.severity, item.responsible = Severity.MINOR, Responsible.DEVELOPER
    db.session.commit()
    client = client_for(Role.REPAIRER)
    html = client.get(f"/movein/{sheet.move_in_id}/acceptance").get_data()
    parts = re.findall(r'(?:href|src)="(/static/[^"?]+\.(?:css|js))[^"]*"', html.decode())
    folder = Path(pmweb.__file__).parent
    files = [(folder / url.lstrip("/")).read_bytes() for url in parts]
    assert len(files) == 3
    sizes = [len(gzip.compress(part, 9)) for part in [html, *files]]
    assert sum(sizes) <= 40 * 1024, sizes


def test_one_tap_replaces_one_line_and_the_counts(client_for: ClientFor, sheet: AcceptanceSheet) -> None:
    """M-9: the answer is the line, the gauge, the rail, the heading, the dock – nothing else."""
    item = line(sheet, "LIV-07")
    response = tap(client_for(Role.REPAIRER), item, sheet, mark="ok")
    assert response.status_code == 200
    assert response.text.lstrip().startswith(f'<form id="item-{item.id}" action=')
    assert set(re.findall(r'id="(progress|place|onward|heading)(?:-3)?"', response.text)) == {
        "progress",
        "place",
        "onward",
        "heading",
    }
    assert "1/125" in response.text
    assert len(gzip.compress(response.get_data(), 9)) < 4096


def test_a_defect_opens_its_detail_at_once(client_for: ClientFor, sheet: AcceptanceSheet) -> None:
    """M-11: safety items begin as safety defects."""
    item = line(sheet, "LIV-07")
    response = tap(client_for(Role.REPAIRER), item, sheet, mark="defect")
    assert "拍照" in response.text
    assert '<option value="safety" selected>' in response.text


def test_without_javascript_a_tap_leads_back_to_its_line(
    client_for: ClientFor, sheet: AcceptanceSheet
) -> None:
    """Every journey works with JavaScript off."""
    item = line(sheet, "KIT-01")
    client = client_for(Role.REPAIRER)
    response = client.post(
        f"/movein/{sheet.move_in_id}/items/{item.id}", data={"mark": "defect", "_version": item.version}
    )
    assert response.status_code == 303
    assert response.location.endswith(f"/acceptance?item={item.id}#item-{item.id}")
    assert 'aria-pressed="true"' in client.get(response.location).text


def test_photo_and_words_are_kept_together(client_for: ClientFor, sheet: AcceptanceSheet) -> None:
    """M-11, FM-05."""
    item = line(sheet, "KIT-01")
    client = client_for(Role.REPAIRER)
    tap(client, item, sheet, mark="defect")
    db.session.expire_all()
    response = tap(
        client,
        line(sheet, "KIT-01"),
        sheet,
        note="空鼓",
        severity="serious",
        responsible="builder",
        photos=(io.BytesIO(jpeg()), "a.jpg"),
    )
    assert response.status_code == 200
    assert "空鼓" in response.text
    assert "/thumbnail" in response.text


def test_words_of_a_refused_line_stay(client_for: ClientFor, sheet: AcceptanceSheet) -> None:
    """Nothing typed is ever cleared."""
    item = line(sheet, "KIT-01")
    client = client_for(Role.REPAIRER)
    tap(client, item, sheet, mark="defect")
    response = tap(client, item, sheet, note="很大的空鼓", due_on="2020-01-01")
    assert response.status_code == 422
    assert "很大的空鼓" in response.text
    assert "不能早于今天" in response.text


def test_somebody_elses_mark_is_shown_not_overwritten(client_for: ClientFor, sheet: AcceptanceSheet) -> None:
    """Promise 6: a stale page of another person is a conflict; one's own later tap is none."""
    item = line(sheet, "KIT-01")
    seen = item.version
    mine = client_for(Role.REPAIRER, name="周志强")
    assert tap(mine, item, sheet, mark="ok", _version=seen).status_code == 200
    assert tap(mine, item, sheet, mark="not_applicable", _version=seen).status_code == 200
    refused = tap(client_for(Role.REPAIRER), item, sheet, mark="ok", _version=seen)
    assert refused.status_code == 409
    assert "周志强 改过它" in refused.text
    db.session.expire_all()
    assert line(sheet, "KIT-01").result is Result.NOT_APPLICABLE


def test_the_rest_of_a_room_leaves_what_needs_an_instrument(
    client_for: ClientFor, sheet: AcceptanceSheet
) -> None:
    """decisions: 其余全部合格 skips pond, read, measure and test; and it can be taken back."""
    client = client_for(Role.REPAIRER)
    headers = HTMX | {"HX-Target": "room-5"}
    base = f"/movein/{sheet.move_in_id}/rooms/5"
    response = client.post(f"{base}/rest", headers=headers, follow_redirects=True)
    assert response.text.lstrip().startswith('<section class="sec" id="room-5"')
    db.session.expire_all()
    room = [i for i in acceptance.items_of(sheet) if (i.room, i.room_no) == ("bedroom", 2)]
    marked = {i.code for i in room if i.result is Result.OK}
    assert marked == {"BED-01", "BED-02", "BED-03", "BED-06", "BED-07", "BED-08"}
    batch = next(i.batch for i in room if i.batch)
    client.post(f"{base}/undo", data={"batch": batch}, headers=headers, follow_redirects=True)
    db.session.expire_all()
    assert all(i.result is Result.NOT_TESTED for i in acceptance.items_of(sheet))


def test_a_signed_sheet_is_read_only(client_for: ClientFor, journey: Journey) -> None:
    """Signed papers are immutable."""
    journey.sign()
    done = journey.first_round(defects=1)
    db.session.commit()
    client = client_for(Role.REPAIRER)
    page = client.get(f"/movein/{journey.move_in.id}/acceptance").text
    assert 'name="mark"' not in page
    response = tap(client, line(done, "LOB-02"), done, mark="defect")
    assert response.status_code == 422
    assert "已签字" in response.text


PAGES = (
    "",
    "/identity",
    "/register",
    "/agreements",
    "/handover",
    "/fee",
    "/acceptance/start",
    "/readings",
    "/sign",
    "/keys",
    "/print/household_file",
    "/print/handover_receipt",
    "/print/service_agreement",
)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_the_desk_is_whole(client_for: ClientFor, journey: Journey, path: str) -> None:
    """Valid HTML, one heading, no id twice: the checking client looks."""
    response = client_for(Role.RECEPTIONIST).get(f"/movein/{journey.move_in.id}{path}")
    assert response.status_code == 200


@pytest.mark.parametrize(
    "path", ["", "/acceptance", "/readings", "/check", "/rounds", "/filing", "/print/acceptance_sheet"]
)
def test_every_page_after_the_first_round_is_whole(
    client_for: ClientFor, journey: Journey, path: str
) -> None:
    """M-12: three defects went to the repair department."""
    journey.sign()
    journey.first_round(defects=3)
    db.session.commit()
    response = client_for(Role.RECEPTIONIST).get(f"/movein/{journey.move_in.id}{path}")
    assert response.status_code == 200


def test_an_item_may_wait_with_a_reason_and_a_date(client_for: ClientFor, sheet: AcceptanceSheet) -> None:
    """decisions: 待测 may say so with a reason and a date; it then counts as answered."""
    item = line(sheet, "BAT-01")
    client = client_for(Role.REPAIRER)
    target = HTMX | {"HX-Boosted": "true", "HX-Target": f"item-{item.id}"}
    opened = client.get(f"/movein/{sheet.move_in_id}/acceptance?wait={item.id}", headers=target)
    assert "哪天再测" in opened.text
    assert tap(client, item, sheet, note="蓄水 24 小时").status_code == 422
    response = tap(client, item, sheet, note="蓄水 24 小时", due_on="2026-03-06")
    assert "1/125" in response.text


def test_a_double_tap_opens_one_case(client_for: ClientFor, office: Office) -> None:
    """Promise 5, M-1."""
    home = office.home("0301")
    office.owner(home)
    client = client_for(Role.RECEPTIONIST)
    for _ in range(2):
        response = client.post(
            f"/movein/new?home={home.id}", data={"applicant": "owner", "_key": "the same key"}
        )
        assert response.status_code == 303
    assert len(db.session.scalars(db.select(MoveIn)).all()) == 1


def test_an_unsold_home_says_what_to_do(client_for: ClientFor, office: Office) -> None:
    """M-1."""
    home = office.home("0302", sold=False)
    page = client_for(Role.RECEPTIONIST).get(f"/movein/new?home={home.id}")
    assert "还没有登记业主" in page.text


def test_missing_papers_are_named_and_nothing_is_lost(client_for: ClientFor, office: Office) -> None:
    """M-2, FM-02."""
    journey = Journey(office)
    db.session.commit()
    client = client_for(Role.RECEPTIONIST)
    url = f"/movein/{journey.move_in.id}/identity"
    notice = {
        "notice_no": "TZ-1",
        "issued_by": "松涛置业",
        "issued_on": "2026-02-20",
        "contract_no": "HT-1",
        "contract_on": "2024-06-18",
    }
    seen = {"seen": ["id_card_owner", "sale_contract"], "_version": journey.move_in.version}
    response = client.post(url, data=notice | seen, follow_redirects=True)
    assert "还缺：入住通知单" in response.text
    again = {"issued_on": "2030-01-01", "seen": ["id_card_owner"], "_version": journey.move_in.version}
    broken = client.post(url, data=notice | again)
    assert broken.status_code == 422
    assert 'value="2030-01-01"' in broken.text


def test_a_torn_photo_is_refused_in_words(client_for: ClientFor, journey: Journey) -> None:
    """M-10: nothing is half-saved."""
    client = client_for(Role.REPAIRER)
    data = {"water_meter_no": "W1", "water_reading": "1.2", "water_seal_ok": "y", "_version": 0}
    torn = (io.BytesIO(jpeg()[:400]), "dial.jpg")
    response = client.post(f"/movein/{journey.move_in.id}/readings", data=data | {"water_photo": torn})
    assert response.status_code == 422
    assert "文件不完整" in response.text
    assert 'value="1.2"' in response.text
    assert meters.readings_of(journey.move_in) == []


def test_the_printed_sheet_keeps_every_round_with_its_signatures(
    client_for: ClientFor, journey: Journey
) -> None:
    """M-9, M-17: the second round takes nothing away from the first; a paper says no 今天."""
    journey.first_round(defects=2)
    journey.put_right()
    journey.next_round(failed=1)
    db.session.commit()
    page = client_for(Role.RECEPTIONIST).get(f"/movein/{journey.move_in.id}/print/acceptance_sheet").text
    assert "共 2 轮" in page
    assert page.count("SHA-256") == 4
    assert "仍不合格" in page
    assert "今天" not in page


def test_a_page_that_is_taken_along_holds_no_number_to_ring(client_for: ClientFor, journey: Journey) -> None:
    """PRI-5: it lies on the device; the number is asked for where there is signal."""
    journey.owner.mobile = "13800138000"
    db.session.commit()
    client = client_for(Role.RECEPTIONIST)
    address = f"/movein/{journey.move_in.id}"
    assert "tel:" in client.get(address).text
    taken = client.get(address, headers={"X-Take-Along": "1"}).text
    assert "tel:" not in taken
    assert mask_phone(journey.owner.mobile) in taken
    assert journey.owner.mobile not in taken
