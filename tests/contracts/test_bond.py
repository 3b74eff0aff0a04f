"""A pledge bond's life: issued, given on, redeemed, delivered jointly, sold, split and merged."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from holdfast.domain.acts import PledgeAssignOrder, PledgedTransferOrder
from holdfast.domain.lien_acts import LienRank
from tests.contracts.acts_harness import AMOUNT, CNY, FILING, ActsWorld
from tests.contracts.bonding import (
    COSTS,
    bond,
    bond_on,
    bond_order,
    bonded,
    delivery,
    due_on_its_date,
    joint_delivery,
    paid_to,
    redemption,
    sale_of,
)
from tests.contracts.harness import BANK, BANK_2, DAY_S, IMPORTER, TONNE_G, TRADER, receipt_id, refused
from tests.contracts.storage import CAP, agreed, asserted, due, record
from tests.contracts.test_substitution import substitute_order
from tests.contracts.valuing import valued


def pledges_on(acts: ActsWorld, receipt: int) -> list[int]:
    return list(acts.ask("Pledge", "pledgesOn", receipt))


def assign_order(
    acts: ActsWorld, receipt: int, bond_id: int, pledgee: int = BANK, assignee: int = BANK_2
) -> PledgeAssignOrder:
    return PledgeAssignOrder(receipt, bond_id, pledgee, assignee, acts.seq(receipt), acts.deadline_s)


def test_bond__issued__told_as_a_pledge_of_the_first_rank_without_ltv(acts: ActsWorld) -> None:
    receipt = acts.issued()
    order = bond_order(acts, receipt)
    outcome = acts.put(order)
    told = outcome.event("Pledged")
    assert (told["pledgee"], told["pledgor"], told["rank"]) == (BANK, IMPORTER, 1)
    assert (told["amountMinor"], told["maturity"], told["ltvBps"], told["cureS"]) == (
        AMOUNT,
        order.maturity,
        0,
        0,
    )
    assert told["filingDigest"] == FILING
    assert outcome.event("BondIssued") == {
        "receiptId": receipt,
        "pledgeId": told["pledgeId"],
        "pledgee": BANK,
    }
    found = bond(acts, told["pledgeId"])
    assert found == {
        "pledgee": BANK,
        "amountMinor": AMOUNT,
        "currency": CNY,
        "maturity": order.maturity,
        "ltvBps": 0,
        "cureS": 0,
        "defaultAt": 0,
        "receipts": 1,
    }
    state = acts.receipt(receipt)
    assert (state["pledges"], state["firstPledgee"]) == (1, BANK)
    assert pledges_on(acts, receipt) == [told["pledgeId"]]


def test_bond__redeemed_by_payment__the_receipt_is_free(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    outcome = acts.put(redemption(acts, receipt, bond_id))
    assert outcome.event("BondRedeemed")["paidMinor"] == AMOUNT
    assert acts.receipt(receipt)["pledges"] == 0 and bond(acts, bond_id)["receipts"] == 0
    acts.submit(acts.delivery_order(receipt))


def test_bond__released_by_its_holder__the_receipt_is_free(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    acts.put(acts.release_order(receipt, bond_id))
    assert acts.receipt(receipt)["pledges"] == 0 and bond(acts, bond_id)["receipts"] == 0


@pytest.mark.parametrize("late", [False, True])
def test_bond__delivered_jointly_on_any_day__receipt_and_bond_end(acts: ActsWorld, late: bool) -> None:
    receipt, bond_id = bonded(acts)
    if late:
        due_on_its_date(acts, bond_id)
    live_g = acts.lot_live_g()
    outcome = acts.put(joint_delivery(acts, receipt, bond_id))
    assert outcome.event("BondDeliveredJointly") == {"receiptId": receipt, "pledgeId": bond_id}
    assert outcome.event("ReceiptDelivered")["quantityG"] == 10 * TONNE_G
    assert acts.receipt(receipt)["status"] == 3 and acts.lot_live_g() == live_g - 10 * TONNE_G
    assert bond(acts, bond_id)["receipts"] == 0
    assert pledges_on(acts, receipt) == []


def test_bond__delivered_after_the_due_date__surplus_is_the_receipt_holders(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    due_on_its_date(acts, bond_id)
    order = delivery(acts, receipt, bond_id, AMOUNT + COSTS + 700)
    outcome = acts.put(order)
    told = outcome.event("BondDelivered")
    assert told == {
        "receiptId": receipt,
        "pledgeId": bond_id,
        "pledgor": IMPORTER,
        "saleDigest": order.sale_digest,
        "soldAt": order.sold_at,
        "proceedsMinor": AMOUNT + COSTS + 700,
        "costsMinor": COSTS,
        "lienMinor": 0,
        "claimMinor": AMOUNT,
        "paidMinor": AMOUNT,
        "surplusMinor": 700,
    }
    assert paid_to(outcome) == [AMOUNT]
    assert acts.receipt(receipt)["status"] == 3
    assert bond(acts, bond_id)["receipts"] == 0 and pledges_on(acts, receipt) == []


@pytest.mark.parametrize("rank", list(LienRank))
def test_bond__delivered_under_a_storage_lien__the_keeper_is_paid_in_its_rank(
    acts: ActsWorld, rank: LienRank
) -> None:
    receipt = acts.issued()
    agreed(acts, receipt, rank=rank)
    before = rank is LienRank.BEFORE_PLEDGES
    bond_id = bond_on(acts, receipt, lien_cap_minor=CAP if before else 0)
    due_on_its_date(acts, bond_id)
    fees = due(acts, receipt)
    asserted(acts, receipt, fees)
    outcome = acts.put(delivery(acts, receipt, bond_id, COSTS + AMOUNT + 100))
    told = outcome.event("BondDelivered")
    assert told["lienMinor"] == (fees if before else 100)
    assert told["paidMinor"] == (AMOUNT - fees + 100 if before else AMOUNT)
    assert told["surplusMinor"] == 0
    assert outcome.event("LienSettled")["dueMinor"] == fees
    assert record(acts, receipt)["rank"] == 0


def test_bond__sold_after_the_due_date__without_notice_and_cure(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    due_on_its_date(acts, bond_id)
    outcome = acts.put(sale_of(acts, receipt, [bond_id], COSTS + AMOUNT + 5))
    assert outcome.event("ReceiptForeclosed")["surplusMinor"] == 5
    assert (acts.receipt(receipt)["holder"], acts.receipt(receipt)["pledges"]) == (TRADER, 0)


def test_bond__given_on_and_on__the_last_holder_has_it_alone(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    acts.put(assign_order(acts, receipt, bond_id))
    acts.put(assign_order(acts, receipt, bond_id, BANK_2, TRADER))
    assert bond(acts, bond_id)["pledgee"] == TRADER == acts.receipt(receipt)["firstPledgee"]
    due_on_its_date(acts, bond_id)
    for former in (BANK, BANK_2):
        with refused("WrongPledgee", given=former, pledgee=TRADER):
            acts.put(delivery(acts, receipt, bond_id, pledgee=former))
    acts.put(delivery(acts, receipt, bond_id, pledgee=TRADER))


def test_receipt__given_on_under_a_bond__the_new_holder_gets_the_surplus(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    acts.put(PledgedTransferOrder(receipt, IMPORTER, TRADER, BANK, acts.seq(receipt), acts.deadline_s))
    due_on_its_date(acts, bond_id)
    with refused("WrongHolder", given=IMPORTER, holder=TRADER):
        acts.put(delivery(acts, receipt, bond_id))
    outcome = acts.put(delivery(acts, receipt, bond_id, pledgor=TRADER))
    assert outcome.event("BondDelivered")["pledgor"] == TRADER


def test_split__of_a_bonded_receipt__holder_operator_and_bonds_holder_sign_and_each_part_bears_it(
    acts: ActsWorld,
) -> None:
    receipt, bond_id = bonded(acts)
    order = acts.split_order(receipt, 4, 6)
    with refused("MalformedSignature", member=BANK):
        acts.put(order)
    with refused("ForeignSignature", member=BANK):
        acts.put(order, consent_by=BANK_2)
    acts.put(order, consent_by=BANK)
    parts = [part.receipt_id for part in order.parts]
    assert bond(acts, bond_id)["receipts"] == 2
    assert [pledges_on(acts, part) for part in parts] == [[bond_id], [bond_id]]
    assert pledges_on(acts, receipt) == []
    with refused("PledgeCoversOthers", receipts=2):
        acts.put(assign_order(acts, parts[0], bond_id))


def test_split__one_part_delivered_after_the_due_date__what_it_brought_burdens_the_other_no_more(
    acts: ActsWorld,
) -> None:
    receipt, bond_id = bonded(acts)
    order = acts.split_order(receipt, 4, 6)
    acts.put(order, consent_by=BANK)
    out, kept = (part.receipt_id for part in order.parts)
    due_on_its_date(acts, bond_id)
    acts.put(delivery(acts, out, bond_id, COSTS + 1_000))
    left = bond(acts, bond_id)
    assert (left["amountMinor"], left["receipts"]) == (AMOUNT - 1_000, 1)
    assert acts.receipt(kept)["pledges"] == 1
    acts.put(redemption(acts, kept, bond_id, paid_minor=AMOUNT - 1_000))
    assert acts.receipt(kept)["pledges"] == 0


def test_split__redeemed_for_one_part__the_payment_counts_for_the_others_too(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    order = acts.split_order(receipt, 4, 6)
    acts.put(order, consent_by=BANK)
    one, other = (part.receipt_id for part in order.parts)
    acts.put(redemption(acts, one, bond_id))
    assert bond(acts, bond_id)["amountMinor"] == 0 and bond(acts, bond_id)["receipts"] == 1
    due_on_its_date(acts, bond_id)
    with refused("WaterfallDiffers", given=1, expected=0):
        acts.put(delivery(acts, other, bond_id, claim_minor=1))
    acts.put(redemption(acts, other, bond_id, paid_minor=0))
    assert acts.receipt(other)["pledges"] == 0 and bond(acts, bond_id)["receipts"] == 0


def test_merge__of_parts_under_one_bond__is_under_it_again(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    acts.put(acts.split_order(receipt, 4, 6), consent_by=BANK)
    order = acts.merge_order(receipt_id(100), receipt_id(101))
    with refused("MalformedSignature", member=BANK):
        acts.put(order)
    acts.put(order, consent_by=BANK)
    assert pledges_on(acts, order.merged_id) == [bond_id]
    assert bond(acts, bond_id)["receipts"] == 1
    due_on_its_date(acts, bond_id)
    acts.put(delivery(acts, order.merged_id, bond_id))


def test_merge__under_two_bonds__refused(acts: ActsWorld) -> None:
    one, _ = bonded(acts, 1)
    other, _ = bonded(acts, 2)
    with refused("PledgesDiffer"):
        acts.put(acts.merge_order(one, other), consent_by=BANK)


def test_part_delivery__under_a_bond__both_sign_and_the_rest_bears_it(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    order = acts.part_delivery_order(receipt)
    with refused("MalformedSignature", member=BANK):
        acts.put(order)
    acts.put(order, consent_by=BANK)
    assert pledges_on(acts, receipt) == [bond_id]
    acts.put(joint_delivery(acts, receipt, bond_id))


def test_supersede__extension_of_a_bonded_receipt__the_bond_follows(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    order = acts.supersede_order(receipt, more_s=DAY_S)
    with refused("MalformedSignature", member=BANK):
        acts.put(order)
    acts.put(order, consent_by=BANK)
    assert pledges_on(acts, order.successor_id) == [bond_id]


def test_cover__of_a_bond__needs_what_it_secures(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    valued(acts)
    cover = acts.ask("Valuation", "coverOf", bond_id, [receipt])
    assert (cover["securedMinor"], cover["neededMinor"]) == (AMOUNT, AMOUNT)


def test_bond__redeemed_after_storage_terms_came__terms_stay(acts: ActsWorld) -> None:
    """The keeper's lien is the holder's to pay; no bond's end touches it."""
    receipt, bond_id = bonded(acts)
    agreed(acts, receipt, consent_by=BANK)
    acts.put(redemption(acts, receipt, bond_id, payment_digest=sha256(b"other").digest()))
    assert acts.receipt(receipt)["lienTerms"] == LienRank.BEFORE_PLEDGES


def test_substitute__other_goods_under_the_bond__as_under_any_pledge(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    other = acts.issued(2)
    valued(acts)
    acts.put(substitute_order(acts, receipt, other))
    assert pledges_on(acts, other) == [bond_id]
    assert acts.receipt(receipt)["pledges"] == 0
    due_on_its_date(acts, bond_id)
    with refused("PledgeNotOnReceipt", pledgeId=bond_id):
        acts.put(replace(delivery(acts, other, bond_id), receipt_id=receipt, seq=acts.seq(receipt)))
