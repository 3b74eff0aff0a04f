"""Edges of pledges: each test was written because a fault there had survived."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.attestation.typed_data import order_hash
from holdfast.chain.acts import MODULE_NEEDS, pledge_id
from tests.contracts.acts_harness import BANK_3, BANK_4, ActsWorld
from tests.contracts.harness import BANK, BANK_2, refused

BANKS = (BANK, BANK_2, BANK_3, BANK_4)


def four_pledges(acts: ActsWorld, receipt: int) -> list[int]:
    """Ids by rank; the first is even, so that a bit added to it would be seen."""
    order = acts.pledge_order(receipt)
    while pledge_id(order_hash(order)) % 2:
        order = replace(order, deadline=order.deadline + 1)
    acts.put(order)
    rest = [acts.pledged(receipt, bank, rank) for rank, bank in enumerate(BANKS[1:], 2)]
    return [pledge_id(order_hash(order)), *rest]


@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_release__of_one_of_four__the_others_keep_their_order(acts: ActsWorld, rank: int) -> None:
    receipt = acts.issued()
    ids = four_pledges(acts, receipt)
    acts.put(acts.release_order(receipt, ids[rank - 1], BANKS[rank - 1]))
    assert acts.ask("Pledge", "pledgesOn", receipt) == (*ids[: rank - 1], *ids[rank:])


def test_release__of_the_only_one__none_is_left(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.put(acts.release_order(receipt, acts.pledged(receipt)))
    assert acts.ask("Pledge", "pledgesOn", receipt) == ()


def test_release__of_pledge_zero_on_a_free_receipt__refused_as_not_there(acts: ActsWorld) -> None:
    receipt = acts.issued()
    with refused("PledgeNotOnReceipt", receiptId=receipt, pledgeId=0):
        order = (receipt, 0, BANK, acts.seq(receipt), acts.deadline_s)
        acts.chain.send(acts.modules["Pledge"], "release", order, b"")


def test_pledge_module__whose_valuation_asks_another__is_not_founded(acts: ActsWorld) -> None:
    needs = [acts.modules[name] for name in MODULE_NEEDS["Pledge"]]
    with refused("ValuationAsksOther", asked=acts.modules["Pledge"].lower()):
        acts.chain.deploy("Pledge", acts.receipts, *needs)
