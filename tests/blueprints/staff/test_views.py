"""Signing in, one's own account, the people of an estate, through the pages (X-1)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from pmweb import clock, instance
from pmweb.blueprints.staff import forms, operations
from pmweb.domain.permissions import Permission, Role
from pmweb.extensions import db, limiter, unit
from pmweb.models.session_rules import close_session
from pmweb.models.staff import SignInAttempt, Staff
from tests.checking_client import CheckingClient
from tests.databases import beside
from tests.office import MORNING, Office, desk_of, visitor

GOOD, OTHER = "shuixiangu-88", "baiyulan-2-kaihua"
REFUSED = "账号或密码不对，或账号已停用"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ClientFor = Callable[..., CheckingClient]


@pytest.fixture
def colleague(office: Office) -> Staff:
    """A receptionist who can sign in: linjing."""
    staff = office.staff(Role.RECEPTIONIST, name="林静", mobile="13800138000")
    staff.username = "linjing"
    operations.set_password(staff, operations.hashed(GOOD))
    db.session.commit()
    return staff


@pytest.fixture
def nobody(app: Flask, colleague: Staff) -> CheckingClient:
    """A browser in which nobody is signed in."""
    return visitor(app)


def attempt(
    client: CheckingClient, username: str, password: str, target: str = "", address: str = "10.0.0.1"
) -> Any:
    where = "/login" + (f"?next={target}" if target else "")
    sent = {"username": username, "password": password}
    return client.post(where, data=sent, environ_base={"REMOTE_ADDR": address})


def signed_in(client: CheckingClient) -> bool:
    return bool(client.get("/staff/me").status_code == 200)


def fresh(staff: Staff) -> Staff:
    """The record as the database has it now."""
    unit().rollback()
    db.session.refresh(staff)
    return staff


def as_staff(app: Flask, staff: Staff, office: Office) -> CheckingClient:
    return desk_of(app, staff, office.estate)


# --- signing in


def test_a_colleague_signs_in_and_comes_to_the_page_that_was_asked_for(nobody: CheckingClient) -> None:
    asked = nobody.get("/staff/?group=gone")
    assert (asked.status_code, asked.location) == (303, "/login?next=/staff/?group%3Dgone")
    page = nobody.get(asked.location)
    assert page.status_code == 200
    assert 'autocomplete="current-password"' in page.text
    answer = attempt(nobody, " LinJing ", GOOD, "/staff/?group%3Dgone")
    assert (answer.status_code, answer.location) == (303, "/staff/?group=gone")
    assert signed_in(nobody)
    assert nobody.get("/login").location == "/"


def test_the_session_is_new_and_its_cookie_is_closed_to_scripts(nobody: CheckingClient) -> None:
    with nobody.session_transaction() as session:
        session["planted"] = "by somebody"
    answer = attempt(nobody, "linjing", GOOD)
    with nobody.session_transaction() as session:
        assert "planted" not in session
        assert session["signed_in_at"] == MORNING.timestamp()
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    ("username", "password"),
    [("linjing", "wrong-password"), ("nobody", GOOD), ("closed", GOOD), ("linjing", GOOD[1:])],
)
def test_one_sentence_for_every_reason(
    nobody: CheckingClient, office: Office, colleague: Staff, username: str, password: str
) -> None:
    """Nobody learns whether a name exists."""
    closed = office.staff(Role.GUARD, disabled_at=MORNING)
    closed.username, closed.password_hash = "closed", colleague.password_hash
    db.session.commit()
    said = attempt(nobody, username, password)
    assert said.status_code == 422
    assert REFUSED in said.text
    assert not signed_in(nobody)
    page = re.sub(r'value="[^"]*"', "", said.text)
    other = re.sub(r'value="[^"]*"', "", attempt(nobody, "somebody", "something").text)
    assert page == other


def test_a_failure_is_counted_though_the_page_is_a_422(nobody: CheckingClient) -> None:
    attempt(nobody, "linjing", "wrong")
    attempt(nobody, "linjing", "")
    assert unit().scalar(select(func.count()).select_from(SignInAttempt)) == 1, "an empty box is no attempt"


@pytest.mark.parametrize("username", ["linjing", "nobody"])
def test_after_five_failures_one_waits_here_and_not_elsewhere(nobody: CheckingClient, username: str) -> None:
    for _ in range(5):
        assert REFUSED in attempt(nobody, username, "wrong").text
    barred = attempt(nobody, username, GOOD)
    assert barred.status_code == 422
    assert "请过 10 分钟再试" in barred.text
    with clock.standing_still_at(MORNING + 10 * MINUTE):
        assert "请过" not in attempt(nobody, username, "wrong").text
    elsewhere = attempt(nobody, "linjing", GOOD, address="10.0.0.2")
    assert elsewhere.status_code == 303


def test_many_failures_from_a_foreign_address_do_not_lock_the_office_out(nobody: CheckingClient) -> None:
    for number in range(30):
        attempt(nobody, "linjing", "wrong", address=f"198.51.100.{number % 3}")
    assert attempt(nobody, "linjing", GOOD, address="10.0.0.1").status_code == 303


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/%5Cevil.example", "/%09/evil.example"]
)
def test_a_foreign_address_is_not_followed(nobody: CheckingClient, target: str) -> None:
    assert attempt(nobody, "linjing", GOOD, target).location == "/"


@pytest.fixture
def limited(app: Flask, colleague: Staff) -> Iterator[Flask]:
    """The same instance with its rate limits on."""
    with beside(app, RATELIMIT_ENABLED=True) as guarded:
        limiter.reset()
        yield guarded
        limiter.enabled = False


def test_an_address_that_tries_many_names_is_slowed_down(limited: Flask) -> None:
    nobody = visitor(limited)
    for number in range(20):
        assert attempt(nobody, f"name{number}", "wrong").status_code == 422
    slowed = attempt(nobody, "linjing", GOOD)
    assert slowed.status_code == 429
    assert "请稍等几分钟" in slowed.text
    assert attempt(nobody, "linjing", GOOD, address="10.0.0.2").status_code == 303


def test_a_whole_office_that_signs_in_through_one_address_is_not_slowed_down(limited: Flask) -> None:
    for _ in range(30):
        browser = visitor(limited)
        assert attempt(browser, "linjing", GOOD).status_code == 303


def test_signing_out_leaves_nothing_in_the_browser(nobody: CheckingClient) -> None:
    attempt(nobody, "linjing", GOOD)
    left = nobody.post("/logout")
    assert (left.status_code, left.location) == (303, "/login")
    with nobody.session_transaction() as session:
        assert not session
    assert nobody.post("/logout").location == "/login", "a second tap does no harm"
    assert nobody.get("/logout").status_code == 405


def test_a_session_ends_twelve_hours_after_the_sign_in_whatever_was_done(nobody: CheckingClient) -> None:
    attempt(nobody, "linjing", GOOD)
    for hours in range(12):
        with clock.standing_still_at(MORNING + hours * HOUR):
            assert signed_in(nobody)
    with clock.standing_still_at(MORNING + 12 * HOUR - MINUTE):
        assert signed_in(nobody)
    with clock.standing_still_at(MORNING + 12 * HOUR):
        assert nobody.get("/staff/me").location == "/login?next=/staff/me"
        assert nobody.post("/staff/me").status_code == 401


def test_a_form_of_a_session_that_has_ended_says_so_and_keeps_its_words(
    nobody: CheckingClient, app: Flask
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = nobody.post("/staff/me", data={"note": "南窗划伤", "old": "我的 密码", "kind": "owner"})
        assert answer.status_code == 401
        assert "南窗划伤" in answer.text
        assert "我的 密码" not in answer.text
        assert 'href="/login"' in answer.text
        assert nobody.post("/login").status_code == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


# --- the demo


@pytest.fixture
def demo(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "INSTANCE", tmp_path)
    instance.mark_as_demo(tmp_path, ["linjing", "not-there"])
    return tmp_path


def test_demo_data_say_so_and_let_in_with_one_tap(nobody: CheckingClient, demo: Path) -> None:
    page = nobody.get("/login").text
    assert "演示数据" in page
    assert re.findall(r'name="demo" value="([^"]*)"', page) == ["linjing"]
    answer = nobody.post("/login?next=/staff/", data={"demo": "linjing"})
    assert (answer.status_code, answer.location) == (303, "/staff/")
    assert signed_in(nobody)


@pytest.mark.usefixtures("demo")
def test_one_tap_is_for_the_listed_accounts_only(nobody: CheckingClient, office: Office) -> None:
    office.staff(Role.ADMIN)
    for username in ("staff2", "not-there", "nobody"):
        assert nobody.post("/login", data={"demo": username}).status_code == 422
    assert not signed_in(nobody)


def test_without_the_mark_of_a_demo_there_is_no_one_tap(nobody: CheckingClient) -> None:
    assert "演示数据" not in nobody.get("/login").text
    assert nobody.post("/login", data={"demo": "linjing"}).status_code == 422
    assert not signed_in(nobody)


# --- one's own account


def test_ones_own_page_shows_roles_and_takes_telephone_and_language(
    app: Flask, office: Office, colleague: Staff
) -> None:
    client = as_staff(app, colleague, office)
    page = client.get("/staff/me").text
    assert "客户服务中心 · 客服" in page
    bad = client.post("/staff/me", data={"mobile": "12", "locale": "en", "_version": colleague.version})
    assert bad.status_code == 422
    assert 'value="12"' in bad.text
    sent = {"mobile": "138 0013 8001", "locale": "en", "_version": colleague.version}
    assert client.post("/staff/me", data=sent).location == "/staff/me"
    assert fresh(colleague).mobile == "13800138001"
    assert '<html lang="en">' in client.get("/staff/me").text
    assert client.post("/staff/me", data=sent).status_code == 409, "the page was older than the record"
    sent |= {"locale": "browser", "_version": fresh(colleague).version}
    assert client.post("/staff/me", data=sent).status_code == 303
    assert fresh(colleague).locale is None


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(
    app: Flask, office: Office, colleague: Staff
) -> None:
    here, there = as_staff(app, colleague, office), as_staff(app, colleague, office)
    sent = {"old": GOOD, "password": OTHER, "again": OTHER}
    for wrong, said in (
        ({"old": "wrong"}, "现在的密码不对"),
        ({"again": OTHER + "x"}, "不一样"),
        ({"password": "linjing2026", "again": "linjing2026"}, "账号或电话"),
        ({"password": "", "again": ""}, "请填写新密码"),
    ):
        answer = here.post("/staff/me/password", data=sent | wrong)
        assert answer.status_code == 422
        assert said in answer.text
        assert OTHER not in answer.text, "a password is never sent back"
    assert signed_in(there)
    assert here.post("/staff/me/password", data=sent).location == "/staff/me"
    assert signed_in(here)
    assert not signed_in(there)
    assert attempt(there, "linjing", GOOD).status_code == 422
    assert attempt(there, "linjing", OTHER).status_code == 303


def test_old_passwords_cannot_be_guessed_on_a_tablet_that_was_left_open(
    limited: Flask, office: Office, colleague: Staff
) -> None:
    client = as_staff(limited, colleague, office)
    sent = {"old": "wrong", "password": OTHER, "again": OTHER}
    for _ in range(10):
        assert client.post("/staff/me/password", data=sent).status_code == 422
    assert client.post("/staff/me/password", data=sent | {"old": GOOD}).status_code == 429


def test_a_password_of_somebody_else_is_changed_before_anything_else(
    nobody: CheckingClient, colleague: Staff
) -> None:
    operations.set_password(colleague, operations.hashed("einmal-und-nie"), once=True)
    db.session.commit()
    attempt(nobody, "linjing", "einmal-und-nie")
    for address in ("/", "/staff/", "/staff/me", "/search?q=1"):
        assert nobody.get(address).location == "/staff/me/password", address
    assert nobody.post("/staff/me", data={"mobile": ""}).location == "/staff/me/password"
    assert fresh(colleague).mobile == "13800138000"
    page = nobody.get("/staff/me/password").text
    assert "请先换一个自己的密码" in page
    assert "/logout" in page
    same = {"old": "einmal-und-nie", "password": "einmal-und-nie", "again": "einmal-und-nie"}
    assert "请换一个" in nobody.post("/staff/me/password", data=same).text
    answer = nobody.post("/staff/me/password", data=same | {"password": OTHER, "again": OTHER})
    assert answer.location == "/"
    assert signed_in(nobody)


def test_one_works_in_one_of_ones_own_estates(app: Flask, office: Office, colleague: Staff) -> None:
    other = office.other_estate()
    third = office.staff(Role.GUARD, estate=other)
    operations.grant_role(colleague, other, Role.GUARD, "security", by=None, at=MORNING)
    db.session.commit()
    client = as_staff(app, colleague, office)
    page = client.get("/staff/me").text
    assert "换到这里：竹溪里" in page
    assert client.get(f"/staff/{third.id}").status_code == 404
    assert client.post("/staff/estate", data={"to": other.id}).location == "/"
    assert client.get(f"/staff/{third.id}").status_code == 200
    assert "换到这里：松涛苑" in client.get("/staff/me").text
    for foreign in ("999", "", "x"):
        assert client.post("/staff/estate", data={"to": foreign}).status_code == 404


def test_a_role_that_ended_is_no_estate_to_work_in(app: Flask, office: Office, colleague: Staff) -> None:
    other = office.other_estate()
    row = operations.grant_role(colleague, other, Role.GUARD, "security", by=None, at=MORNING)
    operations.end_role(row, by=None, at=MORNING)
    db.session.commit()
    client = as_staff(app, colleague, office)
    assert client.post("/staff/estate", data={"to": other.id}).status_code == 404
    assert "竹溪里" not in client.get("/staff/me").text


def test_whoever_has_no_role_anywhere_sees_only_the_own_page(app: Flask, office: Office) -> None:
    client = as_staff(app, office.staff(), office)
    assert client.get("/").location == "/staff/me"
    assert client.get("/staff/").location == "/staff/me"
    assert "请找系统管理员" in client.get("/staff/me").text


def test_a_steward_without_an_estate_founds_the_first_one(app: Flask) -> None:
    from pmweb.models.session_rules import SYSTEM, open_session

    open_session(unit(), actor=SYSTEM, estate_id=None)
    steward = operations.add_staff("wang", "王", at=MORNING, steward=True)
    operations.set_password(steward, operations.hashed(GOOD))
    db.session.commit()
    close_session(unit())
    client = visitor(app)
    assert attempt(client, "wang", GOOD).location == "/"
    assert client.get("/").location == "/estate/new"
    assert client.get("/staff/").location == "/estate/new"
    assert client.get("/estate/new").status_code == 200
    made = client.post("/estate/new", data={"code": "A", "name": "松涛苑"})
    assert made.status_code == 303
    assert client.get("/staff/").status_code == 200
    assert "系统管理员" in client.get("/staff/me").text


# --- the people of the estate


@pytest.fixture
def admin(office: Office) -> Staff:
    return office.staff(Role.ADMIN, name="王管理")


@pytest.fixture
def desk(app: Flask, office: Office, admin: Staff) -> CheckingClient:
    """The administrator's browser."""
    return as_staff(app, admin, office)


