from __future__ import annotations

import json
from typing import Any

import pytest

from holdfast.proof import layout
from tests.unit.proof.data import ROOT


def storage(contract: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / f"holdfast/chain/abi/{contract}.json").read_text())
    return dict(found["storage_layout"])


def fields(contract: str, struct: str) -> dict[str, layout.Field]:
    members = storage(contract)["structs"][f"struct {struct}"]
    return {name: (m["slot"], m["offset"], m["bytes"]) for name, m in members.items()}


@pytest.mark.parametrize(
    ("contract", "variable", "kind", "slot"),
    [
        ("WarehouseReceipt", "_receipts", "mapping(uint256 => struct Receipt)", layout.RECEIPTS_SLOT),
        ("WarehouseReceipt", "_lots", "mapping(bytes24 => struct Lot)", layout.LOTS_SLOT),
        ("Consortium", "_members", "mapping(uint32 => struct Member)", layout.MEMBERS_SLOT),
    ],
)
def test_layout__base_slots__are_the_compilers(contract: str, variable: str, kind: str, slot: int) -> None:
    found = storage(contract)["variables"][variable]
    assert (found["slot"], found["type"]) == (slot, kind)


def test_layout__fields__are_the_compilers() -> None:
    assert dict(layout.RECEIPT) == fields("WarehouseReceipt", "Receipt")
    assert dict(layout.LOT) == fields("WarehouseReceipt", "Lot")
    first_slot = {name: field for name, field in fields("Consortium", "Member").items() if field[0] == 0}
    assert dict(layout.MEMBER) == first_slot


def test_layout__unpack_and_leftover__read_all_bits_once() -> None:
    words = ((1 << 256) - 1, (1 << 256) - 1)
    unpacked = layout.unpack(layout.RECEIPT, words)
    assert unpacked["lotId"] == (1 << 192) - 1
    assert unpacked["freezes"] == 0xFF
    assert unpacked["suspendReason"] == 0xFF
    assert unpacked["freezeCase"] == 0xFFFFFF
    assert layout.leftover(layout.RECEIPT, words) == 0xFF << 248
    assert layout.leftover(layout.LOT, (1 << 160,)) == 1 << 160


def test_layout__second_word_of_a_receipt__follows_the_first() -> None:
    first, second = layout.receipt_slots(7)
    assert int.from_bytes(second) == int.from_bytes(first) + 1
    assert layout.lot_slot(b"\x01" * 24) != layout.member_slot(1)
