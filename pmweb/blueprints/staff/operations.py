"""What is done with the people of the office: signing in, accounts, roles, passwords (X-1).

``by`` is the administrator who acts; None is the command line, whose owner holds the whole instance. What is kept
of a password is worked out before the write transaction, because the office would wait for it meanwhile.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, NewType

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import delete, select, update

from pmweb.blueprints.staff import rules
from pmweb.blueprints.staff.rules import Held
from pmweb.data import defaults
from pmweb.domain import id_numbers
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal
from pmweb.models.estate import Estate
from pmweb.models.session_rules import keep_house
from pmweb.models.staff import SignInAttempt, Staff, StaffRole, appoint_stewards

UNUSABLE = "!"
"""In place of what is kept of a password: no hash looks like this, so nobody can sign in."""
_ATTEMPTS_KEPT = timedelta(days=1)
_hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
"""argon2id with 32 MiB: eight sign-ins at once still fit into a small machine."""

Hashed = NewType("Hashed", str)
"""What is kept of a password."""


class OneTime(NamedTuple):
    """A password that is shown once, and what is kept of it."""

    password: str
    kept: Hashed


# --- signing in


def count_attempt(username: str, address: str, at: datetime) -> None:
    """Write the attempt down before the password is looked at, so that many at once are many.

    ``admit`` takes it off again. Raises RuleBroken ``sign_in.barred``; what is barred is not counted.
    """
    mine = (SignInAttempt.username == username, SignInAttempt.address == address)
    failed = unit().scalars(select(SignInAttempt.at).where(*mine, SignInAttempt.at > at - rules.WINDOW))
    rules.check_attempts(failed, at)
    unit().add(SignInAttempt(at=at, username=username[:40], address=address))
    unit().flush()


def account(username: str) -> Staff | None:
    """The account of this name that may sign in."""
    return unit().scalar(select(Staff).where(Staff.username == username, Staff.disabled_at.is_(None)))


def password_fits(staff: Staff | None, password: str) -> bool:
    """Whether this is the password of the account. Takes as long when there is no such account."""
    if staff is None or staff.password_hash == UNUSABLE:
        _hasher.hash(password)
        return False
    try:
        return _hasher.verify(staff.password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


def renewed(staff: Staff, password: str) -> Hashed | None:
    """What should be kept of the password from now on, where the account has it with older parameters."""
    return hashed(password) if _hasher.check_needs_rehash(staff.password_hash) else None


def admit(staff: Staff, address: str, at: datetime, kept: Hashed | None = None) -> None:
    """The sign-in succeeded: forget the failures, note the time, keep what was ``renewed`` of the password.

    None of it is a change of the record: no version, no line in the trail.
    """
    old = SignInAttempt.at < at - _ATTEMPTS_KEPT
    mine = (SignInAttempt.username == staff.username) & (SignInAttempt.address == address)
    keep_house(unit(), delete(SignInAttempt).where(old | mine))
    values: dict[str, object] = {"last_sign_in_at": at}
    if kept is not None:
        values["password_hash"] = kept
    keep_house(unit(), update(Staff).where(Staff.id == staff.id).values(values))


# --- accounts


def add_staff(
    username: str,
    name: str,
    *,
    at: datetime,
    mobile: str = "",
    trades: Iterable[str] = (),
    steward: bool = False,
) -> Staff:
    """A new account, without a role and without a password. A ``steward`` administers every estate.

    Raises RuleBroken ``username.form``, ``username.taken``.
    """
    username = rules.new_username(username)
    if unit().scalar(select(Staff.id).where(Staff.username == username)) is not None:
        raise RuleBroken("username.taken", field="username", username=username)
    staff = Staff(username=username, password_hash=UNUSABLE, steward=steward, session_epoch=1)
    _describe(staff, name, mobile, trades)
    unit().add(staff)
    unit().flush()
    if steward:
        for estate in unit().scalars(select(Estate)):
            appoint_stewards(unit(), estate)
    _note(staff, "staff.added", at)
    return staff


def change_staff(
    staff: Staff, name: str, mobile: str, trades: Iterable[str], *, by: Staff | None, at: datetime
) -> None:
    """Correct what is known about a person. Raises RuleBroken ``staff.held_elsewhere``."""
    _check_account(staff, by)
    _describe(staff, name, mobile, trades)
    _note(staff, "staff.changed", at)
    unit().flush()


def change_own(staff: Staff, mobile: str, locale: str | None) -> None:
    """A person's own number and language (None: as the browser wants)."""
    staff.mobile = id_numbers.read_phone(mobile) if mobile else ""
    staff.locale = locale
    unit().flush()


def disable(staff: Staff, *, by: Staff | None, at: datetime) -> None:
    """Close the account: all sessions end, the roles stay for the day it is opened again.

    Raises RuleBroken ``staff.yourself``, ``staff.held_elsewhere``, ``staff.last_admin``.
    """
    if staff.disabled_at is not None:
        return
    rules.check_another_person(by.id if by else None, staff.id)
    _check_account(staff, by)
    for role in current_roles(staff):
        if role.role is Role.ADMIN:
            _check_another_admin(role)
    staff.disabled_at = at
    staff.session_epoch += 1
    _note(staff, "staff.disabled", at)
    unit().flush()


