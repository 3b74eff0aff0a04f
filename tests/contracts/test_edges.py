"""Edges that mutants and reviews found untried: each test was written for a fault that had survived."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.domain.orders import SuspendReason
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import (
    BANK,
    BANK_2,
    IMPORTER,
    INSPECTOR,
    IOT,
    OPERATOR,
    refused,
)


def test_transfer_pledged__too_few_attesters__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    with refused("QuorumTooSmall", signers=2, threshold=3):
        acts.put(acts.pledged_transfer_order(receipt), signers=(OPERATOR, INSPECTOR))
    assert acts.receipt(receipt)["holder"] == IMPORTER


def test_pledge__due_this_second__refused_and_a_second_later_taken(acts: ActsWorld) -> None:
    receipt = acts.issued()
    with refused("PledgeTerms"):
        acts.put(acts.pledge_order(receipt, maturity=acts.chain.now_s))
    acts.put(acts.pledge_order(receipt, maturity=acts.chain.now_s + 1))


def test_pledge__loan_of_the_whole_value__taken_and_of_more_refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    with refused("PledgeTerms"):
        acts.put(acts.pledge_order(receipt, ltv_bps=10_001))
    acts.put(acts.pledge_order(receipt, ltv_bps=10_000))


def test_release__of_the_last_receipt__the_record_goes_with_it(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    assert acts.ask("Pledge", "pledgeOf", pledge)["receipts"] == 1
    acts.put(acts.release_order(receipt, pledge))
    found = acts.ask("Pledge", "pledgeOf", pledge)
    assert (found["pledgee"], found["receipts"], found["amountMinor"]) == (0, 0, 0)


@pytest.mark.parametrize("turn", range(4))
def test_release__of_the_second_of_two__the_firsts_number_is_untouched(acts: ActsWorld, turn: int) -> None:
    """Whatever the last bits of the two pledges' numbers are."""
    receipt = acts.issued()
    first = acts.pledged(receipt, BANK, 1, cure_s=100 + turn)
    second = acts.pledged(receipt, BANK_2, 2, cure_s=200 + turn)
    acts.put(acts.release_order(receipt, second, BANK_2))
    assert acts.ask("Pledge", "pledgesOn", receipt) == (first,)


@pytest.mark.parametrize("reason", [1, 2, 3, 4, 5, 6])
def test_suspend__each_reason__kept_as_given_until_reinstated(acts: ActsWorld, reason: int) -> None:
    receipt = acts.issued()
    order = replace(acts.suspend_order(receipt), reason=SuspendReason(reason))
    acts.submit(order, signers=(INSPECTOR, IOT))
    assert acts.receipt(receipt)["suspendReason"] == reason
    acts.submit(acts.reinstate_order(receipt))
    assert acts.receipt(receipt)["suspendReason"] == 0


def test_reinstate__still_pledged__says_nothing_of_unlocked(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    acts.submit(acts.suspend_order(receipt), signers=(INSPECTOR, IOT))
    outcome = acts.submit(acts.reinstate_order(receipt), signers=(OPERATOR, INSPECTOR, IOT))
    assert "ReceiptReinstated" in outcome.names() and "Unlocked" not in outcome.names()
    assert acts.read("locked", receipt) is True
