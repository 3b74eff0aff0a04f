"""Edges of receipts that take the place of others: each test was written for a fault that had survived."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import DAY_S, receipt_id, refused


@pytest.mark.parametrize("earlier", [0, 1], ids=["first", "second"])
def test_merge__either_expires_earlier__one_receipt_until_then(acts: ActsWorld, earlier: int) -> None:
    until = acts.chain.now_s + 100 * DAY_S
    ids = [receipt_id(1), receipt_id(2)]
    terms = [replace(acts.terms(i + 1), expires_at=until + (i != earlier)) for i in (0, 1)]
    acts.submit(acts.issue_order(*terms))
    order = acts.merge_order(*ids)
    with refused("ExpiryDiffers", receiptId=receipt_id(200), given=until + 1, expiresAt=until):
        acts.put(replace(order, expires_at=until + 1))
    outcome = acts.put(order)
    assert acts.receipt(receipt_id(200))["expiresAt"] == until
    told = [list(event.values.values()) for event in outcome.events if event.name == "ReceiptReplaced"]
    assert told == [[receipt, receipt_id(200), 0] for receipt in ids]
