"""The members' book: public facts of each member that the chain keeps only as digests.

One JSON file, given to every node: names, encryption keys, attester addresses. Each encryption key is held
against the digest on-chain before anything is sealed to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.domain.errors import InvalidInput, Misconfigured
from holdfast.domain.members import Role
from holdfast.evidence.canonical import canonical_json, json_digest, sha256_digest
from holdfast.evidence.encryption_keys import PublicEncryptionKey, load_public_key


@dataclass(frozen=True, slots=True)
class AttesterSeat:
    """Where a member's attester listens, the account it signs with, the key bundles are sealed to."""

    account: str
    url: str
    encryption: PublicEncryptionKey


@dataclass(frozen=True, slots=True)
class BookEntry:
    """One member. `identity_salt` opens the salted identity digest on-chain."""

    member_id: int
    name: str
    name_zh: str
    registration: str
    identity_salt: str
    account: str
    roles: Role
    encryption: PublicEncryptionKey
    attester: AttesterSeat | None

    def identity_digest(self) -> bytes:
        """The salted digest of the legal identity, as on-chain."""
        return json_digest(
            {
                "name": self.name,
                "name_zh": self.name_zh,
                "registration": self.registration,
                "salt": self.identity_salt,
            }
        )

    def encryption_key_digest(self) -> bytes:
        """sha256 of the canonical public JWK, as on-chain."""
        return encryption_key_digest(self.encryption)


def encryption_key_digest(key: PublicEncryptionKey) -> bytes:
    """sha256 of the canonical public JWK."""
    return sha256_digest(canonical_json(dict(key.to_jwk())))


def _entry(data: Mapping[str, Any]) -> BookEntry:
    seat = data["attester"]
    return BookEntry(
        member_id=int(data["member_id"]),
        name=str(data["name"]),
        name_zh=str(data["name_zh"]),
        registration=str(data["registration"]),
        identity_salt=str(data["identity_salt"]),
        account=str(data["account"]),
        roles=Role(data["roles"]),
        encryption=load_public_key(data["encryption"]),
        attester=None
        if seat is None
        else AttesterSeat(str(seat["account"]), str(seat["url"]), load_public_key(seat["encryption"])),
    )


def read_book(path: Path) -> tuple[BookEntry, ...]:
    """Read the book. Raises Misconfigured naming what is wrong."""
    try:
        return tuple(_entry(item) for item in json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, InvalidInput) as error:
        raise Misconfigured(f"members' book {path}: {type(error).__name__}: {error}") from error


def write_book(path: Path, entries: Iterable[BookEntry]) -> None:
    """Write the book, whole or not at all."""
    rows = [
        {
            "member_id": entry.member_id,
            "name": entry.name,
            "name_zh": entry.name_zh,
            "registration": entry.registration,
            "identity_salt": entry.identity_salt,
            "account": entry.account,
            "roles": int(entry.roles),
            "encryption": entry.encryption.to_jwk(),
            "attester": None
            if entry.attester is None
            else {
                "account": entry.attester.account,
                "url": entry.attester.url,
                "encryption": entry.attester.encryption.to_jwk(),
            },
        }
        for entry in entries
    ]
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    temporary.rename(path)


def recipients(book: Iterable[BookEntry], parties: Iterable[int]) -> list[PublicEncryptionKey]:
    """Whom a bundle is sealed to: every attester, every regulator, and the parties of the order."""
    wanted = set(parties)
    keys: dict[str, PublicEncryptionKey] = {}
    for entry in book:
        if entry.attester is not None:
            keys[entry.attester.encryption.kid] = entry.attester.encryption
        if entry.member_id in wanted or entry.roles & Role.REGULATOR:
            keys[entry.encryption.kid] = entry.encryption
    return list(keys.values())
