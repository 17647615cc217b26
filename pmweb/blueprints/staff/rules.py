"""Who may hold which role, who may change whom, what a password must be, when a sign-in is barred (X-1)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pmweb.domain.permissions import ROLES_WITHOUT_DEPARTMENT, Permission, Role, granted
from pmweb.domain.workflow import RuleBroken

# --- roles


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds now, and where."""

    estate_id: int
    role: Role


def department_of(role: Role, wanted: str | None, departments: Collection[str]) -> str | None:
    """The department in which ``role`` is held: none where X-1 says so, else one of the office.

    Raises RuleBroken ``role.department`` when it is missing or unknown.
    """
    if role in ROLES_WITHOUT_DEPARTMENT:
        return None
    if wanted not in departments:
        raise RuleBroken("role.department", field="department")
    return wanted


def estates_managed(roles: Iterable[Held]) -> frozenset[int]:
    """The estates where somebody with these roles may change people and roles."""
    return frozenset(held.estate_id for held in roles if Permission.STAFF_MANAGE in granted([held.role]))


def may_change_account(manager: Iterable[Held], roles: Iterable[Held]) -> bool:
    """Whether the account of a person with ``roles`` is in the hands of ``manager``.

    A password opens all estates of a person: whoever resets it needs to be administrator in each of them, else an
    administrator of one estate could enter another in somebody else's name.
    """
    return {held.estate_id for held in roles} <= estates_managed(manager)


def check_account(manager: Iterable[Held], roles: Iterable[Held]) -> None:
    """Raises RuleBroken ``staff.held_elsewhere`` unless ``may_change_account``."""
    if not may_change_account(manager, roles):
        raise RuleBroken("staff.held_elsewhere")


def check_estate(manager: Iterable[Held], estate_id: int) -> None:
    """Raises RuleBroken ``staff.not_your_estate`` unless the manager is administrator there."""
    if estate_id not in estates_managed(manager):
        raise RuleBroken("staff.not_your_estate", field="estate_id")


def check_another_admin(others: int, estate: str) -> None:
    """Raises RuleBroken ``staff.last_admin`` when nobody else administers the estate (``others`` who can sign in)."""
    if others < 1:
        raise RuleBroken("staff.last_admin", estate=estate)


def check_another_person(manager_id: int | None, staff_id: int) -> None:
    """Raises RuleBroken ``staff.yourself`` for what nobody does to the own account by mistake."""
    if manager_id == staff_id:
        raise RuleBroken("staff.yourself")


# --- names

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


def plain_username(typed: str | None) -> str:
    """A user name as it is kept: half-width, small letters, no blanks around it. Checks nothing."""
    return unicodedata.normalize("NFKC", typed or "").strip().casefold()


def new_username(typed: str) -> str:
    """The name for a new account. Raises RuleBroken ``username.form``."""
    username = plain_username(typed)
    if not _USERNAME.fullmatch(username):
        raise RuleBroken("username.form", field="username")
    return username


# --- passwords

SHORTEST, LONGEST = 10, 128
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody mistakes for another when reading them out."""
_RUNS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertyuiop[]",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "a1b2c3d4e5f6g7h8i9j0",
    "qazwsxedcrfvtgbyhnujm",
)
"""Along the keyboard, the digits or the alphabet."""
_WORDS = (
    "password passwd iloveyou letmein welcome changeme administrator admin root test guest wuye wuyebang guanliyuan "
    "qwerty asdfgh asdfghjkl zxcvbnm qazwsx abc abcd qwe asd zxc aaa woaini woaiwo zhongguo mima dragon monkey "
    "sunshine princess football baseball superman shenzhen beijing shanghai 5201314 1314520 520520"
)
_COMMON = frozenset(_WORDS.split())
_AS_LETTERS = str.maketrans("@0$3!", "aosei")


def check_password(password: str, *, username: str, mobile: str = "") -> None:
    """Refuse a password that is guessed first.

    Raises RuleBroken ``password.short``, ``password.long``, ``password.personal`` (little more than the user name
    or the telephone number) or ``password.common``; field ``password``.
    """
    if len(password) < SHORTEST:
        raise RuleBroken("password.short", field="password", least=SHORTEST)
    if len(password) > LONGEST:
        raise RuleBroken("password.long", field="password", most=LONGEST)
    said = unicodedata.normalize("NFKC", password).casefold()
    if any(own and _leaves_little(said, own) for own in (username, mobile, mobile[-8:])):
        raise RuleBroken("password.personal", field="password")
    if _is_common(said):
        raise RuleBroken("password.common", field="password")


def _leaves_little(said: str, own: str) -> bool:
    """Whether the text is little more than something that everybody knows, forwards or backwards."""
    return any(word in said and len(said.replace(word, "")) < 6 for word in (own, own[::-1]))


def _is_common(said: str) -> bool:
    """A usual word with digits and signs around it, a run, or the same few signs over and over."""
    repeated = re.fullmatch(r"(.{1,5}?)\1+.{0,4}", said)
    rest = re.sub(r"^[a-z]{1,3}|[a-z]{1,3}$", "", said)
    if len(set(said)) < 5 or repeated or (rest.isdigit() and len(set(rest)) < 3):
        return True
    if any(part in run or part in run[::-1] for part in (said, rest) if len(part) > 5 for run in _RUNS):
        return True
    core = re.sub(r"^[\d\W_]+|[\d\W_]+$", "", said).translate(_AS_LETTERS)
    spelt = (said, said.translate(_AS_LETTERS))
    return core in _COMMON or any(_leaves_little(form, word) for form in spelt for word in _COMMON)


def one_time_password(letters: Iterable[int]) -> str:
    """A password to be read out and used once: ``k7mp-x3wq-t9hd`` from twelve random numbers."""
    signs = [_ALPHABET[number % len(_ALPHABET)] for number in letters]
    return "-".join("".join(signs[start : start + 4]) for start in range(0, len(signs), 4))


# --- signing in

WINDOW = timedelta(minutes=10)
TRIES = 5


def check_attempts(failed_at: Iterable[datetime], now: datetime) -> None:
    """Bar a sign-in after ``TRIES`` failures of this name from this address within ``WINDOW``.

    It clears by itself: what is barred is not counted. Another address, and every other name, stay free, so that
    nobody can lock somebody out from elsewhere. Raises RuleBroken ``sign_in.barred`` with ``minutes`` to wait.
    """
    recent = sorted(at for at in failed_at if now - at < WINDOW)
    if len(recent) < TRIES:
        return
    left = recent[-TRIES] + WINDOW - now
    raise RuleBroken("sign_in.barred", minutes=max(1, -(-int(left.total_seconds()) // 60)))


def own_address(target: str | None) -> str | None:
    """``target`` if it is an address inside this site, as a browser understands it; else None."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(sign.isspace() or not sign.isprintable() for sign in target):
        return None
    return target
