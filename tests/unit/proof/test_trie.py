from __future__ import annotations

import pytest
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.proof import rlp_strict
from holdfast.proof.errors import ProofRejected
from holdfast.proof.rlp_strict import Item
from holdfast.proof.trie import EMPTY_ROOT, ProofTrie, read_account, read_word
from tests.unit.proof.small_trie import SmallTrie, hex_prefix

LEAVES = {b"key %d" % i: rlp_strict.encode(b"value %d" % i) for i in range(500)}
TRIE = SmallTrie(LEAVES)


def proof(trie: SmallTrie, keys: list[bytes]) -> list[bytes]:
    return ProofTrie(trie.root, "test").pick(keys, trie.nodes)[0]


def read(root: bytes, keys: list[bytes], nodes: list[bytes]) -> list[bytes | None]:
    return ProofTrie(root, "test").read(keys, nodes)


def node_as_root(node: list[Item], key: bytes) -> list[bytes | None]:
    raw = rlp_strict.encode(node)
    return read(keccak(raw), [key], [raw])


def test_trie__every_key__is_proved() -> None:
    for key, value in LEAVES.items():
        assert read(TRIE.root, [key], proof(TRIE, [key])) == [value]


def test_trie__keys_that_are_not_there__are_proved_absent() -> None:
    for i in range(200):
        key = b"stranger %d" % i
        assert read(TRIE.root, [key], proof(TRIE, [key])) == [None]


def test_trie__the_test_data__has_extensions_and_leaves_that_end_elsewhere() -> None:
    kinds = {
        "branch" if len(node) == 17 else "leaf" if node[0][0] >> 4 >= 2 else "extension"  # type: ignore[index]
        for node in map(rlp_strict.decode_list, TRIE.nodes.values())
    }
    assert kinds == {"branch", "leaf", "extension"}


def test_trie__empty__proves_absence_without_nodes() -> None:
    assert read(EMPTY_ROOT, [b"any"], []) == [None]
    with pytest.raises(ProofRejected, match="belong to no key"):
        read(EMPTY_ROOT, [b"any"], [b"\x80"])


@settings(max_examples=60)
@given(st.lists(st.integers(0, 700), min_size=1, max_size=5, unique=True), st.data())
def test_trie__several_keys__share_nodes_and_any_change_is_refused(
    numbers: list[int], data: st.DataObject
) -> None:
    keys = [b"key %d" % number for number in numbers]
    nodes = proof(TRIE, keys)
    assert len(set(nodes)) == len(nodes)
    assert read(TRIE.root, keys, nodes) == [LEAVES.get(key) for key in keys]
    place = data.draw(st.integers(0, len(nodes) - 1))
    node = bytearray(nodes[place])
    node[data.draw(st.integers(0, len(node) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    for bad in (
        [*nodes[:place], bytes(node), *nodes[place + 1 :]],
        nodes[:place] + nodes[place + 1 :],
        nodes[: place + 1] + nodes[place:],
        [*nodes, nodes[place]],
        [nodes[place], *nodes],
    ):
        with pytest.raises(ProofRejected):
            read(TRIE.root, keys, bad)


def test_trie__nodes_in_another_order__are_refused() -> None:
    keys = [b"key 1", b"key 2"]
    with pytest.raises(ProofRejected, match="node 1 is not the one"):
        read(TRIE.root, keys, proof(TRIE, keys)[::-1])


def test_trie__a_second_read__opens_only_what_is_new() -> None:
    trie = ProofTrie(TRIE.root, "test")
    first = proof(TRIE, [b"key 1"])
    both = proof(TRIE, [b"key 1", b"key 2"])
    assert trie.read([b"key 1"], first) == [LEAVES[b"key 1"]]
    assert trie.read([b"key 2"], both[len(first) :]) == [LEAVES[b"key 2"]]
    assert trie.read([b"key 1"], []) == [LEAVES[b"key 1"]]


KEY = b"a key"
PATH = keccak(KEY).hex()
EMPTY: list[Item] = [b""] * 16


@pytest.mark.parametrize(
    ("node", "why"),
    [
        ([*EMPTY, b"value"], "holds a value"),
        ([b"one", b"two", b"three"], "3 items"),
        ([], "0 items"),
        ([b"", b"value"], "hex-prefix"),
        ([b"\x40" + keccak(KEY), b"value"], "hex-prefix"),
        ([b"\x21" + keccak(KEY), b"value"], "padding"),
        ([hex_prefix(PATH[:-1], leaf=True), b"value"], "63 nibbles where 64"),
        ([hex_prefix("", leaf=False), bytes(32)], "0 nibbles"),
        ([hex_prefix(PATH, leaf=False), bytes(32)], "64 nibbles"),
        ([hex_prefix(PATH, leaf=True), b""], "without a value"),
        ([hex_prefix(PATH, leaf=True), [b"value"]], "without a value"),
        ([[b"x"], b"value"], "hex-prefix"),
        ([hex_prefix(PATH[:2], leaf=False), b"short"], "reference of 5 bytes"),
        ([hex_prefix(PATH[:2], leaf=False), [hex_prefix(PATH[2:4], leaf=False), b""]], "2 items"),
        (
            [hex_prefix(PATH[:2], leaf=False), [hex_prefix(PATH[2:], leaf=True), b"long"]],
            "32 bytes or more inside",
        ),
    ],
)
def test_trie__a_node_not_of_its_form__is_refused(node: list[Item], why: str) -> None:
    with pytest.raises(ProofRejected, match=why):
        node_as_root(node, KEY)


def test_trie__a_leaf_of_another_key__proves_absence() -> None:
    assert node_as_root([hex_prefix(keccak(b"other").hex(), leaf=True), b"value"], KEY) == [None]


def test_trie__a_node_too_large_or_too_small_for_its_hash__is_refused() -> None:
    with pytest.raises(ProofRejected, match="are possible"):
        node_as_root([hex_prefix(PATH, leaf=True), bytes(1100)], KEY)
    small = rlp_strict.encode([hex_prefix(PATH[62:], leaf=True), b"v"])
    parent = rlp_strict.encode([hex_prefix(PATH[:62], leaf=False), keccak(small)])
    with pytest.raises(ProofRejected, match="are possible"):
        read(keccak(parent), [KEY], [parent, small])


def test_read_word__stored_zero_and_padded_numbers__are_refused() -> None:
    assert read_word(None, "word") == 0
    assert read_word(rlp_strict.encode(b"\x01\x00"), "word") == 256
    for leaf in (b"\x80", b"\x00", rlp_strict.encode(b"\x00\x01"), rlp_strict.encode(b"\x01" * 33), b"\xc0"):
        with pytest.raises(ProofRejected):
            read_word(leaf, "word")


def test_read_account__not_four_fields_of_their_sizes__is_refused() -> None:
    fields: list[Item] = [b"\x01", b"", bytes(32), bytes(32)]
    assert read_account(rlp_strict.encode(fields), "account").nonce == 1
    for bad in (
        fields[:3],
        [*fields, b""],
        [b"\x00", *fields[1:]],
        [*fields[:3], bytes(31)],
        [[], *fields[1:]],
    ):
        with pytest.raises(ProofRejected):
            read_account(rlp_strict.encode(bad), "account")
    with pytest.raises(ProofRejected, match="no such account"):
        read_account(None, "account")
