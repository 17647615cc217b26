"""Errors are pages for people, in their language, with the status that a program expects (contract.md, "Pages")."""

from __future__ import annotations

import errno
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy.exc import OperationalError

from pmweb.domain.permissions import Role
from pmweb.extensions import db
from pmweb.models.homes import Home
from pmweb.web import errors
from tests.office import Office

Sender = Callable[..., Any]
HTMX = {"HX-Request": "true", "HX-Target": "matter"}
STATUSES = [400, 403, 404, 405, 409, 413, 422, 429, 500]
LANGUAGES = {"zh-CN": "zh-CN,zh;q=0.9", "en": "en-US,en;q=0.9"}


@pytest.fixture
def home(office: Office) -> Home:
    return office.home()


def _said(app: Flask, status: int, lang: str) -> tuple[str, str]:
    with app.test_request_context("/"), force_locale("en" if lang == "en" else "zh_CN"):
        title, sentence = errors._TEXTS[status]
        return str(title), str(sentence)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("status", STATUSES)
def test_every_error_is_a_page_in_the_language_of_the_reader(toy_app: Flask, status: int, lang: str) -> None:
    answer = toy_app.test_client().get(f"/toy/error/{status}", headers={"Accept-Language": LANGUAGES[lang]})
    title, sentence = _said(toy_app, status, lang)
    assert answer.status_code == status
    assert f'<html lang="{lang}">' in answer.text
    assert f">{title}</h1>" in answer.text
    assert sentence in answer.text
    assert 'href="/"' in answer.text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("status", STATUSES)
def test_where_htmx_waits_an_error_is_a_notice_that_leaves_the_form(
    toy_app: Flask, status: int, lang: str
) -> None:
    headers = HTMX | {"Accept-Language": LANGUAGES[lang]}
    answer = toy_app.test_client().get(f"/toy/error/{status}", headers=headers)
    assert answer.status_code == status
    assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == ("#flash", "outerHTML")
    assert answer.text.lstrip().startswith('<div id="flash"')
    assert _said(toy_app, status, lang)[0] in answer.text


@pytest.mark.parametrize("status", [402, 406, 410, 418, 502])
def test_an_error_without_words_of_its_own_has_some(toy_app: Flask, status: int) -> None:
    if status == 402:
        with toy_app.test_request_context("/"):
            assert errors._answer(402).status_code == 402
        return
    answer = toy_app.test_client().get(f"/toy/error/{status}")
    assert answer.status_code == status
    assert "<h1" in answer.text


def test_the_language_of_the_person_stands_above_that_of_the_browser(at_desk: Sender, office: Office) -> None:
    client = at_desk(staff=office.staff(Role.GUARD, locale="en"))
    answer = client.get("/toy/error/404", headers={"Accept-Language": "zh-CN"})
    assert '<html lang="en">' in answer.text


def test_who_is_not_signed_in_comes_to_the_sign_in_and_back(toy_app: Flask, home: Home) -> None:
    answer = toy_app.test_client().get(f"/toy/{home.id}?line=2")
    assert answer.status_code == 303
    assert answer.location == f"/login?next=/toy/{home.id}?line%3D2"


def test_htmx_opens_the_sign_in_as_a_page(toy_app: Flask, home: Home) -> None:
    answer = toy_app.test_client().get(f"/toy/{home.id}", headers=HTMX)
    assert (answer.status_code, answer.text) == (401, "")
    assert answer.headers["HX-Redirect"].startswith("/login?next=")


def test_a_form_that_htmx_sends_is_left_alone_when_the_session_has_ended(toy_app: Flask, home: Home) -> None:
    answer = toy_app.test_client().post(f"/toy/{home.id}/rename", headers=HTMX, data={"remark": "新"})
    assert answer.status_code == 401
    assert answer.headers["HX-Retarget"] == "#flash"
    assert 'href="/login"' in answer.text


@pytest.mark.parametrize("toy_app", [{"WTF_CSRF_ENABLED": True}], indirect=True)
def test_after_a_new_sign_in_the_old_page_gets_the_new_token(at_desk: Sender, home: Home) -> None:
    client = at_desk()
    data = {"_version": 1, "remark": "新", "csrf_token": "that of an older session"}
    answer = client.post(f"/toy/{home.id}/rename", headers=HTMX, data=data)
    assert answer.status_code == 400
    token = json.loads(answer.headers["HX-Trigger"])["new-token"]
    again = client.post(f"/toy/{home.id}/rename", data=data | {"csrf_token": token})
    assert again.status_code == 303
    assert home.remark == "新"


