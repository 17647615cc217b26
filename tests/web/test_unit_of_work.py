"""One request, one transaction, one effect (promises 2, 4, 5 and 6)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask, g, session
from flask.testing import FlaskClient
from sqlalchemy import func, select

from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.audit import AuditEntry
from pmweb.models.estate import Estate
from pmweb.models.homes import Home
from pmweb.models.numbering import NumberSeries
from pmweb.models.staff import Staff, StaffRole
from pmweb.models.submissions import Submission
from pmweb.web.unit_of_work import captured_at, new_key, seen_version, settle, write_again
from tests.checking_client import CheckingClient
from tests.databases import KINDS
from tests.office import MORNING, Office
from tests.races import at_once

Sender = Callable[..., Any]
BOTH_DATABASES = pytest.mark.parametrize("database_kind", KINDS, indirect=True)


@pytest.fixture
def home(office: Office) -> Home:
    return office.home()


def _send(client: Any, home: Home, act: str = "rename", key: str = "k", **data: Any) -> Any:
    data = {"_key": key, "_version": home.version, "remark": "新"} | data
    return client.post(f"/toy/{home.id}/{act}", data=data)


def _kept() -> list[Submission]:
    return list(unit().scalars(select(Submission).order_by(Submission.id)))


# --- promise 4: one transaction


def test_what_was_done_is_kept_before_the_page_is_shown(at_desk: Sender, home: Home) -> None:
    answer = _send(at_desk(), home)
    assert (answer.status_code, answer.location) == (303, f"/toy/{home.id}")
    assert home.remark == "新"


def test_the_write_transaction_is_open_before_anything_is_read(at_desk: Sender, home: Home) -> None:
    """The person included: a reader who becomes a writer is thrown out by SQLite."""
    client = at_desk()
    CheckingClient.statements.clear()
    _send(client, home)
    assert CheckingClient.statements[0] == "BEGIN IMMEDIATE"
    assert CheckingClient.statements.count("BEGIN IMMEDIATE") == 1


def test_a_page_is_only_read(at_desk: Sender, home: Home) -> None:
    client = at_desk()
    CheckingClient.statements.clear()
    assert client.get(f"/toy/{home.id}").status_code == 200
    assert "BEGIN IMMEDIATE" not in CheckingClient.statements
    assert [s for s in CheckingClient.statements if s.startswith("BEGIN")] == ["BEGIN"]


def test_the_page_is_made_after_the_lock_is_given_back(
    at_desk: Sender, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rendering may take its time; nobody waits for it."""
    seen: list[bool] = []

    def render(*_args: Any, **_context: Any) -> str:
        seen.append(unit().in_transaction())
        return "<!doctype html><title>x</title><h1>x</h1>"

    monkeypatch.setattr("pmweb.web.pages.render_template", render)
    _send(at_desk(), home, "stays")
    assert seen == [False]


def test_a_refused_form_keeps_nothing(at_desk: Sender, home: Home) -> None:
    answer = _send(at_desk(), home, remark="禁止")
    assert answer.status_code == 422
    assert "当前状态不能这样办理" in answer.text
    assert 'value="禁止"' in answer.text
    assert (home.remark, _kept()) == ("", [])
    assert unit().scalar(select(func.count(AuditEntry.id)).where(AuditEntry.action == "change")) == 0


def test_a_refused_form_shows_nothing_as_kept(at_desk: Sender, home: Home) -> None:
    """What the page reads to show the refusal – columns, not the row in hand – is read after the rollback."""
    answer = _send(at_desk(), home, remark="禁止")
    assert '<p class="kept"></p>' in answer.text


@pytest.mark.parametrize(("status", "kept"), [(200, "half"), (399, "half"), (400, ""), (409, ""), (422, "")])
def test_the_status_of_the_answer_settles_it(at_desk: Sender, home: Home, status: int, kept: str) -> None:
    """Below 400 is kept, whatever a view wrote before it had second thoughts."""
    _send(at_desk(), home, "second-thoughts", status=status)
    assert home.remark == kept


