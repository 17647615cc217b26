"""Small charts, drawn here and not in the browser: bars that say how often, beside the table that says it exactly.

``leather`` writes presentation attributes only, no style and no script, so a chart stands in the page itself under our
content security policy. A chart is a picture: it has a sentence for those who do not see it, and a table next to it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any

import leather
from leather import svg, theme
from leather.axis import Axis
from leather.series import Series
from leather.shapes import Bars

WIDTH = 340
"""In units of the picture, which are CSS pixels on a phone."""
INK, MUTED, BRAND, LINE = "#14181f", "#4a5563", "#0b5cad", "#d5dbe2"
BRAND_BG = "#e6f0fa"
"""The tokens of ``static/tokens.css``: a picture keeps its colours wherever it is shown."""
_BAR, _GAP, _SIZE, _NARROW = 18, 10, 14, 8
_LONGEST = 130
"""A label is cut where it would be wider; the table has it in full."""
SHADES = (INK, BRAND, BRAND_BG)
"""What the parts of a bar are filled with: they differ in grey as well, and stand in the same order in every bar."""

# leather is set up by the values of its module, once for the process
theme.margin = 0.0
theme.background_color = "none"
theme.tick_color, theme.zero_color = "none", LINE
theme.label_color, theme.tick_font_size = INK, _SIZE
theme.tick_font_family = "sans-serif"
_FONT = {"font-family": theme.tick_font_family, "font-size": str(_SIZE)}


@dataclass(frozen=True)
class Drawn:
    """A chart as SVG elements, to stand in ``<svg>`` with this view box."""

    inside: str
    height: int
    width: int = WIDTH


def bars(counts: Sequence[tuple[str, int]]) -> Drawn | None:
    """One bar for each label with its number, in this order; None where there is nothing to be seen."""
    return _drawn(counts, _Numbered(BRAND))


def stacked(counts: Sequence[tuple[str, Sequence[int]]], kinds: Sequence[str]) -> Drawn | None:
    """One bar for each label, made of a part for each of up to three kinds, with its sum; what is what stands above."""
    drawn = _drawn([(label, sum(parts)) for label, parts in counts], _Parted([parts for _l, parts in counts]))
    if drawn is None:
        return None
    signs, top = _signs(kinds)
    moved = f'<g transform="translate(0 {top})">{drawn.inside}</g>'
    return Drawn(f"<g>{signs}{moved}</g>", drawn.height + top)


def _drawn(counts: Sequence[tuple[str, int]], shape: Bars) -> Drawn | None:
    most = max((number for _label, number in counts), default=0)
    if not most:
        return None
    labels = [_cut(label) for label, _number in counts]
    chart = leather.Chart()
    chart.add_x_scale(0, Decimal(most) * Decimal("1.2"))  # room for the number of the longest bar
    chart.set_x_axis(_Silent(ticks=[0]))
    chart.set_y_axis(_Labels(labels))
    rows = [(number, _key(place)) for place, (_label, number) in enumerate(counts)]
    chart.add_series(Series(rows[::-1]), shape)
    height = len(counts) * (_BAR + _GAP)
    return Drawn(svg.stringify(chart.to_svg_group(WIDTH, height)), height)


def _signs(kinds: Sequence[str]) -> tuple[str, int]:
    """What is what: a small square and a word for each kind, in as many lines as they need; and their height."""
    group = svg.ET.Element("g")
    x, line, room = 1, 0, _SIZE + 6
    for shade, kind in zip(SHADES, kinds, strict=False):
        if x > 1 and x + room + _width(kind) > WIDTH:
            x, line = 1, line + 1
        y = line * (_BAR + _GAP) + 3
        square = {"x": str(x), "y": str(y), "width": str(_SIZE), "height": str(_SIZE), "fill": shade}
        svg.ET.SubElement(group, "rect", square | {"stroke": BRAND})
        place = {"x": str(x + room), "y": str(y + _SIZE // 2), "dy": "0.35em", "fill": INK}
        said = svg.ET.SubElement(group, "text", place | _FONT)
        said.text = kind
        x += room + _width(kind) + _GAP
    return svg.stringify(group), (line + 1) * (_BAR + _GAP)


def _key(place: int) -> str:
    """Labels may be alike; what leather calls a category is the place in the list."""
    return f"{place:04}"


def _width(text: str) -> int:
    """How wide a text is at most: a Chinese sign is a square, others are narrower."""
    return sum(_SIZE if unicodedata.east_asian_width(sign) in "WF" else _NARROW for sign in text)


def _cut(label: str) -> str:
    if _width(label) <= _LONGEST:
        return label
    while _width(label) > _LONGEST - _SIZE:
        label = label[:-1]
    return label.rstrip("、， ") + "…"


class _Labels(Axis):  # type: ignore[misc]
    """The names of the bars; leather reckons with signs of one width."""

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(tick_formatter=lambda key, _place, _count: labels[int(key)])
        self._widest = max(map(_width, labels))

    def estimate_label_margin(self, scale: Any, orient: str) -> int:
        """The room for the longest name."""
        return self._widest + _GAP


class _Silent(Axis):  # type: ignore[misc]
    """Only the line at zero: the bars bear their numbers."""

    def __init__(self, ticks: Sequence[int]) -> None:
        super().__init__(ticks=ticks, tick_formatter=lambda *_tick: "")

    def estimate_label_margin(self, scale: Any, orient: str) -> int:
        """There are no labels."""
        return 0


class _Numbered(Bars):  # type: ignore[misc]
    """Bars with their numbers behind them."""

    def to_svg(self, width: Any, height: Any, x_scale: Any, y_scale: Any, series: Any, palette: Any) -> Any:
        """The bars, and a text for each."""
        group = super().to_svg(width, height, x_scale, y_scale, series, palette)
        for bar, row in zip(list(group), series.data(), strict=True):
            thick = Decimal(bar.get("height")) * _BAR / (_BAR + _GAP)
            top = Decimal(bar.get("y")) + (Decimal(bar.get("height")) - thick) / 2
            bar.attrib |= {
                "y": f"{top:.1f}",
                "height": f"{thick:.1f}",
                "width": f"{Decimal(bar.get('width')):.1f}",
            }
            place = {
                "x": f"{Decimal(bar.get('width')) + 6:.1f}",
                "y": f"{top + thick / 2:.1f}",
                "dy": "0.35em",
                "fill": MUTED,
            }
            said = group.makeelement("text", place | _FONT)
            said.text = str(row.x)
            group.append(said)
        return group


class _Parted(_Numbered):
    """Bars that are made of several parts, each in its own shade; behind them their sum."""

    def __init__(self, parts: Sequence[Sequence[int]]) -> None:
        super().__init__(BRAND)
        self._parts = parts

    def to_svg(self, width: Any, height: Any, x_scale: Any, y_scale: Any, series: Any, palette: Any) -> Any:
        """The parts of each bar in the place of the bar."""
        group = super().to_svg(width, height, x_scale, y_scale, series, palette)
        for bar, row in zip(list(group), series.data(), strict=False):
            group.remove(bar)
            parts = self._parts[int(row.y)]
            whole, begin, unit = sum(parts), Decimal(bar.get("x")), Decimal(bar.get("width"))
            starts = [0, *accumulate(parts)]
            for shade, start, part in zip(SHADES, starts, parts, strict=False):
                if part:
                    left, wide = begin + unit * start / whole, unit * part / whole
                    place = {"x": f"{left:.1f}", "width": f"{wide:.1f}", "fill": shade, "stroke": BRAND}
                    group.append(group.makeelement("rect", bar.attrib | place))
        return group
