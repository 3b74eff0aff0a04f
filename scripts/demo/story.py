"""The story: one lot from the truck to the bank, and the auditor who believes nobody."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from cli.home import Home
from holdfast.audit.replay import Auditor
from holdfast.audit.report import AuditReport
from holdfast.chain.connection import ChainSettings
from holdfast.chain.deployment import load_deployment
from holdfast.chain.facts import Chain, open_chain
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.errors import HoldfastError, Refused
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.units import show_mass, show_time
from holdfast.evidence.canonical import canonical_json
from holdfast.evidence.collection import lot_id
from holdfast.proof.report import render_report
from holdfast.proof.trust import parse_trust
from holdfast.proof.verify import verify_title
from holdfast.store.directory import DirectoryStore
from oracle.runtime import frame_reader, load_policy
from scripts import tryton
from scripts.demo.desk import Desk
from scripts.demo.founding import SITE, member_keys
from scripts.demo.lots import ELSEWHERE, REALLY_THERE_G, RUBBER, SHORT, SMALL, Lot, terms
from scripts.demo.members import AUDITOR, BANK, IMPORTER, OPERATOR, TRADER
from scripts.demo.processes import Processes
from scripts.demo.tell import Teller
from scripts.demo.yard import Yard
from scripts.tryton_setup import CLERK_LOGIN
from tests.simulators.tryton.book import book_arrival

REQUEST_FOR_S = 3600


class Story:
    """The nine scenes, each leaning on the ones before."""

    def __init__(self, home: Home, processes: Processes, teller: Teller) -> None:
        self.home = home
        self.processes = processes
        self.tell = teller
        deployment, genesis = load_deployment(home.deployment)
        self.deployment = deployment
        self.chain: Chain = open_chain(ChainSettings(processes.chain_url, deployment, genesis))
        self.policy = load_policy(home.policy)
        self.yard = Yard(home, processes.intake_url)
        self.operator, self.importer, self.trader, self.bank = (
            Desk(home, processes.api_url, deployment, person) for person in (OPERATOR, IMPORTER, TRADER, BANK)
        )
        self.receipt_id = 0
        self._small_booked = threading.Event()
        self._booking_failed: list[HoldfastError] = []

    def book(self, lot: Lot) -> None:
        """The operator's clerk books an arrival in Tryton."""
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

    def run(self) -> None:
        """Tell everything. Raises if any scene ends otherwise than it should."""
        self._arrival()
        booked = threading.Thread(target=self._book_the_rest, daemon=True)
        booked.start()
        self._issue()
        self._batch()
        self._transfer()
        self._bank()
        self._audit()
        booked.join()
        if self._booking_failed:
            raise self._booking_failed[0]
        self._frauds()

    def _book_the_rest(self) -> None:
        try:
            self.book(SMALL)
            self._small_booked.set()
            for lot in (ELSEWHERE, SHORT):
                self.book(lot)
        except HoldfastError as error:
            self._booking_failed.append(error)

    def _arrival(self) -> None:
        self.tell.scene(1, "The warehouse operator books the arrival in Tryton, its own system")
        self.book(RUBBER)
        self.tell.say(
            f"{OPERATOR.name}: lot {RUBBER.number}, natural rubber SVR 10 from Viet Nam, "
            f"{show_mass(RUBBER.quantity_g)} on {RUBBER.pallets} pallets, {RUBBER.trucks} trucks, "
            f"bay {RUBBER.bay}"
        )

    def request(self, lot: Lot, receipts: int, *, prefix: str = "") -> str:
        """The importer asks for receipts on a lot, the operator confirms; returns the order's id."""
        asked = DepositRequest(
            lot_id=lot_id(self.policy, OPERATOR.member_id, SITE, lot.number),
            operator=OPERATOR.member_id,
            depositor=IMPORTER.member_id,
            terms=canonical_json(terms(lot, receipts, prefix=prefix)).decode(),
            deadline=int(time.time()) + REQUEST_FOR_S,
        )
        prepared = self.importer.prepare(
            {
                "type": "deposit",
                "lot_id": "0x" + asked.lot_id.hex(),
                "operator": asked.operator,
                "terms": json.loads(asked.terms),
                "valid_for_s": REQUEST_FOR_S,
            }
        )
        order_id = self.importer.submit(prepared["typed_data"])
        self.operator.countersign(order_id, prepared["typed_data"])
        return order_id

    def collect(self, order_id: str, lot: Lot, *, weighed_g: int | None, shows: Lot | None = None) -> None:
        """The yard answers the order's challenge: trucks weighed if asked, the bay looked at."""
        code = self.yard.challenge(order_id)
        if weighed_g is not None:
            self.yard.weigh(code, weighed_g, lot.trucks)
            self.tell.say(
                f"{lot.trucks} weighings, signed by the bridge (class III, e = 20 kg), challenge {code}"
            )
        shown = shows or lot
        frames = self.yard.look(lot.bay, code, shown.ssccs, shows_bay=shown.bay if shows else None)
        self.tell.say(f"{frames} camera frames of bay {lot.bay}, signed, the challenge in view")

    def board(self, order_id: str) -> None:
        """Show the board of the decision on an order."""
        self.tell.board(self.importer.get(f"/decisions/{order_id}"))

    def final(self, order_id: str) -> dict[str, Any]:
        """Wait for an order that must become final."""
        order = self.importer.wait(order_id)
        if order["status"] != "final":
            raise Refused("story", f"order {order_id} ended as {order['status']}: {order['detail']}")
        return order

    def _issue(self) -> None:
        self.tell.scene(2, "Weighbridge and cameras send what they see, signed")
        order_id = self.request(RUBBER, 1)
        self.collect(order_id, RUBBER, weighed_g=RUBBER.quantity_g - 180_000)
        order = self.final(order_id)
        self.tell.scene(3, "The oracle reconciles: the five-match board")
        self.board(order_id)
        decision = self.importer.get(f"/decisions/{order_id}")
        self.tell.scene(4, "Four attesters fetch the sealed evidence, recompute, and sign; three suffice")
        for seat in decision["attesters"]:
            self.tell.say(f"signed by {seat['name']} (member {seat['member_id']})")
        evidence = self.importer.get(f"/decisions/{order_id}/evidence")
        self.tell.say(f"evidence {evidence['evidence_cid']}, {len(evidence['files'])} files")
        self.tell.scene(5, "The receipt is issued on the chain")
        self.receipt_id = int(decision["receipt_ids"][0], 16)
        receipt = self._receipt(self.importer, self.receipt_id)
        self.tell.say(f"receipt {receipt_hex(self.receipt_id)}")
        self.tell.say(
            f"{receipt['quantity']}, held by {receipt['holder']['name']}, transaction {order['tx_hash']}"
        )

    def _receipt(self, desk: Desk, receipt_id: int) -> dict[str, Any]:
        """A receipt in the API's read model, which follows the chain a moment behind."""
        deadline = time.monotonic() + 15
        while True:
            try:
                found: dict[str, Any] = desk.get(f"/receipts/{receipt_hex(receipt_id)}")
                return found
            except Refused:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def _transfer(self) -> None:
        self.tell.scene(6, "Importer and trader sign a transfer with their own keys; fresh evidence is taken")
        prepared = self.importer.prepare(
            {
                "type": "transfer",
                "receipt_id": receipt_hex(self.receipt_id),
                "transferee": TRADER.member_id,
                "valid_for_s": REQUEST_FOR_S,
            }
        )
        self.tell.say(prepared["summary"]["en"])
        self.tell.say(prepared["summary"]["zh"])
        order_id = self.importer.submit(prepared["typed_data"])
        self.trader.countersign(order_id, prepared["typed_data"])
        self.collect(order_id, RUBBER, weighed_g=None)
        order = self.final(order_id)
        self.tell.say(f"final: transaction {order['tx_hash']}")

    def _bank(self) -> None:
        self.tell.scene(7, "The bank verifies title: on its own node, and from one file")
        state = self.chain.receipts.receipt(self.receipt_id)
        if state is None or state.holder != TRADER.member_id:
            raise Refused("story", f"the bank's node says {state}, expected the trader as holder")
        self.tell.say(
            f"own node: {show_mass(state.quantity_g)}, {state.status.name.lower()}, held by member "
            f"{state.holder} ({TRADER.name}), good until {show_time(state.expires_at)}"
        )
        self._receipt(self.trader, self.receipt_id)
        path = self.home.path / "title.json"
        path.write_bytes(self.trader.download(f"/receipts/{receipt_hex(self.receipt_id)}/title?proof=true"))
        report = verify_title(path.read_bytes(), parse_trust(self.home.trust.read_bytes()), int(time.time()))
        self.tell.plain(render_report(report))
        if not report.holds:
            raise Refused("story", "the title proof does not hold")

    def _batch(self) -> None:
        self.tell.say("A second lot becomes 20 receipts under one quorum proof:")
        while not self._small_booked.wait(0.1):
            if self._booking_failed:
                raise self._booking_failed[0]
        order_id = self.request(SMALL, 20)
        self.collect(order_id, SMALL, weighed_g=SMALL.quantity_g)
        order = self.final(order_id)
        self.tell.say(f"20 receipts of {show_mass(SMALL.quantity_g // 20)}, transaction {order['tx_hash']}")

    def _frauds(self) -> None:
        self.tell.scene(9, "Four frauds")
        before = self._live_receipts()
        short_g = REALLY_THERE_G[SHORT.number]
        order_id = self.request(SHORT, 1)
        self.collect(order_id, SHORT, weighed_g=short_g)
        self._must_refuse(order_id, f"{show_mass(short_g)} on the bridge for 200.000 t in the WMS")
        order_id = self.request(RUBBER, 1, prefix="B")
        self.collect(order_id, RUBBER, weighed_g=RUBBER.quantity_g)
        self._must_refuse(order_id, f"lot {RUBBER.number} offered a second time")
        try:
            self.yard.send_weighing(self.yard.last_weighing)
        except Refused as error:
            self.tell.refused("the last truck's weighing, sent a second time", str(error))
        else:
            raise Refused("story", "a replayed weighing was accepted")
        order_id = self.request(ELSEWHERE, 1)
        self.collect(order_id, ELSEWHERE, weighed_g=ELSEWHERE.quantity_g, shows=SMALL)
        self._must_refuse(order_id, f"frames of bay {SMALL.bay} for goods in bay {ELSEWHERE.bay}")
        if self._live_receipts() != before:
            raise Refused("story", "a fraud changed the ledger")
        report = self.replay()
        if not report.holds:
            raise Refused("story", "the audit after the frauds does not hold")
        refused = sum(item.tx_hash is None for item in report.replayed)
        self.tell.say(f"Nothing was minted; the auditor replays the {refused} refusals, too.")

    def _live_receipts(self) -> int:
        events = self.chain.events.events(
            self.chain.connection.deployment.block, self.chain.connection.head().number
        )
        return sum(event.name == "ReceiptIssued" for event in events)

    def _must_refuse(self, order_id: str, what: str) -> None:
        order = self.importer.wait(order_id)
        if order["status"] != "refused":
            raise Refused("story", f"{what}: ended as {order['status']} ({order['detail']})")
        self.tell.refused(what, str(order["detail"]))

    def _audit(self) -> None:
        self.tell.scene(8, "The auditor replays every decision from chain and evidence alone")
        report = self.replay()
        self.tell.say(
            f"{len(report.replayed)} decisions, {report.objects} evidence files: "
            + ("everything agrees" if report.holds else "DIFFERENCES")
        )
        if not report.holds:
            findings = [*report.ledger_findings, *(d.why for d in report.damaged)]
            findings += [f for item in report.replayed for f in item.findings]
            raise Refused("story", "; ".join(findings))

    def replay(self) -> AuditReport:
        """The auditor's own replay, with its own key."""
        keys = member_keys(self.home, AUDITOR.key)
        auditor = Auditor(self.chain, DirectoryStore(self.home.evidence), keys.encryption, frame_reader())
        return auditor.run()