@pytest.mark.parametrize(
    ("how", "status"), [("rule", 422), ("stale", 409), ("zero", 500), ("403", 403), ("404", 404)]
)
def test_what_breaks_in_the_middle_keeps_nothing(at_desk: Sender, home: Home, how: str, status: int) -> None:
    assert _send(at_desk(), home, "fault", how=how).status_code == status
    assert (home.remark, _kept()) == ("", [])


def test_after_a_fault_the_next_request_works(at_desk: Sender, home: Home) -> None:
    client = at_desk()
    _send(client, home, "fault", how="zero")
    assert _send(client, home).status_code == 303


def test_a_fault_after_the_saving_says_that_it_was_saved(at_desk: Sender, home: Home) -> None:
    answer = _send(at_desk(), home, "fault", how="late")
    assert answer.status_code == 500
    assert "已经保存" in answer.text
    assert home.remark == "half"


def test_nobody_else_commits(toy_app: Flask, office: Office, home: Home) -> None:
    """A view that forgets to answer through ``page`` or ``go`` has done nothing."""
    with toy_app.test_request_context("/", method="POST", data={"_key": "k"}):
        toy_app.preprocess_request()
        settle(accepted=False)
        settle(accepted=True)
    assert _kept() == []


# --- promise 5: once


def test_the_same_again_changes_nothing_and_shows_the_same(at_desk: Sender, home: Home) -> None:
    client, version = at_desk(), home.version
    first = _send(client, home, _version=version)
    again = _send(client, home, _version=version)
    assert (again.status_code, again.location) == (first.status_code, first.location)
    assert (home.version, len(_kept())) == (version + 1, 1)


def test_the_same_key_with_another_body_is_refused(at_desk: Sender, home: Home) -> None:
    client = at_desk()
    _send(client, home)
    answer = _send(client, home, remark="别的")
    assert answer.status_code == 422
    assert "已经提交过，但内容不同" in answer.text
    assert home.remark == "新"


@pytest.mark.parametrize("other", ["path", "query", "version"])
def test_the_same_key_for_another_matter_is_refused(
    at_desk: Sender, office: Office, home: Home, other: str
) -> None:
    client, second = at_desk(), office.home("0102")
    body = {"_key": "k", "_version": 1, "remark": "新", "_estate": office.estate.id}
    assert client.post(f"/toy/{home.id}/rename", data=body).status_code == 303
    path = f"/toy/{second.id if other == 'path' else home.id}/rename"
    path += "?home=2" if other == "query" else ""
    body |= {"_version": 2} if other == "version" else {}
    assert client.post(path, data=body).status_code == 422
    assert second.remark == ""


def test_a_refused_sending_may_be_corrected_under_the_same_key(at_desk: Sender, home: Home) -> None:
    client = at_desk()
    assert _send(client, home, remark="禁止").status_code == 422
    assert _send(client, home, remark="可以").status_code == 303
    assert home.remark == "可以"


@pytest.mark.parametrize("key", ["", "x" * 65, "a\x00b"])
def test_without_a_sound_key_nothing_is_done(at_desk: Sender, home: Home, key: str) -> None:
    assert _send(at_desk(), home, key=key).status_code == 400
    assert home.remark == ""


def test_the_key_of_the_outbox_stands_above_the_one_of_the_form(at_desk: Sender, home: Home) -> None:
    client = at_desk()
    data = {"_version": 1, "remark": "新", "_key": "form"}
    client.post(f"/toy/{home.id}/rename", data=data, headers={"Idempotency-Key": "outbox"})
    assert [done.key for done in _kept()] == ["outbox"]