def test_the_outbox_is_told_and_not_led_away(toy_app: Flask, home: Home) -> None:
    """A POST with ``Idempotency-Key`` is never answered by a redirect to a page that would look like success."""
    answer = toy_app.test_client().post(f"/toy/{home.id}/rename", headers={"Idempotency-Key": "k"})
    assert answer.status_code == 401
    assert "请先登录" in answer.text


@pytest.mark.parametrize("toy_app", [{"WTF_CSRF_ENABLED": True}], indirect=True)
def test_a_record_whose_session_has_ended_is_asked_to_wait_and_not_refused(
    toy_app: Flask, home: Home
) -> None:
    """401, although its token fits no session any more: the outbox keeps it for the next sign-in."""
    headers = HTMX | {"Idempotency-Key": "k", "X-CSRFToken": "that of a session that has ended"}
    answer = toy_app.test_client().post(f"/toy/{home.id}/rename", headers=headers, data={"remark": "新"})
    assert answer.status_code == 401


def test_an_unknown_address_is_a_404_for_everybody(toy_app: Flask, at_desk: Sender) -> None:
    for client in (toy_app.test_client(), at_desk()):
        assert client.get("/no/such/page").status_code == 404
        assert client.post("/no/such/page").status_code == 404
        assert client.post("/no/such/page", headers=HTMX).status_code == 404


def test_an_address_opened_in_the_wrong_way_is_a_405(at_desk: Sender, home: Home) -> None:
    assert at_desk().get(f"/toy/{home.id}/rename").status_code == 405
    assert at_desk().put(f"/toy/{home.id}").status_code == 405


@pytest.mark.parametrize("toy_app", [{"WTF_CSRF_ENABLED": True}], indirect=True)
def test_a_form_without_its_token_is_refused(at_desk: Sender, home: Home) -> None:
    """The one test with the token switched on."""
    client = at_desk()
    answer = client.post(f"/toy/{home.id}/rename", data={"_version": 1, "remark": "新"})
    assert answer.status_code == 400
    assert "安全校验已失效" in answer.text
    assert home.remark == ""
    page = client.get(f"/toy/{home.id}").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    data = {"_version": 1, "remark": "新", "csrf_token": token}
    assert client.post(f"/toy/{home.id}/rename", data=data).status_code == 303
    assert home.remark == "新"
    header = {"X-CSRFToken": token}
    data = {"_version": 2, "remark": "再"}
    assert client.post(f"/toy/{home.id}/rename", data=data, headers=header).status_code == 303


@pytest.mark.parametrize("toy_app", [{"MAX_CONTENT_LENGTH": 1000}], indirect=True)
def test_what_is_too_large_is_refused_before_anything_is_done(at_desk: Sender, home: Home) -> None:
    answer = at_desk().post(f"/toy/{home.id}/rename", data={"_version": 1, "remark": "x" * 2000})
    assert answer.status_code == 413
    assert "15 MB" in answer.text


def test_a_fault_is_a_page_for_the_person_and_a_line_for_the_office(
    at_desk: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = at_desk().get("/toy/broken")
    assert answer.status_code == 500
    assert "这次没有保存任何内容" in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert "500 at GET /toy/broken" in caplog.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("toy_app", [{"PROPAGATE_FAULTS": True}], indirect=True)
def test_in_other_tests_a_fault_is_raised(at_desk: Sender) -> None:
    with pytest.raises(ZeroDivisionError):
        at_desk().get("/toy/broken")


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "notice"])
def test_when_the_database_does_not_answer_there_is_still_a_page(
    at_desk: Sender, home: Home, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    """Not even the language of the person can be asked for then."""
    client = at_desk()

    def dead(*_args: Any, **_kwargs: Any) -> Any:
        raise OperationalError("select", {}, Exception("the server is gone"))

    with monkeypatch.context() as patch:
        patch.setattr(db.session, "scalar", dead)
        answer = client.get(f"/toy/{home.id}", headers=headers)
    assert answer.status_code == 500
    assert "系统出错了" in answer.text
    assert "Something went wrong" in answer.text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("x", {}, Exception("database or disk is full")), 507),
        (OSError(errno.ENOSPC, "No space left on device"), 507),
        (OperationalError("x", {}, Exception("database is locked")), 503),
        (OperationalError("x", {}, type("Deadlock", (Exception,), {"sqlstate": "40P01"})()), 409),
        (OperationalError("x", {}, Exception("something else")), 500),
        (ValueError("x"), 500),
    ],
)
def test_a_fault_of_the_machine_has_the_status_that_says_what_to_do(error: Exception, status: int) -> None:
    assert errors._status_of(error) == status
