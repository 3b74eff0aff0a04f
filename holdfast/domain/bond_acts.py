"""Orders about pledge bonds (质入证券): a receipt's second title, to the debt that its goods secure.

Law: UNCITRAL/UNIDROIT Model Law on Warehouse Receipts, optional part on pledge bonds; 民法典 428 and 436 (no
forfeiture; what is left over belongs to the pledgor), 442 (delivery before the debt is due).
"""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.domain.checked import Checked


@dataclass(frozen=True, slots=True)
class PledgeBondOrder(Checked):
    """Issue a bond over a receipt that is not pledged. Signed by holder and first bond holder; attested."""

    receipt_id: int
    holder: int
    pledgee: int
    seq: int
    amount_minor: int
    currency: bytes
    maturity: int
    lien_cap_minor: int
    filing_digest: bytes
    deadline: int


@dataclass(frozen=True, slots=True)
class BondRedeemOrder(Checked):
    """Free the receipt by paying or depositing all that the bond secures. Signed by the holder; attested."""

    receipt_id: int
    pledge_id: int
    holder: int
    seq: int
    paid_minor: int
    payment_digest: bytes
    deadline: int


@dataclass(frozen=True, slots=True)
class BondJointDeliveryOrder(Checked):
    """Take all the goods out, on any day. Signed by holder and bond's holder; attested."""

    receipt_id: int
    pledge_id: int
    holder: int
    pledgee: int
    quantity_g: int
    seq: int
    deadline: int


@dataclass(frozen=True, slots=True)
class BondDeliveryOrder(Checked):
    """Take all the goods out after the due date, at an attested value. Signed by the bond's holder; attested.

    The parts sum to the proceeds (`holdfast.domain.lien.waterfall`); the surplus is the receipt holder's.
    """

    receipt_id: int
    pledge_id: int
    pledgee: int
    pledgor: int
    quantity_g: int
    seq: int
    sale_digest: bytes
    sold_at: int
    proceeds_minor: int
    costs_minor: int
    lien_minor: int
    claim_minor: int
    paid_minor: int
    surplus_minor: int
    deadline: int
