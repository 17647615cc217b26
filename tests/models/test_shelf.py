"""Where files lie: encrypted, whole or not at all, once per estate (promise 13, decisions: secrets)."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pmweb.extensions import unit
from pmweb.models import shelf, vault
from pmweb.models.files import FileKind, StoredFile
from pmweb.models.pictures import Prepared, prepare
from pmweb.models.session_rules import NoActor, ScopeBroken, close_session, open_session
from pmweb.models.watermarks import Mark
from tests import pictures
from tests.office import MORNING, Office

MARK = Mark.of("入住办理", "moving in", date(2026, 3, 5))


@pytest.fixture
def photo() -> Prepared:
    return prepare(pictures.phone_photo())


def put(prepared: Prepared, kind: FileKind = FileKind.PHOTO) -> StoredFile:
    return shelf.put(unit(), prepared, kind, at=MORNING)


def lying(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_photo_comes_back_as_it_was_put(office: Office, folder: Path, photo: Prepared) -> None:
    file = put(photo)
    assert shelf.read(file) == photo.data
    assert shelf.read_thumbnail(file) == photo.thumbnail
    assert (file.media_type, file.width, file.height) == ("image/jpeg", 1200, 1600)
    assert (file.size, file.stored_at, file.stored_by) == (len(photo.data), MORNING, "system")


def test_it_lies_under_its_hash_for_this_account_only(office: Office, folder: Path, photo: Prepared) -> None:
    put(photo)
    place = folder / str(office.estate.id) / photo.sha256[:2] / photo.sha256
    assert lying(folder) == [place, place.with_name(place.name + shelf.THUMBNAIL)]
    if os.name == "posix":
        for path in lying(folder):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_at_rest_nothing_can_be_read(office: Office, folder: Path, photo: Prepared) -> None:
    """Promise 13: neither the picture nor the text of a scan is in the bytes on the disk."""
    put(photo)
    put(prepare(pictures.pdf("Zhou Wenbo 310115198503120017")), FileKind.SCAN)
    assert len(lying(folder)) == 3
    for path in lying(folder):
        raw = path.read_bytes()
        for word in (b"\xff\xd8\xff", b"JFIF", b"%PDF", b"Zhou Wenbo", b"310115198503120017", b"endobj"):
            assert word not in raw


def test_the_same_content_twice_is_one_file_and_one_row(
    office: Office, folder: Path, photo: Prepared
) -> None:
    first, again = put(photo), put(photo)
    assert first is again
    assert len(lying(folder)) == 2


def test_another_estate_keeps_its_own_copy(office: Office, folder: Path, photo: Prepared) -> None:
    other = office.other_estate()
    here = put(photo)
    unit().commit()
    office.enter(other)
    there = put(photo)
    assert here.id != there.id
    assert len(lying(folder)) == 4
    assert shelf.read(there) == photo.data


def test_an_identity_scan_has_no_thumbnail_on_the_disk(office: Office, folder: Path) -> None:
    file = put(prepare(pictures.jpeg(), mark=MARK), FileKind.IDENTITY)
    assert len(lying(folder)) == 1
    assert shelf.read_thumbnail(file) is None


def test_an_identity_scan_without_its_purpose_is_not_kept_as_one(
    office: Office, folder: Path, photo: Prepared
) -> None:
    with pytest.raises(ValueError, match="identity"):
        put(photo, FileKind.IDENTITY)
    with pytest.raises(ValueError, match="identity"):
        put(prepare(pictures.jpeg(), mark=MARK), FileKind.PHOTO)
    assert lying(folder) == []


def test_a_file_that_was_lost_or_changed_is_never_handed_out(
    office: Office, folder: Path, photo: Prepared
) -> None:
    file = put(photo)
    other = put(prepare(pictures.jpeg(pictures.drawing((30, 30)))))
    place, others = (folder / str(office.estate.id) / f.sha256[:2] / f.sha256 for f in (file, other))
    whole = place.read_bytes()

    place.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(shelf.Unreadable):
        shelf.read(file)
    place.write_bytes(b"")
    with pytest.raises(shelf.Unreadable):
        shelf.read(file)
    place.write_bytes(others.read_bytes())
    with pytest.raises(shelf.Unreadable, match="not what was stored"):
        shelf.read(file)
    place.unlink()
    with pytest.raises(shelf.Unreadable):
        shelf.read(file)
    put(photo)
    assert shelf.read(file) == photo.data, "sent again, it stands again"


def test_another_key_opens_nothing(
    office: Office, folder: Path, photo: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put(photo)
    monkeypatch.setattr(vault, "_open", vault.Vault(bytes(32)))
    with pytest.raises(shelf.Unreadable):
        shelf.read(file)


def test_after_a_rollback_the_photo_can_be_sent_again(office: Office, folder: Path, photo: Prepared) -> None:
    """The file without a row is harmless, whatever key it was written with."""
    put(photo)
    unit().rollback()
    place = folder / str(office.estate.id) / photo.sha256[:2] / photo.sha256
    place.write_bytes(b"written with the key of yesterday")
    file = put(photo)
    unit().commit()
    assert shelf.read(file) == photo.data
    assert len(lying(folder)) == 2


def test_nobody_stores_without_an_actor_or_an_estate(office: Office, folder: Path, photo: Prepared) -> None:
    close_session(unit())
    with pytest.raises(ScopeBroken):
        put(photo)
    open_session(unit(), actor=None, estate_id=office.estate.id)
    with pytest.raises(NoActor):
        put(photo)


def test_photos_lie_at_their_matters_in_order_and_cost_one_query(
    office: Office, folder: Path, queries: Callable[[Callable[[], Any]], int]
) -> None:
    homes = [office.home("0101"), office.home("0102"), office.home("0103")]
    files = [put(prepare(pictures.jpeg(pictures.drawing((20 + n, 20))))) for n in range(12)]
    for n, file in enumerate(files):
        shelf.attach(unit(), file, homes[n % 2], at=MORNING, caption=f"{n}")
    unit().commit()
    unit().expunge_all()

    found: dict[int, list[Any]] = {}

    def look() -> None:
        found.update(shelf.attachments(unit(), "home", [home.id for home in homes]))
        assert found[homes[0].id][0].file.media_type == "image/jpeg"

    assert queries(look) == 1
    assert [a.caption for a in found[homes[0].id]] == ["0", "2", "4", "6", "8", "10"]
    assert [len(found[home.id]) for home in homes] == [6, 6, 0]
    assert shelf.attachments(unit(), "home", []) == {}


def test_the_same_photo_is_laid_to_a_matter_once_until_it_is_taken_off(
    office: Office, folder: Path, photo: Prepared
) -> None:
    home, file = office.home(), put(photo)
    first = shelf.attach(unit(), file, home, at=MORNING)
    assert shelf.attach(unit(), file, home, at=MORNING) is first
    shelf.take_off(first, at=MORNING)
    assert shelf.attachments(unit(), "home", [home.id])[home.id] == []
    again = shelf.attach(unit(), file, home, at=MORNING)
    assert again is not first
    assert shelf.attachments(unit(), "home", [home.id])[home.id] == [again]
