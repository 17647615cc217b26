"""The address of a home as offices write it, read into one form: building, section, number.

``3-2-1201``, ``3栋2单元1201``, ``３号楼2单元1201室`` and the columns 3 / 2 / 1201 are the same home. The
number is padded to floor + two digits (``101`` → ``0101``), so that sorting and comparing work; letters
(``0101A``), shops (``S12``) and basements (``B101``) are kept as they stand.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TypeAlias

from pmweb.domain.workflow import RuleBroken

SearchForm: TypeAlias = tuple[str | None, str | None, str]
"""Building, section, number; ``None`` stands for any."""

_BLANK = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")
_DASHES = re.compile(r"[‐‑‒–—―−ー]+|[_~/\\]")
_NUMERALS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_SPELT = re.compile(r"[一二三四五六七八九十两]{1,3}(?=(?:号楼|栋|幢|座|单元|门|层))")

# A part of the estate (期, 区, 弄 …) belongs to the name of the building.
_BUILDING = (
    r"(?:[0-9A-Z\u4e00-\u9fff]{1,8}?(?:期|区|苑|园|弄|里|组团|组)-?)?"
    r"(?:[0-9]{1,3}[A-Z]?|[A-Z]{1,2}[0-9]{0,3}|[甲乙丙丁戊东西南北中])"
)
_BUILDING_WORD = r"(?:号楼|#楼|栋楼?|幢|座|#|号)"
_SECTION = r"(?:[0-9]{1,2}|[A-Z]|[甲乙丙丁东西南北中])"
_SECTION_WORD = r"(?:#?单元|门|梯)"
_FLOOR = r"(?:(?:负|地下)?[0-9]{1,2}|B[0-9])"
_SHOP_WORD = r"(?:商铺|底商|门面|门市|铺位|铺)"
_NUMBER = (
    r"(?:"
    rf"{_SHOP_WORD}-?S?-?[0-9]{{1,4}}[A-Z]?"
    r"|(?:负|地下)[0-9]{3}[A-Z]?"
    r"|[A-Z]{1,2}-?[0-9]{1,4}[A-Z]?"
    r"|[0-9]{1,5}(?:-?[A-Z]|[上下东西南北左中右])?"
    r")"
)
_DOOR_WORD = r"(?:号房|室|号|房|户)?"

_ADDRESS = re.compile(
    rf"(?P<building>{_BUILDING})(?:{_BUILDING_WORD}-?|-)"
    rf"(?:(?P<section>{_SECTION})(?:{_SECTION_WORD}-?|-))?"
    # A dash before 1层 may stand for a minus: such a text is refused rather than guessed.
    rf"(?:(?<!-)(?P<floor>{_FLOOR})[层楼F]-?|(?P<level>[0-9]{{1,2}})-)?"
    rf"(?P<number>{_NUMBER}){_DOOR_WORD}"
)
_SHOP_ALONE = re.compile(rf"(?P<number>{_SHOP_WORD}-?S?-?[0-9]{{1,4}}[A-Z]?){_DOOR_WORD}")
_IN_COLUMN = re.compile(
    rf"(?:(?P<section>{_SECTION})(?:{_SECTION_WORD}-?|-))?(?:(?P<floor>{_FLOOR})[层楼F]-?)?"
    rf"(?P<number>{_NUMBER}){_DOOR_WORD}"
)
_BUILDING_COLUMN = re.compile(
    rf"(?P<building>{_BUILDING}|{_SHOP_WORD})(?:{_BUILDING_WORD}|楼)?(?:-?(?P<section>{_SECTION}){_SECTION_WORD})?"
)
_SECTION_COLUMN = re.compile(rf"(?P<section>{_SECTION}){_SECTION_WORD}?")
_FLOOR_COLUMN = re.compile(rf"(?P<floor>-[0-9]|{_FLOOR})[层楼F]?")

_SHOP_NUMBER = re.compile(rf"{_SHOP_WORD}-?S?-?")
_BELOW_GROUND = re.compile(r"(?:负|地下)")
_PLAIN_NUMBER = re.compile(r"([0-9]+)-?(.?)")
_LETTERED_NUMBER = re.compile(r"([A-Z]+)([0-9]+)[A-Z]?")

SHOPS = "商铺"
"""The name of the building for shops that are numbered for the whole estate (``商铺12``)."""


@dataclass(frozen=True, slots=True)
class HomeNumber:
    """Where a home is: unique within its estate. ``section`` is ``''`` where the building has none."""

    building: str
    section: str
    number: str

    @property
    def label(self) -> str:
        """The short form of screens and papers: ``3-1-1201``, without a section ``3-1201``."""
        return "-".join(part for part in (self.building, self.section, self.number) if part)

    @property
    def floor(self) -> int | None:
        """The storey, negative below ground, ``None`` where the number does not tell it (``S12``)."""
        return _floor_of(self.number)

    @property
    def sort_key(self) -> str:
        """Sorts as text in the order of the doors: building 2 before building 10."""
        return "-".join(
            re.sub(r"[0-9]+", lambda digits: digits.group().zfill(5), part)
            for part in (self.building, self.section, self.number)
        )

    def __str__(self) -> str:
        return self.label


def plain(text: str) -> str:
    """``text`` with full-width signs, blanks, dashes and spelt numerals made uniform, in capitals."""
    text = _BLANK.sub("", unicodedata.normalize("NFKC", text)).upper()
    return _SPELT.sub(_as_digits, _DASHES.sub("-", text))


def read_home_number(text: str) -> HomeNumber:
    """Read the whole address from one cell or field.

    Raises ``RuleBroken``: ``home_number.missing``, ``home_number.unreadable`` (fact ``text``).
    """
    tidy = plain(text)
    if not tidy.strip("-"):
        raise RuleBroken("home_number.missing")
    if found := _ADDRESS.fullmatch(tidy):
        number = _number(found["number"], found["floor"] or found["level"], text)
        return HomeNumber(_building(found["building"]), _unpadded(found["section"] or ""), number)
    if found := _SHOP_ALONE.fullmatch(tidy):
        return HomeNumber(SHOPS, "", _number(found["number"], None, text))
    raise _unreadable(text)


def home_number_from_columns(building: str, section: str, number: str, floor: str = "") -> HomeNumber:
    """Read an address that is spread over columns (楼栋, 单元, 楼层, 房号).

    A column that the roll does not have is ``''``. The number's column may also hold the whole address, which
    must then agree with the other columns. Raises ``RuleBroken``: ``home_number.missing``,
    ``home_number.unreadable`` (fact ``text``), ``home_number.contradiction`` (facts ``text``, ``beside``).
    """
    tidy = plain(number)
    if not tidy.strip("-"):
        raise RuleBroken("home_number.missing")
    given_building, given_section = _building_column(building)
    given_section = _section_column(section) or given_section
    beside = "-".join(part for part in (given_building, given_section) if part)
    inside = _IN_COLUMN.fullmatch(tidy)
    if not given_building or inside is None:
        whole = read_home_number(number)
        if given_building not in ("", whole.building) or given_section not in ("", whole.section):
            raise RuleBroken("home_number.contradiction", text=number.strip(), beside=beside)
        return whole
    section_inside = _unpadded(inside["section"] or "")
    if section_inside and given_section not in ("", section_inside):
        return _with_building_inside(number, given_building, given_section)
    level = inside["floor"] or _floor_column(floor)
    if given_building == SHOPS and tidy.isdecimal():
        return HomeNumber(SHOPS, given_section, f"S{tidy}")
    return HomeNumber(
        given_building, given_section or section_inside, _number(inside["number"], level, number)
    )


def search_forms(text: str) -> tuple[SearchForm, ...]:
    """What somebody who types ``text`` into the search may mean, the likeliest first.

    ``1201`` is that number in any building, ``3-1201`` in any section of building 3, and ``31201`` may be
    ``3-1201``, ``3-1-0201`` or ``31-0201``. Nothing comes back for a text that is no address.
    """
    for tidy in (plain("-".join(text.split())), plain(text)):  # blanks may part the numbers: "3 1 1201"
        if found := _ADDRESS.fullmatch(tidy):
            number = _padded(found["number"], found["floor"] or found["level"])
            if number is None:
                return ()
            return ((_building(found["building"]), _unpadded(found["section"] or "") or None, number),)
    if tidy.isascii() and tidy.isdigit():
        return _run_of_digits(tidy)
    if found := _IN_COLUMN.fullmatch(tidy):
        forms: list[SearchForm] = []
        number = _padded(found["number"], found["floor"])
        if number is not None:
            forms.append((None, _unpadded(found["section"] or "") or None, number))
        if lettered := re.fullmatch(r"([A-Z])([0-9]{3,4})", tidy):  # A座 1201 without the word
            forms.append((lettered[1], None, lettered[2].zfill(4)))
        return tuple(forms)
    return ()


def _run_of_digits(digits: str) -> tuple[SearchForm, ...]:
    if len(digits) <= 4:
        forms: list[SearchForm] = [(None, None, _padded(digits, None) or digits)]
    else:
        forms = []
    for size in (4, 3):
        head, number = digits[:-size], digits[-size:].zfill(4)
        if not head or len(head) > 4 or head.startswith("0") or number.startswith("00"):
            continue
        if len(head) <= 2:
            forms.append((head, None, number))
        for cut in (1, 2):
            if 0 < len(head) - cut <= 2 and head[cut] != "0":
                forms.append((head[:cut], head[cut:], number))
    return tuple(dict.fromkeys(forms))


def _with_building_inside(number: str, building: str, section: str) -> HomeNumber:
    """``3-1201`` in the column of the number beside building 3, section 2: the first part is the building."""
    whole = read_home_number(number)
    if whole.building != building or whole.section not in ("", section):
        beside = f"{building}-{section}"
        raise RuleBroken("home_number.contradiction", text=number.strip(), beside=beside)
    return HomeNumber(building, section, whole.number)


def _building_column(text: str) -> tuple[str, str]:
    tidy = plain(text).strip("-")
    if not tidy:
        return "", ""
    found = _BUILDING_COLUMN.fullmatch(tidy)
    if found is None:
        raise _unreadable(text)
    return _building(found["building"]), _unpadded(found["section"] or "")


def _section_column(text: str) -> str:
    tidy = plain(text).strip("-")
    if tidy in ("", "无"):
        return ""
    found = _SECTION_COLUMN.fullmatch(tidy)
    if found is None:
        raise _unreadable(text)
    return _unpadded(found["section"])


def _floor_column(text: str) -> str | None:
    found = _FLOOR_COLUMN.fullmatch(plain(text))
    return found["floor"] if found else None


def _building(text: str) -> str:
    if re.fullmatch(_SHOP_WORD, text):
        return SHOPS
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", text.replace("-", ""))


def _unpadded(text: str) -> str:
    return text.lstrip("0") or text[:1]


def _number(number: str, floor: str | None, source: str) -> str:
    padded = _padded(number, floor)
    if padded is None:
        raise _unreadable(source)
    return padded


def _padded(number: str, floor: str | None) -> str | None:
    """``number`` as it is kept; ``None`` if it contradicts the floor that is written beside it."""
    if _SHOP_NUMBER.match(number):
        return "S" + _SHOP_NUMBER.sub("", number)
    if _BELOW_GROUND.match(number):
        return "B" + _BELOW_GROUND.sub("", number)
    found = _PLAIN_NUMBER.fullmatch(number)
    if found is None:
        return number.replace("-", "")
    digits, letter = found[1], found[2]
    if len(digits) > 2:
        padded = digits.zfill(4) + letter
        return padded if floor is None or _storey(floor) == _floor_of(padded) else None
    digits = digits.zfill(2)
    if floor is None:
        return digits + letter
    storey = _storey(floor)
    return f"B{-storey}{digits}{letter}" if storey < 0 else f"{storey:02d}{digits}{letter}"


def _storey(floor: str) -> int:
    number = int(re.sub(r"[^0-9]", "", floor))
    return number if floor[0].isdigit() else -number


def _floor_of(number: str) -> int | None:
    if found := _PLAIN_NUMBER.fullmatch(number):
        digits = found[1]
        return None if len(digits) <= 2 else int(digits[:-3] if len(digits) > 4 else digits[:-2])
    if (found := _LETTERED_NUMBER.fullmatch(number)) and len(found[2]) > 2:
        storey = int(found[2][:-2])
        return -storey if found[1] == "B" else storey
    return None


def _as_digits(spelt: re.Match[str]) -> str:
    tens, ten, ones = spelt.group().rpartition("十")
    if not ten:
        return "".join(str(_NUMERALS[sign]) for sign in ones)
    return str((_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0))


def _unreadable(text: str) -> RuleBroken:
    return RuleBroken("home_number.unreadable", text=text.strip()[:40])
