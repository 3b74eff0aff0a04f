"""From default to cure, or to a sale whose parts sum. No path leads from default to a pledgee's title."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from holdfast.domain.acts import CureOrder, DefaultOrder, ForeclosureOrder, MarginOrder, Share
from tests.contracts.acts_harness import AMOUNT, CURE_S, SALE, ActsWorld
from tests.contracts.harness import (
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    OPERATOR,
    TONNE_G,
    TRADER,
    receipt_id,
    refused,
)
from tests.contracts.valuing import later, valued

COSTS = 100_000_00


def default_order(acts: ActsWorld, receipt: int, pledge: int, pledgee: int = BANK) -> DefaultOrder:
    return DefaultOrder(receipt, pledge, pledgee, acts.seq(receipt), acts.deadline_s)


def cure_order(acts: ActsWorld, receipt: int, pledge: int) -> CureOrder:
    return CureOrder(receipt, pledge, BANK, acts.seq(receipt), acts.deadline_s)


def margin_order(acts: ActsWorld, receipt: int, pledge: int, value: int) -> MarginOrder:
    return MarginOrder(receipt, pledge, BANK, value, acts.seq(receipt), acts.deadline_s)


def sale(
    acts: ActsWorld, receipt: int, shares: tuple[Share, ...], proceeds: int, surplus: int, **changes: Any
) -> ForeclosureOrder:
    made = ForeclosureOrder(
        receipt,
        BANK,
        IMPORTER,
        TRADER,
        acts.seq(receipt),
        SALE,
        acts.chain.now_s,
        proceeds,
        COSTS,
        0,
        shares,
        surplus,
        acts.deadline_s,
    )
    return replace(made, **changes)


def in_default(acts: ActsWorld, *, cured_out: bool = True, junior: bool = False) -> tuple[int, list[int]]:
    """A pledged receipt whose debt is due and noticed; after the time to cure unless told otherwise."""
    receipt = acts.issued()
    ids = [acts.pledged(receipt)]
    if junior:
        ids.append(acts.pledged(receipt, BANK_2, 2))
    acts.chain.set_time(acts.chain.now_s + 91 * DAY_S)
    acts.put(default_order(acts, receipt, ids[0]))
    if cured_out:
        acts.chain.set_time(acts.chain.now_s + CURE_S + 1)
    return receipt, ids


def test_default__before_maturity__refused_after_it_noticed(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    maturity = acts.ask("Pledge", "pledgeOf", pledge)["maturity"]
    acts.chain.set_time(maturity)
    with refused("NotDue", pledgeId=pledge):
        acts.put(default_order(acts, receipt, pledge))
    acts.chain.set_time(maturity + 1)
    with refused("ForeignSignature", member=BANK):
        acts.put(default_order(acts, receipt, pledge), forged=["pledgee"])
    outcome = acts.put(default_order(acts, receipt, pledge))
    assert outcome.event("DefaultNoticed")["saleFrom"] == maturity + 1 + CURE_S
    with refused("DefaultStands"):
        acts.put(default_order(acts, receipt, pledge))


def test_cure__acknowledged__no_sale_and_the_old_notice_cannot_be_used_again(acts: ActsWorld) -> None:
    receipt, (pledge,) = in_default(acts, cured_out=False)
    notice = replace(default_order(acts, receipt, pledge), seq=acts.seq(receipt) - 1)
    acts.put(cure_order(acts, receipt, pledge))
    with refused("WrongSeq"):
        acts.put(notice)
    with refused("NoDefault"):
        acts.put(cure_order(acts, receipt, pledge))
    acts.chain.set_time(acts.chain.now_s + CURE_S + 1)
    with refused("NoDefault"):
        acts.put(sale(acts, receipt, (Share(pledge, AMOUNT, AMOUNT),), AMOUNT + COSTS, 0))


def test_sale__proceeds_above_the_debt__surplus_is_the_pledgors(acts: ActsWorld) -> None:
    receipt, (pledge,) = in_default(acts)
    claim = AMOUNT - 7
    outcome = acts.put(sale(acts, receipt, (Share(pledge, claim, claim),), AMOUNT + COSTS, 7))
    told = outcome.event("ReceiptForeclosed")
    assert (told["pledgor"], told["buyer"], told["surplusMinor"]) == (IMPORTER, TRADER, 7)
    assert outcome.event("PledgePaid")["paidMinor"] == claim
    state = acts.receipt(receipt)
    assert (state["holder"], state["pledges"], state["firstPledgee"]) == (TRADER, 0, 0)
    assert acts.ask("Pledge", "pledgeOf", pledge)["receipts"] == 0
    acts.submit(acts.delivery_order(receipt, TRADER))


def test_sale__two_ranks_short_proceeds__the_senior_first(acts: ActsWorld) -> None:
    receipt, (senior, junior) = in_default(acts, junior=True)
    rest = 3_000
    shares = (Share(senior, AMOUNT, AMOUNT), Share(junior, AMOUNT, rest))
    outcome = acts.put(sale(acts, receipt, shares, AMOUNT + COSTS + rest, 0))
    paid = [e.values["paidMinor"] for e in outcome.events if e.name == "PledgePaid"]
    told = outcome.event("ReceiptForeclosed")
    assert paid == [AMOUNT, rest]
    assert told["costsMinor"] + sum(paid) + told["surplusMinor"] == told["proceedsMinor"]


@pytest.mark.parametrize(
    ("shares", "surplus"),
    [
        (((AMOUNT, AMOUNT), (AMOUNT, 3_001)), 0),  # more than there is
        (((AMOUNT, AMOUNT - 1), (AMOUNT, 3_001)), 0),  # the junior before the senior is whole
        (((AMOUNT, AMOUNT), (AMOUNT, 2_999)), 1),  # surplus before the junior is whole
        (((AMOUNT + 1, AMOUNT + 1), (AMOUNT, 2_999)), 0),  # more than is secured
        (((AMOUNT, AMOUNT),), 3_000),  # a rank left out
        (((AMOUNT, AMOUNT), (AMOUNT, 3_000)), 1),  # parts sum to more
    ],
)
def test_sale__parts_that_are_not_the_waterfall__refused(
    acts: ActsWorld, shares: tuple[tuple[int, int], ...], surplus: int
) -> None:
    receipt, ids = in_default(acts, junior=True)
    given = tuple(Share(p, *share) for p, share in zip(ids, shares, strict=False))
    with refused("WaterfallDiffers", receiptId=receipt):
        acts.put(sale(acts, receipt, given, AMOUNT + COSTS + 3_000, surplus))


def test_sale__ranks_swapped_costs_or_lien_invented__refused(acts: ActsWorld) -> None:
    receipt, (senior, junior) = in_default(acts, junior=True)
    shares = (Share(junior, AMOUNT, AMOUNT), Share(senior, AMOUNT, 0))
    with refused("PledgeNotOnReceipt", pledgeId=junior):
        acts.put(sale(acts, receipt, shares, AMOUNT + COSTS, 0))
    right = (Share(senior, AMOUNT, AMOUNT), Share(junior, AMOUNT, 0))
    more = (Share(senior, AMOUNT, AMOUNT), Share(junior, AMOUNT, 1))
    with refused("WaterfallDiffers", given=1, expected=0):
        acts.put(sale(acts, receipt, more, AMOUNT + COSTS + 1, 0, lien_minor=1))
    with refused("WaterfallDiffers", given=COSTS, expected=COSTS - 1):
        acts.put(sale(acts, receipt, right, COSTS - 1, 0))


def test_sale__before_the_time_to_cure_is_over__refused_to_the_second(acts: ActsWorld) -> None:
    receipt, (pledge,) = in_default(acts, cured_out=False)
    acts.chain.set_time(acts.chain.now_s + CURE_S)
    with refused("CurePeriodRuns", pledgeId=pledge):
        acts.put(sale(acts, receipt, (Share(pledge, AMOUNT, AMOUNT),), AMOUNT + COSTS, 0))
    acts.chain.set_time(acts.chain.now_s + 1)
    acts.put(sale(acts, receipt, (Share(pledge, AMOUNT, AMOUNT),), AMOUNT + COSTS, 0))


def test_sale__no_default__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    with refused("NoDefault"):
        acts.put(sale(acts, receipt, (Share(pledge, AMOUNT, AMOUNT),), AMOUNT + COSTS, 0))


@pytest.mark.parametrize("buyer", [BANK, BANK_2])
def test_forfeiture__a_pledgee_as_buyer__refused(acts: ActsWorld, buyer: int) -> None:
    receipt, (senior, junior) = in_default(acts, junior=True)
    shares = (Share(senior, AMOUNT, AMOUNT), Share(junior, AMOUNT, 0))
    with refused("PledgeeIsParty", member=buyer):
        acts.put(sale(acts, receipt, shares, AMOUNT + COSTS, 0, buyer=buyer))


@pytest.mark.parametrize("field", ["pledgee", "buyer"])
def test_sale__unsigned__refused(acts: ActsWorld, field: str) -> None:
    receipt, (pledge,) = in_default(acts)
    order = sale(acts, receipt, (Share(pledge, AMOUNT, AMOUNT),), AMOUNT + COSTS, 0)
    with refused("ForeignSignature", member={"pledgee": BANK, "buyer": TRADER}[field]):
        acts.put(order, forged=[field])


def test_sale__attested_by_the_pledgee_or_without_quorum__refused(acts: ActsWorld) -> None:
    receipt, (pledge,) = in_default(acts)
    order = sale(acts, receipt, (Share(pledge, AMOUNT, AMOUNT),), AMOUNT + COSTS, 0)
    with refused("SignerIsParty", member=BANK):
        acts.put(order, signers=(OPERATOR, BANK, INSPECTOR))
    with refused("QuorumTooSmall"):
        acts.put(order, signers=(OPERATOR, INSPECTOR))


def test_sale__by_the_junior_or_of_another_pledgor__refused(acts: ActsWorld) -> None:
    receipt, (senior, junior) = in_default(acts, junior=True)
    shares = (Share(senior, AMOUNT, AMOUNT), Share(junior, AMOUNT, 0))
    with refused("NotFirstRank", given=BANK_2, firstPledgee=BANK):
        acts.put(sale(acts, receipt, shares, AMOUNT + COSTS, 0, pledgee=BANK_2))
    with refused("WrongHolder", given=BANK_2, holder=IMPORTER):
        acts.put(sale(acts, receipt, shares, AMOUNT + COSTS, 0, pledgor=BANK_2))


def test_sale__of_one_part__what_was_paid_no_longer_burdens_the_other(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    acts.put(acts.split_order(receipt, 4, 6), consent_by=BANK)
    sold, kept = receipt_id(100), receipt_id(101)
    acts.chain.set_time(acts.chain.now_s + 91 * DAY_S)
    acts.put(default_order(acts, sold, pledge))
    acts.chain.set_time(acts.chain.now_s + CURE_S + 1)
    acts.put(sale(acts, sold, (Share(pledge, AMOUNT, 1_000),), COSTS + 1_000, 0))
    assert acts.receipt(kept)["pledges"] == 1
    left = acts.ask("Pledge", "pledgeOf", pledge)
    assert (left["amountMinor"], left["receipts"]) == (AMOUNT - 1_000, 1)


def test_margin__value_below_the_need__called_and_curable(acts: ActsWorld) -> None:
    receipt = acts.issued(quantity_g=TONNE_G)
    pledge = acts.pledged(receipt)
    needed = -(-AMOUNT * 10_000 // 7_000)
    valued(acts, (needed, needed))
    with refused("MarginHolds", pledgeId=pledge, valueMinor=needed, neededMinor=needed):
        acts.put(margin_order(acts, receipt, pledge, 2**64 - 1))
    later(acts)
    valued(acts, (needed - 1, needed - 1))
    outcome = acts.put(margin_order(acts, receipt, pledge, needed - 1))
    assert outcome.event("MarginCalled")["valueMinor"] == needed - 1
    assert outcome.event("MarginCalled")["neededMinor"] == needed
    assert outcome.event("MarginCalled")["saleFrom"] == acts.chain.now_s + CURE_S
    acts.put(cure_order(acts, receipt, pledge))
    assert acts.ask("Pledge", "pledgeOf", pledge)["defaultAt"] == 0


def test_margin__unattested_by_a_quorum_or_unsigned__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    valued(acts, (1, 1))
    order = margin_order(acts, receipt, pledge, 10)
    with refused("SignerIsParty", member=BANK):
        acts.put(order, signers=(OPERATOR, BANK, INSPECTOR))
    with refused("ForeignSignature", member=BANK):
        acts.put(order, forged=["pledgee"])
