"""The durable cycle on DBOS over SQLite, its steps faked: how an order ends, whatever a step says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from dbos import DBOS, DBOSConfig

from holdfast.domain.errors import EvidenceRejected, Misconfigured, Refused, Unreachable
from holdfast.store.records import Records, open_records
from holdfast.store.records_types import OrderRecord, OrderStatus
from oracle.main import take_orders
from oracle.workflow.cycle import build_cycle
from oracle.workflow.durable import Pauses
from oracle.workflow.quorum import NoQuorum
from oracle.workflow.steps import Steps
from tests.fakes.oracle import NOW

ACCEPTED = {"location": "00", "digest": "11", "decision": "ACCEPT", "reasons": [], "goes_on": True}
TX = "0x" + "aa" * 32
Fault = Callable[[str], None]


class FakeSteps:
    """Steps that do nothing but note that they ran; `faults` may raise in place of one."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.pauses = Pauses()
        self.ran: list[str] = []
        self.faults: dict[str, list[Exception]] = {}
        self.bundle: dict[str, Any] = ACCEPTED
        self.way = "attested"

    def deadline(self, order_id: str) -> int:
        return 2**40

    def plan(self, order_id: str) -> str:
        return self.way

    def follow_up(self, order_id: str, bundle: dict[str, Any]) -> list[str]:
        return []

    def conclude(self, order_id: str, bundle: dict[str, Any]) -> None:
        self._run("conclude", None)
        self.records.set_status(order_id, OrderStatus.FINAL, reason="goods-as-claimed", detail="all there")

    def open(self, order_id: str) -> str:
        return str(self._run("open", "HF-7K3M-9QXD-2VTA"))

    def collect(self, order_id: str, code: str) -> dict[str, Any]:
        return cast(dict[str, Any], self._run("collect", self.bundle))

    def attest(self, order_id: str, bundle: dict[str, Any]) -> list[str]:
        return cast(list[str], self._run("attest", ["aa"]))

    def reserve(self, order_id: str, bundle: dict[str, Any], signatures: list[str]) -> str:
        return str(self._run("reserve", TX))

    def broadcast(self, order_id: str) -> int:
        return int(self._run("broadcast", 5))

    def finish(self, order_id: str, bundle: dict[str, Any], tx_hash: str) -> None:
        self._run("finish", None)
        self.records.set_status(order_id, OrderStatus.FINAL, tx_hash=tx_hash)

    def _run(self, name: str, result: Any) -> Any:
        self.ran.append(name)
        if self.faults.get(name):
            raise self.faults[name].pop(0)
        return result


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    folder: Path = tmp_path_factory.mktemp("cycle")
    records = open_records(f"sqlite:///{folder}/records.sqlite", lambda: NOW)
    steps = FakeSteps(records)
    config: DBOSConfig = {
        "name": "holdfast-test",
        "system_database_url": f"sqlite:///{folder}/workflow.sqlite",
        "application_version": "test",
        "log_level": "ERROR",
    }
    DBOS(config=config)
    cycle = build_cycle(cast(Steps, steps))
    DBOS.launch()
    yield SimpleNamespace(records=records, steps=steps, cycle=cycle, seq=0)
    steps.pauses.stop()
    DBOS.destroy(destroy_registry=True)


def submit(bench: SimpleNamespace) -> str:
    bench.steps.ran, bench.steps.faults, bench.steps.bundle, bench.steps.way = [], {}, ACCEPTED, "attested"
    bench.seq += 1
    record: OrderRecord = bench.records.submit_order(
        primary_type="TransferOrder",
        order={},
        order_hash="0x" + bench.seq.to_bytes(32).hex(),
        receipt_id="0x" + "07" * 32,
        seq=bench.seq,
        deadline=NOW + 1_000,
        signers=(2,),
        signatures={2: "0x"},
        submitted_by=2,
    )
    return record.id


def carried(bench: SimpleNamespace, order_id: str) -> OrderRecord:
    """Let the order taker run until this order has ended."""
    stop = threading.Event()
    taker = threading.Thread(target=take_orders, args=(bench.records, bench.cycle, stop))
    taker.start()
    for _ in range(400):
        record: OrderRecord = bench.records.order(order_id)
        if record.status in (OrderStatus.FINAL, OrderStatus.REFUSED, OrderStatus.EXCEPTION):
            break
        stop.wait(0.05)
    stop.set()
    taker.join(timeout=10)
    return record


def test_cycle__all_steps_good__final_with_its_transaction(bench: SimpleNamespace) -> None:
    record = carried(bench, submit(bench))

    assert (record.status, record.tx_hash) == (OrderStatus.FINAL, TX)
    assert bench.steps.ran == ["open", "collect", "attest", "reserve", "broadcast", "finish"]


