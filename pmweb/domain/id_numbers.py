"""Numbers of people, companies, telephones and vehicles: checked, brought to one form, shown masked.

Reading accepts what a clerk types or a workbook holds – spaces, full-width characters, small letters – and
gives back the one form that is stored. A number that cannot be right raises ``RuleBroken`` with a code; the
facts of the error never hold the number itself. Plates are never refused, only doubted (IDN-6).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pmweb.domain.workflow import RuleBroken

# --- Identity cards (IDN-1 to IDN-3) ---

_ID_CARD_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CARD_CHECKS = "10X98765432"
_MAINLAND = frozenset(
    str(prefix)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65))
    for prefix in range(first, last + 1)
)
# 71 stands for Taiwan in the list of regions; the residence permits use 81, 82 and 83 (IDN-3).
_PERMITS = {"71": "taiwan", "81": "hong_kong", "82": "macao", "83": "taiwan"}


class Origin(StrEnum):
    """Who carries a card with such a region."""

    MAINLAND = "mainland"
    HONG_KONG = "hong_kong"
    MACAO = "macao"
    TAIWAN = "taiwan"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class IdCard:
    """A number that passed every check; left out of the ``repr``, so that it never reaches a log."""

    number: str = field(repr=False)
    born_on: date = field(repr=False)
    origin: Origin


def read_id_card(text: str, today: date) -> IdCard:
    """Check the number of an identity card.

    Residence permits of Hong Kong, Macao and Taiwan and foreigners' cards have the same form. IDN-1 to IDN-3.
    The number comes back with a capital X. Raises ``RuleBroken`` with ``id_card.length`` (``length``; the old
    cards of 15 digits too), ``id_card.form``, ``id_card.region`` (``region``), ``id_card.birth_date``,
    ``id_card.future`` or ``id_card.check_digit``.
    """
    number = _compact(text)
    if len(number) != 18:
        raise RuleBroken("id_card.length", length=len(number))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise RuleBroken("id_card.form")
    origin = _origin(number)
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise RuleBroken("id_card.birth_date") from None
    if born_on > today:
        raise RuleBroken("id_card.future")
    total = sum(weight * int(digit) for weight, digit in zip(_ID_CARD_WEIGHTS, number, strict=False))
    if _ID_CARD_CHECKS[total % 11] != number[17]:
        raise RuleBroken("id_card.check_digit")
    return IdCard(number, born_on, origin)


def _origin(number: str) -> Origin:
    """Whose card it is, by the first digits; foreigners' cards begin with 9 (IDN-2)."""
    region = number[:2]
    if number[0] == "9":
        return Origin.FOREIGN
    if region in _PERMITS:
        return Origin(_PERMITS[region])
    if region in _MAINLAND:
        return Origin.MAINLAND
    raise RuleBroken("id_card.region", region=region)


# --- Companies (IDN-4) ---

_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def read_uscc(text: str) -> str:
    """Check a unified social credit code (统一社会信用代码) and give it back in capitals (IDN-4).

    Raises ``RuleBroken`` with ``uscc.length`` (``length``), ``uscc.form`` (``sign``, the first sign that no
    code has, such as the letter O) or ``uscc.check_digit``.
    """
    code = _compact(text)
    if len(code) != 18:
        raise RuleBroken("uscc.length", length=len(code))
    for sign in code:
        if sign not in _USCC_SIGNS:
            raise RuleBroken("uscc.form", sign=sign)
    total = sum(pow(3, place, 31) * _USCC_SIGNS.index(sign) for place, sign in enumerate(code[:17]))
    if _USCC_SIGNS[-total % 31] != code[17]:
        raise RuleBroken("uscc.check_digit")
    return code


# --- Telephones (IDN-5) ---

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_ABROAD = re.compile(r"\+(?!86)[1-9][0-9]{6,14}")
_LANDLINE = re.compile(
    r"(?P<area>010|02[0-9]|0[3-9][0-9]{2})-?(?P<number>[0-9]{3,4}-?[0-9]{4})(?:[-转#](?P<extension>[0-9]{1,6}))?"
)


def read_mobile(text: str) -> str:
    """A mobile number as digits only, with its country code in front when one was given (IDN-5).

    ``13800138000`` stays as it is, ``+86 138-0013-8000`` and ``0086…`` become ``+8613800138000``; a number
    from abroad needs its country code. Raises ``RuleBroken("mobile.form")``.
    """
    number = re.sub(r"[-.()]", "", _compact(text))
    number = re.sub(r"^00(?=[1-9])", "+", number)
    if re.fullmatch(r"861[0-9]{10}", number):
        number = f"+{number}"
    if _MOBILE.fullmatch(number.removeprefix("+86")) or _ABROAD.fullmatch(number):
        return number
    raise RuleBroken("mobile.form")


def read_landline(text: str) -> str:
    """A landline number as ``0591-87654321``, with ``-8001`` behind it for an extension (IDN-5).

    Raises ``RuleBroken("landline.form")``; the area code may not be missing.
    """
    found = _LANDLINE.fullmatch(re.sub(r"^\((0[0-9]{2,3})\)", r"\1-", _compact(text)))
    if not found:
        raise RuleBroken("landline.form")
    number = found["number"].replace("-", "")
    return "-".join(part for part in (found["area"], number, found["extension"]) if part)


