"""The register of people: search, filters, pages, the workbook (FM-01, X-12)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from pmweb.blueprints.households import operations
from pmweb.domain.permissions import Role
from pmweb.extensions import db
from pmweb.models.homes import Home
from pmweb.models.people import TieKind
from tests.checking_client import CheckingClient
from tests.databases import KINDS

ClientFor = Callable[..., CheckingClient]
Count = Callable[[Callable[[], Any]], int]
CARD = "11010519491231002X"


def test_the_register_shows_people_masked_with_their_homes(home: Home, desk: CheckingClient) -> None:
    page = desk.get("/households/").text
    for word in ("陈**", "1-1-1201", "业主", "110***2X", "138 **** 8000", "1 人"):
        assert word in page, word
    for hidden in ("陈建国", "13800138000", CARD):
        assert hidden not in page


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("?kind=owner", True),
        ("?kind=tenant", False),
        ("?kind=company", False),
        ("?kind=none", False),
        ("?q=建国", True),
        ("?q=cjg", True),
        ("?q=8000", True),
        ("?q=1-1201", True),
        ("?q=1-1202", False),
        ("?q=%25", False),
        ("?kind=owner&q=林", False),
    ],
)
def test_the_register_is_searched_and_filtered(
    home: Home, desk: CheckingClient, address: str, shown: bool
) -> None:
    assert ("陈**" in desk.get(f"/households/{address}").text) is shown


def test_an_unknown_kind_is_not_found(desk: CheckingClient) -> None:
    assert desk.get("/households/?kind=friend").status_code == 404
    assert desk.get("/households/new?kind=friend").status_code == 404


@pytest.mark.parametrize("database_kind", KINDS, indirect=True)
def test_the_register_is_read_in_pages_at_a_constant_cost(
    home: Home, desk: CheckingClient, queries: Count
) -> None:
    few = queries(lambda: desk.get("/households/"))
    for number in range(60):
        person = operations.add_person(f"林{number:02d}")
        operations.tie(home, person, TieKind.FAMILY, relation="子女", quietly=True)
    assert queries(lambda: desk.get("/households/")) == few <= 8
    page = desk.get("/households/").text
    assert page.count("<td") == 50 * 7
    onward = re.search(r'href="([^"]+)" rel="next"', page)
    assert onward
    assert desk.get(onward.group(1).replace("&amp;", "&")).text.count("<td") == 11 * 7


def workbook(client: CheckingClient, address: str) -> list[list[Any]]:
    answer = client.get(address)
    data = answer.data
    answer.close()
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def test_the_workbook_has_the_same_rows_and_no_formula(home: Home, desk: CheckingClient) -> None:
    operations.add_person("=HYPERLINK(1)", mobile="13900139000")
    db.session.commit()
    rows = workbook(desk, "/households/export.xlsx?q=建国")
    assert rows[1][:4] == ["1-1-1201", "陈建国", "个人", "业主"]
    assert rows[1][5] == "13800138000", "a telephone is a text"
    assert rows[1][7] == "110*************2X"
    assert len(rows) == 2
    assert "=HYPERLINK(1)" in [row[1] for row in workbook(desk, "/households/export.xlsx")]


def test_the_workbook_is_for_those_who_keep_the_register(home: Home, client_for: ClientFor) -> None:
    assert client_for(Role.AUDITOR).get("/households/export.xlsx").status_code == 403
