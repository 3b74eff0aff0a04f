"""COSE_Sign1 (RFC 9052 §4.2) with Ed25519: how an instrument or camera signs a message.

Stricter than the RFC on purpose, so that a message has one spelling: tag 18, deterministic CBOR, every
header protected, the unprotected map empty, the payload inside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from holdfast.domain.errors import EvidenceRejected, InvalidInput
from holdfast.evidence import cbor

TAG_SIGN1: Final = 18
ALGORITHM, CONTENT_TYPE, KEY_ID = 1, 3, 4
"""Header labels (RFC 9052 §3.1): the only ones let in, and all three required."""
EDDSA: Final = -8
MAX_MESSAGE_BYTES: Final = 16 * 1024
_KEY_ID_FORM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


@dataclass(frozen=True, slots=True)
class Sign1:
    """A parsed COSE_Sign1 message. Nothing in it is believed before `verify`.

    `content_type` is a CoAP content-format number or a media type; `protected` are the exact header bytes.
    """

    key_id: str
    content_type: int | str
    payload: bytes
    signature: bytes
    protected: bytes


def check_key_id(key_id: str) -> str:
    """Check a key id: 1 to 64 letters, digits, `.`, `_`, `:`, `-`, so that it can stand in a log."""
    if not isinstance(key_id, str) or not _KEY_ID_FORM.fullmatch(key_id):
        raise InvalidInput("key id", key_id, "1 to 64 letters, digits or . _ : -, a letter or digit first")
    return key_id


def sign(payload: bytes, key: Ed25519PrivateKey, key_id: str, content_type: int | str) -> bytes:
    """A signed message around `payload`. Raises InvalidInput for a key id that `parse` would refuse."""
    header = {ALGORITHM: EDDSA, CONTENT_TYPE: content_type, KEY_ID: check_key_id(key_id).encode()}
    protected = cbor.encode(header)
    signature = key.sign(_to_be_signed(protected, payload))
    return cbor.encode(cbor2.CBORTag(TAG_SIGN1, [protected, {}, payload, signature]))


def parse(raw: bytes, what: str) -> Sign1:
    """Take a message apart without believing it.

    Args:
        raw: the whole message, at most 16 KiB.
        what: its name, such as the file name, for refusals.

    Raises:
        EvidenceRejected: not deterministic CBOR, not tag 18 around exactly four elements, a header that is
            unprotected, unknown or absent, an algorithm other than EdDSA, a key id of another form.
    """
    parts = cbor.decode(raw, what, max_bytes=MAX_MESSAGE_BYTES, tag=TAG_SIGN1)
    if not isinstance(parts, list) or len(parts) != 4:
        raise _bad(what, "is not an array of exactly four elements")
    protected, unprotected, payload, signature = parts
    if not all(isinstance(part, bytes) for part in (protected, payload, signature)):
        raise _bad(what, "needs byte strings for protected header, payload and signature")
    if unprotected != {}:
        raise _bad(what, "has unprotected headers, which no signature covers")
    header = cbor.decode(protected, f"{what} protected header", max_bytes=1024)
    if not isinstance(header, dict) or set(header) != {ALGORITHM, CONTENT_TYPE, KEY_ID}:
        raise _bad(what, "must protect exactly the headers alg (1), content type (3) and kid (4)")
    # True == 1 in Python, and CBOR keeps them apart: the labels must be integers.
    if any(isinstance(label, bool) or not isinstance(label, int) for label in header):
        raise _bad(what, "has a header label that is not an integer")
    if isinstance(header[ALGORITHM], bool) or header[ALGORITHM] != EDDSA:
        raise _bad(what, f"names algorithm {str(header[ALGORITHM])[:20]!r}; only EdDSA (-8) is used")
    content_type, raw_key_id = header[CONTENT_TYPE], header[KEY_ID]
    if isinstance(content_type, bool) or not isinstance(content_type, int | str):
        raise _bad(what, "has a content type that is neither a number nor text")
    key_id = raw_key_id.decode("ascii", "replace") if isinstance(raw_key_id, bytes) else ""
    if not _KEY_ID_FORM.fullmatch(key_id):
        raise _bad(what, "has a key id (kid) that is not 1 to 64 letters, digits or . _ : - as bytes")
    return Sign1(key_id, content_type, payload, signature, protected)


def verify(message: Sign1, public_key: bytes, what: str) -> None:
    """Check the signature with an Ed25519 public key of 32 bytes.

    Raises:
        InvalidInput: `public_key` is not an Ed25519 key.
        EvidenceRejected: the signature is not that key's over these bytes.
    """
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
    except ValueError as error:
        raise InvalidInput("public key", public_key.hex(), "an Ed25519 key of 32 bytes") from error
    try:
        key.verify(message.signature, _to_be_signed(message.protected, message.payload))
    except InvalidSignature as error:
        raise EvidenceRejected(
            "signature", f"{what}: the signature is not that of the registered key {message.key_id}"
        ) from error


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """Sig_structure (RFC 9052 §4.4) with no external data."""
    return cbor.encode(["Signature1", protected, b"", payload])


def _bad(what: str, why: str) -> EvidenceRejected:
    return EvidenceRejected("cose", f"{what}: {why}")
