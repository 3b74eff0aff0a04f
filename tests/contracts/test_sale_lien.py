"""A sale pays the storage lien: before the pledges, or behind them where the keeper waived its rank.

Each attack is on somebody's part of the proceeds: the keeper's, a pledgee's, the pledgor's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from holdfast.domain.acts import Share
from holdfast.domain.lien import due_on, waterfall
from holdfast.domain.lien_acts import LienRank
from tests.contracts.acts_harness import AMOUNT, CURE_S, ActsWorld
from tests.contracts.bonding import COSTS, owed, paid_to, sale_of
from tests.contracts.harness import BANK, BANK_2, DAY_S, TRADER, refused
from tests.contracts.storage import (
    CAP,
    WITHOUT_OPERATOR,
    agreed,
    assert_order,
    asserted,
    discharge_order,
    due,
    payment_order,
    record,
    state_of,
    tender_order,
)
from tests.contracts.test_foreclosure import default_order

BEFORE, BEHIND = LienRank.BEFORE_PLEDGES, LienRank.BEHIND_PLEDGES


def for_sale(
    acts: ActsWorld, rank: LienRank = BEFORE, *, junior: bool = False, **terms: Any
) -> tuple[int, list[int]]:
    """A pledged receipt with storage terms, in default, a second after the time to cure: 101 days' fees."""
    receipt = acts.issued()
    agreed(acts, receipt, rank=rank, **terms)
    cap = record(acts, receipt)["capMinor"] if rank is BEFORE else 0
    ids = [acts.pledged(receipt, lien_cap_minor=cap)]
    if junior:
        ids.append(acts.pledged(receipt, BANK_2, 2, lien_cap_minor=cap))
    acts.chain.set_time(acts.chain.now_s + 91 * DAY_S)
    acts.put(default_order(acts, receipt, ids[0]))
    acts.chain.set_time(acts.chain.now_s + CURE_S + 1)
    return receipt, ids


def test_sale__lien_before_pledges__costs_then_lien_then_pledge_then_the_pledgor(acts: ActsWorld) -> None:
    receipt, ids = for_sale(acts)
    fees = due(acts, receipt)
    assert fees == 101 * 500
    outcome = acts.put(sale_of(acts, receipt, ids, COSTS + fees + AMOUNT + 7))
    told = outcome.event("ReceiptForeclosed")
    assert (told["costsMinor"], told["lienMinor"], told["surplusMinor"]) == (COSTS, fees, 7)
    assert paid_to(outcome) == [AMOUNT]
    assert outcome.event("LienSettled")["dueMinor"] == fees
    assert record(acts, receipt)["rank"] == 0 and acts.status(receipt)["free"]
    acts.submit(acts.delivery_order(receipt, TRADER))


def test_sale__too_little_for_the_lien__the_pledges_get_nothing(acts: ActsWorld) -> None:
    receipt, ids = for_sale(acts, junior=True)
    fees = due(acts, receipt)
    outcome = acts.put(sale_of(acts, receipt, ids, COSTS + fees - 1))
    assert outcome.event("ReceiptForeclosed")["lienMinor"] == fees - 1
    assert paid_to(outcome) == [0, 0]


def test_sale__lien_behind_pledges__they_are_whole_first(acts: ActsWorld) -> None:
    receipt, ids = for_sale(acts, BEHIND, junior=True)
    outcome = acts.put(sale_of(acts, receipt, ids, COSTS + 2 * AMOUNT + 1))
    assert paid_to(outcome) == [AMOUNT, AMOUNT]
    assert outcome.event("ReceiptForeclosed")["lienMinor"] == 1
    assert outcome.event("ReceiptForeclosed")["surplusMinor"] == 0


def test_sale__lien_behind_pledges_and_enough__paid_before_the_pledgor(acts: ActsWorld) -> None:
    receipt, ids = for_sale(acts, BEHIND)
    fees = due(acts, receipt)
    outcome = acts.put(sale_of(acts, receipt, ids, COSTS + AMOUNT + fees + 1))
    told = outcome.event("ReceiptForeclosed")
    assert (paid_to(outcome), told["lienMinor"], told["surplusMinor"]) == ([AMOUNT], fees, 1)


