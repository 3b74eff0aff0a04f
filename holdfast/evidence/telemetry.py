"""Weighings and camera frames from signed messages: pure, so that attesters and auditors repeat it.

A weighing is a COSE_Sign1 message around a SenML pack. A frame is an image and a COSE_Sign1 envelope that
binds the image's digest, size and media type to a camera, a counter, a challenge and a time.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final

from holdfast.domain.errors import EvidenceRejected, InvalidInput
from holdfast.domain.observations import FrameReading, Weighing
from holdfast.domain.policy import Device, Policy
from holdfast.evidence import cbor, cose, senml
from holdfast.evidence.cose import Sign1
from holdfast.evidence.formats import DEVICE_FORM, FRAME_CONTENT_TYPE, check_challenge, media_type_of

MAX_IMAGE_BYTES: Final = 16 * 1024 * 1024
MINIMUM_INTERVALS: Final = 20
"""A class III instrument must not be used below 20 e (OIML R 76-1, 3.2)."""
MAX_COUNTER: Final = 2**53 - 1
_DEVICE_URN: Final = re.compile(r"urn:dev:org:[1-9][0-9]{0,9}-(?P<device>" + DEVICE_FORM.pattern + ")")
_WEIGHING_RECORDS: Final = ("gross", "tare", "counter", "challenge", "load")
_FRAME_FIELDS: Final = {
    "challenge": str, "counter": int, "device": str, "image_sha256": bytes, "media_type": str,
    "observed_at": int, "size_bytes": int,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FrameContent:
    """What a reader found in a frame's picture: SSCCs (sorted, each once), bay and challenge.

    `bay` and `challenge` are empty where none was found, or where two different ones contradict.
    """

    values: tuple[str, ...]
    bay: str
    challenge: str


@dataclass(frozen=True, slots=True)
class FrameEnvelope:
    """What a camera signed of one frame, checked against its key, its image and the clock."""

    device: str
    counter: int
    challenge: str
    observed_at: int
    image_sha256: bytes
    media_type: str
    size_bytes: int


def weighing_from_message(raw: bytes, policy: Policy, *, file: str, recorded_at: int) -> Weighing:
    """The weighing a signed message holds.

    Steps: 1. strict COSE_Sign1; 2. key of a weighbridge in the policy; 3. signature; 4. SenML pack with
    exactly gross, tare, counter, challenge and load, from that device; 5. clock; 6. calibration valid
    then; 7. gross and tare multiples of e, from 20 e up to the maximum.

    Args:
        raw: the message as it came.
        policy: registers devices, their keys and calibration, and the clock bound.
        file: the message's name in the bundle; it stands in every refusal.
        recorded_at: when the intake recorded it, unix seconds.

    Raises:
        EvidenceRejected: a step fails; names the message or device, the value and what is right.
    """
    message, device = _signed(raw, policy, "weighbridge", senml.CONTENT_FORMAT, file)
    records = senml.decode_pack(message.payload, file)
    found: dict[str, senml.Record] = {}
    for record in records:
        urn, _, name = record.name.rpartition("_")
        named = _DEVICE_URN.fullmatch(urn)
        if named is None or named["device"] != device.device:
            raise _no("device", file, f"record {record.name!r} is not of {device.device}, whose key signed")
        if name not in _WEIGHING_RECORDS or name in found:
            raise _no("senml", file, f"record {name!r} is unknown or repeated")
        found[name] = record
    if missing := [name for name in _WEIGHING_RECORDS if name not in found]:
        raise _no("senml", file, f"record {missing[0]!r} is missing")
    if len({record.time for record in records}) != 1:
        raise _no("clock", file, "its records name different times")
    observed_at = records[0].time
    _check_clock(observed_at, recorded_at, policy, device, file)
    _check_calibration(device, observed_at, file)
    gross_g = senml.mass_g(found["gross"], file)
    tare_g = senml.mass_g(found["tare"], file)
    for name, value_g in (("gross", gross_g), ("tare", tare_g)):
        _check_interval(device, name, value_g, file)
    try:
        return Weighing(
            device=device.device,
            load=_load(found["load"].value, file),
            gross_g=gross_g,
            tare_g=tare_g,
            counter=_counter(found["counter"].value, file),
            challenge=check_challenge(found["challenge"].value),
            observed_at=observed_at,
            recorded_at=recorded_at,
            file=file,
        )
    except InvalidInput as error:
        raise _no("telemetry", file, str(error)) from error


def open_frame(
    raw_envelope: bytes, image: bytes, policy: Policy, *, file: str, recorded_at: int
) -> FrameEnvelope:
    """Check a camera's envelope against its key, its image and the clock, without reading the picture.

    Raises:
        EvidenceRejected: signature, device, image digest, size, media type, counter, challenge form,
            clock, or the camera's calibration record where it has one.
    """
    message, device = _signed(raw_envelope, policy, "camera", FRAME_CONTENT_TYPE, file)
    body = cbor.decode(message.payload, file, max_bytes=4096)
    if not isinstance(body, dict) or set(body) != set(_FRAME_FIELDS):
        raise _no("envelope", file, "needs exactly the fields " + ", ".join(_FRAME_FIELDS))
    for name, kind in _FRAME_FIELDS.items():
        if type(body[name]) is not kind:
            raise _no("envelope", file, f"field {name} is {ascii(body[name])[:40]}; expected {kind.__name__}")
    if body["device"] != device.device:
        raise _no("device", file, f"names {body['device']!r}, but the key is that of {device.device}")
    if len(image) > MAX_IMAGE_BYTES or body["size_bytes"] != len(image):
        right = f"signed {body['size_bytes']}, at most {MAX_IMAGE_BYTES}"
        raise _no("size", file, f"the image has {len(image)} bytes; {right}")
    if body["image_sha256"] != (digest := hashlib.sha256(image).digest()):
        raise _no("digest", file, f"{device.device} did not sign this image (sha256 {digest.hex()})")
    media_type = media_type_of(image)
    if not media_type or body["media_type"] != media_type:
        shown = media_type or "no JPEG, PNG or WebP"
        raise _no("media-type", file, f"the image is {shown}, but {body['media_type']!r} was signed")
    _check_clock(body["observed_at"], recorded_at, policy, device, file)
    if device.calibration is not None:
        _check_calibration(device, body["observed_at"], file)
    try:
        challenge = check_challenge(body["challenge"])
    except InvalidInput as error:
        raise _no("telemetry", file, str(error)) from error
    return FrameEnvelope(
        device=device.device,
        counter=_counter(body["counter"], file),
        challenge=challenge,
        observed_at=body["observed_at"],
        image_sha256=digest,
        media_type=media_type,
        size_bytes=len(image),
    )


def frame_from_message(
    raw_envelope: bytes,
    image: bytes,
    policy: Policy,
    *,
    file: str,
    recorded_at: int,
    content: FrameContent,
) -> FrameReading:
    """The reading of one frame: what its camera signed, and `content` that a reader found in `image`.

    The challenge of the reading is the one seen in the scene. A scene that shows none stays empty, for
    the reconciliation to judge; one that shows another than the camera signed is an old picture.

    Raises:
        EvidenceRejected: as `open_frame`, or the scene contradicts the envelope.
    """
    envelope = open_frame(raw_envelope, image, policy, file=file, recorded_at=recorded_at)
    if content.challenge and content.challenge != envelope.challenge:
        seen, signed = content.challenge, envelope.challenge
        raise _no("challenge", file, f"the scene shows {seen!r}, but {envelope.device} signed {signed!r}")
    return FrameReading(
        device=envelope.device,
        counter=envelope.counter,
        observed_at=envelope.observed_at,
        recorded_at=recorded_at,
        challenge=content.challenge,
        bay=content.bay,
        values=content.values,
        file=file,
    )


def _signed(
    raw: bytes, policy: Policy, kind: str, content_type: int | str, file: str
) -> tuple[Sign1, Device]:
    """Parse, find the registered device of the right kind, verify its signature."""
    message = cose.parse(raw, file)
    try:
        device = policy.device_of_key(message.key_id)
    except InvalidInput as error:
        raise _no("unknown-device", file, str(error)) from error
    if device.kind != kind:
        raise _no("device", file, f"signed by {device.device}, a {device.kind}; expected a {kind}")
    if message.content_type != content_type:
        shown = ascii(message.content_type)[:60]
        raise _no("content-type", file, f"content type {shown} from {device.device}; expected {content_type}")
    cose.verify(message, bytes.fromhex(device.public_key), f"{file} from {device.device}")
    return message, device


def _check_clock(observed_at: int, recorded_at: int, policy: Policy, device: Device, file: str) -> None:
    apart = abs(recorded_at - observed_at)
    if apart > policy.max_clock_skew_s:
        why = f"{device.device} says {observed_at}, recorded at {recorded_at}: {apart} s apart"
        raise _no("clock", file, f"{why}, at most {policy.max_clock_skew_s} s are let through")


def _check_calibration(device: Device, observed_at: int, file: str) -> None:
    known = device.calibration
    if known is None:
        raise _no("calibration", file, f"{device.device} has no calibration record")
    if not known.valid_from <= observed_at <= known.valid_until:
        term = f"valid from {known.valid_from} to {known.valid_until}, not at {observed_at}"
        raise _no("calibration", file, f"certificate {known.certificate!r} of {device.device} is {term}")


def _check_interval(device: Device, name: str, value_g: int, file: str) -> None:
    """A bridge shows multiples of e between its minimum and maximum, so anything else is no reading."""
    known = device.calibration
    if known is None:
        raise _no("calibration", file, f"{device.device} has no calibration record")
    e_g = known.scale_interval_g
    if value_g % e_g:
        raise _no("interval", file, f"{name} of {value_g} g at {device.device} is no multiple of e = {e_g} g")
    if not MINIMUM_INTERVALS * e_g <= value_g <= known.maximum_g:
        span = f"{MINIMUM_INTERVALS * e_g} to {known.maximum_g} g"
        raise _no("range", file, f"{name} of {value_g} g at {device.device} is outside its range of {span}")


def _counter(value: Any, file: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MAX_COUNTER:
        raise _no("counter", file, f"counter {ascii(value)[:40]}; expected a whole number from 1 below 2^53")
    return value


def _load(value: Any, file: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 64 or not value.isprintable():
        raise _no("load", file, f"load {ascii(value)[:80]}; expected 1 to 64 printable characters")
    return value


def _no(reason: str, file: str, why: str) -> EvidenceRejected:
    return EvidenceRejected(reason, f"{file}: {why}")
