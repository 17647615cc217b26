"""The purpose burnt into the picture of an identity document (PRI-3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from PIL import Image, ImageChops

from pmweb.models import watermarks
from pmweb.models.watermarks import Mark, burn_in, chinese_font

MARK = Mark.of("入住办理", "moving in", date(2026, 11, 24))


@pytest.fixture
def no_chinese_font(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(watermarks, "CHINESE_FONTS", ("/nowhere/font.ttc", __file__))
    chinese_font.cache_clear()
    yield
    chinese_font.cache_clear()


def share_touched(marked: Image.Image, bare: Image.Image) -> list[float]:
    """How much of each ninth of the picture was changed."""
    touched = ImageChops.difference(marked.convert("L"), bare.convert("L")).point(
        lambda v: 255 if v > 12 else 0
    )
    w, h = bare.width // 3, bare.height // 3
    parts = [touched.crop((x * w, y * h, (x + 1) * w, (y + 1) * h)) for y in range(3) for x in range(3)]
    return [part.histogram()[255] / (w * h) for part in parts]


def test_it_says_purpose_and_day() -> None:
    assert MARK.chinese == "仅供物业入住办理使用 2026-11-24"
    assert MARK.english == "Only for moving in at this estate 2026-11-24"


@pytest.mark.parametrize("size", [(1600, 1010), (630, 1000), (200, 130), (2560, 300)])
def test_every_part_of_the_picture_is_marked_and_most_of_it_can_be_read(size: tuple[int, int]) -> None:
    bare = Image.new("RGB", size, "#dfe9f2")
    touched = share_touched(burn_in(bare, MARK), bare)
    assert min(touched) > 0.005
    assert sum(touched) / 9 < 0.25


def test_what_is_below_shows_through() -> None:
    marked = burn_in(Image.new("RGB", (900, 600), "black"), MARK)
    assert max(marked.convert("L").tobytes()) < 140


def test_without_a_chinese_font_it_is_written_in_english(no_chinese_font: None) -> None:
    assert chinese_font() is None
    bare = Image.new("RGB", (900, 600), "white")
    assert min(share_touched(burn_in(bare, MARK), bare)) > 0.005


def test_the_mode_of_the_picture_is_kept() -> None:
    for mode in ("RGB", "RGBA"):
        assert burn_in(Image.new(mode, (300, 200)), MARK).mode == mode