def test_the_outbox_is_told_where_it_can_be_seen_and_never_redirected(at_desk: Sender, home: Home) -> None:
    """A redirect would be followed before the next record is sent; the same again says where, and no more."""
    client = at_desk()
    for status in (200, 204):
        answer = client.post(
            f"/toy/{home.id}/rename",
            data={"_version": 1, "remark": "新"},
            headers={"Idempotency-Key": "outbox"},
        )
        assert (answer.status_code, answer.headers["X-See"], answer.location) == (
            status,
            f"/toy/{home.id}",
            None,
        )
        assert ('id="flash"' in answer.text) is (status == 200)
    assert len(_kept()) == 1


def test_whoever_is_signed_out_is_told_so_and_never_redirected(toy_app: Flask, home: Home) -> None:
    """401: the outbox keeps the record and asks for a sign-in."""
    answer = toy_app.test_client().post(
        f"/toy/{home.id}/rename", data={"remark": "新"}, headers={"Idempotency-Key": "outbox"}
    )
    assert answer.status_code == 401


def test_two_people_may_have_the_same_key(at_desk: Sender, office: Office, home: Home) -> None:
    _send(at_desk(), home)
    assert _send(at_desk(), home, remark="第二人").status_code == 303
    assert home.remark == "第二人"


def test_a_page_as_answer_leads_back_to_where_the_form_stood(at_desk: Sender, home: Home) -> None:
    """Not to 今日: the second tap shows the place of the first."""
    client = at_desk()
    stood = {"HX-Current-URL": f"http://localhost/toy/{home.id}?line=2"}
    client.post(f"/toy/{home.id}/stays", data={"_key": "k"}, headers=stood)
    answer = client.post(f"/toy/{home.id}/stays", data={"_key": "k"}, headers=stood)
    assert (answer.status_code, answer.location) == (303, f"/toy/{home.id}?line=2")


@pytest.mark.parametrize(
    "stood", ["", "https://elsewhere.example/toy/1", "javascript:alert(1)", "//x.example/"]
)
def test_nobody_is_led_out_of_the_house(at_desk: Sender, home: Home, stood: str) -> None:
    client = at_desk()
    client.post(f"/toy/{home.id}/stays", data={"_key": "k"}, headers={"Referer": stood})
    answer = client.post(f"/toy/{home.id}/stays", data={"_key": "k"}, headers={"Referer": stood})
    assert answer.location == "/"


def test_what_was_sent_is_not_readable_in_its_trace(at_desk: Sender, home: Home) -> None:
    """The body may hold a password: no plain digest of it lies in the database."""
    _send(at_desk(), home)
    (done,) = _kept()
    digest = hashlib.sha256()
    for name, value in (("_estate", str(home.estate_id)), ("_version", "1"), ("remark", "新")):
        digest.update(repr((name, [value])).encode())
    assert done.body_sha256 != digest.hexdigest()
    assert len(done.body_sha256) == 64


def test_keys_are_hard_to_guess() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(20 <= len(key) <= 64 for key in keys)


@BOTH_DATABASES
def test_a_double_tap_has_one_effect(at_desk: Sender, office: Office, home: Home) -> None:
    """Both at the same moment: the second waits and shows what the first has done."""
    staff = office.staff(Role.RECEPTIONIST)
    clients = [at_desk(staff=staff) for _ in range(4)]
    answers = at_once(*[lambda c=c: c.raw_post(f"/toy/{home.id}/number", {"_key": "k"}) for c in clients])
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, f"/toy/{home.id}")}
    unit().rollback()
    unit().expire_all()
    assert unit().scalar(select(NumberSeries.last)) == 1
    assert len(_kept()) == 1


@BOTH_DATABASES
def test_a_double_tap_after_a_refusal_is_refused_twice(at_desk: Sender, office: Office, home: Home) -> None:
    """The first gives the key back when it is refused; the one that waited for it is looked at for itself."""
    staff = office.staff(Role.RECEPTIONIST)
    clients = [at_desk(staff=staff) for _ in range(3)]
    data = {"_key": "k", "_version": 1, "remark": "禁止"}
    answers = at_once(*[lambda c=c: c.raw_post(f"/toy/{home.id}/rename", data) for c in clients])
    assert {answer.status_code for answer in answers} == {422}
    assert _kept() == []


