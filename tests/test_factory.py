"""Assembly: what stops a bad start, and what every page knows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, request

from pmweb import create_app
from pmweb.data import BrokenData
from pmweb.domain.permissions import Role
from pmweb.instance import NotInitialised
from pmweb.models.vault import vault
from pmweb.web.access import public
from tests.databases import DATA_KEY
from tests.office import Office, desk_of


def _settings(folder: Path, **more: Any) -> dict[str, Any]:
    usual = {"TESTING": True, "INSTANCE": folder, "SECRET_KEY": "a test", "DATA_KEY": DATA_KEY}
    return usual | {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'pmweb.db'}"} | more


def test_without_keys_the_app_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PMWEB_INSTANCE", str(tmp_path))
    monkeypatch.delenv("PMWEB_SECRET_KEY", raising=False)
    with pytest.raises(NotInitialised):
        create_app()


def test_with_broken_data_the_app_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Contract: the YAML is validated at boot with a clear message."""

    def broken() -> None:
        raise BrokenData("movein.yaml", 3, "there is no trade plumbing2")

    monkeypatch.setattr("pmweb.factory.defaults", broken)
    with pytest.raises(BrokenData, match="line 3"):
        create_app(_settings(tmp_path))


def test_an_unknown_time_zone_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Mars"):
        create_app(_settings(tmp_path, BABEL_DEFAULT_TIMEZONE="Mars/Base"))


def test_a_view_that_does_not_say_who_may_use_it_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 1: the check stands in the start itself, not only in the tests."""
    annex = Blueprint("annex", __name__, url_prefix="/annex")
    annex.add_url_rule("/", "index", lambda: "")
    monkeypatch.setattr("pmweb.factory.ROOMS", (annex,))
    with pytest.raises(RuntimeError, match=r"annex\.index"):
        create_app(_settings(tmp_path))


def test_the_vault_is_open_with_the_key_of_the_instance(app: Flask) -> None:
    assert vault().key == DATA_KEY


@pytest.mark.parametrize(
    ("accepts", "lang"),
    [
        ("zh-CN,zh;q=0.9", "zh-CN"),
        ("en-GB,en;q=0.9", "en"),
        ("en;q=0.5,zh;q=0.9", "zh-CN"),
        ("fr", "zh-CN"),
        ("", "zh-CN"),
        ("*", "zh-CN"),
    ],
)
def test_a_page_speaks_the_language_of_the_browser(app: Flask, accepts: str, lang: str) -> None:
    answer = app.test_client().get("/login", headers={"Accept-Language": accepts})
    assert f'<html lang="{lang}">' in answer.text


def test_the_language_of_the_person_comes_first(app: Flask, office: Office) -> None:
    client = desk_of(app, office.staff(Role.RECEPTIONIST, locale="en"), office.estate)
    assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "zh-CN"}).text


def test_a_proxy_is_believed_only_when_it_was_announced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else anybody could choose the address under which sign-ins are counted."""
    for hops, address in (("0", "127.0.0.1"), ("1", "10.9.8.7")):
        monkeypatch.setenv("PMWEB_PROXY_HOPS", hops)
        app = create_app(_settings(tmp_path))
        seen: list[str] = []
        app.add_url_rule("/who", "who", _asks(seen))
        app.test_client().get("/who", headers={"X-Forwarded-For": "10.9.8.7"})
        assert seen == [address]


def _asks(seen: list[str]) -> Callable[[], str]:
    @public
    def who() -> str:
        seen.append(str(request.remote_addr))
        return ""

    return who


def test_a_foreign_host_is_refused_when_hosts_are_named(tmp_path: Path) -> None:
    app = create_app(_settings(tmp_path, TRUSTED_HOSTS=["office.example"]))
    client = app.test_client()
    with client.get("/static/app.css", headers={"Host": "office.example"}) as sheet:
        assert sheet.status_code == 200
    for path in ("/static/app.css", "/login", "/"):
        answer = client.get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 400
        assert "evil.example" not in answer.text
