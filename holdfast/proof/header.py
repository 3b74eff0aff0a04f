"""Block headers: JSON-RPC fields in, the hashed bytes out.

Field order is that of the protocol (Yellow Paper §4.3, EIP-1559, 4895, 4844, 4788, 7685). Fields added by
later forks are optional and end at the first one absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from eth_hash.auto import keccak

from holdfast.domain.errors import InvalidInput
from holdfast.proof import hexes, rlp_strict

Shape = Literal["number"] | int | None
"""A quantity; bytes of that many; or bytes of any length."""

REQUIRED: Final[tuple[tuple[str, Shape], ...]] = (
    ("parentHash", 32),
    ("sha3Uncles", 32),
    ("miner", 20),
    ("stateRoot", 32),
    ("transactionsRoot", 32),
    ("receiptsRoot", 32),
    ("logsBloom", 256),
    ("difficulty", "number"),
    ("number", "number"),
    ("gasLimit", "number"),
    ("gasUsed", "number"),
    ("timestamp", "number"),
    ("extraData", None),
    ("mixHash", 32),
    ("nonce", 8),
)
OPTIONAL: Final[tuple[tuple[str, Shape], ...]] = (
    ("baseFeePerGas", "number"),
    ("withdrawalsRoot", 32),
    ("blobGasUsed", "number"),
    ("excessBlobGas", "number"),
    ("parentBeaconBlockRoot", 32),
    ("requestsHash", 32),
)
_NAMES: Final = tuple(name for name, _ in REQUIRED + OPTIONAL)
_STATE_ROOT, _NUMBER, _TIMESTAMP, _EXTRA = (
    _NAMES.index(name) for name in ("stateRoot", "number", "timestamp", "extraData")
)


@dataclass(frozen=True, slots=True)
class Header:
    """A header's fields as RLP items in protocol order, 15 to 21 of them."""

    items: tuple[bytes, ...]

    @property
    def state_root(self) -> bytes:
        """Root of the state trie after this block, 32 bytes."""
        return self.items[_STATE_ROOT]

    @property
    def parent_hash(self) -> bytes:
        """Hash of the parent block, 32 bytes."""
        return self.items[0]

    @property
    def miner(self) -> bytes:
        """The block's proposer (QBFT), 20 bytes."""
        return self.items[2]

    @property
    def number(self) -> int:
        """Height of the block."""
        return int.from_bytes(self.items[_NUMBER])

    @property
    def timestamp(self) -> int:
        """When the block was made, unix seconds."""
        return int.from_bytes(self.items[_TIMESTAMP])

    @property
    def extra_data(self) -> bytes:
        """The consensus engine's own field."""
        return self.items[_EXTRA]

    def with_extra_data(self, extra_data: bytes) -> Header:
        """The same header with another extraData."""
        return Header((*self.items[:_EXTRA], extra_data, *self.items[_EXTRA + 1 :]))

    def hash(self) -> bytes:
        """keccak-256 of the header as it stands, 32 bytes (QBFT's block hash differs: see `qbft`)."""
        return keccak(rlp_strict.encode(self.items))

    def to_json(self) -> dict[str, str]:
        """The fields under their JSON-RPC names, as this package's files hold them."""
        shapes = REQUIRED + OPTIONAL
        return {
            name: hexes.quantity(int.from_bytes(item)) if shape == "number" else hexes.data(item)
            for (name, shape), item in zip(shapes, self.items, strict=False)
        }


def header_from_json(fields: Mapping[str, object], what: str = "header") -> Header:
    """Read a header strictly: JSON-RPC hex, no further fields, no gap among the later ones.

    Raises:
        InvalidInput: a field is absent, unknown, out of place or not in its one hex form.
    """
    for name in fields:
        if name not in _NAMES:
            raise InvalidInput(f"{what} field {name!r:.60}", fields[name], "no such field in a block header")
    items = _items(fields, what)
    if len(items) != len(fields):
        late = [name for name in fields if name not in _NAMES[: len(items)]]
        raise InvalidInput(f"{what}.{late[0]}", fields[late[0]], f"absent, as {_NAMES[len(items)]} is absent")
    return Header(items)


def header_from_rpc(block: Mapping[str, object]) -> Header:
    """Read the header out of what a node or web3 answers for a block; other fields are passed over.

    Numbers may be integers, bytes may be bytes; web3 names a long extraData `proofOfAuthorityData`.

    Raises:
        InvalidInput: a field every header has is absent or unreadable.
    """
    fields: dict[str, object] = {}
    for name, shape in REQUIRED + OPTIONAL:
        value = block.get(name)
        if name == "extraData" and value is None:
            value = block.get("proofOfAuthorityData")
        if value is None:
            continue
        if shape == "number":
            fields[name] = hexes.quantity(hexes.loose_number(value, f"header.{name}"))
        else:
            fields[name] = hexes.data(hexes.loose_bytes(value, f"header.{name}"))
    return Header(_items(fields, "header"))


def _items(fields: Mapping[str, object], what: str) -> tuple[bytes, ...]:
    items = []
    for name, shape in REQUIRED:
        if fields.get(name) is None:
            raise InvalidInput(f"{what}.{name}", None, "a field every block header has")
        items.append(_read(fields[name], shape, f"{what}.{name}"))
    for name, shape in OPTIONAL:
        if fields.get(name) is None:
            break
        items.append(_read(fields[name], shape, f"{what}.{name}"))
    return tuple(items)


def _read(value: object, shape: Shape, field: str) -> bytes:
    if shape == "number":
        return rlp_strict.scalar(hexes.read_quantity(value, field))
    return hexes.read_data(value, field, shape)
