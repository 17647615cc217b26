"""The instance folder: made at first run, safe to make again; settings come from the environment (contract.md)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pmweb import instance
from pmweb.config import Settings, flask_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in [name for name in os.environ if name.startswith("PMWEB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PMWEB_INSTANCE", str(tmp_path / "instance"))
    return Settings.from_environment()


def test_keys_are_made_once_and_are_readable_by_this_account_only(settings: Settings) -> None:
    """Promise 13: a key that was replaced would seal everything for ever."""
    instance.prepare(settings)
    first = instance.secret_key(settings), instance.data_key(settings)
    instance.prepare(settings)
    assert (instance.secret_key(settings), instance.data_key(settings)) == first
    assert len(first[1]) == 32
    assert first[0] != first[1].hex()
    for name in (instance.SIGNING_KEY, instance.DATA_KEY):
        assert (settings.instance / name).stat().st_mode & 0o077 == 0
    assert (settings.instance / "files").stat().st_mode & 0o077 == 0


def test_without_keys_nothing_starts(settings: Settings) -> None:
    with pytest.raises(instance.NotInitialised, match="pmweb init"):
        instance.secret_key(settings)
    with pytest.raises(instance.NotInitialised):
        instance.data_key(settings)


def test_keys_may_come_from_the_environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup leaves the data key out; a second node is given it."""
    monkeypatch.setenv("PMWEB_SECRET_KEY", "s")
    monkeypatch.setenv("PMWEB_DATA_KEY", "ab" * 32)
    given = Settings.from_environment()
    assert instance.secret_key(given) == "s"
    assert instance.data_key(given) == bytes([0xAB]) * 32


def test_the_demo_is_marked_with_its_sign_ins(settings: Settings) -> None:
    instance.prepare(settings)
    assert not instance.is_demo(settings.instance)
    assert instance.demo_usernames(settings.instance) == []
    instance.mark_as_demo(settings.instance, ["receptionist", "admin"])
    assert instance.is_demo(settings.instance)
    assert instance.demo_usernames(settings.instance) == ["receptionist", "admin"]


def test_everything_has_a_default_that_runs_on_a_laptop(settings: Settings) -> None:
    assert settings.database_url == f"sqlite:///{settings.instance / 'pmweb.db'}"
    assert (settings.timezone, settings.proxy_hops, settings.trusted_hosts) == ("Asia/Shanghai", 0, [])
    assert flask_settings(settings)["TRUSTED_HOSTS"] is None


def test_each_variable_changes_its_setting(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PMWEB_DATABASE_URL": "postgresql+psycopg://office@/pmweb",
        "PMWEB_TIMEZONE": "Asia/Urumqi",
        "PMWEB_TRUSTED_HOSTS": "office.example,10.0.0.5",
        "PMWEB_PROXY_HOPS": "2",
        "PMWEB_RATELIMIT_STORAGE": "redis://localhost",
    }.items():
        monkeypatch.setenv(name, value)
    given = Settings.from_environment()
    assert given.database_url.startswith("postgresql")
    assert (given.timezone, given.proxy_hops) == ("Asia/Urumqi", 2)
    assert given.trusted_hosts == ["office.example", "10.0.0.5"]
    assert flask_settings(given)["RATELIMIT_STORAGE_URI"] == "redis://localhost"


def test_an_empty_variable_is_none(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PMWEB_DATABASE_URL", "PMWEB_TIMEZONE", "PMWEB_PROXY_HOPS", "PMWEB_TRUSTED_HOSTS"):
        monkeypatch.setenv(name, "")
    assert Settings.from_environment() == settings
