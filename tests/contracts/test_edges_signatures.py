"""Edges of signatures that mutants found untried: each test was written for a fault that had survived.

An account can be computed for any r and s: so there are signatures that are good in all but one respect.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from eth_keys import keys
from eth_utils import keccak

from holdfast.attestation.signatures import SECP256K1_N, compact
from holdfast.attestation.typed_data import signing_digest
from tests.contracts.harness import IMPORTER, TRADER, World, address_of, key_of, refused, sign

HALF = SECP256K1_N // 2
"""The largest low s."""
R = int(keys.PrivateKey(keccak(b"any")).sign_msg_hash(bytes(32)).r)
Form = Callable[[int, int], bytes]


def account_of(digest: bytes, s: int, parity: int) -> str:
    """The account whose signature over a digest has this s; a high s is the twin of a low one."""
    high = s > HALF
    twin = keys.Signature(vrs=(parity ^ high, R, SECP256K1_N - s if high else s))
    return str(twin.recover_public_key_from_msg_hash(digest).to_checksum_address())


def short(s: int, parity: int) -> bytes:
    return R.to_bytes(32) + (s | parity << 255).to_bytes(32)


def long(s: int, parity: int) -> bytes:
    return R.to_bytes(32) + s.to_bytes(32) + bytes([27 + parity])


@pytest.mark.parametrize("parity", [0, 1])
@pytest.mark.parametrize("form", [short, long])
@pytest.mark.parametrize("s", [HALF + 1, 2**255 - 1])
def test_party__own_high_s__refused_in_either_form(world: World, s: int, form: Form, parity: int) -> None:
    order = world.transfer_order(world.issued())
    account = account_of(signing_digest(world.domain, order), s, parity)
    world.chain.send(world.consortium, "setMemberAccount", IMPORTER, account)
    with refused("SignatureHighS", s=s.to_bytes(32)):
        made = form(s, parity)
        world.submit(order, parties=(made, world.party_signatures(order)[1]))


@pytest.mark.parametrize("parity", [0, 1])
@pytest.mark.parametrize("form", [short, long])
def test_party__largest_low_s__taken_in_either_form(world: World, form: Form, parity: int) -> None:
    receipt = world.issued()
    order = world.transfer_order(receipt)
    account = account_of(signing_digest(world.domain, order), HALF, parity)
    world.chain.send(world.consortium, "setMemberAccount", IMPORTER, account)
    made = form(HALF, parity)
    world.submit(order, parties=(made, world.party_signatures(order)[1]))
    assert world.receipt(receipt)["holder"] == TRADER


@pytest.mark.parametrize("parity", [0, 1])
@pytest.mark.parametrize("form", [short, long])
def test_party__anothers_largest_low_s__foreign_not_high(world: World, form: Form, parity: int) -> None:
    order = world.transfer_order(world.issued())
    other = account_of(signing_digest(world.domain, order), HALF, parity).lower()
    made = form(HALF, parity)
    with refused("ForeignSignature", member=IMPORTER, recovered=other):
        world.submit(order, parties=(made, world.party_signatures(order)[1]))


@pytest.mark.parametrize("length", [32, 64, 65])
def test_party__not_a_signature__named_by_its_length(world: World, length: int) -> None:
    order = world.transfer_order(world.issued())
    name, facts = ("MalformedSignature", {"length": length}) if length != 64 else ("ForeignSignature", {})
    with refused(name, member=IMPORTER, **facts):
        world.submit(order, parties=(bytes(length), world.party_signatures(order)[1]))


@pytest.mark.parametrize("name", ["stranger", "second stranger", "third stranger", "fourth stranger"])
def test_party__strangers_short_form__names_the_stranger(world: World, name: str) -> None:
    order = world.transfer_order(world.issued())
    made = compact(sign(key_of(name), signing_digest(world.domain, order)))
    with refused("ForeignSignature", member=IMPORTER, recovered=address_of(key_of(name)).lower()):
        world.submit(order, parties=(made, world.party_signatures(order)[1]))


def test_quorum__anothers_largest_low_s__no_attester_rather_than_high(world: World) -> None:
    order = world.issue_order(world.terms(1))
    attestation = world.attestation(order)
    other = account_of(signing_digest(world.domain, attestation), HALF, 0).lower()
    with refused("NotAnAttester", index=0, recovered=other):
        world.submit(order, attestation=attestation, signatures=short(HALF, 0) * 3)
