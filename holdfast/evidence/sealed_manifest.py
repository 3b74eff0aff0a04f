"""The sealed manifest's and the grant's outer form, and the wrapping of a content key to one member.

A sealed manifest is one canonical JSON document: version, recipients [{kid, jwe}], objects (the CIDs of the
sealed files, so that copies can be kept and counted without any key), nonce, ciphertext. It is at most 1 MiB,
so that it is one raw block and its SHA-256 is its CID's digest.
"""

# mypy: disable-error-code="import-untyped"
# jwcrypto comes without types.

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Final

from jwcrypto import jwe
from jwcrypto.common import JWException

from holdfast.domain.errors import EvidenceRejected, InvalidInput, Refused
from holdfast.evidence.canonical import Json, canonical_json, parse_canonical
from holdfast.evidence.cid import CHUNK_BYTES, parse_cid
from holdfast.evidence.encryption_keys import EncryptionKey, PublicEncryptionKey

VERSION: Final = 1
MAX_SEALED_BYTES: Final = CHUNK_BYTES
MAX_RECIPIENTS: Final = 256
MAX_JWE_CHARS: Final = 2048
NONCE_BYTES: Final = 12
ALG: Final = "ECDH-ES+A256KW"
ENC: Final = "A256GCM"

_FIELDS: Final = {"version", "recipients", "objects", "nonce", "ciphertext"}
_GRANT_FIELDS: Final = {"version", "location", "kid", "jwe"}
_JWE_HEADER: Final = {"alg", "enc", "epk", "kid"}
_JWE: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){4}")
_KID: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class SealedManifest:
    """Parsed outer form.

    Attributes:
        recipients: (kid, compact JWE of the content key), one for each member entitled from the start.
        objects: CIDs of the sealed files, ascending.
        body: nonce, ciphertext and tag of the manifest.
    """

    recipients: tuple[tuple[str, str], ...]
    objects: tuple[str, ...]
    body: bytes


def sealed_manifest_bytes(sealed: SealedManifest) -> bytes:
    """Canonical bytes to store.

    Raises:
        InvalidInput: no recipient, one named twice, too many, or more than 1 MiB in all.
    """
    kids = [kid for kid, _ in sealed.recipients]
    if not kids or len(set(kids)) != len(kids) or len(kids) > MAX_RECIPIENTS:
        raise InvalidInput("recipients", kids, f"1 to {MAX_RECIPIENTS} keys, each once")
    data = canonical_json(
        {
            "version": VERSION,
            "recipients": [{"kid": kid, "jwe": token} for kid, token in sealed.recipients],
            "objects": list(sealed.objects),
            "nonce": _b64(sealed.body[:NONCE_BYTES]),
            "ciphertext": _b64(sealed.body[NONCE_BYTES:]),
        }
    )
    if len(data) > MAX_SEALED_BYTES:
        raise InvalidInput(
            "sealed manifest",
            f"{len(data)} bytes",
            f"at most {MAX_SEALED_BYTES}: move content into raw files",
        )
    return data


def parse_sealed_manifest(data: bytes, place: str) -> SealedManifest:
    """Read a sealed manifest whose bytes were already checked against its CID `place`.

    Raises:
        EvidenceRejected: above 1 MiB, not canonical, or not of this form; says what is wrong.
    """
    try:
        return _parse(data)
    except InvalidInput as e:
        raise EvidenceRejected("sealed-manifest", f"sealed manifest {place}: {e}") from e


def parse_grant(data: bytes, location: bytes, kid: str) -> str:
    """The JWE in a grant for this bundle and this key.

    Raises:
        Refused: (reasons `bad-grant`, `not-a-recipient`) malformed, for another bundle or for another key.
    """
    try:
        found = _exact(_small(data, "grant"), _GRANT_FIELDS, "grant")
        _version(found["version"], "grant.version")
    except InvalidInput as e:
        raise Refused("bad-grant", f"grant: {e}") from e
    if found["location"] != "0x" + location.hex():
        raise Refused("bad-grant", f"grant is for bundle {found['location']!r}, not for 0x{location.hex()}")
    if found["kid"] != kid:
        raise Refused("not-a-recipient", f"grant is for key {found['kid']!r}, not for {kid}")
    return str(found["jwe"])


