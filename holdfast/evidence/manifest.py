"""The manifest: what an evidence bundle holds, as one canonical JSON document.

Its SHA-256 is the evidence digest that attesters sign. The top level is strict. What the claim and
the observations say inside is for those who make and read them; here they are only canonical objects whose
`raw_file`, where present, names a file of the bundle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from holdfast.domain.acts import AnyOrder
from holdfast.domain.errors import InvalidInput
from holdfast.evidence.canonical import MAX_INTEGER, Json, canonical_json, parse_canonical, sha256_digest
from holdfast.evidence.cid import parse_cid

VERSION: Final = 1
PURPOSES: Final[Mapping[str, str]] = {
    re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__.removesuffix("Order")).lower(): kind.__name__
    for kind in get_args(AnyOrder)
}
"""Purpose of a bundle -> primary type of the order it is evidence for: `partial-delivery` and so on."""
MAX_FILES: Final = 4096
MAX_FILE_BYTES: Final = 256 * 1024 * 1024
MAX_BUNDLE_BYTES: Final = 1024 * 1024 * 1024
"""All files together: whoever opens a bundle holds it in memory."""

_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+-]{0,126}")
_ADDRESS: Final = re.compile(r"0x[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file of a bundle, as the manifest lists it.

    Attributes:
        name: unique in the bundle; letters, digits, `.`, `_`, `-`: never a path.
        sha256: 32 bytes, of the plaintext.
        media_type: lower case, for example `application/json`.
        size_bytes: of the plaintext.
        location: CID of the sealed object in the store.
    """

    name: str
    sha256: bytes
    media_type: str
    size_bytes: int
    location: str

    def __post_init__(self) -> None:
        check_file_name(self.name)
        _bytes32(self.sha256, f"files[{self.name}].sha256")
        if not isinstance(self.media_type, str) or not _MEDIA_TYPE.fullmatch(self.media_type):
            raise InvalidInput(f"files[{self.name}].media_type", self.media_type, "like 'application/json'")
        _integer(self.size_bytes, f"files[{self.name}].size_bytes", 0, MAX_FILE_BYTES)
        parse_cid(self.location)


