"""What a move-in shows elsewhere: 今日 leads to where it is done and says what comes next; the card of the home."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pmweb.blueprints.movein.operations import voiding
from pmweb.blueprints.movein.rules import Paper
from pmweb.domain.permissions import Role
from pmweb.extensions import db
from tests.blueprints.movein.journey import Journey
from tests.checking_client import CheckingClient
from tests.office import Office

ClientFor = Callable[..., CheckingClient]


@pytest.fixture
def journey(office: Office) -> Journey:
    """An owner who has just come."""
    return Journey(office)


def shown(client: Any, address: str) -> str:
    """The page as it is now."""
    db.session.commit()
    page: str = client.get(address).text
    return page


def test_today_names_the_next_step(client_for: ClientFor, journey: Journey) -> None:
    """M-1: eight lines that read alike help nobody."""
    desk_tablet = client_for(Role.RECEPTIONIST)
    assert "接着办理入住 · 下一步：核对业主与资料" in shown(desk_tablet, "/")
    journey.check_identity()
    assert "下一步：住户登记表" in shown(desk_tablet, "/")


def test_the_repair_department_hears_of_an_owner_who_is_there(
    client_for: ClientFor, journey: Journey
) -> None:
    """M-9: it walks along; the line leads to the sheet, and is gone when the sheet was signed."""
    repairer = client_for(Role.REPAIRER, name="李工")
    assert "陪业主验房" not in shown(repairer, "/")
    journey.check_identity()
    page = shown(repairer, "/")
    assert "陪业主验房" in page
    assert f"/movein/{journey.move_in.id}/acceptance" in page
    journey.first_round(defects=0)
    assert "陪业主验房" not in shown(repairer, "/")


@pytest.mark.parametrize(
    ("bring", "step"),
    [
        (lambda j: j.check_identity(Paper.NOTICE), "identity"),
        (lambda j: (j.at_the_desk(), j.first_round(defects=1), j.put_right()), "rounds"),
        (lambda j: (j.at_the_desk(), j.first_round(defects=0)), "filing"),
    ],
    ids=["papers", "appointment", "filing"],
)
def test_a_line_of_today_leads_to_where_it_is_done(
    client_for: ClientFor, journey: Journey, bring: Callable[[Journey], Any], step: str
) -> None:
    bring(journey)
    client = client_for(Role.RECEPTIONIST)
    lines = shown(client, "/") + shown(client, "/tasks?when=later")
    assert f'href="/movein/{journey.move_in.id}/{step}"' in lines


def test_the_card_of_the_home_says_whether_somebody_has_moved_in(
    client_for: ClientFor, office: Office, journey: Journey
) -> None:
    """The button is there as long as there is something to begin."""
    client, begin = client_for(Role.RECEPTIONIST), "/movein/new?home="
    other = office.home("909")
    office.owner(other)
    assert "还没有办理" in shown(client, f"/homes/{other.id}")
    assert f"{begin}{other.id}" in shown(client, f"/homes/{other.id}")
    address = f"/homes/{journey.home.id}"
    assert begin not in shown(client, address)
    journey.at_the_desk()
    journey.first_round(defects=0)
    journey.complete_file()
    journey.file()
    assert "已入住" in shown(client, address)
    assert begin not in shown(client, address)


def test_a_voided_case_may_be_begun_again(client_for: ClientFor, journey: Journey) -> None:
    voiding.void(journey.move_in, "重复", at=journey.now())
    assert "/movein/new?home=" in shown(client_for(Role.RECEPTIONIST), f"/homes/{journey.home.id}")
