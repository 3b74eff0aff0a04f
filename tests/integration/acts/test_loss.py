"""A receipt in other hands: stopped by a notice, replaced once the notice has run, burdens and all."""

from __future__ import annotations

from holdfast.domain.loss_acts import LEAST_NOTICE_S
from holdfast.domain.orders import Status, SuspendReason
from tests.integration.acts.people import BANK, IMPORTER, OPERATOR, TRADER, People


def test_replacement__of_a_compromised_receipt__old_dead_before_the_new_lives(shop: People) -> None:
    receipt = shop.issued()
    shop.pledged(receipt)
    told = shop.told(IMPORTER, "replacement", 409, on=receipt, receipt_number="N-1")
    assert "expected a suspended receipt" in told
    told = shop.told(IMPORTER, "loss-notice", 422, on=receipt, reason="lost", notice_s=60)
    assert "greater than or equal to" in told

    shop.act(IMPORTER, "loss-notice", BANK, on=receipt, reason="compromised", notice_s=LEAST_NOTICE_S)
    found = shop.status(BANK, receipt)
    assert (found["status"], found["notice"]["reason"]) == ("suspended", 2)
    assert shop.state(receipt).suspend_reason == SuspendReason.NOTICE_OF_LOSS
    assert "expected a live receipt" in shop.told(
        IMPORTER, "pledged-transfer", 409, on=receipt, transferee=TRADER
    )
    early = shop.refused(IMPORTER, "replacement", BANK, on=receipt, receipt_number="N-1")
    assert early.reason == "notice-runs", early.detail

    shop.skip(LEAST_NOTICE_S + 60)
    (new,) = shop.act(IMPORTER, "replacement", BANK, on=receipt, receipt_number="N-1")
    found = shop.status(BANK, new)
    assert (found["status"], found["predecessors"]) == ("live", [receipt])
    assert [pledge["pledgee"]["member_id"] for pledge in found["pledges"]] == [BANK]
    assert shop.state(receipt).status is Status.REPLACED
    assert shop.status(OPERATOR, receipt)["successors"] == [new]
