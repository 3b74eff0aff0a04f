"""Merger, split, partial delivery by somebody else than they name: refused, with the receipt named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import IMPORTER, INSPECTOR, OPERATOR, TRADER, receipt_id, refused


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
