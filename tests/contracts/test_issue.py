from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.attestation.typed_data import order_hash
from holdfast.domain.members import Role
from holdfast.domain.orders import IssueOrder
from tests.contracts.harness import (
    BANK,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    LOT,
    OPERATOR,
    OTHER_LOT,
    QUORUM,
    TONNE_G,
    TRADER,
    World,
    receipt_id,
    refused,
)


def forced(order: IssueOrder, **changes: object) -> IssueOrder:
    """An order that Python's own type would refuse: the contract must not rely on it."""
    for name, value in changes.items():
        object.__setattr__(order, name, value)
    return order


def test_issue__quorum_of_three__receipt_lot_and_events(world: World) -> None:
    terms = world.terms(1)
    order = world.issue_order(terms)

    outcome = world.submit(order)

    assert world.receipt(terms.receipt_id) == {
        "holder": IMPORTER,
        "operator": OPERATOR,
        "firstPledgee": 0,
        "status": 1,
        "kind": 1,
        "expiresAt": terms.expires_at,
        "seq": 0,
        "pledges": 0,
        "liens": 0,
        "lienTerms": 0,
        "freezes": 0,
        "suspendReason": 0,
        "freezeCase": 0,
        "quantityG": 10 * TONNE_G,
        "lotId": LOT,
    }
    assert world.lot() == {"attestedG": 200 * TONNE_G, "liveG": 10 * TONNE_G, "operator": OPERATOR}
    assert outcome.names() == ["LotAttested", "Transfer", "ReceiptIssued", "Attested"]
    assert outcome.event("ReceiptIssued") == {
        "receiptId": terms.receipt_id,
        "lotId": LOT,
        "holder": IMPORTER,
        "operator": OPERATOR,
        "quantityG": 10 * TONNE_G,
        "kind": 1,
        "expiresAt": terms.expires_at,
    }
    assert outcome.event("LotAttested") == {"lotId": LOT, "operator": OPERATOR, "quantityG": 200 * TONNE_G}


def test_issue__attested_event__holds_what_the_quorum_signed(world: World) -> None:
    order = world.issue_order(world.terms(1))
    attestation = world.attestation(order)

    event = world.submit(order, attestation=attestation).event("Attested")

    members = [attester.member for attester in world.committee.attesters]
    assert event == {
        "orderHash": order_hash(order),
        "evidenceDigest": attestation.evidence_digest,
        "evidenceLocation": attestation.evidence_location,
        "policyDigest": attestation.policy_digest,
        "observedAt": attestation.observed_at,
        "validUntil": attestation.valid_until,
        "epoch": 1,
        "signers": sum(1 << members.index(member) for member in QUORUM),
    }


def test_issue__by_a_stranger__is_accepted(world: World) -> None:
    world.submit(world.issue_order(world.terms(1)), sender="0x" + "99" * 20)
    assert world.read("balanceOf", world.chain.call(world.consortium, "accountOf", IMPORTER)) == 1


def test_issue__batch_for_several_holders__each_counted(world: World) -> None:
    holders = [IMPORTER, IMPORTER, TRADER, IMPORTER]
    order = world.issue_order(*(world.terms(i, holder) for i, holder in enumerate(holders)))

    outcome = world.submit(order)

    assert outcome.names().count("ReceiptIssued") == 4
    assert outcome.names().count("Attested") == 1
    assert world.lot()["liveG"] == 40 * TONNE_G
    assert [world.receipt(receipt_id(i))["holder"] for i in range(4)] == holders
    assert world.chain.call(world.consortium, "member", IMPORTER)["receipts"] == 3
    assert world.chain.call(world.consortium, "member", TRADER)["receipts"] == 1


def test_issue__later_on_the_same_lot__adds_to_live(world: World) -> None:
    world.issued(1)
    outcome = world.submit(world.issue_order(world.terms(2)))
    assert "LotAttested" not in outcome.names()
    assert world.lot()["liveG"] == 20 * TONNE_G


def test_issue__same_receipt_again__refused(world: World) -> None:
    world.issued(1)
    with refused("ReceiptExists", receiptId=receipt_id(1)):
        world.submit(world.issue_order(world.terms(1)))


def test_issue__same_receipt_twice_in_a_batch__refused(world: World) -> None:
    order = forced(world.issue_order(world.terms(1)), receipts=(world.terms(1), world.terms(1)))
    with refused("ReceiptExists"):
        world.submit(order)


def test_issue__delivered_receipt__never_comes_back(world: World) -> None:
    receipt = world.issued(1)
    world.submit(world.delivery_order(receipt))
    with refused("ReceiptExists", receiptId=receipt):
        world.submit(world.issue_order(world.terms(1), lot_g=190 * TONNE_G))


@pytest.mark.parametrize(("extra_g", "fits"), [(0, True), (1, False)])
def test_issue__whole_lot_and_a_gram_more__only_the_whole_fits(
    world: World, extra_g: int, fits: bool
) -> None:
    world.issued(1, quantity_g=150 * TONNE_G)
    order = world.issue_order(world.terms(2, quantity_g=50 * TONNE_G + extra_g))
    if fits:
        world.submit(order)
        assert world.lot()["liveG"] == world.lot()["attestedG"]
    else:
        with refused("LotExceeded", lotId=LOT, liveG=200 * TONNE_G + 1, attestedG=200 * TONNE_G):
            world.submit(order)


