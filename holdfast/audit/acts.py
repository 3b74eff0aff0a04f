"""What an order makes the contract do, and what the contract's logs say it did: both in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from holdfast.chain.events import ChainEvent
from holdfast.domain.orders import DeliveryOrder, IssueOrder, Order, SuspendOrder, TransferOrder

Act = tuple[Any, ...]
"""Event name, receipt, and the values that change it."""

_VALUES = {
    "ReceiptIssued": ("receiptId", "lotId", "holder", "operator", "quantityG", "kind", "expiresAt"),
    "ReceiptTransferred": ("receiptId", "from", "to", "seq"),
    "ReceiptDelivered": ("receiptId", "holder", "quantityG", "seq"),
    "ReceiptSuspended": ("receiptId", "reason", "seq"),
    "ReceiptReinstated": ("receiptId", "seq"),
}


def acts_apart(events: Iterable[ChainEvent]) -> Iterator[list[ChainEvent]]:
    """Logs by the order they came of: each transaction's up to its `Attested`, which ends an order's logs.

    Whoever submits may put several orders into one transaction; what follows the last one is its own part.
    """
    for _, group in groupby(events, key=lambda event: event.tx_hash):
        part: list[ChainEvent] = []
        for event in group:
            part.append(event)
            if event.name == "Attested":
                yield part
                part = []
        if part:
            yield part


def acts_in(events: Iterable[ChainEvent]) -> list[Act]:
    """Every change of a receipt that these logs tell of, in their order."""
    return [
        (event.name, *(event.args.get(name) for name in _VALUES[event.name]))
        for event in events
        if event.name in _VALUES
    ]


def acts_of(order: Order) -> list[Act]:
    """The changes an order asks for, and nothing else."""
    if isinstance(order, IssueOrder):
        lot = "0x" + order.lot_id.hex()
        return [
            (
                *("ReceiptIssued", terms.receipt_id, lot, terms.holder, order.operator),
                *(terms.quantity_g, int(terms.kind), terms.expires_at),
            )
            for terms in order.receipts
        ]
    if isinstance(order, TransferOrder):
        return [("ReceiptTransferred", order.receipt_id, order.holder, order.transferee, order.seq)]
    if isinstance(order, DeliveryOrder):
        return [("ReceiptDelivered", order.receipt_id, order.holder, order.quantity_g, order.seq)]
    if isinstance(order, SuspendOrder):
        return [("ReceiptSuspended", order.receipt_id, int(order.reason), order.seq)]
    return [("ReceiptReinstated", order.receipt_id, order.seq)]