def read_phone(text: str) -> str:
    """A mobile or a landline number, whichever it is; raises ``RuleBroken("phone.form")``."""
    for read in (read_mobile, read_landline):
        try:
            return read(text)
        except RuleBroken:
            continue
    raise RuleBroken("phone.form")


# --- Vehicle plates (IDN-6) ---

_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_LETTER = "[A-HJ-NP-Z]"
_SIGN = "[A-HJ-NP-Z0-9]"
_COMMON_PLATE = re.compile(
    f"{_PROVINCE}{_LETTER}(?P<serial>{_SIGN}{{5}}|[DF]{_SIGN}[0-9]{{4}}|[0-9]{{5}}[DF])", re.ASCII
)
_SPECIAL_PLATE = re.compile(
    f"{_PROVINCE}[A-Z]{_SIGN}{{4,6}}[警学挂港澳领试超临]?|使?[0-9]{{6}}使?|{_PROVINCE}[0-9]{{6}}领"
    f"|WJ{_PROVINCE}?[0-9]{{4,5}}[A-Z]?|[A-Z]{{2}}[0-9]{{5}}|临{_PROVINCE}?[A-Z]?[0-9]{{4,6}}"
)


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate as it is stored, and why it looks odd.

    ``warning`` is ``None``, ``"plate.unusual"`` (a rare or special plate, or one that is not issued) or
    ``"plate.form"`` (no plate at all, probably a slip).
    """

    number: str
    warning: str | None


def read_plate(text: str) -> Plate:
    """Bring a plate to capitals without spaces and dots; doubt what looks odd, but refuse nothing (IDN-6)."""
    number = re.sub(r"[·•‧∙.-]", "", _compact(text))
    common = _COMMON_PLATE.fullmatch(number)
    if common:
        digits = set(re.sub(r"[^0-9]", "", common["serial"]))
        return Plate(number, "plate.unusual" if digits <= {"0"} else None)
    if "I" not in number[:2] and _SPECIAL_PLATE.fullmatch(number):
        return Plate(number, "plate.unusual")
    return Plate(number, "plate.form")


# --- What screens and papers show ---

_LONG_NUMBER = re.compile(
    r"[0-9A-Za-z]{15,}|\d(?:[\s-]?\d){10,}(?:[\s-]?[Xx])?|[A-Za-z]{0,2}\d{8,}", re.ASCII
)
"""Identity numbers and company codes, telephones however they are parted, passports."""
_LEGAL_FORMS = ("股份有限公司", "有限责任公司", "有限公司")


def mask(number: str) -> str:
    """An identity number or company code with its first 3 and last 2 signs only (PRI-3).

    A number so short that less than four signs would be hidden keeps its first sign only.
    """
    if len(number) < 9:
        return number[:1] + "*" * (len(number) - 1)
    return f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}"


def mask_numbers(text: str) -> str:
    """A text with every long number in it masked, whatever kind of number it may be; for a trail that stays."""
    return _LONG_NUMBER.sub(
        lambda found: mask(re.sub(r"[\s-]", "", found[0])), unicodedata.normalize("NFKC", text)
    )


def mask_name(name: str, *, company: bool = False, limit: int = 16) -> str:
    """``陈**`` for a person; a company stays legible, a long one loses its legal form or its end."""
    name = name.strip()
    if not company:
        return f"{name[:1]}**" if name else ""
    if len(name) <= limit:
        return name
    for legal_form in _LEGAL_FORMS:
        if name.endswith(legal_form):
            name = name.removesuffix(legal_form)
            break
    return name if len(name) <= limit else f"{name[: limit - 1]}…"


def format_phone(number: str) -> str:
    """``138 0000 0000``, or ``+86 138 0000 0000``; a landline or a number from abroad as it stands."""
    country, local = _country_and_local(number)
    if not _MOBILE.fullmatch(local):
        return number
    return f"{country} {local[:3]} {local[3:7]} {local[7:]}".strip()


def mask_phone(number: str) -> str:
    """``138 **** 0000``, ``0591-****4321``, ``+852****4567``: enough to recognise it, not to dial it."""
    country, local = _country_and_local(number)
    if _MOBILE.fullmatch(local):
        return f"{country} {local[:3]} **** {local[7:]}".strip()
    landline = _LANDLINE.fullmatch(number)
    if landline:
        digits = landline["number"]
        return f"{landline['area']}-{'*' * (len(digits) - 4)}{digits[-4:]}"
    if _ABROAD.fullmatch(number) and len(number) > 9:
        return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}"
    return mask(number)


def _country_and_local(number: str) -> tuple[str, str]:
    """Split off the code of the mainland, if it is there."""
    return ("+86", number[3:]) if number.startswith("+86") else ("", number)


def _compact(text: str) -> str:
    """Half-width capitals without any blank or invisible sign."""
    return re.sub(r"[\s\u200b-\u200d\u2060\ufeff]+", "", unicodedata.normalize("NFKC", text)).upper()
