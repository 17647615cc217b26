"""``pmweb init`` and ``pmweb user``, as contract.md promises them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from pmweb import cli
from pmweb.blueprints.staff import operations
from pmweb.blueprints.staff.commands import VARIABLE
from pmweb.domain.permissions import Role
from pmweb.extensions import db, unit
from pmweb.models.audit import AuditEntry
from pmweb.models.session_rules import close_session
from pmweb.models.staff import Staff
from tests.office import Office

Run = Callable[..., Result]
GOOD, OTHER = "shuixiangu-88", "baiyulan-2-kaihua"


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command as a person types it, in the app of the test."""
    monkeypatch.setattr(cli, "ready_app", lambda: app)
    monkeypatch.setenv(VARIABLE, GOOD)

    def invoke(*args: str) -> Result:
        close_session(unit())
        db.session.remove()
        result = CliRunner().invoke(cli.main, list(args))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def found(username: str) -> Staff:
    return unit().scalars(select(Staff).where(Staff.username == username)).one()


def accounts() -> int:
    return unit().scalar(select(func.count()).select_from(Staff)) or 0


def test_the_first_administrator_is_made_once(run: Run) -> None:
    made = run("init")
    assert (made.exit_code, made.stdout) == (0, "the instance is ready; sign in as admin\n")
    staff = found("admin")
    assert (staff.steward, staff.must_change_password) == (True, False)
    assert operations.password_fits(staff, GOOD)
    again = run("init", "--admin", "admin")
    assert (again.exit_code, again.stdout) == (0, "the instance is ready; its administrator is admin\n")
    assert run("init").exit_code == 0
    assert accounts() == 1
    assert run("init", "--admin", " Wang ").exit_code == 0
    assert found("wang").steward


def test_an_administrator_of_the_instance_rules_the_estates_that_are_there(office: Office, run: Run) -> None:
    run("init", "--admin", "wang")
    assert [(held.estate_id, held.role) for held in operations.held(found("wang"))] == [
        (office.estate.id, Role.ADMIN)
    ]
    entry = unit().scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.actor, entry.reason) == ("system", "pmweb init")


def test_a_weak_password_is_refused_and_nothing_is_made(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for weak, said in (("short", "密码至少 10 位"), ("admin12345", "太容易猜"), ("1234567890", "很多人用")):
        monkeypatch.setenv(VARIABLE, weak)
        refused = run("init")
        assert refused.exit_code == 1
        assert said in refused.stderr
        assert refused.stdout == ""
    assert accounts() == 0


def test_without_a_terminal_and_without_the_variable_it_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    refused = run("init")
    assert refused.exit_code == 1
    assert VARIABLE in refused.stderr
    assert accounts() == 0


def test_on_a_terminal_it_is_asked_twice(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr("pmweb.blueprints.staff.commands._can_be_asked", lambda: True)
    asked = CliRunner().invoke(cli.main, ["init"], input=f"{GOOD}\n{GOOD}\n")
    assert asked.exit_code == 0
    assert GOOD not in asked.stdout
    assert operations.password_fits(found("admin"), GOOD)


def test_an_account_that_is_no_administrator_is_not_made_one_in_passing(office: Office, run: Run) -> None:
    office.staff(Role.GUARD)
    refused = run("init", "--admin", "staff1")
    assert (refused.exit_code, "no administrator" in refused.stderr) == (1, True)
    refused = run("user", "add", "staff1", "--steward")
    assert (refused.exit_code, "no administrator" in refused.stderr) == (1, True)


ADD = ("user", "add", "zhao", "--name", "赵新来", "--mobile", "138 0013 8000")
REPAIRER = ("--role", "repairer", "--estate", "a", "--department", "repair")


def test_an_account_with_its_role_is_added_once(office: Office, run: Run) -> None:
    assert run(*ADD, *REPAIRER).stdout.splitlines() == ["zhao is repairer in A", "account zhao added"]
    again = run(*ADD, *REPAIRER)
    assert (again.exit_code, again.stdout.splitlines()[-1]) == (0, "account zhao is there already")
    staff = found("zhao")
    assert (staff.name, staff.mobile) == ("赵新来", "13800138000")
    assert [(row.role, row.department) for row in staff.roles] == [(Role.REPAIRER, "repair")]
    assert run("user", "add", "zhao", "--role", "auditor", "--estate", "A").exit_code == 0
    db.session.refresh(found("zhao"))
    assert len(found("zhao").roles) == 2


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (("user", "add", "zhao"), 2, "--name"),
        ((*ADD, "--role", "guard"), 2, "belong together"),
        ((*ADD, "--estate", "A"), 2, "belong together"),
        ((*ADD, "--role", "king", "--estate", "A"), 2, "king"),
        ((*ADD, "--role", "guard", "--estate", "A"), 2, "--department"),
        ((*ADD, "--role", "guard", "--estate", "A", "--department", "kitchen"), 2, "security"),
        ((*ADD, "--role", "auditor", "--estate", "Z"), 1, "no estate Z"),
        (("user", "add", "赵", "--name", "赵"), 1, "账号用"),
        (("user", "passwd", "nobody"), 1, "no account nobody"),
        (("user", "disable", "nobody"), 1, "no account nobody"),
        (("user", "disable", "staff1"), 1, "只剩这一位系统管理员"),
        (("user",), 2, "Usage"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_changed(
    office: Office, run: Run, args: tuple[str, ...], status: int, said: str
) -> None:
    office.staff(Role.ADMIN)
    refused = run(*args)
    assert refused.exit_code == status
    assert said in refused.stderr
    assert accounts() == 1
    assert found("staff1").disabled_at is None


def test_a_new_password_ends_the_sessions(office: Office, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    epoch = office.staff(Role.GUARD).session_epoch
    monkeypatch.setenv(VARIABLE, OTHER)
    assert run("user", "passwd", "Staff1").exit_code == 0
    staff = found("staff1")
    assert operations.password_fits(staff, OTHER)
    assert staff.session_epoch == epoch + 1


def test_a_closed_account_stays_closed(office: Office, run: Run) -> None:
    office.staff(Role.GUARD)
    for _ in range(2):
        assert run("user", "disable", "staff1").exit_code == 0
    assert found("staff1").disabled_at is not None
