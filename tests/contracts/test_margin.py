"""A margin is called on the chain's value of all goods under a pledge, never on a number in the order."""

from __future__ import annotations

from dataclasses import replace

from holdfast.domain.acts import CureOrder, MarginOrder, PledgeReleaseOrder, ReceiptRef
from holdfast.domain.valuation import needed_minor
from tests.contracts.acts_harness import CURE_S, ActsWorld
from tests.contracts.harness import (
    AUDITOR,
    BANK,
    BANK_2,
    INSPECTOR,
    IOT,
    OPERATOR,
    receipt_id,
    refused,
)
from tests.contracts.valuing import PRICE, later, post, valued

LTV_BPS = 7_000
WORTH = 10 * PRICE
MOST = WORTH * LTV_BPS // 10_000
"""The debt that ten tonnes just cover."""
ANYTHING = 2**64 - 1


def margin_order(
    acts: ActsWorld, pledge: int, *receipts: int, claim: int = ANYTHING, pledgee: int = BANK
) -> MarginOrder:
    others = tuple(ReceiptRef(other, acts.seq(other)) for other in receipts[1:])
    first = receipts[0]
    return MarginOrder(first, pledge, pledgee, claim, acts.seq(first), acts.deadline_s, others)


def split(acts: ActsWorld, receipt: int, consent_by: int = BANK) -> tuple[int, int]:
    acts.put(acts.split_order(receipt, 4, 6), consent_by=consent_by)
    return receipt_id(100), receipt_id(101)


def test_margin__low_number_in_the_order_while_prices_are_good__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts)
    pledge = acts.pledged(receipt, amount_minor=MOST)
    for claim in (0, 1, WORTH, ANYTHING):
        with refused("MarginHolds", valueMinor=WORTH, neededMinor=needed_minor(MOST, LTV_BPS)):
            acts.put(margin_order(acts, pledge, receipt, claim=claim))


def test_margin__worth_more_than_the_pledgee_said__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts)
    pledge = acts.pledged(receipt, amount_minor=MOST + 1)
    with refused("ValueAboveClaim", pledgeId=pledge, claimMinor=WORTH - 1, valueMinor=WORTH):
        acts.put(margin_order(acts, pledge, receipt, claim=WORTH - 1))
    told = acts.put(margin_order(acts, pledge, receipt, claim=WORTH)).event("MarginCalled")
    assert (told["valueMinor"], told["saleFrom"]) == (WORTH, acts.chain.now_s + CURE_S)


def test_margin__prices_gone_stale_or_apart_or_none__no_call(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt, amount_minor=MOST * 2)
    with refused("LotWithoutSeries", receiptId=receipt):
        acts.put(margin_order(acts, pledge, receipt))
    valued(acts)
    snapshot = acts.chain.snapshot()
    later(acts)
    post(acts, IOT, PRICE // 2)
    with refused("PricesDeviate"):
        acts.put(margin_order(acts, pledge, receipt))
    acts.chain.revert(snapshot)
    later(acts, 24 * 3600 + 1)
    with refused("TooFewPrices", prices=0):
        acts.put(margin_order(acts, pledge, receipt))


def test_margin__pledgee_is_one_of_two_feeders__no_call(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts, (1, 1), (BANK, INSPECTOR))
    pledge = acts.pledged(receipt)
    with refused("TooFewPrices", receiptId=receipt, prices=1):
        acts.put(margin_order(acts, pledge, receipt))


def test_margin__junior__what_ranks_before_it_counts(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts)
    senior = acts.pledged(receipt, amount_minor=MOST // 2)
    junior = acts.pledged(receipt, BANK_2, 2, amount_minor=MOST // 2 + 1)
    with refused("MarginHolds", pledgeId=senior, neededMinor=needed_minor(MOST // 2, LTV_BPS)):
        acts.put(margin_order(acts, senior, receipt))
    told = acts.put(margin_order(acts, junior, receipt, pledgee=BANK_2)).event("MarginCalled")
    assert told["neededMinor"] == needed_minor(MOST + 1, LTV_BPS)


def test_margin__pledge_over_two_parts__the_value_of_both(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts)
    pledge = acts.pledged(receipt, amount_minor=MOST)
    one, other = split(acts, receipt)
    with refused("CoverIncomplete", pledgeId=pledge, given=1, receipts=2):
        acts.put(margin_order(acts, pledge, one))
    with refused("ReceiptRepeated", receiptId=one):
        acts.put(margin_order(acts, pledge, one, one))
    with refused("MarginHolds", valueMinor=WORTH):
        acts.put(margin_order(acts, pledge, one, other))
    later(acts)
    valued(acts, (PRICE - 1, PRICE - 1))
    seqs = [acts.seq(receipt) for receipt in (one, other)]
    told = acts.put(margin_order(acts, pledge, other, one)).event("MarginCalled")
    assert (told["receiptId"], told["valueMinor"]) == (other, 10 * (PRICE - 1))
    assert [acts.seq(receipt) for receipt in (one, other)] == [seq + 1 for seq in seqs]


def test_margin__part_that_is_released_or_anothers__cannot_fill_the_list(acts: ActsWorld) -> None:
    receipt, stranger = acts.issued(), acts.issued(2)
    valued(acts)
    pledge = acts.pledged(receipt, amount_minor=MOST)
    acts.pledged(stranger)
    one, other = split(acts, receipt)
    with refused("PledgeNotOnReceipt", receiptId=stranger, pledgeId=pledge):
        acts.put(margin_order(acts, pledge, one, stranger))
    acts.put(PledgeReleaseOrder(other, pledge, BANK, acts.seq(other), acts.deadline_s))
    with refused("CoverIncomplete", given=2, receipts=1):
        acts.put(margin_order(acts, pledge, one, other))
    told = acts.put(margin_order(acts, pledge, one)).event("MarginCalled")
    assert told["valueMinor"] == 4 * PRICE


def test_margin__other_part_held_by_another__that_holder_cannot_attest(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts, feeders=(INSPECTOR, AUDITOR))
    pledge = acts.pledged(receipt, BANK_2, amount_minor=MOST * 2)
    one, other = split(acts, receipt, BANK_2)
    independent = (OPERATOR, BANK, INSPECTOR)
    acts.put(acts.pledged_transfer_order(other, IOT, BANK_2), signers=independent)
    order = margin_order(acts, pledge, one, other, pledgee=BANK_2)
    with refused("SignerIsParty", member=IOT):
        acts.put(order, signers=(OPERATOR, INSPECTOR, IOT))
    acts.put(order, signers=independent)


def test_margin__other_parts_order_used_already__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts)
    pledge = acts.pledged(receipt, amount_minor=MOST * 2)
    one, other = split(acts, receipt)
    order = margin_order(acts, pledge, one, other)
    with refused("WrongSeq", receiptId=other):
        acts.put(replace(order, others=(ReceiptRef(other, acts.seq(other) + 1),)))


def test_margin__call_used_again_after_the_cure__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts)
    pledge = acts.pledged(receipt, amount_minor=MOST * 2)
    order = margin_order(acts, pledge, receipt)
    acts.put(order)
    with refused("DefaultStands", pledgeId=pledge):
        acts.put(margin_order(acts, pledge, receipt))
    acts.put(CureOrder(receipt, pledge, BANK, acts.seq(receipt), acts.deadline_s))
    with refused("WrongSeq", receiptId=receipt):
        acts.put(order)
