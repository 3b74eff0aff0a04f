"""Encryption keys of members: whom evidence is sealed to. Not the keys that sign orders.

A key is a JWK on X25519 (or P-256, for hardware that has no X25519); its `kid` is the RFC 7638 thumbprint, so
nobody can hand out one key under another's name.
"""

# mypy: disable-error-code="import-untyped"
# jwcrypto comes without types.

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from jwcrypto import jwk
from jwcrypto.common import JWException

from holdfast.domain.errors import InvalidInput

CURVES: Final = ("X25519", "P-256")
_PUBLIC_MEMBERS: Final = {"OKP": ("crv", "kty", "x"), "EC": ("crv", "kty", "x", "y")}

Random = Callable[[int], bytes]
"""Gives that many unpredictable bytes; `secrets.token_bytes` outside tests."""


@dataclass(frozen=True, slots=True)
class PublicEncryptionKey:
    """A member's public encryption key. Make it with `load_public_key`, which checks it.

    Attributes:
        kid: RFC 7638 thumbprint, base64url of 32 bytes.
        jwk_json: the bare public JWK, members sorted.
    """

    kid: str
    jwk_json: str

    def to_jwk(self) -> dict[str, str]:
        """The public JWK as a new dict."""
        found: dict[str, str] = json.loads(self.jwk_json)
        return found

    def key(self) -> jwk.JWK:
        """The key as jwcrypto wants it."""
        return jwk.JWK(**self.to_jwk())


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """A member's private encryption key. Printing it shows only the public half."""

    public: PublicEncryptionKey
    _private_json: str = field(repr=False)

    @property
    def kid(self) -> str:
        """The public key's thumbprint."""
        return self.public.kid

    def to_private_jwk(self) -> dict[str, str]:
        """The private JWK, for an encrypted keystore and nothing else."""
        found: dict[str, str] = json.loads(self._private_json)
        return found

    def key(self) -> jwk.JWK:
        """The key as jwcrypto wants it."""
        return jwk.JWK(**self.to_private_jwk())


def generate_encryption_key(random: Random) -> EncryptionKey:
    """A new X25519 key pair from 32 bytes of `random`."""
    private = X25519PrivateKey.from_private_bytes(random(32))
    return load_private_key(
        {
            "kty": "OKP",
            "crv": "X25519",
            "x": _b64(private.public_key().public_bytes_raw()),
            "d": _b64(private.private_bytes_raw()),
        }
    )


def load_public_key(value: Mapping[str, Any] | str) -> PublicEncryptionKey:
    """Check a public JWK (dict or JSON text) and strip it to its RFC 7638 members.

    Raises:
        InvalidInput: not a JWK, another curve, a point off the curve or of small order, a private part, or a
            `kid` that is not the thumbprint.
    """
    found = _as_dict(value)
    if "d" in found:
        raise InvalidInput("encryption key", "a private JWK", "the public half only (no 'd')")
    key = _checked(found)
    members = {name: found[name] for name in _PUBLIC_MEMBERS[found["kty"]]}
    kid = str(key.thumbprint())
    if found.get("kid", kid) != kid:
        raise InvalidInput("encryption key.kid", found["kid"], f"the RFC 7638 thumbprint {kid}")
    return PublicEncryptionKey(kid, json.dumps(members, sort_keys=True, separators=(",", ":")))


def load_private_key(value: Mapping[str, Any] | str) -> EncryptionKey:
    """Check a private JWK (dict or JSON text).

    Raises:
        InvalidInput: as `load_public_key`, no private part, or halves that do not belong together.
    """
    found = _as_dict(value)
    if "d" not in found:
        raise InvalidInput("encryption key", "a public JWK", "a private JWK (with 'd')")
    public = load_public_key({name: item for name, item in found.items() if name != "d"})
    private = public.to_jwk() | {"d": found["d"]}
    _checked(private)
    return EncryptionKey(public, json.dumps(private, sort_keys=True, separators=(",", ":")))


def public_key_of_x25519(raw: bytes) -> PublicEncryptionKey:
    """The key behind 32 raw bytes, the shape a member's encryption key has on-chain.

    Raises:
        InvalidInput: not 32 bytes, or a point of small order.
    """
    if len(raw) != 32:
        raise InvalidInput("encryption key", f"{len(raw)} bytes", "32 bytes of X25519 public key")
    return load_public_key({"kty": "OKP", "crv": "X25519", "x": _b64(raw)})


def x25519_bytes(public: PublicEncryptionKey) -> bytes:
    """The 32 raw bytes of an X25519 key: the reverse of `public_key_of_x25519`.

    Raises:
        InvalidInput: the key is on P-256.
    """
    found = public.to_jwk()
    if found["crv"] != "X25519":
        raise InvalidInput("encryption key.crv", found["crv"], "X25519")
    return base64.urlsafe_b64decode(found["x"] + "=")


def _as_dict(value: Mapping[str, Any] | str) -> dict[str, Any]:
    found: Any = value
    if isinstance(value, str):
        try:
            found = json.loads(value)
        except json.JSONDecodeError as e:
            raise InvalidInput("encryption key", "text", f"a JWK in JSON ({e.msg})") from e
    if not isinstance(found, Mapping):
        raise InvalidInput("encryption key", type(found).__name__, "a JWK: an object")
    return dict(found)


def _checked(found: dict[str, Any]) -> jwk.JWK:
    """Load the key and use it once; what cannot agree on a secret must not be sealed to."""
    if found.get("crv") not in CURVES or found.get("kty") != ("OKP" if found["crv"] == "X25519" else "EC"):
        raise InvalidInput("encryption key.crv", found.get("crv"), f"one of {', '.join(CURVES)}")
    try:
        wanted = (*_PUBLIC_MEMBERS[found["kty"]], "d")
        for name in wanted:
            # One spelling per key: base64url ignores padding and stray bits, the thumbprint does not.
            if name in found and name not in ("crv", "kty") and _b64(_unb64(found[name])) != found[name]:
                raise ValueError(name)
        key = jwk.JWK(**{name: found[name] for name in wanted if name in found})
        if found["crv"] == "X25519":
            probe = X25519PrivateKey.from_private_bytes(b"\x40" * 32)
            probe.exchange(key.get_op_key("wrapKey"))
        else:
            key.get_op_key("wrapKey")
        if "d" in found:
            _same_halves(found, key)
    except (JWException, ValueError, TypeError, AttributeError) as e:
        # The value is not shown: it may hold a private part.
        raise InvalidInput("encryption key", found["crv"], f"a usable JWK ({type(e).__name__})") from e
    return key


def _same_halves(found: dict[str, Any], key: jwk.JWK) -> None:
    """Refuse a private key next to somebody else's public one."""
    public = key.get_op_key("unwrapKey").public_key()
    if found["crv"] == "X25519":
        same = _b64(public.public_bytes_raw()) == found["x"]
    else:
        numbers = public.public_numbers()
        same = (_b64(numbers.x.to_bytes(32, "big")), _b64(numbers.y.to_bytes(32, "big"))) == (
            found["x"],
            found["y"],
        )
    if not same:
        raise InvalidInput("encryption key.d", "a private part", "the one that belongs to the public part")


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
