"""Names, identity numbers and contacts: who an owner is, who owns with them, whom to call.

A cell may hold several people (``廖志军、杨子``), a person with more (``陆涛佳（妻）13910667324``) or a
company.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from pmweb.blueprints.estate.roll.cells import has_lost_digits, text_of
from pmweb.blueprints.estate.roll.phones import read_phones
from pmweb.blueprints.estate.roll.result import IdKind, PartyKind
from pmweb.blueprints.estate.roll.words import COMPOUND_NAMES, LABELS, RELATIONS
from pmweb.blueprints.estate.roll.workbook import Cell
from pmweb.domain.id_numbers import mask, read_id_card, read_uscc
from pmweb.domain.workflow import RuleBroken

_COMPANY = re.compile(
    r".*(?:公司|集团|合作社|事务所|研究院|研究所|学校|大学|中学|小学|幼儿园|医院|银行|委员会|居委会|村委会|业委会|管理局|人民政府"
    r"|协会|基金会|商行|经营部|工作室|酒店|宾馆|超市|支行|分行|工厂|合伙企业|有限合伙|分公司|办事处|街道办|服务中心|管理中心)"
    r"(?:\([^()]*\))?"
)
_TOKENS = re.compile(
    r"(?P<id>(?<![0-9A-Za-z])(?:[0-9]{17}[0-9Xx]|[0-9][0-9A-HJ-NPQRTUWXY]{17})(?![0-9A-Za-z]))"
    r"|\((?P<bracket>[^()]*)\)"
    r"|(?P<phone>\+?[0-9][0-9 \t.—–-]{5,}[0-9](?:转[0-9]+)?)"
    r"|(?P<between>[、,;/\\|&\n:\s()]+)"
    r"|(?P<latin>[A-Za-z][A-Za-z.'·-]*(?: [A-Za-z][A-Za-z.'·-]*)*)"
    r"|(?P<word>[^、,;/\\|&\n:\s()0-9]+|[0-9]+)"
)
_SPACED_NAME = re.compile(
    r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{1,2})[ \t]+([\u4e00-\u9fff]{1,2})(?![\u4e00-\u9fff])"
)
_SHARE = re.compile(r"[0-9.]+%")

_ID_KINDS: tuple[tuple[str, IdKind], ...] = (
    (r"护照", "passport"),
    (r"通行证|回乡证|台胞证|居住证|永居|居留", "permit"),
    (r"身份证", "id_card"),
    (r"信用代码|营业执照|组织机构|单位|企业|法人", "uscc"),
)


@dataclass(slots=True)
class Named:
    """Somebody in a cell: a name and what stood with it."""

    name: str = ""
    relation: str = ""
    phones: tuple[str, ...] = ()
    id_text: str = field(default="", repr=False)
    words: str = ""


def read_people(cell: Cell) -> list[Named]:
    """Everybody named in a cell, in order; telephone numbers may stand before or after their name.

    An entry without a name holds what belongs to nobody. Raises ``RuleBroken("phone.form")``.
    """
    text = text_of(cell)
    if not text:
        return []
    if is_company(text) and not re.search(r"[、,;/\n]", text):
        return [Named(company_name(text))]
    people = [Named()]
    number_first: bool | None = None
    for token in _TOKENS.finditer(_joined_names(text)):
        kind, value = token.lastgroup, (token[token.lastgroup or 0] or "").strip()
        if kind == "between" or not value or value in LABELS:
            continue
        if kind in ("phone", "id"):
            number_first = number_first if number_first is not None else True
            _add_number(people, kind, value, number_first)
        elif kind == "bracket" or value in RELATIONS or _SHARE.fullmatch(value):
            _add_word(people, value, alone=kind != "bracket")
        elif people[-1].name and _continues(value):
            people[-1].words = f"{people[-1].words} {value}".strip()
        else:
            number_first = number_first if number_first is not None else False
            _add_name(people, value)
    return [named for named in people if named != Named()]


def _add_number(people: list[Named], kind: str, value: str, number_first: bool) -> None:
    if number_first and people[-1].name:
        people.append(Named())
    if kind == "id":
        people[-1].id_text = value
    else:
        phones, _words = read_phones(value)
        people[-1].phones += phones


def _add_word(people: list[Named], value: str, *, alone: bool) -> None:
    """A relation or a share: in brackets it belongs to the name before, alone to the name beside it."""
    if re.search(r"[0-9]{7}", value):
        phones, _words = read_phones(value)
        people[-1].phones += phones
        return
    complete = people[-1].name and (people[-1].phones or people[-1].relation)
    if alone and complete and value in RELATIONS:
        people.append(Named())
    if value in RELATIONS and not people[-1].relation:
        people[-1].relation = value
    else:
        people[-1].words = f"{people[-1].words} {value}".strip()


def _add_name(people: list[Named], value: str) -> None:
    if people[-1].name:
        people.append(Named())
    people[-1].name = company_name(value) if is_company(value) else value


def _continues(value: str) -> bool:
    return not re.search(r"[A-Za-z\u3400-\u9fff]", value)


def _joined_names(text: str) -> str:
    """``王 明`` is one name that was spaced out to the width of three signs; ``张三 李四`` are two people."""

    def join(found: re.Match[str]) -> str:
        first, second = found.groups()
        if {first, second} & RELATIONS:
            return found.group()
        one = len(first) == 1 or len(second) == 1 or first in COMPOUND_NAMES
        return first + second if one else found.group()

    return _SPACED_NAME.sub(join, text)


def is_company(name: str) -> bool:
    """Whether a name is that of a company or another body."""
    return _COMPANY.fullmatch(name) is not None


def company_name(text: str) -> str:
    """A company's name without blanks between Chinese signs and with the brackets that its licence has."""
    text = re.sub(r"(?<=[\u4e00-\u9fff])\s+|\s+(?=[\u4e00-\u9fff])", "", text)
    return text.replace("(", "（").replace(")", "）")