def enable(staff: Staff, *, by: Staff | None, at: datetime) -> None:
    """Open a closed account again, with the roles it had. Raises RuleBroken ``staff.held_elsewhere``."""
    if staff.disabled_at is None:
        return
    _check_account(staff, by)
    staff.disabled_at = None
    _note(staff, "staff.enabled", at)
    unit().flush()


# --- passwords


def hashed(password: str) -> Hashed:
    """What is kept of a password. Takes a tenth of a second: no lock may be held meanwhile."""
    return Hashed(_hasher.hash(password))


def one_time_password() -> OneTime:
    """A password for ``reset_password``; as slow as ``hashed``."""
    password = rules.one_time_password(secrets.token_bytes(12))
    return OneTime(password, hashed(password))


def chosen_password(password: str, *, username: str, mobile: str = "") -> Hashed:
    """As ``hashed``, for a password that a person chose. Raises RuleBroken ``password.*``."""
    rules.check_password(password, username=username, mobile=mobile)
    return hashed(password)


def own_password(staff: Staff, old: str, new: str) -> Hashed:
    """As ``hashed``, for the new password of somebody who knows the old one.

    Raises RuleBroken ``password.old``, ``password.same`` or one of ``rules.check_password``.
    """
    if not password_fits(staff, old):
        raise RuleBroken("password.old", field="old")
    if new == old:
        raise RuleBroken("password.same", field="password")
    return chosen_password(new, username=staff.username, mobile=staff.mobile)


def set_password(staff: Staff, kept: Hashed, *, once: bool = False) -> None:
    """Give the account this password; every session of it ends. ``once``: it must be changed at the next sign-in."""
    staff.password_hash = kept
    staff.must_change_password = once
    staff.session_epoch += 1
    unit().flush()


def reset_password(staff: Staff, once: OneTime, *, by: Staff | None, at: datetime) -> None:
    """Give the account a password that somebody else knows; it must be changed at the next sign-in.

    Raises RuleBroken ``staff.yourself``, ``staff.held_elsewhere``.
    """
    rules.check_another_person(by.id if by else None, staff.id)
    _check_account(staff, by)
    set_password(staff, once.kept, once=True)
    _note(staff, "staff.password_reset", at)


# --- roles


def current_roles(staff: Staff) -> list[StaffRole]:
    """The roles that the person holds now, in all estates, the oldest first."""
    return sorted((role for role in staff.roles if role.ended_at is None), key=lambda role: role.id or 0)


def held(staff: Staff) -> list[Held]:
    """The same for the rules."""
    return [Held(role.estate_id, role.role) for role in current_roles(staff)]


def grant_role(
    staff: Staff,
    estate: Estate,
    role: Role,
    department: str | None,
    *,
    by: Staff | None,
    at: datetime,
) -> StaffRole:
    """Let the person hold the role in the estate; a role held before is taken up again, with the new department.

    Raises RuleBroken ``staff.not_your_estate``, ``role.department``, ``role.held``.
    """
    if by is not None:
        rules.check_estate(held(by), estate.id)
    department = rules.department_of(role, department, defaults().complaints.departments)
    row = next((one for one in staff.roles if one.estate_id == estate.id and one.role is role), None)
    if row is None:
        row = StaffRole(estate_id=estate.id, role=role)
        staff.roles.append(row)
    elif row.ended_at is None and row.department == department:
        raise RuleBroken("role.held", field="role")
    row.department, row.ended_at = department, None
    _note_role(row, "staff.role_granted", at)
    unit().flush()
    return row


def end_role(row: StaffRole, *, by: Staff | None, at: datetime) -> None:
    """The person holds the role no longer; the row stays as history.

    Raises RuleBroken ``staff.not_your_estate``, ``staff.last_admin``.
    """
    if by is not None:
        rules.check_estate(held(by), row.estate_id)
    if row.ended_at is not None:
        return
    if row.role is Role.ADMIN:
        _check_another_admin(row)
    row.ended_at = at
    _note_role(row, "staff.role_ended", at)
    unit().flush()


def _describe(staff: Staff, name: str, mobile: str, trades: Iterable[str]) -> None:
    staff.name = name
    staff.mobile = id_numbers.read_phone(mobile) if mobile else ""
    staff.trades = ",".join(trades)


def _check_account(staff: Staff, by: Staff | None) -> None:
    if by is not None:
        rules.check_account(held(by), held(staff))


def _check_another_admin(row: StaffRole) -> None:
    """Locks the administrators of the estate, so that two cannot remove each other at once."""
    others = (
        select(StaffRole.id)
        .join(Staff, Staff.id == StaffRole.staff_id)
        .where(
            StaffRole.estate_id == row.estate_id,
            StaffRole.role == Role.ADMIN,
            StaffRole.ended_at.is_(None),
            StaffRole.staff_id != row.staff_id,
            Staff.disabled_at.is_(None),
        )
        .with_for_update()
    )
    rules.check_another_admin(len(unit().scalars(others).all()), row.estate.name)


def _note_role(row: StaffRole, event: str, at: datetime) -> None:
    """Only the timeline of the estate where the role is held tells of it; to others it is unknown."""
    if unit().info.get("estate_id") == row.estate_id:
        _note(row.staff, event, at, role=row.role.value, department=row.department)


def _note(staff: Staff, event: str, at: datetime, **facts: Any) -> None:
    """A line in the timeline, which belongs to the estate where the administrator works; the trail has all."""
    if unit().info.get("estate_id") is not None:
        journal.note(unit(), staff, event, at=at, **facts)