def wrap_key(content_key: bytes, recipient: PublicEncryptionKey) -> str:
    """Content key as compact JWE (RFC 7516; ECDH-ES+A256KW, RFC 7518 §4.6) for one member."""
    header = {"alg": ALG, "enc": ENC, "kid": recipient.kid}
    token = jwe.JWE(content_key, protected=json.dumps(header))
    token.add_recipient(recipient.key())
    return str(token.serialize(compact=True))


def unwrap_key(token: str, key: EncryptionKey, place: str) -> bytes:
    """Content key out of a JWE made for `key`, 32 bytes.

    Raises:
        EvidenceRejected: the token was tampered with, uses other algorithms, or wraps something else.
    """
    try:
        if len(token) > MAX_JWE_CHARS or not _JWE.fullmatch(token):
            raise ValueError("not a compact JWE")
        # Each part in its one spelling: stray bits would let a token be changed without anyone noticing.
        parts = [_unb64(part) for part in token.split(".")]
        header = json.loads(parts[0])
        # Only the header we write ourselves: no compression, no other algorithm, no critical extension.
        if set(header) != _JWE_HEADER or (header["alg"], header["enc"]) != (ALG, ENC):
            raise ValueError("header is not that of a wrapped content key")
        opened = jwe.JWE(algs=[ALG, ENC])
        opened.deserialize(token, key=key.key())
        payload = bytes(opened.payload)
        if len(payload) != 32:
            raise ValueError(f"{len(payload)} bytes instead of a 32-byte content key")
    except (JWException, InvalidInput, ValueError, TypeError, KeyError) as e:
        message = f"bundle {place}: the content key wrapped for {key.kid} does not open: {e}"
        raise EvidenceRejected("wrapped-key", message) from e
    return payload


def _parse(data: bytes) -> SealedManifest:
    found = _exact(_small(data, "sealed manifest"), _FIELDS, "sealed manifest")
    _version(found["version"], "version")
    if not isinstance(found["recipients"], list) or not 1 <= len(found["recipients"]) <= MAX_RECIPIENTS:
        raise InvalidInput("recipients", found["recipients"], f"an array of 1 to {MAX_RECIPIENTS}")
    recipients = []
    for i, one in enumerate(found["recipients"]):
        _exact(one, {"kid", "jwe"}, f"recipients[{i}]")
        recipients.append((_match(one["kid"], _KID, "kid"), _match(one["jwe"], _JWE, "jwe")))
    if len({kid for kid, _ in recipients}) != len(recipients):
        raise InvalidInput("recipients", "a kid used twice", "each recipient once")
    objects = found["objects"]
    if not isinstance(objects, list):
        raise InvalidInput("objects", objects, "an array of CIDs")
    cids = tuple(str(parse_cid(cid)) for cid in objects)
    if list(cids) != sorted(set(cids)):
        raise InvalidInput("objects", cids, "each CID once, in ascending order")
    nonce = _unb64(found["nonce"])
    if len(nonce) != NONCE_BYTES:
        raise InvalidInput("nonce", found["nonce"], f"{NONCE_BYTES} bytes in base64url")
    return SealedManifest(tuple(recipients), cids, nonce + _unb64(found["ciphertext"]))


def _small(data: bytes, what: str) -> Json:
    if len(data) > MAX_SEALED_BYTES:
        raise InvalidInput(what, f"{len(data)} bytes", f"at most {MAX_SEALED_BYTES} bytes")
    return parse_canonical(data, what)


def _exact(value: Json, wanted: set[str], what: str) -> dict[str, Json]:
    if not isinstance(value, dict) or set(value) != wanted:
        found = sorted(value) if isinstance(value, dict) else type(value).__name__
        raise InvalidInput(what, found, f"an object of {', '.join(sorted(wanted))}")
    return value


def _version(value: Json, what: str) -> None:
    if value is True or value != VERSION:
        raise InvalidInput(what, value, str(VERSION))


def _match(value: Json, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise InvalidInput(what, value, f"text of the form {pattern.pattern}")
    return value


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unb64(value: Json) -> bytes:
    """base64url without padding, in its one canonical spelling."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", value):
        raise InvalidInput("base64url", value, "letters, digits, - and _ without padding")
    try:
        data = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except ValueError as e:
        raise InvalidInput("base64url", value, f"whole bytes ({e})") from e
    if _b64(data) != value:
        raise InvalidInput("base64url", value, "no stray bits at its end")
    return data
