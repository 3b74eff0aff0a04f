"""Weighings and frames from signed messages: every attack is refused by the pure function alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from holdfast.domain.errors import EvidenceRejected, InvalidInput
from holdfast.domain.observations import FrameReading, Weighing
from holdfast.evidence import cbor, cose, senml
from holdfast.evidence.formats import (
    FRAME_CONTENT_TYPE,
    challenge_digest,
    frame_payload,
    weighing_payload,
)
from holdfast.evidence.telemetry import FrameContent, frame_from_message, open_frame, weighing_from_message
from tests.simulators.labels import sscc_of
from tests.simulators.site import BRIDGE, CAMERA, CHALLENGE, NOW, SKEW_S, SimulatedSite, small_jpeg
from tests.simulators.weighbridge import truck_loads

SITE = SimulatedSite()
IMAGE = small_jpeg()


def weigh(raw: bytes, *, recorded_at: int = NOW, policy: Any = SITE.policy) -> Weighing:
    return weighing_from_message(raw, policy, file="w-01.cose", recorded_at=recorded_at)


def message(**changes: Any) -> bytes:
    values: dict[str, Any] = {
        "load": "L-1", "gross_kg": 40_000, "tare_kg": 15_000, "counter": 3, "challenge": CHALLENGE,
        "observed_at": NOW,
    }  # fmt: skip
    device = changes.pop("device", BRIDGE)
    return SITE.bridge().sign(weighing_payload(device, **(values | changes)))


def test_weighing__good_message__every_field() -> None:
    assert weigh(message(), recorded_at=NOW + 5) == Weighing(
        BRIDGE, "L-1", 40_000_000, 15_000_000, 3, CHALLENGE, NOW, NOW + 5, "w-01.cose"
    )


def test_weighing__eight_simulated_loads__near_the_truth_and_multiples_of_e() -> None:
    bridge = SITE.bridge()
    loads = truck_loads(200_000_000, 8)
    found = [
        weigh(bridge.weigh(f"L-{n}", gross_g=g, tare_g=t, challenge=CHALLENGE, observed_at=NOW))
        for n, (g, t) in enumerate(loads)
    ]
    assert sum(g - t for g, t in loads) == 200_000_000
    assert all(w.gross_g % 20_000 == w.tare_g % 20_000 == 0 for w in found)
    assert abs(sum(w.net_g for w in found) - 200_000_000) < 200_000
    assert [w.counter for w in found] == list(range(1, 9))


@pytest.mark.parametrize(("late_s", "holds"), [(SKEW_S, True), (SKEW_S + 1, False)])
def test_weighing__clock_skew_at_the_bound__one_second_decides(late_s: int, holds: bool) -> None:
    for recorded_at in (NOW + late_s, NOW - late_s):
        if holds:
            assert weigh(message(), recorded_at=recorded_at).observed_at == NOW
        else:
            with pytest.raises(EvidenceRejected, match=f"{late_s} s apart, at most {SKEW_S} s"):
                weigh(message(), recorded_at=recorded_at)


@pytest.mark.parametrize(
    ("term", "holds"),
    [
        ((NOW, NOW + 9), True),
        ((NOW - 9, NOW), True),
        ((NOW + 1, NOW + 9), False),
        ((NOW - 9, NOW - 1), False),
    ],
)
def test_weighing__expired_calibration__one_second_decides(term: tuple[int, int], holds: bool) -> None:
    policy = SITE.policy_with_bridge(valid_from=term[0], valid_until=term[1])
    if holds:
        weigh(message(), policy=policy)
    else:
        with pytest.raises(EvidenceRejected, match="certificate 'QD-2026-WB-0117' of WB-1"):
            weigh(message(), policy=policy)


BAD_WEIGHINGS = {
    "gross_between_intervals": ({"gross_kg": 40_010}, "no multiple of e = 20000 g"),
    "tare_between_intervals": ({"tare_kg": 15_001}, "no multiple of e"),
    "gross_above_maximum": ({"gross_kg": 80_020}, "outside its range"),
    "tare_below_minimum": ({"tare_kg": 380}, "outside its range"),
    "tare_above_gross": ({"tare_kg": 40_020}, "gross_g"),
    "negative": ({"gross_kg": -20}, "gross"),
    "zero_tare": ({"tare_kg": 0}, "tare"),
    "fraction_of_a_gram": ({"gross_kg": 40_000.00001}, "whole number of grams"),
    "text_mass": ({"gross_kg": "40000"}, "needs a number"),
    "counter_zero": ({"counter": 0}, "counter 0"),
    "counter_text": ({"counter": "3"}, "counter '3'"),
    "counter_true": ({"counter": True}, "counter True"),
    "challenge_of_another_form": ({"challenge": "HF-7K3M-9QXD"}, "challenge"),
    "challenge_number": ({"challenge": 7}, "challenge"),
    "load_with_newline": ({"load": "L-1\nAccepted"}, "load"),
    "load_empty": ({"load": ""}, "load"),
    "other_device_in_the_pack": ({"device": "WB-2"}, "is not of WB-1"),
}


@pytest.mark.parametrize("name", BAD_WEIGHINGS)
def test_weighing__bad_value__refused_naming_message_and_value(name: str) -> None:
    changes, why = BAD_WEIGHINGS[name]
    with pytest.raises(EvidenceRejected, match=why) as refusal:
        weigh(message(**changes))
    assert str(refusal.value).startswith("w-01.cose: ")
    assert "\n" not in str(refusal.value)


def pack(names: list[str], base: str = f"urn:dev:org:32473-{BRIDGE}_") -> bytes:
    values: dict[str, Any] = {
        "gross": 40_000,
        "tare": 15_000,
        "counter": 1,
        "challenge": CHALLENGE,
        "load": "L",
    }
    return senml.encode_pack(base, NOW, [(n, "kg", values.get(n, 1)) for n in names])


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (pack(["gross", "tare", "counter", "challenge"]), "'load' is missing"),
        (pack(["gross", "gross", "tare", "counter", "challenge", "load"]), "repeated"),
        (pack(["gross", "tare", "counter", "challenge", "load", "net"]), "'net' is unknown"),
        (pack(["gross"], base="urn:dev:mac:0024befffe804ff1_"), "is not of WB-1"),
        (b"\xa0", "array of 1 to 64"),
    ],
)
def test_weighing__other_records__refused(payload: bytes, why: str) -> None:
    with pytest.raises(EvidenceRejected, match=why):
        weigh(SITE.bridge().sign(payload))


def test_weighing__two_times_in_a_pack__refused() -> None:
    payload = cbor.encode(
        [
            {-2: f"urn:dev:org:32473-{BRIDGE}_", -3: NOW, 0: "gross", 1: "kg", 2: 40_000},
            {0: "tare", 1: "kg", 2: 15_000, 6: -60},
            {0: "counter", 2: 1},
            {0: "challenge", 3: CHALLENGE},
            {0: "load", 3: "L-1"},
        ]
    )
    with pytest.raises(EvidenceRejected, match="different times"):
        weigh(SITE.bridge().sign(payload))


def test_weighing__foreign_key_under_a_registered_key_id__refused() -> None:
    payload = cose.parse(message(), "m").payload
    forged = cose.sign(payload, Ed25519PrivateKey.generate(), SITE.bridge_key.key_id, senml.CONTENT_FORMAT)
    with pytest.raises(EvidenceRejected, match="signature is not that of the registered key") as refusal:
        weigh(forged)
    assert refusal.value.reason == "signature"


def test_weighing__unregistered_key__refused() -> None:
    payload = cose.parse(message(), "m").payload
    foreign = cose.sign(payload, Ed25519PrivateKey.generate(), "WB-9-00000000", senml.CONTENT_FORMAT)
    with pytest.raises(EvidenceRejected, match="WB-9-00000000") as refusal:
        weigh(foreign)
    assert refusal.value.reason == "unknown-device"


def test_weighing__signed_by_a_camera__refused() -> None:
    payload = cose.parse(message(), "m").payload
    key = SITE.camera_key
    with pytest.raises(EvidenceRejected, match="a camera; expected a weighbridge"):
        weigh(cose.sign(payload, key.private, key.key_id, senml.CONTENT_FORMAT))


def test_weighing__any_byte_changed__refused() -> None:
    raw = message()
    for at in range(len(raw)):
        with pytest.raises(EvidenceRejected):
            weigh(raw[:at] + bytes([raw[at] ^ 0x01]) + raw[at + 1 :])


CONTENT = FrameContent((sscc_of(1), sscc_of(2)), "A-07", CHALLENGE)


def read(
    envelope: bytes, image: bytes = IMAGE, content: FrameContent = CONTENT, at: int = NOW
) -> FrameReading:
    return frame_from_message(envelope, image, SITE.policy, file="f-01.jpg", recorded_at=at, content=content)


def envelope_with(**changes: Any) -> bytes:
    body = cbor.decode(
        frame_payload(CAMERA, IMAGE, counter=4, challenge=CHALLENGE, observed_at=NOW), "p", max_bytes=999
    )
    for name, value in changes.items():
        if value is None:
            del body[name]
        else:
            body[name] = value
    return cose.sign(cbor.encode(body), SITE.camera_key.private, SITE.camera_key.key_id, FRAME_CONTENT_TYPE)


def test_frame__good_envelope__every_field() -> None:
    assert read(SITE.envelope(IMAGE, counter=4), at=NOW + 2) == FrameReading(
        CAMERA, 4, NOW, NOW + 2, CHALLENGE, "A-07", CONTENT.values, "f-01.jpg"
    )


def test_frame__missing_challenge_in_the_scene__stays_empty_for_the_verdict() -> None:
    assert read(SITE.envelope(IMAGE), content=replace(CONTENT, challenge="")).challenge == ""


def test_frame__old_picture_signed_anew__refused_by_the_challenge_in_its_scene() -> None:
    with pytest.raises(EvidenceRejected, match="the scene shows 'HF-0000-0000-0000'"):
        read(SITE.envelope(IMAGE), content=replace(CONTENT, challenge="HF-0000-0000-0000"))


def test_frame__sign_of_another_bay__is_read_as_it_is() -> None:
    assert read(SITE.envelope(IMAGE), content=replace(CONTENT, bay="A-08")).bay == "A-08"


BAD_FRAMES = {
    "substituted_image": (SITE.envelope(small_jpeg(91)), "did not sign this image"),
    "other_size": (envelope_with(size_bytes=1), "signed 1,"),
    "other_media_type": (envelope_with(media_type="image/png"), "'image/png' was signed"),
    "missing_field": (envelope_with(counter=None), "exactly the fields"),
    "extra_field": (envelope_with(extra=1), "exactly the fields"),
    "boolean_counter": (envelope_with(counter=True), "field counter"),
    "counter_zero": (envelope_with(counter=0), "counter 0"),
    "challenge_form": (envelope_with(challenge="x\ny"), "challenge"),
    "other_device": (envelope_with(device="CAM-A08"), "but the key is that of CAM-A07"),
    "device_with_newline": (envelope_with(device="CAM\nok"), "but the key is that of CAM-A07"),
    "late": (envelope_with(observed_at=NOW - SKEW_S - 1), "s apart"),
    "weighing_as_frame": (message(), "a weighbridge; expected a camera"),
    "pack_signed_by_the_camera": (
        cose.sign(pack(["gross"]), SITE.camera_key.private, SITE.camera_key.key_id, senml.CONTENT_FORMAT),
        "content type 112",
    ),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
def test_frame__bad_envelope__refused_naming_frame_and_value(name: str) -> None:
    raw, why = BAD_FRAMES[name]
    with pytest.raises(EvidenceRejected, match=why) as refusal:
        read(raw)
    assert str(refusal.value).startswith("f-01.jpg")
    assert "\n" not in str(refusal.value)


def test_frame__no_picture_at_all__refused() -> None:
    page = b"<html>not a picture</html>"
    with pytest.raises(EvidenceRejected, match="no JPEG, PNG or WebP"):
        open_frame(SITE.envelope(page), page, SITE.policy, file="f", recorded_at=NOW)


def test_challenge_digest__of_a_code__32_bytes_and_other_forms_refused() -> None:
    assert len(challenge_digest(CHALLENGE)) == 32
    with pytest.raises(InvalidInput):
        challenge_digest("HF-IIII-0000-0000")
