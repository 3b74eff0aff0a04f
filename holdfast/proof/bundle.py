"""The title proof file, version 1: strict reading, one way of writing.

Canonical JSON (RFC 8785). State nodes appear once each, in the order in which the verifier meets them. The
compact form (`holdfast.proof.compact`) holds the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from holdfast.domain.errors import InvalidInput
from holdfast.proof import hexes
from holdfast.proof.compact import CLAIM_FORMS, MAGIC, PARTS, TYPE, pack, unpack
from holdfast.proof.header import Header, header_from_json
from holdfast.proof.strict_json import exactly, read_object, whole

VERSION: Final = 1
MAX_NODES: Final = 256
"""Per list; a path has at most 64 nodes and a title proof reads at most three keys at a time."""
_AMOUNT: Final = re.compile(r"0|[1-9][0-9]{0,19}")
_WORD: Final = re.compile(r"[A-Z_]{1,20}")
_TOP: Final = frozenset(
    ["type", "version", "chain", "contracts", "receipt_id", "block_hash", "header", "proofs", "claimed"]
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A title proof as read: nothing in it is believed yet. Node lists run from the root down."""

    chain_id: int
    genesis_hash: bytes
    warehouse_receipt: bytes
    consortium: bytes
    receipt_id: int
    block_hash: bytes
    header: Header
    account_nodes: tuple[bytes, ...]
    receipt_nodes: tuple[bytes, ...]
    lot_nodes: tuple[bytes, ...]
    member_nodes: tuple[bytes, ...]
    claimed: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The file's content."""
        lists = (self.account_nodes, self.receipt_nodes, self.lot_nodes, self.member_nodes)
        return {
            "type": TYPE,
            "version": VERSION,
            "chain": {"chain_id": self.chain_id, "genesis_hash": hexes.data(self.genesis_hash)},
            "contracts": {
                "warehouse_receipt": hexes.data(self.warehouse_receipt),
                "consortium": hexes.data(self.consortium),
            },
            "receipt_id": hexes.data(self.receipt_id.to_bytes(32)),
            "block_hash": hexes.data(self.block_hash),
            "header": self.header.to_json(),
            "proofs": {
                name: [hexes.data(n) for n in nodes] for name, nodes in zip(PARTS, lists, strict=True)
            },
            "claimed": dict(self.claimed),
        }

    def to_bytes(self) -> bytes:
        """The file."""
        return dump(self.to_json())

    def to_compact(self) -> bytes:
        """The compact form; `parse_bundle` reads both."""
        return pack(self.to_json())


def dump(content: Mapping[str, Any]) -> bytes:
    """Write a title proof's content as its file: canonical JSON, here ASCII throughout."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("ascii")


def parse_bundle(data: bytes | Mapping[str, Any]) -> Bundle:
    """Read a title proof file, plain or compact, or its parsed content.

    Raises:
        InvalidInput: larger than 1 MiB, not canonical, or a field absent, unknown or malformed.
    """
    if isinstance(data, bytes):
        compact = data.startswith(MAGIC)
        content = unpack(data) if compact else read_object(data, "title proof", canonical=True)
    else:
        content = dict(data)
    exactly(content, _TOP, "title")
    if content["type"] != TYPE:
        raise InvalidInput("title.type", content["type"], TYPE)
    if whole(content["version"], "title.version", 32) != VERSION:
        raise InvalidInput("title.version", content["version"], str(VERSION))
    chain = exactly(content["chain"], frozenset({"chain_id", "genesis_hash"}), "title.chain")
    contracts = exactly(
        content["contracts"], frozenset({"warehouse_receipt", "consortium"}), "title.contracts"
    )
    proofs = exactly(content["proofs"], frozenset(PARTS), "title.proofs")
    claimed = exactly(content["claimed"], frozenset(CLAIM_FORMS), "title.claimed")
    header = content["header"]
    if not isinstance(header, dict):
        raise InvalidInput("title.header", header, "an object with the header's fields")
    receipt_id = int.from_bytes(hexes.read_data(content["receipt_id"], "title.receipt_id", 32))
    nodes = {name: _nodes(proofs[name], f"title.proofs.{name}") for name in PARTS}
    return Bundle(
        chain_id=whole(chain["chain_id"], "title.chain.chain_id", 53, 1),
        genesis_hash=hexes.read_data(chain["genesis_hash"], "title.chain.genesis_hash", 32),
        warehouse_receipt=hexes.read_data(
            contracts["warehouse_receipt"], "title.contracts.warehouse_receipt", 20
        ),
        consortium=hexes.read_data(contracts["consortium"], "title.contracts.consortium", 20),
        receipt_id=receipt_id,
        block_hash=hexes.read_data(content["block_hash"], "title.block_hash", 32),
        header=header_from_json(header, "title.header"),
        account_nodes=nodes["accounts"],
        receipt_nodes=nodes["receipt"],
        lot_nodes=nodes["lot"],
        member_nodes=nodes["members"],
        claimed={name: _claim(value, name) for name, value in claimed.items()},
    )


def _claim(value: object, name: str) -> object:
    """Check the form of a claimed value; whether it is true is for a later step."""
    form, field = CLAIM_FORMS[name], f"title.claimed.{name}"
    if form == "number":
        return whole(value, field, 64)
    if form == "hex or null" and value is None:
        return None
    if form in ("hex", "hex or null"):
        return hexes.data(hexes.read_data(value, field, 24 if name == "lot_id" else 20))
    shape, expected = (_AMOUNT, "an amount in digits") if form == "amount" else (_WORD, "a word in capitals")
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise InvalidInput(field, value, expected)
    if form == "amount" and int(value) >= 2**64:
        raise InvalidInput(field, value, "an amount below 2^64")
    return value


def _nodes(value: object, what: str) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > MAX_NODES:
        raise InvalidInput(what, value, f"a list of at most {MAX_NODES} trie nodes")
    return tuple(hexes.read_data(node, f"{what}[{i}]") for i, node in enumerate(value))
