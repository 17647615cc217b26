"""What is kept of a photo or a scan, and what is refused (deliverable 8, FM type ``photos``)."""

from __future__ import annotations

import hashlib
import io
import struct
from datetime import date

import pytest
from PIL import Image

from pmweb.domain.workflow import RuleBroken
from pmweb.models.pictures import JPEG, LONGEST_SIDE, MEGABYTE, PDF, PNG, prepare, prepare_signature
from pmweb.models.watermarks import Mark
from tests import pictures


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def grey(data: bytes, x: int, y: int) -> int:
    return opened(data).convert("L").tobytes()[y * opened(data).width + x]


def refusal(data: bytes, name: str = "IMG_0001.jpg", mark: Mark | None = None) -> RuleBroken:
    with pytest.raises(RuleBroken) as broken:
        prepare(data, name=name, mark=mark)
    return broken.value


def test_a_phone_photo_loses_its_place_its_maker_and_its_comment() -> None:
    """PRI-1: where and with what a photo was taken is nobody's business."""
    sent = pictures.phone_photo()
    assert b"SpyPhone" in sent
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)

    kept = prepare(sent)
    assert kept.media_type == JPEG
    for word in (b"Exif", b"SpyPhone", b"xmpmeta", b"taken at home", b"ICC_PROFILE"):
        assert word not in kept.data
        assert kept.thumbnail is not None
        assert word not in kept.thumbnail
    assert not opened(kept.data).getexif()


def test_a_photo_taken_sideways_is_turned_upright_before_the_note_about_it_is_lost() -> None:
    kept = prepare(pictures.phone_photo((1600, 1200), orientation=6))
    assert (kept.width, kept.height) == (1200, 1600)
    assert opened(kept.data).size == (1200, 1600)
    assert grey(kept.data, 1150, 50) < 60, "the dark corner is at the top right now"
    assert grey(kept.data, 50, 50) > 200
    assert opened(kept.thumbnail).size == (240, 320)


def test_damage_in_the_exif_does_not_cost_the_photo() -> None:
    whole = pictures.phone_photo((400, 300))
    sent = whole.replace(b"II*\x00", b"XX*\x00").replace(b"MM\x00*", b"XX\x00*")
    assert sent != whole
    assert prepare(sent).media_type == JPEG


def test_a_large_photo_is_scaled_to_2560_and_a_small_one_is_not_blown_up() -> None:
    large = prepare(pictures.jpeg(pictures.drawing((4032, 3024))))
    assert (large.width, large.height) == (LONGEST_SIDE, 1920)
    assert max(opened(large.thumbnail).size) == 320
    small = prepare(pictures.jpeg(pictures.drawing((200, 100))))
    assert (small.width, small.height) == (200, 100)
    assert opened(small.thumbnail).size == (200, 100)


def test_the_same_photo_gives_the_same_file_and_both_hashes_are_true() -> None:
    sent = pictures.phone_photo()
    first, again = prepare(sent), prepare(sent)
    assert first == again
    assert first.sha256 == hashlib.sha256(first.data).hexdigest()
    assert first.arrived == hashlib.sha256(sent).hexdigest()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "I;16", "CMYK"])
def test_an_opaque_picture_of_any_kind_becomes_a_jpeg(mode: str) -> None:
    image = Image.new(mode, (60, 40))
    sent = pictures.jpeg(image) if mode == "CMYK" else pictures.png(image)
    kept = prepare(sent)
    assert kept.media_type == JPEG
    assert opened(kept.data).size == (60, 40)


def test_sixteen_bits_of_grey_keep_their_brightness() -> None:
    kept = prepare(pictures.png(Image.new("I;16", (20, 20), 40_000)))
    assert 150 <= grey(kept.data, 10, 10) <= 160


def test_a_png_stays_png_only_where_something_shines_through() -> None:
    clear = Image.new("RGBA", (80, 60), (200, 0, 0, 120))
    kept = prepare(pictures.png(clear))
    assert kept.media_type == PNG
    assert opened(kept.data).getpixel((5, 5)) == (200, 0, 0, 120)
    assert opened(kept.thumbnail).format == "JPEG"
    screenshot = Image.new("RGBA", (80, 60), (200, 0, 0, 255))
    assert prepare(pictures.png(screenshot)).media_type == JPEG


def test_a_png_loses_its_texts() -> None:
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("Location", "31.2304,121.4737")
    kept = prepare(pictures.png(Image.new("RGBA", (80, 60), (1, 2, 3, 9)), pnginfo=texts))
    assert b"31.2304" not in kept.data


