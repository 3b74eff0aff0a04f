"""Negotiable and non-negotiable receipts: both move by the keeper's attestation, none becomes the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.domain.orders import Kind
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import BANK, IMPORTER, INSPECTOR, IOT, OPERATOR, TRADER, receipt_id, refused
from tests.contracts.test_substitution import substitute_order
from tests.contracts.valuing import valued

KINDS = pytest.mark.parametrize("kind", list(Kind))


def issued(acts: ActsWorld, kind: Kind, index: int = 1) -> int:
    """A receipt of 10 t and this kind, to the importer."""
    acts.submit(acts.issue_order(replace(acts.terms(index), kind=kind)))
    return receipt_id(index)


@KINDS
def test_transfer__either_kind__passes_with_the_keepers_attestation(acts: ActsWorld, kind: Kind) -> None:
    receipt = issued(acts, kind)
    assert acts.receipt(receipt)["kind"] == kind
    acts.submit(acts.transfer_order(receipt), signers=(OPERATOR, INSPECTOR, IOT))
    state = acts.receipt(receipt)
    assert (state["holder"], state["kind"]) == (TRADER, kind)


@KINDS
def test_transfer__without_the_keepers_attester__refused(acts: ActsWorld, kind: Kind) -> None:
    receipt = issued(acts, kind)
    with refused("OperatorNotAmongSigners", operator=OPERATOR):
        acts.submit(acts.transfer_order(receipt), signers=(BANK, INSPECTOR, IOT))
    assert acts.receipt(receipt)["holder"] == IMPORTER


@KINDS
def test_pledge__either_kind__binds_and_is_released(acts: ActsWorld, kind: Kind) -> None:
    receipt = issued(acts, kind)
    pledge = acts.pledged(receipt)
    with refused("ReceiptEncumbered", pledges=1):
        acts.submit(acts.transfer_order(receipt))
    acts.put(acts.release_order(receipt, pledge))
    acts.submit(acts.transfer_order(receipt))
    assert acts.receipt(receipt)["holder"] == TRADER


def test_split__non_negotiable__its_parts_are_too(acts: ActsWorld) -> None:
    receipt = issued(acts, Kind.NON_NEGOTIABLE)
    acts.put(acts.split_order(receipt, 4, 6))
    assert {acts.receipt(receipt_id(part))["kind"] for part in (100, 101)} == {Kind.NON_NEGOTIABLE}
    acts.put(acts.merge_order(receipt_id(100), receipt_id(101)))
    assert acts.receipt(receipt_id(200))["kind"] == Kind.NON_NEGOTIABLE


@KINDS
def test_merge__two_kinds__refused(acts: ActsWorld, kind: Kind) -> None:
    other = Kind.NEGOTIABLE if kind is Kind.NON_NEGOTIABLE else Kind.NON_NEGOTIABLE
    first, second = issued(acts, kind, 1), issued(acts, other, 2)
    with refused("ReceiptsDiffer", receiptId=first, otherId=second):
        acts.put(acts.merge_order(first, second))


@KINDS
def test_substitute__by_the_other_kind__refused(acts: ActsWorld, kind: Kind) -> None:
    other = Kind.NEGOTIABLE if kind is Kind.NON_NEGOTIABLE else Kind.NON_NEGOTIABLE
    first, second = issued(acts, kind, 1), issued(acts, other, 2)
    valued(acts)
    acts.pledged(first)
    with refused("ReceiptsDiffer", receiptId=second, otherId=first):
        acts.put(substitute_order(acts, first, second))
    assert acts.receipt(first)["pledges"] == 1