@pytest.mark.parametrize("decision", ["REJECT", "HOLD"])
def test_cycle__verdict_not_accept__refused_and_nobody_is_asked(
    bench: SimpleNamespace, decision: str
) -> None:
    order_id = submit(bench)
    short = ["goods: 4.000 t short"]
    bench.steps.bundle = {**ACCEPTED, "decision": decision, "reasons": short, "goes_on": False}

    record = carried(bench, order_id)

    assert (record.status, record.reason) == (OrderStatus.REFUSED, "verdict")
    assert record.detail == f"{decision}: goods: 4.000 t short"
    assert bench.steps.ran == ["open", "collect"]


def test_cycle__an_act_that_nobody_attests__straight_to_the_chain(bench: SimpleNamespace) -> None:
    order_id = submit(bench)
    bench.steps.way = "signed"

    record = carried(bench, order_id)

    assert (record.status, record.tx_hash) == (OrderStatus.FINAL, TX)
    assert bench.steps.ran == ["reserve", "broadcast", "finish"]


@pytest.mark.parametrize("goes_on", [True, False])
def test_cycle__a_look_at_goods__becomes_an_order_or_ends_without_one(
    bench: SimpleNamespace, goes_on: bool
) -> None:
    order_id = submit(bench)
    bench.steps.way, bench.steps.bundle = "inspected", {**ACCEPTED, "goes_on": goes_on}

    record = carried(bench, order_id)

    assert record.status is OrderStatus.FINAL
    assert (record.tx_hash, record.reason) == ((TX, None) if goes_on else (None, "goods-as-claimed"))
    assert bench.steps.ran[-1] == ("finish" if goes_on else "conclude")


@pytest.mark.parametrize(
    ("step", "fault", "status", "reason"),
    [
        ("open", Refused("unknown-lot", "no such lot"), OrderStatus.REFUSED, "unknown-lot"),
        ("collect", EvidenceRejected("digest", "damaged"), OrderStatus.REFUSED, "digest"),
        ("attest", NoQuorum([], "too few"), OrderStatus.EXCEPTION, "no-quorum"),
        ("reserve", Refused("wrong-seq", "used"), OrderStatus.REFUSED, "wrong-seq"),
        ("reserve", Misconfigured("no key"), OrderStatus.EXCEPTION, "misconfigured"),
        ("broadcast", Refused("transaction-failed", "failed"), OrderStatus.REFUSED, "transaction-failed"),
        ("collect", RuntimeError("a fault of ours"), OrderStatus.EXCEPTION, "internal-fault"),
    ],
    ids=["unknown-lot", "damaged", "no-quorum", "used", "no-key", "failed", "bug"],
)
def test_cycle__a_step_says_no__the_order_ends_with_its_reason_and_no_step_follows(
    bench: SimpleNamespace, step: str, fault: Exception, status: OrderStatus, reason: str
) -> None:
    order_id = submit(bench)
    bench.steps.faults = {step: [fault]}

    record = carried(bench, order_id)

    assert (record.status, record.reason) == (status, reason)
    assert bench.steps.ran[-1] == step
    assert bench.steps.ran.count(step) == 1


def test_cycle__refused_behind_the_chain__exception_with_its_transaction_never_refused(
    bench: SimpleNamespace,
) -> None:
    order_id = submit(bench)
    bench.steps.faults = {"finish": [Refused("unknown-receipt", "does not stand")]}

    record = carried(bench, order_id)

    assert (record.status, record.reason) == (OrderStatus.EXCEPTION, "unknown-receipt")
    assert record.tx_hash == TX


@pytest.mark.parametrize("step", ["open", "collect", "attest", "reserve", "broadcast", "finish"])
def test_cycle__something_is_down_for_a_moment__tried_again_and_final(
    bench: SimpleNamespace, step: str
) -> None:
    order_id = submit(bench)
    bench.steps.faults = {step: [Unreachable("WMS", "http://wms", "down")]}

    record = carried(bench, order_id)

    assert record.status is OrderStatus.FINAL
    assert bench.steps.ran.count(step) == 2


def test_take_orders__order_taken_by_a_process_that_died__gone_on_with(bench: SimpleNamespace) -> None:
    order_id = submit(bench)
    assert bench.records.take_queued().id == order_id

    assert carried(bench, order_id).status is OrderStatus.FINAL


def test_take_orders__started_twice__carried_out_once(bench: SimpleNamespace) -> None:
    order_id = submit(bench)
    carried(bench, order_id)
    ran = list(bench.steps.ran)

    carried(bench, order_id)

    assert bench.steps.ran == ran


def test_take_orders__deadline_passed_in_the_queue__refused_and_never_begun(bench: SimpleNamespace) -> None:
    order_id = submit(bench)
    late: Records = open_records(str(bench.records.engine.url), lambda: NOW + 1_001)

    assert late.take_queued() is None

    assert late.order(order_id).reason == "deadline-passed"
    assert bench.steps.ran == []