def test_attack__waived_rank_claimed_in_the_sale__refused(acts: ActsWorld) -> None:
    """The keeper waived its rank, and yet the order pays it before a pledgee that is not whole."""
    receipt, ids = for_sale(acts, BEHIND)
    fees = due(acts, receipt)
    order = sale_of(acts, receipt, ids, COSTS + AMOUNT)
    greedy = replace(order, lien_minor=fees, shares=(Share(ids[0], AMOUNT, AMOUNT - fees),))
    with refused("WaterfallDiffers", given=AMOUNT - fees, expected=AMOUNT):
        acts.put(greedy)
    acts.put(order)


def test_attack__lien_left_out_of_a_sale__refused(acts: ActsWorld) -> None:
    """The pledgee and its buyer keep what is the keeper's."""
    receipt, ids = for_sale(acts)
    fees = due(acts, receipt)
    order = sale_of(acts, receipt, ids, COSTS + AMOUNT)
    for_the_bank = replace(order, lien_minor=0, shares=(Share(ids[0], AMOUNT, AMOUNT),))
    with refused("WaterfallDiffers", given=AMOUNT, expected=AMOUNT - fees):
        acts.put(for_the_bank)
    with refused("WaterfallDiffers", given=0, expected=fees):
        acts.put(replace(order, lien_minor=0))


@pytest.mark.parametrize("rank", [BEFORE, BEHIND])
@pytest.mark.parametrize("off", [-1, 1])
def test_attack__one_unit_moved_between_lien_and_surplus__refused(
    acts: ActsWorld, rank: LienRank, off: int
) -> None:
    receipt, ids = for_sale(acts, rank)
    fees = due(acts, receipt)
    order = sale_of(acts, receipt, ids, COSTS + AMOUNT + fees + 9)
    with refused("WaterfallDiffers", given=fees + off, expected=fees):
        acts.put(replace(order, lien_minor=fees + off, surplus_minor=9 - off))
    with refused("WaterfallDiffers", given=9 + off, expected=9):
        acts.put(replace(order, surplus_minor=9 + off))
    acts.put(order)


def test_attack__keeper_paid_above_its_cap__refused(acts: ActsWorld) -> None:
    receipt, ids = for_sale(acts, cap_minor=1_000)
    order = sale_of(acts, receipt, ids, COSTS + AMOUNT + 50_000)
    assert order.lien_minor == 1_000
    with refused("WaterfallDiffers", given=50_000, expected=1_000):
        acts.put(replace(order, lien_minor=50_000, surplus_minor=1_000))
    acts.put(order)


def test_attack__fees_after_the_sale_counted_in__refused(acts: ActsWorld) -> None:
    """Storage after the sale is the buyer's: the lien is what was due when the goods were sold."""
    receipt, ids = for_sale(acts)
    sold_at = acts.chain.now_s
    fees = due(acts, receipt)
    acts.chain.set_time(sold_at + 5 * DAY_S)
    order = sale_of(acts, receipt, ids, COSTS + AMOUNT + fees + 9_000, sold_at=sold_at)
    later = due(acts, receipt)
    assert (order.lien_minor, later) == (fees, fees + 5 * 500)
    with refused("WaterfallDiffers", given=later, expected=fees):
        acts.put(replace(order, lien_minor=later, surplus_minor=order.surplus_minor - (later - fees)))
    assert acts.put(order).event("LienSettled")["soldAt"] == sold_at


def test_attack__sale_dated_in_the_future__refused(acts: ActsWorld) -> None:
    """It would let storage accrue that was not earned."""
    receipt, ids = for_sale(acts)
    now = acts.chain.now_s
    with refused("SoldInFuture", soldAt=now + 1, nowS=now):
        acts.put(sale_of(acts, receipt, ids, COSTS + AMOUNT, sold_at=now + 1))
    acts.put(sale_of(acts, receipt, ids, COSTS + AMOUNT, sold_at=now))


def test_attack__sale_dated_before_the_time_to_cure_is_over__refused(acts: ActsWorld) -> None:
    """Sold while the pledgor could still pay, and told to the chain later."""
    receipt, ids = for_sale(acts)
    sale_from = acts.chain.now_s - 1
    acts.chain.set_time(acts.chain.now_s + DAY_S)
    with refused("CurePeriodRuns", saleFrom=sale_from, soldAt=sale_from):
        acts.put(sale_of(acts, receipt, ids, COSTS + AMOUNT, sold_at=sale_from))
    acts.put(sale_of(acts, receipt, ids, COSTS + AMOUNT, sold_at=sale_from + 1))


