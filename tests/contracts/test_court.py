"""Court freezes: at once, with document and expiry; the queue promotes itself; nothing moves meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.acts_harness import COURT, COURT_2, RULING, ActsWorld
from tests.contracts.harness import (
    BANK,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    TRADER,
    receipt_id,
    refused,
)


def freezes(acts: ActsWorld, receipt: int) -> tuple[int, int]:
    state = acts.receipt(receipt)
    return state["freezes"], state["freezeCase"]


def test_case__opened__reason_document_and_expiry_can_be_read(acts: ActsWorld) -> None:
    order = acts.case_order()
    outcome = acts.put(order)
    assert outcome.event("CaseOpened")["documentDigest"] == RULING
    found, document = acts.ask("Court", "caseOf", 1)
    assert (found["court"], found["reason"], found["expiresAt"]) == (COURT, 1, order.expires_at)
    assert document == RULING


def test_case__number_taken_or_nothing_to_say__refused(acts: ActsWorld) -> None:
    acts.put(acts.case_order())
    with refused("CaseExists", caseNo=1):
        acts.put(acts.case_order(court=COURT_2))
    for field in ("case_no", "reason"):
        order = acts.case_order(2)
        object.__setattr__(order, field, 0)
        with refused("CaseIncomplete"):
            acts.put(order)


@pytest.mark.parametrize("days", [0, 3 * 366 + 1])
def test_case__already_over_or_longer_than_three_years__refused(acts: ActsWorld, days: int) -> None:
    with refused("CaseExpiryOutOfRange", caseNo=1):
        acts.put(acts.case_order(days=days))


@pytest.mark.parametrize("member", [IMPORTER, BANK, INSPECTOR])
def test_case__by_a_member_that_is_no_court__refused(acts: ActsWorld, member: int) -> None:
    with refused("NotCourt", member=member):
        acts.put(acts.case_order(court=member))


def test_freeze__free_receipt__frozen_at_once_and_locked(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.put(acts.case_order())
    outcome = acts.put(acts.freeze_order(receipt))
    assert outcome.names() == ["FreezesChanged", "Locked", "Frozen"]
    assert freezes(acts, receipt) == (1, 1)
    assert acts.read("locked", receipt) is True


def test_freeze__then_no_act__moves_pledges_splits_or_delivers(acts: ActsWorld) -> None:
    receipt, pledged = acts.issued(), acts.issued(2)
    acts.pledged(pledged)
    acts.frozen(receipt)
    acts.put(acts.freeze_order(pledged))
    with refused("ReceiptEncumbered", freezes=1):
        acts.submit(acts.transfer_order(receipt))
    with refused("ReceiptEncumbered", freezes=1):
        acts.submit(acts.delivery_order(receipt))
    for order in (
        acts.pledge_order(receipt),
        acts.split_order(receipt, 4, 6),
        acts.part_delivery_order(receipt),
        acts.supersede_order(receipt),
        acts.supersede_order(receipt, more_s=DAY_S),
    ):
        with refused("ReceiptFrozen", receiptId=receipt, freezeCase=1):
            acts.put(order)
    with refused("ReceiptFrozen", receiptId=pledged):
        acts.put(acts.pledged_transfer_order(pledged))
    with refused("ReceiptFrozen", receiptId=pledged):
        acts.put(acts.pledge_order(pledged, 8, 2), consent_by=BANK)


def test_freeze__a_transfer_signed_before__is_dead_even_after_release(acts: ActsWorld) -> None:
    receipt = acts.issued()
    transfer = acts.transfer_order(receipt)
    acts.frozen(receipt)
    acts.put(acts.unfreeze_order(receipt))
    with refused("WrongSeq", given=0, expected=2):
        acts.submit(transfer)
    acts.submit(acts.transfer_order(receipt))


def test_freeze__holder_is_quicker__the_courts_order_still_holds(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.put(acts.case_order())
    order = acts.freeze_order(receipt)
    acts.submit(acts.transfer_order(receipt))
    acts.put(order)
    assert freezes(acts, receipt) == (1, 1)
    assert acts.receipt(receipt)["holder"] == TRADER


def test_freeze__suspended_and_expired__still_possible(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.submit(acts.suspend_order(receipt), signers=(INSPECTOR, IOT))
    acts.chain.set_time(acts.chain.now_s + 400 * DAY_S)
    acts.frozen(receipt)
    assert freezes(acts, receipt) == (1, 1)


def test_freeze__delivered_replaced_or_unknown__refused(acts: ActsWorld) -> None:
    delivered, split = acts.issued(), acts.issued(2)
    acts.submit(acts.delivery_order(delivered))
    acts.put(acts.split_order(split, 4, 6))
    acts.put(acts.case_order())
    with refused("ReceiptNotLive", status=3):
        acts.put(acts.freeze_order(delivered))
    with refused("ReceiptNotLive", status=4):
        acts.put(acts.freeze_order(split))
    with refused("UnknownReceipt"):
        acts.put(acts.freeze_order(receipt_id(999)))


def test_freeze__used_again_after_release__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.put(acts.case_order())
    order = acts.freeze_order(receipt)
    acts.put(order)
    with refused("WrongCaseNumber", given=0, expected=1):
        acts.put(order)
    acts.put(acts.unfreeze_order(receipt))
    with refused("WrongCaseNumber", given=0, expected=2):
        acts.put(order)


def test_freeze__forged_or_by_another_court__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.put(acts.case_order())
    with refused("ForeignSignature", member=COURT):
        acts.put(acts.freeze_order(receipt), forged=["court"])
    with refused("CaseOfOtherCourt", given=COURT_2, court=COURT):
        acts.put(acts.freeze_order(receipt, court=COURT_2))
    with refused("UnknownCase", caseNo=2):
        acts.put(acts.freeze_order(receipt, 2))


def test_freeze__court_that_lost_its_role__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.put(acts.case_order())
    acts.chain.send(acts.consortium, "setMemberRoles", COURT, 2)
    with refused("NotCourt", member=COURT, roles=2):
        acts.put(acts.freeze_order(receipt))


def test_queue__three_cases__each_takes_its_turn(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.frozen(receipt, 1)
    acts.frozen(receipt, 2, COURT_2)
    acts.frozen(receipt, 3)
    assert freezes(acts, receipt) == (3, 1)
    assert list(acts.ask("Court", "waitingOn", receipt)) == [2, 3]
    outcome = acts.put(acts.unfreeze_order(receipt, 1))
    assert outcome.event("FreezePromoted") == {"receiptId": receipt, "caseNo": 2}
    assert freezes(acts, receipt) == (2, 2)
    acts.put(acts.unfreeze_order(receipt, 2, COURT_2))
    assert freezes(acts, receipt) == (1, 3)
    acts.put(acts.unfreeze_order(receipt, 3))
    assert freezes(acts, receipt) == (0, 0)
    acts.submit(acts.transfer_order(receipt))


def test_queue__one_that_waits_is_released__the_one_in_force_stays(acts: ActsWorld) -> None:
    receipt = acts.issued()
    for case_no in (1, 2, 3):
        acts.frozen(receipt, case_no)
    acts.put(acts.unfreeze_order(receipt, 2))
    assert freezes(acts, receipt) == (2, 1)
    assert list(acts.ask("Court", "waitingOn", receipt)) == [3]


def test_queue__the_same_case_twice__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.frozen(receipt, 1)
    with refused("FrozenByCase", caseNo=1):
        acts.put(acts.freeze_order(receipt, 1))
    acts.frozen(receipt, 2)
    with refused("FrozenByCase", caseNo=2):
        acts.put(acts.freeze_order(receipt, 2))


def test_queue__full__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    for case_no in range(1, 34):
        acts.frozen(receipt, case_no)
    acts.put(acts.case_order(34))
    with refused("QueueFull", waiting=32):
        acts.put(acts.freeze_order(receipt, 34))


def test_unfreeze__case_that_does_not_hold_the_receipt__refused(acts: ActsWorld) -> None:
    receipt, other = acts.issued(), acts.issued(2)
    acts.frozen(receipt, 1)
    with refused("NotFrozenByCase", receiptId=other, caseNo=1):
        acts.put(acts.unfreeze_order(other, 1))
    acts.put(acts.case_order(2, COURT_2))
    with refused("NotFrozenByCase", receiptId=receipt, caseNo=2):
        acts.put(acts.unfreeze_order(receipt, 2, COURT_2))
    with refused("CaseOfOtherCourt", given=COURT_2, court=COURT):
        acts.put(acts.unfreeze_order(receipt, 1, COURT_2))


def test_lapse__at_the_second__not_before_and_then_by_anyone(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.frozen(receipt, 1, days=30)
    acts.frozen(receipt, 2, COURT_2, days=60)
    until = acts.ask("Court", "caseOf", 1)[0]["expiresAt"]
    acts.chain.set_time(until)
    with refused("CaseNotLapsed", caseNo=1):
        acts.chain.send(acts.modules["Court"], "lapse", receipt, 1)
    acts.chain.set_time(until + 1)
    outcome = acts.chain.send(acts.modules["Court"], "lapse", receipt, 1)
    assert outcome.event("Unfrozen")["lapsed"] is True
    assert freezes(acts, receipt) == (1, 2)
    with refused("NotFrozenByCase", caseNo=1):
        acts.chain.send(acts.modules["Court"], "lapse", receipt, 1)
    with refused("UnknownCase", caseNo=9):
        acts.chain.send(acts.modules["Court"], "lapse", receipt, 9)


def test_renew__before_it_lapses__holds_longer_after_it_refused(acts: ActsWorld) -> None:
    from holdfast.domain.acts import RenewOrder

    receipt = acts.issued()
    acts.frozen(receipt, 1, days=30)
    now = acts.chain.now_s
    acts.put(RenewOrder(COURT, 1, acts.number(1), now + 90 * DAY_S, acts.deadline_s))
    acts.chain.set_time(now + 31 * DAY_S)
    with refused("CaseNotLapsed"):
        acts.chain.send(acts.modules["Court"], "lapse", receipt, 1)
    acts.chain.set_time(now + 91 * DAY_S)
    late = RenewOrder(COURT, 1, acts.number(1), now + 120 * DAY_S, acts.deadline_s)
    with refused("CaseLapsed", caseNo=1):
        acts.put(late)
    with refused("CaseLapsed", caseNo=1):
        acts.put(acts.freeze_order(acts.issued(2), 1))


@pytest.mark.parametrize("act", ["case", "freeze", "unfreeze"])
def test_court__deadline_passed__refused(acts: ActsWorld, act: str) -> None:
    receipt = acts.issued()
    acts.frozen(receipt)
    order = {
        "case": acts.case_order(2),
        "freeze": acts.freeze_order(receipt),
        "unfreeze": acts.unfreeze_order(receipt),
    }[act]
    with refused("DeadlinePassed"):
        acts.put(replace(order, deadline=acts.chain.now_s - 1))
