"""A small token issuer for the embedded profile. The API process never imports this module."""

from __future__ import annotations

import secrets
import time

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from holdfast.domain.errors import InvalidInput, Misconfigured
from holdfast.domain.members import member_id as checked_member

ALGORITHM = "EdDSA"
MAX_VALID_S = 30 * 86_400


def issue_token(
    private_key: Ed25519PrivateKey,
    member_id: int,
    *,
    profile: str,
    audience: str,
    issuer: str,
    valid_for_s: int = 86_400,
    now: int | None = None,
) -> str:
    """A bearer token that speaks for a member.

    Raises:
        Misconfigured: the profile is not `embedded`: elsewhere the members' identity provider issues.
        InvalidInput: no member number, or valid for longer than 30 days.
    """
    if profile != "embedded":
        raise Misconfigured(f"profile {profile!r}: tokens are issued here only in the embedded profile")
    if not 0 < valid_for_s <= MAX_VALID_S:
        raise InvalidInput("valid_for_s", valid_for_s, f"1 to {MAX_VALID_S} seconds")
    issued_at = int(time.time()) if now is None else now
    claims = {
        "sub": str(checked_member(member_id)),
        "aud": audience,
        "iss": issuer,
        "iat": issued_at,
        "exp": issued_at + valid_for_s,
        "jti": secrets.token_hex(16),
    }
    return jwt.encode(claims, private_key, algorithm=ALGORITHM)
