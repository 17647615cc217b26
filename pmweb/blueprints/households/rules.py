"""What the household register asks for and forbids (FM-01, IDN, PRI-2); ties are codes of ``TieKind``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pypinyin import Style, lazy_pinyin

from pmweb.domain.id_numbers import read_id_card, read_uscc
from pmweb.domain.workflow import RuleBroken

CHILD_NOTICE = "FM-35/child/1"
"""The version of the sentence that a guardian agrees to before a child under 14 is written down (PRI-2)."""

REVEAL_PURPOSES = ("move_in", "title_check", "court_or_police", "correction")
"""Why somebody may look at a full number, as a short list; another purpose is typed."""


@dataclass(frozen=True, slots=True)
class Details:
    """What FM-01 knows of one kind of tie and of the person behind it, and what a form may not leave out.

    ``personal`` is the smallest scope (PRI-1): a number, an address or an e-mail is asked of nobody else.
    """

    known: frozenset[str]
    needed: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()


_PARTY = frozenset({"kind", "id_number"})
_OWNER = _PARTY | {"address", "email", "other_phones"}

DETAILS: Mapping[str, Details] = {
    "owner": Details(frozenset({"share"}), personal=_OWNER),
    "co_owner": Details(frozenset({"share"}), personal=_PARTY),
    "tenant": Details(frozenset({"lease_until"}), personal=_PARTY),
    "user": Details(frozenset({"relation", "lease_until"}), personal=_PARTY),
    "family": Details(frozenset({"relation", "age_group"}), frozenset({"relation", "age_group"})),
    "emergency": Details(frozenset({"relation"}), frozenset({"relation", "mobile"})),
    "agent": Details(frozenset({"relation"}), personal=_PARTY),
}

LEAVE_WITH_OWNER = frozenset({"owner", "co_owner", "family", "emergency", "agent"})
"""Ties that end when the home is sold; a lease outlives the sale."""

WHOLE = 1000
"""All shares of a home together, in thousandths."""


@dataclass(frozen=True, slots=True)
class StandingTie:
    """What a rule has to know of a tie that is open."""

    person_id: int
    kind: str
    share_permille: int | None = None


def check_new_tie(
    person_id: int, kind: str, share_permille: int | None, beside: Iterable[StandingTie]
) -> None:
    """Whether somebody may be tied to a home where ``beside`` stand already (FM-01).

    Raises ``RuleBroken``: ``tie.known`` (the same person is that already), ``tie.owner_exists`` (a change of
    owner is an act of its own), ``emergency.owner``, ``share.over`` (fact ``total`` in per cent).
    """
    standing = list(beside)
    if any(other.person_id == person_id and other.kind == kind for other in standing):
        raise RuleBroken("tie.known")
    if kind == "owner" and any(other.kind == "owner" for other in standing):
        raise RuleBroken("tie.owner_exists")
    pair = {kind} | {other.kind for other in standing if other.person_id == person_id}
    if {"owner", "emergency"} <= pair:
        raise RuleBroken("emergency.owner", field="kind")
    if share_permille is not None:
        total = share_permille + sum(other.share_permille or 0 for other in standing)
        if total > WHOLE:
            raise RuleBroken("share.over", total=percent(total), field="share")


def check_emergency(mobile: str, of_the_owner: Collection[str]) -> None:
    """Whom to call when the owner cannot be reached has another number (FM-01): ``emergency.owner``."""
    if mobile and mobile in of_the_owner:
        raise RuleBroken("emergency.owner", field="mobile")


def check_shares(shares: Iterable[int | None]) -> None:
    """The shares of owner and co-owners add up to 100 % if any is given (FM-01).

    ``RuleBroken("share.sum")`` with the fact ``total`` in per cent; a missing share beside given ones is an
    error too, unless the given ones leave something for it.
    """
    all_shares = list(shares)
    given = [share for share in all_shares if share is not None]
    if not given:
        return
    total = sum(given)
    if (
        total > WHOLE
        or (total < WHOLE and len(given) == len(all_shares))
        or (total == WHOLE and None in all_shares)
    ):
        raise RuleBroken("share.sum", total=percent(total))


def check_lease(lease_until: date | None, today: date) -> None:
    """A lease that is written down ends in the future: ``RuleBroken("lease.past")``."""
    if lease_until is not None and lease_until <= today:
        raise RuleBroken("lease.past", field="lease_until")


def check_end(since_on: date, until_on: date, today: date) -> None:
    """A tie ends on a day between its beginning and today: ``tie.end_early`` or ``tie.end_future``."""
    if until_on > today:
        raise RuleBroken("tie.end_future", field="on")
    if until_on < since_on:
        raise RuleBroken("tie.end_early", since=since_on.isoformat(), field="on")


def check_child(age_group: str | None, guardian_agreed: bool) -> None:
    """Data of a child under 14 need the consent of the guardian (PRI-2): ``RuleBroken("child.consent")``."""
    if age_group == "child" and not guardian_agreed:
        raise RuleBroken("child.consent", field="guardian_agreed")


def percent(permille: int) -> str:
    """``33.3`` or ``50``, as shares are read and written."""
    return f"{permille / 10:g}"


# --- Identity numbers ---


@dataclass(frozen=True, slots=True)
class Identity:
    """A number in the one form that is stored; left out of the ``repr``, so that it never reaches a log."""

    kind: str
    number: str = field(repr=False)


_OTHER_NUMBER = re.compile(r"[0-9A-Z()/-]{4,30}")


def plain_number(text: str) -> str:
    """Half-width capitals without blanks: what is stored and compared."""
    return re.sub(r"[\s\u200b-\u200d\u2060\ufeff]+", "", unicodedata.normalize("NFKC", text)).upper()


def read_identity(kind: str, text: str, *, company: bool, today: date) -> Identity:
    """Check a number by its kind (IDN-1 to IDN-4); passports and permits are only tidied (IDN-3).

    Raises ``RuleBroken``: the codes of ``domain.id_numbers``, ``identity.form``, or ``identity.kind`` when a
    company shows a personal document or a person a company code. Every error carries ``field``.
    """
    if company != (kind == "uscc") and kind != "other":
        raise RuleBroken("identity.kind", field="id_kind")
    try:
        if kind == "id_card":
            return Identity(kind, read_id_card(text, today).number)
        if kind == "uscc":
            return Identity(kind, read_uscc(text))
    except RuleBroken as broken:
        raise RuleBroken(broken.code, **{**broken.facts, "field": "id_number"}) from None
    number = plain_number(text)
    if not _OTHER_NUMBER.fullmatch(number):
        raise RuleBroken("identity.form", field="id_number")
    return Identity(kind, number)


# --- Names as they are found ---

_LETTERS = {
    "b": "秘",
    "c": "种重",
    "n": "佴",
    "o": "区",
    "p": "繁",
    "q": "仇覃",
    "s": "单折召",
    "w": "隗",
    "x": "解郇",
    "y": "乐",
    "z": "曾查翟",
}
_SURNAMES = {sign: letter for letter, signs in _LETTERS.items() for sign in signs}
"""Surnames that are read otherwise than the word, and the letter of each."""
_COMPOUND = ("单于", "查干", "解放", "重庆", "种子", "区域")
"""Words and surnames of two signs that begin with one of them and are read as the word."""


def initials_of(name: str, *, company: bool = False) -> str:
    """The typed initials by which a name is found: ``陈建国`` → ``cjg``, ``John Smith`` → ``js``.

    Digits stay; signs without a reading are left out. A surname is read as a surname (曾 → ``z``).
    """
    tidy = unicodedata.normalize("NFKC", name).strip()
    letters = "".join(lazy_pinyin(tidy, style=Style.FIRST_LETTER, errors=_latin)).lower()
    if letters and not company and tidy[:1] in _SURNAMES and not tidy.startswith(_COMPOUND):
        letters = _SURNAMES[tidy[0]] + letters[1:]
    return letters[:80]


def _latin(text: str) -> str:
    """Of what is not Chinese: the first letter of each word, and the digits."""
    return "".join(word if word.isdigit() else word[0] for word in re.findall(r"[A-Za-z]+|[0-9]+", text))
