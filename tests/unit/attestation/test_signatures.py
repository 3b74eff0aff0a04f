from __future__ import annotations

from contextlib import suppress
from hashlib import sha256

import pytest
from eth_keys import keys
from hypothesis import given
from hypothesis import strategies as st

from holdfast.attestation.signatures import (
    SECP256K1_N,
    compact,
    recover_signer,
    signature_from_hex,
    split_signature,
)
from holdfast.domain.errors import InvalidInput

KEY = keys.PrivateKey(sha256(b"a key").digest())
DIGEST = sha256(b"a digest").digest()


def signed(digest: bytes = DIGEST) -> bytes:
    made = KEY.sign_msg_hash(digest)
    return bytes(made.r.to_bytes(32) + made.s.to_bytes(32) + bytes([made.v + 27]))


@given(st.binary(min_size=32, max_size=32))
def test_recover__both_forms__the_signer(digest: bytes) -> None:
    signature = signed(digest)

    assert recover_signer(digest, signature) == KEY.public_key.to_checksum_address()
    assert recover_signer(digest, compact(signature)) == KEY.public_key.to_checksum_address()
    assert compact(compact(signature)) == compact(signature)


def with_s(s: int) -> bytes:
    return signed()[:32] + s.to_bytes(32) + b"\x1b"


@pytest.mark.parametrize("s", [0, SECP256K1_N // 2 + 1, SECP256K1_N - 1, SECP256K1_N, 2**256 - 1])
def test_split__s_zero_or_high__refused(s: int) -> None:
    with pytest.raises(InvalidInput, match="signature s"):
        split_signature(with_s(s))


def test_split__s_just_half__accepted() -> None:
    assert split_signature(with_s(SECP256K1_N // 2))[1] == SECP256K1_N // 2


@pytest.mark.parametrize("r", [0, SECP256K1_N, 2**256 - 1])
def test_split__r_outside_the_curves_order__refused(r: int) -> None:
    with pytest.raises(InvalidInput, match="signature r"):
        split_signature(r.to_bytes(32) + signed()[32:])


@pytest.mark.parametrize("v", [0, 1, 26, 29, 37, 255])
def test_split__v_not_27_or_28__refused(v: int) -> None:
    with pytest.raises(InvalidInput, match="27 or 28"):
        split_signature(signed()[:64] + bytes([v]))


@pytest.mark.parametrize("length", [0, 1, 63, 66, 130])
def test_split__another_length__refused(length: int) -> None:
    with pytest.raises(InvalidInput, match=f"{length} bytes"):
        split_signature(b"\1" * length)


def test_recover__no_point_on_the_curve__refused() -> None:
    """r = 5 is the abscissa of no point of secp256k1."""
    with pytest.raises(InvalidInput, match="point on the curve"):
        recover_signer(DIGEST, (5).to_bytes(32) + (1).to_bytes(32) + b"\x1b")


@given(st.binary(min_size=64, max_size=65))
def test_recover__any_bytes__an_account_or_a_refusal(signature: bytes) -> None:
    with suppress(InvalidInput):
        assert recover_signer(DIGEST, signature).startswith("0x")


@pytest.mark.parametrize("bad", [None, 5, "", "0x", "0x12", "zz", signed().hex(), "0x" + "zz" * 65, b"0x"])
def test_signature_from_hex__no_signature__refused_naming_the_field(bad: object) -> None:
    with pytest.raises(InvalidInput, match=r"signatures\.2"):
        signature_from_hex(bad, field="signatures.2")


def test_signature_from_hex__both_lengths__read() -> None:
    assert signature_from_hex("0x" + signed().hex()) == signed()
    assert signature_from_hex("0x" + compact(signed()).hex()) == compact(signed())
