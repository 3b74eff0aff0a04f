"""Which acts end with a receipt's validity: the contracts and what attesters and API ask are the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from holdfast.domain.acts import (
    CaseOrder,
    ElectronicOrder,
    OriginOrder,
    PriceOrder,
    RenewOrder,
    SupersedeOrder,
    SupersedeReason,
)
from holdfast.domain.orders import standing_ids
from holdfast.reconciliation.meaning import needs_validity
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.acts_samples import SAMPLES
from tests.contracts.evm import Reverted
from tests.contracts.harness import BANK, DAY_S

ABOUT_NO_RECEIPT = (CaseOrder, RenewOrder, OriginOrder, PriceOrder, ElectronicOrder)


def expired(acts: ActsWorld, act: Any) -> Any:
    """The same act after the receipts that it is about have expired."""
    ends = max(acts.receipt(receipt)["expiresAt"] for receipt in standing_ids(act))
    acts.chain.set_time(ends + 1)
    return replace(act, deadline=acts.deadline_s)


@pytest.mark.parametrize("kind", [kind for kind in SAMPLES if kind not in ABOUT_NO_RECEIPT])
def test_act__receipt_expired__refused_where_attesters_would(acts: ActsWorld, kind: type[Any]) -> None:
    ready = SAMPLES[kind](acts)
    act = expired(acts, ready.act)
    refusal = None
    try:
        acts.put(act, consent_by=ready.consent_by, signers=ready.signers)
    except Reverted as error:
        refusal = error.name
    assert (refusal == "ReceiptExpired") == needs_validity(act), refusal


def test_extension__of_an_expired_receipt__it_runs_again(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    order = acts.supersede_order(receipt, more_s=500 * DAY_S)
    assert isinstance(order, SupersedeOrder)
    assert order.reason is SupersedeReason.EXTENSION
    order = expired(acts, order)
    assert not needs_validity(order)
    acts.put(order, consent_by=BANK)
    successor = acts.receipt(order.successor_id)
    assert (successor["status"], successor["pledges"]) == (1, 1)
    moved = acts.pledged_transfer_order(order.successor_id)
    acts.put(moved, consent_by=BANK)
