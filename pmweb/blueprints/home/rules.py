"""Whose work a promise is, when it stands where on 今日, and what a typed text may mean (X-5, X-12)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pmweb.domain.deadlines import same_day
from pmweb.domain.home_numbers import search_forms
from pmweb.domain.matter_numbers import matter_number
from pmweb.domain.permissions import Role

SOON = timedelta(hours=48)

DEPARTMENT_OF: Mapping[Role, str] = {
    Role.RECEPTIONIST: "customer_service",
    Role.DISPATCHER: "repair",
    Role.REPAIRER: "repair",
    Role.PATROLLER: "repair",
    Role.GUARD: "security",
    Role.CASHIER: "finance",
    Role.FINANCE: "finance",
}
"""The department whose supervisor sees a promise that names a role and no department."""


PATIENCE = timedelta(hours=24)
"""How long whoever was told of a late promise has before the next above is told."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is told that a promise is late, and at which step."""

    step: int
    to: Role
    department: str | None


def escalations(
    role: Role | None, department: str | None, due_at: datetime
) -> list[tuple[datetime, Escalation]]:
    """X-5: who is told of a late promise of this owner, and when: the supervisor when it is late, then the manager.

    ``department`` is the one that answers for it. A supervisor's own promise goes to the manager at once; above the
    manager there is nobody.
    """
    above: list[tuple[Role, str | None]] = []
    if role not in (Role.DEPARTMENT_SUPERVISOR, Role.OFFICE_MANAGER):
        above.append((Role.DEPARTMENT_SUPERVISOR, department))
    if role is not Role.OFFICE_MANAGER:
        above.append((Role.OFFICE_MANAGER, None))
    return [
        (due_at + PATIENCE * later, Escalation(later + 1, to, of)) for later, (to, of) in enumerate(above)
    ]


class Section(StrEnum):
    """Where a promise stands on 今日, in the order of the page; ``later`` is not shown there.

    An emergency is above all, whenever it is due.
    """

    PRESSING = "pressing"
    LATE = "late"
    TODAY = "today"
    SOON = "soon"
    WAITING = "waiting"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The instants between the sections: late until ``now``, then today, then 48 hours."""

    now: datetime
    midnight: datetime
    soon: datetime

    @classmethod
    def at(cls, now: datetime, zone: ZoneInfo) -> Bounds:
        """The bounds of the page made at ``now``; a deadline at 24:00 still belongs to today (T-3)."""
        return cls(now, same_day(now, zone), now + SOON)

    def section(self, due_at: datetime | None) -> Section:
        """Where a promise stands that is due then and is no emergency."""
        if due_at is None:
            return Section.WAITING
        if due_at <= self.now:
            return Section.LATE
        if due_at <= self.midnight:
            return Section.TODAY
        return Section.SOON if due_at <= self.soon else Section.LATER


def roles_of_department(department: str) -> tuple[Role, ...]:
    """The roles whose work the supervisor of a department answers for."""
    return tuple(role for role, of in DEPARTMENT_OF.items() if of == department)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody may look for; each part is ``None`` where the text cannot mean it."""

    text: str
    home: str | None = None
    phone_end: str | None = None
    plate: str | None = None
    initials: str | None = None
    name: str | None = None
    number: str | None = None

    @property
    def nothing(self) -> bool:
        """Whether the text means nothing that can be looked up."""
        return not any((self.home, self.phone_end, self.plate, self.initials, self.name, self.number))


_PLATE = re.compile(r"[\u4e00-\u9fff]?(?=[A-Z0-9]*[0-9])[A-Z0-9]{4,8}")
_CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


def read_search(text: str, prefixes: Collection[str], year: int) -> Wanted:
    """What a text may mean: a home, four digits and more a phone's end, letters initials, else a name.

    ``prefixes`` are the first letters of the office's numbers (``RZ``, ``BX`` …), of ``year`` where none is typed.
    """
    tidy = " ".join(unicodedata.normalize("NFKC", text).split())[:60]
    tidy = "".join(sign for sign in tidy if sign.isprintable())
    compact = re.sub(r"[\s·.-]", "", tidy).upper()
    digits = compact.removeprefix("+")
    number = matter_number(tidy, year)
    if number is not None and number[:2] in prefixes:
        return Wanted(tidy, number=number)
    home = tidy if search_forms(tidy) else None
    if home and "-" in tidy:
        return Wanted(tidy, home=home)
    if digits.isascii() and digits.isdigit():
        long = len(digits) >= 4
        return Wanted(
            tidy,
            home=home,
            phone_end=digits if long else None,
            plate=digits if 4 <= len(digits) <= 6 else None,
        )
    plate = compact if _PLATE.fullmatch(compact) else None
    if compact.isascii():
        letters = compact.lower() if compact.isalpha() else None
        return Wanted(tidy, home=home, plate=plate, initials=letters, name=tidy if letters else None)
    name = tidy if _CHINESE.search(tidy) and home is None and plate is None else None
    return Wanted(tidy, home=home, plate=plate, name=name)
