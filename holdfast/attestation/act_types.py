"""The table of EIP-712 types of acts: names on-chain, Solidity types, Python fields, classes."""

from __future__ import annotations

from typing import Any, Final

from holdfast.attestation.bond_types import BOND_FIELDS
from holdfast.attestation.lien_types import LIEN_FIELDS
from holdfast.attestation.origin_types import LOSS_FIELDS, ORIGIN_FIELDS
from holdfast.attestation.value_types import VALUE_FIELDS
from holdfast.domain import acts

ACT_FIELDS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "ReceiptRef": (
        ("receiptId", "uint256", "receipt_id"),
        ("seq", "uint32", "seq"),
    ),
    "Successor": (
        ("receiptId", "uint256", "receipt_id"),
        ("quantityG", "uint64", "quantity_g"),
        ("expiresAt", "uint40", "expires_at"),
    ),
    "SplitOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("holder", "uint32", "holder"),
        ("operator", "uint32", "operator"),
        ("seq", "uint32", "seq"),
        ("parts", "Successor[]", "parts"),
        ("deadline", "uint64", "deadline"),
    ),
    "MergeOrder": (
        ("receipts", "ReceiptRef[]", "receipts"),
        ("mergedId", "uint256", "merged_id"),
        ("holder", "uint32", "holder"),
        ("operator", "uint32", "operator"),
        ("quantityG", "uint64", "quantity_g"),
        ("expiresAt", "uint40", "expires_at"),
        ("deadline", "uint64", "deadline"),
    ),
    "SupersedeOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("successorId", "uint256", "successor_id"),
        ("holder", "uint32", "holder"),
        ("seq", "uint32", "seq"),
        ("quantityG", "uint64", "quantity_g"),
        ("expiresAt", "uint40", "expires_at"),
        ("reason", "uint8", "reason"),
        ("deadline", "uint64", "deadline"),
    ),
    "PartialDeliveryOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("holder", "uint32", "holder"),
        ("quantityG", "uint64", "quantity_g"),
        ("seq", "uint32", "seq"),
        ("deadline", "uint64", "deadline"),
    ),
    "CaseOrder": (
        ("court", "uint32", "court"),
        ("caseNo", "uint24", "case_no"),
        ("reason", "uint8", "reason"),
        ("documentDigest", "bytes32", "document_digest"),
        ("expiresAt", "uint40", "expires_at"),
        ("deadline", "uint64", "deadline"),
    ),
    "FreezeOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("court", "uint32", "court"),
        ("caseNo", "uint24", "case_no"),
        ("number", "uint32", "number"),
        ("deadline", "uint64", "deadline"),
    ),
    "UnfreezeOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("court", "uint32", "court"),
        ("caseNo", "uint24", "case_no"),
        ("number", "uint32", "number"),
        ("deadline", "uint64", "deadline"),
    ),
    "RenewOrder": (
        ("court", "uint32", "court"),
        ("caseNo", "uint24", "case_no"),
        ("number", "uint32", "number"),
        ("expiresAt", "uint40", "expires_at"),
        ("deadline", "uint64", "deadline"),
    ),
    "PledgeOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("holder", "uint32", "holder"),
        ("pledgee", "uint32", "pledgee"),
        ("seq", "uint32", "seq"),
        ("rank", "uint8", "rank"),
        ("amountMinor", "uint64", "amount_minor"),
        ("currency", "bytes3", "currency"),
        ("maturity", "uint40", "maturity"),
        ("ltvBps", "uint16", "ltv_bps"),
        ("cureS", "uint24", "cure_s"),
        ("lienCapMinor", "uint64", "lien_cap_minor"),
        ("filingDigest", "bytes32", "filing_digest"),
        ("deadline", "uint64", "deadline"),
    ),
    "PledgeReleaseOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("pledgeId", "uint64", "pledge_id"),
        ("pledgee", "uint32", "pledgee"),
        ("seq", "uint32", "seq"),
        ("deadline", "uint64", "deadline"),
    ),
    "PledgeAssignOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("pledgeId", "uint64", "pledge_id"),
        ("pledgee", "uint32", "pledgee"),
        ("assignee", "uint32", "assignee"),
        ("seq", "uint32", "seq"),
        ("deadline", "uint64", "deadline"),
    ),
    "PledgedTransferOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("holder", "uint32", "holder"),
        ("transferee", "uint32", "transferee"),
        ("pledgee", "uint32", "pledgee"),
        ("seq", "uint32", "seq"),
        ("deadline", "uint64", "deadline"),
    ),
    "DefaultOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("pledgeId", "uint64", "pledge_id"),
        ("pledgee", "uint32", "pledgee"),
        ("seq", "uint32", "seq"),
        ("deadline", "uint64", "deadline"),
    ),
    "MarginOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("pledgeId", "uint64", "pledge_id"),
        ("pledgee", "uint32", "pledgee"),
        ("valueMinor", "uint64", "value_minor"),
        ("others", "ReceiptRef[]", "others"),
        ("seq", "uint32", "seq"),
        ("deadline", "uint64", "deadline"),
    ),
    "CureOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("pledgeId", "uint64", "pledge_id"),
        ("pledgee", "uint32", "pledgee"),
        ("seq", "uint32", "seq"),
        ("deadline", "uint64", "deadline"),
    ),
    "Share": (
        ("pledgeId", "uint64", "pledge_id"),
        ("claimMinor", "uint64", "claim_minor"),
        ("paidMinor", "uint64", "paid_minor"),
    ),
    "ForeclosureOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("pledgee", "uint32", "pledgee"),
        ("pledgor", "uint32", "pledgor"),
        ("buyer", "uint32", "buyer"),
        ("seq", "uint32", "seq"),
        ("saleDigest", "bytes32", "sale_digest"),
        ("soldAt", "uint40", "sold_at"),
        ("proceedsMinor", "uint64", "proceeds_minor"),
        ("costsMinor", "uint64", "costs_minor"),
        ("lienMinor", "uint64", "lien_minor"),
        ("shares", "Share[]", "shares"),
        ("surplusMinor", "uint64", "surplus_minor"),
        ("deadline", "uint64", "deadline"),
    ),
    **LIEN_FIELDS,
    **BOND_FIELDS,
    **ORIGIN_FIELDS,
    **LOSS_FIELDS,
    **VALUE_FIELDS,
}
"""Type name -> (EIP-712 name, Solidity type, Python field) in order."""

ACT_CLASSES: Final[dict[str, type[Any]]] = {name: getattr(acts, name) for name in ACT_FIELDS}
ACT_TYPES: Final = tuple(name for name in ACT_FIELDS if name.endswith("Order"))
"""What members sign for the modules."""
