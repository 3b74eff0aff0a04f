"""What is said of how a receipt stands."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.receipts.schemas import FRESH, RUNS, KindWord, LienWord, StatusWord
from api.schemas import LotRef, Mass, MemberRef, Shape


class PledgeTerms(Shape):
    """What a loan is: shown to those who have a right in the receipt now."""

    amount_minor: str
    amount: str = Field(examples=["CNY 5,000,000.00"])
    currency: str
    maturity: int
    ltv_bps: int = Field(description="Most that may be lent, in basis points of the goods' value.")
    loan_to_value_bps: int | None = Field(
        description="What this pledge and those before it secure now, in basis points of the value; null "
        "for a bond, for a pledge on several receipts, and where the goods have no value on the chain."
    )
    cure_s: int
    default_at: int | None
    sale_from: int | None = Field(description="Before this second nothing can be sold.")
    receipts: int = Field(description="How many receipts the pledge covers.")


class PledgeStandingOut(Shape):
    """One pledge on the receipt: rank 1 comes first."""

    id: str
    number: str
    rank: int
    pledgee: MemberRef
    bond: bool = Field(description="A pledge bond: due on its date, given on by its holder alone.")
    terms: PledgeTerms | None


class ValueOut(Shape):
    """What the goods are worth now, by prices of members with no part in the receipt.

    Without a value (prices too old, too few, too far apart) `missing` says why and the rest is null.
    """

    value_minor: str | None
    value: str | None = Field(examples=["CNY 12,000,000.00"])
    currency: str | None
    price_minor: str | None = Field(description="For one tonne.")
    price: str | None
    prices: int = Field(description="How many prices agree.")
    missing: str | None


class StorageOut(Shape):
    """Agreed storage fees and the warehouse operator's lien for them, in minor units of the currency."""

    fee_minor: str = Field(description="For a tonne and a day.")
    fee: str
    currency: str
    cap_minor: str
    cap: str
    due_minor: str = Field(description="What the lien secures now.")
    due: str
    asserted_minor: str = Field(description="For how much the operator keeps the goods.")
    paid_minor: str


class NoticeOut(Shape):
    """A notice of loss: before `until` nothing takes the receipt's place. 1: lost, 2: in other hands."""

    since: int
    until: int
    reason: int


class FreezeStandingOut(Shape):
    """One court case on the receipt; `because` says its reason code in words."""

    case_no: int
    court: MemberRef
    reason: int
    because: str
    because_zh: str
    opened_at: int
    expires_at: int
    document_digest: str


class StatusOut(Mass):
    """Who holds a receipt, is it free, who has a right in it, in what rank, until when, why it stands still.

    `free`: its holder alone may give it away or take the goods. `more` is whatever else the chain's status
    said, by its names there.
    """

    receipt_id: str
    status: StatusWord
    kind: KindWord
    holder: MemberRef
    holder_account: str
    operator: MemberRef
    issued_quantity_g: str
    issued_quantity: str
    lot: LotRef
    free: bool
    not_free_because: list[str]
    suspended_because: str | None
    suspend_reason: int | None
    expires_at: int = Field(description=RUNS)
    evidence_fresh_until: int | None = Field(description=FRESH)
    pledges: list[PledgeStandingOut]
    delivery_signers: list[MemberRef] | None = Field(
        description="Who must sign a delivery of all the goods now; empty while nobody can have them. "
        "Null for those whom the terms of its pledges are not shown."
    )
    delivery: str | None = Field(description="The same in words.")
    value: ValueOut | None = Field(
        description="Null where nobody said how the lot is valued. Shown to those with a right in it now."
    )
    liens: int
    lien_terms: LienWord | None
    storage: StorageOut | None = Field(description="Shown to those with a right in the receipt now.")
    notice: NoticeOut | None
    paper_digest: str | None = Field(description="sha256 of the paper receipt that took its place.")
    freeze: FreezeStandingOut | None
    waiting: list[FreezeStandingOut] = Field(description="Cases behind the one in force, in their order.")
    predecessors: list[str]
    successors: list[str]
    unread: str | None
    more: dict[str, Any]
    seq: int
    as_of_block: int
    as_of: int