def split_ids(cell: Cell) -> list[str]:
    """The identity numbers of a cell. Raises ``RuleBroken("roll.lost_digits")``."""
    if has_lost_digits(cell):
        raise RuleBroken("roll.lost_digits")
    text = text_of(cell)
    parts = re.split(r"[、,;/|\n]", text)
    if len(parts) == 1 and re.fullmatch(r"\S{15,18}(?:\s+\S{15,18})+", text):
        parts = text.split()
    return [tidy for part in parts if (tidy := re.sub(r"[\s-]", "", part).upper())]


def read_id(number: str, said: str, *, company: bool, today: date) -> tuple[PartyKind, IdKind, str]:
    """What an identity number is, and the number in the form that is stored (IDN-1 to IDN-4).

    ``said`` is the text of the column 证件类型, ``company`` whether the name is that of one. Raises
    ``RuleBroken`` from ``pmweb.domain.id_numbers`` (``id_card.*``, ``uscc.*``) or ``roll.id_form``, with the
    masked number as the fact ``number``.
    """
    kind = _kind_of_id(number, said, company)
    try:
        if kind == "id_card":
            return "person", kind, read_id_card(number, today).number
        if kind == "uscc":
            return _read_company_id(number, today)
        if not re.fullmatch(r"[0-9A-Z()]{5,30}", number):
            raise RuleBroken("roll.id_form")
    except RuleBroken as broken:
        raise RuleBroken(broken.code, **broken.facts, number=mask(number)) from None
    return ("company" if company else "person"), kind, number


def _read_company_id(number: str, today: date) -> tuple[PartyKind, IdKind, str]:
    """A company's own code, or the card of the person who stands for it."""
    try:
        return "company", "uscc", read_uscc(number)
    except RuleBroken:
        if re.fullmatch(r"[0-9]{17}[0-9X]", number):
            with suppress(RuleBroken):
                return "company", "id_card", read_id_card(number, today).number
        raise


def _kind_of_id(number: str, said: str, company: bool) -> IdKind:
    declared = next((kind for words, kind in _ID_KINDS if re.search(words, said)), None)
    looks_like_card = re.fullmatch(r"[0-9X]{14,20}", number) is not None
    if declared == "uscc" or (declared is None and company):
        return "other" if re.fullmatch(r"[0-9]{13}|[0-9]{15}|[0-9A-Z]{9}", number) else "uscc"
    if declared == "permit" and looks_like_card and len(number) == 18:
        return "id_card"  # residence permits have the form of a card (IDN-2, IDN-3)
    if declared == "id_card" and re.fullmatch(r"[0-9A-Z]{18}", number) and not looks_like_card:
        return "uscc"
    if declared is not None:
        return declared
    if said:
        return "other"
    return _kind_by_shape(number, looks_like_card)


def _kind_by_shape(number: str, looks_like_card: bool) -> IdKind:
    if looks_like_card:
        return "id_card"
    if re.fullmatch(r"[0-9A-Z]{17,19}", number):
        return "uscc"
    if re.fullmatch(r"[HM][0-9]{8,10}", number):
        return "permit"
    return "passport" if re.fullmatch(r"[A-Z]{1,2}[0-9]{7,8}", number) else "other"
