"""Partial delivery against the attested weight; correction and extension as a new, linked document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import (
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    OPERATOR,
    QUORUM,
    TONNE_G,
    receipt_id,
    refused,
)

NEW = receipt_id(300)


def test_deliver_part__four_of_ten__receipt_and_lot_fall_by_four(acts: ActsWorld) -> None:
    receipt = acts.issued()
    before = acts.lot()
    outcome = acts.put(acts.part_delivery_order(receipt), signers=QUORUM)
    assert outcome.names() == ["ReceiptReduced", "Attested"]
    assert acts.receipt(receipt)["quantityG"] == 6 * TONNE_G
    assert acts.lot()["liveG"] == before["liveG"] - 4 * TONNE_G
    assert acts.lot()["attestedG"] == before["attestedG"] - 4 * TONNE_G
    acts.submit(acts.delivery_order(receipt, quantity_g=6 * TONNE_G))
    assert acts.lot()["liveG"] == before["liveG"] - 10 * TONNE_G


@pytest.mark.parametrize("tonnes", [10, 11])
def test_deliver_part__the_whole_or_more__refused(acts: ActsWorld, tonnes: int) -> None:
    with refused("QuantityNotPart", given=tonnes * TONNE_G, quantityG=10 * TONNE_G):
        acts.put(acts.part_delivery_order(acts.issued(), tonnes))


def test_deliver_part__nothing__refused(acts: ActsWorld) -> None:
    order = acts.part_delivery_order(acts.issued())
    object.__setattr__(order, "quantity_g", 0)
    with refused("QuantityNotPart", given=0):
        acts.put(order)


def test_deliver_part__unsigned_replayed_or_without_quorum__refused(acts: ActsWorld) -> None:
    order = acts.part_delivery_order(acts.issued())
    with refused("ForeignSignature", member=IMPORTER):
        acts.put(order, forged=["holder"])
    with refused("QuorumTooSmall"):
        acts.put(order, signers=(OPERATOR, INSPECTOR))
    with refused("OperatorNotAmongSigners"):
        acts.put(order, signers=(BANK, INSPECTOR, IOT))
    acts.put(order)
    with refused("WrongSeq"):
        acts.put(order)


def test_deliver_part__suspended_or_expired__refused(acts: ActsWorld) -> None:
    receipt, other = acts.issued(), acts.issued(2)
    acts.submit(acts.suspend_order(receipt), signers=(INSPECTOR, IOT))
    with refused("ReceiptNotLive", status=2):
        acts.put(acts.part_delivery_order(receipt))
    acts.chain.set_time(acts.chain.now_s + 366 * DAY_S)
    with refused("ReceiptExpired"):
        acts.put(acts.part_delivery_order(other))


def test_deliver_part__pledged__only_with_the_pledgee_and_no_junior(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    order = acts.part_delivery_order(receipt)
    with refused("MalformedSignature", member=BANK):
        acts.put(order)
    with refused("SignerIsParty", member=BANK):
        acts.put(order, consent_by=BANK, signers=QUORUM)
    acts.put(order, consent_by=BANK)
    assert (acts.receipt(receipt)["quantityG"], acts.receipt(receipt)["pledges"]) == (6 * TONNE_G, 1)
    acts.pledged(receipt, BANK_2, 2)
    with refused("JuniorPledges", pledges=2):
        acts.put(acts.part_delivery_order(receipt), consent_by=BANK)


def test_correction__another_document__linked_both_ways_and_the_old_is_dead(acts: ActsWorld) -> None:
    receipt = acts.issued()
    outcome = acts.put(acts.supersede_order(receipt))
    assert outcome.event("ReceiptReplaced")["successorId"] == NEW
    assert outcome.event("ReceiptSuperseded")["reason"] == 1
    assert acts.ask("ReceiptActs", "successorOf", receipt) == NEW
    assert acts.ask("ReceiptActs", "predecessorOf", NEW) == receipt
    assert (acts.receipt(receipt)["status"], acts.receipt(NEW)["status"]) == (4, 1)
    assert acts.receipt(NEW)["quantityG"] == 10 * TONNE_G
    with refused("WrongSeq"):
        acts.submit(replace(acts.transfer_order(NEW), receipt_id=receipt))


def test_correction__other_grams_or_expiry__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    order = acts.supersede_order(receipt)
    with refused("QuantityNotConserved"):
        acts.put(replace(order, quantity_g=order.quantity_g + 1))
    for change in (-1, 1):
        with refused("ExpiryDiffers"):
            acts.put(replace(order, expires_at=order.expires_at + change))
    wrong = acts.supersede_order(receipt)
    object.__setattr__(wrong, "reason", 3)
    with refused("UnknownReason", reason=3):
        acts.put(wrong)


def test_extension__after_expiry_by_a_new_assay__lives_again(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.chain.set_time(acts.chain.now_s + 366 * DAY_S)
    with refused("ReceiptExpired"):
        acts.submit(acts.transfer_order(receipt))
    acts.put(acts.supersede_order(receipt, more_s=90 * DAY_S))
    acts.submit(acts.transfer_order(NEW))


def test_extension__not_beyond_the_old_expiry_or_unattested__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    order = acts.supersede_order(receipt, more_s=DAY_S)
    with refused("NotExtended"):
        acts.put(replace(order, expires_at=order.expires_at - DAY_S))
    with refused("QuorumTooSmall"):
        acts.put(order, signers=(OPERATOR, INSPECTOR))
    with refused("ForeignSignature", member=IMPORTER):
        acts.put(order, forged=["holder"])


def test_correction__pledged__the_pledge_follows_with_the_pledgees_consent(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    with refused("MalformedSignature", member=BANK):
        acts.put(acts.supersede_order(receipt))
    acts.put(acts.supersede_order(receipt), consent_by=BANK)
    assert list(acts.ask("Pledge", "pledgesOn", NEW)) == [pledge]
    assert acts.receipt(NEW)["firstPledgee"] == BANK
