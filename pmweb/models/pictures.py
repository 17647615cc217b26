"""Photos and scans on arrival: what they are, by their content, and what is kept of them.

A name or a declared type proves nothing, so neither is looked at. JPEG and PNG are written anew: turned
upright, scaled down, without EXIF (no place, no device). A PDF is kept as it is. Everything else is refused
with a reason. The functions know neither the shelf nor the database; besides their arguments, only a font.
"""

from __future__ import annotations

import hashlib
import io
import struct
import threading
import zlib
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image, ImageOps

from pmweb.domain.workflow import RuleBroken
from pmweb.models.watermarks import Mark, burn_in

MEGABYTE = 1024 * 1024
LIMIT_MB = 15
"""The largest file on arrival (FM type ``photos``)."""
LONGEST_SIDE = 2560
THUMBNAIL_SIDE = 320
MOST_PIXELS = 64_000_000
"""Above any phone of today; a picture of that size takes 256 MB for a moment."""
QUALITY = 85

JPEG = "image/jpeg"
PNG = "image/png"
PDF = "application/pdf"

SIGNATURE_MOST_BYTES = 500_000
SIGNATURE_MOST_PIXELS = 6_000_000

_JPEG_HEAD = b"\xff\xd8\xff"
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_HEIC = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"})
_BROKEN: tuple[type[Exception], ...] = (OSError, SyntaxError, ValueError, EOFError, TypeError, LookupError)
_BROKEN += (OverflowError, struct.error, zlib.error)
"""What Pillow raises for bytes that are not the picture they claim to be."""
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)

_two_at_a_time = threading.BoundedSemaphore(2)
"""Ten tablets that upload together must not need ten times the memory."""


@dataclass(frozen=True)
class Prepared:
    """A file as it will lie on the shelf.

    ``arrived`` is the SHA-256 of what was sent, the same at each resending. A PDF has no width and height.
    ``identity`` says that the purpose was burnt in, as an identity scan needs it.
    """

    sha256: str
    media_type: str
    data: bytes
    width: int | None
    height: int | None
    thumbnail: bytes | None
    arrived: str
    identity: bool = False


def prepare(data: bytes, *, name: str = "", mark: Mark | None = None) -> Prepared:
    """Examine ``data`` and make of it what is kept; ``name`` is only for the message.

    With ``mark`` the picture is an identity scan: the purpose is burnt in and no thumbnail is made (PRI-3).
    Raises RuleBroken: ``upload.torn`` (empty or incomplete), ``upload.size`` (above 15 MB), ``upload.heic``,
    ``upload.kind`` (no JPEG, PNG or PDF), ``upload.pixels`` (unreasonably large), ``upload.no_watermark`` (an
    identity scan as PDF, into which nothing can be burnt).
    """
    if not data:
        raise RuleBroken("upload.torn", name=name)
    if len(data) > LIMIT_MB * MEGABYTE:
        raise RuleBroken("upload.size", name=name, limit_mb=LIMIT_MB)
    if data.startswith(b"%PDF-"):
        if mark:
            raise RuleBroken("upload.no_watermark", name=name)
        return _pdf(data, name)
    if data.startswith((_JPEG_HEAD, _PNG_HEAD)):
        return _picture(data, name, mark)
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC and b"avif" not in data[8:64]:
        raise RuleBroken("upload.heic", name=name)
    raise RuleBroken("upload.kind", name=name)


def prepare_signature(data: bytes) -> Prepared:
    """The drawing of a signature, always a PNG, without a thumbnail.

    Raises RuleBroken: ``signature.torn`` (no PNG, or too large), ``signature.empty`` (nothing is drawn).
    """
    if not data.startswith(_PNG_HEAD) or len(data) > SIGNATURE_MOST_BYTES:
        raise RuleBroken("signature.torn")
    try:
        image = _opened(data, SIGNATURE_MOST_PIXELS)
        image.load()
    except _BROKEN + _BOMB as broken:
        raise RuleBroken("signature.torn") from broken
    image = _bare(image, "RGBA")
    darkest, lightest = _on_white(image).convert("L").getextrema()
    if darkest == lightest:
        raise RuleBroken("signature.empty")
    return _prepared(_png(image), PNG, data, size=image.size)


def _pdf(data: bytes, name: str) -> Prepared:
    if b"%%EOF" not in data[-2048:] or b"startxref" not in data[-4096:]:
        raise RuleBroken("upload.torn", name=name)
    return _prepared(data, PDF, data)


def _picture(data: bytes, name: str, mark: Mark | None) -> Prepared:
    if data.startswith(_PNG_HEAD) and b"IEND" not in data[-1024:]:
        raise RuleBroken("upload.torn", name=name)
    with _two_at_a_time:
        try:
            image = _upright(_opened(data, MOST_PIXELS))
        except _BOMB as bomb:
            raise RuleBroken("upload.pixels", name=name) from bomb
        except _BROKEN as broken:
            raise RuleBroken("upload.torn", name=name) from broken
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
        clear = _is_clear_somewhere(image)
        image = _bare(image, "RGBA" if clear else "RGB")
        if mark:
            image = burn_in(image, mark)
        kept = _png(image) if clear else _jpeg(image)
        thumbnail = None if mark else _thumbnail(image)
    media_type = PNG if clear else JPEG
    return _prepared(kept, media_type, data, size=image.size, thumbnail=thumbnail, identity=mark is not None)


def _opened(data: bytes, most_pixels: int) -> Image.Image:
    """The picture with only its head read. Raises DecompressionBombError above ``most_pixels``."""
    image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
    if image.width * image.height > most_pixels:
        raise Image.DecompressionBombError(f"{image.width} × {image.height}")
    return image


def _upright(image: Image.Image) -> Image.Image:
    """The decoded picture, turned as it was taken, in 8 bits per channel."""
    image.draft(image.mode, (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    with suppress(*_BROKEN):  # the note about the orientation may be damaged where the picture is not
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda grey: grey / 256).convert("L")
    return image if image.mode != "P" else image.convert("RGBA" if image.has_transparency_data else "RGB")


def _bare(image: Image.Image, mode: str) -> Image.Image:
    """The pixels alone: profile, comment, EXIF and XMP would travel in ``info``."""
    bare = image.convert(mode)
    bare.info.clear()
    return bare


def _is_clear_somewhere(image: Image.Image) -> bool:
    """Whether something shines through; the screenshots of phones have a channel for it and never use it."""
    if not image.has_transparency_data:
        return False
    lowest, _highest = image.convert("RGBA").getchannel("A").getextrema()
    return isinstance(lowest, int | float) and lowest < 255


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    return white.convert("RGB")


def _thumbnail(image: Image.Image) -> bytes:
    small = _on_white(image)
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return _jpeg(small, 78)


def _jpeg(image: Image.Image, quality: int = QUALITY) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _prepared(
    kept: bytes,
    media_type: str,
    arrived: bytes,
    *,
    size: tuple[int, int] | None = None,
    thumbnail: bytes | None = None,
    identity: bool = False,
) -> Prepared:
    width, height = size or (None, None)
    return Prepared(
        sha256=hashlib.sha256(kept).hexdigest(),
        media_type=media_type,
        data=kept,
        width=width,
        height=height,
        thumbnail=thumbnail,
        arrived=hashlib.sha256(arrived).hexdigest(),
        identity=identity,
    )