def test_sale__lien_asserted__does_not_stop_it_and_is_settled(acts: ActsWorld) -> None:
    receipt, ids = for_sale(acts)
    asserted(acts, receipt, due(acts, receipt))
    with refused("ReceiptUnderLien", liens=1):
        acts.put(acts.pledged_transfer_order(receipt), consent_by=BANK)
    fees = due(acts, receipt)
    outcome = acts.put(sale_of(acts, receipt, ids, COSTS + fees + AMOUNT))
    assert outcome.event("ReceiptForeclosed")["lienMinor"] == fees
    state = acts.receipt(receipt)
    assert (state["holder"], state["liens"], state["lienTerms"], state["pledges"]) == (TRADER, 0, 0, 0)


def test_crooked_keeper__asserts_less_or_more_before_the_sale__gets_what_was_due(
    acts: ActsWorld,
) -> None:
    """What a keeper asserts says how long the goods stay, not what it gets of their price."""
    receipt, ids = for_sale(acts)
    asserted(acts, receipt, 1)
    order = sale_of(acts, receipt, ids, COSTS + AMOUNT)
    assert order.lien_minor == 101 * 500
    with refused("LienAboveDue"):
        asserted(acts, receipt, order.lien_minor + 1)
    acts.put(order)


def test_keeper__old_orders_after_the_sale__do_nothing_to_the_buyer(acts: ActsWorld) -> None:
    receipt, ids = for_sale(acts)
    late = assert_order(acts, receipt, 500)
    acts.put(sale_of(acts, receipt, ids, COSTS + AMOUNT))
    with refused("NoLienTerms", receiptId=receipt):
        acts.put(late)
    agreed(acts, receipt, holder=TRADER, from_s=acts.chain.now_s - 5 * DAY_S)
    with refused("WrongLienNumber", given=late.number):
        acts.put(late)


def test_sale__fees_paid_before_it__only_the_rest_is_paid(acts: ActsWorld) -> None:
    receipt, ids = for_sale(acts)
    acts.put(payment_order(acts, receipt, 50_000))
    acts.put(tender_order(acts, receipt, 50_400), signers=WITHOUT_OPERATOR)
    order = sale_of(acts, receipt, ids, COSTS + AMOUNT)
    assert order.lien_minor == 100
    acts.put(order)


def test_sale__keeper_ended_its_terms__nothing_to_pay(acts: ActsWorld) -> None:
    receipt, ids = for_sale(acts)
    acts.put(discharge_order(acts, receipt))
    order = sale_of(acts, receipt, ids, COSTS + AMOUNT)
    with refused("WaterfallDiffers", given=1, expected=0):
        acts.put(replace(order, lien_minor=1, shares=(Share(ids[0], AMOUNT, AMOUNT),)))
    acts.put(order)


def test_lien__in_another_currency__is_not_paid_of_the_proceeds_and_stays(acts: ActsWorld) -> None:
    """A sale divides one currency. Such terms come later than the pledge, with the pledgee's signature."""
    receipt = acts.issued()
    ids = [acts.pledged(receipt)]
    agreed(acts, receipt, consent_by=BANK, currency=b"USD")
    acts.chain.set_time(acts.chain.now_s + 91 * DAY_S)
    acts.put(default_order(acts, receipt, ids[0]))
    acts.chain.set_time(acts.chain.now_s + CURE_S + 1)
    proceeds = COSTS + AMOUNT + 60_000
    shares = (Share(ids[0], AMOUNT, AMOUNT),)
    order = sale_of(acts, receipt, ids, proceeds, shares=shares, lien_minor=0, surplus_minor=60_000)
    with refused("WaterfallDiffers", given=50_000, expected=0):
        acts.put(replace(order, lien_minor=50_000, surplus_minor=10_000))
    asserted(acts, receipt, 500)
    with refused("ReceiptUnderLien", liens=1):
        acts.put(replace(order, seq=acts.seq(receipt)))
    acts.put(payment_order(acts, receipt, 500))
    acts.put(replace(order, seq=acts.seq(receipt)))
    assert (record(acts, receipt)["rank"], acts.receipt(receipt)["lienTerms"]) == (BEFORE, BEFORE)


def test_attack__one_sale_order_twice_or_for_another_receipt__refused(acts: ActsWorld) -> None:
    receipt, ids = for_sale(acts)
    order = sale_of(acts, receipt, ids, COSTS + AMOUNT)
    early = replace(order, seq=order.seq + 1)
    with refused("WrongSeq", given=order.seq + 1, expected=order.seq):
        acts.put(early)
    acts.put(order)
    with refused("NotFirstRank", firstPledgee=0):
        acts.put(order)


