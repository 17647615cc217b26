"""The data key: secrets are unreadable at rest, tampering shows, equal numbers are found (promise 13)."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from pmweb.extensions import unit
from pmweb.models import vault as vaults
from pmweb.models.people import IdKind, Person
from pmweb.models.vault import Sealed, Vault, unlock, vault
from tests.databases import ONLY_SQLITE
from tests.office import Office

NUMBER = "11010519491231002X"


@pytest.fixture
def opened() -> Vault:
    return Vault(b"k" * 32)


def test_what_was_encrypted_comes_back(opened: Vault) -> None:
    assert opened.decrypt(opened.encrypt("身份证".encode())).decode() == "身份证"


def test_equal_numbers_never_look_equal(opened: Vault) -> None:
    first, second = opened.encrypt(NUMBER.encode()), opened.encrypt(NUMBER.encode())
    assert first != second
    assert NUMBER.encode() not in first


def test_another_key_opens_nothing(opened: Vault) -> None:
    with pytest.raises(Sealed):
        Vault(b"x" * 32).decrypt(opened.encrypt(b"secret"))


@pytest.mark.parametrize("place", [0, 12, -1])
def test_a_changed_byte_shows(opened: Vault, place: int) -> None:
    sealed = bytearray(opened.encrypt(b"secret"))
    sealed[place] ^= 1
    with pytest.raises(Sealed):
        opened.decrypt(bytes(sealed))


@pytest.mark.parametrize("rest", [b"", b"short", b"x" * 12])
def test_what_is_no_secret_at_all_shows(opened: Vault, rest: bytes) -> None:
    with pytest.raises(Sealed):
        opened.decrypt(rest)


def test_equal_numbers_have_equal_prints_that_say_nothing(opened: Vault) -> None:
    assert opened.fingerprint(NUMBER) == opened.fingerprint(NUMBER)
    assert opened.fingerprint(NUMBER) != opened.fingerprint("440524188001010014")
    assert opened.fingerprint(NUMBER) != Vault(b"x" * 32).fingerprint(NUMBER)
    assert NUMBER not in opened.fingerprint(NUMBER)


def test_a_key_has_32_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vaults, "_open", None)
    with pytest.raises(ValueError, match="32 bytes"):
        unlock(b"short")
    with pytest.raises(Sealed):
        vault()


def test_an_identity_number_lies_encrypted_in_the_database(office: Office) -> None:
    office.owner(office.home(), id_kind=IdKind.ID_CARD, id_number=NUMBER)
    raw = unit().execute(text("SELECT id_number FROM person")).scalar_one()
    assert isinstance(raw, bytes | memoryview)
    assert NUMBER.encode() not in bytes(raw)
    unit().expire_all()
    assert unit().query(Person).one().id_number == NUMBER


@ONLY_SQLITE
def test_nowhere_in_the_file_of_the_database_stands_the_number(app: Flask, office: Office) -> None:
    """Neither in a table, nor in an index, the trail, or the write-ahead log."""
    person = office.owner(office.home(), id_kind=IdKind.ID_CARD, id_number=NUMBER)
    person.id_number = "440524188001010014"
    unit().commit()
    for file in Path(app.config["INSTANCE"]).glob("pmweb.db*"):
        content = file.read_bytes()
        assert NUMBER.encode() not in content, file.name
        assert b"440524188001010014" not in content, file.name
