"""Edges of receipts that take the place of others: each test was written for a fault that had survived."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import (
    BANK,
    DAY_S,
    IMPORTER,
    TONNE_G,
    TRADER,
    World,
    receipt_id,
    refused,
)


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


def test_replace__by_one_expired_already__refused_and_in_its_last_second_taken(acts: ActsWorld) -> None:
    acts.let_in_rogue()
    receipt, now = acts.issued(), acts.chain.now_s

    def replaced(until: int) -> None:
        news = [(receipt_id(9), 10 * TONNE_G, until)]
        acts.rogue_does("replaceReceipts", [(receipt, 0)], news, bytes(32), b"")

    with refused("ReceiptExpired", receiptId=receipt_id(9), expiresAt=now - 1, nowS=now):
        replaced(now - 1)
    replaced(now)
    assert (acts.receipt(receipt)["status"], acts.receipt(receipt_id(9))["expiresAt"]) == (4, now)


def test_receipts__at_an_address_the_consortium_does_not_expect__not_made(world: World) -> None:
    elsewhere = world.chain.next_address().lower()
    with refused("ConsortiumExpectsOther", expected=world.receipts.lower(), actual=elsewhere):
        world.chain.deploy("WarehouseReceipt", world.consortium)


def test_split__pledged__each_part_is_told_to_be_locked(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    outcome = acts.put(acts.split_order(receipt, 4, 6), consent_by=BANK)
    locked = [list(event.values.values()) for event in outcome.events if event.name == "Locked"]
    assert locked == [[receipt_id(100)], [receipt_id(101)]]


@pytest.mark.parametrize("holder", [IMPORTER, TRADER], ids=["even", "odd"])
def test_split__free__no_part_is_told_to_be_locked(acts: ActsWorld, holder: int) -> None:
    receipt = acts.issued(1, holder)
    outcome = acts.put(acts.split_order(receipt, 4, 6, holder=holder))
    assert "Locked" not in outcome.names() and outcome.names().count("ReceiptIssued") == 2


@pytest.mark.parametrize("holder", [IMPORTER, TRADER], ids=["even", "odd"])
def test_pledge_and_release__whoever_holds__locked_and_unlocked(acts: ActsWorld, holder: int) -> None:
    receipt = acts.issued(1, holder)
    order = acts.pledge_order(receipt, holder=holder)
    assert "Locked" in acts.put(order).names()
    (pledge,) = acts.ask("Pledge", "pledgesOn", receipt)
    assert "Unlocked" in acts.put(acts.release_order(receipt, pledge)).names()
