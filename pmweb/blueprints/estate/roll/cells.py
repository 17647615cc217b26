"""What stands in one cell: text, areas, days and the words for kinds and states, as offices write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from pmweb.blueprints.estate.roll.result import Finish, HomeKind
from pmweb.blueprints.estate.roll.words import NOTHING, SOLD, UNSOLD
from pmweb.blueprints.estate.roll.workbook import Cell
from pmweb.domain.workflow import RuleBroken

_INVISIBLE = re.compile(r"[\u200b-\u200d\u2060\ufeff\x00-\x08\x0b-\x1f]")
_ONLY_DASHES = re.compile(r"[-—–−_/\\.。·*×、?？\s]+")

_AREA = re.compile(
    r"约?\s*(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)\s*(?:M2|M\^2|M|平方米|平方|平米|平)?"
)
MAX_AREA = Decimal(100_000)
"""No home has so many m²."""

_DAY = re.compile(
    r"(?P<year>[0-9]{4}|[0-9]{2})[-年./](?P<month>[0-9]{1,2})[-月./](?P<day>[0-9]{1,2})[日号]?"
    r"(?:[ T星周(].*)?"
)
_RUN_DAY = re.compile(r"(?P<year>[12][0-9]{3})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_EXCEL_EPOCH = date(1899, 12, 30)
_EARLIEST, _LATEST = date(1970, 1, 1), date(2099, 12, 31)

_LOST = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)

_KINDS: tuple[tuple[str, HomeKind], ...] = (
    (r"车库|车位|储藏|地下室|仓|配套|物业用房|会所|幼儿园", "other"),
    (r"商铺|商业|门面|底商|店|商服|网点|商住", "shop"),
    (r"办公|写字楼|商务", "office"),
    (r"住|公寓|别墅|洋房|高层|多层|叠|排屋|复式|跃", "residence"),
)


def text_of(cell: Cell) -> str:
    """The text of a cell in half-width signs; a whole number without ``.0``; ``''`` where nothing is said."""
    if cell == "":
        return ""
    if isinstance(cell, str):
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", cell)).strip().lstrip("'‘’`").strip()
    elif isinstance(cell, bool):
        text = "是" if cell else "否"
    elif isinstance(cell, float) and cell.is_integer():
        text = str(int(cell))
    elif isinstance(cell, datetime):
        text = cell.date().isoformat()
    else:
        text = str(cell)
    return "" if says_nothing(text) else text


def says_nothing(text: str) -> bool:
    """Whether a text only fills the cell: 无, 待补, dashes."""
    return not text or _ONLY_DASHES.fullmatch(text) is not None or text.upper() in NOTHING


def has_lost_digits(cell: Cell) -> bool:
    """Whether Excel has rounded a long number away (more than 15 digits, or ``3.1E+17`` as text)."""
    if isinstance(cell, str):
        return _LOST.fullmatch(cell.strip()) is not None
    return isinstance(cell, int | float) and abs(cell) >= 1e15


def read_area(cell: Cell, limit: Decimal | None = MAX_AREA) -> Decimal | None:
    """An area in m² with two places and below ``limit``, ``None`` where there is none.

    Raises ``RuleBroken("roll.area_unreadable")`` (fact ``text``).
    """
    text = text_of(cell)
    if not text:
        return None
    found = _AREA.fullmatch(text.upper())
    try:
        area = Decimal(found["number"].replace(",", "") if found else "").quantize(
            Decimal("0.01"), ROUND_HALF_UP
        )
    except InvalidOperation:
        raise RuleBroken("roll.area_unreadable", text=text[:40]) from None
    if not area:
        return None
    if limit is not None and area >= limit:
        raise RuleBroken("roll.area_unreadable", text=text[:40])
    return area


def read_day(cell: Cell) -> date | None:
    """A day: a date of Excel or its serial number, or text such as ``2026.9.24`` or ``2026年9月24日``.

    ``None`` where there is none. Raises ``RuleBroken("roll.day_unreadable")`` (fact ``text``).
    """
    if isinstance(cell, datetime):
        day = cell.date()
    elif isinstance(cell, date):
        day = cell
    else:
        text = text_of(cell)
        if not text:
            return None
        read = _day_of(text)
        if read is None:
            raise RuleBroken("roll.day_unreadable", text=text[:40])
        day = read
    if not _EARLIEST <= day <= _LATEST:
        raise RuleBroken("roll.day_unreadable", text=day.isoformat())
    return day


def _day_of(text: str) -> date | None:
    if re.fullmatch(r"[0-9]{5}(?:\.[0-9]+)?", text):
        return _EXCEL_EPOCH + timedelta(days=int(text[:5]))
    found = _RUN_DAY.fullmatch(text) or _DAY.fullmatch(
        re.sub(r"(?<=[年月./-])\s+|\s+(?=[年月日./-])", "", text)
    )
    if found is None:
        return None
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    try:
        return date(year, int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def read_kind(text: str) -> HomeKind | None:
    """What a home is used as; ``None`` for a word that is not known."""
    return next((kind for words, kind in _KINDS if re.search(words, text)), None)


def read_finish(text: str) -> Finish | None:
    """Whether the developer delivers the home bare (毛坯) or furnished (精装); ``None`` for another word."""
    if re.search(r"毛坯|清水", text):
        return "bare"
    return "furnished" if re.search(r"精装|装修|全装|简装", text) else None


def says_unsold(text: str) -> bool:
    """Whether a word in the owner's or the state's column means that nobody has bought the home."""
    return re.sub(r"[\s()（）、/-]", "", text) in UNSOLD


def says_sold(text: str) -> bool:
    """Whether a word in the state's column means that the home is sold."""
    return text in SOLD
