"""Bars that say how often: no style, no script, nothing that leaves its box, every label and number readable."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from pmweb.web import charts
from pmweb.web.charts import bars, stacked
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


LEVELS = ("重大投诉", "重要投诉", "轻微投诉")


def test_the_parts_of_a_bar_follow_each_other_and_make_up_its_sum() -> None:
    drawn = stacked([("03-02", (1, 2, 3)), ("03-09", (0, 0, 0)), ("03-16", (0, 4, 0))], LEVELS)
    assert drawn is not None
    signs, chart = ElementTree.fromstring(drawn.inside)
    assert [node.text for node in signs.iter("text")] == list(LEVELS)
    assert {"6", "0", "4", "03-02", "03-09", "03-16"} <= set(texts(drawn.inside))
    parts = [rect for rect in chart.iter("rect") if rect.get("stroke") == charts.BRAND]
    assert [rect.get("fill") for rect in parts] == [charts.BRAND, *charts.SHADES]
    wide = [float(rect.get("width", "0")) for rect in parts]
    assert wide == pytest.approx([wide[1] * 4, wide[1], wide[1] * 2, wide[1] * 3], abs=0.3)
    starts = [float(rect.get("x", "0")) for rect in parts[1:]]
    assert starts == pytest.approx([0, wide[1], wide[1] * 3], abs=0.3)


def test_what_the_parts_are_called_takes_another_line_where_it_is_long() -> None:
    short, long = (
        stacked([("03-02", (1, 0, 0))], kinds)
        for kinds in (LEVELS, [f"{kind}, a grave one" for kind in LEVELS])
    )
    assert short is not None
    assert long is not None
    assert long.height > short.height
    for drawn in (short, long):
        signs, _chart = ElementTree.fromstring(drawn.inside)
        for said in signs.iter("text"):
            assert float(said.get("x", "0")) + charts._width(said.text or "") <= charts.WIDTH
    assert stacked([("03-02", (0, 0, 0))], LEVELS) is None
    assert not re.search(r"style|script|href|\son[a-z]+=", short.inside)


def test_the_colours_are_those_of_the_pages() -> None:
    tokens = (PACKAGE / "static" / "tokens.css").read_text(encoding="utf-8")
    for name in ("INK", "MUTED", "BRAND", "LINE", "BRAND_BG"):
        assert f"--{name.lower().replace('_', '-')}: {getattr(charts, name)};" in tokens