def test_issue__quantities_that_overflow_64_bits__refused(world: World) -> None:
    huge = 2**64 - 1
    terms = tuple(replace(world.terms(i), quantity_g=TONNE_G) for i in range(2))
    for item in terms:
        object.__setattr__(item, "quantity_g", huge)
    order = forced(world.issue_order(world.terms(1)), receipts=terms)
    with refused("LotExceeded", liveG=2 * huge):
        world.submit(order)


def test_issue__quantity_zero__refused(world: World) -> None:
    terms = world.terms(1)
    object.__setattr__(terms, "quantity_g", 0)
    with refused("QuantityZero", receiptId=terms.receipt_id):
        world.submit(world.issue_order(terms))


def test_issue__other_lot_quantity_than_attested__refused(world: World) -> None:
    world.issued(1)
    with refused("LotQuantityDiffers", lotId=LOT, given=300 * TONNE_G, attestedG=200 * TONNE_G):
        world.submit(world.issue_order(world.terms(2), lot_g=300 * TONNE_G))


def test_issue__lot_of_another_operator__refused(world: World) -> None:
    world.issued(1)
    world.add_member(9, Role.WAREHOUSE_OPERATOR)
    world.committee = world.set_committee(
        [world.attester(m) for m in (OPERATOR, BANK, INSPECTOR, IOT, 9)], threshold=3
    )
    with refused("LotOfOtherOperator", lotId=LOT, given=9, operator=OPERATOR):
        world.submit(world.issue_order(world.terms(2), operator=9), signers=(9, BANK, INSPECTOR))
    world.submit(world.issue_order(world.terms(2), operator=9, lot=OTHER_LOT), signers=(9, BANK, INSPECTOR))


def test_issue__no_receipts__refused(world: World) -> None:
    with refused("NoReceipts"):
        world.submit(forced(world.issue_order(world.terms(1)), receipts=()))


@pytest.mark.parametrize("kind", [0, 3, 255])
def test_issue__unknown_kind__refused(world: World, kind: int) -> None:
    terms = world.terms(1)
    object.__setattr__(terms, "kind", kind)
    with refused("UnknownKind", kind=kind):
        world.submit(world.issue_order(terms))


@pytest.mark.parametrize(("offset_s", "fits"), [(-1, False), (0, True)])
def test_issue__expiry_at_now_and_before__only_now_fits(world: World, offset_s: int, fits: bool) -> None:
    order = world.issue_order(replace(world.terms(1), expires_at=world.chain.now_s + offset_s))
    if fits:
        world.submit(order)
    else:
        with refused("ReceiptExpired", expiresAt=world.chain.now_s - 1, nowS=world.chain.now_s):
            world.submit(order)


@pytest.mark.parametrize(("offset_s", "fits"), [(0, True), (1, False)])
def test_issue__deadline_at_and_after__only_at_fits(world: World, offset_s: int, fits: bool) -> None:
    order = world.issue_order(world.terms(1))
    world.chain.set_time(order.deadline + offset_s)
    if fits:
        world.submit(order)
    else:
        with refused("DeadlinePassed", deadline=order.deadline, nowS=order.deadline + 1):
            world.submit(order)


def test_issue__to_an_unknown_member__refused(world: World) -> None:
    with refused("UnknownMember", member=77):
        world.submit(world.issue_order(world.terms(1, holder=77)))


def test_issue__to_an_inactive_member__refused(world: World) -> None:
    world.chain.send(world.consortium, "setMemberActive", IMPORTER, False)
    with refused("InactiveMember", member=IMPORTER):
        world.submit(world.issue_order(world.terms(1)))


def test_issue__to_the_operator_itself__refused(world: World) -> None:
    with refused("OperatorIsHolder", receiptId=receipt_id(1), operator=OPERATOR):
        world.submit(world.issue_order(world.terms(1, holder=OPERATOR)))


def test_issue__signed_by_a_first_holders_attester__refused(world: World) -> None:
    order = world.issue_order(world.terms(1), world.terms(2, holder=BANK))
    with refused("SignerIsParty", member=BANK):
        world.submit(order)
    world.submit(order, signers=(OPERATOR, INSPECTOR, IOT))


def test_issue__operator_without_its_role__refused(world: World) -> None:
    with refused("NotWarehouseOperator", operator=BANK, roles=int(Role.BANK)):
        world.submit(world.issue_order(world.terms(1), operator=BANK))


@pytest.mark.parametrize("operator", [0, 77, 257])
def test_issue__operator_nobody_attests_for__refused(world: World, operator: int) -> None:
    # 257 shares its mark with member 1, 0 is nobody: neither may pass for an operator.
    order = forced(world.issue_order(world.terms(1)), operator=operator)
    with refused("OperatorNotAmongSigners", operator=operator):
        world.submit(order)


def test_issue__one_bad_receipt_in_a_batch__nothing_happens(world: World) -> None:
    world.issued(9)
    before = world.lot()
    with refused("ReceiptExists"):
        world.submit(world.issue_order(world.terms(1), world.terms(2), world.terms(9)))
    assert world.lot() == before
    with refused("UnknownReceipt", receiptId=receipt_id(1)):
        world.receipt(receipt_id(1))


def test_issue__expiry_far_ahead__stored_whole(world: World) -> None:
    order = world.issue_order(replace(world.terms(1), expires_at=2**40 - 1))
    world.submit(order)
    world.chain.set_time(world.chain.now_s + 3 * DAY_S)
    assert world.receipt(receipt_id(1))["expiresAt"] == 2**40 - 1
    assert world.read("locked", receipt_id(1)) is False
