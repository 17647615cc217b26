"""Every code of the office has a Chinese and an English name."""

from __future__ import annotations

import pytest

from pmweb.domain.bilingual import Choice, name_in


@pytest.mark.parametrize(
    ("language", "name"),
    [("zh_CN", "合格"), ("en", "Passed"), ("en-GB", "Passed"), ("EN_us", "Passed"), ("fr", "合格")],
)
def test_the_name_follows_the_reader(language: str, name: str) -> None:
    assert name_in(language, Choice("ok", "合格", "Passed")) == name
