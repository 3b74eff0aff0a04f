"""Bearer tokens (RFC 6750, RFC 7519) signed with EdDSA: who calls, proved with the issuer's public key.

The API holds only the public key, so it can check tokens and never make one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from api.problems import Problem
from holdfast.domain.errors import Misconfigured

ALGORITHM = "EdDSA"
LEEWAY_S = 5
MAX_TOKEN_CHARS = 4096


@dataclass(frozen=True, slots=True)
class TokenVerifier:
    """Checks tokens of one issuer for one audience."""

    public_key: Ed25519PublicKey
    audience: str
    issuer: str

    def member_id(self, authorization: str | None) -> int:
        """The member a request's Authorization header speaks for.

        Raises:
            Problem: 401, naming what is wrong with the token.
        """
        subject = self._claims(authorization)["sub"]
        member = int(subject) if subject.isascii() and subject.isdigit() and len(subject) < 12 else 0
        if not 0 < member < 2**32:
            raise _unauthorised("the token names no member", "invalid_token")
        return member

    def expires_at(self, authorization: str | None) -> int:
        """When the token stops to hold, unix seconds. Raises as `member_id`."""
        return int(self._claims(authorization)["exp"])

    def _claims(self, authorization: str | None) -> dict[str, Any]:
        if authorization is None:
            raise _unauthorised("send the header Authorization: Bearer <token>", None)
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN_CHARS:
            raise _unauthorised("expected Authorization: Bearer <token>", "invalid_request")
        try:
            claims: dict[str, Any] = jwt.decode(
                token.strip(),
                self.public_key,
                algorithms=[ALGORITHM],
                audience=self.audience,
                issuer=self.issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise _unauthorised("the token has expired", "invalid_token") from error
        except jwt.InvalidAudienceError as error:
            raise _unauthorised("the token is for another audience", "invalid_token") from error
        except jwt.InvalidIssuerError as error:
            raise _unauthorised("the token is of another issuer", "invalid_token") from error
        except jwt.PyJWTError as error:
            raise _unauthorised("the token does not hold: altered, or not ours", "invalid_token") from error
        return claims


def load_verifier(public_key_file: Path, audience: str, issuer: str) -> TokenVerifier:
    """Read the issuer's public key (PEM, Ed25519).

    Raises:
        Misconfigured: no such file, or another kind of key; a private key above all.
    """
    try:
        content = public_key_file.read_bytes()
    except OSError as error:
        raise Misconfigured(f"token public key {public_key_file}: {error.strerror}") from error
    if b"PRIVATE KEY" in content:
        raise Misconfigured(f"{public_key_file} holds a private key; the API takes only the public one")
    try:
        key = load_pem_public_key(content)
    except ValueError as error:
        raise Misconfigured(f"{public_key_file} is not a public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise Misconfigured(f"{public_key_file} is no Ed25519 key")
    return TokenVerifier(key, audience, issuer)


def _unauthorised(detail: str, error: str | None) -> Problem:
    challenge = 'Bearer realm="holdfast"' + (f', error="{error}"' if error else "")
    return Problem(401, "unauthorised", detail, headers={"WWW-Authenticate": challenge})