def test_everybody_finds_a_colleague_and_only_administrators_the_accounts(
    app: Flask, office: Office, colleague: Staff, desk: CheckingClient
) -> None:
    guard = as_staff(app, office.staff(Role.GUARD, name="何伟"), office)
    page = guard.get("/staff/").text
    for shown in ("林静", "客户服务中心 · 客服", "138 0013 8000", "安护部 · 安护员", "系统管理员"):
        assert shown in page, shown
    for hidden in ("linjing", "新增同事", "还没登录过"):
        assert hidden not in page, hidden
        assert hidden in desk.get("/staff/").text, hidden
    one = guard.get(f"/staff/{colleague.id}").text
    assert "138 0013 8000" in one
    for hidden in ("linjing", "重设密码", "停用账号", "增加岗位", "建立账号"):
        assert hidden not in one, hidden


def test_the_register_is_searched_and_leafed_through_in_a_fixed_number_of_queries(
    office: Office, desk: CheckingClient, queries: Callable[[Callable[[], Any]], int]
) -> None:
    office.staff(Role.GUARD, name="何伟", mobile="13912345678")
    few = queries(lambda: desk.get("/staff/"))
    for number in range(110):
        office.staff(Role.GUARD, name=f"同事{number:03}")
    many = queries(lambda: desk.get("/staff/"))
    assert (few, many <= 8) == (many, True)
    seen: list[str] = []
    url: str | None = "/staff/"
    while url:
        page = desk.get(url).text
        seen += re.findall(r"<b>(同事\d+|何伟|王管理)</b>", page)
        found = re.search(r'href="([^"]*)" rel="next"', page)
        url = found.group(1).replace("&amp;", "&") if found else None
    assert len(seen) == len(set(seen)) == 112
    assert "何伟" in desk.get("/staff/?q=5678").text
    assert "没有符合的同事" in desk.get("/staff/?q=zzz").text
    assert desk.get("/staff/?group=x").status_code == 404
    assert desk.get("/staff/?after=x").status_code == 404


