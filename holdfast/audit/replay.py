"""Replay: every decision computed again from the chain's logs and the stored evidence, trusting nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, replace

from holdfast.attestation.typed_data import Domain, order_hash
from holdfast.audit.acts import acts_apart, acts_in, receipts_in
from holdfast.audit.ledger import Ledger
from holdfast.audit.recompute import ReadFrame, Recomputed, recompute
from holdfast.audit.report import AuditReport, DamagedFile, Replayed
from holdfast.audit.sales import sale_findings
from holdfast.audit.signed import (
    attestation_findings,
    effect_findings,
    needs_quorum,
    signature_findings,
)
from holdfast.chain.events import ChainEvent
from holdfast.chain.facts import Chain
from holdfast.domain.errors import EvidenceMissing, EvidenceRejected, HoldfastError, Refused
from holdfast.domain.orders import IssueOrder, receipt_ids
from holdfast.domain.receipts import ReceiptState, receipt_hex
from holdfast.domain.units import show_mass
from holdfast.domain.verdict import Decision
from holdfast.evidence.cid import cid_of_raw_digest, digest_of_raw_cid
from holdfast.evidence.encryption_keys import EncryptionKey
from holdfast.evidence.sealed_manifest import parse_sealed_manifest
from holdfast.evidence.sealing import OpenedBundle, open_bundle
from holdfast.reconciliation.meaning import meaning_of
from holdfast.store.port import EvidenceStore

Progress = Callable[[str], None]


class Auditor:
    """One audit. `hints` say which receipts a location was for, where only records know it."""

    def __init__(
        self,
        chain: Chain,
        store: EvidenceStore,
        key: EncryptionKey,
        read_frame: ReadFrame,
        *,
        hints: Mapping[str, Sequence[str]] | None = None,
        progress: Progress = lambda _: None,
    ) -> None:
        self._chain = chain
        self._store = store
        self._key = key
        self._read_frame = read_frame
        self._hints = hints or {}
        self._progress = progress
        self._receipts_of: dict[str, tuple[str, ...]] = {}
        """Sealed manifest's CID -> receipts, by the chain."""
        self._used: dict[str, tuple[bytes, str]] = {}
        """Instrument's message or depositor's request -> order and transaction it was evidence for."""
        self._pallets: dict[str, bytes] = {}
        """Pallet -> lot it was issued on last."""
        self._impossible: list[str] = []
        """Logs that no honest contract writes."""

    def run(self) -> AuditReport:
        """Replay everything. Raises Unreachable if chain or store do not answer."""
        head = self._chain.connection.head()
        events = self._chain.events.events(self._chain.connection.deployment.block, head.number)
        ledger = Ledger()
        replayed: list[Replayed] = []
        history: list[tuple[int, int, Sequence[ChainEvent]]] = []
        for batch in acts_apart(events):
            block = self._chain.connection.block(batch[0].block_number)
            for event in batch:
                if event.name == "Attested":
                    replayed.append(self._attested(event, batch, ledger, block.timestamp_s))
                    self._progress(f"{len(replayed)} decisions replayed, block {block.number}")
            self._apply(ledger, batch, block.timestamp_s)
            history.append((block.number, block.timestamp_s, batch))
        replayed += self._never_written(ledger, history)
        return AuditReport(
            chain_id=self._chain.connection.deployment.chain_id,
            head_block=head.number,
            replayed=tuple(replayed),
            damaged=tuple(self._damaged()),
            ledger_findings=(*self._impossible, *self._ledger_findings(ledger, head.number)),
            objects=sum(1 for _ in self._store.iter_cids()),
        )

    def _apply(self, ledger: Ledger, batch: Sequence[ChainEvent], now_s: int) -> None:
        """Move the ledger on over one transaction; what cannot be is told, and the audit goes on."""
        if needs_quorum(acts_in(batch)) and not any(event.name == "Attested" for event in batch):
            self._impossible.append(f"{batch[0].name} in {batch[0].tx_hash} came without an attested order")
        try:
            ledger.apply(batch, now_s)
        except Refused as error:
            self._impossible.append(str(error))

    def _attested(
        self, event: ChainEvent, batch: Sequence[ChainEvent], ledger: Ledger, now_s: int
    ) -> Replayed:
        location, tx_hash = bytes.fromhex(str(event.args["evidenceLocation"])[2:]), event.tx_hash
        receipts = tuple(receipt_hex(receipt_id) for receipt_id in receipts_in(acts_in(batch)))
        self._receipts_of[cid_of_raw_digest(location)] = receipts
        purpose = "unknown"
        findings: list[str] = []
        summary = "not replayed"
        try:
            wanted_hash = bytes.fromhex(str(event.args["orderHash"])[2:])
            carried = self._chain.events.order_in(tx_hash, wanted_hash)
            purpose = type(carried.order).__name__.removesuffix("Order").lower()
            findings += effect_findings(carried.order, batch, ledger)
            findings += sale_findings(carried.order, batch, ledger, now_s)
            digest = bytes.fromhex(str(event.args["evidenceDigest"])[2:])
            opened = open_bundle(location, self._store.get, self._key, digest=digest)
            findings += attestation_findings(carried, opened)
            found = self._recompute(opened, ledger)
            findings += signature_findings(carried, found, ledger, self._domain_of(event), now_s)
            findings += self._used_before(found, tx_hash)
            findings += self._goods_of_another_lot(found, ledger)
            verdict = found.verdict(ledger.facts(found.order, found.lot_id, event.block_number, now_s))
            if meaning_of(carried.order).needs not in (None, verdict.decision):
                findings += [f"the verdict replays to {verdict.decision.value}", *verdict.reasons()]
            summary = describe(found, verdict.decision)
        except HoldfastError as error:
            findings.append(str(error))
        return Replayed(
            purpose, receipts, location.hex(), tx_hash, event.block_number, summary, tuple(findings)
        )

    def _domain_of(self, event: ChainEvent) -> Domain:
        """Where the signatures of an act count: at the contract that carried it out."""
        core = self._chain.connection.domain
        return Domain(core.chain_id, event.contract) if event.contract else core

    def _recompute(self, opened: OpenedBundle, ledger: Ledger) -> Recomputed:
        """Draw a bundle again, unless by a policy that never was in force: that is a stranger's, its keys and
        its bounds for pictures too. Raises EvidenceRejected.
        """
        known = {committee.policy_digest for committee in ledger.committees.values()}
        if opened.manifest.policy_digest not in known:
            digest = opened.manifest.policy_digest.hex()
            raise EvidenceRejected("policy", f"the evidence names policy {digest}, which was never in force")
        return recompute(opened, self._chain.connection.domain, self._read_frame)

    def _used_before(self, found: Recomputed, tx_hash: str) -> Iterator[str]:
        """A device's message, or a depositor's request, is evidence for one decision on the chain."""
        named = [f"message {counter} of {device}" for device, counter in found.observations.messages]
        if found.request is not None:
            named.append(f"the depositor's request 0x{order_hash(found.request.request).hex()}")
        for name in named:
            first_hash, first_tx = self._used.setdefault(name, (found.order_hash, tx_hash))
            if first_hash != found.order_hash:
                yield f"{name} was evidence in {first_tx} already"

    def _goods_of_another_lot(self, found: Recomputed, ledger: Ledger) -> Iterator[str]:
        """The same pallets under two lots with receipts on both: pledged twice."""
        if not isinstance(found.order, IssueOrder):
            return
        for sscc in found.claim.packages:
            before = ledger.lots.get(self._pallets.get(sscc, found.lot_id))
            if before is not None and before.lot_id != found.lot_id and before.live_g:
                yield f"pallet {sscc} stands for lot 0x{before.lot_id.hex()} as well, which has live receipts"
        self._pallets.update(dict.fromkeys(found.claim.packages, found.lot_id))

    def _never_written(
        self, ledger: Ledger, history: Sequence[tuple[int, int, Sequence[ChainEvent]]]
    ) -> Iterator[Replayed]:
        """Bundles that no transaction names: each must replay to a refusal."""
        for cid in self._store.iter_cids():
            if cid in self._receipts_of:
                continue
            try:
                data = self._store.get(cid)
                parse_sealed_manifest(data, cid)
                self._receipts_of[cid] = tuple(self._hints.get(cid, ()))
                location = digest_of_raw_cid(cid)
                opened = open_bundle(location, self._store.get, self._key)
            except (EvidenceRejected, EvidenceMissing):
                continue  # A sealed file, or damaged: `_damaged` looks at every object.
            except HoldfastError as error:
                yield Replayed("unknown", (), cid, None, None, "not replayed", (str(error),))
                continue
            yield self._refused(cid, opened, ledger, history)

    def _refused(
        self,
        cid: str,
        opened: OpenedBundle,
        head: Ledger,
        history: Sequence[tuple[int, int, Sequence[ChainEvent]]],
    ) -> Replayed:
        findings: list[str] = []
        receipts: tuple[str, ...] = ()
        summary = "not replayed"
        try:
            found = self._recompute(opened, head)
            receipts = tuple(receipt_hex(receipt_id) for receipt_id in receipt_ids(found.order))
            self._receipts_of[cid] = receipts
            ledger, number = Ledger(), 0
            for block, timestamp_s, batch in history:
                if timestamp_s <= found.claim.as_of:
                    ledger.apply(batch, timestamp_s)
                    number = block
            verdict = found.verdict(ledger.facts(found.order, found.lot_id, number, found.claim.as_of))
            summary = describe(found, verdict.decision) + ", nothing was written"
        except HoldfastError as error:
            findings.append(str(error))
        purpose, location = opened.manifest.purpose, opened.location.hex()
        return Replayed(purpose, receipts, location, None, None, summary, tuple(findings))

    def _damaged(self) -> Iterator[DamagedFile]:
        """Every stored object against its name; damage is told with the receipts that rest on it."""
        owners: dict[str, tuple[str, ...]] = {
            cid: tuple(receipts) for cid, receipts in {**self._hints, **self._receipts_of}.items()
        }
        for cid, receipts in list(owners.items()):
            try:
                listed = parse_sealed_manifest(self._store.get(cid), cid).objects
            except HoldfastError:
                continue
            owners.update(dict.fromkeys(listed, receipts))
        for cid in sorted({*self._store.iter_cids(), *owners}):
            try:
                self._store.get(cid)
            except (EvidenceRejected, EvidenceMissing) as error:
                yield DamagedFile(cid, owners.get(cid, ()), str(error))

    def _ledger_findings(self, ledger: Ledger, block: int) -> Iterator[str]:
        """The rebuilt ledger against the contract's own words at the head."""
        for receipt_id, rebuilt in ledger.receipts.items():
            state = self._chain.receipts.receipt(receipt_id, block)
            if state is None or _told(state) != _told(rebuilt):
                yield f"receipt {receipt_hex(receipt_id)}: the logs give {rebuilt}, the contract {state}"
        for lot_id, lot in ledger.lots.items():
            if self._chain.receipts.lot(lot_id, block) != lot:
                yield f"lot 0x{lot_id.hex()}: the logs and the contract differ"


def _told(state: ReceiptState) -> tuple[object, ...]:
    """All of a receipt that its logs tell; a burned one's lot is gone from the contract."""
    lot_id = state.lot_id if state.quantity_g else bytes(24)
    return astuple(replace(state, lot_id=lot_id))


def describe(found: Recomputed, decision: Decision) -> str:
    """One line on a decision: verdict, quantity, lot, bay."""
    claim, count = found.claim, len(found.documents)
    what = f"{count} receipts" if count > 1 else "1 receipt"
    return f"{decision.value}: {what}, lot {claim.lot}, {show_mass(claim.quantity_g)}, bay {claim.location}"
