"""Photos of the demo: drawn, not taken – a wall with a crack, the dial of a meter, a scanned paper, a signature."""

from __future__ import annotations

import io
import math
from random import Random
from typing import Any

from PIL import Image, ImageDraw

from pmweb.models.pictures import Prepared, prepare, prepare_signature


def wall(random: Random) -> Prepared:
    """A wall with a crack or a stain on it."""
    shade = random.randrange(190, 235)
    image = Image.new("RGB", (960, 720), (shade, shade - 4, shade - 12))
    pen = ImageDraw.Draw(image)
    for _ in range(220):
        x, y, d = random.randrange(960), random.randrange(720), random.randrange(1, 5)
        tone = shade - random.randrange(4, 16)
        pen.ellipse((x, y, x + d, y + d), fill=(tone, tone - 4, tone - 12))
    x, y = random.randrange(100, 860), 0
    line = [(x, y)]
    while y < 720:
        x, y = x + random.randrange(-34, 35), y + random.randrange(18, 60)
        line.append((x, y))
    pen.line(line, fill=(70, 66, 60), width=random.randrange(3, 8), joint="curve")
    pen.rectangle((0, 640, 960, 720), fill=(shade - 60, shade - 70, shade - 84))
    return prepare(_jpeg(image))


def dial(reading: str, random: Random) -> Prepared:
    """The dial of a meter."""
    image = Image.new("RGB", (800, 600), (92, 104, 116))
    pen = ImageDraw.Draw(image)
    pen.ellipse((120, 20, 680, 580), fill=(244, 246, 246), outline=(40, 46, 52), width=14)
    pen.rectangle((220, 230, 580, 330), fill=(24, 28, 32))
    pen.text((240, 240), reading.rjust(8, "0"), fill=(240, 240, 232), font_size=76)
    angle = random.random() * 6.28
    pen.line((400, 450, 400 + 70 * math.cos(angle), 450 + 70 * math.sin(angle)), fill=(179, 38, 30), width=8)
    return prepare(_jpeg(image))


def scan(title: str) -> Prepared:
    """A scanned paper: lines and a red seal."""
    image = Image.new("RGB", (840, 1188), (252, 251, 247))
    pen = ImageDraw.Draw(image)
    pen.text((80, 90), title, fill=(20, 24, 31), font_size=44)
    for row in range(18):
        pen.line((80, 210 + row * 44, 760 - row % 4 * 60, 210 + row * 44), fill=(120, 124, 130), width=5)
    pen.ellipse((540, 930, 740, 1130), outline=(190, 40, 36), width=9)
    return prepare(_jpeg(image))


def signature(random: Random) -> tuple[Prepared, list[list[list[int]]]]:
    """A signature: the drawing, and the strokes ``[x, y, ms, pressure ‰]`` that made it."""
    strokes: list[list[list[int]]] = []
    clock = 0
    for stroke in range(random.randrange(4, 8)):
        x, y = 60 + stroke * 70, random.randrange(70, 150)
        points = []
        for _ in range(14):
            x, y = x + random.randrange(-9, 15), min(max(y + random.randrange(-18, 21), 20), 220)
            clock += 16
            points.append([x, y, clock, random.randrange(300, 900)])
        strokes.append(points)
        clock += 120
    image = Image.new("RGBA", (600, 240), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    for points in strokes:
        pen.line([(p[0], p[1]) for p in points], fill=(20, 24, 31, 255), width=5, joint="curve")
    return prepare_signature(_bytes(image, "PNG")), strokes


def _jpeg(image: Image.Image) -> bytes:
    return _bytes(image, "JPEG", quality=82)


def _bytes(image: Image.Image, kind: str, **more: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()