def test_the_register_is_a_workbook_too(office: Office, colleague: Staff, desk: CheckingClient) -> None:
    answer = desk.get("/staff/export.xlsx?q=林")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert sheet[0][:4] == ["姓名", "账号", "岗位", "手机"]
    assert [row[:4] for row in sheet[1:]] == [["林静", "linjing", "客户服务中心 · 客服", "13800138000"]]


NEW = {
    "name": "赵新来",
    "username": "zhao",
    "mobile": "13800138009",
    "role": "repairer",
    "department": "repair",
}


def test_a_new_colleague_gets_a_role_and_a_password_that_is_shown_once(
    nobody: CheckingClient, desk: CheckingClient, office: Office
) -> None:
    sent = NEW | {"estate_id": office.estate.id, "trades": ["plumbing", "electrical"], "_key": "one-key"}
    made = desk.post("/staff/new", data=sent)
    assert made.status_code == 200
    found = re.search(r"<dd>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</dd>", made.text)
    assert found
    again = desk.post("/staff/new", data=sent)
    staff = unit().scalars(select(Staff).where(Staff.username == "zhao")).one()
    assert (again.status_code, again.location) == (303, f"/staff/{staff.id}")
    assert (staff.name, staff.mobile, staff.trades) == ("赵新来", "13800138009", "plumbing,electrical")
    assert [(row.role, row.department) for row in staff.roles] == [(Role.REPAIRER, "repair")]
    page = desk.get(f"/staff/{staff.id}").text
    assert "待改密码" in page
    assert found.group(1) not in page
    assert attempt(nobody, "zhao", found.group(1)).status_code == 303
    assert nobody.get("/").location == "/staff/me/password"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "请填写姓名"),
        ({"username": "赵"}, "账号用 2 到 40 个"),
        ({"username": "linjing"}, "账号 linjing 已经有人用了"),
        ({"mobile": "12"}, "电话号码不对"),
        ({"role": ""}, "请选择岗位"),
        ({"role": "king"}, "岗位"),
        ({"department": ""}, "请选择部门"),
        ({"department": "kitchen"}, "部门"),
        ({"estate_id": "999"}, "还差 1 处"),
        ({"trades": "magic"}, "工种"),
    ],
)
def test_what_is_wrong_with_a_new_colleague_is_said_and_nothing_is_saved(
    colleague: Staff, desk: CheckingClient, office: Office, wrong: dict[str, str], said: str
) -> None:
    before = unit().scalar(select(func.count()).select_from(Staff))
    answer = desk.post("/staff/new", data=NEW | {"estate_id": office.estate.id} | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert "赵新来" in answer.text or "name" in wrong
    assert unit().scalar(select(func.count()).select_from(Staff)) == before


def test_roles_are_given_and_ended(colleague: Staff, desk: CheckingClient, office: Office) -> None:
    sent: dict[str, Any] = {"estate_id": office.estate.id, "role": "cashier"}
    url = f"/staff/{colleague.id}/roles"
    assert "请选择部门" in desk.post(url, data=sent).text
    assert desk.post(url, data=sent | {"department": "finance"}).location == f"/staff/{colleague.id}"
    page = desk.get(f"/staff/{colleague.id}").text
    assert "计划财务部 · 收银员" in page
    assert "担任计划财务部 · 收银员" in page, "the timeline"
    assert "已经担任这个岗位了" in desk.post(url, data=sent | {"department": "finance"}).text
    row = fresh(colleague).roles[0]
    assert desk.post(f"{url}/{row.id}/end").status_code == 303
    assert len(operations.current_roles(fresh(colleague))) == 1
    assert desk.post(f"{url}/999/end").status_code == 404


def test_the_last_administrator_is_kept_and_the_page_says_why(
    admin: Staff, desk: CheckingClient, office: Office
) -> None:
    refused = desk.post(f"/staff/{admin.id}/roles/{admin.roles[0].id}/end")
    assert refused.status_code == 422
    assert "松涛苑 只剩这一位系统管理员" in refused.text
    assert operations.held(fresh(admin))


def test_an_account_is_closed_opened_and_corrected(
    app: Flask, colleague: Staff, desk: CheckingClient, office: Office
) -> None:
    theirs, url = as_staff(app, colleague, office), f"/staff/{colleague.id}"
    assert desk.post(f"{url}/disable", data={"_version": 99}).status_code == 409
    assert desk.post(f"{url}/disable", data={"_version": fresh(colleague).version}).location == url
    assert not signed_in(theirs)
    assert "账号已停用" in desk.get(url).text
    assert desk.post(f"{url}/enable", data={"_version": fresh(colleague).version}).location == url
    assert not signed_in(theirs), "the old session stays ended"
    assert desk.get(f"{url}/edit").status_code == 200
    sent = {"name": "林晶", "mobile": "", "_version": fresh(colleague).version}
    assert desk.post(f"{url}/edit", data=sent | {"name": " "}).status_code == 422
    assert desk.post(f"{url}/edit", data=sent).location == url
    assert fresh(colleague).name == "林晶"


def test_a_password_is_given_anew(
    app: Flask, nobody: CheckingClient, colleague: Staff, desk: CheckingClient, office: Office
) -> None:
    theirs, url = as_staff(app, colleague, office), f"/staff/{colleague.id}/reset"
    assert "旧密码马上失效" in desk.get(url).text
    assert signed_in(theirs)
    made = desk.post(url, data={"_version": fresh(colleague).version})
    found = re.search(r"<dd>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</dd>", made.text)
    assert found
    assert not signed_in(theirs)
    assert attempt(nobody, "linjing", GOOD).status_code == 422
    assert attempt(nobody, "linjing", found.group(1)).status_code == 303


def test_an_account_of_another_estate_too_is_left_alone(
    colleague: Staff, admin: Staff, desk: CheckingClient, office: Office
) -> None:
    """And what somebody does in estates that are not the reader's stays unsaid."""
    other = office.other_estate()
    operations.grant_role(colleague, other, Role.FINANCE, "finance", by=None, at=MORNING)
    db.session.commit()
    url, version = f"/staff/{colleague.id}", fresh(colleague).version
    page = desk.get(url).text
    assert "由另一小区的系统管理员办理" in page
    for hidden in ("竹溪里", "财务", "重设密码", "停用账号"):
        assert hidden not in page.replace("计划财务部", "").replace('value="finance">财务', ""), hidden
    assert desk.get(f"{url}/edit").status_code == 422
    for act in ("edit", "reset", "disable"):
        assert desk.post(f"{url}/{act}", data={"_version": version, "name": "x"}).status_code == 422, act
    foreign = next(row for row in fresh(colleague).roles if row.estate_id == other.id)
    assert desk.post(f"{url}/roles/{foreign.id}/end").status_code == 404
    sent = {"estate_id": other.id, "role": "guard", "department": "security"}
    assert desk.post(f"{url}/roles", data=sent).status_code == 422
    assert len(operations.current_roles(fresh(colleague))) == 2


def test_the_rights_of_all_roles_stand_on_one_page(app: Flask, office: Office, colleague: Staff) -> None:
    page = as_staff(app, colleague, office).get("/staff/rights").text
    assert "您在这里：客服" in page
    for permission in Permission:
        assert str(forms.PERMISSIONS[permission]) in page, permission
        assert str(forms.ROOMS[permission.partition(":")[0]]) in page, permission
    assert set(forms.PERMISSIONS) == set(Permission)
