"""What the pages read: the people of an estate as columns, their roles, one person as far as the reader may know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from pmweb.blueprints.staff import rules
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.estate import Estate
from pmweb.models.journal import JournalEntry
from pmweb.models.session_rules import estate_of
from pmweb.models.staff import Staff, StaffRole

WORKING, GONE = "working", "gone"
GROUPS = (WORKING, GONE)


@dataclass(frozen=True)
class Wanted:
    """The filters of the register."""

    group: str = WORKING
    words: str = ""


def listed(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """The people of this estate; ``gone`` are those whose roles here have ended or whose account is closed."""
    columns = (Staff.id, Staff.name, Staff.username, Staff.mobile, Staff.trades)
    query = select(*columns, Staff.disabled_at, Staff.must_change_password, Staff.last_sign_in_at)
    return query.where(*_conditions(wanted))


def counts() -> dict[str, int]:
    """How many are in each group."""
    return {
        group: unit().scalar(select(func.count()).select_from(Staff).where(*_conditions(Wanted(group)))) or 0
        for group in GROUPS
    }


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    here = select(StaffRole.staff_id).where(StaffRole.estate_id == estate_of(unit()))
    now = here.where(StaffRole.ended_at.is_(None))
    works = Staff.id.in_(now) & Staff.disabled_at.is_(None)
    conditions: list[ColumnElement[bool]] = (
        [works] if wanted.group == WORKING else [Staff.id.in_(here), ~works]
    )
    if wanted.words:
        plain = rules.plain_username(wanted.words)
        found = [
            Staff.name.contains(wanted.words, autoescape=True),
            Staff.username.contains(plain, autoescape=True),
        ]
        digits = "".join(sign for sign in plain if sign.isdigit())
        if len(digits) >= 4:
            found.append(Staff.mobile.contains(digits, autoescape=True))
        conditions.append(or_(*found))
    return conditions


def roles_here(staff_ids: Iterable[int]) -> Mapping[int, list[Row[int, Role, str | None]]]:
    """The roles that these people hold in this estate: staff_id, role, department."""
    query = (
        select(StaffRole.staff_id, StaffRole.role, StaffRole.department)
        .where(StaffRole.estate_id == estate_of(unit()), StaffRole.staff_id.in_(list(staff_ids)))
        .where(StaffRole.ended_at.is_(None))
        .order_by(StaffRole.id)
    )
    found: dict[int, list[Row[int, Role, str | None]]] = defaultdict(list)
    for row in unit().execute(query):
        found[row.staff_id].append(row)
    return found


def member(staff_id: int) -> Staff | None:
    """A person who holds or held a role in this estate; nobody else exists here."""
    here = select(StaffRole.staff_id).where(StaffRole.estate_id == estate_of(unit()))
    return unit().scalar(select(Staff).where(Staff.id == staff_id, Staff.id.in_(here)))


def estates(ids: Collection[int]) -> list[Estate]:
    """These estates, by name."""
    return list(unit().scalars(select(Estate).where(Estate.id.in_(ids)).order_by(Estate.name)))


def demo_accounts(usernames: Sequence[str]) -> list[Staff]:
    """The sign-ins of the demo that are open, in the order of the list."""
    found = {
        staff.username: staff
        for staff in unit().scalars(
            select(Staff).where(Staff.username.in_(usernames), Staff.disabled_at.is_(None))
        )
    }
    return [found[name] for name in usernames if name in found]


def timeline(staff: Staff, limit: int = 30) -> list[JournalEntry]:
    """What happened to the account in this estate, newest first."""
    query = (
        select(JournalEntry)
        .where(JournalEntry.subject_kind == Staff.__tablename__, JournalEntry.subject_id == staff.id)
        .order_by(JournalEntry.at.desc(), JournalEntry.id.desc())
        .limit(limit)
    )
    return list(unit().scalars(query))
