"""A small Merkle-Patricia trie to prove from: the writer to `holdfast.proof.trie`'s reader."""

from __future__ import annotations

from collections.abc import Mapping

from eth_hash.auto import keccak

from holdfast.proof.rlp_strict import Item, encode
from holdfast.proof.trie import EMPTY_ROOT


class SmallTrie:
    """A trie over keccak-hashed keys; `nodes` holds every hashed node by its hash."""

    def __init__(self, leaves: Mapping[bytes, bytes]) -> None:
        self.nodes: dict[bytes, bytes] = {}
        paths = {keccak(key).hex(): value for key, value in leaves.items()}
        if not paths:
            self.root = EMPTY_ROOT
            return
        raw = encode(self._node(paths, 0))
        self.root = keccak(raw)
        self.nodes[self.root] = raw

    def _node(self, paths: Mapping[str, bytes], at: int) -> list[Item]:
        if len(paths) == 1:
            ((path, value),) = paths.items()
            return [hex_prefix(path[at:], leaf=True), value]
        shared = at
        first = next(iter(paths))
        while all(path[shared] == first[shared] for path in paths):
            shared += 1
        if shared > at:
            return [hex_prefix(first[at:shared], leaf=False), self._reference(self._node(paths, shared))]
        children: list[Item] = []
        for nibble in "0123456789abcdef":
            below = {path: value for path, value in paths.items() if path[at] == nibble}
            children.append(self._reference(self._node(below, at + 1)) if below else b"")
        return [*children, b""]

    def _reference(self, node: list[Item]) -> Item:
        raw = encode(node)
        if len(raw) < 32:
            return node
        self.nodes[keccak(raw)] = raw
        return keccak(raw)


def hex_prefix(nibbles: str, *, leaf: bool) -> bytes:
    """Yellow Paper, appendix C."""
    flag = 2 if leaf else 0
    return bytes.fromhex(f"{flag + 1:x}{nibbles}" if len(nibbles) % 2 else f"{flag:x}0{nibbles}")