@BOTH_DATABASES
def test_many_at_once_wait_for_each_other(at_desk: Sender, office: Office) -> None:
    """No "database is locked", no number twice, no gap (promises 4 and 9)."""
    homes = [office.home(f"01{n:02d}") for n in range(1, 9)]
    paths = [f"/toy/{home.id}/number" for home in homes]
    clients = [at_desk() for _ in homes]
    acts = [lambda c=c, p=p: c.raw_post(p, {"_key": "k"}) for c, p in zip(clients, paths, strict=True)]
    assert {answer.status_code for answer in at_once(*acts)} == {303}
    unit().rollback()
    unit().expire_all()
    assert sorted(home.remark for home in homes) == [f"BX-2026-{n:06d}" for n in range(1, 9)]


# --- promise 6: versions


def test_a_page_that_saw_an_older_version_overwrites_nothing(at_desk: Sender, home: Home) -> None:
    client = at_desk()
    _send(client, home, key="a", _version=1)
    answer = _send(client, home, key="b", _version=1, remark="旧页面")
    assert answer.status_code == 409
    assert "别人刚改过这条记录" in answer.text
    assert home.remark == "新"


@pytest.mark.parametrize("version", ["", "x", "-1", "²", "1.0"])
def test_a_page_that_saw_no_version_overwrites_nothing(at_desk: Sender, home: Home, version: str) -> None:
    assert _send(at_desk(), home, _version=version).status_code == 409


def _from_the_device(client: Any, home: Home, key: str, remark: str, former: str = "") -> Any:
    """As the outbox sends it: every record still shows the version of the cached page."""
    headers = {"Idempotency-Key": key} | ({"X-Prev-Key": former} if former else {})
    return client.post(f"/toy/{home.id}/rename", data={"_version": 1, "remark": remark}, headers=headers)


def test_three_changes_without_signal_are_no_conflict_with_oneself(at_desk: Sender, home: Home) -> None:
    """Each goes on from the version that the one before it left."""
    client = at_desk()
    sent = [("a", ""), ("b", "a"), ("c", "b")]
    answers = [_from_the_device(client, home, key, f"第 {key} 次", former) for key, former in sent]
    assert {answer.status_code for answer in answers} == {200}
    assert [(done.guarded, done.left) for done in _kept()] == [(f"home:{home.id}", n) for n in (2, 3, 4)]
    assert home.remark == "第 c 次"


def test_what_somebody_else_changed_in_between_is_a_conflict(at_desk: Sender, home: Home) -> None:
    client = at_desk()
    _from_the_device(client, home, "a", "第一次")
    _send(at_desk(), home, key="other", _version=2, remark="别人")
    assert _from_the_device(client, home, "b", "第二次", former="a").status_code == 409
    assert home.remark == "别人"


@pytest.mark.parametrize("former", ["unknown", "other-record", "of-somebody-else"])
def test_only_ones_own_former_change_of_the_same_record_counts(
    at_desk: Sender, office: Office, home: Home, former: str
) -> None:
    """The key of another record, or of another person, opens nothing."""
    client, other = at_desk(), office.home("1202")
    _from_the_device(client, other, "other-record", "新")
    _from_the_device(at_desk(), home, "of-somebody-else", "别人")
    assert _from_the_device(client, home, "b", "我的", former=former).status_code == 409


@BOTH_DATABASES
def test_of_two_who_change_the_same_at_once_one_is_told(at_desk: Sender, home: Home) -> None:
    clients = [at_desk() for _ in range(4)]
    acts = [
        lambda c=c, n=n: c.raw_post(
            f"/toy/{home.id}/rename", {"_key": "k", "_version": 1, "remark": f"第{n}人"}
        )
        for n, c in enumerate(clients)
    ]
    answers = at_once(*acts)
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
    unit().rollback()
    unit().expire_all()
    assert home.version == 2


