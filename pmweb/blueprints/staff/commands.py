"""``pmweb init`` and ``pmweb user``: accounts from the command line, whose owner holds the instance (contract.md).

All of them may be repeated: what is there already stays, and the command still succeeds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import func, select

from pmweb import clock
from pmweb.blueprints.staff import operations, rules
from pmweb.data import defaults
from pmweb.domain import id_numbers
from pmweb.domain.permissions import ROLES_WITHOUT_DEPARTMENT, Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.engine import open_for_writing
from pmweb.models.estate import Estate
from pmweb.models.session_rules import SYSTEM, close_session, open_session
from pmweb.models.staff import Staff

VARIABLE = "PMWEB_ADMIN_PASSWORD"
"""The environment variable that holds the password where nobody can be asked."""
FIRST = "admin"
"""The user name of the first administrator unless another is given."""


@click.command("init")
@click.option(
    "--admin", "username", metavar="NAME", help=f"User name of an administrator.  [default: {FIRST}]"
)
def init(username: str | None) -> None:
    """Make the instance: folder, keys, database, and an administrator of all its estates.

    The password is asked, or taken from PMWEB_ADMIN_PASSWORD.
    """
    wanted = rules.new_username(username or FIRST)
    with _working("pmweb init"):
        known = _find(wanted)
        stewards = select(Staff.username).where(Staff.steward, Staff.disabled_at.is_(None)).order_by(Staff.id)
        there = known.username if known and known.steward else unit().scalar(stewards)
        _stop_unless(
            known is None or known.steward, f"{wanted} exists and is no administrator of the instance"
        )
    if there and username in (None, there):
        click.echo(f"the instance is ready; its administrator is {there}")
        return
    kept = operations.chosen_password(_password(wanted), username=wanted)
    with _working("pmweb init", writing=True):
        staff = operations.add_staff(wanted, wanted, at=clock.now(), steward=True)
        operations.set_password(staff, kept)
    click.echo(f"the instance is ready; sign in as {wanted}")


@click.group("user")
def user() -> None:
    """Accounts of the office."""


@user.command("add")
@click.argument("username")
@click.option("--name", help="The person's name; needed for a new account.")
@click.option("--mobile", default="", help="The person's telephone.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="A role to give.")
@click.option("--estate", "code", help="Code of the estate where the role is held.")
@click.option("--department", help="Department of the role, where it has one.")
@click.option("--steward", is_flag=True, help="Administrator of all estates, later ones included.")
def add(
    username: str,
    name: str | None,
    mobile: str,
    role: str | None,
    code: str | None,
    department: str | None,
    steward: bool,
) -> None:
    """Add an account, or give a role to one that exists. The password is asked, or PMWEB_ADMIN_PASSWORD."""
    if bool(role) != bool(code):
        raise click.UsageError("--role and --estate belong together")
    wanted = rules.new_username(username)
    with _working("pmweb user add"):
        known = _find(wanted)
        _stop_unless(
            known is None or known.steward or not steward,
            f"{wanted} exists and is no administrator of the instance",
        )
    if known is None and not name:
        raise click.UsageError(f"{wanted} is a new account: say --name")
    kept = None
    if known is None:
        phone = id_numbers.read_phone(mobile) if mobile else ""
        kept = operations.chosen_password(_password(wanted), username=wanted, mobile=phone)
    with _working("pmweb user add", writing=True):
        if kept is None:
            staff = _known(wanted)
        else:
            staff = operations.add_staff(wanted, name or "", at=clock.now(), mobile=mobile, steward=steward)
            operations.set_password(staff, kept)
        if role and code:
            _give(staff, Role(role), code, department)
    click.echo(f"account {wanted} is there already" if known else f"account {wanted} added")


@user.command("passwd")
@click.argument("username")
def passwd(username: str) -> None:
    """Give an account a new password; its sessions end. The password is asked, or PMWEB_ADMIN_PASSWORD."""
    with _working("pmweb user passwd"):
        staff = _known(username)
        known, mobile = staff.username, staff.mobile
    kept = operations.chosen_password(_password(known), username=known, mobile=mobile)
    with _working("pmweb user passwd", writing=True):
        operations.set_password(_known(username), kept)
    click.echo(f"new password for {known}; its sessions have ended")


@user.command("disable")
@click.argument("username")
def disable(username: str) -> None:
    """Close an account; its sessions end. The last administrator of an estate stays."""
    with _working("pmweb user disable", writing=True):
        staff = _known(username)
        operations.disable(staff, by=None, at=clock.now())
        click.echo(f"account {staff.username} is closed")


def _give(staff: Staff, role: Role, code: str, department: str | None) -> None:
    estate = unit().scalar(select(Estate).where(func.upper(Estate.code) == code.strip().upper()))
    if estate is None:
        raise click.ClickException(f"there is no estate {code}")
    departments = defaults().complaints.departments
    if role not in ROLES_WITHOUT_DEPARTMENT and department not in departments:
        raise click.UsageError(f"{role.value} needs --department, one of {', '.join(departments)}")
    try:
        operations.grant_role(staff, estate, role, department, by=None, at=clock.now())
    except RuleBroken as broken:
        if broken.code != "role.held":
            raise
    click.echo(f"{staff.username} is {role.value} in {estate.code}")


def _find(username: str) -> Staff | None:
    return unit().scalar(select(Staff).where(Staff.username == username))


def _known(username: str) -> Staff:
    staff = _find(rules.plain_username(username))
    if staff is None:
        raise click.ClickException(f"there is no account {username}")
    return staff


def _stop_unless(fits: bool, reason: str) -> None:
    if not fits:
        raise click.ClickException(reason)


def _password(username: str) -> str:
    """From the environment, else asked twice; refused where nobody can be asked."""
    given = os.environ.get(VARIABLE)
    if given:
        return given
    if not _can_be_asked():
        raise click.ClickException(f"no password: set {VARIABLE}, or run this on a terminal")
    answer: str = click.prompt(f"Password for {username}", hide_input=True, confirmation_prompt=True)
    return answer


def _can_be_asked() -> bool:
    return sys.stdin.isatty()


@contextmanager
def _working(reason: str, *, writing: bool = False) -> Iterator[None]:
    """A transaction in the name of the system, of no estate; undone when the command is refused.

    Nobody is asked anything inside one that writes: the office would wait for the answer.
    """
    session = unit()
    session.rollback()
    close_session(session)
    if writing:
        open_for_writing(session)
    open_session(session, actor=SYSTEM, estate_id=None, reason=reason)
    try:
        yield
        session.commit()
    finally:
        session.rollback()
        close_session(session)
