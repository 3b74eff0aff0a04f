"""Merkle-Patricia proofs, checked strictly: what a state trie holds, or does not hold, under a key.

Yellow Paper, appendix D. State and storage tries are keyed by keccak-256, so every key is 64 nibbles, no
branch holds a value and no leaf is a prefix of another. A proof is the list of nodes met on the way down, in
that order; several keys of one trie share nodes, each given once, when first met. A node missing, left over,
out of order or encoded in any second way is a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from eth_hash.auto import keccak

from holdfast.proof import rlp_strict
from holdfast.proof.errors import ProofRejected
from holdfast.proof.rlp_strict import Item

EMPTY_ROOT: Final = keccak(b"\x80")
"""Root of a trie that holds nothing."""
MAX_NODE_BYTES: Final = 1024
"""A full branch has 533 bytes, the largest account leaf less than 200."""

Feed = Callable[[bytes], bytes]
"""Gives the next node, asked for by the hash it must have."""


@dataclass(frozen=True, slots=True)
class Account:
    """What the state trie holds of one account (Yellow Paper §4.1)."""

    nonce: int
    balance: int
    storage_root: bytes
    code_hash: bytes


class ProofTrie:
    """One trie, known by its root, opened node by node along the keys asked for."""

    def __init__(self, root: bytes, name: str) -> None:
        """`root`: 32 bytes; `name`: what the trie is, for errors (`state`, `Consortium storage`)."""
        self._root = root
        self._name = name
        self._opened: dict[bytes, list[Item]] = {}

    def read(self, keys: Sequence[bytes], nodes: Sequence[bytes]) -> list[bytes | None]:
        """Look up `keys` (before hashing) using exactly `nodes` and what earlier reads opened.

        Returns:
            For each key the leaf's bytes, or None where the trie proves that there is none.

        Raises:
            ProofRejected: a node is missing, left over, out of order, altered or badly encoded.
        """
        at = 0

        def following(expected: bytes) -> bytes:
            nonlocal at
            if at == len(nodes):
                raise ProofRejected(f"{self._name}: the proof ends before the key is reached ({at} nodes)")
            node = nodes[at]
            if keccak(node) != expected:
                raise ProofRejected(f"{self._name}: node {at + 1} is not the one its parent names")
            at += 1
            return node

        values = [self._walk(key, following) for key in keys]
        if at != len(nodes):
            raise ProofRejected(
                f"{self._name}: {len(nodes) - at} nodes of the proof belong to no key asked for"
            )
        return values

    def pick(
        self, keys: Sequence[bytes], pool: Mapping[bytes, bytes]
    ) -> tuple[list[bytes], list[bytes | None]]:
        """Choose from `pool` (nodes by their hash) the nodes that `read` will want, in its order.

        Returns:
            The nodes, and the values as `read` answers them.

        Raises:
            ProofRejected: a node the walk needs is not in the pool, or a node is badly encoded.
        """
        taken: list[bytes] = []

        def pooled(expected: bytes) -> bytes:
            node = pool.get(expected)
            if node is None:
                raise ProofRejected(f"{self._name}: node 0x{expected.hex()} is not in what the chain gave")
            taken.append(node)
            return node

        values = [self._walk(key, pooled) for key in keys]
        return taken, values

    def _open(self, expected: bytes, feed: Feed) -> list[Item]:
        node = self._opened.get(expected)
        if node is None:
            raw = feed(expected)
            if len(raw) > MAX_NODE_BYTES or (len(raw) < 32 and expected != self._root):
                raise ProofRejected(
                    f"{self._name}: a node of {len(raw)} bytes; 32 to {MAX_NODE_BYTES} are possible"
                )
            node = rlp_strict.decode_list(raw, f"{self._name} node")
            self._opened[expected] = node
        return node

    def _walk(self, key: bytes, feed: Feed) -> bytes | None:
        if self._root == EMPTY_ROOT:
            return None
        path = keccak(key).hex()
        at = 0
        node = self._open(self._root, feed)
        after_extension = False
        while True:
            if len(node) == 17:
                if node[16] != b"":
                    raise self._bad("a branch that holds a value; all keys have one length")
                if at == 64:
                    raise self._bad("a branch below the last nibble of the key")
                child = node[int(path[at], 16)]
                at += 1
                if child == b"":
                    return None
                after_extension = False
            elif len(node) == 2 and not after_extension:
                is_leaf, part = self._part(node[0], 64 - at)
                if is_leaf:
                    return self._value(node[1]) if path[at:] == part else None
                if not path.startswith(part, at):
                    return None
                child = node[1]
                at += len(part)
                after_extension = True
            else:
                raise self._bad(f"a node of {len(node)} items where a branch, extension or leaf is due")
            node = self._child(child, feed)

    def _child(self, child: Item, feed: Feed) -> list[Item]:
        if isinstance(child, bytes):
            if len(child) != 32:
                raise self._bad(f"a reference of {len(child)} bytes; a hash has 32")
            return self._open(child, feed)
        if len(rlp_strict.encode(child)) >= 32:
            raise self._bad("a node of 32 bytes or more inside its parent, where its hash is due")
        return child

    def _part(self, prefix: Item, left: int) -> tuple[bool, str]:
        """Hex-prefix encoding (appendix C): is it a leaf, and the nibbles as hex text."""
        if not isinstance(prefix, bytes) or not prefix or prefix[0] >> 4 > 3:
            raise self._bad("a path that is not hex-prefix encoded")
        text = prefix.hex()
        odd = prefix[0] >> 4 & 1
        if not odd and text[1] != "0":
            raise self._bad("a path whose padding is not zero")
        part = text[1:] if odd else text[2:]
        is_leaf = prefix[0] >> 4 >= 2
        if (len(part) != left) if is_leaf else not 0 < len(part) < left:
            raise self._bad(f"a path of {len(part)} nibbles where {left} are left of the key")
        return is_leaf, part

    def _value(self, value: Item) -> bytes:
        if not isinstance(value, bytes) or not value:
            raise self._bad("a leaf without a value")
        return value

    def _bad(self, what: str) -> ProofRejected:
        return ProofRejected(f"{self._name}: {what}")


def read_account(leaf: bytes | None, what: str) -> Account:
    """Decode an account's leaf.

    Raises:
        ProofRejected: there is no such account, or it is badly encoded.
    """
    if leaf is None:
        raise ProofRejected(f"{what}: the state proves that there is no such account")
    fields = rlp_strict.decode_list(leaf, f"{what} account")
    if len(fields) != 4:
        raise ProofRejected(f"{what}: an account has 4 fields, this one {len(fields)}")
    return Account(
        rlp_strict.integer(fields[0], f"{what} nonce", 64),
        rlp_strict.integer(fields[1], f"{what} balance"),
        rlp_strict.fixed(fields[2], 32, f"{what} storage root"),
        rlp_strict.fixed(fields[3], 32, f"{what} code hash"),
    )


def read_word(leaf: bytes | None, what: str) -> int:
    """Decode a storage slot: absent is zero, present is a number from 1 to 2^256 - 1, minimal.

    Raises:
        ProofRejected: a stored zero, or a value badly encoded.
    """
    if leaf is None:
        return 0
    value = rlp_strict.integer(rlp_strict.decode(leaf, what), what)
    if value == 0:
        raise ProofRejected(f"{what}: a zero that is stored; the chain stores none")
    return value
