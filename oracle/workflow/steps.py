"""The steps of one order, each safe to run twice. The cycle strings them together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from holdfast.attestation.deposit import REQUEST_FILE, request_json
from holdfast.attestation.rules import rule_for
from holdfast.attestation.typed_data import Domain
from holdfast.audit.recompute import ReadFrame, recompute
from holdfast.chain.domains import domain_of
from holdfast.chain.facts import Chain
from holdfast.chain.title import read_title
from holdfast.domain.acts import AnyOrder
from holdfast.domain.errors import HoldfastError, Refused
from holdfast.domain.interests import parties_of
from holdfast.domain.orders import SuspendOrder, SuspendReason, receipt_ids
from holdfast.domain.policy import Policy
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.verdict import Verdict
from holdfast.evidence.cid import cid_of_raw_digest
from holdfast.evidence.collection import document_bytes
from holdfast.evidence.sealing import open_bundle
from holdfast.keys.keystore import PartyKeys
from holdfast.reconciliation.meaning import meaning_of, suspend_reason
from holdfast.store.port import EvidenceStore
from holdfast.store.records import Records
from holdfast.store.records_types import OrderStatus
from oracle.attester.node import make_attestation
from oracle.iot.inbox import FRAME, WEIGHING, Inbox, Message
from oracle.members_book import BookEntry, recipients
from oracle.wms.port import StockSource
from oracle.workflow.bundle import Decided, Sealer, issue_order
from oracle.workflow.collect import Collection, gather
from oracle.workflow.decisions import Decisions
from oracle.workflow.durable import Pauses
from oracle.workflow.inspection import FollowUps, conclusion, goes_on, requested_order, sealed_with_reason
from oracle.workflow.papers import Papers, Way
from oracle.workflow.quorum import Answer, ask_all, pick_quorum
from oracle.workflow.relayer import Relayer
from oracle.workflow.submission import Carried, Submission


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the oracle waits, in seconds."""

    quiet_s: float
    """A collection is complete when nothing new has come for so long."""
    collection_s: float
    """The longest a collection stays open."""
    attester_s: float
    """The longest an attester may take."""


