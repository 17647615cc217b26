"""Three ways to answer a paper: on the pad, on paper with a photo, not at all (SIG-4)."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from flask import Flask

from pmweb.domain.workflow import RuleBroken
from pmweb.models.signing import Pad, Refused
from pmweb.web.signing import SignForm, locale
from tests import pictures

PNG_URL = "data:image/png;base64," + b64encode(pictures.signature_png()).decode()


@pytest.mark.parametrize(
    ("manner", "code", "field"),
    [("pad", "signature.empty", "strokes"), ("paper", "signature.photo", "photo")],
)
def test_what_is_missing_is_said_at_its_field(app: Flask, manner: str, code: str, field: str) -> None:
    sent = app.test_request_context(method="POST", data={"manner": manner, "signer": "1"})
    with sent, pytest.raises(RuleBroken) as broken:
        SignForm().how()
    assert (broken.value.code, broken.value.facts["field"]) == (code, field)


def test_a_drawing_is_strokes_and_picture(app: Flask) -> None:
    drawn = {"manner": "pad", "strokes": json.dumps(pictures.STROKES), "strokes_png": PNG_URL}
    with app.test_request_context(method="POST", data=drawn):
        how = SignForm().how()
    assert isinstance(how, Pad)
    assert how.strokes[0] == [[60, 60, 0, 500], [300, 180, 180, 620]]


def test_a_refusal_needs_no_drawing(app: Flask) -> None:
    refused = {"manner": "refused", "reason": "不认可工期", "witness": "何伟"}
    with app.test_request_context(method="POST", data=refused):
        assert SignForm().how() == Refused("不认可工期", "何伟")


def test_a_refusal_asks_for_reason_and_witness_at_once(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"manner": "refused", "signer": "1"}):
        form = SignForm(meta={"csrf": False})
        form.signer.choices = [("1", "周文博")]
        assert not form.validate()
        assert set(form.errors) == {"reason", "witness"}


@pytest.mark.parametrize(("asked", "said"), [("en", "en"), ("zh-CN", "zh_Hans_CN")])
def test_the_language_of_the_paper_is_that_of_the_page(app: Flask, asked: str, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": asked}):
        assert locale() == said