def test_a_pdf_is_kept_byte_for_byte_without_a_thumbnail() -> None:
    sent = pictures.pdf()
    kept = prepare(sent, name="contract.jpg")
    assert (kept.media_type, kept.data, kept.thumbnail, kept.width) == (PDF, sent, None, None)


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"msf1", b"hevc"])
def test_heic_is_known_by_its_content_and_refused_with_its_own_sentence(brand: bytes) -> None:
    broken = refusal(pictures.heic(brand), name="IMG_0001.jpg")
    assert broken.code == "upload.heic"
    assert broken.facts["name"] == "IMG_0001.jpg"


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a" + bytes(100),
        b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(100),
        b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1" + bytes(100),
        b"\x00\x00\x00\x18ftypmp42" + bytes(100),
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ" + bytes(200),
        b"hello",
        b" %PDF-1.4 not at the beginning %%EOF",
    ],
)
def test_everything_else_is_refused_whatever_its_name_says(data: bytes) -> None:
    assert refusal(data, name="photo.jpg").code == "upload.kind"


def test_a_file_above_15_mb_is_refused_before_it_is_looked_at() -> None:
    broken = refusal(b"\xff\xd8\xff" + bytes(16 * MEGABYTE))
    assert broken.code == "upload.size"
    assert broken.facts["limit_mb"] == 15


@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.97])
def test_a_torn_jpeg_is_refused(part: float) -> None:
    whole = pictures.jpeg(Image.effect_noise((800, 600), 80))
    assert refusal(whole[: int(len(whole) * part)]).code == "upload.torn"


@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.99])
def test_a_torn_png_is_refused(part: float) -> None:
    whole = pictures.png(Image.effect_noise((300, 200), 80))
    assert refusal(whole[: int(len(whole) * part)]).code == "upload.torn"


def test_a_torn_pdf_an_empty_file_and_a_bare_head_are_refused() -> None:
    for data in (
        pictures.pdf()[:-30],
        b"",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n" + b"IEND",
    ):
        assert refusal(data).code == "upload.torn"


@pytest.mark.parametrize(("width", "height"), [(9_000, 8_000), (11_000, 10_000), (20_000, 20_000)])
def test_a_small_file_of_very_many_pixels_is_refused_without_being_unpacked(width: int, height: int) -> None:
    bomb = pictures.bomb(width, height)
    assert len(bomb) < 100_000
    assert refusal(bomb).code == "upload.pixels"


def test_a_picture_of_absurd_proportions_is_no_trouble() -> None:
    kept = prepare(pictures.png(Image.new("L", (30_000, 2))))
    assert (kept.width, kept.height) == (2560, 1)


def test_text_chunks_that_unpack_to_very_much_are_refused() -> None:
    import zlib

    body = b"k\x00\x00" + zlib.compress(bytes(80 * MEGABYTE), 9)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    whole = pictures.png(Image.new("L", (10, 10)))
    assert refusal(whole[:33] + chunk + whole[33:]).code == "upload.torn"


MARK = Mark.of("入住办理", "moving in", date(2026, 11, 24))


def test_an_identity_scan_carries_its_purpose_and_has_no_thumbnail() -> None:
    """PRI-3, FM-02 ``id_copy``."""
    sent = pictures.jpeg(Image.new("RGB", (1000, 630), "white"))
    marked, bare = prepare(sent, mark=MARK), prepare(sent)
    assert marked.identity
    assert not bare.identity
    assert marked.thumbnail is None
    assert marked.arrived == bare.arrived
    assert marked.sha256 != bare.sha256
    levels = opened(marked.data).convert("L").tobytes()
    assert min(levels) < 230 < 250 < max(levels)


def test_an_identity_scan_cannot_be_a_pdf_for_nothing_can_be_burnt_into_it() -> None:
    assert refusal(pictures.pdf(), mark=MARK).code == "upload.no_watermark"


def test_the_drawing_of_a_signature_stays_a_clear_png() -> None:
    kept = prepare_signature(pictures.signature_png())
    assert (kept.media_type, kept.width, kept.height, kept.thumbnail) == (PNG, 600, 240, None)
    assert opened(kept.data).getpixel((0, 0)) == (0, 0, 0, 0)


@pytest.mark.parametrize("data", [b"", pictures.jpeg(), pictures.signature_png()[:200], bytes(600_000)])
def test_what_no_pad_sends_is_no_signature(data: bytes) -> None:
    with pytest.raises(RuleBroken, match=r"signature\.torn"):
        prepare_signature(data)
    with pytest.raises(RuleBroken, match=r"signature\.torn"):
        prepare_signature(pictures.bomb(9000, 9000))


def test_an_untouched_pad_is_no_signature() -> None:
    with pytest.raises(RuleBroken, match=r"signature\.empty"):
        prepare_signature(pictures.signature_png(empty=True))
