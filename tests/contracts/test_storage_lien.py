"""Storage terms, what they earn, and the lien: asserted within the terms, paid, given up, following goods."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.domain.lien import due_on, parted
from holdfast.domain.lien_acts import DischargeScope, LienRank
from tests.contracts.acts_harness import CNY, ActsWorld
from tests.contracts.harness import (
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    OPERATOR,
    TONNE_G,
    TRADER,
    receipt_id,
    refused,
)
from tests.contracts.origin_orders import (
    NOTICE_S,
    later,
    notice_order,
    replacement_order,
    shortage_order,
    suspended,
)
from tests.contracts.storage import (
    CAP,
    CONTRACT,
    FEE,
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
    terms_order,
    wait,
)


def test_terms__agreed__shown_to_all_and_stop_nothing(acts: ActsWorld) -> None:
    receipt = acts.issued()
    outcome = agreed(acts, receipt)
    told = outcome.event("LienTermsAgreed")
    assert (told["operator"], told["holder"], told["feeMinor"]) == (OPERATOR, IMPORTER, FEE)
    assert (told["capMinor"], told["contractDigest"], told["rank"]) == (CAP, CONTRACT, 1)
    found = acts.status(receipt)
    assert (found["free"], found["bounds"], found["lienTerms"]) == (True, 0, LienRank.BEFORE_PLEDGES)
    assert (found["storageTerms"]["feeMinor"], found["lienDueMinor"]) == (FEE, 0)
    wait(acts, 3 * DAY_S)
    assert acts.status(receipt)["lienDueMinor"] == 3 * 10 * FEE
    acts.submit(acts.transfer_order(receipt))
    assert due(acts, receipt) == 3 * 10 * FEE  # terms and what they earned go with the goods


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, 0),
        (DAY_S // 500 - 1, 0),
        (DAY_S // 500 + 1, 1),
        (DAY_S, 500),
        (199 * DAY_S, 99_500),
        (201 * DAY_S, CAP),
    ],
)
def test_due__on_a_day__earned_to_the_unit_and_never_above_the_cap(
    acts: ActsWorld, seconds: int, expected: int
) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    assert due(acts, receipt, acts.chain.now_s + seconds) == expected


def test_due__before_accrual_begins__nothing(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt, from_s=acts.chain.now_s + 30 * DAY_S)
    wait(acts, 30 * DAY_S)
    assert due(acts, receipt) == 0
    wait(acts, DAY_S)
    assert due(acts, receipt) == 500


@pytest.mark.parametrize("field", ["fee_minor", "cap_minor", "from_s", "rank"])
def test_terms__incomplete__refused(acts: ActsWorld, field: str) -> None:
    receipt = acts.issued()
    order = terms_order(acts, receipt)
    object.__setattr__(order, field, 3 if field == "rank" else 0)
    with refused("LienTermsIncomplete"):
        acts.put(order)


@pytest.mark.parametrize("field", ["holder", "operator"])
def test_terms__unsigned__refused(acts: ActsWorld, field: str) -> None:
    receipt = acts.issued()
    with refused("ForeignSignature", member={"holder": IMPORTER, "operator": OPERATOR}[field]):
        acts.put(terms_order(acts, receipt), forged=[field])


def test_terms__of_other_parties_or_used_again__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    order = terms_order(acts, receipt)
    with refused("OperatorDiffers", given=TRADER, operator=OPERATOR):
        acts.put(replace(order, operator=TRADER))
    with refused("WrongHolder", given=TRADER, holder=IMPORTER):
        acts.put(replace(order, holder=TRADER))
    with refused("WrongSeq"):
        acts.put(replace(order, seq=7))
    acts.put(order)
    with refused("LienTermsStand"):
        acts.put(order)
    with refused("LienTermsStand"):
        agreed(acts, receipt, fee_minor=1)
    acts.put(discharge_order(acts, receipt))
    with refused("WrongSeq"):
        acts.put(order)


def test_terms__on_a_receipt_that_stands_still__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.frozen(receipt)
    with refused("ReceiptFrozen"):
        agreed(acts, receipt)
    acts.put(acts.unfreeze_order(receipt))
    acts.submit(acts.suspend_order(receipt))
    with refused("ReceiptNotLive", status=2):
        agreed(acts, receipt)


def test_assert__what_has_accrued__nothing_moves_until_it_is_paid(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, 2 * DAY_S)
    outcome = asserted(acts, receipt, 1_000)
    assert outcome.event("LienAsserted")["amountMinor"] == 1_000
    assert "Locked" in outcome.names()
    assert acts.status(receipt)["bounds"] == 32
    for order in (acts.transfer_order(receipt), acts.delivery_order(receipt)):
        with refused("ReceiptEncumbered", liens=1):
            acts.submit(order)
    for act in (acts.split_order(receipt, 4, 6), acts.part_delivery_order(receipt)):
        with refused("ReceiptUnderLien"):
            acts.put(act)
    acts.put(payment_order(acts, receipt, 400))
    assert record(acts, receipt)["assertedMinor"] == 600
    with refused("ReceiptEncumbered", liens=1):
        acts.submit(acts.transfer_order(receipt))
    outcome = acts.put(payment_order(acts, receipt, 600))
    assert "Unlocked" in outcome.names()
    assert (acts.status(receipt)["free"], due(acts, receipt)) == (True, 0)
    acts.submit(acts.transfer_order(receipt))


def test_assert__raised_as_fees_accrue__never_lowered(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    asserted(acts, receipt, 500)
    with refused("LienNotRaised", assertedMinor=500):
        asserted(acts, receipt, 500)
    wait(acts, DAY_S)
    asserted(acts, receipt, 1_000)
    assert record(acts, receipt)["assertedMinor"] == 1_000


def test_assert__on_a_pledged_frozen_or_suspended_receipt__still_possible(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    acts.frozen(receipt)
    acts.submit(acts.suspend_order(receipt))
    wait(acts, DAY_S)
    asserted(acts, receipt, 1)
    assert acts.status(receipt)["bounds"] == 1 | 32 | 64


def test_discharge__of_the_assertion__goods_move_and_the_debt_stays(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    with refused("NoLienAsserted"):
        acts.put(discharge_order(acts, receipt, DischargeScope.ASSERTION))
    wait(acts, DAY_S)
    asserted(acts, receipt, 300)
    outcome = acts.put(discharge_order(acts, receipt, DischargeScope.ASSERTION))
    assert outcome.event("LienDischarged")["scope"] == 1
    assert (due(acts, receipt), acts.status(receipt)["free"]) == (500, True)
    assert acts.status(receipt)["lienTerms"] == 1


def test_discharge__of_the_terms__new_ones_start_from_nothing(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    asserted(acts, receipt, 300)
    acts.put(discharge_order(acts, receipt))
    found = acts.status(receipt)
    assert (found["bounds"], found["lienTerms"], due(acts, receipt)) == (0, 0, 0)
    agreed(acts, receipt, fee_minor=7, rank=LienRank.BEHIND_PLEDGES)
    assert (record(acts, receipt)["feeMinor"], due(acts, receipt)) == (7, 0)
    assert acts.status(receipt)["lienTerms"] == 2


def test_payment__in_advance__nothing_is_due_before_it_is_used_up(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    acts.put(payment_order(acts, receipt, 2_000))
    wait(acts, 4 * DAY_S)
    assert due(acts, receipt) == 0
    with refused("LienAboveDue", dueMinor=0):
        asserted(acts, receipt, 1)
    wait(acts, DAY_S)
    assert due(acts, receipt) == 500


def test_payment__absurd_sums__counted_without_overflow(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    for _ in range(2):
        acts.put(payment_order(acts, receipt, 2**64 - 2))
    assert record(acts, receipt)["paidMinor"] == 2**64 - 1
    with refused("NoPayment"):
        acts.put(payment_order(acts, receipt, 1))


def test_tender__attested_without_the_operator__frees_the_goods(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, 2 * DAY_S)
    asserted(acts, receipt, 1_000)
    outcome = acts.put(tender_order(acts, receipt, 1_000), signers=WITHOUT_OPERATOR)
    assert outcome.event("LienPaid")["assertedMinor"] == 0
    assert acts.status(receipt)["free"]


def test_split_and_merge__terms_follow__to_the_gram_second(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt, cap_minor=CAP + 1)
    acts.put(payment_order(acts, receipt, 333))
    wait(acts, 3 * DAY_S + 7)
    before = state_of(acts, receipt)
    outcome = acts.put(acts.split_order(receipt, 3, 7))
    ids = [receipt_id(100), receipt_id(101)]
    expected = parted(before, acts.chain.now_s, [3 * TONNE_G, 7 * TONNE_G])
    assert [state_of(acts, part) for part in ids] == expected
    assert outcome.names().count("LienFollowed") == 2
    assert sum(state.cap_minor for state in expected) == CAP + 1
    assert record(acts, receipt)["rank"] == 0
    wait(acts, DAY_S)
    merged = receipt_id(200)
    acts.put(acts.merge_order(*ids))
    back = state_of(acts, merged)
    assert (back.cap_minor, back.paid_minor, back.quantity_g) == (CAP + 1, 333, 10 * TONNE_G)
    assert due_on(back, acts.chain.now_s) == due(acts, merged) == due_on(before, acts.chain.now_s)


def test_merge__different_terms__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.put(acts.split_order(receipt, 3, 7))
    ids = [receipt_id(100), receipt_id(101)]
    agreed(acts, ids[0])
    with refused("ReceiptsDiffer"):
        acts.put(acts.merge_order(*ids))
    agreed(acts, ids[1], fee_minor=FEE + 1)
    with refused("LienTermsDiffer", receiptId=ids[0], otherId=ids[1]):
        acts.put(acts.merge_order(*ids))


def test_supersede__terms_follow_the_corrected_document(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    acts.put(acts.supersede_order(receipt))
    assert due(acts, receipt_id(300)) == 500
    assert due(acts, receipt) == 0


def test_partial_delivery__fees_accrue_on_the_rest__and_the_rest_secures_all_debt(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    outcome = acts.put(acts.part_delivery_order(receipt, 4))
    assert outcome.event("LienResized")["quantityG"] == 6 * TONNE_G
    assert due(acts, receipt) == 500
    wait(acts, DAY_S)
    assert due(acts, receipt) == 800
    assert record(acts, receipt)["capMinor"] == CAP


def test_delivery__final__nothing_is_secured_any_more(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    acts.submit(acts.delivery_order(receipt))
    assert due(acts, receipt) == 0
    with refused("ReceiptNotLive", status=3):
        acts.put(assert_order(acts, receipt, 1))


def test_resize__by_anybody__writes_down_only_what_is_true(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    before = state_of(acts, receipt)
    acts.chain.send(acts.modules["StorageLien"], "resize", receipt)
    assert state_of(acts, receipt) == before


def test_terms__on_a_pledged_receipt__need_its_pledgee_and_no_junior(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    agreed(acts, receipt, consent_by=BANK)
    acts.put(discharge_order(acts, receipt))
    acts.pledged(receipt, BANK_2, 2)
    with refused("JuniorsOutranked", pledges=2):
        agreed(acts, receipt, consent_by=BANK)
    agreed(acts, receipt, consent_by=BANK, rank=LienRank.BEHIND_PLEDGES)
    assert list(acts.ask("StorageLien", "outranks", receipt)) == [0, CNY]


def test_pledge__over_storage_terms__the_pledgee_signs_what_goes_before_it(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    with refused("LienCapDiffers", given=0, lienCapMinor=CAP):
        acts.pledged(receipt)
    with refused("CurrencyDiffers", given=b"EUR", currency=CNY):
        acts.pledged(receipt, lien_cap_minor=CAP, currency=b"EUR")
    acts.pledged(receipt, lien_cap_minor=CAP)
    assert acts.receipt(receipt)["pledges"] == 1


def test_pledge__over_terms_with_a_waived_rank__nothing_goes_before_it(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt, rank=LienRank.BEHIND_PLEDGES)
    with refused("LienCapDiffers", given=CAP, lienCapMinor=0):
        acts.pledged(receipt, lien_cap_minor=CAP)
    acts.pledged(receipt)


def test_shortage__fees_accrue_on_what_is_left__and_the_debt_stays(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    suspended(acts, receipt)
    acts.put(shortage_order(acts, 5 * TONNE_G, receipt))
    assert (record(acts, receipt)["quantityG"], due(acts, receipt)) == (5 * TONNE_G, 500)
    wait(acts, DAY_S)
    assert due(acts, receipt) == 750


def test_replacement__of_a_lost_receipt__terms_follow(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    acts.put(notice_order(acts, receipt))
    later(acts, NOTICE_S)
    before = due(acts, receipt)
    order = replacement_order(acts, receipt)
    acts.put(order)
    assert (due(acts, order.successor_id), due(acts, receipt)) == (before, 0)
    assert before > 0
