"""One answer per receipt: who holds it, is it free, who has a right in it, in what rank, why not."""

from __future__ import annotations

from tests.contracts.acts_harness import COURT_2, RULING, ActsWorld
from tests.contracts.harness import (
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    LOT,
    OPERATOR,
    TONNE_G,
    address_of,
    key_of,
    receipt_id,
    refused,
)


def test_status__free_receipt__holder_goods_and_expiry(acts: ActsWorld) -> None:
    receipt = acts.issued()
    found = acts.status(receipt)
    assert (found["holder"], found["operator"], found["lotId"]) == (IMPORTER, OPERATOR, LOT)
    assert found["account"] == address_of(key_of(f"member {IMPORTER}")).lower()
    assert (found["free"], found["bounds"], found["quantityG"]) == (True, 0, 10 * TONNE_G)
    assert found["freshUntil"] == acts.receipt(receipt)["expiresAt"]
    assert (list(found["pledgeIds"]), list(found["waiting"]), found["freezeCase"]) == ([], [], 0)


def test_status__pledged_twice_and_frozen_twice__ranks_and_queue(acts: ActsWorld) -> None:
    receipt = acts.issued()
    ids = [acts.pledged(receipt), acts.pledged(receipt, BANK_2, 2)]
    assert acts.status(receipt)["bounds"] == 16
    acts.frozen(receipt)
    acts.frozen(receipt, 2, COURT_2)
    found = acts.status(receipt)
    assert (found["free"], found["bounds"]) == (False, 16 | 64)
    assert list(found["pledgeIds"]) == ids
    assert [pledge[0] for pledge in found["pledges"]] == [BANK, BANK_2]
    assert (found["freezeCase"], list(found["waiting"])) == (1, [2])
    assert (found["freeze"]["reason"], found["freezeDocument"]) == (1, RULING)


def test_status__suspended_expired_and_holder_stopped__every_reason_is_said(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.submit(acts.suspend_order(receipt), signers=(INSPECTOR, IOT))
    assert (acts.status(receipt)["bounds"], acts.status(receipt)["suspendReason"]) == (1, 1)
    acts.chain.set_time(acts.chain.now_s + 366 * DAY_S)
    acts.chain.send(acts.consortium, "setMemberActive", IMPORTER, False)
    assert acts.status(receipt)["bounds"] == 1 | 8 | 128


def test_status__corrected_and_delivered__links_and_ends(acts: ActsWorld) -> None:
    receipt, other = acts.issued(), acts.issued(2)
    acts.put(acts.supersede_order(receipt))
    new = receipt_id(300)
    assert (acts.status(receipt)["bounds"], acts.status(receipt)["successor"]) == (4, new)
    assert (acts.status(new)["free"], acts.status(new)["predecessor"]) == (True, receipt)
    acts.submit(acts.delivery_order(other))
    assert (acts.status(other)["bounds"], acts.status(other)["quantityG"]) == (2, 0)
    with refused("UnknownReceipt"):
        acts.status(receipt_id(77))
