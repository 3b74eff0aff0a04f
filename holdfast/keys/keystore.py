"""Encrypted keystores: one file per party with a signing key and a key evidence is sealed to.

Both keys lie in Web3 Secret Storage version 3 (scrypt, AES-128-CTR), made by eth-account. The file is
written whole or not at all, readable by its owner only.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32
from eth_utils import is_checksum_address

from holdfast.attestation.signatures import recover_signer
from holdfast.attestation.typed_data import Domain, signing_digest
from holdfast.attestation.types import Signable
from holdfast.domain.errors import InvalidInput, Misconfigured
from holdfast.evidence.encryption_keys import (
    EncryptionKey,
    PublicEncryptionKey,
    generate_encryption_key,
    load_public_key,
)

KEYSTORE_VERSION = 1
HUMAN_WORK_FACTOR = 2**17
"""scrypt N for passwords people choose: about half a second."""
MACHINE_WORK_FACTOR = 2**12
"""scrypt N where the password is 32 random bytes, which no work factor needs to protect."""

_DAMAGE = (InvalidInput, ValueError, KeyError, TypeError, AttributeError, NotImplementedError)
"""What eth-account and our own readers raise on a file that is not what they wrote."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")


@dataclass(frozen=True, slots=True)
class PublicParty:
    """The public half of a keystore: safe to print and to publish."""

    name: str
    account: str
    encryption: PublicEncryptionKey


class PartyKeys:
    """An opened keystore. Signs; never shows a private key."""

    def __init__(self, name: str, account: LocalAccount, encryption: EncryptionKey) -> None:
        self.name = name
        self._account = account
        self.encryption = encryption

    def __repr__(self) -> str:
        return f"PartyKeys({self.name}, {self.account})"

    @property
    def account(self) -> str:
        """The checksummed address of the signing key."""
        return str(self._account.address)

    @property
    def transaction_signer(self) -> LocalAccount:
        """The key as something that signs transactions (address, sign_transaction)."""
        return self._account

    def sign(self, domain: Domain, value: Signable) -> bytes:
        """Sign an order, request or attestation: 65 bytes r||s||v, low s."""
        digest = signing_digest(domain, value)
        signed = self._account.unsafe_sign_hash(Hash32(digest))
        signature = bytes(signed.signature)
        # A fault in the signer must not leave this process: it can give the key away.
        if recover_signer(digest, signature) != self.account:
            raise Misconfigured(f"key {self.name} made a signature that does not verify")
        return signature


def keystore_path(folder: Path, name: str) -> Path:
    """Where the keystore of that name lies. Raises InvalidInput for a name unsafe as a file."""
    if not _NAME.fullmatch(name):
        raise InvalidInput("key name", name, "a lower-case word, letters, digits and hyphens")
    return folder / f"{name}.json"


def create_keys(
    folder: Path, name: str, password: str, *, work_factor: int = HUMAN_WORK_FACTOR
) -> PublicParty:
    """Make new keys and write their keystore (mode 0600).

    Raises InvalidInput if the password is shorter than 12 characters, or if a keystore of that name is
    there: a key is never overwritten.
    """
    if len(password) < 12:
        raise InvalidInput("password", f"{len(password)} characters", "at least 12 characters")
    path = keystore_path(folder, name)
    if path.exists():
        raise InvalidInput("key name", name, f"a name not yet in use: {path} exists and is not overwritten")
    account = Account.create(secrets.token_bytes(32))
    encryption = generate_encryption_key(secrets.token_bytes)
    private = encryption.to_private_jwk()
    secret = _unb64(private["d"])
    content = {
        "keystore_version": KEYSTORE_VERSION,
        "name": name,
        "account": account.address,
        "encryption_public": encryption.public.to_jwk(),
        "signing": Account.encrypt(account.key, password, kdf="scrypt", iterations=work_factor),
        "encryption": Account.encrypt(secret, password, kdf="scrypt", iterations=work_factor),
    }
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_suffix(f".{secrets.token_hex(4)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    return show_keys(folder, name)


def show_keys(folder: Path, name: str) -> PublicParty:
    """The public half of a keystore, without a password. Raises Misconfigured if it is unreadable."""
    return _public(name, _read(keystore_path(folder, name)))


def open_keys(folder: Path, name: str, password: str) -> PartyKeys:
    """Open a keystore. Raises Misconfigured for a wrong password or a damaged file."""
    content = _read(keystore_path(folder, name))
    public = _public(name, content)
    try:
        account = cast(LocalAccount, Account.from_key(Account.decrypt(content["signing"], password)))
        secret = bytes(Account.decrypt(content["encryption"], password))
        encryption = generate_encryption_key(lambda size: secret[:size])
    except _DAMAGE as error:
        raise Misconfigured(f"keystore {name} does not open: wrong password or damaged file") from error
    if account.address != public.account or encryption.kid != public.encryption.kid:
        raise Misconfigured(f"keystore {name} is damaged: its keys are not the ones it names")
    return PartyKeys(name, account, encryption)


def _public(name: str, content: Mapping[str, Any]) -> PublicParty:
    """The public half a keystore states. Raises Misconfigured if it states none."""
    try:
        account = content["account"]
        if not is_checksum_address(account):
            raise InvalidInput("account", account, "a checksummed address")
        return PublicParty(str(content["name"]), account, load_public_key(content["encryption_public"]))
    except _DAMAGE as error:
        raise Misconfigured(f"keystore {name} is damaged: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Misconfigured(f"no keystore at {path}: make one with `holdfast key new {path.stem}`") from error
    except ValueError as error:
        raise Misconfigured(f"keystore {path} is not JSON") from error
    if not isinstance(content, dict) or content.get("keystore_version") != KEYSTORE_VERSION:
        raise Misconfigured(f"{path} is not a Holdfast keystore of version {KEYSTORE_VERSION}")
    return content


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
