"""Off-chain readers (title proofs) find values in storage where the generated files say."""

from __future__ import annotations

from eth_abi import encode
from eth_utils import keccak

from holdfast.chain.artifacts import PIECES, Field, load_artifact
from tests.contracts.acts_harness import AMOUNT, ActsWorld
from tests.contracts.harness import BANK, IMPORTER, INSPECTOR, IOT, LOT, TRADER, World


def part(word: int, field: Field) -> int:
    return word >> 8 * field.offset & (1 << 8 * field.size_bytes) - 1


def test_receipt__every_field__where_the_layout_says(world: World) -> None:
    receipt = world.issued()
    world.submit(world.transfer_order(receipt))
    world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))
    artifact = load_artifact("WarehouseReceipt")
    base = artifact.variables["_receipts"].slot
    slot = int.from_bytes(keccak(encode(["uint256", "uint256"], [receipt, base])))
    fields = artifact.structs["Receipt"]
    found = {name: part(world.chain.storage(world.receipts, slot + f.slot), f) for name, f in fields.items()}
    expected = world.receipt(receipt)
    assert (expected["holder"], expected["seq"], expected["status"]) == (TRADER, 2, 2)
    assert found == expected | {"lotId": int.from_bytes(LOT)}


def test_lot__every_field__where_the_layout_says(world: World) -> None:
    world.issued()
    artifact = load_artifact("WarehouseReceipt")
    slot = int.from_bytes(keccak(LOT + bytes(8) + artifact.variables["_lots"].slot.to_bytes(32)))
    word = world.chain.storage(world.receipts, slot)
    assert {name: part(word, f) for name, f in artifact.structs["Lot"].items()} == world.lot()


def test_member__every_field__where_the_layout_says(world: World) -> None:
    world.issued()
    artifact = load_artifact("Consortium")
    for member in (IMPORTER, BANK):
        slot = int.from_bytes(
            keccak(encode(["uint32", "uint256"], [member, artifact.variables["_members"].slot]))
        )
        found = {
            name: part(world.chain.storage(world.consortium, slot + f.slot), f)
            for name, f in artifact.structs["Member"].items()
        }
        expected = world.chain.call(world.consortium, "member", member)
        assert found == {
            **{k: int(v) for k, v in expected.items() if isinstance(v, int)},
            "account": int(expected["account"], 16),
            "identityDigest": int.from_bytes(expected["identityDigest"]),
            "encryptionKeyDigest": int.from_bytes(expected["encryptionKeyDigest"]),
        }
        assert found["seatEpoch"] == (1 if member == BANK else 0)
        assert found["receipts"] == (1 if member == IMPORTER else 0)


def test_committee__digest_and_epoch__where_the_layout_says(world: World) -> None:
    variables = load_artifact("Consortium").variables
    digest = world.chain.storage(world.consortium, variables["_committeeDigest"].slot)
    assert digest.to_bytes(32) == world.committee.digest()
    assert part(world.chain.storage(world.consortium, variables["_epoch"].slot), variables["_epoch"]) == 1


def test_code__on_the_chain__is_the_generated_one(world: World) -> None:
    for name, address in (("Consortium", world.consortium), ("WarehouseReceipt", world.receipts)):
        artifact = load_artifact(name)
        assert artifact.matches_code(world.chain.code(address))
        assert len(artifact.deployed_bytecode) <= 24576
        changed = bytearray(world.chain.code(address))
        changed[0] ^= 1
        assert not artifact.matches_code(bytes(changed))


def test_pledge__every_field__where_the_layout_says_in_all_pieces(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    first = load_artifact("Pledge")
    for piece in PIECES["Pledge"]:
        other = load_artifact(piece)
        assert (first.variables, first.structs) == (other.variables, other.structs)
    slot = int.from_bytes(keccak(encode(["uint64", "uint256"], [pledge, first.variables["_pledges"].slot])))
    word = acts.chain.storage(acts.modules["Pledge"], slot)
    found = {name: part(word, field) for name, field in first.structs["PledgeRecord"].items()}
    expected = acts.ask("Pledge", "pledgeOf", pledge)
    assert found == expected | {"currency": int.from_bytes(expected["currency"])}
    assert (found["amountMinor"], found["receipts"]) == (AMOUNT, 1)
