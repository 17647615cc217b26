"""Each rule that is refused has a sentence for a clerk."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from pmweb.domain.workflow import RuleBroken
from pmweb.web.wording import WORDS, word, worded

PACKAGE = Path(__file__).resolve().parents[2] / "pmweb"


def test_a_broken_rule_is_a_sentence_with_its_facts(app: Flask) -> None:
    with app.test_request_context("/"):
        said = worded(RuleBroken("upload.too_many", limit=12))
        assert said == "一次最多 12 个文件，请分几次上传。"
        assert "nobody.worded" in worded(RuleBroken("nobody.worded"))


def test_a_sentence_without_its_facts_is_still_a_sentence(app: Flask) -> None:
    """A missing fact must not turn a refusal into a fault."""
    with app.test_request_context("/"):
        assert "%(limit)s" in worded(RuleBroken("upload.too_many"))


def test_a_rule_is_worded_once() -> None:
    with pytest.raises(ValueError, match="worded twice"):
        word({"move.illegal": "x"})


def test_every_sentence_fits_its_facts() -> None:
    """A stray ``%`` would break the sentence at the moment in which it is needed."""
    for code, said in WORDS.items():
        if not callable(said) and "%(" in str(said):
            names = {name.partition(")")[0] for name in str(said).split("%(")[1:]}
            assert str(said) % dict.fromkeys(names, "x"), code


def test_every_rule_that_is_broken_somewhere_is_worded(app: Flask) -> None:
    """A code that nobody worded would reach the clerk as it is."""
    raised = re.compile(r"RuleBroken\(\s*\"([a-z_.]+)\"")
    codes = {
        code: str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for code in raised.findall(path.read_text(encoding="utf-8"))
    }
    assert len(codes) > 50
    assert not {code: where for code, where in codes.items() if code not in WORDS and "." in code}
