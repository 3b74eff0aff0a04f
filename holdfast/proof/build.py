"""Make a title proof out of what a node answers; the asking is done by `holdfast.chain`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_hash.auto import keccak

from holdfast.domain.errors import InvalidInput
from holdfast.proof import hexes, qbft
from holdfast.proof.bundle import Bundle
from holdfast.proof.errors import ProofRejected
from holdfast.proof.header import header_from_rpc
from holdfast.proof.layout import lot_slot, member_slot, receipt_slots
from holdfast.proof.title import Title, read_lot, read_member, read_receipt
from holdfast.proof.trie import ProofTrie, read_account, read_word


@dataclass(frozen=True, slots=True)
class TitleKeys:
    """Storage keys (32 bytes each) to ask `eth_getProof` for, contract by contract."""

    warehouse_receipt: tuple[bytes, ...]
    consortium: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class TitleMaterial:
    """What a node answers about one receipt, all at one block.

    `header` is the answer to `eth_getBlockByNumber` or by hash, `receipt_proof` and `consortium_proof` those
    to `eth_getProof` at that block for the keys of `title_storage_keys`; raw JSON-RPC or web3's forms.
    Addresses have 20 bytes, `genesis_hash` 32.
    """

    chain_id: int
    genesis_hash: bytes
    warehouse_receipt: bytes
    consortium: bytes
    receipt_id: int
    header: Mapping[str, Any]
    receipt_proof: Mapping[str, Any]
    consortium_proof: Mapping[str, Any]


def title_storage_keys(receipt_id: int, lot_id: bytes, member_ids: Sequence[int]) -> TitleKeys:
    """The storage keys a title proof needs.

    Args:
        receipt_id: the receipt.
        lot_id: its lot, 24 bytes.
        member_ids: its holder, warehouse operator and, if there is one, first pledgee. Zeros and repeats are
            passed over.
    """
    members = tuple(dict.fromkeys(member for member in member_ids if member))
    return TitleKeys(
        warehouse_receipt=(*receipt_slots(receipt_id), lot_slot(lot_id)),
        consortium=tuple(member_slot(member) for member in members),
    )


def build_bundle(material: TitleMaterial) -> Bundle:
    """Assemble the title proof, checking every hash on the way; `.to_bytes()` of it is the file.

    Whether the title holds is for `verify_title` to say: the proof of a suspended receipt is made as well.

    Raises:
        InvalidInput: the node's answers lack a field or a node.
        ProofRejected: the answers do not belong together, or there is no such standing receipt.
    """
    header = header_from_rpc(material.header)
    block_hash = hexes.loose_bytes(material.header.get("hash"), "header.hash")
    if block_hash not in _hashes(material):
        raise ProofRejected(f"the header does not hash to {hexes.data(block_hash)}, the hash the node names")
    pools = [
        _pool(material.receipt_proof, "receipt_proof"),
        _pool(material.consortium_proof, "consortium_proof"),
    ]
    state = ProofTrie(header.state_root, "state")
    account_nodes, leaves = state.pick([material.warehouse_receipt, material.consortium], pools[0] | pools[1])
    accounts = [
        read_account(leaf, name)
        for leaf, name in zip(leaves, ("WarehouseReceipt", "Consortium"), strict=True)
    ]
    storage = ProofTrie(accounts[0].storage_root, "WarehouseReceipt storage")
    receipt_nodes, words = storage.pick(receipt_slots(material.receipt_id), pools[0])
    receipt = read_receipt(material.receipt_id, words)
    lot_nodes, (lot_leaf,) = storage.pick([lot_slot(receipt.lot_id)], pools[0])
    members_trie = ProofTrie(accounts[1].storage_root, "Consortium storage")
    member_nodes, member_leaves = members_trie.pick([member_slot(m) for m in receipt.members], pools[1])
    members = {
        number: read_member(number, read_word(leaf, f"member {number}"))
        for number, leaf in zip(receipt.members, member_leaves, strict=True)
    }
    title = Title(receipt, read_lot(read_word(lot_leaf, "lot word"), receipt), members)
    return Bundle(
        chain_id=material.chain_id,
        genesis_hash=material.genesis_hash,
        warehouse_receipt=material.warehouse_receipt,
        consortium=material.consortium,
        receipt_id=material.receipt_id,
        block_hash=block_hash,
        header=header,
        account_nodes=tuple(account_nodes),
        receipt_nodes=tuple(receipt_nodes),
        lot_nodes=tuple(lot_nodes),
        member_nodes=tuple(member_nodes),
        claimed=title.to_json(),
    )


def _hashes(material: TitleMaterial) -> tuple[bytes, ...]:
    """The header's plain hash and, if its extraData is QBFT's, its QBFT hash."""
    header = header_from_rpc(material.header)
    try:
        return header.hash(), qbft.block_hash(header, qbft.parse_extra_data(header.extra_data))
    except ProofRejected:
        return (header.hash(),)


def _pool(proof: Mapping[str, Any], what: str) -> dict[bytes, bytes]:
    """All trie nodes of an `eth_getProof` answer, by their hash."""
    lists = [proof.get("accountProof")]
    storage = proof.get("storageProof")
    if isinstance(storage, Sequence):
        lists += [entry.get("proof") if isinstance(entry, Mapping) else None for entry in storage]
    pool: dict[bytes, bytes] = {}
    for nodes in lists:
        if not isinstance(nodes, Sequence) or isinstance(nodes, str | bytes):
            raise InvalidInput(what, nodes, "the answer to eth_getProof, with its lists of nodes")
        for node in nodes:
            raw = hexes.loose_bytes(node, what)
            pool[keccak(raw)] = raw
    return pool
