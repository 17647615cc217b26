"""Who may hold which role, who may change whom, what a password must be, when a sign-in is barred (X-1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pmweb.blueprints.staff import rules
from pmweb.blueprints.staff.rules import TRIES, WINDOW, Held
from pmweb.domain.permissions import ROLES_WITHOUT_DEPARTMENT, Role
from pmweb.domain.workflow import RuleBroken

DEPARTMENTS = ("customer_service", "repair", "security", "environment", "finance")
NOW = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)


# --- roles and departments


@pytest.mark.parametrize("role", sorted(ROLES_WITHOUT_DEPARTMENT))
@pytest.mark.parametrize("wanted", [None, "", "repair", "kitchen"])
def test_manager_auditor_and_admin_belong_to_no_department(role: Role, wanted: str | None) -> None:
    assert rules.department_of(role, wanted, DEPARTMENTS) is None


@pytest.mark.parametrize("role", sorted(set(Role) - ROLES_WITHOUT_DEPARTMENT))
def test_everybody_else_belongs_to_a_department_of_the_office(role: Role) -> None:
    for department in DEPARTMENTS:
        assert rules.department_of(role, department, DEPARTMENTS) == department
    for wrong in (None, "", "kitchen"):
        with pytest.raises(RuleBroken) as broken:
            rules.department_of(role, wrong, DEPARTMENTS)
        assert broken.value.code == "role.department"
        assert broken.value.facts["field"] == "department"


# --- who may change whom

ADMIN_1, ADMIN_2 = Held(1, Role.ADMIN), Held(2, Role.ADMIN)
DESK_1, DESK_2 = Held(1, Role.RECEPTIONIST), Held(2, Role.RECEPTIONIST)


@pytest.mark.parametrize(
    ("roles", "managed"),
    [
        ([], set()),
        ([ADMIN_1], {1}),
        ([ADMIN_1, DESK_2], {1}),
        ([ADMIN_1, ADMIN_2], {1, 2}),
        ([Held(1, role) for role in Role if role is not Role.ADMIN], set()),
    ],
)
def test_people_are_managed_where_one_is_administrator(roles: list[Held], managed: set[int]) -> None:
    assert rules.estates_managed(roles) == managed


@pytest.mark.parametrize(
    ("manager", "person", "may"),
    [
        ([ADMIN_1], [DESK_1], True),
        ([ADMIN_1], [ADMIN_1], True),
        ([ADMIN_1], [], True),
        ([ADMIN_1], [DESK_1, DESK_2], False),
        ([ADMIN_1, DESK_2], [DESK_1, DESK_2], False),
        ([ADMIN_1, ADMIN_2], [DESK_1, ADMIN_2], True),
        ([DESK_1], [DESK_1], False),
        ([Held(1, Role.OFFICE_MANAGER)], [DESK_1], False),
    ],
)
def test_an_account_is_in_the_hands_of_who_administers_all_its_estates(
    manager: list[Held], person: list[Held], may: bool
) -> None:
    assert rules.may_change_account(manager, person) is may
    if may:
        rules.check_account(manager, person)
    else:
        with pytest.raises(RuleBroken, match=r"staff\.held_elsewhere"):
            rules.check_account(manager, person)


def test_a_role_is_given_only_where_one_is_administrator() -> None:
    rules.check_estate([ADMIN_1], 1)
    with pytest.raises(RuleBroken) as broken:
        rules.check_estate([ADMIN_1, DESK_2], 2)
    assert broken.value.code == "staff.not_your_estate"
    assert broken.value.facts["field"] == "estate_id"


def test_the_last_administrator_stays() -> None:
    rules.check_another_admin(1, "松涛苑")
    with pytest.raises(RuleBroken) as broken:
        rules.check_another_admin(0, "松涛苑")
    assert (broken.value.code, broken.value.facts) == ("staff.last_admin", {"estate": "松涛苑"})


def test_nobody_closes_the_own_account() -> None:
    rules.check_another_person(1, 2)
    rules.check_another_person(None, 2)
    with pytest.raises(RuleBroken, match=r"staff\.yourself"):
        rules.check_another_person(2, 2)


# --- names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("admin", "admin"),
        (" Admin ", "admin"),
        ("ＡＤＭＩＮ", "admin"),
        ("repair-supervisor", "repair-supervisor"),
        ("lin.jing_2", "lin.jing_2"),
        ("13800138000", "13800138000"),
        ("a" * 40, "a" * 40),
    ],
)
def test_a_user_name_is_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert rules.new_username(typed) == kept
    assert rules.plain_username(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "a", "a" * 41, "林静", "lin jing", "-lin", ".lin", "lin@office", "lin\n", "a\0b"]
)
def test_other_user_names_are_refused(typed: str) -> None:
    if typed.strip() == "lin":
        assert rules.new_username(typed) == "lin"  # blanks around it do not count
        return
    with pytest.raises(RuleBroken, match=r"username\.form"):
        rules.new_username(typed)


# --- passwords


@pytest.mark.parametrize(
    "password",
    [
        "pmweb-demo",
        "correct-horse",
        "shuixiangu-88",
        "松涛苑物业管理处前台一号",
        "k7mp-x3wq-t9hd",
        "zhangwei likes jasmine tea",
        "a" + "bcdefgh zq" * 3,
        "三月桃花 开满了院子",
        "x" * 2 + "Kf93mmQ0aa",
    ],
)
def test_a_password_that_is_hard_to_guess_is_taken(password: str) -> None:
    rules.check_password(password, username="zhangwei", mobile="13800138000")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "short"),
        ("k7mp-x3wq", "short"),
        ("松涛苑物业管理处", "short"),
        ("x7" * 65, "long"),
        ("zhangwei12", "personal"),
        ("ZhangWei2026", "personal"),
        ("zhangweizhangwei", "personal"),
        ("iewgnahz99", "personal"),
        ("ｚｈａｎｇｗｅｉ12", "personal"),
        ("13800138000", "personal"),
        ("a13800138000", "personal"),
        ("00138000ab", "personal"),
        ("1234567890", "common"),
        ("0987654321", "common"),
        ("aaaaaaaaaa", "common"),
        ("1212121212", "common"),
        ("abcabcabca", "common"),
        ("password12", "common"),
        ("P@ssw0rd2024", "common"),
        ("123password", "common"),
        ("password123456", "common"),
        ("qwertyuiop", "common"),
        ("poiuytrewq", "common"),
        ("1qaz2wsx3edc", "common"),
        ("1q2w3e4r5t", "common"),
        ("woaini1314520", "common"),
        ("5201314520", "common"),
        ("a123456789", "common"),
        ("abc1234567", "common"),
        ("admin12345", "common"),
        ("wuye888888", "common"),
        ("Changeme2026!", "common"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str, code: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        rules.check_password(password, username="zhangwei", mobile="13800138000")
    assert broken.value.code == f"password.{code}"
    assert broken.value.facts["field"] == "password"
    assert password not in str(broken.value) or password == ""


def test_a_one_time_password_can_be_read_out_and_would_be_taken() -> None:
    said = rules.one_time_password(range(0, 84, 7))
    assert said == "ahry-7env-4bjs"
    rules.check_password(said, username="fresh")
    assert not set("01ilo") & set("".join(rules.one_time_password([n] * 12) for n in range(256)))


# --- signing in


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("ago", "wait"),
    [
        ([], None),
        ([1, 1, 1, 1], None),
        ([0, 1, 2, 3, 4], 6),
        ([4, 3, 2, 1, 0], 6),
        ([0, 0, 0, 0, 0], 10),
        ([9, 9, 9, 9, 9], 1),
        ([9.9, 9.9, 9.9, 9.9, 9.9], 1),
        ([10, 1, 1, 1, 1], None),
        ([60, 50, 40, 30, 20, 10], None),
        ([8, 7, 1, 1, 1, 1], 3),
        ([8, 7, 6, 5, 4, 3, 2, 1], 5),
    ],
)
def test_five_failures_bar_for_some_minutes(ago: list[float], wait: int | None) -> None:
    failed = [NOW - MINUTE * minutes for minutes in ago]
    if wait is None:
        rules.check_attempts(failed, NOW)
        return
    with pytest.raises(RuleBroken) as broken:
        rules.check_attempts(failed, NOW)
    assert (broken.value.code, broken.value.facts) == ("sign_in.barred", {"minutes": wait})


def test_what_is_barred_clears_by_itself() -> None:
    failed = [NOW] * TRIES
    rules.check_attempts(failed, NOW + WINDOW)


@pytest.mark.parametrize(
    "target", ["/", "/repairs/3?do=accept", "/staff/", "/search?q=%E5%BC%A0", "/a//b", "/homes/1#top"]
)
def test_an_address_of_ours_is_followed(target: str) -> None:
    assert rules.own_address(target) == target


@pytest.mark.parametrize(
    "target",
    [
        *(
            None,
            "",
            "repairs",
            "https://evil.example/",
            "//evil.example/",
            "///evil.example",
            "/\\evil.example",
        ),
        *(
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " /staff/",
            "javascript:alert(1)",
            "/a b",
        ),
        *("/\x00", "/a\\..\\b", "data:text/html,x", "/\u2028x"),
    ],
)
def test_no_other_address_is_followed(target: str | None) -> None:
    assert rules.own_address(target) is None
