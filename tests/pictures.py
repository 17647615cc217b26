"""Real files for tests: photos as phones take them, scans, and what is not what it says."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageDraw


def drawing(size: tuple[int, int] = (640, 480), mode: str = "RGB") -> Image.Image:
    """A picture with something on it: a dark corner at the top left."""
    image = Image.new(mode, size, "white" if mode != "P" else 0)
    if mode in ("RGB", "L"):
        ImageDraw.Draw(image).rectangle((0, 0, size[0] // 3, size[1] // 3), fill="black")
    return image


def jpeg(image: Image.Image | None = None, **kwargs: Any) -> bytes:
    """A JPEG file."""
    out = io.BytesIO()
    (image or drawing()).save(out, "JPEG", **{"quality": 90, **kwargs})
    return out.getvalue()


def png(image: Image.Image | None = None, **kwargs: Any) -> bytes:
    """A PNG file."""
    out = io.BytesIO()
    (image or drawing()).save(out, "PNG", **kwargs)
    return out.getvalue()


def phone_photo(size: tuple[int, int] = (1600, 1200), orientation: int = 6, *, noise: bool = False) -> bytes:
    """A JPEG as a phone writes it: lying on its side, with maker, place and comment; ``noise`` makes it heavy."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SpyPhone"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (31.0, 14.0, 12.5), "E", (121.0, 29.0, 3.0)
    return jpeg(
        Image.effect_noise(size, 60).convert("RGB") if noise else drawing(size),
        exif=exif.tobytes(),
        comment=b"taken at home",
        xmp=b"<x:xmpmeta>SpyPhone</x:xmpmeta>",
    )


def pdf(text: str = "Sales contract of Zhou Wenbo") -> bytes:
    """A PDF of one page, whole."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, start)
    return bytes(out)


def heic(brand: bytes = b"heic") -> bytes:
    """The beginning of a photo as an iPhone keeps it."""
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x00\x00mif1heic" + bytes(4000)


def bomb(width: int, height: int) -> bytes:
    """A small PNG of very many pixels, whole and valid, one bit each."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    squeezer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    rows = b"".join(squeezer.compress(row) for _ in range(height)) + squeezer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def signature_png(size: tuple[int, int] = (600, 240), *, empty: bool = False) -> bytes:
    """What the pad sends: a line on nothing."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    if not empty:
        ImageDraw.Draw(image).line((60, 60, 300, 180, 500, 40), fill=(20, 24, 31, 255), width=4)
    return png(image)


STROKES = [
    {
        "penColor": "#14181f",
        "points": [
            {"x": 60.4, "y": 60, "pressure": 0.5, "time": 1772672400000},
            {"x": 300, "y": 180.2, "pressure": 0.62, "time": 1772672400180},
        ],
    },
    {"penColor": "#14181f", "points": [{"x": 500, "y": 40, "pressure": 0, "time": 1772672401000}]},
]
"""What ``SignaturePad.toData()`` gives for two strokes."""
