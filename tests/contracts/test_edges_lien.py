"""Storage terms to the unit: what a fault of one would let through, replays and shares above all."""

from __future__ import annotations

from holdfast.domain.lien_acts import DischargeScope
from tests.contracts.acts_harness import AMOUNT, ActsWorld
from tests.contracts.bonding import COSTS, sale_of
from tests.contracts.harness import DAY_S, TONNE_G, refused
from tests.contracts.storage import (
    WITHOUT_OPERATOR,
    agreed,
    assert_order,
    asserted,
    discharge_order,
    due,
    payment_order,
    record,
    tender_order,
    wait,
)
from tests.contracts.test_sale_lien import for_sale


def test_discharge__of_the_assertion__is_written_down_and_not_used_again(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    asserted(acts, receipt, 300)
    order, before = discharge_order(acts, receipt, DischargeScope.ASSERTION), record(acts, receipt)["number"]
    acts.put(order)
    assert (record(acts, receipt)["assertedMinor"], record(acts, receipt)["number"]) == (0, before + 1)
    with refused("WrongLienNumber"):
        acts.put(order)
    with refused("NoLienAsserted"):
        acts.put(discharge_order(acts, receipt, DischargeScope.ASSERTION))


def test_attack__assertion_signed_before_a_split_used_on_the_rest__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    acts.put(payment_order(acts, receipt, 1))
    old = assert_order(acts, receipt, 100, number=0)
    number = record(acts, receipt)["number"]
    assert number > 0
    acts.put(acts.split_order(receipt, 4))
    assert record(acts, receipt)["number"] == number, "the rest lives on under its id, and so does its count"
    with refused("WrongLienNumber"):
        acts.put(old)


def test_follow__goods_without_terms__nothing_is_told(acts: ActsWorld) -> None:
    order = acts.split_order(acts.issued(), 4, 6)
    acts.put(order)
    outcome = acts.put(acts.merge_order(*(part.receipt_id for part in order.parts)))
    assert "LienFollowed" not in outcome.names()


def test_split__terms_of_which_every_gram_counts__shares_are_exact_from_the_first_gram(
    acts: ActsWorld,
) -> None:
    receipt, cap = acts.issued(), 10 * TONNE_G - 1
    agreed(acts, receipt, cap_minor=cap)
    order = acts.split_order(receipt, 4, 6)
    acts.put(order)
    caps = [record(acts, part.receipt_id)["capMinor"] for part in order.parts]
    assert caps == [4 * TONNE_G - 1, 6 * TONNE_G]


def test_payment__of_what_is_not_asserted_or_in_part__spends_no_order_of_the_receipt(
    acts: ActsWorld,
) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    seq = acts.seq(receipt)
    wait(acts, 2 * DAY_S)
    acts.put(payment_order(acts, receipt, 100))
    assert acts.seq(receipt) == seq, "nothing was asserted"
    asserted(acts, receipt, 500)
    seq = acts.seq(receipt)
    acts.put(payment_order(acts, receipt, 200))
    assert (acts.seq(receipt), record(acts, receipt)["assertedMinor"]) == (seq, 300)
    assert not acts.status(receipt)["free"]
    acts.put(payment_order(acts, receipt, 300))
    assert (acts.seq(receipt), acts.status(receipt)["free"]) == (seq + 1, True)


def test_tender__of_what_is_not_asserted__spends_the_receipts_next_order_all_the_same(
    acts: ActsWorld,
) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    seq = acts.seq(receipt)
    wait(acts, 2 * DAY_S)
    acts.put(tender_order(acts, receipt, 600), signers=WITHOUT_OPERATOR)
    assert (acts.seq(receipt), due(acts, receipt)) == (seq + 1, 400)


def test_due__less_earned_than_was_paid__nothing(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    acts.put(payment_order(acts, receipt, 2_000))
    wait(acts, DAY_S)
    assert due(acts, receipt) == 0


def test_terms__goods_leave_before_accrual_begins__it_begins_when_it_was_agreed(acts: ActsWorld) -> None:
    receipt, begins = acts.issued(), acts.chain.now_s + 30 * DAY_S
    agreed(acts, receipt, from_s=begins)
    assert due(acts, receipt, begins - DAY_S) == 0
    acts.put(acts.part_delivery_order(receipt))
    assert record(acts, receipt)["sinceS"] == begins
    assert due(acts, receipt, begins) == 0
    assert due(acts, receipt, begins + DAY_S) == 300


def test_sale__settles_the_terms__their_next_order_is_the_next(acts: ActsWorld) -> None:
    receipt, ids = for_sale(acts)
    number = record(acts, receipt)["number"]
    acts.put(sale_of(acts, receipt, ids, COSTS + due(acts, receipt) + AMOUNT))
    assert record(acts, receipt)["number"] == number + 1
