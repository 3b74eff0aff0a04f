from __future__ import annotations

from dataclasses import replace

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from holdfast.attestation.signatures import compact
from holdfast.attestation.typed_data import Domain, signing_digest, typed_data
from tests.contracts.harness import (
    CHAIN_ID,
    IMPORTER,
    TRADER,
    Reverted,
    World,
    address_of,
    high_s,
    key_of,
    receipt_id,
    refused,
    sign,
)

# Contract wallets in a few instructions: answer isValidSignature with the magic value, with zero, or revert.
YES = bytes.fromhex("631626ba7e60e01b60005260206000f3")
NO = bytes.fromhex("60206000f3")
REVERTS = bytes.fromhex("60006000fd")
# Counts its own calls: in a static call that is forbidden.
WRITES = bytes.fromhex("6001600055") + YES


def test_party__short_and_long_form__both_accepted(world: World) -> None:
    order = world.transfer_order(world.issued())
    holder, transferee = world.party_signatures(order)
    world.submit(order, parties=(compact(holder), transferee))
    assert world.receipt(receipt_id(1))["holder"] == TRADER


def test_party__signed_by_a_wallet_from_typed_data__accepted(world: World) -> None:
    order = world.transfer_order(world.issued())
    message = encode_typed_data(full_message=typed_data(world.domain, order))
    parties = tuple(
        bytes(Account.sign_message(message, key_of(f"member {m}").to_bytes()).signature)
        for m in (IMPORTER, TRADER)
    )
    assert parties == world.party_signatures(order)
    world.submit(order, parties=parties)


def test_party__high_s__refused(world: World) -> None:
    order = world.transfer_order(world.issued())
    holder, transferee = world.party_signatures(order)
    twin = high_s(holder)
    with refused("SignatureHighS", s=twin[32:64]):
        world.submit(order, parties=(twin, transferee))


@pytest.mark.parametrize("length", [0, 1, 63, 66, 128])
def test_party__wrong_length__refused(world: World, length: int) -> None:
    order = world.transfer_order(world.issued())
    holder, transferee = world.party_signatures(order)
    with refused("MalformedSignature", member=IMPORTER, length=length):
        world.submit(order, parties=((holder * 2)[:length], transferee))


@pytest.mark.parametrize("v", [0, 1, 26, 29, 255])
def test_party__last_byte_neither_27_nor_28__refused(world: World, v: int) -> None:
    order = world.transfer_order(world.issued())
    holder, transferee = world.party_signatures(order)
    with refused("MalformedSignature", member=IMPORTER, length=65):
        world.submit(order, parties=(holder[:64] + bytes([v]), transferee))


def test_party__only_the_other_party_signed_twice__refused(world: World) -> None:
    order = world.transfer_order(world.issued())
    holder, transferee = world.party_signatures(order)
    with refused("ForeignSignature", member=IMPORTER, recovered=address_of(key_of("member 3")).lower()):
        world.submit(order, parties=(transferee, transferee))
    with refused("ForeignSignature", member=TRADER, recovered=address_of(key_of("member 2")).lower()):
        world.submit(order, parties=(holder, holder))


def test_party__zeros__refused(world: World) -> None:
    order = world.transfer_order(world.issued())
    _, transferee = world.party_signatures(order)
    with refused("ForeignSignature", member=IMPORTER, recovered="0x" + "00" * 20):
        world.submit(order, parties=(bytes(64), transferee))


@pytest.mark.parametrize("bit", [0, 100, 255, 256, 400, 511])
def test_party__one_bit_flipped__refused(world: World, bit: int) -> None:
    order = world.transfer_order(world.issued())
    holder, transferee = world.party_signatures(order)
    flipped = bytearray(holder)
    flipped[bit // 8] ^= 0x80 >> bit % 8
    with pytest.raises(Reverted) as refusal:
        world.submit(order, parties=(bytes(flipped), transferee))
    assert refusal.value.name in ("ForeignSignature", "SignatureHighS")


@pytest.mark.parametrize("what", ["chain", "contract"])
def test_domain__signed_for_another__refused(world: World, what: str) -> None:
    order = world.transfer_order(world.issued())
    elsewhere = (
        Domain(CHAIN_ID + 1, world.receipts) if what == "chain" else Domain(CHAIN_ID, world.consortium)
    )
    parties = tuple(sign(key_of(f"member {m}"), signing_digest(elsewhere, order)) for m in (IMPORTER, TRADER))
    with refused("ForeignSignature", member=IMPORTER):
        world.submit(order, parties=parties)


def test_domain__attested_for_another_chain__refused(world: World) -> None:
    order = world.issue_order(world.terms(1))
    attestation = world.attestation(order)
    elsewhere = signing_digest(Domain(CHAIN_ID + 1, world.receipts), attestation)
    signing = sorted((key_of(f"attester {m}") for m in (1, 4, 5)), key=lambda key: int(address_of(key), 16))
    with refused("NotAnAttester", index=0):
        world.submit(order, signatures=b"".join(compact(sign(key, elsewhere)) for key in signing))


def test_domain__separator__is_pythons_and_follows_the_chain_id() -> None:
    for chain_id in (1, CHAIN_ID):
        world = World(chain_id)
        assert world.read("domainSeparator") == Domain(chain_id, world.receipts).separator()
        fields = world.read("eip712Domain")
        assert fields[1:5] == ("Holdfast", "1", chain_id, world.receipts.lower())


def given_to_wallet(world: World, code: bytes) -> str:
    wallet = world.chain.deploy_code(code)
    world.chain.send(world.consortium, "setMemberAccount", IMPORTER, wallet)
    return wallet


def test_wallet__accepts__moves_with_any_signature(world: World) -> None:
    receipt = world.issued()
    wallet = given_to_wallet(world, YES)
    order = world.transfer_order(receipt)
    _, transferee = world.party_signatures(order)
    world.submit(order, parties=(b"whatever the wallet wants", transferee))
    assert world.receipt(receipt)["holder"] == TRADER
    assert wallet.lower() != world.read("ownerOf", receipt)


@pytest.mark.parametrize("code", [NO, REVERTS, WRITES], ids=["no", "reverts", "writes"])
def test_wallet__does_not_accept__refused(world: World, code: bytes) -> None:
    receipt = world.issued()
    wallet = given_to_wallet(world, code)
    order = world.transfer_order(receipt)
    holder, transferee = world.party_signatures(order)
    for signature in (b"", bytes(64), holder):
        with refused("WalletRefused", member=IMPORTER, account=wallet.lower()):
            world.submit(order, parties=(signature, transferee))


def test_wallet__pythons_own_order_and_contract_agree_on_every_order(world: World) -> None:
    """The order hash that attesters name is the one the contract computes, for every kind of order."""
    receipt = world.issued()
    orders = [
        world.issue_order(world.terms(2), world.terms(3)),
        world.transfer_order(receipt),
        world.delivery_order(receipt),
        world.suspend_order(receipt),
    ]
    for order in orders:
        bad = replace(world.attestation(order), order_hash=bytes(32))
        with refused("OrderHashDiffers", given=bytes(32), orderHash=world.attestation(order).order_hash):
            world.submit(order, attestation=bad)
