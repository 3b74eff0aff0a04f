"""Images made to harm whoever opens them: refused by name, before a decoder allocates anything."""

from __future__ import annotations

import random
import tracemalloc
import zlib
from contextlib import suppress
from io import BytesIO
from zipfile import ZipFile

import pytest
from PIL import Image

from holdfast.domain.errors import EvidenceRejected
from holdfast.evidence.telemetry import FrameContent
from oracle.vision.containers import read_header
from oracle.vision.reader import read_frame
from tests.simulators.site import small_jpeg
from tests.unit.vision.pictures import CAP, file_of, on_sheet, plain_qr, png_chunk, png_of

SHEET = on_sheet(plain_qr("HF-7K3M-9QXD-2VTA", 4))
FILES = {kind: file_of(SHEET, kind) for kind in ("JPEG", "PNG", "WEBP")}
FILES["WEBP_LOSSLESS"] = file_of(SHEET, "WEBP", lossless=True)
FILES["WEBP_ALPHA"] = file_of(SHEET.convert("RGBA").rotate(9, expand=True), "WEBP")
FILES["JPEG_PROGRESSIVE"] = file_of(SHEET, "JPEG", progressive=True, quality=95)
FILES["JPEG_CMYK"] = file_of(SHEET.convert("CMYK"), "JPEG")
FILES["PNG_PALETTE"] = file_of(SHEET.convert("P"), "PNG")
FILES["PNG_16_BIT"] = file_of(Image.new("I;16", (30, 20)), "PNG")


def refused(image: bytes, reason: str, *, cap: int = CAP) -> str:
    with pytest.raises(EvidenceRejected) as refusal:
        read_frame(image, max_pixels=cap)
    assert refusal.value.reason == reason, refusal.value
    return str(refusal.value)


@pytest.mark.parametrize("kind", FILES)
def test_read_header__good_file__size_as_pillow_says(kind: str) -> None:
    header = read_header(FILES[kind])
    assert (header.width, header.height) == Image.open(BytesIO(FILES[kind])).size
    read_frame(FILES[kind], max_pixels=CAP)


def test_image_bomb__png_of_60000_by_60000__refused_without_allocating() -> None:
    data = png_chunk(b"IDAT", zlib.compress(bytes(1 << 20)))
    tracemalloc.start()
    why = refused(png_of(60_000, 60_000, data), "image-pixels")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "60000 x 60000" in why
    assert peak < 1 << 20


def test_image_bomb__jpeg_that_states_65535_by_65535__refused() -> None:
    image = bytearray(small_jpeg())
    at = image.index(b"\xff\xc0") + 5
    image[at : at + 4] = b"\xff\xff\xff\xff"
    assert "65535 x 65535" in refused(bytes(image), "image-pixels")


@pytest.mark.parametrize(("cap", "holds"), [(64 * 48, True), (64 * 48 - 1, False)])
def test_pixel_cap__one_pixel_decides(cap: int, holds: bool) -> None:
    if holds:
        read_frame(small_jpeg(), max_pixels=cap)
    else:
        refused(small_jpeg(), "image-pixels", cap=cap)


@pytest.mark.parametrize("kind", FILES)
def test_polyglot__zip_behind_the_picture__refused(kind: str) -> None:
    archive = BytesIO()
    with ZipFile(archive, "w") as file:
        file.writestr("run.js", "alert(1)")
    assert "goes on for" in refused(FILES[kind] + archive.getvalue(), "image-polyglot")


def test_polyglot__page_before_the_picture__refused() -> None:
    refused(b"<script>1</script>" + FILES["JPEG"], "image-format")


@pytest.mark.parametrize("kind", FILES)
def test_truncated__at_any_place__refused(kind: str) -> None:
    image = FILES[kind]
    for end in {*range(0, len(image), max(1, len(image) // 40)), len(image) - 1}:
        with pytest.raises(EvidenceRejected, match=r"^image: "):
            read_frame(image[:end], max_pixels=CAP)


def test_truncated_jpeg__with_an_end_marker_added__shows_nothing_that_was_not_there() -> None:
    image = FILES["JPEG"]
    # Whole by its structure: decoders fill the rest with grey. Nobody can sign it as the camera did, and
    # what is grey holds no label.
    cut = image[: len(image) // 3].rstrip(b"\xff") + b"\xff\xd9"
    assert read_frame(cut, max_pixels=CAP) == FrameContent((), "", "")


def test_animated__png_webp_and_multi_picture_jpeg__refused() -> None:
    pictures = [Image.new("RGB", (40, 30), shade) for shade in ("red", "green", "blue")]
    for kind in ("PNG", "WEBP", "MPO"):
        animated = file_of(pictures[0], kind, save_all=True, append_images=pictures[1:])
        with pytest.raises(EvidenceRejected) as refusal:
            read_frame(animated, max_pixels=CAP)
        assert refusal.value.reason in ("image-several", "image-polyglot"), kind


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM"])
def test_other_formats__refused(kind: str) -> None:
    refused(file_of(SHEET, kind), "image-format")


def test_png__wrong_checksum_or_two_headers__refused() -> None:
    image = FILES["PNG"]
    refused(image[:20] + bytes([image[20] ^ 1]) + image[21:], "image-broken")
    header = image[8:33]
    refused(image[:33] + header + image[33:], "image-broken")


def test_png__data_that_does_not_unpack__refused() -> None:
    refused(png_of(40, 40, png_chunk(b"IDAT", b"no deflate stream")), "image-broken")


@pytest.mark.parametrize("size", [(0, 10), (10, 0)])
def test_no_pixels__refused(size: tuple[int, int]) -> None:
    refused(png_of(*size), "image-broken")


def test_nothing_at_all__refused() -> None:
    refused(b"", "image-format")


@pytest.mark.parametrize("kind", FILES)
def test_damaged__any_bytes_changed__content_or_refusal_never_a_crash(kind: str) -> None:
    dice, image = random.Random(kind), FILES[kind]
    for _ in range(150):
        bad = bytearray(image)
        for _ in range(dice.choice((1, 1, 4, 20))):
            bad[dice.randrange(len(bad))] = dice.randrange(256)
        with suppress(EvidenceRejected):
            read_frame(bytes(bad), max_pixels=CAP)
