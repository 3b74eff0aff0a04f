"""The table of EIP-712 types of orders about pledge bonds."""

from __future__ import annotations

from typing import Final

BOND_FIELDS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "PledgeBondOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("holder", "uint32", "holder"),
        ("pledgee", "uint32", "pledgee"),
        ("seq", "uint32", "seq"),
        ("amountMinor", "uint64", "amount_minor"),
        ("currency", "bytes3", "currency"),
        ("maturity", "uint40", "maturity"),
        ("lienCapMinor", "uint64", "lien_cap_minor"),
        ("filingDigest", "bytes32", "filing_digest"),
        ("deadline", "uint64", "deadline"),
    ),
    "BondRedeemOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("pledgeId", "uint64", "pledge_id"),
        ("holder", "uint32", "holder"),
        ("seq", "uint32", "seq"),
        ("paidMinor", "uint64", "paid_minor"),
        ("paymentDigest", "bytes32", "payment_digest"),
        ("deadline", "uint64", "deadline"),
    ),
    "BondJointDeliveryOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("pledgeId", "uint64", "pledge_id"),
        ("holder", "uint32", "holder"),
        ("pledgee", "uint32", "pledgee"),
        ("quantityG", "uint64", "quantity_g"),
        ("seq", "uint32", "seq"),
        ("deadline", "uint64", "deadline"),
    ),
    "BondDeliveryOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("pledgeId", "uint64", "pledge_id"),
        ("pledgee", "uint32", "pledgee"),
        ("pledgor", "uint32", "pledgor"),
        ("quantityG", "uint64", "quantity_g"),
        ("seq", "uint32", "seq"),
        ("saleDigest", "bytes32", "sale_digest"),
        ("soldAt", "uint40", "sold_at"),
        ("proceedsMinor", "uint64", "proceeds_minor"),
        ("costsMinor", "uint64", "costs_minor"),
        ("lienMinor", "uint64", "lien_minor"),
        ("claimMinor", "uint64", "claim_minor"),
        ("paidMinor", "uint64", "paid_minor"),
        ("surplusMinor", "uint64", "surplus_minor"),
        ("deadline", "uint64", "deadline"),
    ),
}
"""Type name -> (EIP-712 name, Solidity type, Python field) in order."""
