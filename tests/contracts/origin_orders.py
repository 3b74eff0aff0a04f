"""Orders about origins, media and losses, ready to be put on the chain of an ActsWorld."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

from holdfast.domain.acts import (
    ElectronicOrder,
    LossNoticeOrder,
    LossReason,
    LossWithdrawalOrder,
    OriginKind,
    OriginOrder,
    PaperOrder,
    ReceiptRef,
    ReplacementOrder,
    ShortageOrder,
)
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import (
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    LOT,
    OPERATOR,
    OTHER_LOT,
    TONNE_G,
    receipt_id,
)

BILL = sha256(b"bill of lading").digest()
PAPER = sha256(b"paper receipt").digest()
GOODS = sha256(b"fingerprint of goods").digest()
NEW = receipt_id(300)
NOTICE_S = 14 * DAY_S


def origin_order(acts: ActsWorld, **changes: Any) -> OriginOrder:
    kind = OriginKind.BILL_OF_LADING
    return replace(OriginOrder(kind, BILL, OTHER_LOT, OPERATOR, IMPORTER, acts.deadline_s), **changes)


def paper_order(acts: ActsWorld, receipt: int, **changes: Any) -> PaperOrder:
    made = PaperOrder(receipt, IMPORTER, OPERATOR, acts.seq(receipt), PAPER, acts.deadline_s)
    return replace(made, **changes)


def electronic_order(acts: ActsWorld, **changes: Any) -> ElectronicOrder:
    made = ElectronicOrder(PAPER, OTHER_LOT, IMPORTER, OPERATOR, 10 * TONNE_G, acts.deadline_s)
    return replace(made, **changes)


def notice_order(acts: ActsWorld, receipt: int, **changes: Any) -> LossNoticeOrder:
    made = LossNoticeOrder(receipt, IMPORTER, LossReason.LOST, NOTICE_S, acts.seq(receipt), acts.deadline_s)
    return replace(made, **changes)


def withdrawal_order(acts: ActsWorld, receipt: int) -> LossWithdrawalOrder:
    return LossWithdrawalOrder(receipt, IMPORTER, acts.seq(receipt), acts.deadline_s)


def replacement_order(acts: ActsWorld, receipt: int, **changes: Any) -> ReplacementOrder:
    state = acts.receipt(receipt)
    made = ReplacementOrder(
        receipt, NEW, IMPORTER, state["seq"], state["quantityG"], state["expiresAt"], acts.deadline_s
    )
    return replace(made, **changes)


def shortage_order(acts: ActsWorld, short_g: int, *receipts: int, lot: bytes = LOT) -> ShortageOrder:
    """Receipts come in ascending order, as they must."""
    refs = tuple(ReceiptRef(receipt, acts.seq(receipt)) for receipt in sorted(receipts))
    return ShortageOrder(lot, OPERATOR, short_g, refs, acts.deadline_s)


def suspended(acts: ActsWorld, *receipts: int) -> None:
    for receipt in receipts:
        acts.submit(acts.suspend_order(receipt), signers=(INSPECTOR, IOT))


def later(acts: ActsWorld, seconds: int) -> None:
    acts.chain.set_time(acts.chain.now_s + seconds)
