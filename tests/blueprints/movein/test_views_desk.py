"""The desk: papers that were left at home, what a page asks for, the register (M-1 to M-5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pmweb.blueprints.households import operations as households
from pmweb.blueprints.movein.operations import case, desk, voiding
from pmweb.blueprints.movein.rules import THINGS, Paper, State
from pmweb.domain.permissions import Role
from pmweb.extensions import db
from tests.blueprints.movein.journey import Journey
from tests.checking_client import CheckingClient
from tests.office import Office

ClientFor = Callable[..., CheckingClient]
NOTICE = {"notice_no": "TZ-2026-0311", "issued_by": "某某置业有限公司", "issued_on": "2026-02-01"}


@pytest.fixture
def journey(office: Office) -> Journey:
    """An owner who has just come."""
    made = Journey(office)
    db.session.commit()
    return made


def check(client: CheckingClient, journey: Journey, seen: list[Paper], **heads: str) -> Any:
    """What lies on the desk is ticked and saved."""
    data = {"seen": [paper.value for paper in seen], "_version": journey.move_in.version, **heads}
    return client.post(f"/movein/{journey.move_in.id}/identity", data=data)


def test_a_contract_left_at_home_is_kept_as_missing(client_for: ClientFor, journey: Journey) -> None:
    """M-2: the rest is saved, and nobody has to invent the number of a paper that nobody has seen."""
    client = client_for(Role.RECEPTIONIST)
    response = check(client, journey, [Paper.OWNER_ID, Paper.NOTICE], **NOTICE)
    assert response.status_code == 303
    assert "还缺：房屋买卖契约" in client.get(response.location).text
    db.session.expire_all()
    assert journey.move_in.identity_checked_at is None
    assert journey.move_in.notice_no == "TZ-2026-0311"
    assert case.papers_of(journey.move_in)[Paper.OWNER_ID].seen_at is not None


def test_the_head_of_a_paper_on_the_desk_is_asked_for(client_for: ClientFor, journey: Journey) -> None:
    """FM-02: number, issuer and date of the notice; number and date of the contract."""
    response = check(client_for(Role.RECEPTIONIST), journey, [Paper.CONTRACT])
    assert response.status_code == 422
    assert "请填写购房契约编号" in response.text
    assert "请填写契约签订日期" in response.text
    assert "请填写通知单编号" not in response.text


class TestTheRegister:
    """M-5, FM-01: one page, one form; whatever is written is taken, whichever button is pressed."""

    @pytest.fixture
    def client(self, client_for: ClientFor, journey: Journey) -> CheckingClient:
        journey.check_identity()
        db.session.commit()
        return client_for(Role.RECEPTIONIST)

    def send(self, client: CheckingClient, journey: Journey, button: str, **written: str) -> Any:
        """Press a button of the page as it stands."""
        db.session.expire_all()
        version = journey.home.version + journey.owner.version + desk.ever_registered(journey.move_in)
        data = {
            "button": button,
            "occupancy": "owner_occupied",
            "_version": version,
            "member-kind": "emergency",
        }
        parts = {name.replace("__", "-"): value for name, value in written.items()}
        known = {"owner-mobile": journey.owner.mobile, "owner-address": journey.owner.address}
        return client.post(f"/movein/{journey.move_in.id}/register", data=data | known | parts)

    def names(self, journey: Journey) -> list[str]:
        return [member.name for member in desk.household(journey.move_in).members]

    def test_an_emergency_contact_can_be_called(self, client: CheckingClient, journey: Journey) -> None:
        """Name, relation and number; the page says what is missing."""
        response = self.send(client, journey, "member", member__name="苏建业")
        assert response.status_code == 422
        assert "请填写手机" in response.text
        assert "请填写与业主关系" in response.text
        added = self.send(client, journey, "member", member__name="苏建业", **{"member-kind": "tenant"})
        assert added.status_code == 303

    def test_a_button_that_adds_nothing_says_so(self, client: CheckingClient, journey: Journey) -> None:
        response = self.send(client, journey, "vehicle")
        assert response.status_code == 422
        assert "请填写车牌" in response.text

    def test_the_last_button_takes_the_person_that_was_typed(
        self, client: CheckingClient, journey: Journey
    ) -> None:
        """Somebody typed a contact and a car, and pressed the blue button: neither is lost."""
        contact = {"member__name": "苏建业", "member__mobile": "13800001234", "member__relation": "父亲"}
        done = self.send(client, journey, "done", vehicle__plate="沪A12345", **contact)
        assert (done.status_code, done.location) == (303, f"/movein/{journey.move_in.id}/agreements")
        assert self.names(journey)[-1] == "苏建业"
        assert [car.plate for car in desk.household(journey.move_in).vehicles] == ["沪A12345"]

    def test_nothing_is_taken_while_something_is_wrong(
        self, client: CheckingClient, journey: Journey
    ) -> None:
        """The contact would do, the car has no plate: both stay on the page, none is kept."""
        contact = {"member__name": "苏建业", "member__mobile": "13800001234", "member__relation": "父亲"}
        refused = self.send(client, journey, "done", vehicle__space="B-12", **contact)
        assert refused.status_code == 422
        assert 'value="苏建业"' in refused.text
        assert self.names(journey) == [journey.owner.name]

    def test_everything_that_is_missing_is_said_at_once(
        self, client: CheckingClient, journey: Journey
    ) -> None:
        refused = self.send(client, journey, "done", member__name="苏建业", vehicle__space="B-12")
        assert "请填写手机" in refused.text
        assert "请填写车牌" in refused.text

    def test_the_owner_is_not_the_emergency_contact(self, client: CheckingClient, journey: Journey) -> None:
        """FM-01: somebody typed the owner once more, as a new person."""
        same = {"member__name": journey.owner.name, "member__relation": "本人"}
        refused = self.send(client, journey, "done", member__mobile=journey.owner.mobile, **same)
        assert refused.status_code == 422
        assert "不能是业主本人" in refused.text

    def test_another_button_keeps_what_was_typed_about_the_owner(
        self, client: CheckingClient, journey: Journey
    ) -> None:
        self.send(client, journey, "pet", pet__kind="猫", owner__address="沪太路 1 号")
        db.session.expire_all()
        assert journey.owner.address == "沪太路 1 号"
        assert [pet.kind for pet in desk.household(journey.move_in).pets] == ["猫"]

    def test_a_register_that_was_signed_is_signed_again(
        self, client: CheckingClient, journey: Journey
    ) -> None:
        """SIG-2: whoever adds somebody afterwards is told."""
        contact = {"member__name": "苏建业", "member__mobile": "13800001234", "member__relation": "父亲"}
        self.send(client, journey, "done", **contact)
        db.session.expire_all()
        journey.sign()
        db.session.commit()
        self.send(client, journey, "pet", pet__kind="猫")
        assert "请业主再签一次" in client.get(f"/movein/{journey.move_in.id}/register").text
        self.send(client, journey, "done", pet__kind="狗")
        assert "请业主再签一次" in client.get(f"/movein/{journey.move_in.id}/agreements").text

    def test_two_clerks_do_not_enter_the_same_person_twice(
        self, client: CheckingClient, journey: Journey
    ) -> None:
        """Promise 6."""
        version = journey.home.version + journey.owner.version + desk.ever_registered(journey.move_in)
        tenant = {"member-name": "王租客", "member-kind": "tenant", "occupancy": "let", "button": "member"}
        owner = {"owner-mobile": journey.owner.mobile, "_version": version}
        url = f"/movein/{journey.move_in.id}/register"
        assert client.post(url, data=tenant | owner).status_code == 303
        assert client.post(url, data=tenant | owner).status_code == 409

    def test_the_next_person_finds_the_form_open(self, client: CheckingClient, journey: Journey) -> None:
        added = self.send(client, journey, "member", member__name="租客", **{"member-kind": "tenant"})
        assert "more=member" in added.location


class TestTheFile:
    """M-19, FM-34: where each paper lies is written on one page; both buttons keep it."""

    @pytest.fixture
    def passed(self, office: Office) -> Journey:
        made = Journey(office)
        made.at_the_desk()
        made.first_round(defects=0)
        db.session.commit()
        return made

    def send(self, client: CheckingClient, passed: Journey, button: str, **places: str) -> Any:
        data = {f"{paper}-place": place for paper, place in places.items()}
        db.session.expire_all()
        version = sum(paper.version for paper in case.papers_of(passed.move_in).values())
        pressed = {"_version": version} | ({} if button == "file" else {"button": button})
        return client.post(f"/movein/{passed.move_in.id}/filing", data=data | pressed)

    def test_the_places_that_were_written_are_kept_and_filed(
        self, client_for: ClientFor, passed: Journey
    ) -> None:
        client = client_for(Role.RECEPTIONIST)
        filed = self.send(client, passed, "file", id_card_owner="3 柜", move_in_notice="3 柜 12 盒")
        assert (filed.status_code, filed.location) == (303, f"/movein/{passed.move_in.id}")
        db.session.expire_all()
        assert passed.move_in.state is State.FILED
        assert case.papers_of(passed.move_in)[Paper.NOTICE].place == "3 柜 12 盒"

    def test_what_is_missing_is_named_and_what_was_written_stays(
        self, client_for: ClientFor, passed: Journey
    ) -> None:
        client = client_for(Role.RECEPTIONIST)
        refused = self.send(client, passed, "file", move_in_notice="3 柜 12 盒")
        assert (refused.status_code, refused.location) == (303, f"/movein/{passed.move_in.id}/filing")
        page = client.get(refused.location).text
        assert "还没有归档：档案还缺：业主身份证" in page
        assert case.papers_of(passed.move_in)[Paper.NOTICE].place == "3 柜 12 盒"
        assert passed.move_in.state is State.ACCEPTANCE_PASSED

    def test_a_stale_page_moves_no_paper_back(self, client_for: ClientFor, passed: Journey) -> None:
        """Promise 6: my page shows the old box, a colleague has moved the paper since."""
        client, url = client_for(Role.RECEPTIONIST), f"/movein/{passed.move_in.id}/filing"
        seen = sum(paper.version for paper in case.papers_of(passed.move_in).values())
        self.send(client, passed, "places", move_in_notice="B-2")
        stale = {
            "move_in_notice-place": "",
            "id_card_owner-place": "C-3",
            "_version": seen,
            "button": "places",
        }
        assert client.post(url, data=stale).status_code == 409
        assert case.papers_of(passed.move_in)[Paper.NOTICE].place == "B-2"

    def test_a_line_of_today_never_ends_at_a_refusal(self, client_for: ClientFor, passed: Journey) -> None:
        """The register changed after it was signed: 归档 is locked, and the case says so."""
        households.add_pet(passed.home, "猫", name="年糕")
        db.session.commit()
        answer = client_for(Role.RECEPTIONIST).get(f"/movein/{passed.move_in.id}/filing")
        assert (answer.status_code, answer.location) == (302, f"/movein/{passed.move_in.id}")

    def test_a_filed_paper_can_be_looked_at(self, client_for: ClientFor, passed: Journey) -> None:
        client = client_for(Role.RECEPTIONIST)
        self.send(client, passed, "file", id_card_owner="3 柜", move_in_notice="3 柜")
        page = client.get(f"/movein/{passed.move_in.id}/filing").text
        assert f"/movein/{passed.move_in.id}/print/acceptance_sheet" in page


def test_the_step_names_the_papers_that_were_left_at_home(client_for: ClientFor, journey: Journey) -> None:
    """M-2: saved with a gap is not 未开始."""
    journey.check_identity(Paper.CONTRACT)
    db.session.commit()
    page = client_for(Role.RECEPTIONIST).get(f"/movein/{journey.move_in.id}").text
    assert "还缺：房屋买卖契约" in page


def test_both_dates_that_lie_in_the_future_are_named(client_for: ClientFor, journey: Journey) -> None:
    """FM-02: one round of mending is enough."""
    dates = {
        "issued_on": "2099-01-01",
        "contract_on": "2099-01-01",
        "notice_no": "T",
        "issued_by": "某",
        "contract_no": "H",
    }
    response = check(client_for(Role.RECEPTIONIST), journey, [Paper.CONTRACT, Paper.NOTICE], **dates)
    assert response.status_code == 422
    assert response.text.count("日期不能晚于今天") == 4


def test_mandatory_agreements_are_no_choice(client_for: ClientFor, journey: Journey) -> None:
    """M-6, A-7: they stand there; only the others can be left out."""
    journey.check_identity()
    db.session.commit()
    client, url = client_for(Role.RECEPTIONIST), f"/movein/{journey.move_in.id}/agreements"
    page = client.get(url).text
    assert 'value="fire_commitment"' in page
    assert 'value="privacy_notice"' not in page
    assert client.post(url, data={"_version": journey.move_in.version}).status_code == 303
    db.session.expire_all()
    assert journey.move_in.agreements == ["privacy_notice", "owners_covenant", "service_agreement"]


def test_other_things_are_named(client_for: ClientFor, journey: Journey) -> None:
    """M-7: nobody signs for two of something."""
    journey.at_the_desk()
    db.session.commit()
    seen = desk.key_entries(journey.move_in)[-1].id
    counts = dict.fromkeys(THINGS, "0") | {"entrance_key": "5", "handbook": "1", "utility_drawing": "1"}
    list_of = counts | {"tested": "y", "other": "2", "_version": seen}
    client, url = client_for(Role.RECEPTIONIST), f"/movein/{journey.move_in.id}/handover"
    refused = client.post(url, data=list_of)
    assert refused.status_code == 422
    assert "请写明其他物品是什么" in refused.text
    assert client.post(url, data=list_of | {"other_what": "车库门禁贴"}).status_code == 303
    assert desk.key_entries(journey.move_in)[-1].reason == "车库门禁贴"
    assert "其他 · 车库门禁贴" in client.get(f"/movein/{journey.move_in.id}/keys").text


def test_the_fee_says_what_it_rests_on(client_for: ClientFor, journey: Journey) -> None:
    """M-8, FEE-2: area, price, since when, by which contract."""
    journey.check_identity()
    db.session.commit()
    page = client_for(Role.RECEPTIONIST).get(f"/movein/{journey.move_in.id}/fee").text
    assert '3.60 元/m²·月，<span class="nw">2024-01-01</span> 起 · 合同第 8 条' in page


class TestTheRegisterOfMoveIns:
    def test_voided_cases_have_a_filter_of_their_own(self, client_for: ClientFor, journey: Journey) -> None:
        """X-2: they stay readable."""
        voiding.void(journey.move_in, "重复", at=journey.now())
        db.session.commit()
        client = client_for(Role.RECEPTIONIST)
        assert journey.move_in.number in client.get("/movein/?state=voided").text
        assert journey.move_in.number not in client.get("/movein/?state=open").text

    @pytest.mark.parametrize("said", ["RZ-2026-1", "rz-2026-000001", "RZ-2026"])
    def test_a_case_is_found_by_its_number_as_it_is_said(
        self, client_for: ClientFor, journey: Journey, said: str
    ) -> None:
        assert journey.move_in.number in client_for(Role.RECEPTIONIST).get(f"/movein/?q={said}").text

    def test_who_has_still_to_move_in_is_offered(
        self, client_for: ClientFor, office: Office, journey: Journey
    ) -> None:
        """M-1: sold, and its owner has not begun."""
        waiting = office.home("909")
        office.owner(waiting)
        unsold = office.home("910")
        page = client_for(Role.RECEPTIONIST).get("/movein/new").text
        assert f"home={waiting.id}" in page
        assert f"home={journey.home.id}" not in page
        assert f"home={unsold.id}" not in page

    def test_a_step_that_a_rule_locks_is_no_link(self, client_for: ClientFor, journey: Journey) -> None:
        """X-2: a page that would only say no is not offered."""
        voiding.void(journey.move_in, "重复", at=journey.now())
        db.session.commit()
        page = client_for(Role.RECEPTIONIST).get(f"/movein/{journey.move_in.id}").text
        assert f'href="/movein/{journey.move_in.id}/identity"' not in page