@dataclass(frozen=True, slots=True)
class ChainRef:
    """The chain and the WarehouseReceipt contract a bundle is meant for. `contract` is lower-case hex."""

    chain_id: int
    contract: str

    def __post_init__(self) -> None:
        _integer(self.chain_id, "chain.chain_id", 1, MAX_INTEGER)
        if not isinstance(self.contract, str) or not _ADDRESS.fullmatch(self.contract):
            raise InvalidInput("chain.contract", self.contract, "0x and 40 lower-case hex digits")


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestDraft:
    """Everything a manifest says apart from its files and salt, which sealing adds.

    Attributes:
        purpose: issue, transfer, delivery, suspend or reinstate.
        subject: {"primary_type": the order's EIP-712 type, "order": its fields as JSON}.
        order_hash: EIP-712 hashStruct of the order, 32 bytes.
        challenge: 32 bytes the instruments and cameras had to answer to.
        policy_digest: SHA-256 of the policy the verdict is to be computed by, 32 bytes.
        observed_at: unix seconds.
        claim: what the WMS says, with `raw_file` naming its raw response among the files.
        observations: one object each.
        documents: names of the files that are the canonical receipt documents, in the order's sequence; the
            SHA-256 of each is its receipt's id.
    """

    purpose: str
    subject: Mapping[str, Json]
    order_hash: bytes
    chain: ChainRef
    challenge: bytes
    policy_digest: bytes
    observed_at: int
    claim: Mapping[str, Json]
    observations: Sequence[Mapping[str, Json]]
    documents: Sequence[str] = ()

    def __post_init__(self) -> None:
        expected = PURPOSES.get(self.purpose)
        if expected is None:
            raise InvalidInput("purpose", self.purpose, f"one of {', '.join(PURPOSES)}")
        _members(self.subject, "subject", ("order", "primary_type"))
        if self.subject["primary_type"] != expected:
            raise InvalidInput("subject.primary_type", self.subject["primary_type"], expected)
        _object(self.subject["order"], "subject.order")
        for name in ("order_hash", "challenge", "policy_digest"):
            _bytes32(getattr(self, name), name)
        _integer(self.observed_at, "observed_at", 1, MAX_INTEGER)
        _object(self.claim, "claim")
        for i, observation in enumerate(self.observations):
            _object(observation, f"observations[{i}]")
        # Copies, so that nobody's later change of a dict changes what is hashed.
        body = parse_canonical(canonical_json(self._body(), "manifest"))
        for name in ("subject", "claim"):
            object.__setattr__(self, name, body[name])
        for name in ("observations", "documents"):
            object.__setattr__(self, name, tuple(body[name]))

    def raw_file_refs(self) -> list[tuple[str, str]]:
        """(where, file name) for every file that claim, observations and documents refer to."""
        holders = [("claim", self.claim)]
        holders += [(f"observations[{i}]", found) for i, found in enumerate(self.observations)]
        refs = [(f"{where}.raw_file", found["raw_file"]) for where, found in holders if "raw_file" in found]
        return refs + [(f"documents[{i}]", name) for i, name in enumerate(self.documents)]

    def _body(self) -> dict[str, Json]:
        return {
            "version": VERSION,
            "purpose": self.purpose,
            "subject": dict(self.subject),
            "order_hash": _hex(self.order_hash),
            "chain": {"chain_id": self.chain.chain_id, "contract": self.chain.contract},
            "challenge": _hex(self.challenge),
            "policy_digest": _hex(self.policy_digest),
            "observed_at": self.observed_at,
            "claim": dict(self.claim),
            "observations": [dict(found) for found in self.observations],
            "documents": list(self.documents),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest(ManifestDraft):
    """A whole manifest, version 1. `files` ascend by name; `salt` is 32 random bytes (nothing guessable)."""

    files: tuple[RawFile, ...]
    salt: bytes

    def __post_init__(self) -> None:
        ManifestDraft.__post_init__(self)
        _bytes32(self.salt, "salt")
        names = [file.name for file in self.files]
        if len(names) > MAX_FILES:
            raise InvalidInput("files", len(names), f"at most {MAX_FILES} files")
        if (total := sum(file.size_bytes for file in self.files)) > MAX_BUNDLE_BYTES:
            raise InvalidInput("files", f"{total} bytes", f"at most {MAX_BUNDLE_BYTES} bytes together")
        if names != sorted(set(names)):
            raise InvalidInput("files", names, "each name once, in ascending order")
        if len({name.lower() for name in names}) != len(names):
            raise InvalidInput("files", names, "names that differ in more than case")
        if len({file.location for file in self.files}) != len(names):
            raise InvalidInput("files", "a location used twice", "a sealed object for each file")
        _check_refs(self, names)

    def to_json(self) -> dict[str, Json]:
        """The manifest as a JSON object."""
        files = [
            {
                "name": file.name,
                "sha256": _hex(file.sha256),
                "media_type": file.media_type,
                "size_bytes": file.size_bytes,
                "location": file.location,
            }
            for file in self.files
        ]
        return self._body() | {"files": files, "salt": _hex(self.salt)}

    @property
    def digest(self) -> bytes:
        """The evidence digest: SHA-256 of the canonical bytes, 32 bytes."""
        return sha256_digest(manifest_bytes(self))


def manifest_bytes(manifest: Manifest) -> bytes:
    """The canonical bytes (RFC 8785) whose SHA-256 is the evidence digest."""
    return canonical_json(manifest.to_json(), "manifest")


def parse_manifest(data: bytes) -> Manifest:
    """Read canonical manifest bytes, refusing everything a manifest of version 1 does not say.

    Raises:
        InvalidInput: not canonical; a field missing, unknown or out of range; each named.
    """
    body = parse_canonical(data, "manifest")
    _object(body, "manifest")
    if body.get("version") != VERSION or body["version"] is True:
        raise InvalidInput("manifest.version", body.get("version"), str(VERSION))
    _members(body, "manifest", _FIELDS)
    _members(body["chain"], "chain", ("chain_id", "contract"))
    for name in ("observations", "documents", "files"):
        if not isinstance(body[name], list):
            raise InvalidInput(name, body[name], "an array")
    return Manifest(
        purpose=_text(body["purpose"], "purpose"),
        subject=body["subject"],
        order_hash=_unhex(body["order_hash"], "order_hash"),
        chain=ChainRef(body["chain"]["chain_id"], body["chain"]["contract"]),
        challenge=_unhex(body["challenge"], "challenge"),
        policy_digest=_unhex(body["policy_digest"], "policy_digest"),
        observed_at=body["observed_at"],
        claim=body["claim"],
        observations=tuple(body["observations"]),
        documents=tuple(_text(name, f"documents[{i}]") for i, name in enumerate(body["documents"])),
        files=tuple(_raw_file(found, f"files[{i}]") for i, found in enumerate(body["files"])),
        salt=_unhex(body["salt"], "salt"),
    )


def check_file_name(name: object) -> None:
    """Raise InvalidInput unless `name` is safe as a file name anywhere: no path, no script, no surprise."""
    if not isinstance(name, str) or not _FILE_NAME.fullmatch(name) or ".." in name:
        raise InvalidInput("file name", name, "1 to 128 of A-Z a-z 0-9 . _ - after a letter or digit")


_FIELDS: Final = (
    *("version", "purpose", "subject", "order_hash", "chain", "challenge", "policy_digest", "observed_at"),
    *("claim", "observations", "documents", "files", "salt"),
)
_FILE_FIELDS: Final = ("name", "sha256", "media_type", "size_bytes", "location")


def _check_refs(draft: ManifestDraft, names: Iterable[str]) -> None:
    known = set(names)
    for where, name in draft.raw_file_refs():
        if not isinstance(name, str) or name not in known:
            raise InvalidInput(where, name, "the name of a file in this bundle")


def _raw_file(found: Json, where: str) -> RawFile:
    _members(found, where, _FILE_FIELDS)
    sha256 = _unhex(found["sha256"], f"{where}.sha256")
    return RawFile(found["name"], sha256, found["media_type"], found["size_bytes"], found["location"])


def _object(value: Json, where: str) -> None:
    if not isinstance(value, Mapping):
        raise InvalidInput(where, value, "an object")


def _members(value: Json, where: str, wanted: Iterable[str]) -> None:
    """An object with exactly these members: the first missing or unknown one is named."""
    _object(value, where)
    wanted = tuple(wanted)
    for name in wanted:
        if name not in value:
            raise InvalidInput(f"{where}.{name}", None, "to be present")
    for name in value:
        if name not in wanted:
            raise InvalidInput(where, name, f"no other field than {', '.join(wanted)}")


def _integer(value: Any, where: str, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidInput(where, value, f"a whole number from {least} to {most}")


def _text(value: Json, where: str) -> str:
    if not isinstance(value, str):
        raise InvalidInput(where, value, "text")
    return value


def _bytes32(value: Any, where: str) -> None:
    if not isinstance(value, bytes) or len(value) != 32:
        raise InvalidInput(where, value, "32 bytes")


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _unhex(value: Json, where: str) -> bytes:
    if not isinstance(value, str) or not re.fullmatch(r"0x[0-9a-f]{64}", value):
        raise InvalidInput(where, value, "0x and 64 lower-case hex digits")
    return bytes.fromhex(value[2:])
