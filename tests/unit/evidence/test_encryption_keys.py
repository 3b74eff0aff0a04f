"""Encryption keys: one key has one spelling and one name, and halves that do not fit are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jwcrypto import jwk

from holdfast.domain.errors import InvalidInput
from holdfast.evidence.encryption_keys import (
    load_private_key,
    load_public_key,
    public_key_of_x25519,
    x25519_bytes,
)
from tests.unit.evidence.bundles import key_of

KEY = key_of("bank")
P256 = load_private_key(jwk.JWK.generate(kty="EC", crv="P-256").export())


@pytest.mark.parametrize("key", [KEY, P256])
def test_key__out_and_in__is_the_same(key: Any) -> None:
    assert load_private_key(key.to_private_jwk()) == key
    assert load_public_key(json.dumps(key.public.to_jwk())) == key.public
    assert load_public_key({**key.public.to_jwk(), "kid": key.kid, "use": "enc"}) == key.public
    assert key.kid == jwk.JWK(**key.public.to_jwk()).thumbprint()


def test_key__raw_bytes__go_there_and_back() -> None:
    assert public_key_of_x25519(x25519_bytes(KEY.public)) == KEY.public
    with pytest.raises(InvalidInput, match="32 bytes"):
        public_key_of_x25519(bytes(31))
    with pytest.raises(InvalidInput, match="X25519"):
        x25519_bytes(P256.public)


def test_key__printed__shows_no_private_part() -> None:
    for key in (KEY, P256):
        assert key.to_private_jwk()["d"] not in repr(key)


@pytest.mark.parametrize(
    "value",
    [
        {},
        "[]",
        "not json",
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "OKP", "crv": "Ed25519", "x": KEY.public.to_jwk()["x"]},
        {"kty": "EC", "crv": "X25519", "x": KEY.public.to_jwk()["x"]},
        {"kty": "OKP", "crv": "X25519"},
        {"kty": "OKP", "crv": "X25519", "x": 7},
        {"kty": "OKP", "crv": "X25519", "x": "AAAA"},
        {"kty": "OKP", "crv": "X25519", "x": KEY.public.to_jwk()["x"] + "="},
        {"kty": "OKP", "crv": "X25519", "x": "A" * 43},
        {**KEY.public.to_jwk(), "kid": "somebody-else"},
        KEY.to_private_jwk(),
        {**P256.public.to_jwk(), "x": KEY.public.to_jwk()["x"]},
        {"kty": "EC", "crv": "P-256", "x": P256.public.to_jwk()["x"]},
    ],
)
def test_public__not_a_good_key__is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput, match="encryption key"):
        load_public_key(value)


@pytest.mark.parametrize(
    "value",
    [
        KEY.public.to_jwk(),
        {**KEY.to_private_jwk(), "d": key_of("other").to_private_jwk()["d"]},
        {**P256.to_private_jwk(), "d": KEY.to_private_jwk()["d"]},
        {**KEY.to_private_jwk(), "d": "AAAA"},
    ],
)
def test_private__halves_do_not_fit__is_refused_without_showing_it(value: Any) -> None:
    with pytest.raises(InvalidInput, match="encryption key") as caught:
        load_private_key(value)
    assert value.get("d", "never") not in str(caught.value)
