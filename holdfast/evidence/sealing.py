"""Sealing: a bundle's bytes are stored where anybody may read them, and read only by those entitled.

Each bundle has one fresh content key of 256 bits. It never encrypts anything itself: every file, and the
manifest, is encrypted with AES-256-GCM under its own sub-key, HKDF-SHA256(content key, name). A sub-key
encrypts exactly one message, so no nonce can ever be used twice under one key, which is the one mistake GCM
does not forgive; the random nonce in front of each object is a second line, not the first. The content key
is wrapped for each entitled member as JWE (ECDH-ES+A256KW). A later reader gets a grant: one more wrapping.

AES-GCM does not commit to its key: whoever seals could make one ciphertext open differently for two readers.
The manifest's digest, which attesters sign, rules that out: give it to `open_bundle` whenever it is known.

Order of things: files are sealed, their CIDs go into the manifest, its digest is the evidence digest, then it
is sealed itself; SHA-256 of that sealed manifest is the evidence location and, as CIDv1, its key in a store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import PurePosixPath
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from holdfast.domain.errors import EvidenceMissing, EvidenceRejected, InvalidInput, Refused
from holdfast.evidence.canonical import SALT_BYTES, canonical_json, sha256_digest
from holdfast.evidence.cid import cid_of_bytes, cid_of_raw_digest
from holdfast.evidence.encryption_keys import EncryptionKey, PublicEncryptionKey, Random
from holdfast.evidence.manifest import (
    MAX_FILE_BYTES,
    Manifest,
    ManifestDraft,
    RawFile,
    check_file_name,
    manifest_bytes,
    parse_manifest,
)
from holdfast.evidence.sealed_manifest import (
    SealedManifest,
    parse_grant,
    parse_sealed_manifest,
    sealed_manifest_bytes,
    unwrap_key,
    wrap_key,
)

Fetch = Callable[[str], bytes]
"""Gets the object with this CID, or raises EvidenceMissing; a store's `get`."""

CONTENT_KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16

_MEDIA_TYPES: Final = {
    **{".json": "application/json", ".xml": "application/xml", ".csv": "text/csv", ".txt": "text/plain"},
    **{".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"},
    **{".cose": "application/cose", ".cbor": "application/cbor", ".pdf": "application/pdf"},
}


@dataclass(frozen=True, slots=True)
class SealedBundle:
    """A bundle ready to be stored.

    Attributes:
        digest: evidence digest, SHA-256 of the manifest, 32 bytes.
        location: evidence location, SHA-256 of the sealed manifest, 32 bytes.
        manifest: what was sealed.
        objects: CID -> sealed bytes; the sealed manifest comes last, so that a store never shows a manifest
            whose files are still on their way.
    """

    digest: bytes
    location: bytes
    manifest: Manifest
    objects: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenedBundle:
    """A bundle every byte of which agreed with its digests.

    Attributes:
        location: evidence location it was opened at, 32 bytes.
        digest: evidence digest, 32 bytes.
        manifest: the manifest.
        files: name -> plaintext.
    """

    location: bytes
    digest: bytes
    manifest: Manifest
    files: Mapping[str, bytes] = field(repr=False)
    _content_key: bytes = field(repr=False)


def seal_bundle(
    draft: ManifestDraft,
    files: Mapping[str, bytes],
    recipients: Sequence[PublicEncryptionKey],
    random: Random,
) -> SealedBundle:
    """Seal files and manifest to the recipients.

    Args:
        draft: the manifest without files and salt.
        files: name -> bytes; the media type follows from the name's ending.
        recipients: every member entitled to read from the start, the sealing one included.
        random: `secrets.token_bytes`; a fixed one makes nonces, salt and content key repeatable in tests.

    Raises:
        InvalidInput: a bad or unknown file name, a file too large, no recipient or one named twice, or a
            sealed manifest above 1 MiB.
    """
    for name in files:
        check_file_name(name)
    content_key = random(CONTENT_KEY_BYTES)
    listed: list[RawFile] = []
    objects: dict[str, bytes] = {}
    for name in sorted(files):
        data = files[name]
        if len(data) > MAX_FILE_BYTES:
            raise InvalidInput(f"files[{name}]", f"{len(data)} bytes", f"at most {MAX_FILE_BYTES} bytes")
        sealed = _encrypt(content_key, _file_context(name), data, random)
        cid = cid_of_bytes(sealed)
        objects[cid] = sealed
        listed.append(RawFile(name, sha256_digest(data), media_type_of(name), len(data), cid))
    parts = {part.name: getattr(draft, part.name) for part in fields(ManifestDraft)}
    manifest = Manifest(**parts, files=tuple(listed), salt=random(SALT_BYTES))
    cids = tuple(sorted(objects))
    body = _encrypt(content_key, _manifest_context(cids), manifest_bytes(manifest), random)
    wrapped = tuple((key.kid, wrap_key(content_key, key)) for key in recipients)
    data = sealed_manifest_bytes(SealedManifest(wrapped, cids, body))
    location = sha256_digest(data)
    objects[cid_of_raw_digest(location)] = data
    return SealedBundle(manifest.digest, location, manifest, objects)


