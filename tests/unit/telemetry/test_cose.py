"""COSE_Sign1: one spelling per message, and no byte of it may change."""

from __future__ import annotations

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.domain.errors import EvidenceRejected, InvalidInput
from holdfast.evidence import cbor, cose

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()


def signed(payload: bytes = b"payload") -> bytes:
    return cose.sign(payload, KEY, "WB-1-abc", 112)


def tagged(*parts: object) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(18, list(parts)), canonical=True)


def header(**other: object) -> bytes:
    return cbor2.dumps({1: -8, 3: 112, 4: b"WB-1"} | other.get("more", {}), canonical=True)  # type: ignore[operator]


def test_sign__read_back__same_payload_and_key_id() -> None:
    message = cose.parse(signed(), "m")
    cose.verify(message, PUBLIC, "m")
    assert (message.payload, message.key_id, message.content_type) == (b"payload", "WB-1-abc", 112)


def test_verify__signature_of_the_cose_working_group_example__holds() -> None:
    # eddsa-sig-01 of the working group's examples: its kid is unprotected, so only its signature is for us.
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "7142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb87"
        "11497dfa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d"
    )
    example = cose.Sign1("11", 0, b"This is the content.", signature, bytes.fromhex("a201270300"))
    cose.verify(example, public, "example")


def test_parse_and_verify__any_bit_flipped__refused() -> None:
    raw = signed()
    for at in range(len(raw)):
        for bit in range(8):
            bad = raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]
            with pytest.raises(EvidenceRejected, match="m"):
                cose.verify(cose.parse(bad, "m"), PUBLIC, "m")


def test_verify__foreign_key__refused_naming_the_key_id() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    with pytest.raises(EvidenceRejected, match=r"registered key WB-1-abc"):
        cose.verify(cose.parse(signed(), "m"), other, "m")


def test_verify__no_public_key__is_our_own_mistake() -> None:
    with pytest.raises(InvalidInput, match="32 bytes"):
        cose.verify(cose.parse(signed(), "m"), b"short", "m")


SIG = bytes(64)
BAD = {
    "untagged": (cbor2.dumps([header(), {}, b"p", SIG]), "tag 18"),
    "other_tag": (cbor2.dumps(cbor2.CBORTag(98, [header(), {}, b"p", SIG])), "tag 18"),
    "three_elements": (tagged(header(), {}, b"p"), "four elements"),
    "five_elements": (tagged(header(), {}, b"p", SIG, b""), "four elements"),
    "detached_payload": (tagged(header(), {}, 0, SIG), "byte strings"),
    "text_payload": (tagged(header(), {}, "p", SIG), "byte strings"),
    "unprotected_kid": (tagged(header(), {4: b"WB-2"}, b"p", SIG), "unprotected"),
    "unknown_header": (tagged(header(more={5: b"iv"}), {}, b"p", SIG), "exactly the headers"),
    "missing_kid": (tagged(cbor2.dumps({1: -8, 3: 112}), {}, b"p", SIG), "exactly the headers"),
    "empty_header": (tagged(b"", {}, b"p", SIG), "ends in the middle"),
    "algorithm_none": (tagged(header(more={1: 0}), {}, b"p", SIG), "EdDSA"),
    "algorithm_es256": (tagged(header(more={1: -7}), {}, b"p", SIG), "EdDSA"),
    "text_key_id": (tagged(header(more={4: "WB-1"}), {}, b"p", SIG), "key id"),
    "key_id_with_newline": (tagged(header(more={4: b"WB-1\nok"}), {}, b"p", SIG), "key id"),
    "long_key_id": (tagged(header(more={4: b"a" * 65}), {}, b"p", SIG), "key id"),
    "trailing_bytes": (signed() + b"\0", "follow"),
    "truncated": (signed()[:-1], "ends in the middle"),
    "nothing": (b"", "tag 18"),
    "oversized": (cose.sign(bytes(20_000), KEY, "WB-1", 112), "at most 16384"),
    "longer_tag": (b"\xd8\x12" + signed()[1:], "tag 18"),
    "longer_array_head": (signed()[:1] + b"\x98\x04" + signed()[2:], "deterministic"),
    "indefinite_array": (signed()[:1] + b"\x9f" + signed()[2:] + b"\xff", "indefinite"),
    "duplicate_header": (tagged(b"\xa4\x01\x27\x01\x27\x03\x18\x70\x04\x41a", {}, b"p", SIG), "CBOR"),
    "unsorted_header": (tagged(b"\xa3\x03\x18\x70\x01\x27\x04\x41a", {}, b"p", SIG), "deterministic"),
    "boolean_label": (tagged(b"\xa3\x03\x18\x70\x04\x41a\xf5\x27", {}, b"p", SIG), "integer"),
    "nested_tag": (b"\xd2\x84\xc1\x00\xa0\x41p\x41s", "tag 1"),
    "deep": (b"\xd2" + b"\x81" * 30 + b"\x00", "deeper"),
    "huge_array": (b"\xd2\x9b" + b"\xff" * 8, "ends in the middle"),
    "huge_string": (b"\xd2\x84\x5b" + b"\xff" * 8, "ends in the middle"),
}


@pytest.mark.parametrize("name", BAD)
def test_parse__bad_message__refused_naming_what(name: str) -> None:
    raw, why = BAD[name]
    with pytest.raises(EvidenceRejected, match=why) as refusal:
        cose.parse(raw, "message 7")
    assert str(refusal.value).startswith("message 7")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_decode__any_bytes__refused_or_the_one_encoding(data: bytes) -> None:
    try:
        value = cbor.decode(data, "m", max_bytes=200)
    except EvidenceRejected:
        return
    assert cbor.encode(value) == data


def test_sign__key_id_with_newline__refused() -> None:
    with pytest.raises(InvalidInput, match="key id"):
        cose.sign(b"", KEY, "a\nb", 112)
