"""QBFT headers: who sealed a block, and whether those were enough of the right ones.

extraData is RLP of [vanity, validators, vote, round, seals]. Validators seal keccak(header with the seals
empty); the block hash is keccak(header with the seals empty and the round 0). At least ceil(2n/3) different
validators of the set in force after the parent must have sealed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import coincurve
from eth_hash.auto import keccak

from holdfast.proof import rlp_strict
from holdfast.proof.errors import ProofRejected
from holdfast.proof.header import Header
from holdfast.proof.rlp_strict import Item

SECP256K1_N: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
VANITY_BYTES: Final = 32
MAX_ROUND_BITS: Final = 32


@dataclass(frozen=True, slots=True)
class Vote:
    """A proposer's vote to add a validator or to drop one; `subject` is 20 bytes."""

    subject: bytes
    add: bool


@dataclass(frozen=True, slots=True)
class ExtraData:
    """What a QBFT header says of its validators. Addresses are 20 bytes; seals as found, unchecked."""

    validators: tuple[bytes, ...]
    vote: Vote | None
    round: int
    seals: tuple[bytes, ...]
    prefix: tuple[Item, Item, Item]
    """Vanity, validators and vote as they were read, so that hashing changes nothing in them."""


def parse_extra_data(extra_data: bytes) -> ExtraData:
    """Read extraData.

    Raises:
        ProofRejected: not RLP of the five QBFT items, or one of them is not of its form.
    """
    items = rlp_strict.decode_list(extra_data, "extraData")
    if len(items) != 5:
        raise ProofRejected(f"extraData: {len(items)} items; QBFT has 5")
    vanity, validators, vote, round_item, seals = items
    rlp_strict.fixed(vanity, VANITY_BYTES, "extraData vanity")
    if isinstance(validators, bytes) or isinstance(seals, bytes):
        raise ProofRejected("extraData: validators and seals are lists in QBFT")
    found = []
    for seal in seals:
        if not isinstance(seal, bytes):
            raise ProofRejected("extraData: a seal that is a list")
        found.append(seal)
    return ExtraData(
        validators=tuple(rlp_strict.fixed(v, 20, "extraData validator") for v in validators),
        vote=_vote(vote),
        round=rlp_strict.integer(round_item, "extraData round", MAX_ROUND_BITS),
        seals=tuple(found),
        prefix=(vanity, validators, vote),
    )


def encode_extra_data(prefix: tuple[Item, Item, Item], round_: int, seals: Collection[bytes]) -> bytes:
    """Write extraData from vanity, validators and vote with this round and these seals."""
    return rlp_strict.encode([*prefix, rlp_strict.scalar(round_), list(seals)])


def commit_hash(header: Header, extra: ExtraData) -> bytes:
    """What validators seal: keccak of the header with the seals empty and the round kept, 32 bytes."""
    return header.with_extra_data(encode_extra_data(extra.prefix, extra.round, ())).hash()


def block_hash(header: Header, extra: ExtraData) -> bytes:
    """The block's hash: keccak of the header with the seals empty and the round 0, 32 bytes."""
    return header.with_extra_data(encode_extra_data(extra.prefix, 0, ())).hash()


def seals_needed(validators: int) -> int:
    """How many of `validators` must seal: ceil(2n/3)."""
    return (2 * validators + 2) // 3


def recover_signer(digest: bytes, seal: bytes) -> bytes:
    """Address (20 bytes) whose key made `seal` over `digest`.

    Raises:
        ProofRejected: not 65 bytes r, s, v with v 0 or 1, s in the low half of the curve order, on the curve.
    """
    if len(seal) != 65 or seal[64] > 1:
        raise ProofRejected("not 65 bytes ending in 0 or 1")
    if not 0 < int.from_bytes(seal[32:64]) <= SECP256K1_N // 2:
        raise ProofRejected("its s is zero or in the high half of the curve order")
    try:
        key = coincurve.PublicKey.from_signature_and_message(seal, digest, hasher=None)
    except ValueError as e:
        raise ProofRejected("no key could have made it") from e
    return keccak(key.format(compressed=False)[1:])[12:]


def verify_seals(header: Header, extra: ExtraData, validators: Collection[bytes]) -> tuple[bytes, ...]:
    """Check that enough of `validators` (in force after the parent, 20 bytes each) sealed the header.

    Returns:
        The sealers in the order of their seals.

    Raises:
        ProofRejected: the header lists another set; a seal is malformed, foreign or repeated; too few.
    """
    trusted = set(validators)
    if not extra.validators:
        raise ProofRejected(
            "the header lists no validators: a chain that chooses them by contract cannot be checked offline"
        )
    if len(set(extra.validators)) != len(extra.validators) or set(extra.validators) != trusted:
        raise ProofRejected(
            f"the header's {len(extra.validators)} validators are not the {len(trusted)} trusted ones"
        )
    if len(extra.seals) > len(trusted):
        raise ProofRejected(f"{len(extra.seals)} seals for {len(trusted)} validators")
    digest = commit_hash(header, extra)
    sealers: list[bytes] = []
    for place, seal in enumerate(extra.seals, 1):
        try:
            signer = recover_signer(digest, seal)
        except ProofRejected as e:
            raise ProofRejected(f"seal {place} is malformed: {e}") from e
        if signer not in trusted:
            raise ProofRejected(f"seal {place} is by 0x{signer.hex()}, no validator of the trusted set")
        if signer in sealers:
            raise ProofRejected(f"seal {place} repeats validator 0x{signer.hex()}")
        sealers.append(signer)
    needed = seals_needed(len(trusted))
    if len(sealers) < needed:
        raise ProofRejected(f"{len(sealers)} of {len(trusted)} validators sealed; {needed} must have")
    return tuple(sealers)


def _vote(item: Item) -> Vote | None:
    if item == []:
        return None
    if isinstance(item, bytes) or len(item) != 2:
        raise ProofRejected("extraData: a vote is empty or names one validator and one choice")
    # Drop is written as the empty string; readers also take a zero byte (Besu, GoQuorum).
    if item[1] not in (b"", b"\x00", b"\xff"):
        raise ProofRejected("extraData: a vote's choice is 0xff (add) or empty (drop)")
    return Vote(rlp_strict.fixed(item[0], 20, "extraData vote"), item[1] == b"\xff")
