"""Bars that say how often: no style, no script, nothing that leaves its box, every label and number readable."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from pmweb.web import charts
from pmweb.web.charts import bars
from tests.policies.sources import PACKAGE


def texts(inside: str) -> list[str]:
    return [node.text for node in ElementTree.fromstring(inside).iter("text") if node.text]


def test_each_bar_has_its_name_and_its_number_in_the_order_given() -> None:
    drawn = bars([("水暖", 12), ("电气", 7), ("电气", 7), ("其他", 0)])
    assert drawn is not None
    said = texts(drawn.inside)
    assert sorted(said) == sorted(["水暖", "电气", "电气", "其他", "12", "7", "7", "0"])
    assert list(reversed([text for text in said if not text.isdigit()])) == ["水暖", "电气", "电气", "其他"]
    widths = [float(bar.get("width", "0")) for bar in ElementTree.fromstring(drawn.inside).iter("rect")]
    nothing, *reversed_bars = widths[1:]
    assert nothing == 0
    assert reversed_bars == sorted(reversed_bars)
    assert reversed_bars[0] == pytest.approx(reversed_bars[-1] * 7 / 12, abs=0.1)


def test_a_chart_has_neither_style_nor_script() -> None:
    """The content security policy of the page allows neither."""
    drawn = bars([("水暖", 12)])
    assert drawn is not None
    assert not re.search(r"style|script|href|\son[a-z]+=", drawn.inside)


@pytest.mark.parametrize("most", [1, 2, 9, 10, 99, 437, 98_765])
def test_nothing_leaves_the_box(most: int) -> None:
    drawn = bars([("地面起砂、空鼓、瓷砖松动", most), ("Floor dusting or hollow, loose tile", 1)])
    assert drawn is not None
    root = ElementTree.fromstring(drawn.inside)
    left = max(int(x) for x in re.findall(r"translate\((\d+) 0\)", drawn.inside))
    assert left <= charts.WIDTH / 2
    for text in root.iter("text"):
        if text.text and text.text.isdigit():
            assert left + float(text.get("x", "0")) + 8.5 * len(text.text) <= charts.WIDTH
            assert 0 < float(text.get("y", "0")) < drawn.height
    assert "地面起砂、空鼓…" in texts(drawn.inside)


def test_a_label_is_never_taken_for_markup() -> None:
    drawn = bars([("<b>1&2</b>", 3)])
    assert drawn is not None
    assert "<b>" not in drawn.inside
    assert "&lt;b&gt;1&amp;2" in drawn.inside


def test_where_nothing_was_counted_there_is_no_chart() -> None:
    assert bars([]) is None
    assert bars([("水暖", 0)]) is None


def test_the_colours_are_those_of_the_pages() -> None:
    tokens = (PACKAGE / "static" / "tokens.css").read_text(encoding="utf-8")
    for name in ("INK", "MUTED", "BRAND", "LINE"):
        assert f"--{name.lower()}: {getattr(charts, name)};" in tokens
