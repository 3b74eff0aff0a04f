"""What an image file says of itself, read from its own structure before any decoder runs.

A decoder allocates what the header promises, and skips what follows the picture. So size, pixels, the
number of pictures and the end of the file are settled here first.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from typing import Final

from holdfast.domain.errors import EvidenceRejected
from holdfast.evidence.formats import media_type_of

_JPEG_SIZES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Start-of-frame markers SOF0 … SOF15 (ITU-T T.81, table B.1)."""
_JPEG_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_JPEG_SCAN_END: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_MAX_PARTS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Header:
    """Media type and size in pixels, as the file states them."""

    media_type: str
    width: int
    height: int


def read_header(image: bytes) -> Header:
    """Size of the one picture that fills the whole file.

    Raises:
        EvidenceRejected: not JPEG, PNG or WebP; truncated; several pictures or an animation; bytes after
            the picture's end (a file of two kinds at once).
    """
    media_type = media_type_of(image)
    try:
        if media_type == "image/jpeg":
            width, height = _jpeg(image)
        elif media_type == "image/png":
            width, height = _png(image)
        elif media_type == "image/webp":
            width, height = _webp(image)
        else:
            raise _bad("image-format", "is not a JPEG, PNG or WebP picture")
    except (IndexError, struct.error) as error:
        raise _bad("image-truncated", f"ends in the middle of its {media_type} data") from error
    if width < 1 or height < 1:
        raise _bad("image-broken", f"says it has {width} x {height} pixels")
    return Header(media_type, width, height)


def _jpeg(image: bytes) -> tuple[int, int]:
    at, size = 2, None
    for _ in range(_MAX_PARTS):
        if image[at] != 0xFF:
            raise _bad("image-broken", f"has no JPEG marker at byte {at}")
        while image[at] == 0xFF:
            at += 1
        marker = image[at]
        at += 1
        if marker == 0xD9:
            return _ended(image, at, size)
        if marker in _JPEG_ALONE:
            continue
        (length,) = struct.unpack_from(">H", image, at)
        if length < 2:
            raise _bad("image-broken", f"has a JPEG segment of {length} bytes at byte {at}")
        if marker in _JPEG_SIZES:
            if size is not None:
                raise _bad("image-broken", "has two JPEG frame headers")
            height, width = struct.unpack_from(">HH", image, at + 3)
            size = (width, height)
        if marker == 0xE2 and image[at + 2 : at + 6] == b"MPF\0":
            raise _bad("image-several", "holds several pictures (multi-picture JPEG)")
        at += length
        if marker == 0xDA:
            end = _JPEG_SCAN_END.search(image, at)
            if end is None:
                raise _bad("image-truncated", "is a JPEG without an end")
            at = end.start()
    raise _bad("image-broken", f"has more than {_MAX_PARTS} JPEG segments")


def _png(image: bytes) -> tuple[int, int]:
    at, size = 8, None
    for _ in range(_MAX_PARTS):
        (length,) = struct.unpack_from(">I", image, at)
        kind = image[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(image):
            raise _bad("image-truncated", f"ends inside its PNG chunk {kind!a}")
        (stated,) = struct.unpack_from(">I", image, end - 4)
        if zlib.crc32(image[at + 4 : end - 4]) != stated:
            raise _bad("image-broken", f"has a wrong checksum in its PNG chunk {kind!a}")
        if size is None:
            if kind != b"IHDR" or length != 13:
                raise _bad("image-broken", "does not begin with a PNG header chunk")
            size = struct.unpack_from(">II", image, at + 8)
        elif kind == b"IHDR":
            raise _bad("image-broken", "has two PNG header chunks")
        if kind == b"acTL":
            raise _bad("image-several", "is animated (APNG)")
        at = end
        if kind == b"IEND":
            return _ended(image, at, size)
    raise _bad("image-broken", f"has more than {_MAX_PARTS} PNG chunks")


def _webp(image: bytes) -> tuple[int, int]:
    (length,) = struct.unpack_from("<I", image, 4)
    if length + 8 > len(image):
        raise _bad("image-truncated", f"says it has {length + 8} bytes of WebP, but has {len(image)}")
    at, size = 12, None
    while at < length + 8:
        kind = image[at : at + 4]
        (part,) = struct.unpack_from("<I", image, at + 4)
        body = at + 8
        if kind in (b"ANIM", b"ANMF"):
            raise _bad("image-several", "is animated (WebP)")
        stated = None
        if kind == b"VP8X":
            stated = tuple(1 + int.from_bytes(image[body + i : body + i + 3], "little") for i in (4, 7))
        elif kind == b"VP8L":
            (bits,) = struct.unpack_from("<I", image, body + 1)
            stated = (1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
        elif kind == b"VP8 ":
            stated = tuple(side & 0x3FFF for side in struct.unpack_from("<HH", image, body + 6))
        if stated is not None:
            if size is not None and stated != size:
                raise _bad("image-broken", f"states two sizes, {size} and {stated} pixels")
            size = (stated[0], stated[1])
        at = body + part + (part & 1)
    return _ended(image, max(at, length + 8), size)


def _ended(image: bytes, at: int, size: tuple[int, int] | None) -> tuple[int, int]:
    """The picture ends at `at`; so must the file."""
    if at > len(image):
        raise _bad("image-truncated", "ends before its picture does")
    if at < len(image):
        raise _bad("image-polyglot", f"goes on for {len(image) - at} bytes after its picture ends")
    if size is None:
        raise _bad("image-broken", "never says how large its picture is")
    return size


def _bad(reason: str, why: str) -> EvidenceRejected:
    return EvidenceRejected(reason, f"image: {why}")
