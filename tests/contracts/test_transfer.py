from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.attestation.typed_data import signing_digest
from tests.contracts.harness import (
    BANK,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    OPERATOR,
    TRADER,
    World,
    address_of,
    key_of,
    receipt_id,
    refused,
    sign,
)


def test_transfer__signed_by_both__title_moves_and_events(world: World) -> None:
    receipt = world.issued()
    outcome = world.submit(world.transfer_order(receipt))
    state = world.receipt(receipt)
    assert (state["holder"], state["seq"], state["status"]) == (TRADER, 1, 1)
    assert outcome.names() == ["Transfer", "ReceiptTransferred", "Attested"]
    assert outcome.event("ReceiptTransferred") == {
        "receiptId": receipt,
        "from": IMPORTER,
        "to": TRADER,
        "seq": 0,
    }
    importer, trader = (address_of(key_of(f"member {m}")).lower() for m in (IMPORTER, TRADER))
    assert outcome.event("Transfer") == {"from": importer, "to": trader, "tokenId": receipt}
    assert [world.chain.call(world.consortium, "member", m)["receipts"] for m in (IMPORTER, TRADER)] == [0, 1]


def test_transfer__there_and_back__each_order_counts(world: World) -> None:
    receipt = world.issued()
    world.submit(world.transfer_order(receipt))
    world.submit(world.transfer_order(receipt, IMPORTER, TRADER))
    assert world.receipt(receipt)["seq"] == 2
    assert world.receipt(receipt)["holder"] == IMPORTER


def test_transfer__keeps_everything_else__lot_quantity_and_terms(world: World) -> None:
    receipt = world.issued()
    before, lot = world.receipt(receipt), world.lot()
    world.submit(world.transfer_order(receipt))
    assert world.receipt(receipt) == before | {"holder": TRADER, "seq": 1}
    assert world.lot() == lot


def test_transfer__order_used_again__refused(world: World) -> None:
    receipt = world.issued()
    order = world.transfer_order(receipt)
    world.submit(order)
    with refused("WrongSeq", receiptId=receipt, given=0, expected=1):
        world.submit(order)


def test_transfer__used_again_after_it_came_back__refused(world: World) -> None:
    receipt = world.issued()
    order = world.transfer_order(receipt)
    world.submit(order)
    world.submit(world.transfer_order(receipt, IMPORTER, TRADER))
    with refused("WrongSeq", given=0, expected=2):
        world.submit(order)


def test_transfer__by_one_who_does_not_hold__refused(world: World) -> None:
    receipt = world.issued()
    order = world.transfer_order(receipt, transferee=BANK, holder=TRADER)
    with refused("WrongHolder", receiptId=receipt, given=TRADER, holder=IMPORTER):
        world.submit(order, signers=(OPERATOR, INSPECTOR, IOT))


def test_transfer__to_itself__refused(world: World) -> None:
    receipt = world.issued()
    order = world.transfer_order(receipt)
    object.__setattr__(order, "transferee", IMPORTER)
    with refused("TransfereeIsHolder", holder=IMPORTER):
        world.submit(order)


def test_transfer__never_issued__refused(world: World) -> None:
    receipt = world.issued()
    with refused("UnknownReceipt", receiptId=receipt_id(5)):
        world.submit(replace(world.transfer_order(receipt), receipt_id=receipt_id(5)))


def test_transfer__delivered__refused(world: World) -> None:
    receipt = world.issued()
    world.submit(world.delivery_order(receipt))
    with refused("ReceiptNotLive", receiptId=receipt, status=3):
        world.submit(world.transfer_order(receipt))


def test_transfer__suspended__refused_until_reinstated(world: World) -> None:
    receipt = world.issued()
    world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))
    with refused("ReceiptNotLive", receiptId=receipt, status=2):
        world.submit(world.transfer_order(receipt))
    world.submit(world.reinstate_order(receipt))
    world.submit(world.transfer_order(receipt))


@pytest.mark.parametrize(("offset_s", "moves"), [(0, True), (1, False)])
def test_transfer__at_expiry_and_after__only_at_moves(world: World, offset_s: int, moves: bool) -> None:
    expires_at = world.chain.now_s + 30 * DAY_S
    terms = replace(world.terms(1), expires_at=expires_at)
    world.submit(world.issue_order(terms))
    world.chain.set_time(expires_at + offset_s)
    order = world.transfer_order(terms.receipt_id)
    if moves:
        world.submit(order)
    else:
        with refused("ReceiptExpired", expiresAt=expires_at, nowS=expires_at + 1):
            world.submit(order)


@pytest.mark.parametrize(("offset_s", "moves"), [(0, True), (1, False)])
def test_transfer__deadline_at_and_after__only_at_moves(world: World, offset_s: int, moves: bool) -> None:
    order = world.transfer_order(world.issued())
    world.chain.set_time(order.deadline + offset_s)
    if moves:
        world.submit(order)
    else:
        with refused("DeadlinePassed", deadline=order.deadline):
            world.submit(order)


@pytest.mark.parametrize("member", [IMPORTER, TRADER])
def test_transfer__a_party_may_not_act__refused(world: World, member: int) -> None:
    order = world.transfer_order(world.issued())
    world.chain.send(world.consortium, "setMemberActive", member, False)
    with refused("InactiveMember", member=member):
        world.submit(order)


def test_transfer__to_an_unknown_member__refused(world: World) -> None:
    with refused("UnknownMember", member=77):
        world.submit(world.transfer_order(world.issued(), transferee=77))


def test_transfer__to_the_bank__its_own_attester_may_not_sign(world: World) -> None:
    order = world.transfer_order(world.issued(), transferee=BANK)
    with refused("SignerIsParty", member=BANK):
        world.submit(order)
    world.submit(order, signers=(OPERATOR, INSPECTOR, IOT))


def test_transfer__from_the_bank__its_own_attester_may_not_sign(world: World) -> None:
    receipt = receipt_id(1)
    world.submit(world.issue_order(world.terms(1, holder=BANK)), signers=(OPERATOR, INSPECTOR, IOT))
    order = world.transfer_order(receipt, TRADER, BANK)
    with refused("SignerIsParty", member=BANK):
        world.submit(order)


def test_transfer__to_the_operator__impossible(world: World) -> None:
    order = world.transfer_order(world.issued(), transferee=OPERATOR)
    with refused("SignerIsParty", member=OPERATOR):
        world.submit(order)
    with refused("OperatorNotAmongSigners", operator=OPERATOR):
        world.submit(order, signers=(BANK, INSPECTOR, IOT))


def test_transfer__changed_after_signing__refused(world: World) -> None:
    order = world.transfer_order(world.issued())
    parties = world.party_signatures(order)
    changed = replace(order, transferee=BANK)
    with refused("ForeignSignature", member=IMPORTER):
        world.submit(changed, parties=parties, signers=(OPERATOR, INSPECTOR, IOT))


def test_transfer__account_rotated__new_key_signs_old_does_not(world: World) -> None:
    receipt = world.issued()
    new = key_of("member 2, new")
    world.chain.send(world.consortium, "setMemberAccount", IMPORTER, address_of(new))
    assert world.read("ownerOf", receipt) == address_of(new).lower()
    order = world.transfer_order(receipt)
    with refused("ForeignSignature", member=IMPORTER, account=address_of(new).lower()):
        world.submit(order)
    digest = signing_digest(world.domain, order)
    world.submit(order, parties=(sign(new, digest), sign(key_of(f"member {TRADER}"), digest)))
    assert world.receipt(receipt)["holder"] == TRADER
