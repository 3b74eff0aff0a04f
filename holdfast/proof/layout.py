"""Where the contracts keep receipts, lots and members, and how their packed words are read.

Constants, not files, so that this package reads nothing; a test compares them with the storage layout the
compiler wrote into `holdfast/chain/abi/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from eth_hash.auto import keccak

Field = tuple[int, int, int]
"""Slot within the struct, offset from the low end in bytes, size in bytes."""

RECEIPTS_SLOT: Final = 0
"""WarehouseReceipt `_receipts`: mapping(uint256 => Receipt)."""
LOTS_SLOT: Final = 1
"""WarehouseReceipt `_lots`: mapping(bytes24 => Lot)."""
MEMBERS_SLOT: Final = 1
"""Consortium `_members`: mapping(uint32 => Member)."""

RECEIPT: Final[Mapping[str, Field]] = {
    "holder": (0, 0, 4),
    "operator": (0, 4, 4),
    "firstPledgee": (0, 8, 4),
    "status": (0, 12, 1),
    "kind": (0, 13, 1),
    "expiresAt": (0, 14, 5),
    "seq": (0, 19, 4),
    "pledges": (0, 23, 1),
    "liens": (0, 24, 1),
    "lienTerms": (0, 25, 1),
    "freezes": (0, 26, 1),
    "suspendReason": (0, 27, 1),
    "freezeCase": (0, 28, 3),
    "quantityG": (1, 0, 8),
    "lotId": (1, 8, 24),
}
LOT: Final[Mapping[str, Field]] = {
    "attestedG": (0, 0, 8),
    "liveG": (0, 8, 8),
    "operator": (0, 16, 4),
}
MEMBER: Final[Mapping[str, Field]] = {
    "account": (0, 0, 20),
    "roles": (0, 20, 2),
    "active": (0, 22, 1),
    "receipts": (0, 23, 4),
    "seatEpoch": (0, 27, 5),
}
"""First slot of a member only: a title proof needs no more."""


def receipt_slots(receipt_id: int) -> tuple[bytes, bytes]:
    """The two storage keys of a receipt, 32 bytes each."""
    base = _mapping_slot(receipt_id.to_bytes(32), RECEIPTS_SLOT)
    following = (int.from_bytes(base) + 1) % 2**256
    return base, following.to_bytes(32)


def lot_slot(lot_id: bytes) -> bytes:
    """The storage key of a lot (`lot_id`: 24 bytes), 32 bytes."""
    return _mapping_slot(lot_id.ljust(32, b"\x00"), LOTS_SLOT)


def member_slot(member_id: int) -> bytes:
    """The storage key of a member's account, roles and activity, 32 bytes."""
    return _mapping_slot(member_id.to_bytes(32), MEMBERS_SLOT)


def unpack(layout: Mapping[str, Field], words: Sequence[int]) -> dict[str, int]:
    """Read a struct's fields out of its storage words, as unsigned numbers."""
    return {
        name: words[slot] >> 8 * offset & (1 << 8 * size) - 1 for name, (slot, offset, size) in layout.items()
    }


def leftover(layout: Mapping[str, Field], words: Sequence[int]) -> int:
    """Bits set where the layout has no field: not zero means that these words are another structure."""
    rest = 0
    for slot, word in enumerate(words):
        known = sum((1 << 8 * size) - 1 << 8 * offset for at, offset, size in layout.values() if at == slot)
        rest |= word & ~known
    return rest


def _mapping_slot(key: bytes, slot: int) -> bytes:
    return keccak(key + slot.to_bytes(32))
