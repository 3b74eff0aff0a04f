from __future__ import annotations

from itertools import combinations

import pytest

from tests.contracts.harness import (
    ATTESTING,
    BANK,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    OPERATOR,
    World,
    receipt_id,
    refused,
)


@pytest.mark.parametrize("signers", list(combinations(ATTESTING, 2)))
def test_suspend__two_attesters__need_an_inspector_or_a_bank_not_the_operator(
    world: World, signers: tuple[int, ...]
) -> None:
    receipt = world.issued()
    if {BANK, INSPECTOR} & set(signers):
        outcome = world.submit(world.suspend_order(receipt), signers=signers)
        assert outcome.names() == ["ReceiptSuspended", "Locked", "Attested"]
        assert outcome.event("ReceiptSuspended") == {"receiptId": receipt, "reason": 1, "seq": 0}
        assert (world.receipt(receipt)["status"], world.receipt(receipt)["suspendReason"]) == (2, 1)
        assert world.read("locked", receipt) is True
    else:
        with refused("NoIndependentSigner"):
            world.submit(world.suspend_order(receipt), signers=signers)


@pytest.mark.parametrize("signers", [(), (INSPECTOR,)])
def test_suspend__fewer_than_two__refused(world: World, signers: tuple[int, ...]) -> None:
    with refused("QuorumTooSmall", signers=len(signers), threshold=2):
        world.submit(world.suspend_order(world.issued()), signers=signers)


def test_suspend__by_the_holders_attester__refused(world: World) -> None:
    world.submit(world.issue_order(world.terms(1, holder=BANK)), signers=(OPERATOR, INSPECTOR, IOT))
    with refused("SignerIsParty", member=BANK):
        world.submit(world.suspend_order(receipt_id(1)), signers=(BANK, IOT))


def test_suspend__suspended_already__refused(world: World) -> None:
    receipt = world.issued()
    world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))
    with refused("ReceiptNotLive", receiptId=receipt, status=2):
        world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))


def test_suspend__spends_pending_orders__a_transfer_signed_before_is_dead(world: World) -> None:
    receipt = world.issued()
    transfer = world.transfer_order(receipt)
    world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))
    world.submit(world.reinstate_order(receipt))
    with refused("WrongSeq", given=0, expected=2):
        world.submit(transfer)


def test_suspend__unknown_and_delivered__refused(world: World) -> None:
    receipt = world.issued()
    order = world.suspend_order(receipt)
    object.__setattr__(order, "receipt_id", receipt_id(9))
    with refused("UnknownReceipt", receiptId=receipt_id(9)):
        world.submit(order, signers=(INSPECTOR, IOT))
    world.submit(world.delivery_order(receipt))
    with refused("ReceiptNotLive", status=3):
        world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))


def test_suspend__after_expiry__still_possible(world: World) -> None:
    receipt = world.issued()
    world.chain.set_time(world.chain.now_s + 400 * DAY_S)
    world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))
    assert world.receipt(receipt)["status"] == 2


@pytest.mark.parametrize("act", ["suspend", "reinstate"])
def test_suspend_and_reinstate__deadline_passed__refused(world: World, act: str) -> None:
    receipt = world.issued()
    if act == "reinstate":
        world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))
    order = world.suspend_order(receipt) if act == "suspend" else world.reinstate_order(receipt)
    world.chain.set_time(order.deadline + 1)
    with refused("DeadlinePassed", deadline=order.deadline):
        world.submit(order)


def test_reinstate__full_quorum__live_again(world: World) -> None:
    receipt = world.issued()
    world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))
    outcome = world.submit(world.reinstate_order(receipt))
    assert outcome.names() == ["ReceiptReinstated", "Unlocked", "Attested"]
    assert outcome.event("ReceiptReinstated") == {"receiptId": receipt, "seq": 1}
    state = world.receipt(receipt)
    assert (state["status"], state["seq"], state["holder"]) == (1, 2, IMPORTER)
    assert state["suspendReason"] == 0
    assert world.read("locked", receipt) is False


@pytest.mark.parametrize(
    ("signers", "error"),
    [((INSPECTOR, IOT), "QuorumTooSmall"), ((BANK, INSPECTOR, IOT), "OperatorNotAmongSigners")],
)
def test_reinstate__less_than_the_full_quorum__refused(
    world: World, signers: tuple[int, ...], error: str
) -> None:
    receipt = world.issued()
    world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))
    with refused(error):
        world.submit(world.reinstate_order(receipt), signers=signers)


def test_reinstate__live_receipt__refused(world: World) -> None:
    receipt = world.issued()
    with refused("ReceiptNotSuspended", receiptId=receipt, status=1):
        world.submit(world.reinstate_order(receipt))


def test_reinstate__used_again_after_another_suspension__refused(world: World) -> None:
    receipt = world.issued()
    world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))
    order = world.reinstate_order(receipt)
    world.submit(order)
    world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))
    with refused("WrongSeq", given=1, expected=3):
        world.submit(order)
