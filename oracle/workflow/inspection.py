"""A look at a receipt's goods: suspended where they differ, reinstated once they agree again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from holdfast.chain.facts import Chain
from holdfast.domain.acts import AnyOrder
from holdfast.domain.errors import Refused
from holdfast.domain.orders import ReinstateOrder, Status, SuspendOrder, SuspendReason
from holdfast.domain.receipts import ReceiptState, receipt_hex
from holdfast.domain.verdict import Decision, Verdict
from holdfast.evidence.canonical import json_digest
from holdfast.evidence.sealing import SealedBundle
from holdfast.reconciliation.meaning import suspend_reason
from holdfast.store.records import Records
from holdfast.store.records_types import INSPECTION, OrderRecord
from oracle.workflow.bundle import Sealer

FOLLOW_UP_S = 86_400
"""How long a look that the oracle itself asks for stays open."""


def order_on(receipt_id: int, state: ReceiptState | None, deadline: int) -> SuspendOrder | ReinstateOrder:
    """The order that a look at a receipt's goods may become; its reason is not known yet.

    Raises Refused for a receipt that does not stand.
    """
    if state is not None and state.status is Status.LIVE:
        return SuspendOrder(receipt_id, SuspendReason.QUANTITY_SHORT, state.seq, deadline)
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
