"""Bonds, storage terms and sales told again from the logs alone: held to the contracts, and divided again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from holdfast.audit.sales import sale_findings
from holdfast.audit.signed import effect_findings
from holdfast.domain.acts import BondDeliveryOrder, ForeclosureOrder
from holdfast.domain.lien_acts import LienRank
from tests.contracts.acts_harness import AMOUNT, CURE_S, ActsWorld
from tests.contracts.bonding import (
    COSTS,
    bond_order,
    bonded,
    delivery,
    due_on_its_date,
    joint_delivery,
    redemption,
    sale_of,
)
from tests.contracts.harness import BANK_2, DAY_S, TONNE_G, TRADER, receipt_id
from tests.contracts.storage import (
    CAP,
    WITHOUT_OPERATOR,
    agreed,
    assert_order,
    discharge_order,
    due,
    payment_order,
    tender_order,
    terms_order,
    wait,
)
from tests.contracts.test_acts_replayed import agrees, bent, put, replayed
from tests.contracts.test_bond import assign_order
from tests.contracts.test_foreclosure import default_order
from tests.fakes.acts_log import chain_events


def findings(acts: ActsWorld, order: ForeclosureOrder | BondDeliveryOrder, **changes: Any) -> list[str]:
    """What an auditor says of the last act, had its order said something else."""
    *before, batch = chain_events(acts.chain.outcomes)
    outcome = acts.chain.outcomes.pop()
    ledger = replayed(acts, before)
    acts.chain.outcomes.append(outcome)
    effects = [] if changes else list(effect_findings(order, batch, ledger))
    return [*effects, *sale_findings(replace(order, **changes), batch, ledger, outcome.at_s)]


def sold(acts: ActsWorld, rank: LienRank) -> ForeclosureOrder:
    """A sale under a lien and two pledges, too little for all; the last act of this world."""
    receipt = acts.issued()
    agreed(acts, receipt, rank=rank)
    cap = CAP if rank is LienRank.BEFORE_PLEDGES else 0
    ids = [acts.pledged(receipt, lien_cap_minor=cap), acts.pledged(receipt, BANK_2, 2, lien_cap_minor=cap)]
    wait(acts, 91 * DAY_S)
    acts.put(payment_order(acts, receipt, 1_000))
    acts.put(assert_order(acts, receipt, 17))
    acts.put(default_order(acts, receipt, ids[0]))
    wait(acts, CURE_S + 1)
    order = sale_of(acts, receipt, ids, COSTS + AMOUNT + 70_000)
    put(acts, order)
    return order


@pytest.mark.parametrize("rank", list(LienRank))
def test_replay__sale_under_a_lien__divided_again(rank: LienRank) -> None:
    acts = ActsWorld()
    order = sold(acts, rank)
    assert agrees(acts).pledges.pledges == {}
    assert findings(acts, order) == []


def test_replay__sale_that_divides_otherwise__told() -> None:
    acts = ActsWorld()
    order = sold(acts, LienRank.BEFORE_PLEDGES)
    fees, shares = order.lien_minor, order.shares
    assert 0 < fees < 70_000
    (said,) = findings(acts, order, lien_minor=fees - 1, surplus_minor=1)
    assert f"lien_minor={fees}" in said
    (said,) = findings(acts, order, sold_at=order.sold_at + 1)
    assert "that was told at" in said
    (said, *_) = findings(acts, order, sold_at=order.sold_at - 1)
    assert "no earlier than after" in said
    (said,) = findings(acts, order, shares=(shares[0], replace(shares[1], claim_minor=AMOUNT + 1)))
    assert f"member {BANK_2} claims {AMOUNT + 1} of {AMOUNT}" in said
    (said,) = findings(acts, order, shares=shares[:1])
    assert "has 2 pledges, the order pays 1" in said


@pytest.mark.parametrize("rank", list(LienRank))
def test_replay__logs_of_a_sale_bent__told(rank: LienRank) -> None:
    acts = ActsWorld()
    order = sold(acts, rank)
    told = acts.chain.outcomes[-1].event("LienSettled")["dueMinor"]
    assert f"payments give {told}" in bent(acts, "LienSettled", dueMinor=told + 1)
    assert "gives the storage lien" in bent(acts, "ReceiptForeclosed", lienMinor=told + 1)
    assert order.surplus_minor == 0
    if rank is LienRank.BEFORE_PLEDGES:
        assert "gives the storage lien" in bent(acts, "ReceiptForeclosed", lienMinor=told - 1)
    else:
        changes = {"lienMinor": told - 1, "surplusMinor": 1}
        assert "gives the storage lien" in bent(acts, "ReceiptForeclosed", **changes)


def test_replay__lien_left_out_of_a_sales_logs__told() -> None:
    acts = ActsWorld()
    sold(acts, LienRank.BEFORE_PLEDGES)
    outcome = acts.chain.outcomes[-1]
    events = tuple(event for event in outcome.events if event.name != "LienSettled")
    acts.chain.outcomes[-1] = replace(outcome, events=events)
    assert "left a storage lien in the same currency" in bent(acts, "ReceiptForeclosed", lienMinor=0)


def test_replay__storage_terms_through_every_act__as_the_contract_says() -> None:
    acts = ActsWorld()
    receipt = acts.issued()
    put(acts, terms_order(acts, receipt))
    wait(acts, 3 * DAY_S)
    put(acts, acts.split_order(receipt, 4))
    put(acts, assert_order(acts, receipt, 1))
    put(acts, payment_order(acts, receipt, 1))
    wait(acts, DAY_S)
    put(acts, acts.part_delivery_order(receipt_id(100), 1))
    agrees(acts)
    wait(acts, DAY_S)
    put(acts, acts.merge_order(receipt, receipt_id(100)))
    merged = receipt_id(200)
    assert agrees(acts).liens.terms[merged].state.quantity_g == 9 * TONNE_G
    acts.put(tender_order(acts, merged, 2), signers=WITHOUT_OPERATOR)
    put(acts, discharge_order(acts, merged))
    ledger = agrees(acts)
    assert ledger.receipts[merged].lien_terms == 0 and merged not in ledger.liens.terms


def test_replay__storage_logs_bent__told() -> None:
    acts = ActsWorld()
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    acts.put(assert_order(acts, receipt, 400))
    assert "due were 500" in bent(acts, "LienAsserted", amountMinor=501)
    acts.put(payment_order(acts, receipt, 100))
    acts.put(payment_order(acts, receipt, 100))
    assert "paid before were 100" in bent(acts, "LienPaid", paidMinor=100)
    assert "without storage terms" in bent(acts, "LienPaid", receiptId=receipt_id(9))
    assert "never issued" in bent(acts, "LienTermsAgreed", receiptId=receipt_id(9))


def test_replay__bond_issued_assigned_and_redeemed__as_the_contract_says() -> None:
    acts = ActsWorld()
    receipt = acts.issued()
    put(acts, bond_order(acts, receipt))
    (bond_id,) = agrees(acts).pledges.ranks[receipt]
    put(acts, assign_order(acts, receipt, bond_id))
    put(acts, acts.split_order(receipt, 4, 6), BANK_2)
    one, other = receipt_id(100), receipt_id(101)
    put(acts, redemption(acts, one, bond_id))
    assert agrees(acts).pledges.pledges[bond_id].amount_minor == 0
    put(acts, redemption(acts, other, bond_id, paid_minor=0))
    assert agrees(acts).pledges.pledges == {}
    assert "which is no bond" in bent(acts, "Pledged", ltvBps=7_000)
    assert "it secured 0" in bent(acts, "BondRedeemed", paidMinor=1)


def test_replay__bond_delivered_jointly__as_the_contract_says() -> None:
    acts = ActsWorld()
    receipt, bond_id = bonded(acts)
    put(acts, joint_delivery(acts, receipt, bond_id))
    assert agrees(acts).pledges.pledges == {}
    assert "never made or is over" in bent(acts, "BondDeliveredJointly", pledgeId=bond_id + 1)


@pytest.mark.parametrize("rank", list(LienRank))
def test_replay__bond_delivered_after_its_date__divided_again(rank: LienRank) -> None:
    acts = ActsWorld()
    receipt = acts.issued()
    agreed(acts, receipt, rank=rank)
    cap = CAP if rank is LienRank.BEFORE_PLEDGES else 0
    put(acts, bond_order(acts, receipt, lien_cap_minor=cap))
    (bond_id,) = agrees(acts).pledges.ranks[receipt]
    due_on_its_date(acts, bond_id)
    order = delivery(acts, receipt, bond_id, COSTS + AMOUNT + due(acts, receipt) + 5)
    put(acts, order)
    assert agrees(acts).pledges.pledges == {}
    assert findings(acts, order) == []
    (said,) = findings(acts, order, surplus_minor=6)
    assert "the order divides" in said
    (said,) = findings(acts, order, claim_minor=AMOUNT + 1, paid_minor=AMOUNT + 1, surplus_minor=4)
    assert f"claims {AMOUNT + 1}" in said
    (said, *_) = findings(acts, order, sold_at=order.sold_at - 1)
    assert "no earlier than after" in said
    assert "surplus of 6; left were 5" in bent(acts, "BondDelivered", surplusMinor=6)


def test_replay__bond_sold__as_the_contract_says() -> None:
    acts = ActsWorld()
    receipt, bond_id = bonded(acts)
    due_on_its_date(acts, bond_id)
    order = sale_of(acts, receipt, [bond_id], COSTS + AMOUNT - 5)
    put(acts, order)
    assert agrees(acts).receipts[receipt].holder == TRADER
    assert findings(acts, order) == []
    assert "never made or is over" in bent(acts, "PledgePaid", pledgeId=bond_id + 1)


def test_replay__a_bond_beside_a_pledge_or_noticed__told() -> None:
    acts = ActsWorld()
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    wait(acts, 91 * DAY_S)
    acts.put(default_order(acts, receipt, pledge))
    assert "which is due on its date" in bent(acts, "Pledged", ltvBps=0)
    acts.pledged(receipt, BANK_2, 2)
    assert "alone on its receipt" in bent(acts, "Pledged", ltvBps=0)
