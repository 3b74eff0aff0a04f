"""Small pictures for the reader's tests."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import zxingcpp
from PIL import Image

from tests.simulators.labels import gs1_qr, plain_qr

CAP = 4_000_000


def code(kind: str, text: str, *, gs1: bool = False) -> Image.Image:
    drawn = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind), gs1=gs1)
    return Image.fromarray(np.array(drawn.to_image(scale=4))).convert("RGB")


def on_sheet(*codes: Image.Image) -> Image.Image:
    sheet = Image.new("RGB", (60 + 220 * len(codes), 260), "white")
    for place, picture in enumerate(codes):
        sheet.paste(picture, (30 + 220 * place, 30))
    return sheet


def file_of(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG that claims any size, whatever its data."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + png_chunk(b"IEND", b"")


__all__ = ["CAP", "code", "file_of", "gs1_qr", "on_sheet", "plain_qr", "png_chunk", "png_of"]
