"""Orders that somebody else carries to the chain before the oracle does: done is done, and not a refusal.

Whoever sees a signed order on its way may send a copy of it and come first. Ours then fails, and the oracle
must not tell the parties that nothing was issued, nor lose the documents of receipts that live.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from holdfast.domain.errors import Refused, Unreachable
from holdfast.store.records import open_records
from oracle.iot.inbox import Inbox
from oracle.workflow.bundle import Decided
from oracle.workflow.decisions import Decisions
from oracle.workflow.relayer import Relayer
from oracle.workflow.steps import Patience, Steps
from tests.fakes.oracle import IMPORTER, Warehouse


@dataclass
class LateRelayer:
    """A relayer that always comes second."""

    confirmations: int = 0
    refusal: Refused = field(default_factory=lambda: Refused("transaction-failed", "it failed in block 7"))

    def reserve(self, order_id: str, data: bytes, to: str | None = None) -> str:
        raise self.refusal

    def broadcast(self, order_id: str) -> int:
        raise self.refusal


@dataclass
class Bench:
    warehouse: Warehouse
    relayer: LateRelayer
    steps: Steps
    order_id: str
    decided: Decided

    @property
    def bundle(self) -> dict[str, Any]:
        opened = self.decided.opened
        return {"location": opened.location.hex(), "digest": opened.digest.hex()}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    warehouse, relayer = Warehouse(), LateRelayer()
    records = open_records(f"sqlite:///{tmp_path}/records.sqlite", lambda: warehouse.now_s)
    decisions = Decisions(records, tmp_path, lambda: warehouse.now_s)
    steps = Steps(
        chain=warehouse.ledger.chain,
        records=records,
        inbox=cast(Inbox, None),
        store=warehouse.store,
        source=warehouse.source,
        keys=warehouse.oracle,
        relayer=cast(Relayer, relayer),
        policy=warehouse.policy,
        book=(),
        decisions=decisions,
        read_frame=warehouse.pictures,
        patience=Patience(0.1, 1, 1),
        clock=lambda: warehouse.now_s,
    )
    request = warehouse.request()
    record = records.submit_order(
        primary_type="DepositRequest",
        order={},
        order_hash="0x" + "11" * 32,
        receipt_id=None,
        seq=None,
        deadline=request.deadline,
        signers=[IMPORTER],
        signatures={IMPORTER: "0x"},
        submitted_by=IMPORTER,
    )
    decided = warehouse.issue(request=request)
    verdict = decided.found.verdict(warehouse.ledger.chain.facts(decided.found.order, decided.found.lot_id))
    decisions.keep(record.id, decided, verdict, ())
    return Bench(warehouse, relayer, steps, record.id, decided)


def test_broadcast__a_copy_came_first__done_in_its_block(bench: Bench) -> None:
    tx_hash = bench.warehouse.write(bench.decided)

    block = bench.steps.broadcast(bench.order_id)

    carried = bench.steps.carried(bench.order_id)
    assert carried is not None
    assert (carried.tx_hash, carried.block_number) == (tx_hash, block)


def test_reserve__a_copy_came_before_ours_was_made__the_copys_transaction(bench: Bench) -> None:
    tx_hash = bench.warehouse.write(bench.decided)

    assert bench.steps.reserve(bench.order_id, bench.bundle, []) == tx_hash


def test_broadcast__ours_failed_and_nobody_else_came__refused(bench: Bench) -> None:
    with pytest.raises(Refused, match="failed in block 7"):
        bench.steps.broadcast(bench.order_id)
    with pytest.raises(Refused, match="failed in block 7"):
        bench.steps.reserve(bench.order_id, bench.bundle, [])


def test_broadcast__the_copys_block_may_be_replaced__waits(bench: Bench) -> None:
    bench.relayer.confirmations = 3
    bench.warehouse.write(bench.decided)

    with pytest.raises(Unreachable, match="0 of 3 blocks on top"):
        bench.steps.broadcast(bench.order_id)

    for _ in range(3):
        bench.warehouse.ledger.node.mine()
    assert bench.steps.broadcast(bench.order_id)
