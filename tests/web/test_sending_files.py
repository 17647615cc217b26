"""A whole sending with files, from the request to the shelf: once, or not at all (promises 4 and 5)."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, event, func, select

from pmweb import clock
from pmweb.domain.permissions import Permission, Role
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.engine import open_for_writing
from pmweb.models.files import Attachment, FileKind, StoredFile
from pmweb.models.homes import Home
from pmweb.models.pictures import MEGABYTE, prepare
from pmweb.web.access import find, requires
from pmweb.web.fields import Form
from pmweb.web.file_fields import IdentityScanField, PhotosField
from pmweb.web.pages import page, see
from tests import pictures
from tests.databases import beside
from tests.office import MORNING, Office, desk_of

Send = Callable[..., Any]


class Photos(Form):
    photos = PhotosField("照片")
    id_copy = IdentityScanField("身份证复印件")


@requires(Permission.MOVEIN_HANDLE)
def keep_photos(home_id: int) -> Any:
    home, form = find(Home, home_id), Photos()

    def keep() -> None:
        for kind, came in ((FileKind.PHOTO, form.photos.data), (FileKind.IDENTITY, form.id_copy.data)):
            for prepared in came:
                shelf.attach(unit(), shelf.put(unit(), prepared, kind, at=clock.now()), home, at=clock.now())

    if form.carried_out(keep):
        return see("/done")
    said = str([*form.form_errors, *form.errors.values()])
    return page("errors/error.html", form=form, title="x", sentence=said, status=422)


@pytest.fixture
def send(app: Flask, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Send]:
    """Post to a room made for this test, in an app on the same instance."""
    with beside(app) as desk:
        desk.add_url_rule("/homes/<int:home_id>/photos", "keep_photos", keep_photos, methods=["POST"])
        monkeypatch.setattr(shelf, "_folder", tmp_path)
        home = office.home()
        client = desk_of(desk, office.staff(Role.RECEPTIONIST), office.estate)

        def post(key: str, **files: list[bytes]) -> Any:
            data: dict[str, Any] = {"_key": key, "_estate": office.estate.id}
            data |= {name: [(io.BytesIO(file), "a.jpg") for file in came] for name, came in files.items()}
            answer = client.post(f"/homes/{home.id}/photos", data=data, content_type="multipart/form-data")
            unit().rollback()
            return answer

        yield post


def rows(model: type[StoredFile] | type[Attachment]) -> int:
    return unit().scalar(select(func.count()).select_from(model)) or 0


FIRST, SECOND = (pictures.phone_photo((width, 300)) for width in (400, 500))


def test_photos_are_kept_with_the_change_and_a_second_sending_changes_nothing(
    send: Send, tmp_path: Path
) -> None:
    assert send("k1", photos=[FIRST, SECOND]).status_code == 303
    assert (rows(StoredFile), rows(Attachment)) == (2, 2)
    again = send("k1", photos=[FIRST, SECOND])
    assert (again.status_code, again.location) == (303, "/done")
    assert (rows(StoredFile), rows(Attachment)) == (2, 2)
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 4


def test_the_same_key_with_another_photo_is_refused(send: Send) -> None:
    assert send("k1", photos=[FIRST]).status_code == 303
    assert send("k1", photos=[SECOND]).status_code == 422
    assert rows(Attachment) == 1


def test_an_identity_scan_sent_again_the_next_day_is_the_same_sending(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its watermark carries the day; what is compared is what was sent."""
    monkeypatch.setattr("pmweb.web.unit_of_work.SESSION_HOURS", 48)
    assert send("k1", id_copy=[FIRST]).status_code == 303
    with clock.standing_still_at(MORNING + timedelta(days=1)):
        assert send("k1", id_copy=[FIRST]).status_code == 303
    assert rows(StoredFile) == 1
    assert unit().scalars(select(StoredFile)).one().kind is FileKind.IDENTITY


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (pictures.heic(), "HEIC"),
        (FIRST[:400], "文件不完整"),
        (b"<html>", "只能上传"),
        (b"\xff\xd8\xff" + bytes(15 * MEGABYTE), "15 MB"),
        (pictures.bomb(9000, 9000), "尺寸"),
    ],
)
def test_one_bad_file_is_said_and_nothing_is_saved(send: Send, tmp_path: Path, bad: bytes, said: str) -> None:
    answer = send("k1", photos=[FIRST, bad])
    assert answer.status_code == 422
    assert said in answer.text
    assert (rows(StoredFile), rows(Attachment)) == (0, 0)
    assert list(tmp_path.rglob("*")) == []


def test_a_sending_above_60_mb_is_refused_as_a_whole(send: Send) -> None:
    assert send("k1", photos=[b"\xff\xd8\xff" + bytes(14 * MEGABYTE)] * 5).status_code == 413
    assert rows(StoredFile) == 0


def test_a_full_disk_is_said_and_nothing_is_saved(
    send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, times = os.fsync, iter(range(100))

    def fsync(handle: int) -> None:
        if next(times) > 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    answer = send("k1", photos=[FIRST, SECOND])
    assert answer.status_code == 422
    assert "磁盘已满" in answer.text
    assert (rows(StoredFile), rows(Attachment)) == (0, 0)
    assert [p.name for p in tmp_path.rglob("*.part")] == []


def test_a_full_database_is_said_and_nothing_is_saved(send: Send, tmp_path: Path) -> None:
    assert send("k1", photos=[FIRST]).status_code == 303

    def no_further_page(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count=1")

    event.listen(Engine, "begin", no_further_page)
    try:
        dozen = [pictures.jpeg(pictures.drawing((60 + n, 40))) for n in range(12)]
        answer = send("k2", photos=dozen)
    finally:
        event.remove(Engine, "begin", no_further_page)
    assert answer.status_code == 507
    assert "服务器磁盘已满" in answer.text
    assert (rows(StoredFile), rows(Attachment)) == (1, 1)


def test_a_full_disk_while_the_sending_comes_in_is_said(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is large waits in a temporary file until it is examined."""

    class FullDisk(io.BytesIO):
        def __init__(self, **_kwargs: Any) -> None:
            super().__init__()

        def write(self, _data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", FullDisk)
    answer = send("k1", photos=[FIRST])
    assert answer.status_code == 507
    assert rows(StoredFile) == 0


def test_files_are_examined_before_the_write_lock_is_taken(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    def spied(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            result = real(*args, **kwargs)
            order.append(name)
            return result

        return call

    monkeypatch.setattr("pmweb.web.uploads.prepare", spied("examined", prepare))
    monkeypatch.setattr("pmweb.web.unit_of_work.open_for_writing", spied("locked", open_for_writing))
    send("k1", photos=[FIRST, SECOND])
    assert order == ["examined", "examined", "locked"]
