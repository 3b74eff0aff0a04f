"""What orders about origins, media and losses make the contracts do. Part of `acts`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from holdfast.domain.acts import (
    ElectronicOrder,
    LossNoticeOrder,
    LossWithdrawalOrder,
    OriginKind,
    OriginOrder,
    PaperOrder,
    ReplacementOrder,
    ShortageOrder,
)
from holdfast.domain.orders import SuspendReason

LOSS_CHANGES: Final[dict[str, tuple[str, ...]]] = {
    "OriginRegistered": ("originDigest", "kind", "lotId", "operator"),
    "PutOnPaper": ("receiptId", "paperDigest", "operator", "quantityG"),
    "PaperSurrendered": ("paperDigest", "lotId", "operator", "holder", "quantityG"),
    "LossNoticed": ("receiptId", "holder", "reason", "until"),
    "LossNoticeEnded": ("receiptId", "lapsed"),
    "LostReplaced": ("receiptId", "successorId"),
    "ShortageShared": ("lotId", "operator", "shortG", "liveG", "receipts"),
}
"""Events of these acts -> the values compared. Those of no receipt begin with a digest or a lot."""

LossAct = (
    OriginOrder
    | PaperOrder
    | ElectronicOrder
    | LossNoticeOrder
    | LossWithdrawalOrder
    | ReplacementOrder
    | ShortageOrder
)


def loss_changes(order: LossAct, anything: object) -> list[tuple[Any, ...]]:
    """The changes such an order asks for; `anything` where it leaves a value to the contract."""
    if isinstance(order, OriginOrder):
        return [_registered(order.origin_digest, order.kind, order.lot_id, order.operator)]
    if isinstance(order, PaperOrder):
        receipt, digest = order.receipt_id, _hex(order.paper_digest)
        return [
            ("ReceiptRetired", receipt, anything, order.holder, anything, order.seq),
            ("PutOnPaper", receipt, digest, order.operator, anything),
        ]
    if isinstance(order, ElectronicOrder):
        digest, lot = _hex(order.paper_digest), _hex(order.lot_id)
        return [
            ("PaperSurrendered", digest, lot, order.operator, order.holder, order.quantity_g),
            _registered(order.paper_digest, OriginKind.PAPER_RECEIPT, order.lot_id, order.operator),
        ]
    if isinstance(order, LossNoticeOrder):
        return [
            ("ReceiptSuspended", order.receipt_id, int(SuspendReason.NOTICE_OF_LOSS), order.seq),
            ("LossNoticed", order.receipt_id, order.holder, int(order.reason), anything),
        ]
    if isinstance(order, LossWithdrawalOrder):
        ended = ("LossNoticeEnded", order.receipt_id, False)
        return [("ReceiptReinstated", order.receipt_id, order.seq), ended]
    if isinstance(order, ReplacementOrder):
        return _replacement(order, anything)
    lot = _hex(order.lot_id)
    return [
        *(("ReceiptWrittenDown", ref.receipt_id, lot, anything, anything, ref.seq) for ref in order.receipts),
        ("ShortageShared", lot, order.operator, order.short_g, anything, len(order.receipts)),
    ]


def lapses(changes: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Those of the changes that end a notice nobody used in time: anyone may, so no quorum attests them."""
    lapsed = {change[1] for change in changes if change[0] == "LossNoticeEnded" and change[2]}
    names = ("ReceiptReinstated", "LossNoticeEnded")
    return [change for change in changes if change[0] in names and change[1] in lapsed]


def _registered(digest: bytes, kind: OriginKind, lot_id: bytes, operator: int) -> tuple[Any, ...]:
    return ("OriginRegistered", _hex(digest), int(kind), _hex(lot_id), operator)


def _replacement(order: ReplacementOrder, anything: object) -> list[tuple[Any, ...]]:
    old, new = order.receipt_id, order.successor_id
    terms = (anything, order.holder, anything, order.quantity_g, anything, order.expires_at)
    return [
        ("ReceiptReinstated", old, order.seq),
        ("ReceiptReplaced", old, new, order.seq + 1),
        ("ReceiptIssued", new, *terms),
        ("LostReplaced", old, new),
    ]


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
