"""Bearer tokens: only the issuer's own, whole, in time, and for us."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.auth import load_verifier
from api.token_issuer import issue_token
from holdfast.domain.errors import InvalidInput, Misconfigured
from tests.unit.api.conftest import AUDIENCE, ISSUER, World


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {"sub": "2", "aud": AUDIENCE, "iss": ISSUER, "iat": now, "exp": now + 60}
    return {name: value for name, value in {**made, **changes}.items() if value is not None}


def ask(world: World, authorization: str) -> tuple[int, str, str]:
    answer = world.client.get("/v1/members", headers={"Authorization": authorization})
    body = answer.json()
    return answer.status_code, body.get("detail", ""), answer.headers.get("www-authenticate", "")


def test_token__good__200(shared_world: World) -> None:
    token = jwt.encode(claims(), shared_world.issuer_key, algorithm="EdDSA")
    assert ask(shared_world, f"Bearer {token}")[0] == 200
    assert ask(shared_world, f"bearer {token}")[0] == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"exp": 1_000}, "expired"),
        ({"aud": "somebody-else"}, "another audience"),
        ({"iss": "somebody-else"}, "another issuer"),
        ({"sub": "zero"}, "names no member"),
        ({"sub": "0"}, "names no member"),
        ({"sub": "99999999999"}, "names no member"),
        ({"sub": None}, "does not hold"),
        ({"exp": None}, "does not hold"),
        ({"iat": None}, "does not hold"),
        ({"iat": int(time.time()) + 3600}, "does not hold"),
    ],
)
def test_token__wrong_claim__401_says_which(shared_world: World, changes: dict[str, Any], words: str) -> None:
    token = jwt.encode(claims(**changes), shared_world.issuer_key, algorithm="EdDSA")
    status, detail, challenge = ask(shared_world, f"Bearer {token}")
    assert status == 401 and words in detail
    assert challenge == 'Bearer realm="holdfast", error="invalid_token"'


def test_token__tampered__401(shared_world: World) -> None:
    header, body, signature = jwt.encode(claims(), shared_world.issuer_key, algorithm="EdDSA").split(".")
    other = json.loads(base64.urlsafe_b64decode(body + "==")) | {"sub": "7"}
    forged = base64.urlsafe_b64encode(json.dumps(other).encode()).decode().rstrip("=")
    assert ask(shared_world, f"Bearer {header}.{forged}.{signature}")[0] == 401
    assert ask(shared_world, f"Bearer {header}.{body}.{signature[:-6]}AAAAAA")[0] == 401


def test_token__none_or_hmac_with_the_public_key__401(shared_world: World) -> None:
    none = jwt.encode(claims(), None, algorithm="none")  # type: ignore[arg-type]
    raw = shared_world.issuer_key.public_key().public_bytes_raw()
    hmac = jwt.encode(claims(), raw, algorithm="HS256")
    stranger = jwt.encode(claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA")
    for token in (none, hmac, stranger):
        assert ask(shared_world, f"Bearer {token}")[0] == 401


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "Bearer a.b", "Bearer " + "a" * 5000])
def test_token__no_token_at_all__401(shared_world: World, header: str) -> None:
    assert ask(shared_world, header)[0] == 401


@pytest.mark.parametrize("profile", ["network", "production", "", "Embedded"])
def test_issue_token__outside_embedded__refused(profile: str) -> None:
    key = Ed25519PrivateKey.generate()
    with pytest.raises(Misconfigured, match="only in the embedded profile"):
        issue_token(key, 2, profile=profile, audience=AUDIENCE, issuer=ISSUER)


def test_issue_token__no_member_or_for_years__refused() -> None:
    key = Ed25519PrivateKey.generate()
    for member, valid in ((0, 60), (2, 0), (2, 10**9)):
        with pytest.raises(InvalidInput):
            issue_token(key, member, profile="embedded", audience=AUDIENCE, issuer=ISSUER, valid_for_s=valid)


def test_load_verifier__private_or_foreign_key__refused(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    other = generate_private_key(SECP256R1()).public_key()
    wrong = other.public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    file = tmp_path / "key.pem"
    for content, words in ((private, "private key"), (wrong, "no Ed25519"), (b"x", "not a public key")):
        file.write_bytes(content)
        with pytest.raises(Misconfigured, match=words):
            load_verifier(file, AUDIENCE, ISSUER)
    with pytest.raises(Misconfigured, match="No such file"):
        load_verifier(tmp_path / "none.pem", AUDIENCE, ISSUER)
    file.write_bytes(public)
    token = issue_token(key, 2, profile="embedded", audience=AUDIENCE, issuer=ISSUER)
    assert load_verifier(file, AUDIENCE, ISSUER).member_id(f"Bearer {token}") == 2
