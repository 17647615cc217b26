"""Pages of a move-in that several people have open: who was slower is told, and what was refused was never there."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from pmweb.blueprints.households import operations as households
from pmweb.blueprints.movein.models import MoveIn
from pmweb.blueprints.movein.operations import acceptance, case, desk
from pmweb.blueprints.movein.rules import KeyAct, State
from pmweb.domain.permissions import Role
from pmweb.extensions import db
from pmweb.models.people import Tie
from tests.blueprints.movein.journey import Journey
from tests.checking_client import CheckingClient
from tests.office import Office
from tests.pictures import jpeg

ClientFor = Callable[..., CheckingClient]
THINGS = {"entrance_key": "5", "handbook": "1", "utility_drawing": "1", "tested": "y"}


@pytest.fixture
def journey(office: Office) -> Journey:
    """An owner with the desk done."""
    made = Journey(office)
    made.at_the_desk()
    db.session.commit()
    return made


def post(client: CheckingClient, journey: Journey, step: str, **data: Any) -> Any:
    """Send a form of the case."""
    return client.post(f"/movein/{journey.move_in.id}/{step}", data=data)


@pytest.mark.parametrize(
    ("step", "answers"),
    [
        ("identity", {"seen": ["id_card_owner"]}),
        ("register", {"occupancy": "let"}),
        ("agreements", {"agreements": ["house_rules"]}),
        ("handover", THINGS),
        ("void", {"reason": "重复"}),
    ],
)
def test_a_page_from_before_changes_nothing(
    client_for: ClientFor, journey: Journey, step: str, answers: dict[str, Any]
) -> None:
    """Promise 6: a form that has seen another version, or none, is a 409."""
    client = client_for(Role.RECEPTIONIST)
    assert post(client, journey, step, **answers).status_code == 409
    assert post(client, journey, step, _version=999, **answers).status_code == 409


@pytest.mark.parametrize("step", ["identity", "register", "agreements", "handover", "rounds"])
def test_a_form_carries_the_version_that_it_has_seen(
    client_for: ClientFor, journey: Journey, step: str
) -> None:
    """Promise 6: each of these pages says what it has seen."""
    if step == "rounds":
        journey.first_round(defects=1)
        db.session.commit()
    page = client_for(Role.RECEPTIONIST).get(f"/movein/{journey.move_in.id}/{step}")
    assert 'name="_version"' in page.text


def test_an_old_list_does_not_bring_back_a_key(client_for: ClientFor, journey: Journey) -> None:
    """M-7: one key was kept back for rework while the list stood open in another window."""
    seen = desk.key_entries(journey.move_in)[-1].id
    desk.move_keys(journey.move_in, "entrance_key", KeyAct.RETAINED, 1, "整改用", at=journey.now())
    response = post(client_for(Role.RECEPTIONIST), journey, "handover", _version=seen, **THINGS)
    assert response.status_code == 409
    assert sum(e.act is KeyAct.HANDED_OUT for e in desk.key_entries(journey.move_in)) == 3


def test_who_made_an_appointment_a_moment_ago_is_not_overwritten(
    client_for: ClientFor, journey: Journey
) -> None:
    """M-15: the second of two colleagues sees what the first agreed on."""
    journey.first_round(defects=1)
    journey.put_right()
    db.session.commit()
    client = client_for(Role.RECEPTIONIST)
    answers = {
        "moment": "2099-03-05T14:30",
        "agreed_by": "phone",
        "staff": str(journey.repairer.id),
        "_version": 0,
    }
    assert post(client, journey, "appointment", **answers).status_code == 303
    assert post(client, journey, "appointment", **answers).status_code == 409


def test_what_was_refused_is_not_shown_as_kept(client_for: ClientFor, journey: Journey) -> None:
    """Promise 4: the mobile was written, the number refused: the page shows what is kept, and the reason."""
    before = journey.owner.mobile
    response = post(
        client_for(Role.RECEPTIONIST),
        journey,
        "register",
        **{"owner-mobile": "13911112222", "owner-id_number": "110101199003070000", "occupancy": "let"},
        _version=journey.owner.version + journey.home.version + desk.ever_registered(journey.move_in),
    )
    assert response.status_code == 422
    assert "139 1111 2222" not in response.text
    assert journey.owner.mobile == before


def test_voiding_without_a_reason_is_said_beside_the_field(client_for: ClientFor, journey: Journey) -> None:
    """X-2: the page of the case stays, with what is missing."""
    client = client_for(Role.RECEPTIONIST)
    response = post(client, journey, "void", _version=journey.move_in.version, reason="")
    assert response.status_code == 422
    assert "请填写作废原因" in response.text
    assert post(client, journey, "void", _version=journey.move_in.version, reason="重复").status_code == 303
    again = post(client, journey, "void", _version=journey.move_in.version, reason="重复")
    assert again.status_code == 422
    assert "已经归档或作废" in again.text


def test_nobody_signs_what_was_not_shown(client_for: ClientFor, journey: Journey) -> None:
    """SIG-2: a form that does not say what the signer saw signs nothing."""
    refusal = {"manner": "refused", "side": "resident", "signer": str(journey.owner.id)}
    refusal |= {"reason": "不同意", "witness": "吴工"}
    response = post(client_for(Role.RECEPTIONIST), journey, "sign", **refusal)
    assert response.status_code == 422
    assert "要签的内容有改动" in response.text


def test_nobody_signs_for_the_owner_of_before(client_for: ClientFor, journey: Journey) -> None:
    """M-1: the home was sold during the move-in; the papers name somebody else."""
    buyer = households.add_person("何伟", mobile="13700137002")
    households.change_owner(journey.home, buyer)
    page = client_for(Role.RECEPTIONIST).get(f"/movein/{journey.move_in.id}/sign")
    assert page.status_code == 422
    assert "登记的业主已经变了" in page.text


def test_the_register_stands_though_nobody_owns_the_home(client_for: ClientFor, journey: Journey) -> None:
    """FM-01: somebody ended the tie of the owner by mistake; the page is no fault."""
    owner = next(m for m in desk.household(journey.move_in).members if m.kind == "owner")
    households.end_tie(db.session.get_one(Tie, owner.tie_id))
    page = client_for(Role.RECEPTIONIST).get(f"/movein/{journey.move_in.id}/register")
    assert page.status_code == 200


def test_a_second_tap_on_the_start_says_that_it_has_begun(client_for: ClientFor, journey: Journey) -> None:
    """M-9: two people start the walk, also after the first round was signed."""
    journey.first_round(defects=1)
    assert journey.move_in.state is State.RECTIFYING
    answers = {
        "finish": "bare",
        "bedrooms": "1",
        "bathrooms": "1",
        "balconies": "1",
        "inspectors": "周工",
        "resident_present": "林先生",
    }
    response = post(client_for(Role.REPAIRER), journey, "acceptance/start", **answers)
    assert response.status_code == 422
    assert "验房已经开始" in response.text
    assert len(acceptance.sheets_of(journey.move_in)) == 1


def test_a_second_file_for_one_paper_is_refused_and_not_dropped(
    client_for: ClientFor, office: Office
) -> None:
    """A-12: front and back of a card as two files; one alone would have been kept without a word."""
    journey = Journey(office)
    db.session.commit()
    sides = [(io.BytesIO(jpeg()), "front.jpg"), (io.BytesIO(jpeg()), "back.jpg")]
    response = post(
        client_for(Role.RECEPTIONIST),
        journey,
        "identity",
        _version=journey.move_in.version,
        owner_id_copy=sides,
    )
    assert response.status_code == 422
    assert "这里只收 1 个文件" in response.text
    assert all(paper.file_id is None for paper in case.papers_of(journey.move_in).values())


@pytest.mark.parametrize(("role", "full"), [(Role.RECEPTIONIST, True), (Role.REPAIRER, False)])
def test_the_workbook_masks_names_as_the_page_does(
    client_for: ClientFor, journey: Journey, role: Role, full: bool
) -> None:
    """PRI-5: only who may change the household gets names in full."""
    answer = client_for(role).get("/movein/export.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.get_data())).get_sheet_by_index(0).to_python()
    name = journey.owner.name
    assert rows[1][2] == (name if full else f"{name[0]}**")


@pytest.mark.parametrize("gap", ["handler_name", "handler_mobile", "handler_id_number"])
def test_who_acts_for_the_owner_is_known_in_full(client_for: ClientFor, office: Office, gap: str) -> None:
    """M-3: name, mobile and number of the agent; what is missing is said and nothing is opened."""
    home = office.home("1803")
    office.owner(home)
    db.session.commit()
    answers = {
        "applicant": "agent",
        "handler_name": "林小雨",
        "handler_mobile": "13900139000",
        "handler_id_number": "110101190001010006",
    }
    response = client_for(Role.RECEPTIONIST).post(f"/movein/new?home={home.id}", data=answers | {gap: ""})
    assert response.status_code == 422
    assert "请填写办理人的姓名、手机和身份证号码" in response.text
    assert db.session.query(MoveIn).count() == 0
