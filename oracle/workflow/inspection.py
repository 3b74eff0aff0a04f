"""A look at a receipt's goods: suspended where they differ, reinstated once they agree again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from holdfast.chain.facts import Chain
from holdfast.domain.acts import AnyOrder, ReceiptRef, ShortageOrder
from holdfast.domain.claims import StockClaim
from holdfast.domain.errors import Refused
from holdfast.domain.orders import ReinstateOrder, Status, SuspendOrder, SuspendReason
from holdfast.domain.receipts import ReceiptState, receipt_hex
from holdfast.domain.units import show_mass
from holdfast.domain.verdict import Decision, Verdict
from holdfast.evidence.canonical import json_digest
from holdfast.evidence.sealing import SealedBundle
from holdfast.reconciliation.meaning import suspend_reason
from holdfast.store.records import Records
from holdfast.store.records_types import INSPECTION, SHORTAGE, OrderRecord
from oracle.workflow.bundle import Sealer

FOLLOW_UP_S = 86_400
"""How long a look that the oracle itself asks for stays open."""


def requested_order(
    record: OrderRecord, receipt: str, claim: StockClaim, records: Records, chain: Chain
) -> SuspendOrder | ReinstateOrder | ShortageOrder:
    """The order that a request on a receipt's goods may become. Raises Refused where it can become none."""
    receipt_id = int(receipt, 16)
    state = chain.receipts.receipt(receipt_id)
    if record.primary_type == SHORTAGE:
        return _shortage(receipt_id, state, claim, records, chain, record.deadline)
    return order_on(receipt_id, state, record.deadline)


def _shortage(
    receipt_id: int,
    state: ReceiptState | None,
    claim: StockClaim,
    records: Records,
    chain: Chain,
    deadline: int,
) -> ShortageOrder:
    """What the WMS says is missing of a lot, shared among all receipts that stand for it."""
    lot = None if state is None else chain.receipts.lot(state.lot_id)
    if lot is None or state is None:
        raise Refused("receipt-not-live", f"receipt {receipt_hex(receipt_id)} has no goods")
    short_g = lot.attested_g - claim.quantity_g
    if short_g <= 0:
        raise Refused("no-shortage", f"the WMS says {show_mass(claim.quantity_g)}, no less than the chain")
    refs, total = [], 0
    for name in records.receipts_on_lot("0x" + state.lot_id.hex()):
        other = chain.receipts.receipt(int(name, 16))
        if other is None or not other.quantity_g:
            continue
        if other.status is not Status.SUSPENDED:
            raise Refused("receipt-not-suspended", f"receipt {name} is not suspended: inspect it first")
        refs.append(ReceiptRef(other.receipt_id, other.seq))
        total += other.quantity_g
    if total != lot.live_g:
        known = f"{show_mass(total)} of {show_mass(lot.live_g)}"
        raise Refused("lot-incomplete", f"only {known} are of receipts known here")
    return ShortageOrder(state.lot_id, state.operator, short_g, tuple(sorted(refs, key=_by_id)), deadline)


def _by_id(ref: ReceiptRef) -> int:
    return ref.receipt_id


def order_on(receipt_id: int, state: ReceiptState | None, deadline: int) -> SuspendOrder | ReinstateOrder:
    """The order that a look at a receipt's goods may become; its reason is not known yet.

    Raises Refused for a receipt that does not stand.
    """
    if state is not None and state.status is Status.LIVE:
        return SuspendOrder(receipt_id, SuspendReason.QUANTITY_SHORT, state.seq, deadline)
    if state is not None and state.suspend_reason == SuspendReason.NOTICE_OF_LOSS:
        why = "is under a notice of loss, which only its withdrawal or the receipt's replacement ends"
        raise Refused("under-notice", f"receipt {receipt_hex(receipt_id)} {why}")
    if state is not None and state.status is Status.SUSPENDED:
        return ReinstateOrder(receipt_id, state.seq, deadline)
    stands = "never issued" if state is None else state.status.name.lower()
    raise Refused("receipt-not-live", f"receipt {receipt_hex(receipt_id)} is {stands}: it has no goods")


def sealed_with_reason(
    sealer: Sealer, order: AnyOrder, documents: Sequence[bytes], chain: Chain
) -> tuple[AnyOrder, SealedBundle]:
    """A look's order with the reason that its evidence gives, and the bundle for it."""
    bundle = sealer.seal(order, documents)
    if not isinstance(order, SuspendOrder):
        return order, bundle
    found = sealer.draw(bundle)
    reason = suspend_reason(found.verdict(chain.facts(order, found.lot_id)))
    if reason is None or reason is order.reason:
        return order, bundle
    order = replace(order, reason=reason)
    return order, sealer.seal(order, documents)


def goes_on(order: AnyOrder, verdict: Verdict) -> bool:
    """Whether a look becomes its order: what merely is not certain neither stops a receipt nor frees it."""
    if isinstance(order, SuspendOrder):
        return verdict.decision is Decision.REJECT and suspend_reason(verdict) is order.reason
    return verdict.decision is Decision.ACCEPT


def conclusion(order: AnyOrder, verdict: Verdict) -> tuple[str, str]:
    """A stable word and a sentence for a look after which the receipt stays as it is."""
    reasons = "; ".join(verdict.reasons())
    if isinstance(order, SuspendOrder):
        if verdict.decision is Decision.ACCEPT:
            return "goods-as-claimed", "the goods are there as the receipt says; it stays as it is"
        return "not-certain", f"this look is not certain enough to stop the receipt: {reasons}"
    if isinstance(order, ShortageOrder):
        return "shortage-not-confirmed", f"instruments and WMS do not agree on what is missing: {reasons}"
    return "still-differs", f"the goods do not agree with the receipt yet: {reasons}"


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Asks for a look at every other receipt on goods that were found to differ."""

    records: Records
    chain: Chain

    def ask(self, origin: OrderRecord, lot_id: bytes, now_s: int) -> list[str]:
        """Queue a look for each live receipt on the lot that none is under way for. Twice is harmless."""
        name = "0x" + lot_id.hex()
        looked_at = {
            record.receipt_id for record in self.records.open_orders() if record.primary_type == INSPECTION
        }
        asked = []
        for receipt_id in self.records.receipts_on_lot(name):
            state = self.chain.receipts.receipt(int(receipt_id, 16))
            if receipt_id in looked_at or state is None or state.status is not Status.LIVE:
                continue
            asked.append(self._queue(origin, receipt_id, state, now_s))
        return asked

    def _queue(self, origin: OrderRecord, receipt_id: str, state: ReceiptState, now_s: int) -> str:
        weigh = bool(origin.order.get("weigh")) if origin.primary_type == INSPECTION else False
        parties = {state.holder, state.operator, state.first_pledgee} - {0}
        digest = json_digest({"follows": origin.id, "receipt_id": receipt_id}).hex()
        return self.records.submit_order(
            primary_type=INSPECTION,
            order={"receiptId": receipt_id, "weigh": weigh},
            order_hash="0x" + digest,
            receipt_id=receipt_id,
            seq=None,
            deadline=now_s + FOLLOW_UP_S,
            signers=[],
            signatures={},
            submitted_by=state.operator,
            parties=parties,
        ).id
