from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.harness import (
    BANK,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    LOT,
    OPERATOR,
    TONNE_G,
    TRADER,
    World,
    address_of,
    key_of,
    receipt_id,
    refused,
)


def test_deliver__whole_quantity__burned_and_lot_falls(world: World) -> None:
    receipt = world.issued(1)
    world.issued(2)
    outcome = world.submit(world.delivery_order(receipt))
    state = world.receipt(receipt)
    assert (state["status"], state["quantityG"], state["lotId"], state["seq"]) == (3, 0, bytes(24), 1)
    assert world.lot() == {"attestedG": 190 * TONNE_G, "liveG": 10 * TONNE_G, "operator": OPERATOR}
    assert outcome.names() == ["ReceiptDelivered", "Transfer", "Attested"]
    assert outcome.event("ReceiptDelivered") == {
        "receiptId": receipt,
        "holder": IMPORTER,
        "quantityG": 10 * TONNE_G,
        "seq": 0,
    }
    assert outcome.event("Transfer") == {
        "from": address_of(key_of("member 2")).lower(),
        "to": "0x" + "00" * 20,
        "tokenId": receipt,
    }
    assert world.chain.call(world.consortium, "member", IMPORTER)["receipts"] == 1


def test_deliver__twice__refused(world: World) -> None:
    receipt = world.issued()
    order = world.delivery_order(receipt)
    world.submit(order)
    with refused("WrongSeq", given=0, expected=1):
        world.submit(order)
    with refused("ReceiptNotLive", status=3):
        world.submit(replace(order, seq=1))


@pytest.mark.parametrize("quantity_g", [1, 10 * TONNE_G - 1, 10 * TONNE_G + 1])
def test_deliver__not_the_whole_quantity__refused(world: World, quantity_g: int) -> None:
    receipt = world.issued()
    with refused("QuantityNotWhole", receiptId=receipt, given=quantity_g, quantityG=10 * TONNE_G):
        world.submit(world.delivery_order(receipt, quantity_g=quantity_g))


def test_deliver__not_the_holder__refused(world: World) -> None:
    receipt = world.issued()
    with refused("WrongHolder", given=TRADER, holder=IMPORTER):
        world.submit(world.delivery_order(receipt, holder=TRADER))


def test_deliver__signed_by_another__refused(world: World) -> None:
    order = world.delivery_order(world.issued())
    parties = world.party_signatures(replace(order, holder=TRADER))
    with refused("ForeignSignature", member=IMPORTER):
        world.submit(order, parties=parties)


def test_deliver__suspended__refused(world: World) -> None:
    receipt = world.issued()
    world.submit(world.suspend_order(receipt), signers=(BANK, IOT))
    with refused("ReceiptNotLive", status=2):
        world.submit(world.delivery_order(receipt))


@pytest.mark.parametrize(("offset_s", "leaves"), [(0, True), (1, False)])
def test_deliver__at_expiry_and_after__only_at_leaves(world: World, offset_s: int, leaves: bool) -> None:
    expires_at = world.chain.now_s + 30 * DAY_S
    world.submit(world.issue_order(replace(world.terms(1), expires_at=expires_at)))
    world.chain.set_time(expires_at + offset_s)
    order = world.delivery_order(receipt_id(1))
    if leaves:
        world.submit(order)
    else:
        with refused("ReceiptExpired", expiresAt=expires_at):
            world.submit(order)


def test_deliver__deadline_passed__refused(world: World) -> None:
    order = world.delivery_order(world.issued())
    world.chain.set_time(order.deadline + 1)
    with refused("DeadlinePassed", deadline=order.deadline):
        world.submit(order)


def test_deliver__without_the_operator__refused(world: World) -> None:
    with refused("OperatorNotAmongSigners", operator=OPERATOR):
        world.submit(world.delivery_order(world.issued()), signers=(BANK, INSPECTOR, IOT))


def test_deliver__holders_attester_among_signers__refused(world: World) -> None:
    world.submit(world.issue_order(world.terms(1, holder=BANK)), signers=(OPERATOR, INSPECTOR, IOT))
    with refused("SignerIsParty", member=BANK):
        world.submit(world.delivery_order(receipt_id(1), holder=BANK))


def test_deliver__all_of_a_lot__it_stays_closed(world: World) -> None:
    world.submit(world.issue_order(world.terms(1), lot_g=10 * TONNE_G))
    world.submit(world.delivery_order(receipt_id(1)))
    assert world.lot() == {"attestedG": 0, "liveG": 0, "operator": OPERATOR}
    with refused("LotQuantityDiffers", lotId=LOT, attestedG=0):
        world.submit(world.issue_order(world.terms(2), lot_g=10 * TONNE_G))


def test_deliver__then_issue_on_the_rest__states_what_is_left(world: World) -> None:
    world.submit(world.delivery_order(world.issued(1)))
    with refused("LotQuantityDiffers", given=200 * TONNE_G, attestedG=190 * TONNE_G):
        world.submit(world.issue_order(world.terms(2)))
    world.submit(world.issue_order(world.terms(2), lot_g=190 * TONNE_G))
