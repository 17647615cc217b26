"""The desk: papers that were left at home, and what the page asks for once a paper lies there (M-1 to M-4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pmweb.blueprints.movein.operations import case
from pmweb.blueprints.movein.rules import Paper
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


def test_an_emergency_contact_can_be_called(client_for: ClientFor, journey: Journey) -> None:
    """M-5, FM-01: name, relation and number; the page says what is missing."""
    journey.check_identity()
    db.session.commit()
    client = client_for(Role.RECEPTIONIST)
    url = f"/movein/{journey.move_in.id}/register/member"
    response = client.post(url, data={"kind": "emergency", "name": "苏建业"})
    assert response.status_code == 422
    assert "请填写手机" in response.text
    assert "请填写与业主关系" in response.text
    assert client.post(url, data={"kind": "tenant", "name": "苏建业"}).status_code == 303
