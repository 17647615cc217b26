"""Every reason has its sentence in both languages, and no sentence shows a whole identity number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

import pytest

import pmweb
from pmweb.blueprints.estate.roll import columns
from pmweb.blueprints.estate.roll.reasons import (
    OUR_COLUMNS,
    WORDINGS,
    Language,
    word_broken,
    word_reason,
    word_reasons,
    word_row,
    word_same,
)
from pmweb.blueprints.estate.roll.result import Reason, RowRef
from pmweb.domain.workflow import RuleBroken

COLUMN = re.compile(r'(?:Reason\("[a-z_.]+", |_otherwise\()"([^"]+)"')
CODE = re.compile(r'"((?:roll|register|home_number|id_card|uscc|phone|plate)\.[a-z_]+)"')


def test_every_code_that_the_roll_can_raise_has_a_sentence() -> None:
    root = Path(pmweb.__file__).parent
    sources = [*(root / "blueprints/estate/roll").glob("*.py"), root / "domain/home_numbers.py"]
    sources += (root / "blueprints/estate/operations").glob("*.py")
    sources = [path for path in sources if path.name != "reasons.py"]
    codes = {
        code
        for path in [*sources, root / "domain/id_numbers.py"]
        for code in CODE.findall(path.read_text("utf-8"))
    }
    assert codes
    assert codes <= WORDINGS.keys()


@pytest.mark.parametrize("code", WORDINGS)
def test_both_languages_use_the_same_facts(code: str) -> None:
    facts = [
        {name for _text, name, *_more in Formatter().parse(sentence) if name}
        for sentence in WORDINGS[code].values()
    ]
    assert WORDINGS[code].keys() == {"zh", "en"}
    assert facts[0] == facts[1]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh", "产权人：与第 194 行的业主不一致；建面（㎡）：没有建筑面积"),
        ("en", "产权人: the owner contradicts row 194; 建面（㎡）: no floor area"),
    ],
)
def test_all_reasons_of_a_row_in_one_line(language: Language, sentence: str) -> None:
    reasons = (
        Reason("roll.owner_contradicts", "产权人", {"row": 194, "sheet": "Sheet1"}),
        Reason("roll.area_missing", "建面（㎡）"),
    )
    assert word_reasons(reasons, language, sheet="Sheet1") == sentence


@pytest.mark.parametrize("code", WORDINGS)
def test_no_sentence_begins_with_the_heading_that_stands_before_it(code: str) -> None:
    """Else the page says 身份证号 身份证号 ……"""
    said = WORDINGS[code]["zh"]
    headings = [word for words in columns._WORDS.values() for word in words.split()]
    assert not [heading for heading in headings if said.startswith(heading)]


def test_what_the_register_names_has_an_english_name() -> None:
    """A heading of the workbook stays as the office wrote it."""
    owner = Reason("register.owner", "业主", {"name": "陈**"})
    assert word_reason(owner, "zh").startswith("业主：登记的业主是 陈**")
    assert word_reason(owner, "en").startswith("owner: the register has 陈**")
    assert word_reason(Reason("roll.area_missing", "建筑面积"), "en") == "建筑面积: no floor area"
    root = Path(pmweb.__file__).parent / "blueprints/estate"
    for name in ("roll/against.py", "operations/takeover.py"):
        for column in COLUMN.findall((root / name).read_text("utf-8")):
            assert column in OUR_COLUMNS, column


def test_a_row_of_another_sheet_is_named_with_its_sheet() -> None:
    reason = Reason("roll.contradicts", "户型", {"row": 5, "sheet": "2栋"})
    assert word_reason(reason, "zh", sheet="1栋") == "户型：与工作表“2栋”第 5 行不一致"
    assert word_reason(reason, "en", sheet="1栋") == "户型: contradicts row 5 of sheet “2栋”"
    assert word_row(RowRef("2栋", 5), "en") == "row 5 of sheet “2栋”"


def test_the_same_as_another_row() -> None:
    assert word_same(RowRef("a", 65), "zh", sheet="a") == "与第 65 行相同"
    assert word_same(RowRef("a", 65), "en", sheet="a") == "the same as row 65"


@pytest.mark.parametrize(
    ("broken", "facts"),
    [(RuleBroken("roll.damaged"), {}), (RuleBroken("roll.too_many_rows", limit=200), {"limit": "200"})],
)
def test_a_file_that_cannot_be_read(broken: RuleBroken, facts: Mapping[str, str]) -> None:
    for language in ("zh", "en"):
        sentence = word_broken(broken, language)
        assert sentence
        assert all(fact in sentence for fact in facts.values())


def test_a_code_without_a_sentence_is_shown_as_it_is() -> None:
    assert word_reason(Reason("roll.new", ""), "zh") == "roll.new"
