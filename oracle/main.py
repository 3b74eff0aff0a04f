"""The oracle's and the attester's processes: read settings, build the parts, run until told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn
from dbos import DBOS, DBOSConfig, SetWorkflowID

from holdfast import __version__
from holdfast.domain.errors import HoldfastError
from holdfast.store.records import Records, open_records
from holdfast.store.records_types import OrderStatus
from oracle.attester.service import build_attester
from oracle.iot.intake import build_intake
from oracle.runtime import build_node, build_parts, frame_reader, now_s
from oracle.settings import AttesterSettings, OracleSettings, load
from oracle.workflow.cycle import build_cycle
from oracle.workflow.decisions import Decisions
from oracle.workflow.lapses import Lapses
from oracle.workflow.outbox import Outbox
from oracle.workflow.relayer import Relayer
from oracle.workflow.steps import Patience, Steps

logger = logging.getLogger("holdfast.oracle")

POLL_S = 0.2
_DEAD = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")


def run_attester(file: Path | None) -> None:
    """Serve one attester until stopped. Raises Misconfigured, Unreachable."""
    settings = load(AttesterSettings, file)
    node = build_node(settings)
    _serve(build_attester(node), settings.listen_host, settings.listen_port)


def run_oracle(file: Path | None) -> None:
    """Run intake and workflow until stopped. Raises Misconfigured, Unreachable."""
    settings = load(OracleSettings, file)
    parts = build_parts(settings)
    records = open_records(settings.records_url)
    for entry in parts.book:
        records.set_member_name(entry.member_id, entry.name, entry.name_zh)
    outbox = Outbox(parts.database)
    relayer = Relayer(parts.chain, parts.keys, outbox, settings.confirmations)
    steps = Steps(
        chain=parts.chain,
        records=records,
        inbox=parts.inbox,
        store=parts.store,
        source=parts.source,
        keys=parts.keys,
        relayer=relayer,
        policy=parts.policy,
        book=parts.book,
        decisions=Decisions(records, settings.titles_folder, now_s),
        read_frame=frame_reader(),
        patience=Patience(settings.quiet_s, settings.collection_s, settings.attester_timeout_s),
        clock=now_s,
    )
    config: DBOSConfig = {
        "name": "holdfast-oracle",
        "system_database_url": settings.workflow_url,
        # Pinned: a workflow begun by one version is only ever finished by the same.
        "application_version": __version__,
        "log_level": "WARNING",
    }
    DBOS(config=config)
    cycle = build_cycle(steps)
    for order_id in outbox.unsettled():
        logger.warning("%s was on its way to the chain when the oracle last ended: going on", order_id)
    DBOS.launch()
    stop = threading.Event()
    runner = threading.Thread(target=take_orders, args=(records, cycle, stop), name="orders", daemon=True)
    lapses = Lapses(parts.chain, relayer, outbox, now_s)
    watcher = threading.Thread(target=lapses.run, args=(stop,), name="lapses", daemon=True)
    runner.start()
    watcher.start()
    try:
        intake = build_intake(parts.inbox)
        _serve(intake, settings.listen_host, settings.listen_port)
    finally:
        stop.set()
        steps.pauses.stop()
        runner.join(timeout=5)
        watcher.join(timeout=5)
        DBOS.destroy()


def take_orders(records: Records, cycle: Callable[[str], str], stop: threading.Event) -> None:
    """Start a durable workflow for every order, under the order's own id: twice is harmless."""
    resumed = False
    while not stop.is_set():
        taken = None
        try:
            if not resumed:
                _resume(records, cycle)
                resumed = True
            taken = records.take_queued()
        except HoldfastError:
            logger.exception("the records do not answer; trying again")
        if taken is None:
            stop.wait(POLL_S)
        else:
            _start(cycle, taken.id)


def _resume(records: Records, cycle: Callable[[str], str]) -> None:
    """Go on with orders that a process before this one had taken; none may stay open for ever."""
    for record in records.open_orders():
        if record.status in (OrderStatus.AWAITING_SIGNATURE, OrderStatus.QUEUED):
            continue
        state = _start(cycle, record.id)
        if state in _DEAD:
            what = f"its workflow ended as {state}; the oracle's log tells why"
            records.set_status(record.id, OrderStatus.EXCEPTION, reason="internal-fault", detail=what)


def _start(cycle: Callable[[str], str], order_id: str) -> str:
    """Start an order's workflow, unless it was started before; returns how DBOS says it stands."""
    with SetWorkflowID(order_id):
        return str(DBOS.start_workflow(cycle, order_id).get_status().status)


def _serve(app: object, host: str, port: int) -> None:
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)  # type: ignore[arg-type]
