"""What is asked for to sell goods after a default, and about pledge bonds.

Who gets how much is not asked: `api.orders.sales` reckons it from the chain.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.orders.act_fields import At, Currency, Digest, MemberField, Minor, OnReceipt

SoldAt = Annotated[At, Field(description="When it was made, unix seconds: the storage lien counts up to it.")]


class PrepareForeclosure(OnReceipt):
    """Sell a receipt in default after the time to cure. First pledgee and buyer sign.

    The storage lien, each pledge's part and the surplus are reckoned from the chain. A receipt under a pledge
    bond is sold after the due date, without notice.
    """

    type: Literal["foreclosure"]
    buyer: MemberField
    sale_digest: Annotated[Digest, Field(description="SHA-256 of the record of the sale.")]
    sold_at: SoldAt
    proceeds_minor: Annotated[Minor, Field(description="What the buyer pays, in minor units.")]
    costs_minor: Annotated[Minor, Field(description="Costs of the sale, paid first.")] = "0"
    claims_minor: Annotated[
        list[Minor] | None,
        Field(max_length=4, description="What each pledge claims, by rank; by default all that it secures."),
    ] = None


class PrepareBond(OnReceipt):
    """Issue a pledge bond on a receipt you hold that is not pledged. Holder and first bond holder sign.

    Its holder gives it on by `assign` and discharges it by `release`, as any pledge.
    """

    type: Literal["bond"]
    pledgee: Annotated[MemberField, Field(description="Member number of the bond's first holder.")]
    amount_minor: Annotated[Minor, Field(description="Most that it secures, in minor units of the currency.")]
    currency: Currency
    maturity: Annotated[At, Field(description="When the debt is due, unix seconds.")]
    filing_digest: Annotated[Digest, Field(description="SHA-256 of the filing: 0x and 64 hex digits.")]


class PrepareBondRedemption(OnReceipt):
    """Free a receipt whose bond you paid or deposited. The holder signs, attesters' people judge it."""

    type: Literal["bond-redemption"]
    payment_digest: Annotated[Digest, Field(description="SHA-256 of the bank's or notary's record.")]


class PrepareBondJointDelivery(OnReceipt):
    """Take all goods under a pledge bond out, on any day. Holder and bond holder sign; the bond ends."""

    type: Literal["bond-joint-delivery"]


class PrepareBondDelivery(OnReceipt):
    """Take all goods under a due pledge bond out, at their value. The bond's holder signs.

    The storage lien, the bond's part and the surplus of the receipt's holder are reckoned from the chain.
    Attesters' people judge the value; where the lot has a price, it is the least.
    """

    type: Literal["bond-delivery"]
    sale_digest: Annotated[Digest, Field(description="SHA-256 of the record: value, and surplus paid.")]
    sold_at: SoldAt
    proceeds_minor: Annotated[Minor, Field(description="What the goods are worth, in minor units.")]
    costs_minor: Annotated[Minor, Field(description="Costs, paid first.")] = "0"
    claim_minor: Annotated[
        Minor | None, Field(description="What the bond claims; by default all that it secures.")
    ] = None
