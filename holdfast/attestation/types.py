"""The table of EIP-712 types: names on-chain, Solidity types, Python fields, classes."""

from __future__ import annotations

from typing import Any

from holdfast.attestation.act_types import ACT_CLASSES, ACT_FIELDS
from holdfast.domain.acts import Act
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.governance import CouncilOrder, ModuleOrder
from holdfast.domain.orders import (
    Attestation,
    DeliveryOrder,
    IssueOrder,
    Order,
    ReceiptTerms,
    ReinstateOrder,
    SuspendOrder,
    TransferOrder,
)

TYPES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "ReceiptTerms": (
        ("receiptId", "uint256", "receipt_id"),
        ("holder", "uint32", "holder"),
        ("quantityG", "uint64", "quantity_g"),
        ("kind", "uint8", "kind"),
        ("expiresAt", "uint40", "expires_at"),
    ),
    "IssueOrder": (
        ("lotId", "bytes24", "lot_id"),
        ("operator", "uint32", "operator"),
        ("lotQuantityG", "uint64", "lot_quantity_g"),
        ("receipts", "ReceiptTerms[]", "receipts"),
        ("deadline", "uint64", "deadline"),
    ),
    "TransferOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("holder", "uint32", "holder"),
        ("transferee", "uint32", "transferee"),
        ("seq", "uint32", "seq"),
        ("deadline", "uint64", "deadline"),
    ),
    "DeliveryOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("holder", "uint32", "holder"),
        ("quantityG", "uint64", "quantity_g"),
        ("seq", "uint32", "seq"),
        ("deadline", "uint64", "deadline"),
    ),
    "SuspendOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("reason", "uint8", "reason"),
        ("seq", "uint32", "seq"),
        ("deadline", "uint64", "deadline"),
    ),
    "ReinstateOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("seq", "uint32", "seq"),
        ("deadline", "uint64", "deadline"),
    ),
    "DepositRequest": (
        ("lotId", "bytes24", "lot_id"),
        ("operator", "uint32", "operator"),
        ("depositor", "uint32", "depositor"),
        ("terms", "string", "terms"),
        ("deadline", "uint64", "deadline"),
    ),
    "Attestation": (
        ("orderHash", "bytes32", "order_hash"),
        ("evidenceDigest", "bytes32", "evidence_digest"),
        ("evidenceLocation", "bytes32", "evidence_location"),
        ("policyDigest", "bytes32", "policy_digest"),
        ("observedAt", "uint64", "observed_at"),
        ("validUntil", "uint64", "valid_until"),
        ("epoch", "uint64", "epoch"),
    ),
}
"""Type name -> (EIP-712 name, Solidity type, Python field) in order."""

CLASSES: dict[str, type[Any]] = {
    "ReceiptTerms": ReceiptTerms,
    "IssueOrder": IssueOrder,
    "TransferOrder": TransferOrder,
    "DeliveryOrder": DeliveryOrder,
    "SuspendOrder": SuspendOrder,
    "ReinstateOrder": ReinstateOrder,
    "DepositRequest": DepositRequest,
    "Attestation": Attestation,
}

Signable = Order | Act | DepositRequest | Attestation | ModuleOrder | CouncilOrder
ORDER_TYPES = tuple(name for name in CLASSES if name.endswith("Order"))
"""What changes a receipt on-chain."""
QUEUE_TYPES = (*ORDER_TYPES, "DepositRequest")
"""What members sign and hand in: orders, and requests that an issue order grows from."""

# After the tuples above: these are the attesters', neither a member's nor a receipt's.
TYPES["ModuleOrder"] = (
    ("module", "address", "module"),
    ("rights", "uint16", "rights"),
    ("codeHash", "bytes32", "code_hash"),
    ("number", "uint64", "number"),
    ("deadline", "uint64", "deadline"),
)
CLASSES["ModuleOrder"] = ModuleOrder
TYPES["CouncilOrder"] = (
    ("callDigest", "bytes32", "call_digest"),
    ("number", "uint64", "number"),
    ("epoch", "uint64", "epoch"),
    ("deadline", "uint64", "deadline"),
)
CLASSES["CouncilOrder"] = CouncilOrder

TYPES.update(ACT_FIELDS)
CLASSES.update(ACT_CLASSES)