@BOTH_DATABASES
def test_a_lost_race_for_a_unique_value_is_a_409(at_desk: Sender, home: Home) -> None:
    answer = at_desk().raw_post(f"/toy/{home.id}/fault", {"_key": "k", "how": "twin"})
    assert answer.status_code == 409
    unit().rollback()
    unit().expire_all()
    assert home.remark == ""


# --- when it happened


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (None, MORNING),
        ((MORNING - timedelta(hours=3)).isoformat(), MORNING - timedelta(hours=3)),
        ((MORNING + timedelta(hours=3)).isoformat(), MORNING),
        ((MORNING - timedelta(days=40)).isoformat(), MORNING - timedelta(days=30)),
        ("2026-03-05T08:00:00+08:00", MORNING - timedelta(hours=1)),
        ("2026-03-05T00:00:00Z", MORNING - timedelta(hours=1)),
        ("2026-03-05T00:00:00", MORNING),
        ("yesterday", MORNING),
        ("0001-01-01T00:00:00+14:00", MORNING - timedelta(days=30)),
        ("9999-12-31T23:59:59-14:00", MORNING),
    ],
)
def test_the_device_says_when_within_bounds(app: Flask, said: str | None, kept: datetime) -> None:
    """A tablet without signal sends later; one with a wrong clock does not make history."""
    headers = {"X-Captured-At": said} if said else {}
    with app.test_request_context("/", headers=headers):
        assert captured_at() == kept


def test_both_times_are_kept(at_desk: Sender, home: Home) -> None:
    earlier = MORNING - timedelta(hours=2)
    at_desk().post(
        f"/toy/{home.id}/stays", data={"_key": "k"}, headers={"X-Captured-At": earlier.isoformat()}
    )
    (done,) = _kept()
    assert (done.captured_at, done.received_at) == (earlier, MORNING)
    assert home.remark == "04 23:00"


# --- promise 2: the estate of the page


@pytest.fixture
def two_estates(office: Office) -> Staff:
    """Somebody who works in both estates."""
    other = office.other_estate()
    staff = office.staff(Role.RECEPTIONIST)
    unit().add(
        StaffRole(
            staff_id=staff.id, estate_id=other.id, role=Role.RECEPTIONIST, department="customer_service"
        )
    )
    unit().commit()
    unit().refresh(staff)
    return staff


def _estates() -> dict[str, int]:
    return {estate.code: estate.id for estate in unit().scalars(select(Estate))}


def test_the_page_carries_its_estate(at_desk: Sender, two_estates: Staff) -> None:
    """The form was made in B; meanwhile the person looks at A in another window."""
    client = at_desk(staff=two_estates)
    assert client.get("/toy/where").text == "A"
    answer = client.post("/toy/where", data={"_estate": _estates()["B"]})
    assert answer.text.startswith("B")


def test_what_is_shown_after_a_form_is_of_the_same_estate(at_desk: Sender, two_estates: Staff) -> None:
    """Else the page that follows would be a 404 in the estate of the other window."""
    client = at_desk(staff=two_estates)
    client.post("/toy/where", data={"_estate": _estates()["B"]})
    assert client.get("/toy/where").text == "B"


def test_what_the_outbox_sends_later_moves_nobody(at_desk: Sender, two_estates: Staff) -> None:
    client, there = at_desk(staff=two_estates), _estates()["B"]
    answer = client.post("/toy/where", data={"_estate": there}, headers={"Idempotency-Key": "outbox"})
    assert answer.text.startswith("B")
    assert client.get("/toy/where").text == "A"


