"""The steps of one order, each safe to run twice. The cycle strings them together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from holdfast.attestation.deposit import REQUEST_FILE, read_request, request_bytes, request_json
from holdfast.attestation.quorum import QuorumRule
from holdfast.attestation.typed_data import order_from_json, request_from_json
from holdfast.audit.recompute import ReadFrame, recompute
from holdfast.chain.calldata import PARTIES
from holdfast.chain.events import ChainEvent
from holdfast.chain.facts import Chain
from holdfast.chain.title import read_title
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.errors import EvidenceRejected, HoldfastError, Refused, Unreachable
from holdfast.domain.orders import DeliveryOrder, Order, interested_members, receipt_ids
from holdfast.domain.policy import Policy
from holdfast.domain.receipts import receipt_hex
from holdfast.evidence.cid import cid_of_raw_digest
from holdfast.evidence.collection import document_bytes, lot_id, read_document
from holdfast.evidence.sealing import open_bundle
from holdfast.keys.keystore import PartyKeys
from holdfast.reconciliation.subject import SignedRequest
from holdfast.store.port import EvidenceStore
from holdfast.store.records import Records
from holdfast.store.records_types import OrderRecord, OrderStatus
from oracle.attester.node import make_attestation
from oracle.iot.inbox import FRAME, WEIGHING, Inbox, Message
from oracle.members_book import BookEntry, recipients
from oracle.wms.port import StockSource
from oracle.workflow.bundle import Decided, issue_order, seal_and_reopen
from oracle.workflow.collect import gather
from oracle.workflow.decisions import Decisions
from oracle.workflow.durable import Pauses
from oracle.workflow.quorum import Answer, ask_all, pick_quorum
from oracle.workflow.relayer import Relayer


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

    def deadline(self, order_id: str) -> int:
        """Until when an order is good, unix seconds."""
        return self.records.order(order_id).deadline

    def open(self, order_id: str) -> str:
        """Open a collection for an order; returns the challenge code its devices must answer to.

        One that a crash left open is found again: devices may have begun to answer it.
        """
        record = self.records.order(order_id)
        site, _, lot = self._place(record)
        self.source.claim(site=site, lot=lot)
        for known in self.inbox.open_challenges(site):
            if known.purpose == order_id:
                return known.code
        ttl = int(self.patience.collection_s) + 60
        return self.inbox.open_challenge(site, order_id, ttl).code

    def collect(self, order_id: str, code: str) -> dict[str, Any]:
        """Wait for the devices, ask the WMS, seal the evidence, decide. Returns location, digest, verdict."""
        record = self.records.order(order_id)
        # Goods that come in or go out cross the bridge; goods that change hands are looked at.
        moves = record.primary_type in (DepositRequest.__name__, DeliveryOrder.__name__)
        kinds = {WEIGHING, FRAME} if moves else {FRAME}
        messages = self._await_messages(code, kinds, record.deadline - self.clock())
        self.inbox.close_challenge(code)
        if self.clock() > record.deadline:
            raise Refused(
                "deadline-passed", f"the order was good until {record.deadline}, it is {self.clock()}"
            )
        site, operator, lot = self._place(record)
        answer = self.source.claim(site=site, lot=lot)
        signed = self._signed_request(record)
        order: Order
        if signed is not None:
            attached = (REQUEST_FILE, self._request_file(record), request_json(signed))
            collection = gather(self.policy, operator, code, answer, messages, self.read_frame, attached)
            order, documents = issue_order(self.policy, signed, answer, collection, self.clock())
        else:
            collection = gather(self.policy, operator, code, answer, messages, self.read_frame)
            order, documents = self._order(record), [self._document(record)]
        decided = seal_and_reopen(
            domain=self.chain.connection.domain,
            policy=self.policy,
            order=order,
            documents=documents,
            collection=collection,
            recipients=recipients(self.book, {operator, *interested_members(order)}),
            keys=self.keys,
            store=self.store,
            read_frame=self.read_frame,
        )
        verdict = decided.found.verdict(self.chain.facts(order, decided.found.lot_id))
        self.decisions.keep(order_id, decided, verdict, collection.images)
        return {
            "location": decided.opened.location.hex(),
            "digest": decided.opened.digest.hex(),
            "decision": verdict.decision.value,
            "reasons": verdict.reasons(),
        }

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
        domain = self.chain.connection.domain
        barred = frozenset(interested_members(decided.found.order))
        rule = QuorumRule(committee.threshold, decided.found.operator, barred)
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

    def reserve(self, order_id: str, bundle: dict[str, Any], signatures: Sequence[str]) -> str:
        """Simulate, sign and commit the transaction; returns its hash."""
        decided = self._decided(bundle)
        committee = self.chain.consortium.committee()
        order = decided.found.order
        attestation = make_attestation(
            decided.found, decided.opened.digest, decided.opened.location, committee
        )
        given = self.records.order(order_id).signatures
        parties = [bytes.fromhex(given[getattr(order, field)][2:]) for field in PARTIES[type(order)]]
        data = self.chain.receipts.calldata(
            order, parties, attestation, committee, [bytes.fromhex(s) for s in signatures]
        )
        try:
            return self.relayer.reserve(order_id, data)
        except Refused:
            if (carried := self.carried(order_id)) is not None:
                return carried.tx_hash
            raise

    def broadcast(self, order_id: str) -> int:
        """Send the committed bytes until the chain has them; returns the block."""
        try:
            return self.relayer.broadcast(order_id)
        except Refused:
            # Anybody may submit a signed order, and whoever copies ours may come first: then it is done.
            if (carried := self.carried(order_id)) is not None:
                return carried.block_number
            raise

    def carried(self, order_id: str) -> ChainEvent | None:
        """The log of an order that the chain has carried out, whoever submitted it; None if it has not.

        Raises Unreachable while its block may yet be replaced.
        """
        wanted = bytes.fromhex(self.records.decision(order_id).order_hash[2:])
        found = self.chain.events.attested(wanted)
        if found is not None:
            deep = self.chain.connection.head().number - found.block_number
            if deep < self.relayer.confirmations:
                where = self.chain.connection.settings.rpc_url
                raise Unreachable(
                    "confirmation", where, f"{deep} of {self.relayer.confirmations} blocks on top"
                )
        return found

    def finish(self, order_id: str, bundle: dict[str, Any], tx_hash: str) -> None:
        """Keep the documents and a title proof of every receipt that stands, and say that it is final."""
        decided = self._decided(bundle)
        carried = self.carried(order_id)
        tx_hash = tx_hash if carried is None else carried.tx_hash
        for receipt_id, document in decided.found.documents:
            body = document_bytes(document)
            self.records.record_document(receipt_hex(receipt_id), body, "0x" + decided.found.lot_id.hex())
        for receipt_id in receipt_ids(decided.found.order):
            state = self.chain.receipts.receipt(receipt_id)
            if state is not None and state.quantity_g:  # a delivered receipt has no title left to prove
                self.decisions.keep_title(receipt_id, read_title(self.chain, receipt_id))
        self.decisions.final(order_id, tx_hash)
        self.records.set_status(order_id, OrderStatus.FINAL, tx_hash=tx_hash)

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

    def _signed_request(self, record: OrderRecord) -> SignedRequest | None:
        if record.primary_type != DepositRequest.__name__:
            return None
        return read_request(self._request_file(record), self.chain.connection.domain)

    def _request_file(self, record: OrderRecord) -> bytes:
        request = request_from_json(record.order)
        signatures = [record.signatures.get(member) for member in request.signers()]
        for member, signature in zip(request.signers(), signatures, strict=True):
            if signature is None:
                raise EvidenceRejected("request", f"member {member} has not signed the request")
        return request_bytes(
            request, *(bytes.fromhex(signature[2:]) for signature in signatures if signature)
        )

    def _order(self, record: OrderRecord) -> Order:
        return order_from_json(record.primary_type, dict(record.order))

    def _document(self, record: OrderRecord) -> bytes:
        return self.records.document(str(record.receipt_id))

    def _place(self, record: OrderRecord) -> tuple[str, int, str]:
        """Site, operator and WMS lot number an order is about."""
        signed = self._signed_request(record)
        if signed is not None:
            common = signed.terms["common"]
            site, operator, lot = common["storage_site"], signed.request.operator, common["lot"]
            if lot_id(self.policy, operator, site, lot) != signed.request.lot_id:
                raise Refused("wrong-lot", f"the request's lot id is not that of lot {lot} at {site}")
            return site, operator, lot
        document = read_document(self._document(record))
        return document.storage_site, document.operator_member, document.lot

    def _decided(self, bundle: dict[str, Any]) -> Decided:
        location, digest = bytes.fromhex(bundle["location"]), bytes.fromhex(bundle["digest"])
        opened = open_bundle(location, self.store.get, self.keys.encryption, digest=digest)
        found = recompute(opened, self.chain.connection.domain, self.read_frame)
        return Decided(opened, found, cid_of_raw_digest(location))
