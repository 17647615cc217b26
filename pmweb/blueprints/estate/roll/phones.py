"""The telephone numbers of one cell: stored as numbers, with blanks or dashes, several at once."""

from __future__ import annotations

import re

from pmweb.blueprints.estate.roll.cells import has_lost_digits, text_of
from pmweb.blueprints.estate.roll.workbook import Cell
from pmweb.domain.id_numbers import read_phone
from pmweb.domain.workflow import RuleBroken

_BETWEEN = re.compile(r"[、,;/\\|\n]|或者?|以及|和|及")
_BRACKETED_WORDS = re.compile(r"\([^()]*[^()0-9\s-][^()]*\)")
_BRACKETED_NUMBER = re.compile(r"(?<=[0-9])\s*\(([^()]*)\)")
_NOT_PHONE = re.compile(r"(?<![0-9])[转#]|[转#](?![0-9])|[^0-9+\-#转()\s.—–]")
_LABELS = re.compile(r"联系电话|联系方式|手机号码?|手机|电话|座机|本人|TEL|[:\s.·-]", re.IGNORECASE)
_MOBILES = re.compile(r"(?:1[3-9][0-9]{9}){2,}")
_LOCAL = re.compile(r"[2-8][0-9]{6,7}|[48]00[0-9]{7}")
_MOST_TOKENS = 12


def read_phones(cell: Cell) -> tuple[tuple[str, ...], str]:
    """The numbers of a cell, and its text if that says more than numbers (``138… (妻)``), else ``''``.

    A landline may lack its area code; ``+86`` is left out. Raises ``RuleBroken``: ``phone.form`` (fact
    ``text``), ``roll.lost_digits``.
    """
    if has_lost_digits(cell):
        raise RuleBroken("roll.lost_digits")
    text = text_of(cell)
    bare = _BRACKETED_NUMBER.sub(r" \1 ", _BRACKETED_WORDS.sub(" ", text))
    phones: list[str] = []
    for piece in _BETWEEN.split(bare):
        tokens = [token for token in _NOT_PHONE.sub(" ", piece).split() if re.search(r"[0-9]", token)]
        found = _partition(tokens[:_MOST_TOKENS])
        if found is None or len(tokens) > _MOST_TOKENS:
            raise RuleBroken("phone.form", text=text[:40])
        phones += found
    words = _LABELS.sub("", "".join(_NOT_PHONE.findall(_BETWEEN.sub("", _LABELS.sub("", text)))))
    return tuple(dict.fromkeys(phones)), text if words else ""


def _partition(tokens: list[str]) -> list[str] | None:
    """The tokens put together to numbers (``138 0013 8000 021 58881234`` are two), or ``None``."""
    if not tokens:
        return []
    for size in range(len(tokens), 0, -1):
        first = _numbers("".join(tokens[:size]))
        if first:
            rest = _partition(tokens[size:])
            if rest is not None:
                return [*first, *rest]
    return None


def _numbers(text: str) -> list[str]:
    digits = re.sub(r"[-.()—–]", "", text)
    if _MOBILES.fullmatch(digits):
        return re.findall(r"[0-9]{11}", digits)
    if _LOCAL.fullmatch(digits):
        return [digits]
    try:
        return [read_phone(text.strip("-.—–")).removeprefix("+86")]
    except RuleBroken:
        return []