def open_bundle(
    location: bytes,
    fetch: Fetch,
    key: EncryptionKey,
    *,
    digest: bytes | None = None,
    grant: bytes | None = None,
) -> OpenedBundle:
    """Fetch and open a bundle, checking everything on the way.

    Steps: sealed manifest against its location; content key unwrapped (own wrapping, or the grant's); GCM tag
    of the manifest; manifest canonical, strict and against `digest`; its files the objects listed; then for
    each file CID, GCM tag, size and SHA-256.

    Args:
        location: evidence location, 32 bytes, as on-chain.
        fetch: gets an object by CID, usually a store's `get`; it is not trusted.
        key: the reader's private key.
        digest: evidence digest as attested; None only where nothing attested is at hand yet.
        grant: a grant for a reader who was not among the first recipients.

    Raises:
        EvidenceRejected: something does not agree; names the file and its CID.
        EvidenceMissing: an object is not to be had; names the file and its CID.
        Refused: (reason `not-a-recipient`) the bundle was not sealed to this key.
    """
    place = cid_of_raw_digest(location)
    data = _fetched(fetch, "sealed manifest", place)
    if sha256_digest(data) != location:
        raise EvidenceRejected("sealed-manifest", f"sealed manifest {place}: its bytes do not give this CID")
    sealed = parse_sealed_manifest(data, place)
    content_key = _content_key(sealed, location, place, key, grant)
    plain = _decrypt(content_key, _manifest_context(sealed.objects), sealed.body, "manifest", place)
    try:
        manifest = parse_manifest(plain)
    except InvalidInput as e:
        raise EvidenceRejected("manifest", f"manifest sealed in {place}: {e}") from e
    found = sha256_digest(plain)
    if digest is not None and found != digest:
        message = f"manifest sealed in {place} has digest {found.hex()}, attested is {digest.hex()}"
        raise EvidenceRejected("manifest-digest", message)
    if sorted(file.location for file in manifest.files) != list(sealed.objects):
        raise EvidenceRejected("object-list", f"sealed manifest {place} lists other objects than it holds")
    files = {file.name: _open_file(file, fetch, content_key) for file in manifest.files}
    return OpenedBundle(location, found, manifest, files, content_key)


def grant(opened: OpenedBundle, new_recipient: PublicEncryptionKey) -> bytes:
    """Let one more member read a bundle: canonical JSON to hand over, useless to anyone else."""
    jwe = wrap_key(opened._content_key, new_recipient)
    return canonical_json(
        {"version": 1, "location": "0x" + opened.location.hex(), "kid": new_recipient.kid, "jwe": jwe}
    )


def list_objects(location: bytes, sealed_manifest: bytes) -> tuple[str, ...]:
    """Every CID that belongs to the bundle, the sealed manifest's first: for copying and auditing, no key.

    Raises:
        EvidenceRejected: the bytes do not belong to the location, or are not a sealed manifest.
    """
    place = cid_of_raw_digest(location)
    if sha256_digest(sealed_manifest) != location:
        raise EvidenceRejected("sealed-manifest", f"sealed manifest {place}: its bytes do not give this CID")
    return (place, *parse_sealed_manifest(sealed_manifest, place).objects)


def media_type_of(name: str) -> str:
    """Media type by the file name's ending; unknown ones are `application/octet-stream`."""
    return _MEDIA_TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def _open_file(file: RawFile, fetch: Fetch, content_key: bytes) -> bytes:
    what = f"file {file.name}"
    sealed = _fetched(fetch, what, file.location)
    if len(sealed) != NONCE_BYTES + file.size_bytes + TAG_BYTES or cid_of_bytes(sealed) != file.location:
        raise EvidenceRejected("sealed-file", f"{what} ({file.location}): its bytes do not give this CID")
    data = _decrypt(content_key, _file_context(file.name), sealed, what, file.location)
    if sha256_digest(data) != file.sha256:
        raise EvidenceRejected("file-digest", f"{what} ({file.location}): its content has another SHA-256")
    return data


def _fetched(fetch: Fetch, what: str, cid: str) -> bytes:
    """Fetch one object; whatever is wrong with it is said with the file's name."""
    try:
        return fetch(cid)
    except EvidenceMissing as e:
        raise EvidenceMissing(f"{what} ({cid}) is missing: {e}") from e
    except EvidenceRejected as e:
        raise EvidenceRejected(e.reason, f"{what} ({cid}): {e}") from e


def _content_key(
    sealed: SealedManifest, location: bytes, place: str, key: EncryptionKey, granted: bytes | None
) -> bytes:
    if granted is not None:
        return unwrap_key(parse_grant(granted, location, key.kid), key, place)
    for kid, jwe in sealed.recipients:
        if kid == key.kid:
            return unwrap_key(jwe, key, place)
    raise Refused(
        "not-a-recipient", f"bundle {place} is not sealed to key {key.kid}; ask a reader for a grant"
    )


def _file_context(name: str) -> bytes:
    return b"holdfast/evidence/1/file/" + name.encode()


def _manifest_context(objects: Sequence[str]) -> bytes:
    return b"holdfast/evidence/1/manifest/" + canonical_json(list(objects))


def _subkey(content_key: bytes, context: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=context).derive(content_key))


def _encrypt(content_key: bytes, context: bytes, data: bytes, random: Random) -> bytes:
    """Nonce | ciphertext | tag, under the sub-key of this context."""
    nonce = random(NONCE_BYTES)
    return nonce + _subkey(content_key, context).encrypt(nonce, data, context)


def _decrypt(content_key: bytes, context: bytes, sealed: bytes, what: str, cid: str) -> bytes:
    try:
        return _subkey(content_key, context).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as e:
        raise EvidenceRejected("not-authentic", f"{what} ({cid}) does not open under the bundle's key") from e
