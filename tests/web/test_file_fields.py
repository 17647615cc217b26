"""What a form says about photos, scans and signatures."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from flask import Flask
from wtforms import Form

from pmweb.domain.workflow import RuleBroken
from pmweb.models.pictures import JPEG, PDF
from pmweb.web.file_fields import (
    IdentityScanField,
    PhotoField,
    PhotosField,
    ScanField,
    SignatureField,
    read_signature,
)
from tests import pictures
from tests.web.test_uploads import request_with, sent


class Sheet(Form):
    photos = PhotosField("照片", limit=3)
    meter = PhotoField("表的照片", needed=True)
    contract = ScanField("合同")
    id_copy = IdentityScanField("身份证复印件")


class Signing(Form):
    strokes = SignatureField("签名")


class MaySign(Form):
    strokes = SignatureField("签名", needed=False)


def filled(form: type[Form]) -> Any:
    from flask import request
    from werkzeug.datastructures import CombinedMultiDict

    return form(CombinedMultiDict([request.files, request.form]))


JPG = pictures.jpeg(pictures.drawing((40, 30)))


def test_files_arrive_ready_for_the_shelf(app: Flask) -> None:
    with request_with(
        app,
        ("photos", sent(JPG)),
        ("photos", sent(pictures.png(), "b.png")),
        ("meter", sent(b"", "")),
        ("meter", sent(JPG)),
        ("contract", sent(pictures.pdf(), "c.pdf")),
        ("contract", sent(JPG)),
        ("id_copy", sent(JPG)),
    ):
        form = filled(Sheet)
        assert form.validate(), form.errors
        assert len(form.photos.data) == 2
        assert len(form.meter.data) == 1
        assert [f.media_type for f in form.contract.data] == [PDF, JPEG]
        assert form.id_copy.data[0].identity


def test_what_is_wrong_is_said_beside_its_field_with_the_name_of_the_file(app: Flask) -> None:
    with request_with(
        app,
        ("photos", sent(pictures.heic(), "IMG_1.HEIC")),
        ("photos", sent(pictures.pdf(), "c.pdf")),
        ("meter", sent(JPG[:300], "m.jpg")),
        ("id_copy", sent(pictures.pdf(), "id.pdf")),
    ):
        form = filled(Sheet)
        assert not form.validate()
        first, second = form.photos.errors
        assert first.startswith("IMG_1.HEIC：这是苹果的 HEIC 照片")
        assert second == "这里只收照片（JPEG 或 PNG），不收 PDF。"
        assert form.meter.errors == ["m.jpg：文件不完整，可能上传时断了。请重新选择文件。"]
        assert form.id_copy.errors[0].startswith("id.pdf：身份证件请拍照")
        assert form.contract.errors == []


def test_too_many_and_missing_photos_are_said(app: Flask) -> None:
    with request_with(app, *[("photos", sent(JPG)) for _ in range(4)]):
        form = filled(Sheet)
        assert not form.validate()
        assert form.photos.errors == ["一次最多 3 个文件，请分几次上传。"]
        assert form.meter.errors == ["请添加表的照片。"]


def test_the_inputs_say_what_they_take(app: Flask) -> None:
    with app.test_request_context("/"):
        form = Sheet()
        assert form.photos.data == []
        assert "multiple" in form.photos()
        assert 'accept="image/jpeg,image/png"' in form.photos()
        assert "multiple" not in form.meter()
        assert 'accept="image/jpeg,image/png,application/pdf"' in form.contract()
        assert form.contract.flags.optional
        assert form.meter.flags.required


def test_an_identity_scan_cannot_hide_under_another_name(app: Flask) -> None:
    class Careless(Form):
        passport = IdentityScanField("护照")

    with app.test_request_context("/"), pytest.raises(ValueError, match="id_copy"):
        Careless()


def drawn(
    strokes: Any = pictures.STROKES, drawing: bytes | None = None, name: str = "strokes"
) -> list[tuple[str, Any]]:
    url = "data:image/png;base64," + base64.b64encode(drawing or pictures.signature_png()).decode()
    text = strokes if isinstance(strokes, str) else json.dumps(strokes)
    return [(name, text), (f"{name}_png", url)]


def test_a_signature_is_read_with_its_strokes(app: Flask) -> None:
    with request_with(app, *drawn()):
        form = filled(Signing)
        assert form.validate()
        pad = form.strokes.data
        assert pad.strokes == [[[60, 60, 0, 500], [300, 180, 180, 620]], [[500, 40, 1000, 0]]]
        assert pad.image.width == 600
    with request_with(app, *drawn({"width": 600, "height": 240, "groups": pictures.STROKES}, name="office")):
        assert len(read_signature("office").strokes) == 2


def test_an_untouched_pad_asks_for_the_signature(app: Flask) -> None:
    tap = [{"points": [{"x": 1, "y": 1, "time": 5, "pressure": 0}]}]
    blank = drawn(drawing=pictures.signature_png(empty=True))
    for parts in ([], drawn(""), drawn([]), drawn(tap), blank, [("strokes", json.dumps(pictures.STROKES))]):
        with request_with(app, *parts):
            form = filled(Signing)
            assert not form.validate()
            assert form.strokes.errors == ["还没有签名。请在签名区写上名字，或改用纸上签字、拒签。"]
            other = filled(MaySign)
            assert other.validate()
            assert other.strokes.data is None


@pytest.mark.parametrize(
    "strokes",
    [
        "{",
        "[1]",
        '[{"points": 5}]',
        '[{"points": [{"x": 1}]}]',
        '[{"points": [{"x": NaN, "y": 1, "time": 1}, {"x": 1, "y": 1, "time": 1}]}]',
        '[{"points": [{"x": 1e999, "y": 1, "time": 1}, {"x": 1, "y": 1, "time": 1}]}]',
        '[{"points": [{"x": "1", "y": 1, "time": 1}, {"x": 1, "y": 1, "time": 1}]}]',
        "[" * 100_000,
        [{"points": [{"x": 1, "y": 1, "time": n} for n in range(25_000)]}],
        [{"points": [{"x": 1, "y": 1, "time": 1}]}] * 500,
        '{"groups": 7}',
        "{}",
    ],
)
def test_strokes_that_no_pad_writes_are_refused(app: Flask, strokes: Any) -> None:
    with request_with(app, *drawn(strokes)), pytest.raises(RuleBroken, match=r"signature\.torn"):
        read_signature()


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a.png",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:image/png;base64,***",
        "data:image/png;base64,AAAA",
        "data:image/png;base64," + "A" * 700_000,
    ],
)
def test_a_drawing_that_no_pad_sends_is_refused(app: Flask, url: str) -> None:
    parts = [("strokes", json.dumps(pictures.STROKES)), ("strokes_png", url)]
    with request_with(app, *parts), pytest.raises(RuleBroken, match=r"signature\.torn"):
        read_signature()


def test_a_refused_signature_is_not_sent_again_by_the_page(app: Flask) -> None:
    with request_with(app, *drawn()):
        assert 'value=""' in filled(Signing).strokes()
