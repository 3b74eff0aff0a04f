"""Seal headers with four keys of our own by QBFT's rule. The keys are public: nothing may rest on them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import coincurve
from eth_hash.auto import keccak

from holdfast.proof import rlp_strict
from holdfast.proof.header import Header, header_from_json
from holdfast.proof.qbft import (
    SECP256K1_N,
    Vote,
    block_hash,
    commit_hash,
    encode_extra_data,
    parse_extra_data,
)

EMPTY_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"
EMPTY_TRIE = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
MIX_HASH = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365"
GENESIS = sha256(b"holdfast test chain").digest()
VANITY = b"holdfast test validators".ljust(32, b"\x00")


def key(index: int) -> coincurve.PrivateKey:
    """Test key number `index`; 0 to 3 are the validators."""
    return coincurve.PrivateKey(sha256(b"holdfast test validator %d" % index).digest())


def address(index: int) -> bytes:
    """Address of a test key."""
    return keccak(key(index).public_key.format(compressed=False)[1:])[12:]


VALIDATORS = tuple(address(i) for i in range(4))


def unsealed(
    *,
    state_root: bytes = bytes.fromhex(EMPTY_TRIE[2:]),
    number: int = 1204,
    timestamp: int = 1_736_000_000,
    parent: bytes = sha256(b"parent").digest(),
    proposer: int = 0,
    validators: Sequence[bytes] = VALIDATORS,
    vote: Vote | None = None,
    round_: int = 0,
) -> Header:
    """A header without seals."""
    ballot: rlp_strict.Item = [] if vote is None else [vote.subject, b"\xff" if vote.add else b""]
    fields = {
        "parentHash": "0x" + parent.hex(),
        "sha3Uncles": EMPTY_UNCLES,
        "miner": "0x" + address(proposer).hex(),
        "stateRoot": "0x" + state_root.hex(),
        "transactionsRoot": EMPTY_TRIE,
        "receiptsRoot": EMPTY_TRIE,
        "logsBloom": "0x" + "00" * 256,
        "difficulty": "0x1",
        "number": hex(number),
        "gasLimit": hex(30_000_000),
        "gasUsed": "0x0",
        "timestamp": hex(timestamp),
        "extraData": "0x" + encode_extra_data((VANITY, list(validators), ballot), round_, ()).hex(),
        "mixHash": MIX_HASH,
        "nonce": "0x0000000000000000",
    }
    return header_from_json(fields)


def seal_by(header: Header, index: int) -> bytes:
    """One validator's seal, 65 bytes."""
    extra = parse_extra_data(header.extra_data)
    return key(index).sign_recoverable(commit_hash(header, extra), hasher=None)


def with_seals(header: Header, seals: Sequence[bytes]) -> Header:
    """The header with these seals in place of its own."""
    extra = parse_extra_data(header.extra_data)
    return header.with_extra_data(encode_extra_data(extra.prefix, extra.round, seals))


def sealed(header: Header, by: Sequence[int] = (0, 1, 3)) -> Header:
    """The header sealed by these keys."""
    return with_seals(header, [seal_by(header, i) for i in by])


def hash_of(header: Header) -> bytes:
    """The QBFT block hash."""
    return block_hash(header, parse_extra_data(header.extra_data))


def mirrored(seal: bytes) -> bytes:
    """The other signature of the same key over the same digest, with s in the high half."""
    s = SECP256K1_N - int.from_bytes(seal[32:64])
    return seal[:32] + s.to_bytes(32) + bytes([1 - seal[64]])
