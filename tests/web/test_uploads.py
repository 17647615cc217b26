"""Files of a request are examined once, before anything is written (deliverable 8)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from flask import Flask, g, request
from flask.testing import EnvironBuilder
from werkzeug.datastructures import MultiDict

from pmweb.domain.workflow import RuleBroken
from pmweb.models.pictures import JPEG, MEGABYTE, PDF, prepare
from pmweb.web import uploads
from tests import pictures

File = tuple[io.BytesIO, str]


def sent(data: bytes, name: str = "photo.jpg") -> File:
    return io.BytesIO(data), name


@contextmanager
def request_with(app: Flask, *parts: tuple[str, Any]) -> Iterator[None]:
    """A POST whose files have been examined, as ``unit_of_work`` does it."""
    environ = EnvironBuilder(app, "/", method="POST", data=MultiDict(parts)).get_environ()
    with closing(environ["wsgi.input"]), app.request_context(environ):
        g.uploads = uploads.examine(request.files)
        yield
        request.close()


def test_each_file_is_examined_and_stays_in_its_field_and_order(app: Flask) -> None:
    small, large = (pictures.jpeg(pictures.drawing((20, n))) for n in (10, 20))
    with request_with(
        app, ("photos", sent(small)), ("contract", sent(pictures.pdf(), "c.pdf")), ("photos", sent(large))
    ):
        assert [p.height for p in uploads.taken("photos")] == [10, 20]
        assert [p.media_type for p in uploads.taken("contract")] == [PDF]
        assert uploads.taken("nothing") == []


def test_an_untouched_file_input_is_no_file(app: Flask) -> None:
    with request_with(
        app, ("photos", sent(b"", "")), ("photos", sent(pictures.jpeg())), ("other", sent(b"", ""))
    ):
        assert len(uploads.taken("photos")) == 1
        assert "other" not in g.uploads


def test_a_refused_file_does_not_cost_the_others_and_is_named_without_its_folder(app: Flask) -> None:
    with request_with(
        app,
        ("photos", sent(pictures.jpeg())),
        ("photos", sent(pictures.heic(), "DCIM/100APPLE/IMG_1.HEIC")),
        ("photos", sent(b"", "empty.jpg")),
        ("photos", sent(b"\xff\xd8\xff" + bytes(16 * MEGABYTE), "../../etc/passwd")),
    ):
        assert [p.media_type for p in uploads.taken("photos")] == [JPEG]
        assert [(b.code, b.facts["name"]) for b in uploads.refused("photos")] == [
            ("upload.heic", "IMG_1.HEIC"),
            ("upload.torn", "empty.jpg"),
            ("upload.size", "passwd"),
        ]


@pytest.mark.parametrize("field", ["id_copy", "agent_id_copy", "papers-0-id_copy"])
def test_an_identity_scan_is_marked_with_its_purpose_on_arrival(app: Flask, field: str) -> None:
    """PRI-3: it never lies anywhere without the purpose."""
    photo = pictures.jpeg(pictures.drawing((600, 400)))
    with request_with(
        app, (field, sent(photo)), ("photos", sent(photo)), (field, sent(pictures.pdf(), "id.pdf"))
    ):
        (scan,) = uploads.taken(field)
        assert scan.identity
        assert scan.sha256 != prepare(photo).sha256
        assert not uploads.taken("photos")[0].identity
        assert [b.code for b in uploads.refused(field)] == ["upload.no_watermark"]


def test_outside_a_sending_there_are_no_files(app: Flask) -> None:
    with app.test_request_context("/"):
        assert uploads.taken("photos") == []
        assert uploads.refused("photos") == []


def test_every_reason_has_its_sentence() -> None:
    from pmweb.web.wording import WORDS, worded

    codes = "heic kind size torn pixels disk_full not_stored not_a_photo too_many no_watermark"
    assert {f"upload.{code}" for code in codes.split()} <= WORDS.keys()
    assert worded(RuleBroken("upload.too_many", limit=12)) == "一次最多 12 个文件，请分几次上传。"