@dataclass(frozen=True, slots=True)
class Steps:
    """One oracle with everything it works with. Each step takes and gives small plain values."""

    chain: Chain
    records: Records
    inbox: Inbox
    store: EvidenceStore
    source: StockSource
    keys: PartyKeys
    relayer: Relayer
    policy: Policy
    book: tuple[BookEntry, ...]
    decisions: Decisions
    read_frame: ReadFrame
    patience: Patience
    clock: Callable[[], int]
    pauses: Pauses = field(default_factory=Pauses)

    @property
    def domain(self) -> Domain:
        """Where bundles and depositors' requests belong: the receipt contract's domain."""
        return self.chain.connection.domain

    @property
    def papers(self) -> Papers:
        """What orders rest on."""
        return Papers(self.records, self.policy, self.domain)

    @property
    def submission(self) -> Submission:
        """How orders get to the chain."""
        return Submission(self.chain, self.records, self.relayer)

    def deadline(self, order_id: str) -> int:
        """Until when an order is good, unix seconds."""
        return self.records.order(order_id).deadline

    def plan(self, order_id: str) -> str:
        """How this order gets to the chain: a `Way`."""
        return self.papers.way(self.records.order(order_id)).value

    def open(self, order_id: str) -> str:
        """Open a collection for an order; returns the challenge code its devices must answer to.

        One that a crash left open is found again: devices may have begun to answer it.
        """
        record, papers = self.records.order(order_id), self.papers
        site, _, lot = papers.place(record)
        self.source.claim(site=site, lot=lot)
        if papers.way(record) is Way.ATTESTED and papers.request(record) is None:
            self.submission.rehearse(order_id, papers.order(record), self.pauses.pause)
        for known in self.inbox.open_challenges(site):
            if known.purpose == order_id:
                return known.code
        ttl = int(self.patience.collection_s) + 60
        return self.inbox.open_challenge(site, order_id, ttl).code

    def collect(self, order_id: str, code: str) -> dict[str, Any]:
        """Wait for the devices, ask the WMS, seal the evidence, decide. Returns location, digest, verdict."""
        record, papers = self.records.order(order_id), self.papers
        # Goods that come in or go out cross the bridge; goods that change hands are looked at.
        kinds = {WEIGHING, FRAME} if papers.meaning(record).weighed else {FRAME}
        messages = self._await_messages(code, kinds, record.deadline - self.clock())
        self.inbox.close_challenge(code)
        if self.clock() > record.deadline:
            raise Refused(
                "deadline-passed", f"the order was good until {record.deadline}, it is {self.clock()}"
            )
        site, operator, lot = papers.place(record)
        answer = self.source.claim(site=site, lot=lot)
        signed = papers.request(record)
        attached = None
        if signed is not None:
            attached = (REQUEST_FILE, papers.request_file(record), request_json(signed))
        collection = gather(self.policy, operator, code, answer, messages, self.read_frame, attached)
        order: AnyOrder
        if signed is not None:
            order, documents = issue_order(self.policy, signed, answer, collection, self.clock())
        elif papers.way(record) is Way.INSPECTED:
            order = requested_order(record, papers.receipt(record), answer.claim, self.records, self.chain)
            documents = papers.documents(record, order)
        else:
            order = papers.order(record)
            documents = papers.documents(record, order)
        decided, verdict = self._decide(order, documents, operator, collection)
        self.decisions.keep(order_id, decided, verdict, collection.images)
        reason = suspend_reason(verdict)
        return {
            "location": decided.opened.location.hex(),
            "digest": decided.opened.digest.hex(),
            "decision": verdict.decision.value,
            "reasons": verdict.reasons(),
            "goes_on": self._goes_on(decided.found.order, verdict),
            "conclusion": conclusion(decided.found.order, verdict),
            # What a signed order itself got wrong says nothing of the goods.
            "differs": reason is not None and reason is not SuspendReason.TITLE_MISMATCH,
        }

    def _goes_on(self, order: AnyOrder, verdict: Verdict) -> bool:
        if isinstance(order, SuspendOrder):
            return goes_on(order, verdict)
        return meaning_of(order).needs in (None, verdict.decision)

    def _decide(
        self, order: AnyOrder, documents: Sequence[bytes], operator: int, collection: Collection
    ) -> tuple[Decided, Verdict]:
        states = [self.chain.receipts.receipt(receipt_id) for receipt_id in receipt_ids(order)]
        parties = {operator, *parties_of(order, states)}
        entitled = recipients(self.book, parties)
        sealer = Sealer(self.domain, self.policy, collection, entitled, self.keys, self.read_frame)
        order, bundle = sealed_with_reason(sealer, order, documents, self.chain)
        decided = sealer.keep(bundle, self.store)
        return decided, decided.found.verdict(self.chain.facts(order, decided.found.lot_id))

    def follow_up(self, order_id: str, bundle: dict[str, Any]) -> list[str]:
        """Ask for a look at every live receipt on goods that were found to differ; returns the new orders."""
        record = self.records.order(order_id)
        if not bundle["differs"] or self.papers.request(record) is not None:
            return []
        found = self._decided(bundle).found
        return FollowUps(self.records, self.chain).ask(record, found.lot_id, self.clock())

    def attest(self, order_id: str, bundle: dict[str, Any]) -> list[str]:
        """Ask the attesters; returns the quorum's signatures as hex, in the contract's order."""
        decided = self._decided(bundle)
        committee = self.chain.consortium.committee()
        attestation = make_attestation(
            decided.found, decided.opened.digest, decided.opened.location, committee
        )
        accounts = {attester.account for attester in committee.attesters}
        seats = [
            (entry.member_id, entry.attester)
            for entry in self.book
            if entry.attester is not None and entry.attester.account in accounts
        ]
        order = decided.found.order
        domain = domain_of(self.chain.connection.deployment, order)
        receipts = self.chain.facts(order, decided.found.lot_id).receipts
        besides = self.chain.barred_besides(order)
        rule = rule_for(order, committee, decided.found.operator, receipts, besides)
        now = self.chain.connection.head().timestamp_s
        now = max(now, self.clock())

        def quorum(answers: Sequence[Answer]) -> list[bytes]:
            return pick_quorum(domain, committee, rule, attestation, answers, now)

        def enough(answers: Sequence[Answer]) -> bool:
            try:
                return bool(quorum(answers))
            except HoldfastError:
                return False

        answers = ask_all(
            domain,
            seats,
            attestation,
            timeout_s=self.patience.attester_s,
            enough=enough,
            pause=self.pauses.pause,
        )
        signatures = quorum(answers)
        self.decisions.attested(order_id, decided, answers, signatures, attestation)
        return [signature.hex() for signature in signatures]

    def reserve(self, order_id: str, bundle: dict[str, Any] | None, signatures: Sequence[str]) -> str:
        """Simulate, sign and commit the transaction; returns its hash. No bundle: unattested."""
        if bundle is None:
            return self.submission.reserve_signed(order_id, self.papers.order(self.records.order(order_id)))
        decided = self._decided(bundle)
        committee = self.chain.consortium.committee()
        attestation = make_attestation(
            decided.found, decided.opened.digest, decided.opened.location, committee
        )
        given = [bytes.fromhex(signature) for signature in signatures]
        return self.submission.reserve(order_id, decided.found.order, attestation, committee, given)

    def broadcast(self, order_id: str) -> int:
        """Send the committed bytes until the chain has them; returns the block."""
        return self.submission.broadcast(order_id)

    def carried(self, order_id: str) -> Carried | None:
        """The transaction that carried an order out, whoever submitted it; None if none did."""
        return self.submission.carried(order_id)

    def finish(self, order_id: str, bundle: dict[str, Any] | None, tx_hash: str) -> None:
        """Keep the documents and a title proof of every receipt that stands, and say that it is final."""
        record = self.records.order(order_id)
        carried = self.carried(order_id)
        tx_hash = tx_hash if carried is None else carried.tx_hash
        made: dict[int, bytes] = {}
        if bundle is not None:
            found = self._decided(bundle).found
            order = found.order
            made = {receipt_id: document_bytes(document) for receipt_id, document in found.documents}
        else:
            order = self.papers.order(record)
            made = {int(name, 16): body for name, body in self.records.order_documents(order_id).items()}
        for receipt_id in receipt_ids(order):
            state = self.chain.receipts.receipt(receipt_id)
            if receipt_id in made:
                lot = None if state is None or not state.quantity_g else "0x" + state.lot_id.hex()
                lot = lot if bundle is None else "0x" + found.lot_id.hex()
                self.records.record_document(receipt_hex(receipt_id), made[receipt_id], lot)
            if state is not None and state.quantity_g:  # a delivered receipt has no title left to prove
                self.decisions.keep_title(receipt_id, read_title(self.chain, receipt_id))
        if bundle is not None:
            self.decisions.final(order_id, tx_hash)
        self.records.set_status(order_id, OrderStatus.FINAL, tx_hash=tx_hash)

    def conclude(self, order_id: str, bundle: dict[str, Any]) -> None:
        """Say what a look found that changes nothing."""
        reason, detail = bundle["conclusion"]
        self.records.set_status(order_id, OrderStatus.FINAL, reason=reason, detail=detail)

    def _await_messages(self, code: str, kinds: set[str], at_most_s: float) -> list[Message]:
        """Everything the devices sent, once each kind is there and all have been quiet for a while."""
        end = time.monotonic() + min(self.patience.collection_s, at_most_s)
        seen, since = -1, time.monotonic()
        while time.monotonic() < end:
            arrived = self.inbox.kinds(code)
            if arrived.total() != seen:
                seen, since = arrived.total(), time.monotonic()
            elif kinds <= set(arrived) and time.monotonic() - since >= self.patience.quiet_s:
                break
            self.pauses.pause(0.1)
        messages = self.inbox.messages(code)
        if not messages:
            raise Refused("no-evidence", f"no instrument answered challenge {code} in time")
        return messages

    def _decided(self, bundle: dict[str, Any]) -> Decided:
        location, digest = bytes.fromhex(bundle["location"]), bytes.fromhex(bundle["digest"])
        opened = open_bundle(location, self.store.get, self.keys.encryption, digest=digest)
        found = recompute(opened, self.chain.connection.domain, self.read_frame)
        return Decided(opened, found, cid_of_raw_digest(location))
