"""EIP-712 types of orders about origins, media and losses. Part of the table in `act_types`."""

from __future__ import annotations

from typing import Final

ORIGIN_FIELDS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "OriginOrder": (
        ("kind", "uint8", "kind"),
        ("originDigest", "bytes32", "origin_digest"),
        ("lotId", "bytes24", "lot_id"),
        ("operator", "uint32", "operator"),
        ("holder", "uint32", "holder"),
        ("deadline", "uint64", "deadline"),
    ),
    "PaperOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("holder", "uint32", "holder"),
        ("operator", "uint32", "operator"),
        ("seq", "uint32", "seq"),
        ("paperDigest", "bytes32", "paper_digest"),
        ("deadline", "uint64", "deadline"),
    ),
    "ElectronicOrder": (
        ("paperDigest", "bytes32", "paper_digest"),
        ("lotId", "bytes24", "lot_id"),
        ("holder", "uint32", "holder"),
        ("operator", "uint32", "operator"),
        ("quantityG", "uint64", "quantity_g"),
        ("deadline", "uint64", "deadline"),
    ),
}
"""Type name -> (EIP-712 name, Solidity type, Python field) in order."""

LOSS_FIELDS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "LossNoticeOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("holder", "uint32", "holder"),
        ("reason", "uint8", "reason"),
        ("noticeS", "uint24", "notice_s"),
        ("seq", "uint32", "seq"),
        ("deadline", "uint64", "deadline"),
    ),
    "LossWithdrawalOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("holder", "uint32", "holder"),
        ("seq", "uint32", "seq"),
        ("deadline", "uint64", "deadline"),
    ),
    "ReplacementOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("successorId", "uint256", "successor_id"),
        ("holder", "uint32", "holder"),
        ("seq", "uint32", "seq"),
        ("quantityG", "uint64", "quantity_g"),
        ("expiresAt", "uint40", "expires_at"),
        ("deadline", "uint64", "deadline"),
    ),
    "ShortageOrder": (
        ("lotId", "bytes24", "lot_id"),
        ("operator", "uint32", "operator"),
        ("shortG", "uint64", "short_g"),
        ("receipts", "ReceiptRef[]", "receipts"),
        ("deadline", "uint64", "deadline"),
    ),
}
"""The same for losses."""
