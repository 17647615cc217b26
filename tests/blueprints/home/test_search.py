"""One box for homes, people, telephones, vehicles and numbers of papers (X-12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from pmweb.blueprints.households import operations
from pmweb.domain.permissions import Role
from pmweb.extensions import db
from pmweb.models.homes import Home
from pmweb.models.people import PartyKind, TieKind
from tests.checking_client import CheckingClient
from tests.databases import KINDS
from tests.office import Office

pytestmark = pytest.mark.usefixtures("letters")
ClientFor = Callable[..., CheckingClient]
Count = Callable[[Callable[[], Any]], int]


def found(client: CheckingClient, text: str, *, htmx: bool = False) -> str:
    headers = {"HX-Request": "true", "HX-Target": "results"} if htmx else {}
    response = client.get("/search", query_string={"q": text}, headers=headers)
    assert response.status_code == 200
    text = response.text
    return str(text)


@pytest.fixture
def estate_to_search(office: Office) -> Home:
    home = office.home("1201")
    office.home("1202")
    owner = office.owner(home, "曾国强", mobile="13850013812", initials="zgq")
    firm = operations.add_person("松涛建材有限公司", kind=PartyKind.COMPANY, mobile="0591-87654321")
    operations.tie(home, firm, TieKind.TENANT)
    operations.add_vehicle(home, "闽A12345", space="B1-023")
    assert owner.id
    db.session.commit()
    return home


@pytest.mark.parametrize("text", ["1-1201", "11201", "1栋1单元1201", "１－１２０１"])
def test_a_number_that_means_one_home_leads_straight_there(
    estate_to_search: Home, client_for: ClientFor, text: str
) -> None:
    page = found(client_for(Role.RECEPTIONIST), text)
    assert f'class="btn primary start" href="/homes/{estate_to_search.id}"' in page
    assert "曾**" in page


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("zgq", "曾**"),
        ("zg", "曾**"),
        ("曾", "曾**"),
        ("国强", "曾**"),
        ("3812", "138 **** 3812"),
        ("13850013812", "曾**"),
        ("stjc", "松涛建材有限公司"),
        ("建材", "松涛建材有限公司"),
        ("4321", "松涛建材有限公司"),
        ("闽A123", "闽A12345"),
        ("a12345", "闽A12345"),
    ],
)
def test_people_and_vehicles_are_found_and_lead_to_their_home(
    estate_to_search: Home, client_for: ClientFor, text: str, shows: str
) -> None:
    page = found(client_for(Role.RECEPTIONIST), text)
    assert shows in page
    assert f'href="/homes/{estate_to_search.id}"' in page
    assert "曾国强" not in page


def test_a_name_that_is_typed_in_full_is_shown_in_full(estate_to_search: Home, client_for: ClientFor) -> None:
    assert "曾国强</span>" in found(client_for(Role.RECEPTIONIST), "曾国强")


def test_the_numbers_of_papers_are_asked_of_their_rooms(office: Office, client_for: ClientFor) -> None:
    page = found(client_for(Role.RECEPTIONIST), "RZ-2026-000001")
    assert "渗水通知" in page
    assert "/letters/1" in page


def test_whoever_may_not_read_households_finds_homes_only(
    estate_to_search: Home, client_for: ClientFor
) -> None:
    guard = client_for(Role.GUARD)
    assert "曾" not in found(guard, "1-1201")
    assert "没有找到" in found(guard, "zgq")
    assert "没有找到" in found(guard, "闽A12345")


def test_typing_replaces_the_list_alone_and_an_empty_box_empties_it(
    estate_to_search: Home, client_for: ClientFor
) -> None:
    client = client_for(Role.RECEPTIONIST)
    part = found(client, "zgq", htmx=True)
    assert part.lstrip().startswith('<div id="results"')
    assert "<h1" not in part
    assert 'class="row"' not in found(client, "", htmx=True)
    assert "没有找到“%_”" in found(client, "%_") or "没有找到" not in found(client, "%_")


@pytest.mark.parametrize("database_kind", KINDS, indirect=True)
@pytest.mark.parametrize("text", ["1-1201", "3812", "a12345", "zgq", "曾", "RZ-2026-000001"])
def test_search_asks_eight_questions_at_most(
    estate_to_search: Home, client_for: ClientFor, queries: Count, text: str
) -> None:
    client = client_for(Role.RECEPTIONIST)
    assert queries(lambda: found(client, text)) <= 8


def test_the_homes_of_whom_was_found_are_looked_up_by_the_person(office: Office) -> None:
    """SQLite has no statistics on a fresh instance; the indexes alone have to lead it the right way."""
    plan = db.session.execute(
        text(
            "explain query plan select tie.id from person left join tie on tie.person_id = person.id"
            " and tie.until_on is null and tie.estate_id = 1 where person.estate_id = 1"
        )
    )
    assert "ix_tie_person_id_until_on" in " ".join(str(row.detail) for row in plan)
