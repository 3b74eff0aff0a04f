"""The table of EIP-712 types of orders about storage fees."""

from __future__ import annotations

from typing import Final

LIEN_FIELDS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "LienTermsOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("holder", "uint32", "holder"),
        ("operator", "uint32", "operator"),
        ("seq", "uint32", "seq"),
        ("feeMinor", "uint48", "fee_minor"),
        ("currency", "bytes3", "currency"),
        ("fromS", "uint40", "from_s"),
        ("capMinor", "uint64", "cap_minor"),
        ("rank", "uint8", "rank"),
        ("contractDigest", "bytes32", "contract_digest"),
        ("deadline", "uint64", "deadline"),
    ),
    "LienAssertOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("operator", "uint32", "operator"),
        ("amountMinor", "uint64", "amount_minor"),
        ("number", "uint32", "number"),
        ("deadline", "uint64", "deadline"),
    ),
    "LienPaymentOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("operator", "uint32", "operator"),
        ("amountMinor", "uint64", "amount_minor"),
        ("number", "uint32", "number"),
        ("deadline", "uint64", "deadline"),
    ),
    "LienDischargeOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("operator", "uint32", "operator"),
        ("scope", "uint8", "scope"),
        ("number", "uint32", "number"),
        ("deadline", "uint64", "deadline"),
    ),
    "LienTenderOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("holder", "uint32", "holder"),
        ("paidMinor", "uint64", "paid_minor"),
        ("paymentDigest", "bytes32", "payment_digest"),
        ("deadline", "uint64", "deadline"),
    ),
}
"""Type name -> (EIP-712 name, Solidity type, Python field) in order."""
