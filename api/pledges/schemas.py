"""What is said of a pledge. Amounts are decimal text in minor units beside text for people."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import MemberRef, Shape

PledgeState = Literal["in-force", "default", "margin-call", "released", "sold", "redeemed", "delivered"]


class CoverOut(Shape):
    """A receipt that a pledge is or was on."""

    receipt_id: str
    rank: int = Field(description="1 is first; the last one it had, where it ended.")
    since: int
    ended_at: int | None
    ended_how: Literal["released", "sold", "followed", "substituted", "redeemed", "delivered"] | None = Field(
        description="`redeemed`: the bond was paid or deposited. `delivered`: the goods went out under it. "
        "`followed`: the receipt was replaced, and the pledge went on to its successors. "
        "`substituted`: the pledge went over to other goods, and left these."
    )


class PledgeOut(Shape):
    """One pledge. `id` is the start of its order's hash; orders carry it as `number`."""

    id: str = Field(examples=["0x5f5f5f5f5f5f5f5f"])
    number: str = Field(examples=["6872316419617283935"])
    state: PledgeState
    bond: bool = Field(description="A pledge bond: due on its date, given on by its holder alone.")
    pledgee: MemberRef
    pledgor: MemberRef
    amount_minor: str = Field(description="Most that it still secures.")
    amount: str = Field(examples=["CNY 5,000,000.00"])
    paid_minor: str = Field(description="Paid to it out of sales and deliveries, or to redeem it.")
    currency: str
    maturity: int
    ltv_bps: int
    cure_s: int
    filing_digest: str
    default_at: int | None
    sale_from: int | None = Field(description="Before this second nothing can be sold.")
    value_minor: str | None = Field(description="Value of the goods at the margin call.")
    needed_minor: str | None
    receipts: list[CoverOut]
    made_at: int
    made_tx: str
    ended_at: int | None


class WorthOut(Shape):
    """What the goods of all receipts under a pledge are worth now, against what is lent on them.

    Without a value (no price series, prices too old, too few, too far apart) `missing` says why, and the rest
    is null.
    """

    value_minor: str | None
    value: str | None = Field(examples=["CNY 12,000,000.00"])
    secured_minor: str | None = Field(description="By this pledge and those before it.")
    secured: str | None
    needed_minor: str | None = Field(description="Value that the agreed loan to value asks for.")
    needed: str | None
    loan_to_value_bps: int | None = Field(description="Null for goods worth nothing.")
    margin_short: bool | None = Field(description="Whether margin can be called now.")
    missing: str | None


class PledgeDetail(PledgeOut):
    """One pledge, with what its goods are worth now."""

    worth: WorthOut | None = Field(description="Null for a bond, and for a pledge that has ended.")


class PledgePage(Shape):
    """A page of pledges, newest first; `next` is the cursor of the page after, or null."""

    items: list[PledgeOut]
    next: str | None
