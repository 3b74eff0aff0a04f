"""What orders about pledge bonds, and sales, make the contracts do. Part of `acts`."""

from __future__ import annotations

from typing import Any, Final

from holdfast.attestation.typed_data import order_hash
from holdfast.chain.acts import pledge_id
from holdfast.domain.acts import (
    BondDeliveryOrder,
    BondJointDeliveryOrder,
    BondRedeemOrder,
    ForeclosureOrder,
    PledgeBondOrder,
)

BOND_CHANGES: Final[dict[str, tuple[str, ...]]] = {
    "BondIssued": ("receiptId", "pledgeId", "pledgee"),
    "BondRedeemed": ("receiptId", "pledgeId", "paidMinor", "paymentDigest"),
    "BondDeliveredJointly": ("receiptId", "pledgeId"),
    "BondDelivered": (
        *("receiptId", "pledgeId", "pledgor", "saleDigest", "soldAt", "proceedsMinor", "costsMinor"),
        *("lienMinor", "claimMinor", "paidMinor", "surplusMinor"),
    ),
    "ReceiptForeclosed": (
        *("receiptId", "pledgor", "buyer", "saleDigest", "proceedsMinor", "costsMinor", "lienMinor"),
        "surplusMinor",
    ),
    "PledgePaid": ("receiptId", "pledgeId", "paidMinor"),
}
"""Events of these acts -> the values compared, the receipt first."""

BondAct = PledgeBondOrder | BondRedeemOrder | BondJointDeliveryOrder | BondDeliveryOrder | ForeclosureOrder
Changes = list[tuple[Any, ...]]


def bond_changes(order: BondAct, anything: object) -> Changes:
    """The changes such an order asks for; `anything` where it leaves a value to the contract."""
    receipt = order.receipt_id
    if isinstance(order, ForeclosureOrder):
        return _foreclosure(order, anything)
    if isinstance(order, PledgeBondOrder):
        return _issue(order)
    if isinstance(order, BondRedeemOrder):
        paid = (order.pledge_id, order.paid_minor, _hex(order.payment_digest))
        return [("PledgesChanged", receipt, 0, 0), ("BondRedeemed", receipt, *paid)]
    if isinstance(order, BondJointDeliveryOrder):
        delivered = ("ReceiptDelivered", receipt, order.holder, order.quantity_g, order.seq)
        return [delivered, ("BondDeliveredJointly", receipt, order.pledge_id)]
    return _delivery(order, anything)


def _issue(order: PledgeBondOrder) -> Changes:
    receipt, bond = order.receipt_id, pledge_id(order_hash(order))
    terms = (order.amount_minor, _hex(order.currency), order.maturity, 0, 0, _hex(order.filing_digest))
    return [
        ("PledgesChanged", receipt, 1, order.pledgee),
        ("Pledged", receipt, bond, order.pledgee, order.holder, 1, *terms),
        ("BondIssued", receipt, bond, order.pledgee),
    ]


def _delivery(order: BondDeliveryOrder, anything: object) -> Changes:
    receipt, bond = order.receipt_id, order.pledge_id
    parts = (order.proceeds_minor, order.costs_minor, order.lien_minor, order.claim_minor, order.paid_minor)
    told = (order.pledgor, _hex(order.sale_digest), order.sold_at, *parts, order.surplus_minor)
    return [
        ("LiensChanged", receipt, anything, anything),
        ("ReceiptDelivered", receipt, order.pledgor, order.quantity_g, order.seq + 1),
        ("BondDelivered", receipt, bond, *told),
        ("PledgePaid", receipt, bond, order.paid_minor),
    ]


def _foreclosure(order: ForeclosureOrder, anything: object) -> Changes:
    receipt = order.receipt_id
    sold = (order.proceeds_minor, order.costs_minor, order.lien_minor, order.surplus_minor)
    return [
        ("LiensChanged", receipt, anything, anything),
        ("ReceiptTransferred", receipt, order.pledgor, order.buyer, order.seq + 1),
        ("PledgesChanged", receipt, 0, 0),
        ("ReceiptForeclosed", receipt, order.pledgor, order.buyer, _hex(order.sale_digest), *sold),
        *(("PledgePaid", receipt, share.pledge_id, share.paid_minor) for share in order.shares),
    ]


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
