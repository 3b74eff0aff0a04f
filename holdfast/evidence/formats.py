"""The formats devices sign: the SenML pack of a weighing, the envelope of a frame, the challenge's form."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from holdfast.domain.errors import InvalidInput
from holdfast.evidence import cbor, senml

FRAME_CONTENT_TYPE: Final = "application/vnd.holdfast.frame+cbor"
MEDIA_TYPES: Final = ("image/jpeg", "image/png", "image/webp")
CHALLENGE_FORM: Final = re.compile(r"HF(-[0-9A-HJKMNP-TV-Z]{4}){3}")
"""60 random bits as Crockford base 32: fits the smallest QR code, and a person can read it out."""
DEVICE_FORM: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
"""A device's name, as it can stand in a device URN (RFC 9039)."""


def check_challenge(code: object, *, field: str = "challenge") -> str:
    """Check a challenge's form: `HF-` and three groups of four, such as `HF-7K3M-9QXD-2VTA`."""
    if not isinstance(code, str) or not CHALLENGE_FORM.fullmatch(code):
        raise InvalidInput(field, code, "HF and three groups of four, as in HF-7K3M-9QXD-2VTA")
    return code


def challenge_digest(code: str) -> bytes:
    """SHA-256 of a challenge code: the 32 bytes that a manifest names. Raises InvalidInput by form."""
    return hashlib.sha256(check_challenge(code).encode("ascii")).digest()


def media_type_of(image: bytes) -> str:
    """Media type by the first bytes; empty if it is not one of `MEDIA_TYPES`."""
    if image.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if image.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if image[:4] == b"RIFF" and image[8:12] == b"WEBP":
        return "image/webp"
    return ""


def weighing_payload(
    device: str,
    *,
    load: str,
    gross_kg: int,
    tare_kg: int,
    counter: int,
    challenge: str,
    observed_at: int,
    enterprise: int = 32473,
) -> bytes:
    """The SenML pack a weighbridge signs. `enterprise` is its maker's IANA number (32473: examples).

    Raises InvalidInput for values no pack can carry; whether a policy lets them in is for the reader.
    """
    if not DEVICE_FORM.fullmatch(device):
        raise InvalidInput("device", device, "1 to 64 letters, digits, dots or hyphens")
    records: list[tuple[str, str | None, senml.Value]] = [
        ("gross", "kg", gross_kg),
        ("tare", "kg", tare_kg),
        ("counter", None, counter),
        ("challenge", None, challenge),
        ("load", None, load),
    ]
    # RFC 9039 §3.3: what follows the underscore names a part of the device.
    return senml.encode_pack(f"urn:dev:org:{enterprise}-{device}_", observed_at, records)


def frame_payload(device: str, image: bytes, *, counter: int, challenge: str, observed_at: int) -> bytes:
    """What a camera signs of an image (deterministic CBOR map)."""
    return cbor.encode(
        {
            "challenge": challenge,
            "counter": counter,
            "device": device,
            "image_sha256": hashlib.sha256(image).digest(),
            "media_type": media_type_of(image),
            "observed_at": observed_at,
            "size_bytes": len(image),
        }
    )
