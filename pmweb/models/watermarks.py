"""The purpose that is burnt into the picture of an identity document (PRI-3, FM-02 ``id_copy``).

``仅供物业入住办理使用 2026-11-24`` runs in slanting rows over the whole picture, so that no part of it
can be used for anything else, and thin enough to read what is below. The text is Chinese, whatever language
the clerk reads: the paper is shown to Chinese offices. A server without a Chinese font writes it in English.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

CHINESE_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/wqy-zenhei/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/STHeiti Medium.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simhei.ttf",
    "C:/Windows/Fonts/simsun.ttc",
)
"""Where Debian, Fedora, Arch, macOS and Windows keep a font with Chinese; the first that opens is taken."""

_SLANT = 28
_INK = (176, 0, 32, 92)
_HALO = (255, 255, 255, 84)


@dataclass(frozen=True)
class Mark:
    """What a watermark says: the purpose and the day, in Chinese and, for want of a font, in English."""

    chinese: str
    english: str

    @classmethod
    def of(cls, purpose: str, purpose_in_english: str, on: date) -> Mark:
        """``Mark.of("入住办理", "moving in", day)`` → 仅供物业入住办理使用 2026-11-24."""
        return cls(
            f"仅供物业{purpose}使用 {on.isoformat()}",
            f"Only for {purpose_in_english} at this estate {on.isoformat()}",
        )


def burn_in(image: Image.Image, mark: Mark) -> Image.Image:
    """A copy of ``image`` (RGB or RGBA, same mode back) with the text in slanting rows, half transparent."""
    size = max(12, round(min(image.size) / 18))
    font = _font(size)
    text = mark.chinese if chinese_font() else mark.english
    # The sheet with the rows is a square on the diagonal: turned by any angle it still covers the picture.
    side = math.ceil(math.hypot(*image.size))
    sheet = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(sheet)
    step_x = round(draw.textlength(text, font=font)) + 3 * size
    for row, y in enumerate(range(0, side, 4 * size)):
        for x in range(-(row % 2) * step_x // 2, side, step_x):
            draw.text((x, y), text, font=font, fill=_INK, stroke_width=max(1, size // 16), stroke_fill=_HALO)
    sheet = sheet.rotate(_SLANT, resample=Image.Resampling.BICUBIC)
    left, top = (side - image.width) // 2, (side - image.height) // 2
    marked = image.convert("RGBA")
    marked.alpha_composite(sheet.crop((left, top, left + image.width, top + image.height)))
    return marked if image.mode == "RGBA" else marked.convert("RGB")


@cache
def chinese_font() -> str | None:
    """The file of a font with Chinese on this machine, or None."""
    for path in CHINESE_FONTS:
        if Path(path).is_file():
            try:
                ImageFont.truetype(path, 12)
            except OSError:
                continue
            return path
    return None


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    path = chinese_font()
    return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)
