"""Acts by somebody else than whose receipt it is, or of whom they concern: each refused and named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import BANK, IMPORTER, INSPECTOR, IOT, OPERATOR, TRADER, receipt_id, refused
from tests.contracts.origin_orders import (
    NOTICE_S,
    later,
    notice_order,
    replacement_order,
    shortage_order,
    suspended,
    withdrawal_order,
)


@pytest.fixture
def pair(acts: ActsWorld) -> tuple[int, int]:
    """Two parts of one lot, of one holder."""
    order = acts.split_order(acts.issued(), 4, 6)
    acts.put(order)
    return order.parts[0].receipt_id, order.parts[1].receipt_id


def test_attack__stranger_merges_anothers_receipts_as_its_own__refused(
    acts: ActsWorld, pair: tuple[int, int]
) -> None:
    with refused("WrongHolder", receiptId=pair[0], given=TRADER, holder=IMPORTER):
        acts.put(acts.merge_order(*pair, holder=TRADER))


def test_merge__signed_by_another_keeper__refused(acts: ActsWorld, pair: tuple[int, int]) -> None:
    with refused("OperatorDiffers", receiptId=pair[0], given=INSPECTOR, operator=OPERATOR):
        acts.put(replace(acts.merge_order(*pair), operator=INSPECTOR))


def test_merge__of_one__refused(acts: ActsWorld, pair: tuple[int, int]) -> None:
    with refused("TooFewReceipts", receipts=1):
        acts.put(acts.merge_order(pair[0]))


def test_attack__stranger_takes_part_of_anothers_goods_out__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    with refused("WrongHolder", receiptId=receipt, given=TRADER, holder=IMPORTER):
        acts.put(acts.part_delivery_order(receipt, holder=TRADER))


@pytest.mark.parametrize("at", [0, 1])
def test_split__any_part_with_another_expiry__refused_and_named(acts: ActsWorld, at: int) -> None:
    order = acts.split_order(acts.issued(), 4, 6)
    parts = list(order.parts)
    parts[at] = replace(parts[at], expires_at=parts[at].expires_at + 1)
    with refused("ExpiryDiffers", receiptId=parts[at].receipt_id):
        acts.put(replace(order, parts=tuple(parts)))


def test_correction__of_anothers_receipt__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    with refused("WrongHolder", receiptId=receipt, given=TRADER, holder=IMPORTER):
        acts.put(replace(acts.supersede_order(receipt), holder=TRADER, successor_id=receipt_id(301)))


def test_attack__stranger_withdraws_anothers_notice_of_loss__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.put(notice_order(acts, receipt))
    with refused("WrongHolder", receiptId=receipt, given=TRADER, holder=IMPORTER):
        acts.put(replace(withdrawal_order(acts, receipt), holder=TRADER))


def test_attack__stranger_has_anothers_lost_receipt_replaced__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.put(notice_order(acts, receipt))
    later(acts, NOTICE_S)
    with refused("WrongHolder", receiptId=receipt, given=TRADER, holder=IMPORTER):
        acts.put(replacement_order(acts, receipt, holder=TRADER))


def test_attack__only_pledgee_says_itself_that_goods_are_short__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    suspended(acts, receipt)
    order = shortage_order(acts, 1_000, receipt)
    with refused("SignerIsParty", member=BANK):
        acts.put(order, signers=(OPERATOR, BANK, IOT))
    acts.put(order)
