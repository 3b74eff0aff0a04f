"""Orders about pledges: the debt, its rank, its default and the sale.

Law: 民法典 425-443; 担保制度解释 59.
"""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.domain.checked import Checked
from holdfast.domain.receipt_refs import ReceiptRef


@dataclass(frozen=True, slots=True)
class PledgeOrder(Checked):
    """Pledge a receipt. Signed by holder and pledgee, for a junior pledge by the first pledgee; attested.

    `lien_cap_minor`: most that the operator's storage fees may take before the pledge; 0 if none outrank it.
    """

    receipt_id: int
    holder: int
    pledgee: int
    seq: int
    rank: int
    amount_minor: int
    currency: bytes
    maturity: int
    ltv_bps: int
    cure_s: int
    lien_cap_minor: int
    filing_digest: bytes
    deadline: int


@dataclass(frozen=True, slots=True)
class PledgeReleaseOrder(Checked):
    """End a pledge on one receipt. Signed by its pledgee."""

    receipt_id: int
    pledge_id: int
    pledgee: int
    seq: int
    deadline: int


@dataclass(frozen=True, slots=True)
class PledgeAssignOrder(Checked):
    """Give a pledge to another member. Signed by pledgee and assignee."""

    receipt_id: int
    pledge_id: int
    pledgee: int
    assignee: int
    seq: int
    deadline: int


@dataclass(frozen=True, slots=True)
class PledgedTransferOrder(Checked):
    """Give a pledged receipt to another member. Signed by holder, transferee and first pledgee; attested."""

    receipt_id: int
    holder: int
    transferee: int
    pledgee: int
    seq: int
    deadline: int


@dataclass(frozen=True, slots=True)
class DefaultOrder(Checked):
    """Give notice that the debt is due and unpaid. Signed by the pledgee."""

    receipt_id: int
    pledge_id: int
    pledgee: int
    seq: int
    deadline: int


@dataclass(frozen=True, slots=True)
class MarginOrder(Checked):
    """Give notice that the goods are worth too little. Signed by the pledgee; attested.

    What they are worth the chain computes (`holdfast.domain.valuation`); `value_minor` is the most that the
    pledgee says. `others` are the further receipts that the pledge covers, all of them.
    """

    receipt_id: int
    pledge_id: int
    pledgee: int
    value_minor: int
    seq: int
    deadline: int
    others: tuple[ReceiptRef, ...] = ()


@dataclass(frozen=True, slots=True)
class CureOrder(Checked):
    """Acknowledge that a default is cured. Signed by the pledgee."""

    receipt_id: int
    pledge_id: int
    pledgee: int
    seq: int
    deadline: int


@dataclass(frozen=True, slots=True)
class Share(Checked):
    """What one pledge claims of a sale's proceeds, and gets; minor units."""

    pledge_id: int
    claim_minor: int
    paid_minor: int


@dataclass(frozen=True, slots=True)
class ForeclosureOrder(Checked):
    """Sell a receipt in default after the time to cure. Signed by first pledgee and buyer; attested."""

    receipt_id: int
    pledgee: int
    pledgor: int
    buyer: int
    seq: int
    sale_digest: bytes
    sold_at: int
    proceeds_minor: int
    costs_minor: int
    lien_minor: int
    shares: tuple[Share, ...]
    surplus_minor: int
    deadline: int