@pytest.mark.parametrize(
    ("estate", "status"), [("99", 404), ("x", 400), ("²", 400), ("-1", 400), ("9" * 30, 404)]
)
def test_an_estate_that_is_not_ones_own_is_unknown(
    at_desk: Sender, home: Home, estate: str, status: int
) -> None:
    assert _send(at_desk(), home, _estate=estate).status_code == status
    assert home.remark == ""


@pytest.mark.parametrize("said", ["", None])
def test_a_form_that_does_not_say_its_estate_is_not_one_of_ours(
    at_desk: Sender, home: Home, said: str | None
) -> None:
    """Promise 2: a page that stood open while the person changed estates must not write into the other one."""
    client = at_desk()
    carried = {} if said is None else {"_estate": said}
    data = {"_key": "k", "_version": home.version, "remark": "新"} | carried
    assert FlaskClient.open(client, f"/toy/{home.id}/rename", method="POST", data=data).status_code == 400


def test_an_estate_that_was_left_is_not_entered(at_desk: Sender, office: Office, two_estates: Staff) -> None:
    client, there = at_desk(staff=two_estates), _estates()["B"]
    for role in two_estates.roles:
        if role.estate_id == there:
            role.ended_at = MORNING
    unit().commit()
    assert client.post("/toy/where", data={"_estate": there}).status_code == 404


def test_the_session_does_not_lead_into_a_strange_estate(at_desk: Sender, office: Office) -> None:
    client = at_desk()
    other = office.other_estate()
    with client.session_transaction() as kept:
        kept["estate_id"] = other.id
    assert client.get("/toy/where").text == "A"


def test_somebody_without_an_estate_is_in_none(at_desk: Sender, office: Office) -> None:
    client = at_desk(staff=office.staff())
    assert client.get("/toy/where").text != "A"
    assert client.get(f"/toy/{office.home().id}").status_code in (303, 403)


# --- who acts


def test_the_trail_names_the_person_and_the_act(at_desk: Sender, office: Office, home: Home) -> None:
    """Promise 3: who, when, what for."""
    staff = office.staff(Role.RECEPTIONIST)
    _send(at_desk(staff=staff), home)
    entry = unit().scalars(select(AuditEntry).where(AuditEntry.action == "change")).one()
    assert (entry.actor, entry.reason) == (f"staff:{staff.id}", "toy.rename")


def test_two_requests_share_nothing(at_desk: Sender, home: Home) -> None:
    assert _send(at_desk(Role.GUARD), home).status_code == 403
    assert _send(at_desk(), home).status_code == 303
    assert _send(at_desk(Role.GUARD), home, key="l", _version=2).status_code == 403


# --- where something slow stands between


@contextmanager
def _begun(toy_app: Flask, office: Office) -> Iterator[None]:
    """Inside a POST of a member of the office, before its view."""
    staff = office.staff(Role.RECEPTIONIST)
    unit().commit()
    cookie = {"_user_id": staff.get_id(), "_fresh": True, "signed_in_at": MORNING.timestamp()}
    with toy_app.test_request_context(
        "/toy/where", method="POST", data={"_key": "k", "_estate": office.estate.id}
    ):
        session.update(cookie)
        toy_app.preprocess_request()
        yield


def test_a_second_write_transaction_claims_the_key_again(toy_app: Flask, office: Office) -> None:
    """A password is checked between two transactions; the first was not kept, so the key is taken in the second."""
    with _begun(toy_app, office):
        settle(accepted=False)
        assert g.get("claim") is None
        write_again()
        settle(accepted=True, see="/done")
        assert [done.see for done in _kept()] == ["/done"]


def test_a_second_write_transaction_after_a_kept_one_does_not_meet_itself(
    toy_app: Flask, office: Office
) -> None:
    with _begun(toy_app, office):
        settle(accepted=True, see="/first")
        write_again()
        settle(accepted=True, see="/second")
        assert [done.see for done in _kept()] == ["/first"]


def test_the_version_of_a_page_is_a_plain_number(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"_version": "12"}):
        assert seen_version() == 12