def test_attack__junior_sells_to_pay_itself_before_the_keeper__refused(acts: ActsWorld) -> None:
    receipt, ids = for_sale(acts, junior=True)
    order = sale_of(acts, receipt, ids, COSTS + 2 * AMOUNT)
    with refused("NotFirstRank", given=BANK_2, firstPledgee=BANK):
        acts.put(replace(order, pledgee=BANK_2))
    swapped = (Share(ids[1], AMOUNT, AMOUNT), Share(ids[0], AMOUNT, AMOUNT - order.lien_minor))
    with refused("PledgeNotOnReceipt", pledgeId=ids[1]):
        acts.put(replace(order, shares=swapped))
    with refused("WaterfallDiffers", given=1, expected=2):
        acts.put(replace(order, shares=order.shares[:1]))


def test_sale__of_a_part_of_split_goods__pays_that_parts_share_of_the_fees(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    pledge = acts.pledged(receipt, lien_cap_minor=CAP)
    acts.chain.set_time(acts.chain.now_s + 40 * DAY_S)
    order = acts.split_order(receipt, 4, 6)
    acts.put(order, consent_by=BANK)
    sold, kept = (part.receipt_id for part in order.parts)
    acts.chain.set_time(acts.chain.now_s + 51 * DAY_S)
    acts.put(default_order(acts, sold, pledge))
    acts.chain.set_time(acts.chain.now_s + CURE_S + 1)
    assert due(acts, sold) == 101 * 200
    acts.put(sale_of(acts, sold, [pledge], COSTS + 101 * 200 + 10))
    assert due(acts, kept) == 101 * 300
    assert acts.ask("Pledge", "pledgeOf", pledge)["amountMinor"] == AMOUNT - 10


def test_sale__of_goods_under_a_freeze__refused_and_the_lien_stands(acts: ActsWorld) -> None:
    receipt, ids = for_sale(acts)
    acts.frozen(receipt)
    with refused("ReceiptFrozen", freezeCase=1):
        acts.put(sale_of(acts, receipt, ids, COSTS + AMOUNT))
    assert record(acts, receipt)["rank"] == BEFORE


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rank=st.sampled_from([BEFORE, BEHIND]),
    fee=st.integers(1, 2**30),
    cap=st.integers(1, 2 * AMOUNT),
    amounts=st.lists(st.integers(1, AMOUNT), min_size=1, max_size=2),
    more=st.integers(0, 4 * AMOUNT),
    ago=st.integers(0, 3 * DAY_S),
)
def test_sale__any_terms__divided_as_the_plain_function_divides(
    founded_acts: ActsWorld, rank: LienRank, fee: int, cap: int, amounts: list[int], more: int, ago: int
) -> None:
    acts = founded_acts
    snapshot = acts.chain.snapshot()
    receipt = acts.issued()
    agreed(acts, receipt, rank=rank, fee_minor=fee, cap_minor=cap)
    before = cap if rank is BEFORE else 0
    ids = [
        acts.pledged(receipt, bank, place, amount_minor=amount, lien_cap_minor=before)
        for place, (bank, amount) in enumerate(zip((BANK, BANK_2), amounts, strict=False), 1)
    ]
    acts.chain.set_time(acts.chain.now_s + 91 * DAY_S)
    acts.put(default_order(acts, receipt, ids[0]))
    acts.chain.set_time(acts.chain.now_s + CURE_S + 1 + ago)
    sold_at = acts.chain.now_s - ago
    lien = due_on(state_of(acts, receipt), sold_at)
    assert owed(acts, receipt, sold_at) == (lien, rank)
    parts = waterfall(COSTS + more, COSTS, amounts, lien, rank)
    outcome = acts.put(sale_of(acts, receipt, ids, COSTS + more, sold_at=sold_at))
    told = outcome.event("ReceiptForeclosed")
    assert (told["lienMinor"], told["surplusMinor"]) == (parts.lien_minor, parts.surplus_minor)
    assert paid_to(outcome) == list(parts.paid_minor)
    assert COSTS + parts.lien_minor + sum(parts.paid_minor) + parts.surplus_minor == COSTS + more
    acts.chain.revert(snapshot)
