"""A whole consortium on this machine, whose parts can be stopped, frozen, killed and started again."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cli.auditing import receipts_by_cid
from cli.home import Home
from holdfast.attestation.typed_data import typed_data
from holdfast.audit.replay import Auditor
from holdfast.audit.report import AuditReport
from holdfast.chain.connection import ChainSettings
from holdfast.chain.deployment import load_deployment
from holdfast.chain.events import ChainEvent
from holdfast.chain.facts import Chain, open_chain
from holdfast.domain.deposit import DepositRequest
from holdfast.evidence.canonical import canonical_json
from holdfast.evidence.collection import lot_id
from holdfast.store.directory import DirectoryStore
from oracle.runtime import frame_reader, load_policy
from scripts import tryton
from scripts.demo.chain import free_port
from scripts.demo.desk import Desk
from scripts.demo.founding import SITE, found, member_keys
from scripts.demo.lots import Lot, terms
from scripts.demo.members import AUDITOR, IMPORTER, OPERATOR, TRADER
from scripts.demo.processes import Processes, choose_ports
from scripts.demo.yard import Yard
from scripts.tryton_setup import CLERK_LOGIN
from tests.e2e.proxy import ChainProxy
from tests.simulators.tryton.book import book_arrival

PALLETS = 20
BAY = "B-02"


class Network:
    """Everything the demonstration runs, with a proxy between the oracle and the chain."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        self.home.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.processes = Processes(self.home, choose_ports(self.home, free_port()))
        self.proxy = ChainProxy(self.processes.chain_url)
        self._lots = 0

    def start(self) -> None:
        """Found the consortium and start every part."""
        self.processes.start_chain()
        self.processes.start_wms()
        found(self.home, self.processes.chain_url, self.processes.ports.attesters)
        self.processes.write_settings()
        _set(self.home.oracle_env, "HOLDFAST_ORACLE_RPC_URL", self.proxy.url)
        _set(self.home.oracle_env, "HOLDFAST_ORACLE_QUIET_S", "0.5")
        _set(self.home.oracle_env, "HOLDFAST_ORACLE_ATTESTER_TIMEOUT_S", "30")
        self.processes.start_nodes()
        deployment, genesis = load_deployment(self.home.deployment)
        self.chain: Chain = open_chain(ChainSettings(self.processes.chain_url, deployment, genesis))
        self.policy = load_policy(self.home.policy)
        self.yard = Yard(self.home, self.processes.intake_url)
        self.operator, self.importer, self.trader = (
            Desk(self.home, self.processes.api_url, deployment, person)
            for person in (OPERATOR, IMPORTER, TRADER)
        )

    def stop(self) -> None:
        """End every process."""
        for _, process in self.processes.running:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGCONT)
        self.processes.stop()
        self.proxy.close()

    def heal(self) -> None:
        """Everything runs again, whatever a test left behind."""
        if self.processes.process("chain").poll() is not None:
            self.processes.start_chain()
        if self.processes.wms is None:
            self.processes.start_wms()
        for name, process in self.processes.running:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGCONT)
            elif name != "chain":
                self.processes.start_nodes(name)

    def kill(self, name: str) -> None:
        """End a process as a power cut would."""
        process = self.processes.process(name)
        process.kill()
        process.wait()

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Inside, a process hangs: it takes connections and answers nothing."""
        pid = self.processes.process(name).pid
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    @contextmanager
    def without_wms(self) -> Iterator[None]:
        """Inside, nobody answers at the WMS's address."""
        assert self.processes.wms is not None
        tryton.stop(self.processes.wms)
        self.processes.wms = None
        yield
        self.processes.start_wms()

    @contextmanager
    def without_store(self) -> Iterator[None]:
        """Inside, evidence can be neither written nor read: a file stands where the folder should."""
        away = self.home.path / "evidence.away"
        self.home.evidence.rename(away)
        self.home.evidence.touch()
        try:
            yield
        finally:
            self.home.evidence.unlink()
            away.rename(self.home.evidence)

    def book(self) -> Lot:
        """A new lot of 25 t, one truck load, booked in the WMS."""
        self._lots += 1
        lot = Lot(f"FT-2026-{self._lots:04d}", BAY, PALLETS, 1, 10_000 + 100 * self._lots)
        book_arrival(
            self.processes.wms_url,
            CLERK_LOGIN,
            tryton.credentials(self.home.tryton).clerk_password,
            lot=lot.number,
            bay=lot.bay,
            quantity_kg=lot.quantity_g // 1000,
            ssccs=lot.ssccs,
            trucks=lot.trucks,
        )
        return lot

    def asked(self, lot: Lot, *, good_for_s: int = 600, receipts: int = 1) -> dict[str, Any]:
        """The importer's request for receipts on a lot, as typed data to sign."""
        request = DepositRequest(
            lot_id=self.lot_id(lot),
            operator=OPERATOR.member_id,
            depositor=IMPORTER.member_id,
            terms=canonical_json(terms(lot, receipts)).decode(),
            deadline=int(time.time()) + good_for_s,
        )
        return typed_data(self.chain.connection.domain, request)

    def request(self, lot: Lot, *, good_for_s: int = 600) -> str:
        """The importer signs and submits such a request, the operator countersigns; returns its id."""
        asked = self.asked(lot, good_for_s=good_for_s)
        order_id = self.importer.submit(asked)
        self.operator.countersign(order_id, asked)
        return order_id

    def answer(self, order_id: str, lot: Lot, *, weigh: bool = True) -> str:
        """The devices answer the order's challenge; returns its code."""
        code = self.yard.challenge(order_id)
        if weigh:
            self.yard.weigh(code, lot.quantity_g, lot.trucks)
        self.yard.look(lot.bay, code, lot.ssccs)
        return code

    def issued(self) -> tuple[Lot, str]:
        """A lot with one live receipt; returns the receipt's id in hex."""
        lot = self.book()
        order_id = self.request(lot)
        self.answer(order_id, lot)
        self.final(order_id)
        return lot, self.receipts_on(lot)[0]

    def lot_id(self, lot: Lot) -> bytes:
        """The chain's id of a lot."""
        return lot_id(self.policy, OPERATOR.member_id, SITE, lot.number)

    def order(self, order_id: str) -> dict[str, Any]:
        """How an order stands, by the API."""
        found: dict[str, Any] = self.importer.get(f"/orders/{order_id}")
        return found

    def final(self, order_id: str, timeout_s: float = 90) -> dict[str, Any]:
        """Wait for the end, which must be final."""
        return self.ends_as("final", order_id, timeout_s)

    def ends_as(self, status: str, order_id: str, timeout_s: float = 90) -> dict[str, Any]:
        """Wait for the order's end, which must be this one."""
        order = self.importer.wait(order_id, timeout_s)
        assert order["status"] == status, f"{order['status']}: {order['detail']}"
        return order

    def reaches(self, order_id: str, *statuses: str, timeout_s: float = 60) -> str:
        """Wait until the order has one of these statuses, looking at the database every few ms."""
        found = ""

        def there() -> bool:
            nonlocal found
            found = str(self.query(self.home.records, "SELECT status FROM orders WHERE id = ?", order_id))
            return found in statuses

        until(there, timeout_s, f"order {order_id} to be {' or '.join(statuses)}")
        return found

    def committed(self, order_id: str) -> int:
        """How many transactions the outbox holds for an order."""
        count = self.query(self.home.oracle_db, "SELECT count(*) FROM outbox WHERE order_id = ?", order_id)
        return int(count)

    def query(self, database: Path, sql: str, *values: object) -> Any:
        """The first value of the first row of a read of one of the databases; None if there is none."""
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10) as db:
            row = db.execute(sql, values).fetchone()
        db.close()
        return None if row is None else row[0]

    def events(self) -> list[ChainEvent]:
        """Everything our contracts ever said."""
        first = self.chain.connection.deployment.block
        return list(self.chain.events.events(first, self.chain.connection.head().number))

    def receipts_on(self, lot: Lot) -> list[str]:
        """Ids of all receipts ever issued on a lot, by the chain alone."""
        wanted = "0x" + self.lot_id(lot).hex()
        issued = [event for event in self.events() if event.name == "ReceiptIssued"]
        return [f"0x{int(e.args['receiptId']):064x}" for e in issued if e.args["lotId"] == wanted]

    def audit(self) -> AuditReport:
        """The auditor's replay of everything that happened here."""
        store, key = DirectoryStore(self.home.evidence), member_keys(self.home, AUDITOR.key).encryption
        hints = receipts_by_cid(self.home.records)
        return Auditor(self.chain, store, key, frame_reader(), hints=hints).run()


def until(there: Callable[[], bool], timeout_s: float, what: str) -> None:
    """Wait, looking every few ms. Fails with what was waited for."""
    end = time.monotonic() + timeout_s
    while not there():
        assert time.monotonic() < end, f"waited {timeout_s:.0f} s for {what}"
        time.sleep(0.004)


def _set(settings: Path, name: str, value: str) -> None:
    lines = [line for line in settings.read_text().splitlines() if not line.startswith(f"{name}=")]
    settings.write_text("\n".join([*lines, f"{name}={value}"]) + "\n")


def json_of(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_text())
