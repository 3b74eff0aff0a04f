"""Label reading: which pallets, which bay and which challenge a frame shows.

Only QR and DataMatrix: linear codes are lost at a tilt and misread with a valid check digit. The same
bytes and the same library version give the same content on every machine.
"""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Final

import zxingcpp
from PIL import Image, ImageOps

from holdfast.domain.errors import EvidenceRejected, InvalidInput
from holdfast.evidence.formats import CHALLENGE_FORM
from holdfast.evidence.gs1 import (
    GLN,
    LOCATION_EXTENSION,
    SSCC,
    parse_digital_link,
    parse_element_string,
)
from holdfast.evidence.telemetry import FrameContent
from oracle.vision.containers import Header, read_header

_FORMATS: Final = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix])
_GS1_IDS: Final = ("]Q3", "]d2")
_PILLOW_FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_DECODER_ERRORS: Final = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, ArithmeticError, struct.error,
    Image.DecompressionBombError,
)  # fmt: skip
"""What Pillow's plugins raise on broken files; anything else is a fault of ours and crashes."""


def check_image(image: bytes, *, max_pixels: int) -> Header:
    """Check from the header alone that a picture is one, whole, and of at most `max_pixels`.

    Raises EvidenceRejected naming what is wrong. Nothing is decoded.
    """
    header = read_header(image)
    if header.width * header.height > max_pixels:
        size = f"{header.width} x {header.height}"
        raise EvidenceRejected(
            "image-pixels", f"image: {size} pixels; the policy lets in at most {max_pixels}"
        )
    return header


def decode_image(image: bytes, *, max_pixels: int) -> Image.Image:
    """The picture in grey, upright by its EXIF orientation. Raises as `check_image`, or if it is broken."""
    header = check_image(image, max_pixels=max_pixels)
    kind = _PILLOW_FORMATS[header.media_type]
    try:
        with Image.open(BytesIO(image), formats=[kind]) as opened:
            # The decoder's own view of the header counts too: two readers of one file may differ.
            if opened.size != (header.width, header.height) or opened.format != kind:
                raise EvidenceRejected(
                    "image-broken", f"image: two sizes or kinds in one file, {opened.size}"
                )
            if getattr(opened, "n_frames", 1) != 1:
                raise EvidenceRejected("image-several", "image: holds several pictures")
            opened.draft("L", opened.size)  # JPEG: the luma plane as it is, no colours computed
            opened.load()
            upright = ImageOps.exif_transpose(opened)
            return upright.convert("L")
    except _DECODER_ERRORS as error:
        raise EvidenceRejected(
            "image-broken", f"image: cannot be decoded ({type(error).__name__})"
        ) from error


def read_codes(picture: Image.Image) -> list[tuple[str, str]]:
    """Every QR and DataMatrix code in a picture as (symbology identifier, text); text keeps GS as it is."""
    codes = zxingcpp.read_barcodes(
        picture,
        formats=_FORMATS,
        try_rotate=True,
        try_downscale=True,
        try_invert=False,
        text_mode=zxingcpp.TextMode.Plain,
    )
    return [(code.symbology_identifier, code.text) for code in codes if code.valid]


def content_of(codes: list[tuple[str, str]]) -> FrameContent:
    """What the codes of one scene say.

    SSCC and bay count only as GS1 (FNC1 in first position, or a Digital Link) with right check digits; a
    challenge only as a text of its exact form. Codes of anything else are passed over.
    """
    ssccs: set[str] = set()
    bays: set[str] = set()
    challenges: set[str] = set()
    for symbology, text in codes:
        if CHALLENGE_FORM.fullmatch(text):
            challenges.add(text)
            continue
        try:
            if symbology in _GS1_IDS:
                elements = parse_element_string(text)
            elif text.startswith(("https://", "http://")):
                elements = parse_digital_link(text)
            else:
                continue
        except InvalidInput:
            continue
        if SSCC in elements:
            ssccs.add(elements[SSCC])
        if GLN in elements and LOCATION_EXTENSION in elements:
            bays.add(elements[LOCATION_EXTENSION])
    return FrameContent(tuple(sorted(ssccs)), _only(bays), _only(challenges))


def read_frame(image: bytes, *, max_pixels: int) -> FrameContent:
    """Read one frame's labels, bay sign and challenge.

    Args:
        image: a JPEG, PNG or WebP file.
        max_pixels: the policy's cap, checked before anything is decoded.

    Raises:
        EvidenceRejected: oversized, truncated, broken, animated, or of two kinds at once; names which.
    """
    return content_of(read_codes(decode_image(image, max_pixels=max_pixels)))


def _only(found: set[str]) -> str:
    """The one value found; nothing where none was, or where two contradict."""
    return next(iter(found)) if len(found) == 1 else ""
