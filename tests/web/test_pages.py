"""Block name = element id = HX-Target: the whole page, or the one block that the browser replaces."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.web.pages import render_block
from tests.office import Office

Sender = Callable[..., Any]


@pytest.fixture
def home(office: Office) -> Home:
    return office.home(remark="旧")


def _hx(target: str, **more: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": target} | {f"HX-{name}": value for name, value in more.items()}


def _is_whole(answer: Any) -> bool:
    return "<!doctype html>" in answer.text.lower()


def test_without_htmx_comes_the_whole_page(at_desk: Sender, home: Home) -> None:
    answer = at_desk().get(f"/toy/{home.id}")
    assert _is_whole(answer)
    assert "hx-swap-oob" not in answer.text


def test_htmx_gets_the_block_that_it_names(at_desk: Sender, home: Home) -> None:
    answer = at_desk().get(f"/toy/{home.id}", headers=_hx("matter"))
    assert answer.text.lstrip().startswith('<section id="matter"')
    assert not _is_whole(answer)


def test_beside_it_come_the_other_blocks_and_the_notices(at_desk: Sender, home: Home) -> None:
    answer = at_desk().get(f"/toy/{home.id}", headers=_hx("matter"))
    beside = re.findall(r'id="([a-z]+)"[^>]* hx-swap-oob="true"', answer.text)
    assert sorted(beside) == ["dock", "flash"]


def test_a_repeated_row_is_named_by_its_number(at_desk: Sender, home: Home) -> None:
    answer = at_desk().get(f"/toy/{home.id}?line=2", headers=_hx("line-2"))
    assert answer.text.lstrip().startswith('<p id="line-2">')
    assert "line-1" not in answer.text


@pytest.mark.parametrize("target", ["rail", "main", "matter-x", "x" * 5000, "<script>"])
def test_a_target_that_is_no_block_opens_the_whole_page(at_desk: Sender, home: Home, target: str) -> None:
    """Never the whole page inside an element of the old one."""
    answer = at_desk().get(f"/toy/{home.id}?q=1201", headers=_hx(target))
    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["HX-Redirect"] == f"/toy/{home.id}?q=1201"


def test_a_refused_form_with_a_foreign_target_replaces_the_page(at_desk: Sender, home: Home) -> None:
    data = {"_version": 1, "remark": ""}
    answer = at_desk().post(f"/toy/{home.id}/rename", data=data, headers=_hx("rail"))
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "body")
    assert _is_whole(answer)


@pytest.mark.parametrize(
    "headers",
    [
        {"HX-Request": "true", "HX-Boosted": "true"},
        _hx("matter", **{"History-Restore-Request": "true"}),
    ],
    ids=["boosted", "way back"],
)
def test_a_boosted_link_and_the_way_back_get_the_whole_page(
    at_desk: Sender, home: Home, headers: dict[str, str]
) -> None:
    answer = at_desk().get(f"/toy/{home.id}", headers=headers)
    assert _is_whole(answer)
    assert "HX-Redirect" not in answer.headers


def test_a_boosted_form_that_names_its_target_gets_the_block(at_desk: Sender, home: Home) -> None:
    answer = at_desk().get(f"/toy/{home.id}", headers=_hx("matter", Boosted="true"))
    assert not _is_whole(answer)


@pytest.mark.parametrize("headers", [{}, _hx("matter"), _hx("rail")], ids=["page", "block", "foreign"])
def test_a_cache_keeps_page_and_block_apart(at_desk: Sender, home: Home, headers: dict[str, str]) -> None:
    answer = at_desk().get(f"/toy/{home.id}", headers=headers)
    assert {"HX-Request", "HX-Target"} <= set(answer.vary)


def test_an_invalid_form_is_a_422_with_what_was_typed(at_desk: Sender, home: Home) -> None:
    """htmx swaps 422 and nothing else above 400 (``responseHandling`` of the page)."""
    client = at_desk()
    long = "很长" * 20
    plain = client.post(f"/toy/{home.id}/rename", data={"_version": 1, "remark": long})
    part = client.post(f"/toy/{home.id}/rename", data={"_version": 1, "remark": long}, headers=_hx("matter"))
    for answer in (plain, part):
        assert answer.status_code == 422
        assert f'value="{long}"' in answer.text
        assert 'id="errs"' in answer.text
    assert _is_whole(plain)
    assert not _is_whole(part)
    assert home.remark == "旧"


def test_every_form_carries_token_key_estate_and_version(at_desk: Sender, office: Office, home: Home) -> None:
    form = at_desk().get(f"/toy/{home.id}").text
    assert f'name="_estate" value="{office.estate.id}"' in form
    assert f'name="_version" value="{home.version}"' in form
    assert re.search(r'name="_key" value="[\w-]{20,}"', form)
    assert 'name="csrf_token"' in form
    assert f'method="post" action="/toy/{home.id}/rename"' in form


def test_each_page_has_keys_of_its_own(at_desk: Sender, home: Home) -> None:
    client = at_desk()
    pages = [client.get(f"/toy/{home.id}").text for _ in range(2)]
    keys = [key for page in pages for key in re.findall(r'name="_key" value="([^"]+)"', page)]
    assert len(keys) == len(set(keys)) >= 4


def test_what_was_saved_is_shown_in_the_block_of_the_same_page(at_desk: Sender, home: Home) -> None:
    """XHR follows a 303 and keeps HX-Target."""
    client, stood = at_desk(), {"Current-URL": f"http://localhost/toy/{home.id}?x=1"}
    data = {"_version": 1, "remark": "新"}
    answer = client.post(f"/toy/{home.id}/rename", data=data, headers=_hx("matter", **stood))
    assert (answer.status_code, answer.location) == (303, f"/toy/{home.id}")
    shown = client.get(answer.location, headers=_hx("matter", **stood))
    assert "已改" in shown.text
    assert "新" in shown.text


def test_another_page_opens_as_a_whole(at_desk: Sender, home: Home) -> None:
    """Else its block would stand under the title and the address of the page before."""
    stood = {"Current-URL": f"http://localhost/toy/elsewhere/{home.id}"}
    data = {"_version": 1, "remark": "新", "_key": "k"}
    client = at_desk()
    for _ in range(2):
        answer = client.post(f"/toy/{home.id}/rename", data=data, headers=_hx("matter", **stood))
        assert (answer.status_code, answer.text) == (204, "")
        assert answer.headers["HX-Redirect"] == f"/toy/{home.id}"
    assert home.version == 2


def test_a_block_knows_what_its_page_imports(toy_app: Flask, office: Office, home: Home) -> None:
    with toy_app.test_request_context("/"):
        toy_app.preprocess_request()
        html = render_block("toy/show.html", "line", home=home, line=7)
    assert html.strip() == f'<p id="line-7">row 7 of {home.label}</p>'


def test_a_page_changes_nothing(at_desk: Sender, home: Home) -> None:
    at_desk().get(f"/toy/{home.id}")
    unit().expire_all()
    assert home.version == 1
